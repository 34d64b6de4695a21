"""Writes the simulated village's register into an empty hub: what a municipality does by hand or by import."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from carehub.app import ward_plans
from carehub.app.families import families, guardian_of, related
from carehub.app.fitted import fitted, stands_since
from carehub.core.events import Event
from carehub.core.findings import Outcome
from carehub.core.people.access import PRIVATE, Role
from carehub.core.watching.blindness import Risk
from carehub.kit.ids import new_id
from carehub.store import people, shifts, stream, tables
from carehub.store.database import Database, Session
from carehub.store.event_rows import EventRow
from carehub.store.tables.places import ScopeKind, UnitKind
from carehub.village.register import Directory, Resident
from carehub.village.rotation import Shift, rotation
from carehub.village.simulate import PastEvent

_LIVED_HERE = timedelta(days=400)
_ROWS_AT_ONCE = 5000
_HIGH_BEFORE, _LOW_AFTER = 1932, 1948
"""Years of birth by which the demonstration gives each resident a risk; in life a nurse decides."""


async def move_in(database: Database, directory: Directory, password_hash: str, now: datetime) -> None:
    """Everybody and everything of the village, as if it had been there for a year.

    Args:
        password_hash: One password for all of the demonstration's logins.
    """
    since = now - _LIVED_HERE
    async with database.write() as session:
        await _add(
            session, (tables.Unit(id=u.id, name=u.name, kind=UnitKind(u.kind), phone=u.phone) for u in directory.units)
        )
        await _add(
            session,
            (
                tables.Scope(id=d.id, kind=ScopeKind(d.kind), name=d.name, unit_id=d.unit_id, access_note=d.access_note)
                for d in directory.dwellings
            ),
        )
        await _add(session, (_resident(one) for one in directory.residents))
        await _add(
            session,
            (
                tables.Residency(id=new_id(), resident_id=r.id, scope_id=r.dwelling_id, since=since)
                for r in directory.residents
            ),
        )
        await _add(session, (fitted(one, now) for one in directory.devices))
        await _add(session, _assignments(directory, since, now))
        await _add_people(session, directory, password_hash, since, now)
        await ward_plans.draw(session, directory, now)


def _assignments(directory: Directory, since: datetime, now: datetime) -> Iterator[tables.Assignment]:
    return (
        tables.Assignment(
            id=new_id(), device_id=d.id, scope_id=d.dwelling_id, resident_id=d.resident_id, place=d.place,
            since=stands_since(d, since, now),
        )
        for d in directory.devices
    )  # fmt: skip


async def _add_people(
    session: Session, directory: Directory, password_hash: str, since: datetime, now: datetime
) -> None:
    persons = [
        tables.Person(
            id=p.id, name=p.name, username=p.username, role=Role(p.role), unit_id=p.unit_id, phone=p.phone,
            on_duty=p.on_duty, password_hash=password_hash,
        )
        for p in directory.persons
    ]  # fmt: skip
    await _add(session, persons)
    await _add(session, (people.telephone(p, since) for p in persons if p.phone and p.role not in PRIVATE))
    acting = guardian_of(directory)
    await _add(session, (related(one, since) for one in directory.relations if one.id != acting.id))
    for rows in families(directory, password_hash, now):
        await _add(session, rows)


async def plan_shifts(database: Database, directory: Directory, zone: ZoneInfo, now: datetime) -> frozenset[str]:
    """Put the village's rotation in the plan: from now on it says who is on duty. Gives who is so at once."""
    async with database.write() as session:
        shifts_of = rotation(directory.persons)
        await _add(session, (_shift(one, now) for one in shifts_of))
        for person_id in {one.person_id for one in shifts_of}:
            (await session.get_one(tables.Person, person_id)).on_duty = False
        await _add(session, _neighbours(directory))
        await shifts.rebuild(session, zone, now)
        return frozenset(one.id for one in await people.staff(session, now) if one.on_duty)


def _shift(one: Shift, now: datetime) -> tables.ShiftLine:
    return tables.ShiftLine(
        id=new_id(), unit_id=one.unit_id, person_id=one.person_id, first_day=one.first_day, every_weeks=one.every_weeks,
        starts=one.starts, ends=one.ends, nights=int(one.ends <= one.starts), created_at=now,
    )  # fmt: skip


def _neighbours(directory: Directory) -> Iterator[tables.UnitNeighbour]:
    """Wards help wards first, and zones zones."""
    for unit in directory.units:
        others = sorted((one for one in directory.units if one != unit), key=lambda one: one.kind != unit.kind)
        for place, other in enumerate(others):
            yield tables.UnitNeighbour(unit_id=unit.id, neighbour_id=other.id, position=place)


async def _add(session: Session, rows: Iterable[object]) -> None:
    session.add_all(rows)
    await session.flush()


def _resident(one: Resident) -> tables.Resident:
    return tables.Resident(
        id=one.id, given_name=one.given_name, family_name=one.family_name, national_id=one.national_id, phone=one.phone,
        born_year=one.born_year, note=one.note, risk=_risk(one),
    )  # fmt: skip


def _risk(one: Resident) -> Risk:
    if one.born_year < _HIGH_BEFORE:
        return Risk.HIGH
    return Risk.LOW if one.born_year > _LOW_AFTER else Risk.NORMAL


async def remember(database: Database, directory: Directory, past: Iterable[PastEvent]) -> int:
    """Store past events, oldest first, as history on which no rule is run; gives how many."""
    devices = {(device.source, device.address): device.id for device in directory.devices}
    async with database.write() as session:
        first = seq = await stream.last_seq(session)
        for piece in batched(past, _ROWS_AT_ONCE):
            rows = [_past(seq + place, devices[e.source, e.device], e) for place, e in enumerate(piece, 1)]
            await stream.add_events(session, rows)
            seq += len(rows)
    return seq - first


def _past(seq: int, device_id: str, past: PastEvent) -> EventRow:
    event = Event(
        seq=seq, at=past.at, kind=past.kind, scope=past.dwelling, source=past.source, device=device_id,
        resident=past.resident, place=past.place,
    )  # fmt: skip
    return event, Outcome.TOO_LATE, None


def batched(past: Iterable[PastEvent], size: int) -> Iterator[list[PastEvent]]:
    """Pieces of at most `size` (itertools has this only from Python 3.12 on)."""
    rest = iter(past)
    while piece := list(islice(rest, size)):
        yield piece
