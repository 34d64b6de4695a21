"""A browser that wants notifications: it becomes a way to reach its person once it has shown one (F47, F48)."""

import hashlib
from datetime import datetime

from carehub.contracts import Fate
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.core.showing.wording import push_test_text
from carehub.flow import deliver
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import PUSH, notice_row
from carehub.kit.ids import new_id
from carehub.store import outbox, people, tables
from carehub.store.database import Session

_TEST = "push-test:"
_LAST = 9
"""After every other way of theirs: nobody's telephone call is put behind a browser by a tap."""


async def subscribe(hub: Hub, person_id: str, endpoint: str, details: str) -> None:
    """Keep the subscription, and send a first notification: when the device shows it, it counts."""
    now, method = hub.clock(), Method(channel=PUSH, address=address_of(endpoint))
    async with hub.database.write() as session:
        await people.put_method(session, person_id, method, details, _LAST, now)
        row = notice_row(
            method, push_test_text(link=f"{hub.public_url}/nurse"), cycle=f"{_TEST}{new_id()[:12]}",
            severity=Severity.NORMAL, now=now, person_id=person_id,
        )  # fmt: skip
        await outbox.write(session, [row])
    hub.wake.deliver.set()


async def unsubscribe(hub: Hub, person_id: str, endpoint: str) -> None:
    """Forget it."""
    async with hub.database.write() as session:
        await people.forget_method(session, person_id, Method(channel=PUSH, address=address_of(endpoint)))


async def shown(hub: Hub, notice_id: str) -> None:
    """The device says that it showed this notification. Whoever knows the notice's id is that device."""
    await deliver.receive_status(hub, f"push:{notice_id}", "shown", None, Fate.SEEN)
    async with hub.database.write() as session:
        await _verify(session, notice_id, hub.clock())


async def _verify(session: Session, notice_id: str, now: datetime) -> None:
    notice = await session.get(tables.Notice, notice_id)
    if notice is not None and notice.person_id and notice.cycle.startswith(_TEST):
        await people.verify(session, notice.person_id, Method(channel=notice.channel, address=notice.address), now)


def address_of(endpoint: str) -> str:
    """A short name for a long address, the same each time."""
    return hashlib.sha256(endpoint.encode()).hexdigest()[:32]
