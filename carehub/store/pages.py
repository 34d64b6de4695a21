"""What the pages show: alerts with all that stands on a card, and what a resident's hours looked like."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, bindparam, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import Select

from carehub.core.answers.alerts import Status
from carehub.core.kinds import EventKind
from carehub.core.severity import Severity
from carehub.kit.norwegian import nb_key
from carehub.store import tables
from carehub.store.residencies import events_of
from carehub.store.tables.places import DeviceStatus, ScopeKind

_MOST = 200
"""No page shows more than this of anything."""

ACTIVITY = (
    EventKind.MOTION_DETECTED, EventKind.PRESENCE_DETECTED, EventKind.VIBRATION_DETECTED,
    EventKind.DOOR_OPENED, EventKind.DOOR_CLOSED, EventKind.BED_ENTERED, EventKind.BED_LEFT,
    EventKind.CHAIR_ENTERED, EventKind.CHAIR_LEFT, EventKind.BUTTON_PRESSED, EventKind.CORD_PULLED,
    EventKind.STOVE_ON, EventKind.STOVE_OFF, EventKind.MEDICATION_DISPENSED,
)  # fmt: skip
"""Kinds that show that somebody did something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """An alert with everybody and everything that stands on its card."""

    alert: tables.Alert
    scope: tables.Scope | None
    unit: tables.Unit | None
    resident: tables.Resident | None
    owner: tables.Person | None
    closer: tables.Person | None
    unproven: bool = False
    """It came from a device whose alarm nobody has seen before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One sign of life of a resident."""

    resident: str
    at: datetime
    kind: str
    place: str | None


class Silent(NamedTuple):
    """A device that should have been heard, with where it stands: of two hundred, a board shows a line each."""

    device: str
    label: str | None
    address: str
    since: datetime
    scope: str | None
    home: str | None
    unit: str | None
    place: str | None


_CARDS = (
    select(tables.Alert, tables.Scope, tables.Unit, tables.Resident)
    .join(tables.Scope, col(tables.Scope.id) == col(tables.Alert.scope_id), isouter=True)
    .join(tables.Unit, col(tables.Unit.id) == col(tables.Alert.unit_id), isouter=True)
    .join(tables.Resident, col(tables.Resident.id) == col(tables.Alert.resident_id), isouter=True)
)
_columns: Any = select  # more columns than its types know
_Rows = Select[tables.Alert, tables.Scope, tables.Unit, tables.Resident]
# What a board asks at each turn is built once: to build a statement, and to find its text again, costs what it asks.
_OPEN = _CARDS.where(tables.Alert.status != Status.CLOSED).order_by(
    col(tables.Alert.severity).desc(), (col(tables.Alert.status) != Status.OPEN), col(tables.Alert.raised_at)
)
_CLOSED = (
    _CARDS.where(tables.Alert.status == Status.CLOSED, col(tables.Alert.closed_at) >= bindparam("since"))
    .order_by(col(tables.Alert.closed_at).desc())
    .limit(bindparam("most"))
)
_OF_UNIT = _CLOSED.where(tables.Alert.unit_id == bindparam("unit"))
_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_UNPROVEN = select(tables.Device.id).where(
    col(tables.Device.id).in_(_IDS), tables.Device.status == DeviceStatus.NOT_IN_SERVICE
)
_PEOPLE = select(tables.Person).where(col(tables.Person.id).in_(_IDS))
_LATELY = (
    select(tables.Alert)
    .where(col(tables.Alert.resident_id).in_(_IDS), col(tables.Alert.raised_at) >= bindparam("since"))
    .order_by(col(tables.Alert.raised_at))
)
_TRACES = (
    select(tables.AlertEvent)
    .where(col(tables.AlertEvent.alert_id).in_(_IDS))
    .order_by(col(tables.AlertEvent.id).desc())
)
_UNITS = select(tables.Unit).order_by(tables.Unit.name)
_LAST = select(tables.Event.at).where(tables.Event.seq == select(func.max(tables.Event.seq)).scalar_subquery())
_SILENT = (
    _columns(
        tables.Device.id,
        tables.Device.label,
        tables.Device.address,
        tables.Device.silent_since,
        tables.Scope.id,
        tables.Scope.name,
        tables.Scope.unit_id,
        tables.Assignment.place,
    )
    .select_from(tables.Device)
    .join(
        tables.Assignment,
        (col(tables.Assignment.device_id) == col(tables.Device.id)) & col(tables.Assignment.until).is_(None),
        isouter=True,
    )
    .join(tables.Scope, col(tables.Scope.id) == col(tables.Assignment.scope_id), isouter=True)
    .where(col(tables.Device.silent_since).is_not(None), tables.Device.status != DeviceStatus.RETIRED)
    .order_by(col(tables.Device.silent_since))
    .limit(_MOST)
)


async def _cards(session: AsyncSession, statement: _Rows, **values: Any) -> list[Card]:
    rows = (await session.exec(statement, params=values)).all()
    wanted = {who for alert, *_ in rows for who in (alert.owner_id, alert.closed_by_id) if who}
    people = {one.id: one for one in await _people(session, wanted)}
    unproven = await _unproven(session, {alert.device_id for alert, *_ in rows if alert.device_id})
    return [
        Card(
            alert=alert, scope=scope, unit=unit, resident=resident,
            owner=people.get(alert.owner_id or ""), closer=people.get(alert.closed_by_id or ""),
            unproven=alert.device_id in unproven,
        )
        for alert, scope, unit, resident in rows
    ]  # fmt: skip


async def _unproven(session: AsyncSession, devices: set[str]) -> set[str]:
    if not devices:
        return set()
    return set((await session.exec(_UNPROVEN, params={"ids": [*devices]})).all())


