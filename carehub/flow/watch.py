"""Station 6: silence becomes an event. Devices, the store's ledger and the hub's own parts are watched."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from msgspec import structs

from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.core.showing.terms import BLIND_BECAUSE
from carehub.core.watching.blindness import Risk, off
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.watching import fitting, numbers, silences, tuning
from carehub.flow.watching.signs import Signs
from carehub.kit.log import log
from carehub.store import batteries, devices, heard, incidents, ledger, stream, tables
from carehub.store.blindness import guard_of
from carehub.store.database import Session
from carehub.store.registry import unknown_scope

UNACCOUNTED_AFTER = timedelta(seconds=60)
_RISING = (Risk.LOW, Risk.NORMAL, Risk.HIGH)


async def watch(hub: Hub, ingest: Ingest) -> int:
    """Write down who was heard, find who was not; give how many devices fell silent.

    In several short transactions: an alarm waits for the writer no longer than one of them takes.
    """
    now = hub.clock()
    async with hub.database.read() as session:
        late = await devices.late(session, now)
    fallen = await _hear(hub, ingest, late, now)
    await fitting.finish(hub, ingest)
    _observe(ingest, await _lost(hub, ingest, now))
    _observe(ingest, await numbers.count(hub.database, now))
    async with hub.database.read() as session:
        news = await silences.digests(hub, session, now)
        forgotten = await ledger.unaccounted(session, now - UNACCOUNTED_AFTER)
    _observe(ingest, news)
    await silences.tell_anew(hub, ingest)
    await tuning.tell_anew(hub, ingest)
    _account(hub, ingest, forgotten, now)
    hub.health.beats["watch"] = now
    return len(fallen)


async def _hear(hub: Hub, ingest: Ingest, late: Sequence[str], now: datetime) -> Sequence[tables.Device]:
    signs, ingest.signs = ingest.signs, Signs()
    try:
        async with hub.database.read() as session:
            kinds = await devices.untold_kinds(session, signs.kinds)
            told = await heard.news(session, signs.told)
        async with hub.database.write() as session:
            await _write_down(session, replace(signs, kinds=kinds, told=told), now)
        async with hub.database.write() as session:  # the last to fail: who has returned is found only once
            await devices.write_heard(session, signs.heard)
            returned = await devices.returned(session, signs.heard)
            fallen = await devices.fall_silent(session, late, now)
    except BaseException:
        ingest.signs = ingest.signs.after(signs)
        raise
    _observe(ingest, [_about(device, ingest, EventKind.DEVICE_ONLINE, now) for device in returned])
    return fallen


def _observe(ingest: Ingest, news: Sequence[Event]) -> None:
    for event in news:
        ingest.observe(event)


async def _write_down(session: Session, signs: Signs, now: datetime) -> None:
    await devices.write_batteries(session, signs.batteries)
    await devices.write_mains(session, signs.runs_until)
    await devices.write_kinds(session, signs.kinds)
    await heard.note(session, signs.told)
    await batteries.keep_readings(session, signs.batteries, now)
    await incidents.tick_off(session, signs.heard)
    await devices.note_first_words(session, signs.heard)
    await devices.note_seen_alarms(session, now)


async def _lost(hub: Hub, ingest: Ingest, now: datetime) -> list[Event]:
    """Who looks after nobody now: an event for each such spell, once, also when we died before it was stored."""
    restored: Sequence[tables.Device] = ()
    async with hub.database.read() as session:
        has_changed = await devices.protection_changed(session, now)
    if has_changed:
        async with hub.database.write() as session:
            restored = await devices.restored(session, now)
            await devices.blinded(session, now)
    async with hub.database.read() as session:
        fresh = await _untold(session, ingest, now)
    return fresh + [_about(one, ingest, EventKind.PROTECTION_RESTORED, now) for one in restored]


async def _untold(session: Session, ingest: Ingest, now: datetime) -> list[Event]:
    blind = await devices.still_blind(session)
    told_otherwise = {device.id for device in blind}
    signs = {f"blind/{one.id}/{_when(one.blind_since)}": await _blind(session, ingest, one, now) for one in blind}
    for one in await devices.silent(session):
        if one.id not in told_otherwise:
            signs[f"silence/{one.id}/{_when(one.silent_since)}"] = _about(one, ingest, EventKind.DEVICE_OFFLINE, now)
    told = await stream.known_keys(session, list(signs))
    return [structs.replace(event, dedup_key=key) for key, event in signs.items() if key not in told]


def _when(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


async def _blind(session: Session, ingest: Ingest, device: tables.Device, now: datetime) -> Event:
    """A life-critical device that is off: with the risk of those who rely on it, and why."""
    event = _about(device, ingest, EventKind.PROTECTION_BLIND, now)
    known = await devices.risks(session, _who(ingest, event, now))
    risk = max(known.values(), key=_RISING.index, default=Risk.NORMAL)
    cause, _ = off(guard_of(device))
    because = f"{event.detail}: {BLIND_BECAUSE[cause]}" if cause else event.detail
    return structs.replace(event, value=_RISING.index(risk) + 1, detail=because)


def _who(ingest: Ingest, event: Event, now: datetime) -> Sequence[str]:
    """Whom a device looks after: the one whose it is, or everybody who lives there."""
    if event.resident:
        return [event.resident]
    lives = ingest.intake.registry.residencies.get(event.scope, ())
    return [who for since, until, who in lives if since <= now and (until is None or now < until)]


def _account(hub: Hub, ingest: Ingest, lost: int, now: datetime) -> None:
    if lost and not hub.health.unaccounted:  # told once for each spell of it
        log.error("ledger.unaccounted", events=lost)
        ingest.observe(hub_fault(now, f"{lost} hendelser venter på en frist som er passert.", about="ledger"))
    hub.health.unaccounted = lost


def _about(device: tables.Device, ingest: Ingest, kind: EventKind, now: datetime) -> Event:
    registry = ingest.intake.registry
    known = registry.devices.get((device.source, device.address))
    place = known.at(now) if known else None
    scope = place.scope if place else unknown_scope(device.id)
    return Event(
        seq=0, at=now, kind=kind, scope=scope, source="hub", device=device.id,
        resident=(place.resident if place else None) or registry.resident_of(scope, now),
        place=place.place if place else None, detail=device.label or device.address,
    )  # fmt: skip
