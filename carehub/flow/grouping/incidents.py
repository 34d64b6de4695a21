"""Part of station 2: devices that fall silent together are one incident with one alert, and a list of whom to visit."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import structs

from carehub.core.answers.alerts import Cause, Status, Step
from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.severity import Severity
from carehub.core.watching.outage import KIND, WITHIN, is_common, scope_of, told
from carehub.flow.journal import journal_line
from carehub.flow.reaching.quiet import fall_quiet
from carehub.store import alerts, incidents, tables
from carehub.store.database import Session

Finds = Sequence[tuple[Finding, Event | None]]
Units = Mapping[str, str | None]
Singles = Sequence[tuple[tables.Alert, set[str]]]


async def gather(session: Session, findings: Finds, units: Units) -> tuple[Finds, Units]:
    """Give silences that belong to an incident its alert instead of one each; all else is as it was.

    A press is never here: in an outage each one alerts by itself.
    """
    by_unit = await _silent(session, findings, units)
    common: dict[str, str | None] = {}
    given: dict[int, Finding] = {}
    for unit, places in by_unit.items():
        now = max(findings[place][0].at for place in places)
        incident = await _under_way(session, unit, now)
        lately: Singles = ()
        if incident is None:
            lately = await incidents.singles(session, unit, now - WITHIN)
            if not is_common(len(places), len({device for _, devices in lately for device in devices})):
                continue
            incident = await incidents.begin(session, unit, now)
        detail = await _take_in(session, incident, [findings[place][0] for place in places], lately, now)
        common[scope_of(unit)] = unit
        given |= {place: _as_part(findings[place][0], unit, detail) for place in places}
    if not given:
        return findings, units
    return [(given.get(place, one), event) for place, (one, event) in enumerate(findings)], {**units, **common}


async def _under_way(session: Session, unit: str | None, now: datetime) -> tables.Incident | None:
    """The incident that goes on: whoever closed its alert has seen to it, and a device lost later is its own story."""
    incident = await incidents.open_one(session, unit, now)
    if incident is None or now - incident.last_at <= WITHIN:
        return incident
    return incident if await alerts.open_alert(session, f"{scope_of(unit)}/{KIND}") else None


async def _silent(session: Session, findings: Finds, units: Units) -> dict[str | None, list[int]]:
    """Where in `findings` single silences stand, by unit."""
    places = [place for place, (one, _) in enumerate(findings) if one.kind in incidents.SILENCES and one.device]
    if not places:
        return {}
    blind = {findings[place][0].device or "" for place in places if findings[place][0].kind == "protection-blind"}
    silent = await incidents.silent_among(session, blind) if blind else set()
    found: dict[str | None, list[int]] = defaultdict(list)
    for place in places:
        one = findings[place][0]
        if one.kind != "protection-blind" or one.device in silent:
            found[units.get(one.scope)].append(place)
    return found


async def _take_in(
    session: Session, incident: tables.Incident, fresh: Sequence[Finding], lately: Singles, now: datetime
) -> str:
    """Write down who belongs to it; the alerts that single devices had are part of it from now on."""
    devices = {one.device or "" for one in fresh} | {device for _, its in lately for device in its}
    await incidents.join(session, incident, devices - {""}, now)
    for alert, _ in lately:
        if await alerts.move(session, alert, Status.CLOSED, due_at=None, closed_at=now, cause=Cause.TECHNICAL):
            session.add(journal_line(alert.id, Step.CLOSED, now, text="Samlet i felles varsel: mange er stille."))
            await fall_quiet(session, alert.id, now)
    await session.flush()
    return told(await incidents.lost_in(session, incident.id))


def _as_part(finding: Finding, unit: str | None, detail: str) -> Finding:
    return structs.replace(
        finding, kind=KIND, scope=scope_of(unit), resident=None, device=None, place=None, severity=Severity.SERIOUS,
        alert_code=None, detail=detail,
    )  # fmt: skip