async def _people(session: AsyncSession, ids: set[str]) -> Sequence[tables.Person]:
    if not ids:
        return ()
    return (await session.exec(_PEOPLE, params={"ids": [*ids]})).all()


async def open_alerts(session: AsyncSession) -> list[Card]:
    """Every open alert: the most urgent first, then those that nobody has, then the oldest."""
    return await _cards(session, _OPEN)


async def closed_since(
    session: AsyncSession, since: datetime, limit: int = 20, *, unit: str | None = None
) -> list[Card]:
    """What was closed lately in a unit (None: in all), the newest first."""
    most = min(limit, _MOST)
    if unit is None:
        return await _cards(session, _CLOSED, since=since, most=most)
    return await _cards(session, _OF_UNIT, since=since, most=most, unit=unit)


async def card_of(session: AsyncSession, alert_id: str) -> Card | None:
    """One alert, open or closed."""
    found = await _cards(session, _CARDS.where(tables.Alert.id == alert_id))
    return found[0] if found else None


async def numbered(session: AsyncSession, number: str) -> tables.Alert | None:
    """The alert that people call by this number: an open one first, then the newest."""
    statement = (
        select(tables.Alert)
        .where(col(tables.Alert.id).startswith(number.lower(), autoescape=True))
        .order_by((col(tables.Alert.status) == Status.CLOSED), col(tables.Alert.raised_at).desc())
        .limit(1)
    )
    return (await session.exec(statement)).first()


async def handled_for(session: AsyncSession, resident_id: str, since: datetime) -> Sequence[tables.Alert]:
    """A resident's closed alerts that mattered, the newest first."""
    statement = (
        select(tables.Alert)
        .where(
            tables.Alert.resident_id == resident_id,
            tables.Alert.status == Status.CLOSED,
            col(tables.Alert.closed_at) >= since,
            col(tables.Alert.severity) >= Severity.MODERATE,
        )
        .order_by(col(tables.Alert.closed_at).desc())
        .limit(50)
    )
    return (await session.exec(statement)).all()


async def has_open(session: AsyncSession, resident_id: str) -> bool:
    """Whether something waits, or is being handled, at this resident's.

    What is about nobody in particular in a home that two share, smoke above all, is at each of them; what is about the
    other alone is not.
    """
    lives, alert = tables.Residency, tables.Alert
    home = select(lives.scope_id).where(lives.resident_id == resident_id, col(lives.until).is_(None))
    of_the_home = col(alert.resident_id).is_(None) & col(alert.scope_id).in_(home)
    statement = select(alert.id).where(
        (col(alert.resident_id) == resident_id) | of_the_home,
        tables.Alert.status != Status.CLOSED,
        col(tables.Alert.severity) >= Severity.MODERATE,
    )
    return (await session.exec(statement.limit(1))).first() is not None


async def movements(session: AsyncSession, residents: Iterable[str], since: datetime) -> dict[str, list[Movement]]:
    """What these residents did since then, as far as sensors tell, in order."""
    statement = (
        select(tables.Event.resident_id, tables.Event.at, tables.Event.kind, tables.Event.place)
        .where(
            events_of(*residents),
            col(tables.Event.at) >= since,
            col(tables.Event.kind).in_([kind.value for kind in ACTIVITY]),
        )
        .order_by(col(tables.Event.at).desc())
        .limit(20_000)
    )
    found: dict[str, list[Movement]] = defaultdict(list)
    for resident, at, kind, place in reversed((await session.exec(statement)).all()):
        if resident is not None:
            found[resident].append(Movement(resident=resident, at=at, kind=kind, place=place))
    return found


async def alerts_of(session: AsyncSession, residents: Iterable[str], since: datetime) -> dict[str, list[tables.Alert]]:
    """Each resident's alerts since then, for the marks in the picture."""
    found: dict[str, list[tables.Alert]] = defaultdict(list)
    for alert in (await session.exec(_LATELY, params={"ids": [*set(residents)], "since": since})).all():
        found[alert.resident_id or ""].append(alert)
    return found


async def traces(session: AsyncSession, alert_ids: Iterable[str]) -> dict[str, str]:
    """The trace that raised each alert, as JSON."""
    return {row.alert_id: row.trace for row in (await session.exec(_TRACES, params={"ids": [*set(alert_ids)]})).all()}


async def journal(session: AsyncSession, alert_id: str) -> list[tuple[tables.AlertStep, str | None]]:
    """An alert's journal in order, with the name of who did it."""
    statement = (
        select(tables.AlertStep, tables.Person.name)
        .join(tables.Person, col(tables.Person.id) == col(tables.AlertStep.person_id), isouter=True)
        .where(tables.AlertStep.alert_id == alert_id)
        .order_by(col(tables.AlertStep.id).desc())
        .limit(_MOST)
    )
    return [(step, name) for step, name in reversed((await session.exec(statement)).all())]


async def units(session: AsyncSession) -> Sequence[tables.Unit]:
    """Every ward and zone."""
    return (await session.exec(_UNITS)).all()


async def homes(session: AsyncSession) -> list[tables.Scope]:
    """Every home and room, in Norwegian order."""
    kinds = [ScopeKind.HOME, ScopeKind.ROOM]
    found = (await session.exec(select(tables.Scope).where(col(tables.Scope.kind).in_(kinds)))).all()
    return sorted(found, key=lambda scope: nb_key(scope.name))


async def last_event_at(session: AsyncSession) -> datetime | None:
    """When the hub last heard anything at all."""
    return (await session.exec(_LAST)).first()


async def silent_places(session: AsyncSession) -> list[Silent]:
    """Devices that should have been heard and were not, with where they stand now."""
    return [Silent(*row) for row in (await session.exec(_SILENT)).all()]
