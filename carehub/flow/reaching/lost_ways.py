"""A way to reach somebody that is closed for good: it is used no more, and their coordinator hears of it (F51, F47)."""

from datetime import datetime

from carehub.contracts import Lost
from carehub.core.answers.escalation import Colleague, Method
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.core.showing.wording import closed_way_text, push_gone_text
from carehub.flow.hub import Hub, Word
from carehub.flow.reaching.telling import notice_row
from carehub.kit.ids import new_id
from carehub.store import outbox, people, tables
from carehub.store.database import Session


async def close_way(hub: Hub, session: Session, person_id: str, method: Method, why: Lost, now: datetime) -> None:
    """Use this address no more; whoever plans the shifts is told, once. A browser is forgotten, and its owner told."""
    if why is Lost.GONE:
        await _forget(hub, session, person_id, method, now)
        return
    if not await people.disable(session, person_id, method, why):
        return
    person, staff = await session.get(tables.Person, person_id), await people.staff(session, now)
    text = closed_way_text(channel=method.channel, link=f"{hub.public_url}/admin/people")
    whom = [one for one in coordinators_of(staff, person.unit_id if person else None) if one.id != person_id]
    rows = [
        notice_row(one.methods[0], text, cycle=f"closed:{new_id()[:12]}", severity=Severity.MODERATE, now=now,
                   person_id=one.id)
        for one in whom
        if one.methods
    ]  # fmt: skip
    if rows:
        await outbox.write(session, rows)
        hub.wake.deliver.set()
    else:
        hub.faults.append(Word("ways", text))


async def _forget(hub: Hub, session: Session, person_id: str, method: Method, now: datetime) -> None:
    """A browser that takes no more notifications: people change telephones, and must know what they lost."""
    others = [one for one in await people.methods_of(session, person_id) if one != method]
    if not await people.forget_method(session, person_id, method) or not others:
        return
    text = push_gone_text(link=f"{hub.public_url}/nurse")
    row = notice_row(
        others[0], text, cycle=f"gone:{new_id()[:12]}", severity=Severity.MODERATE, now=now, person_id=person_id
    )
    await outbox.write(session, [row])
    hub.wake.deliver.set()


def coordinators_of(staff: list[Colleague], unit: str | None) -> list[Colleague]:
    """Their unit's own; where it has none, every one."""
    every = [one for one in staff if one.role is Role.COORDINATOR]
    return [one for one in every if one.unit == unit] or every
