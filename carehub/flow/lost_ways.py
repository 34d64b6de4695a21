"""A way to reach somebody that is closed for good: it is used no more, and their coordinator hears of it (F51, F47)."""

from datetime import datetime

from carehub.contracts import Lost
from carehub.core.access import Role
from carehub.core.escalation import Colleague, Method
from carehub.core.severity import Severity
from carehub.core.wording import closed_way_text
from carehub.flow.hub import Hub
from carehub.flow.telling import notice_row
from carehub.kit.ids import new_id
from carehub.store import outbox, people, tables
from carehub.store.database import Session


async def close_way(hub: Hub, session: Session, person_id: str, method: Method, why: Lost, now: datetime) -> None:
    """Use this address no more; whoever plans the shifts is told, once."""
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
        hub.faults.append(text)


def coordinators_of(staff: list[Colleague], unit: str | None) -> list[Colleague]:
    """Their unit's own; where it has none, every one."""
    every = [one for one in staff if one.role is Role.COORDINATOR]
    return [one for one in every if one.unit == unit] or every
