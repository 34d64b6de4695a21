"""What the administration's pages list and change: devices, people, the event ledger."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, case, func, or_
from sqlalchemy import select as columns
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from carehub.core.answers.alerts import Status
from carehub.core.findings import Outcome
from carehub.core.severity import Severity
from carehub.core.watching.supervision import LIFE_CRITICAL
from carehub.kit.norwegian import nb_key
from carehub.store import sql, tables
from carehub.store.holding import holds
from carehub.store.ledger import BATCH, place_of
from carehub.store.residencies import events_of
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import DeviceStatus, ScopeKind

PAGE = 100
"""How many rows a list shows; a search narrows it."""
EVENTS = 50
"""So many events stand on a page of the ledger: each is a stop for whoever goes by keys."""


class Show(StrEnum):
    """Which devices a list shows."""

    ALL = "all"
    SILENT = "silent"
    UNKNOWN = "unknown"
    UNTESTED = "untested"
    """The red list: nobody has seen its alarm arrive, or not for too long."""
    ENDING = "ending"
    """Its bearer is going to be switched off; the first to go first."""
    BATTERY = "battery"
    """Its battery falls; the first to be empty first."""
    RETIRED = "retired"
    """Out of use for good."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceRow:
    """A device with where it stands now."""

    device: tables.Device
    assignment: tables.Assignment | None
    scope: tables.Scope | None
    resident: tables.Resident | None


_Standing = Select[tables.Device, tables.Assignment, tables.Scope, tables.Resident]
_STANDING = (
    select(tables.Device, tables.Assignment, tables.Scope, tables.Resident)
    .join(
        tables.Assignment,
        (col(tables.Assignment.device_id) == col(tables.Device.id)) & col(tables.Assignment.until).is_(None),
        isouter=True,
    )
    .join(tables.Scope, col(tables.Scope.id) == col(tables.Assignment.scope_id), isouter=True)
    .join(tables.Resident, col(tables.Resident.id) == col(tables.Assignment.resident_id), isouter=True)
)


async def devices(
    session: AsyncSession, show: Show, words: str, tested_before: datetime | None = None
) -> list[DeviceRow]:
    """Devices whose name, label, model or place holds the words; the unknown and the silent first."""
    return (await device_page(session, show, words, tested_before, 1))[0]


async def device_page(
    session: AsyncSession, show: Show, words: str, tested_before: datetime | None, number: int
) -> tuple[list[DeviceRow], int]:
    """The same by pages of `PAGE` rows, from 1, and how many there are on all of them."""
    conditions, first = _shown(show, tested_before)
    order = (
        *first, col(tables.Device.status) != DeviceStatus.UNKNOWN, col(tables.Device.silent_since).is_(None),
        tables.Device.address,
    )  # fmt: skip
    start = (number - 1) * PAGE
    if words:
        return await _found(session, [*conditions, _holds(words)], order, start)
    rows = await _rows(session, _STANDING.where(*conditions).order_by(*order).limit(PAGE).offset(start))
    counted = columns(func.count()).select_from(tables.Device).where(*conditions)
    return rows, (await (await session.connection()).execute(counted)).scalar_one()


def _holds(words: str) -> ColumnElement[bool]:
    return holds(words, tables.Device.address, tables.Device.label, tables.Device.model, tables.Scope.name)


async def _found(
    session: AsyncSession, conditions: Sequence[ColumnElement[bool]], order: Sequence[Any], start: int
) -> tuple[list[DeviceRow], int]:
    """A page of what a search finds, and how many it finds: every device is looked at once for both."""
    asked = _STANDING.where(*conditions).with_only_columns(col(tables.Device.id)).order_by(*order)
    found = (await (await session.connection()).execute(asked)).scalars().all()
    shown = found[start : start + PAGE]
    rows = {row.device.id: row for row in await _rows(session, _STANDING.where(col(tables.Device.id).in_(shown)))}
    return [rows[one] for one in shown if one in rows], len(found)


async def _rows(session: AsyncSession, statement: _Standing) -> list[DeviceRow]:
    return [DeviceRow(device=d, assignment=a, scope=s, resident=r) for d, a, s, r in await session.exec(statement)]


