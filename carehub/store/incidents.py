"""Common silences: which devices are in each, and who has come back."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.core.watching.outage import Lost
from carehub.kit.ids import new_id
from carehub.store import equipment, sql, tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus

_STALE = timedelta(hours=12)
SILENCES = ("device-silent", "protection-blind")
"""Kinds of alert that say that one device is not heard."""


async def silent_among(session: Session, devices: Collection[str]) -> set[str]:
    """Which of these the watch has found silent."""
    found = await sql.ask(
        session, "SELECT id FROM device WHERE silent_since IS NOT NULL AND id = ANY (?)", list(devices)
    )
    return {name for (name,) in found}


async def open_one(session: Session, unit: str | None, now: datetime) -> tables.Incident | None:
    """The newest incident of this unit that is not over; one that nobody has joined for long is another story."""
    incident = tables.Incident
    mine = col(incident.unit_id).is_(None) if unit is None else col(incident.unit_id) == unit
    return (
        await session.exec(
            select(incident)
            .where(mine, col(incident.ended_at).is_(None), incident.last_at > now - _STALE)
            .order_by(col(incident.last_at).desc())
        )
    ).first()


async def singles(session: Session, unit: str | None, since: datetime) -> list[tuple[tables.Alert, set[str]]]:
    """Open alerts of silent devices in this unit since then, that nobody has taken, each with its devices."""
    alert = tables.Alert
    mine = col(alert.unit_id).is_(None) if unit is None else col(alert.unit_id) == unit
    statement = select(alert).where(
        mine, col(alert.kind).in_(SILENCES), alert.raised_at > since, alert.status == Status.OPEN
    )
    found = (await session.exec(statement)).all()
    told = await equipment.told_of(session, [one.id for one in found])
    return [(one, told[one.id]) for one in found]


async def begin(session: Session, unit: str | None, now: datetime) -> tables.Incident:
    """A new incident."""
    incident = tables.Incident(id=new_id(), unit_id=unit, began_at=now, last_at=now)
    session.add(incident)
    await session.flush()
    return incident


async def join(session: Session, incident: tables.Incident, devices: Collection[str], now: datetime) -> None:
    """These devices are silent too; one that had come back is silent again."""
    rows = [
        {"incident_id": incident.id, "device_id": one, "silent_at": now, "back_at": None} for one in sorted(devices)
    ]
    again = "ON CONFLICT (incident_id, device_id) DO UPDATE SET silent_at = excluded.silent_at, back_at = NULL"
    await sql.add(session, tables.IncidentDevice, rows, again)
    incident.last_at = now
    session.add(incident)


async def lost_in(session: Session, incident_id: str) -> list[Lost]:
    """The road of each device that is still silent, and in use."""
    device, part = tables.Device, tables.IncidentDevice
    statement = (
        select(device.bearer, device.operator, device.gateway)
        .join(part, col(part.device_id) == col(device.id))
        .where(part.incident_id == incident_id, col(part.back_at).is_(None), device.status != DeviceStatus.RETIRED)
    )
    return [Lost(bearer=b, operator=o, gateway=g) for b, o, g in (await session.exec(statement)).all()]


async def tick_off(session: Session, heard: Mapping[str, datetime]) -> None:
    """Who has spoken again is ticked off; an incident of which everybody has, is over."""
    open_incidents = (await session.exec(select(tables.Incident).where(col(tables.Incident.ended_at).is_(None)))).all()
    if not open_incidents or not heard:
        return
    back = "UPDATE incident_device SET back_at = ? WHERE device_id = ? AND back_at IS NULL AND silent_at <= ?"
    await sql.write(session, back, [(at, device, at) for device, at in heard.items()])
    for incident in open_incidents:
        if not await lost_in(session, incident.id):
            incident.ended_at = max(heard.values())
            session.add(incident)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One line of the visit list."""

    part: tables.IncidentDevice
    device: tables.Device
    scope: tables.Scope | None
    residents: Sequence[tables.Resident]


async def newest(session: Session, limit: int = 20) -> Sequence[tables.Incident]:
    """Incidents, those that are not over first."""
    incident = tables.Incident
    statement = select(incident).order_by(col(incident.ended_at).is_not(None), col(incident.began_at).desc())
    return (await session.exec(statement.limit(limit))).all()


async def visits(session: Session, incident_id: str) -> list[Visit]:
    """Every device of an incident that is still in use, with where it stands and whom it looks after."""
    part, device, assignment = tables.IncidentDevice, tables.Device, tables.Assignment
    statement = (
        select(part, device, assignment)
        .join(device, col(device.id) == col(part.device_id))
        .join(assignment, (col(assignment.device_id) == col(device.id)) & col(assignment.until).is_(None), isouter=True)
        .where(part.incident_id == incident_id, device.status != DeviceStatus.RETIRED)
    )
    rows: Sequence[_Row] = (await session.exec(statement)).all()
    places = {placed.scope_id for _, _, placed in rows if placed is not None}
    scopes = {one.id: one for one in await _scopes(session, places)}
    lives = await _residents(session, places)
    return [_visit(row, scopes, lives) for row in rows]


_Row = tuple[tables.IncidentDevice, tables.Device, tables.Assignment | None]


def _visit(row: _Row, scopes: Mapping[str, tables.Scope], lives: Mapping[str, list[tables.Resident]]) -> Visit:
    part, device, placed = row
    if placed is None:
        return Visit(part=part, device=device, scope=None, residents=())
    concerned = [who for who in lives.get(placed.scope_id, ()) if placed.resident_id in {None, who.id}]
    return Visit(part=part, device=device, scope=scopes.get(placed.scope_id), residents=concerned)


async def _scopes(session: Session, ids: Collection[str]) -> Sequence[tables.Scope]:
    return (await session.exec(select(tables.Scope).where(col(tables.Scope.id).in_(ids)))).all()


async def _residents(session: Session, scopes: Collection[str]) -> dict[str, list[tables.Resident]]:
    residency = tables.Residency
    statement = (
        select(residency.scope_id, tables.Resident)
        .join(tables.Resident, col(tables.Resident.id) == col(residency.resident_id))
        .where(col(residency.scope_id).in_(scopes), col(residency.until).is_(None))
    )
    found: dict[str, list[tables.Resident]] = {}
    for scope, resident in (await session.exec(statement)).all():
        found.setdefault(scope, []).append(resident)
    return found
