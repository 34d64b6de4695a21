"""The coverage check: a time in which nobody can be reached is told a fortnight ahead, and again a day ahead (F53)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from carehub.core.coverage import AHEAD, Gap, Warned, told_in
from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.kit.ids import new_id
from carehub.store import staffing, stream
from carehub.store.database import Session
from carehub.store.staffing import Told


async def check(hub: Hub, ingest: Ingest) -> int:
    """Look a fortnight ahead; gives how many gaps were told of now.

    A warning enters the stream once, also when the hub dies between finding a gap and telling of it.
    """
    now = hub.clock()
    async with hub.database.write() as session:
        standing = {
            _key(one): (unit, one) for (unit, _), every in (await _standing(session, now)).items() for one in every
        }
        told = await stream.known_keys(session, list(standing))
        fresh = {key: found for key, found in standing.items() if key not in told}
        scopes = {unit: await staffing.scope_of(session, unit) for unit in {unit for unit, _ in fresh.values()}}
    if any(is_new for _, is_new in scopes.values()) and hub.reload is not None:
        await hub.reload()
    for key, (unit, gap) in fresh.items():
        ingest.observe(
            Event(
                seq=0, at=now, kind=EventKind.STAFFING_GAP, scope=scopes[unit][0], source="hub", dedup_key=key,
                detail=words(gap.since, gap.until, hub.zone),
            )
        )  # fmt: skip
    hub.health.beats["staffing"] = now
    return len(fresh)


def _key(one: Warned) -> str:
    return f"staffing/{one.name}"


async def _standing(session: Session, now: datetime) -> Told:
    """Every gap that there is, under the warning that told of it or will; those that are gone are forgotten."""
    before = await staffing.warned(session)
    standing = {
        (unit, horizon): [_named(gap, before.get((unit, horizon), []), now + AHEAD[horizon]) for gap in gaps]
        for unit, found in (await staffing.gaps_ahead(session, now)).items()
        for horizon, gaps in found.items()
    }
    await staffing.remember(session, standing)
    return standing


def _named(gap: Gap, before: list[Warned], edge: datetime) -> Warned:
    told = told_in(gap, before)
    return Warned(told.name if told else new_id(), gap.since, gap.until, gap.until >= edge)


def words(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    """A gap as people say it: "lør. 28. nov. kl. 22:00 til søn. 29. nov. kl. 07:30"."""
    return " til ".join(format_datetime(moment, "EEE d. MMM 'kl.' HH:mm", zone, "nb") for moment in (since, until))