async def devices_after(
    session: AsyncSession, show: Show, tested_before: datetime | None, after: str, many: int
) -> list[DeviceRow]:
    """So many of a list's devices in the order of their ids, from the one after this id on."""
    conditions, _ = _shown(show, tested_before)
    after_it = _STANDING.where(*conditions, col(tables.Device.id) > after)
    return await _rows(session, after_it.order_by(col(tables.Device.id)).limit(many))


async def devices_of(session: AsyncSession, ids: Collection[str]) -> list[DeviceRow]:
    """These devices with where they stand now."""
    return await _rows(session, _STANDING.where(col(tables.Device.id).in_(ids))) if ids else []


async def device_row(session: AsyncSession, device_id: str) -> DeviceRow | None:
    """One device with where it stands now; None where there is no such device."""
    return next(iter(await devices_of(session, [device_id])), None)


def _shown(show: Show, tested_before: datetime | None) -> tuple[list[ColumnElement[bool]], list[Any]]:
    """What a list holds, and what it is ordered by first. What is out of use is on a list of its own."""
    out = col(tables.Device.status) == DeviceStatus.RETIRED
    if show is Show.SILENT:
        return [col(tables.Device.silent_since).is_not(None), ~out], []
    if show is Show.UNKNOWN:
        return [col(tables.Device.status) == DeviceStatus.UNKNOWN], []
    if show is Show.UNTESTED:
        return [_is_untested(tested_before)], []
    if show is Show.ENDING:
        return [_ends()], [col(tables.Device.bearer_ends_on)]
    if show is Show.BATTERY:
        return [_falls()], [col(tables.Device.battery_empty_at)]
    return [out if show is Show.RETIRED else ~out], []


def _is_untested(before: datetime | None) -> ColumnElement[bool]:
    device = tables.Device
    old: ColumnElement[bool] = col(device.tested_at).is_(None)
    if before is not None:
        old = old | (col(device.tested_at) < before)
    overdue = (col(device.status) == DeviceStatus.IN_SERVICE) & col(device.kind).in_(LIFE_CRITICAL) & old
    return (col(device.status) == DeviceStatus.NOT_IN_SERVICE) | overdue


def _ends() -> ColumnElement[bool]:
    return col(tables.Device.bearer_ends_on).is_not(None) & (col(tables.Device.status) != DeviceStatus.RETIRED)


def _falls() -> ColumnElement[bool]:
    return col(tables.Device.battery_empty_at).is_not(None) & (col(tables.Device.status) != DeviceStatus.RETIRED)


