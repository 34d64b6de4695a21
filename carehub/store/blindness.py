"""Who looks after whom, for the list of what does not work now."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlmodel import col, select
from sqlmodel.sql.expression import Select

from carehub.core.folding.silence import Why
from carehub.core.watching.blindness import Guard, Risk
from carehub.core.watching.supervision import BATTERY_EMPTY, DeviceKind
from carehub.store import sql, tables
from carehub.store.called import Home
from carehub.store.database import Session
from carehub.store.devices import WATCHED
from carehub.store.silences import in_force
from carehub.store.tables.places import DeviceStatus


class Who(Struct, frozen=True, gc=False):
    """A resident, as far as a list names them: of two thousand most lack nothing, and whole rows are wide."""

    id: str
    given_name: str
    family_name: str
    risk: Risk


class Watched(Struct, frozen=True):
    """A resident, where they live, and those of the devices that look after them that may not do so now."""

    resident: Who
    scope: Home
    guards: Sequence[Guard]


async def watched(session: Session, now: datetime, unit: str | None = None) -> list[Watched]:
    """Everybody who lives somewhere (in a unit) now; of their own devices and those of their home, what may be off."""
    told = ("id", "given_name", "family_name", "risk", "scope_id", "name", "unit_id")
    asked, values = (_LIVING, ()) if unit is None else (_LIVING_IN, (unit,))
    columns = await sql.columns(session, asked, told, now, now, *values)
    homes = None if unit is None else tuple(set(columns[4]))
    of_scope = await _guards(session, await in_force(session, now), homes)
    return [
        Watched(
            Who(who, given, family, _RISKS[risk]), Home(scope, name, where),
            [guard for whose, guard in at_home if whose is None or whose == who]
            if (at_home := of_scope.get(scope)) else (),
        )
        for who, given, family, risk, scope, name, where in zip(*columns, strict=True)
    ]  # fmt: skip


_LIVING = """
    SELECT resident.id, resident.given_name, resident.family_name, resident.risk, residency.scope_id, scope.name,
        scope.unit_id
    FROM residency JOIN resident ON resident.id = residency.resident_id JOIN scope ON scope.id = residency.scope_id
    WHERE residency.since <= ? AND (residency.until IS NULL OR residency.until > ?)
"""
_LIVING_IN = f"{_LIVING} AND scope.unit_id = ?"
_RISKS = {one.value: one for one in Risk}


async def _guards(
    session: Session, silent: Sequence[tables.Silence], homes: tuple[str, ...] | None
) -> dict[str, list[tuple[str | None, Guard]]]:
    """By home: whose, and what. Of ten thousand devices all but some work, and are not read."""
    held = [one for one in silent if one.why is not Why.AWAY]  # which silences what the rules say, and no device
    of_device, of_home = _ends((one.device_id, one) for one in held), _ends((one.scope_id, one) for one in held)
    of_all = _ends((one.scope_id, one) for one in held if one.device_id is None)
    values: list[object] = [list(WATCHED), BATTERY_EMPTY, DeviceStatus.IN_SERVICE.value]
    if held:  # hardly ever, and to look each device up in two empty lists is half of what all the rest costs
        values += [list(of_device), list(of_home)]
    asked = _PERHAPS.format(held=_HELD if held else "", within="" if homes is None else _WITHIN)
    values += [] if homes is None else [homes]
    found: dict[str, list[tuple[str | None, Guard]]] = defaultdict(list)
    for scope, whose, since, device, name, kind, status, silent_since, heard, battery in zip(
        *await sql.columns(session, asked, _PERHAPS_TOLD, *values), strict=True
    ):
        ends = [end for end in (of_device.get(device), of_all.get(scope)) if end]
        guard = Guard(
            device=device, name=name, kind=_KINDS[kind], proven=status == DeviceStatus.IN_SERVICE,
            since=sql.moment(since), silent_since=silent_since and sql.moment(silent_since),
            last_heard=heard and sql.moment(heard), battery=battery, silenced_until=max(ends, default=None),
        )  # fmt: skip
        found[scope].append((whose, guard))
    return found


_PERHAPS = """
    SELECT stands.scope_id, stands.resident_id, stands.since, device.id,
        CASE WHEN device.label IS NULL OR device.label = '' THEN device.address ELSE device.label END AS name,
        device.kind, device.status, device.silent_since, device.last_seen_at, device.battery
    FROM device JOIN assignment AS stands ON stands.device_id = device.id
    WHERE stands.until IS NULL AND device.status = ANY (?) AND (
        device.silent_since IS NOT NULL OR device.battery <= ? OR device.status <> ? {held}
    ) {within}
"""
_HELD, _WITHIN = "OR device.id = ANY (?) OR stands.scope_id = ANY (?)", "AND stands.scope_id = ANY (?)"
_PERHAPS_TOLD = (
    "scope_id", "resident_id", "since", "id", "name", "kind", "status", "silent_since", "last_seen_at", "battery",
)  # fmt: skip
_KINDS = {one.value: one for one in DeviceKind}


def _ends(silences: Iterable[tuple[str | None, tables.Silence]]) -> dict[str, datetime]:
    """By what they are about: until when it is silenced."""
    found: dict[str, datetime] = {}
    for about, one in silences:
        if about is not None:
            found[about] = max(one.until, found.get(about, one.until))
    return found


def guard_of(device: tables.Device) -> Guard:
    """A device as far as its watching goes."""
    return Guard(
        device=device.id, name=device.label or device.address, kind=device.kind,
        proven=device.status is DeviceStatus.IN_SERVICE, silent_since=device.silent_since,
        last_heard=device.last_seen_at, battery=device.battery,
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
