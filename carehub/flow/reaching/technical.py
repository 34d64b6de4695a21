"""What the hub tells of itself also goes to a coordinator's telephone: a tablet may be what it speaks of."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from carehub.core.answers.escalation import Colleague
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.core.showing.wording import local_time, technical_text
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import Telling, link_to
from carehub.store import alerts, outbox, people, tables
from carehub.store.database import Session

KIND, STEP = "hub-fault", "technical"
_NEWS_EVERY = timedelta(hours=1)


def leaders(staff: Sequence[Colleague]) -> list[Colleague]:
    """Coordinators on duty; all of them where none is."""
    coordinators = [one for one in staff if one.role is Role.COORDINATOR and one.methods]
    return [one for one in coordinators if one.on_duty] or coordinators


def notices(hub: Hub, alert: Mapping[str, Any], staff: Sequence[Colleague]) -> list[dict[str, Any]]:
    """One message to each, when the alert is new; what it says stands behind the link."""
    return _notices(hub, alert["id"], alert["severity"], staff, STEP, alert["raised_at"])


async def tell_news(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """The open alert says something new, of which nobody knows who read it before; once an hour is enough."""
    if not await alerts.was_told(session, alert.id, STEP, now - _NEWS_EVERY):
        staff, step = await people.staff(session, now), f"{STEP}:{alert.presses}"
        await outbox.write(session, _notices(hub, alert.id, alert.severity, staff, step, now))


def _notices(
    hub: Hub, alert_id: str, severity: Severity, staff: Sequence[Colleague], step: str, now: datetime
) -> list[dict[str, Any]]:
    telling = Telling(alert_id=alert_id, severity=severity, unit_id=None, cycle=step, now=now)
    text = technical_text(
        number=telling.number, when=local_time(now, hub.zone), link=link_to(hub, telling.number)
    )  # fmt: skip
    return [telling.to(one, text) for one in leaders(staff)]
