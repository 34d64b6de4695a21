"""The coverage check: a time in which nobody can be reached is told a fortnight ahead, and again a day ahead (F53)."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.core.people.coverage import AHEAD, Gap, Horizon, Warned, told_in
from carehub.core.severity import Severity
from carehub.core.showing.wording import staffing_text
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.reaching.lost_ways import coordinators_of
from carehub.flow.reaching.telling import notice_row
from carehub.kit.ids import new_id
from carehub.store import outbox, people, staffing, stream
from carehub.store.database import Session
from carehub.store.staffing import Told


async def check(hub: Hub, ingest: Ingest) -> int:
    """Look a fortnight ahead; gives how many gaps were told of now.

    A warning enters the stream once, also when the hub dies between finding a gap and telling of it.
    """
    now = hub.clock()
    async with hub.database.write() as session:
        standing = {
            _key(one): (unit, horizon, one)
            for (unit, horizon), every in (await _standing(session, now)).items()
            for one in every
        }
        told = await stream.known_keys(session, list(standing))
        fresh = {key: found for key, found in standing.items() if key not in told}
        await _tell_coordinators(hub, session, fresh, now)
        scopes = {unit: await staffing.scope_of(session, unit) for unit in {unit for unit, *_ in fresh.values()}}
    if any(is_new for _, is_new in scopes.values()) and hub.reload is not None:
        await hub.reload()
    for key, (unit, _, gap) in fresh.items():
        ingest.observe(
            Event(
                seq=0, at=now, kind=EventKind.STAFFING_GAP, scope=scopes[unit][0], source="hub", dedup_key=key,
                detail=words(gap.since, gap.until, hub.zone),
            )
        )  # fmt: skip
    hub.health.beats["staffing"] = now
    return len(fresh)


async def _tell_coordinators(
    hub: Hub, session: Session, fresh: dict[str, tuple[str, Horizon, Warned]], now: datetime
) -> None:
    """What begins within a day cannot wait on a list."""
    units = {unit for unit, horizon, _ in fresh.values() if horizon is Horizon.DAY}
    staff = await people.staff(session, now) if units else []
    whom = {one.id: one for unit in units for one in coordinators_of(staff, unit) if one.methods}
    text = staffing_text(link=f"{hub.public_url}/admin/shifts")
    rows = [
        notice_row(one.methods[0], text, cycle=f"staffing:{new_id()[:12]}", severity=Severity.MODERATE, now=now,
                   person_id=one.id)
        for one in whom.values()
    ]  # fmt: skip
    if rows:
        await outbox.write(session, rows)
        hub.wake.deliver.set()


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