def _many(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


async def device_counts(session: AsyncSession, tested_before: datetime | None = None) -> dict[Show, int]:
    """How many devices each list shows."""
    conditions = {
        Show.SILENT: col(tables.Device.silent_since).is_not(None),
        Show.UNKNOWN: col(tables.Device.status) == DeviceStatus.UNKNOWN,
        Show.UNTESTED: _is_untested(tested_before),
        Show.ENDING: _ends(),
        Show.BATTERY: _falls(),
    }
    statement = columns(func.count(), *(_many(one) for one in conditions.values())).where(
        col(tables.Device.status) != DeviceStatus.RETIRED
    )
    out = columns(func.count()).where(col(tables.Device.status) == DeviceStatus.RETIRED)
    every, *others = (await (await session.connection()).execute(statement)).one()
    retired = (await (await session.connection()).execute(out)).scalar_one()
    return {Show.ALL: every, Show.RETIRED: retired, **dict(zip(conditions, map(int, others), strict=True))}


async def places_to_stand(session: AsyncSession) -> list[tables.Scope]:
    """Homes, rooms and wards in which a device can be placed, in Norwegian order."""
    statement = select(tables.Scope).where(col(tables.Scope.kind).in_([ScopeKind.HOME, ScopeKind.ROOM, ScopeKind.WARD]))
    return sorted((await session.exec(statement)).all(), key=lambda scope: nb_key(scope.name))


class Named(NamedTuple):
    """A resident as a list to choose from names them."""

    id: str
    given_name: str
    family_name: str


async def residents(session: AsyncSession) -> list[Named]:
    """Everybody who is cared for, by family name: their names alone, for lists are long and rows are wide."""
    columns = await sql.columns(session, "SELECT id, given_name, family_name FROM resident", Named._fields)
    return sorted(map(Named, *columns), key=lambda one: (nb_key(one.family_name), nb_key(one.given_name)))


async def resident_rows(session: AsyncSession) -> dict[str, tables.Resident]:
    """All that is written of everybody who is cared for, by id."""
    return {one.id: one for one in (await session.exec(select(tables.Resident))).all()}


async def people(session: AsyncSession) -> list[tuple[tables.Person, str | None]]:
    """Everybody who can log in, with their unit's name: the active first, by name."""
    statement = select(tables.Person, tables.Unit.name).join(
        tables.Unit, col(tables.Unit.id) == col(tables.Person.unit_id), isouter=True
    )
    rows = [(person, unit) for person, unit in (await session.exec(statement)).all()]
    return sorted(rows, key=lambda row: (not row[0].active, nb_key(row[0].name)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which events a search of the ledger asks for.

    Attributes:
        words: In the device's name, address or place.
        before: Only what stands before this place in the order.
        since: Inclusive, as is `until`.
        units: Only what came from these, or from no unit; None for all of them.
    """

    outcome: Outcome | None = None
    words: str = ""
    before: int | None = None
    resident: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    units: frozenset[str] | None = None


async def ledger(
    session: AsyncSession, wanted: Wanted
) -> list[tuple[tables.Event, tables.Device | None, tables.Scope | None]]:
    """The newest `EVENTS` that are asked for, with what became of each; one more where there are older ones."""
    statement = (
        select(tables.Event, tables.Device, tables.Scope)
        .join(tables.Device, col(tables.Device.id) == col(tables.Event.device_id), isouter=True)
        .join(tables.Scope, col(tables.Scope.id) == col(tables.Event.scope_id), isouter=True)
        .order_by(col(tables.Event.seq).desc())
        .limit(EVENTS + 1)
    )
    if wanted.before is not None:
        statement = statement.where(tables.Event.seq < wanted.before)
    if wanted.outcome is not None:
        statement = statement.where(tables.Event.outcome == wanted.outcome)
    if wanted.resident is not None:
        statement = statement.where(events_of(wanted.resident))
    if wanted.units is not None:
        unit = col(tables.Scope.unit_id)
        statement = statement.where(or_(unit.is_(None), unit.in_(wanted.units)))
    if wanted.since is not None:
        first = await place_of(session, wanted.since - BATCH)
        statement = statement.where(tables.Event.at >= wanted.since, tables.Event.seq >= first)
    if wanted.until is not None:
        last = await place_of(session, wanted.until + BATCH)
        statement = statement.where(tables.Event.at <= wanted.until, tables.Event.seq <= last)
    if wanted.words:
        places = (tables.Device.address, tables.Device.label, tables.Scope.name)
        statement = statement.where(holds(wanted.words, *places))
    return [(event, device, scope) for event, device, scope in (await session.exec(statement)).all()]


async def outcomes_since(session: AsyncSession, seq: int) -> dict[Outcome, int]:
    """How many of the events after `seq` came to what."""
    statement = select(tables.Event.outcome, func.count()).where(tables.Event.seq > seq)
    statement = statement.group_by(col(tables.Event.outcome))
    return {Outcome(outcome): many for outcome, many in (await session.exec(statement)).all()}


async def open_by_severity(session: AsyncSession) -> dict[Severity, int]:
    """How many alerts are open, by how much they hurry."""
    statement = (
        select(tables.Alert.severity, func.count())
        .where(tables.Alert.status != Status.CLOSED)
        .group_by(col(tables.Alert.severity))
    )
    return {Severity(severity): many for severity, many in (await session.exec(statement)).all()}


async def waiting_notices(session: AsyncSession) -> int:
    """How many notices have not been handed to a channel yet."""
    statement = (
        select(func.count())
        .select_from(tables.Notice)
        .where(col(tables.Notice.state).in_([NoticeState.WAITING, NoticeState.SENDING]))
    )
    return (await session.exec(statement)).one()
