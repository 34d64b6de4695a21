"""Station 6: silence becomes an event. Devices, the store's ledger and the hub's own parts are watched."""

from datetime import datetime, timedelta

from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.log import log
from carehub.store import devices, stream, tables
from carehub.store.registry import unknown_scope

UNACCOUNTED_AFTER = timedelta(seconds=60)


async def watch(hub: Hub, ingest: Ingest) -> int:
    """Write down who was heard, find who was not; give how many devices fell silent."""
    now = hub.clock()
    heard, ingest.seen = ingest.seen, {}
    async with hub.database.write() as session:
        await devices.write_heard(session, heard)
        returned = await devices.returned(session, heard)
        silent = await devices.fallen_silent(session, now)
        lost = await stream.unaccounted(session, now - UNACCOUNTED_AFTER)
    for device in returned:
        ingest.observe(_about(device, ingest, EventKind.DEVICE_ONLINE, now))
    for device in silent:
        ingest.observe(_about(device, ingest, EventKind.DEVICE_OFFLINE, now))
    if lost and not hub.health.unaccounted:  # told once for each spell of it
        log.error("ledger.unaccounted", events=lost)
        ingest.observe(hub_fault(now, f"{lost} hendelser venter på en frist som er passert."))
    hub.health.unaccounted = lost
    hub.health.beats["watch"] = now
    return len(silent)


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


def hub_fault(now: datetime, words: str) -> Event:
    """The hub tells of its own trouble by its own road: an event, an alert, a ladder."""
    return Event(seq=0, at=now, kind=EventKind.HUB_FAULT, scope="hub", source="hub", detail=words)
