"""An alert that needs nobody more: who has not been asked yet is not, and what sounds for it falls silent."""

from datetime import datetime

from carehub.core.answers.escalation import Method
from carehub.flow.reaching.telling import notice_row
from carehub.store import outbox
from carehub.store.database import Session


async def fall_quiet(session: Session, alert_id: str, now: datetime) -> None:
    """Stop asking; sirens and lamps of this alert are switched off, unless another that nobody has needs them."""
    await outbox.stop_asking(session, alert_id)
    cycle = f"{outbox.OFF}{now.timestamp():.3f}"
    rows = [
        notice_row(Method(channel=channel, address=address), "", cycle=cycle, severity=severity, now=now)
        | {"alert_id": alert_id}
        for channel, address, severity in await outbox.sounding(session, alert_id)
    ]
    if rows:
        await outbox.write(session, rows)
