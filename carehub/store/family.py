"""What a family and a resident tell: visits to come, when somebody can be asked, what matters, and a pause."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlmodel import col, delete, select

from carehub.core.people.access import Sight
from carehub.core.people.kin import Sort, Window, days_of, mask_of
from carehub.kit.ids import new_id
from carehub.store import places, tables
from carehub.store.database import Session
from carehub.store.registers import Named

_MOST = 500
_select: Any = select  # more columns than its types know


async def visits(
    session: Session, residents: Collection[str], since: datetime, until: datetime
) -> list[tuple[tables.FamilyVisit, str]]:
    """Announced visits and outings that touch this time and stand, the first first, with who announced them."""
    visit, person = tables.FamilyVisit, tables.Person
    statement = (
        select(visit, person.name)
        .join(person, col(person.id) == col(visit.person_id))
        .where(
            col(visit.resident_id).in_(set(residents)), col(visit.until) > since, col(visit.since) < until,
            col(visit.cancelled_at).is_(None),
        )
        .order_by(col(visit.since))
    )  # fmt: skip
    return list((await session.exec(statement)).all())


async def from_then_on(session: Session, first: tables.FamilyVisit) -> Sequence[tables.FamilyVisit]:
    """This visit, and those after it that were announced by the same press."""
    visit = tables.FamilyVisit
    statement = select(visit).where(
        visit.resident_id == first.resident_id, visit.person_id == first.person_id, visit.made_at == first.made_at,
        visit.since >= first.since,
    )  # fmt: skip
    return (await session.exec(statement)).all()


class Coming(NamedTuple):
    """An announced visit as the care team reads it."""

    resident: Named
    by: str
    sort: Sort
    since: datetime
    until: datetime
    note: str


async def visits_seen(session: Session, sight: Sight, since: datetime, until: datetime) -> list[Coming]:
    """What the families of residents whom this sight covers have announced, the first first."""
    visit, person, who = tables.FamilyVisit, tables.Person, tables.Resident
    statement = (
        _select(who.id, who.given_name, who.family_name, person.name, visit.sort, visit.since, visit.until, visit.note)
        .join_from(visit, who, col(who.id) == col(visit.resident_id))
        .join(person, col(person.id) == col(visit.person_id))
        .where(col(visit.until) > since, col(visit.since) < until, col(visit.cancelled_at).is_(None))
        .order_by(col(visit.since))
    )
    rows = (await session.exec(statement)).all()
    live_in = await places.units_of_residents(session, since)
    return [Coming(Named(*row[:3]), *row[3:]) for row in rows if sight.covers(live_in.get(row[0]))][:_MOST]


async def windows(session: Session, people: Collection[str]) -> dict[str, list[Window]]:
    """When each of these can be asked; nobody stands here who named no times."""
    row = tables.Availability
    statement = select(row).where(col(row.person_id).in_(set(people))).order_by(col(row.since_minute))
    found: dict[str, list[Window]] = defaultdict(list)
    for one in (await session.exec(statement)).all():
        found[one.person_id].append(
            Window(days=days_of(one.days), since=one.since_minute, until=one.until_minute, zone=one.zone)
        )
    return dict(found)


async def refusing(session: Session, people: Collection[str]) -> set[str]:
    """Who of these has said NEI to being asked, or wants no texts at all."""
    row = tables.KinSettings
    statement = select(row.person_id).where(
        col(row.person_id).in_(set(people)), ~col(row.can_be_asked) | col(row.texts_stopped_at).is_not(None)
    )
    return set((await session.exec(statement)).all())


async def set_windows(session: Session, person_id: str, wanted: Iterable[Window]) -> None:
    """From now on they can be asked at these times, and at no others; with none at any time."""
    await session.exec(delete(tables.Availability).where(col(tables.Availability.person_id) == person_id))
    session.add_all(
        tables.Availability(
            id=new_id(), person_id=person_id, days=mask_of(one.days), since_minute=one.since, until_minute=one.until,
            zone=one.zone,
        )
        for one in wanted
    )  # fmt: skip


async def wishes(session: Session, residents: Collection[str]) -> dict[str, tables.Wish]:
    """What matters to each of these residents, where they have said so."""
    statement = select(tables.Wish).where(col(tables.Wish.resident_id).in_(set(residents)))
    return {one.resident_id: one for one in (await session.exec(statement)).all()}


async def set_wish(session: Session, resident_id: str, text: str, by: str, now: datetime) -> None:
    """These words from now on."""
    row = await session.get(tables.Wish, resident_id) or tables.Wish(resident_id=resident_id, text="", changed_at=now)
    row.text, row.changed_at, row.changed_by_id = text, now, by
    session.add(row)


async def pause_sharing(session: Session, resident_id: str, now: datetime, until: datetime | None) -> None:
    """Hide the day from the family until then; None ends it."""
    row = await session.get(tables.SharingPause, resident_id)
    row = row or tables.SharingPause(resident_id=resident_id, since=now, until=now)
    row.since, row.until = now, until or now
    session.add(row)
