"""Devices as the watch sees them: who was heard, who came back, who fell silent, whose protection is off."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_
from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import (
    BATTERY_EMPTY,
    LIFE_CRITICAL,
    UNPROVEN_FOR,
    DeviceKind,
    is_silent,
    silent_kinds,
)
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus

WATCHED = (DeviceStatus.IN_SERVICE, DeviceStatus.NOT_IN_SERVICE)
"""Put up somewhere, and so missed when they are silent."""

_KIND = "UPDATE device SET kind = ? WHERE id = ? AND kind = 'unknown'"
_ALARM_KIND = "UPDATE device SET kind = ? WHERE id = ? AND kind IN ('unknown', 'sensor')"
_UNTOLD_KINDS = """
    SELECT id FROM device WHERE (id = ANY (?) AND kind = 'unknown') OR (id = ANY (?) AND kind = 'sensor')
"""
_SEEN_ALARMS = timedelta(days=2)
"""How far back answered alarms are looked for; the watch looks every few seconds."""


async def write_heard(session: Session, heard: Mapping[str, datetime]) -> None:
    """Write down when each device was last heard, by its own genuine message."""
    await sql.set_each(session, tables.Device, "last_seen_at", heard)


async def write_batteries(session: Session, batteries: Mapping[str, float]) -> None:
    """Write down how full each battery is."""
    await sql.set_each(session, tables.Device, "battery", batteries)


async def write_mains(session: Session, runs_until: Mapping[str, datetime | None]) -> None:
    """Write down who runs without mains, and until when; None for whoever has it back."""
    await sql.set_each(session, tables.Device, "runs_until", runs_until)


async def untold_kinds(session: Session, kinds: Mapping[str, DeviceKind]) -> dict[str, DeviceKind]:
    """Those of them that nobody has written down yet, or only roughly: for a session that only reads."""
    if not kinds:
        return {}
    alarms = [device for device, kind in kinds.items() if kind in LIFE_CRITICAL]
    found = await sql.ask(session, _UNTOLD_KINDS, list(kinds), alarms)
    return {device: kinds[device] for (device,) in found}


async def write_kinds(session: Session, kinds: Mapping[str, DeviceKind]) -> None:
    """A device that has sent an alarm has said what it is; what an installer wrote stands."""
    said = {device: kind.value for device, kind in kinds.items()}
    alarms = {device: kind for device, kind in said.items() if kinds[device] in LIFE_CRITICAL}
    await _note(session, _ALARM_KIND, alarms)
    await _note(session, _KIND, {device: kind for device, kind in said.items() if device not in alarms})


async def _note(session: Session, statement: str, values: Mapping[str, Any]) -> None:
    if values:
        await sql.write(session, statement, [(value, device) for device, value in values.items()])


async def returned(session: Session, heard: Collection[str]) -> list[tables.Device]:
    """Devices that were silent and have spoken; from now on they are not silent."""
    statement = select(tables.Device).where(col(tables.Device.silent_since).is_not(None))
    back = [device for device in (await session.exec(statement)).all() if device.id in heard]
    for device in back:
        device.silent_since = None
    return back


async def late(session: Session, now: datetime) -> list[str]:
    """Put up, and not heard for longer than its kind may be, or never: whoever is to be told of as silent.

    For a session that only reads: it looks at every device, and would keep an alarm waiting for the writer.
    """
    longest = [now - after for after in silent_kinds().values()]
    rows = await sql.ask(session, _PERHAPS_LATE, *longest)
    seen = ((name, DeviceKind(kind), every, None if at is None else sql.moment(at)) for name, kind, every, at in rows)
    return [name for name, kind, every, at in seen if is_silent(kind, every, at, now)]


async def fall_silent(session: Session, names: Sequence[str], now: datetime) -> list[tables.Device]:
    """Those of them that are late still; from now on they are silent."""
    if not names:
        return []
    device = tables.Device
    statement = select(device).where(
        col(device.id).in_(names), col(device.status).in_(WATCHED), col(device.silent_since).is_(None)
    )
    fallen = [one for one in (await session.exec(statement)).all() if _is_late(one, now)]
    for one in fallen:
        one.silent_since = now
    return fallen


def _is_late(one: tables.Device, now: datetime) -> bool:
    """A device that never spoke counts from the day it was listed; one without that day is late already."""
    return is_silent(one.kind, one.expected_interval_s, one.last_seen_at or one.first_seen_at, now)


_PERHAPS_LATE = f"""
    SELECT id, kind, expected_interval_s, heard FROM (
        SELECT id, kind, expected_interval_s, COALESCE(last_seen_at, first_seen_at) AS heard FROM device
        WHERE silent_since IS NULL AND status IN ({", ".join(f"'{one.value}'" for one in WATCHED)})) AS listened
    WHERE heard IS NULL OR expected_interval_s IS NOT NULL
        OR {" OR ".join(f"(kind = '{kind.value}' AND heard < ?)" for kind in silent_kinds())}
