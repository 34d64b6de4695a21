"""A message from the care team to somebody in the family: it waits on their page, and an SMS says that it does."""

from datetime import datetime

from carehub.core.answers.answering import when_to_tell_relatives
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.core.showing.family_wording import letter_text
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import SMS, notice_row
from carehub.store import kin, messages, outbox, tables
from carehub.store.database import Session


async def answer(hub: Hub, session: Session, bond: kin.Bond, author_id: str, text: str, now: datetime) -> None:
    """Write to them. They hear of it once for each time they come back, by day, and not after STOPP."""
    who, about = bond.relation.person_id, bond.relation.resident_id
    waits = (await messages.unread_by(session, who)).get(about, 0)
    await messages.write(session, about, who, author_id, text, now, by_staff=True)
    if waits == 0 and bond.relation.by_sms:
        await _tell(hub, session, who, about, now)


async def _tell(hub: Hub, session: Session, who: str, about: str, now: datetime) -> None:
    person = await session.get_one(tables.Person, who)
    settings = await kin.settings_of(session, who)
    if not person.phone or settings.texts_stopped_at is not None:
        return
    cycle = f"{kin.MESSAGE}{about[:20]}:{int(now.timestamp())}"
    way = Method(channel=SMS, address=person.phone)
    text = letter_text(link=f"{hub.public_url}/relatives")
    row = notice_row(way, text, cycle=cycle, severity=Severity.NORMAL, now=now, person_id=who)
    await outbox.write(session, [row | {"not_before": when_to_tell_relatives(now, hub.zone)}])
    hub.wake.deliver.set()
