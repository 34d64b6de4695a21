"""Who looks after whom, for the list of what does not work now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from sqlmodel import col, or_, select
from sqlmodel.sql.expression import Select

from carehub.core.folding.silence import Why
from carehub.core.watching.blindness import Guard, Risk
from carehub.core.watching.supervision import BATTERY_EMPTY
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.devices import WATCHED
from carehub.store.silences import in_force
from carehub.store.tables.places import DeviceStatus

_select: Any = select  # more columns than its types know


class Who(NamedTuple):
    """A resident, as far as a list names them: of two thousand most lack nothing, and whole rows are wide."""

    id: str
    given_name: str
    family_name: str
    risk: Risk


class Home(NamedTuple):
    """Where they live, likewise."""

    id: str
    name: str
    unit_id: str | None


@dataclass(slots=True)
class Watched:
    """A resident, where they live, and those of the devices that look after them that may not do so now."""

    resident: Who
    scope: Home
    guards: list[Guard] = field(default_factory=list)


async def watched(session: Session, now: datetime, unit: str | None = None) -> list[Watched]:
    """Everybody who lives somewhere (in a unit) now; of their own devices and those of their home, what may be off."""
    told = ("id", "given_name", "family_name", "risk", "scope_id", "name", "unit_id")
    asked, values = (_LIVING, ()) if unit is None else (_LIVING_IN, (unit,))
    columns = await sql.columns(session, asked, told, now, now, *values)
    found = [
        Watched(Who(who, given, family, _RISKS[risk]), Home(*home))
        for who, given, family, risk, *home in zip(*columns, strict=True)
    ]
    silent = await in_force(session, now)
    homes = None if unit is None else {one.scope.id for one in found}
    of_scope: Mapping[str, list[tuple[str | None, Guard]]] = await _guards(session, silent, homes)
    for one in found:
        at_home = of_scope.get(one.scope.id, ())
        one.guards += [guard for whose, guard in at_home if whose in {None, one.resident.id}]
    return found


_LIVING = """
    SELECT resident.id, resident.given_name, resident.family_name, resident.risk, residency.scope_id, scope.name,
        scope.unit_id
    FROM residency JOIN resident ON resident.id = residency.resident_id JOIN scope ON scope.id = residency.scope_id
    WHERE residency.since <= ? AND (residency.until IS NULL OR residency.until > ?)
"""
_LIVING_IN = f"{_LIVING} AND scope.unit_id = ?"
_RISKS = {one.value: one for one in Risk}


async def _guards(
    session: Session, silent: Sequence[tables.Silence], homes: Collection[str] | None
) -> dict[str, list[tuple[str | None, Guard]]]:
    """By home: whose, and what. Of ten thousand devices all but some work, and are not read."""
    devices, stands = tables.Device, tables.Assignment
    held = [one for one in silent if one.why is not Why.AWAY]  # which silences what the rules say, and no device
    perhaps = or_(
        col(devices.silent_since).is_not(None), col(devices.battery) <= BATTERY_EMPTY,
        col(devices.status) != DeviceStatus.IN_SERVICE,
        col(devices.id).in_({one.device_id for one in held if one.device_id}),
        col(stands.scope_id).in_({one.scope_id for one in held if one.scope_id}),
    )  # fmt: skip
    statement = (
        _select(*_OF_DEVICE, stands.scope_id, stands.resident_id, stands.since)
        .join(stands, col(stands.device_id) == col(devices.id))
        .where(col(stands.until).is_(None), col(devices.status).in_(WATCHED), perhaps)
    )
    if homes is not None:
        statement = statement.where(col(stands.scope_id).in_(homes))
    found: dict[str, list[tuple[str | None, Guard]]] = defaultdict(list)
    for row in (await session.exec(statement)).all():
        guard = guard_of(row, row.since, _silenced(held, row.id, row.scope_id))
        found[row.scope_id].append((row.resident_id, guard))
    return found


def _silenced(silent: Iterable[tables.Silence], device: str, scope: str) -> datetime | None:
    """Until when the device is silenced."""
    ends = [
        one.until for one in silent if one.device_id == device or (one.scope_id == scope and one.device_id is None)
    ]  # fmt: skip
    return max(ends, default=None)


class Device(Protocol):
    """What is asked of a device: a row of its table, or these columns of it, which cost a fifth."""

    id: Any
    label: Any
    address: Any
    kind: Any
    status: Any
    silent_since: Any
    last_seen_at: Any
    battery: Any


_OF_DEVICE = (
    tables.Device.id, tables.Device.label, tables.Device.address, tables.Device.kind, tables.Device.status,
    tables.Device.silent_since, tables.Device.last_seen_at, tables.Device.battery,
)  # fmt: skip


def guard_of(device: Device, since: datetime | None = None, silenced_until: datetime | None = None) -> Guard:
    """A device as far as its watching goes."""
    return Guard(
        device=device.id, name=device.label or device.address, kind=device.kind,
        proven=device.status is DeviceStatus.IN_SERVICE, since=since, silent_since=device.silent_since,
        last_heard=device.last_seen_at, battery=device.battery, silenced_until=silenced_until,
    )  # fmt: skip


async def told(session: Session) -> list[tuple[tables.Device, tables.Scope, tables.Resident | None]]:
    """Life-critical devices that are off and that somebody has been told of, with whom they should look after."""
    return [(device, scope, resident) for device, scope, resident in (await session.exec(_TOLD)).all()]


def _told() -> Select[tables.Device, tables.Scope, tables.Resident]:
    residency, assignment = tables.Residency, tables.Assignment
    lives_there = (col(residency.scope_id) == col(assignment.scope_id)) & col(residency.until).is_(None)
    mine = col(assignment.resident_id).is_(None) | (col(assignment.resident_id) == col(residency.resident_id))
    return (
        select(tables.Device, tables.Scope, tables.Resident)
        .join(assignment, col(assignment.device_id) == col(tables.Device.id))
        .join(tables.Scope, col(tables.Scope.id) == col(assignment.scope_id))
        .join(residency, lives_there & mine, isouter=True)
        .join(tables.Resident, col(tables.Resident.id) == col(residency.resident_id), isouter=True)
        .where(col(tables.Device.blind_since).is_not(None), col(assignment.until).is_(None))
        .order_by(col(tables.Device.blind_since))
        .limit(200)
    )


_TOLD = _told()
"""Built once: each board asks it at each turn."""


async def rules_off(session: Session) -> set[str]:
    """Rules that were switched off because they failed again and again."""
    return set((await session.exec(select(tables.RuleOff.rule_id))).all())