"""  # noqa: S608 - ours
"""Devices with an interval of their own are looked at one by one."""


async def silent(session: Session) -> Sequence[tables.Device]:
    """Every device that is put up and silent now."""
    statement = select(tables.Device).where(
        col(tables.Device.status).in_(WATCHED), col(tables.Device.silent_since).is_not(None)
    )
    return (await session.exec(statement)).all()


async def protection_changed(session: Session, now: datetime) -> bool:
    """Whether `blinded` or `restored` will find any: for a session that only reads, since it looks at every device."""
    told = col(tables.Device.blind_since).is_not(None)
    statement = select(tables.Device.id).where((_is_off(now) & ~told) | (~_is_off(now) & told)).limit(1)
    return (await session.exec(statement)).first() is not None


async def blinded(session: Session, now: datetime) -> list[tables.Device]:
    """Life-critical devices that do not look after anybody and of which nobody has been told; now they are."""
    statement = select(tables.Device).where(_is_off(now), col(tables.Device.blind_since).is_(None))
    found = list((await session.exec(statement)).all())
    for device in found:
        device.blind_since = now
    return found


async def restored(session: Session, now: datetime) -> list[tables.Device]:
    """Devices that were off and look after their resident again."""
    statement = select(tables.Device).where(~_is_off(now), col(tables.Device.blind_since).is_not(None))
    found = list((await session.exec(statement)).all())
    for device in found:
        device.blind_since = None
    return found


async def still_blind(session: Session) -> Sequence[tables.Device]:
    """Every device whose protection is off and told."""
    return (await session.exec(select(tables.Device).where(col(tables.Device.blind_since).is_not(None)))).all()


def _is_off(now: datetime) -> Any:
    device = tables.Device
    placed = select(tables.Assignment.device_id).where(col(tables.Assignment.until).is_(None))
    long_ago = placed.where(tables.Assignment.since < now - UNPROVEN_FOR)
    unproven = (col(device.status) == DeviceStatus.NOT_IN_SERVICE) & col(device.id).in_(long_ago)
    off = or_(col(device.silent_since).is_not(None), _battery_is_empty(), unproven)
    return col(device.kind).in_(LIFE_CRITICAL) & col(device.status).in_(WATCHED) & col(device.id).in_(placed) & off


def _battery_is_empty() -> Any:
    level = col(tables.Device.battery)
    return level.is_not(None) & (level <= BATTERY_EMPTY)


async def risks(session: Session, residents: Iterable[str]) -> dict[str, Risk]:
    """How soon somebody must come to each of these residents."""
    statement = select(tables.Resident.id, tables.Resident.risk).where(col(tables.Resident.id).in_(set(residents)))
    return {one: Risk(risk) for one, risk in (await session.exec(statement)).all()}


async def note_seen_alarms(session: Session, now: datetime) -> int:
    """A device whose alarm a person has answered has shown that it works; give how many came into service.

    For one that is in service any answered alarm is the proof; after it was put up it must be its test. What was seen
    where it stood before is no proof of where it stands now, and what stands nowhere proves nothing.
    """
    alert, device, stands = tables.Alert, tables.Device, tables.Assignment
    answered = or_(*(col(step).is_not(None) for step in (alert.taken_at, alert.arrived_at, alert.closed_by_id)))
    in_earnest = col(alert.kind).in_(_ALARMS) & (col(device.status) == DeviceStatus.IN_SERVICE)
    statement = (
        select(device, alert.raised_at)
        .join(alert, col(alert.device_id) == col(device.id))
        .join(stands, (col(stands.device_id) == col(device.id)) & col(stands.until).is_(None))
        .where(
            answered, alert.raised_at > now - _SEEN_ALARMS, col(device.kind).in_(LIFE_CRITICAL),
            col(device.status).in_(WATCHED), col(alert.raised_at) >= col(stands.since),
            (col(device.tested_at).is_(None)) | (col(device.tested_at) < col(alert.raised_at)),
            or_(col(alert.kind) == "test-alarm", in_earnest),
        )
    )  # fmt: skip
    begun = 0
    for one, raised_at in (await session.exec(statement)).all():
        begun += one.status is DeviceStatus.NOT_IN_SERVICE
        one.tested_at = max(raised_at, one.tested_at or raised_at)
        one.status = DeviceStatus.IN_SERVICE
    return begun


_ALARMS = ("social-alarm", "fall", "fire")


async def note_first_words(session: Session, heard: Mapping[str, datetime]) -> None:
    """What raises no alarm of its own is in service once it has spoken from where it stands now.

    What a device is that nobody has named, and that has told nothing yet, cannot be known: it waits.
    """
    statement = (
        select(tables.Device, tables.Assignment.since)
        .join(tables.Assignment, col(tables.Assignment.device_id) == col(tables.Device.id))
        .where(
            tables.Device.status == DeviceStatus.NOT_IN_SERVICE,
            col(tables.Device.kind).not_in([*LIFE_CRITICAL, DeviceKind.UNKNOWN]),
            col(tables.Assignment.until).is_(None),
        )
    )
    for device, since in (await session.exec(statement)).all() if heard else ():
        if (at := heard.get(device.id)) is not None and at >= since:
            device.status = DeviceStatus.IN_SERVICE


async def waits_for_test(session: Session, device_id: str) -> tables.Alert | None:
    """The test alarm of a device that nobody has answered yet."""
    statement = select(tables.Alert).where(
        tables.Alert.device_id == device_id, tables.Alert.kind == "test-alarm", tables.Alert.status != Status.CLOSED
    )
    return (await session.exec(statement)).first()


async def by_address(session: Session, address: str) -> Sequence[tables.Device]:
    """Devices with this name on any road."""
    return (await session.exec(select(tables.Device).where(tables.Device.address == address))).all()


async def named_by_eui(session: Session, source: str, eui: str) -> tables.Device | None:
    """The one device that its server calls by its EUI, as a console does unless told a name; None of several."""
    device = tables.Device
    statement = select(device).where(
        device.source == source, col(device.address).endswith(f"/eui-{eui}", autoescape=True)
    )
    found = (await session.exec(statement.limit(2))).all()
    return found[0] if len(found) == 1 else None


async def address_of_token(session: Session, token_hash: str) -> str | None:
    """The device that may send with this secret, by its own name."""
    statement = select(tables.Device.address).where(
        tables.Device.token_hash == token_hash, tables.Device.status != DeviceStatus.RETIRED
    )
    return (await session.exec(statement)).first()


async def stood(
    session: Session, device_id: str
) -> list[tuple[tables.Assignment, tables.Scope | None, tables.Resident | None]]:
    """Where a device has stood and whom it served, the newest first."""
    stands = tables.Assignment
    statement = (
        select(stands, tables.Scope, tables.Resident)
        .join(tables.Scope, col(tables.Scope.id) == col(stands.scope_id), isouter=True)
        .join(tables.Resident, col(tables.Resident.id) == col(stands.resident_id), isouter=True)
        .where(stands.device_id == device_id)
        .order_by(col(stands.since).desc(), col(stands.id))
    )
    return [(row, scope, resident) for row, scope, resident in (await session.exec(statement)).all()]


async def every_device(session: Session) -> dict[tuple[str, str], tables.Device]:
    """Every device by source and address."""
    return {(one.source, one.address): one for one in (await session.exec(select(tables.Device))).all()}


async def every_assignment(session: Session) -> list[tuple[tables.Assignment, tables.Device, tables.Scope]]:
    """Which device has stood where, by its address, the newest first."""
    stands = tables.Assignment
    statement = (
        select(stands, tables.Device, tables.Scope)
        .join(tables.Device, col(tables.Device.id) == col(stands.device_id))
        .join(tables.Scope, col(tables.Scope.id) == col(stands.scope_id))
        .order_by(tables.Device.address, col(stands.since).desc())
    )
    return [(row, device, scope) for row, device, scope in (await session.exec(statement)).all()]
