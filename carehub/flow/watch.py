"""Station 6: silence becomes an event. Devices, the store's ledger and the hub's own parts are watched."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.flow import silences
from carehub.flow.batch import hub_fault
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.log import log
from carehub.store import devices, stream, tables
from carehub.store.registry import unknown_scope

UNACCOUNTED_AFTER = timedelta(seconds=60)


async def watch(hub: Hub, ingest: Ingest) -> int:
    """Write down who was heard, find who was not; give how many devices fell silent."""
    now, heard = hub.clock(), dict(ingest.seen)
    async with hub.database.write() as session:
        await devices.write_heard(session, heard)
        await devices.write_batteries(session, ingest.batteries)
        returned = await devices.returned(session, heard)
        fallen = await devices.fallen_silent(session, now)
        silent = {_silence(device): device for device in await devices.silent(session)}
        told = await stream.known_keys(session, list(silent))
        lost = await stream.unaccounted(session, now - UNACCOUNTED_AFTER)
        digests = await silences.digests(hub, session, now)
    ingest.batteries = {}
    ingest.seen = {device: at for device, at in ingest.seen.items() if heard.get(device) != at}
    for device in returned:
        ingest.observe(_about(device, ingest, EventKind.DEVICE_ONLINE, now))
    for key, device in silent.items():
        if key not in told:  # also what was noted just before a crash, and told to nobody
            ingest.observe(replace(_about(device, ingest, EventKind.DEVICE_OFFLINE, now), dedup_key=key))
    for digest in digests:
        ingest.observe(digest)
    if lost and not hub.health.unaccounted:  # told once for each spell of it
        log.error("ledger.unaccounted", events=lost)
        ingest.observe(hub_fault(now, f"{lost} hendelser venter på en frist som er passert."))
    hub.health.unaccounted = lost
    hub.health.beats["watch"] = now
    return len(fallen)


def _silence(device: tables.Device) -> str:
    """Names one silence of one device, so that it enters the fold once."""
    since = device.silent_since.isoformat() if device.silent_since else ""
    return f"silence/{device.id}/{since}"


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
