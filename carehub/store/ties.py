"""What ties a person on the staff to residents, read for one request."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from carehub.core.people.access import Role, Sight
from carehub.core.watching import canary
from carehub.kit.ids import new_id
from carehub.store import sql, tables
from carehub.store.database import Session

OPEN_FOR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody on the staff is, as far as their sight follows from it."""

    person: str
    role: Role
    unit: str | None


async def sight_of(session: Session, person: tables.Person, now: datetime) -> Sight:
    """Whom this person may see now: by unit, by what they were asked about, and by what they opened with a reason."""
    who = Standing(person.id, person.role, person.unit_id)
    return (await sights_of(session, [who], now))[who]


async def sights_of(session: Session, people: Collection[Standing], now: datetime) -> dict[Standing, Sight]:
    """The same of many at once."""
    bound = [one for one in people if one.unit is not None or one.role not in {Role.COORDINATOR, Role.ADMINISTRATOR}]
    found = {one: Sight(role=one.role, units=None) for one in people}
    if not bound:
        return found
    ids = {one.person for one in bound}
    planned = _grouped(await sql.ask(session, _PLANNED, ids, now, now))
    opened = _grouped(await sql.ask(session, _OPENED, ids, now))
    units = {one: frozenset({*planned.get(one.person, ()), *([one.unit] if one.unit else [])}) for one in bound}
    told, by_tablet = await _told(session, ids, {unit for known in units.values() for unit in known})
    for one in bound:
        asked = told.get(one.person, set()).union(*(by_tablet.get(unit, ()) for unit in units[one]))
        # Somebody of no unit and no plan looks after all of them.
        found[one] = Sight(
            role=one.role, units=units[one] or None, asked=frozenset(asked),
            opened=frozenset(opened.get(one.person, ())),
        )  # fmt: skip
    return found


_Found = dict[str, set[str]]
_PLANNED = "SELECT person_id, unit_id FROM duty WHERE person_id = ANY (?) AND since <= ? AND until > ?"
_OPENED = "SELECT person_id, resident_id FROM opened_file WHERE person_id = ANY (?) AND until > ?"
# The open alerts are few and have an index of their own; of notices there are years, which must not be read through.
_HELD = """
    SELECT owner_id, handed_to_id, id, resident_id, parent_id FROM alert
    WHERE status <> 'closed' AND scope_id <> ? AND (owner_id = ANY (?) OR handed_to_id = ANY (?))
"""
_TOLD = """
    SELECT DISTINCT n.person_id, n.channel, n.address, a.id, a.resident_id, a.parent_id
    FROM alert AS a CROSS JOIN notice AS n
    WHERE a.status <> 'closed' AND a.scope_id <> ? AND n.alert_id = a.id
    AND (n.person_id = ANY (?) OR (n.channel = 'tablet' AND n.address = ANY (?)))
"""


async def _told(session: Session, people: Collection[str], units: Collection[str]) -> tuple[_Found, _Found]:
    """Open alerts that they have, or that they or the tablet of their unit were told of, and whom these are about.

    Gives those of each person, and those of each unit's tablet. The canary is nobody's.
    """
    questions = (_HELD, canary.SCOPE, people, people), (_TOLD, canary.SCOPE, people, units)
    held, told = await sql.ask_all(session, *questions)
    by_person: _Found = defaultdict(set)
    by_tablet: _Found = defaultdict(set)
    for owner, handed_to, *whom in held:
        for person in {owner, handed_to} - {None}:
            by_person[person].update(filter(None, whom))
    for person, channel, address, *whom in told:
        by_person[person or ""].update(filter(None, whom))
        if channel == "tablet":
            by_tablet[address].update(filter(None, whom))
    return by_person, by_tablet


def _grouped(rows: sql.Rows) -> _Found:
    found: _Found = defaultdict(set)
    for key, value in rows:
        found[key].add(value)
    return found


def open_file(session: Session, person_id: str, resident_id: str, reason: str, now: datetime) -> tables.OpenedFile:
    """For an hour they see this resident, and why is written down."""
    row = tables.OpenedFile(
        id=new_id(), person_id=person_id, resident_id=resident_id, reason=reason, at=now, until=now + OPEN_FOR
    )
    session.add(row)
    return row
