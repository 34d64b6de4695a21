"""Devices are taken down, put out of use, given another's place, and given back what they had."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, select

from carehub.core.watching.supervision import LIFE_CRITICAL, DeviceKind
from carehub.kit.ids import new_id
from carehub.store import registry, silences, sql, tables
from carehub.store.database import Session
from carehub.store.residencies import lives_now
from carehub.store.tables.places import DeviceStatus

UNDO_FOR = timedelta(hours=24)
"""So long after it was put out of use a device hangs where it did, and what is known of it there holds."""


class NotReplaced(StrEnum):
    """Why one device cannot take another's place."""

    SAME = "same"
    NOWHERE = "nowhere"
    """The old one stands nowhere: there is no place to take."""
    ELSEWHERE = "elsewhere"
    """The new one stands in another home: it would be gone from there."""
    NO_ALARM = "no_alarm"
    """The old one calls for help, and the new one cannot."""


async def take_down(session: Session, device_id: str, now: datetime) -> set[str]:
    """A device stands nowhere from now on; gives the scopes whose fold must forget it."""
    touched = set()
    for row in await _stands(session, device_id):
        row.until = now
        touched.add(row.scope_id)
    device = await session.get_one(tables.Device, device_id)
    device.status, device.tested_at = DeviceStatus.UNKNOWN, None
    device.blind_since = device.silent_since = None
    await silences.end_for(session, (), device_id, now)
    return touched


async def retire(session: Session, device_id: str, now: datetime) -> set[str]:
    """Out of use for good; gives the scopes whose fold must forget it. What it had stays to be given back."""
    device = await session.get_one(tables.Device, device_id)
    tested = device.tested_at
    touched = await take_down(session, device_id, now)
    device.status, device.retired_at, device.tested_at = DeviceStatus.RETIRED, now, tested
    return touched


async def restore(session: Session, device_id: str, now: datetime) -> set[str]:
    """Undo: it is not out of use, and not replaced; gives the scopes in which something came or went.

    It has its place again. Within a day that is as it was; later its alarm must be seen to arrive anew.
    """
    device, touched = await session.get_one(tables.Device, device_id), set[str]()
    if device.replaced_by_id is not None:
        touched |= await take_down(session, device.replaced_by_id, now)
        device.replaced_by_id = None
    if device.status is not DeviceStatus.RETIRED:
        return touched
    retired, tested = device.retired_at, device.tested_at
    device.status, device.retired_at, device.tested_at = DeviceStatus.UNKNOWN, None, None
    for row in await _had(session, device_id, retired, now):
        if retired is not None and now - retired <= UNDO_FOR:
            row.until, device.tested_at = None, tested
            device.status = DeviceStatus.IN_SERVICE if tested else DeviceStatus.NOT_IN_SERVICE
            touched.add(row.scope_id)
        else:
            touched |= await registry.assign_device(session, device_id, row.scope_id, row.resident_id, row.place, now)
    return touched


async def _stands(session: Session, device_id: str) -> Sequence[tables.Assignment]:
    stands = tables.Assignment
    here = select(stands).where(stands.device_id == device_id, col(stands.until).is_(None))
    return (await session.exec(here)).all()


async def _had(
    session: Session, device_id: str, retired: datetime | None, now: datetime
) -> Sequence[tables.Assignment]:  # fmt: skip
    """Where it stood until it was put out of use; what was somebody's own only while they live there."""
    stood, lives = tables.Assignment, tables.Residency
    same = (stood.device_id == device_id, stood.until == retired, col(stood.until).is_not(None))
    rows = (await session.exec(select(stood).where(*same))).all()
    here = select(lives.scope_id, lives.resident_id).where(
        col(lives.scope_id).in_([row.scope_id for row in rows]), lives_now(now)
    )
    living = set((await session.exec(here)).all())
    return [row for row in rows if row.resident_id is None or (row.scope_id, row.resident_id) in living]


async def replace(session: Session, old_id: str, new_id_: str, now: datetime) -> NotReplaced | None:
    """From now on the new device stands beside the old one, whose place, resident and name it has.

    The old one goes on looking after them until the new one has proven itself: nobody is without an alarm meanwhile.
    """
    old, new = await session.get_one(tables.Device, old_id), await session.get_one(tables.Device, new_id_)
    places, has = await _stands(session, old_id), await _stands(session, new_id_)
    if old_id == new_id_:
        return NotReplaced.SAME
    if old.replaced_by_id == new.id and has:
        return None  # read once more
    if not places:
        return NotReplaced.NOWHERE
    place = places[0]
    if any(row.scope_id != place.scope_id for row in has):
        return NotReplaced.ELSEWHERE
    if old.kind in LIFE_CRITICAL and new.kind not in {*LIFE_CRITICAL, DeviceKind.UNKNOWN}:
        return NotReplaced.NO_ALARM
    for row in has:
        row.until = now
    session.add(
        tables.Assignment(
            id=new_id(), device_id=new.id, scope_id=place.scope_id, resident_id=place.resident_id, place=place.place,
            since=now,
        )
    )  # fmt: skip
    if new.kind is DeviceKind.UNKNOWN:
        new.kind = old.kind
    new.label, new.gateway = new.label or old.label, new.gateway or old.gateway
    new.status, new.tested_at, new.blind_since = DeviceStatus.NOT_IN_SERVICE, None, None
    old.replaced_by_id = new.id
    return None


_PROVEN = f"""
    SELECT old.id FROM device AS old JOIN device AS other ON other.id = old.replaced_by_id
    WHERE old.replaced_by_id IS NOT NULL AND other.status = 'in_service'
        AND (other.tested_at IS NOT NULL OR old.kind NOT IN ({", ".join(f"'{one}'" for one in sorted(LIFE_CRITICAL))}))
        AND EXISTS (
            SELECT 1 FROM assignment AS had JOIN assignment AS has ON has.scope_id = had.scope_id
            WHERE had.device_id = old.id AND had.until IS NULL AND has.device_id = other.id AND has.until IS NULL)
"""  # noqa: S608 - ours


async def replaced(session: Session) -> list[str]:
    """Devices whose successor has proven itself where they stand: they can go."""
    return [name for (name,) in await sql.ask(session, _PROVEN)]


async def replaces(session: Session, device_id: str) -> tables.Device | None:
    """Whose place this one takes, or took."""
    device = tables.Device
    statement = select(device).where(device.replaced_by_id == device_id)
    return (await session.exec(statement.order_by(col(device.retired_at).desc(), col(device.id)).limit(1))).first()


async def is_said(session: Session, alert_id: str, words: str) -> bool:
    """Whether an alert's journal says this already."""
    step = tables.AlertStep
    return (
        await session.exec(select(step.id).where(step.alert_id == alert_id, step.text == words))
    ).first() is not None
