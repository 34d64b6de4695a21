"""Part of station 6: rounds of digital supervision. Each time is a row; one that nobody did becomes an alert.

The alert is the one that the rulebook's `supervision-missed` would raise, so that a home whose rounds another system
confirms and a home with a plan of its own are told of alike, and never twice. What was done is told to the home's rules
as `supervision.confirmed`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Step
from carehub.core.events import Event
from carehub.core.folding.scope_state import ScopeState
from carehub.core.folding.silence import Why
from carehub.core.kinds import EventKind
from carehub.core.rules.parts import Flag
from carehub.core.severity import Severity
from carehub.core.showing.wording import local_time
from carehub.core.watching.rounds import CODE, HELP_KIND, HOW_NB, KIND, LATEST, NOT_AT_HOME, Seen
from carehub.flow import escalate
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.journal import journal_line
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import alerts, rounds, stream, tables
from carehub.store.database import Session
from carehub.store.rounds import Done, Line, Listed

_RULE, _VERSION = "rounds", "1"


async def look(hub: Hub, ingest: Ingest) -> int:
    """Write down the times that have come, tell of those that were missed, and the rules of those that were done."""
    now = hub.clock()
    async with hub.database.read() as session:
        if not await rounds.are_agreed(session):
            return 0
    async with hub.database.write() as session:
        opened = await rounds.open_windows(session, now, hub.zone)
        await session.flush()
        missed = await rounds.overdue(session, now)
        for line in missed:
            await _miss(session, line, hub.zone, now)
        done = await rounds.untold(session, now)
        for line in done:
            line.turn.told_at = now
    for line in done:
        ingest.observe(_confirmed(line, now))
    if opened or missed:
        hub.live.change()
    if missed:
        hub.wake.escalate.set()
    return len(missed)


async def _miss(session: Session, line: Line, zone: ZoneInfo, now: datetime) -> None:
    """Tell of it, unless the resident is away, or it is so long ago that it is a matter for the list."""
    line.turn.missed_at = now
    state = (await stream.load_states(session, [line.scope.id])).get(line.scope.id)
    away = state is not None and _is_away(state, line.resident.id, now)
    if away:
        line.turn.note = NOT_AT_HOME
    if away or now - line.turn.due_at > LATEST:
        return
    log.warning("round.missed", turn=line.turn.id)
    due = local_time(line.turn.due_at, zone)
    detail = f"{HOW_NB[line.agreed.how]}: skulle vært gjort innen kl. {due}."
    await _call(session, line, KIND, Severity.MODERATE, detail, now)


def _is_away(state: ScopeState, resident: str, now: datetime) -> bool:
    """With the whole home, or alone from one that is shared: there only what is their own is held."""
    until = state.flags.get(Flag.AWAY, now)
    own = (one for one in state.silences.values() if one.why is Why.AWAY and one.resident == resident)
    return (
        until is None or until > now or any(one.until > now and one.kind is None and one.device is None for one in own)
    )


async def seen(hub: Hub, session: Session, line: Line | Listed, done: Done, now: datetime) -> bool:
    """Somebody looked in. Who needs help is helped by an alert, also where the round was ticked off before.

    Gives False where it was done already; what was seen then stands.
    """
    first = await rounds.do(session, line.turn.id, done, now)
    if first:
        await _settle(session, line, done.by, now)
    if done.seen is Seen.HELP:
        await _needs_help(hub, session, line, done.by, now)
    return first


async def _needs_help(hub: Hub, session: Session, line: Line | Listed, by: str, now: datetime) -> None:
    """That calls, at once; where somebody has the alert already, they hear that it was seen again."""
    text = "Sett ved tilsyn. Noen må gå dit."
    if alert := await _call(session, line, HELP_KIND, Severity.SERIOUS, text, now, by=by):
        await escalate.remind_of_repeat(hub, session, alert, now, press=False)


async def _settle(session: Session, line: Line | Listed, by: str, now: datetime) -> None:
    """It was done after all: the alert that told of it says so; whoever has it closes it."""
    alert = await alerts.open_alert(session, _key(line, KIND))
    if alert is not None:
        session.add(journal_line(alert.id, Step.RESOLVED, now, person_id=by, text="Tilsynet er utført."))


def _key(line: Line | Listed, kind: str) -> str:
    return f"{line.resident.id}/{kind}"


async def _call(  # noqa: PLR0913 - what stands on the alert
    session: Session,
    line: Line | Listed,
    kind: str,
    severity: Severity,
    detail: str,
    now: datetime,
    *,
    by: str | None = None,
) -> tables.Alert | None:
    """A new alert, due at once; where one is open already, it is reported once more, and given back."""
    alert = await alerts.open_alert(session, _key(line, kind))
    if alert is not None:
        alert.presses, alert.last_event_at, alert.detail = alert.presses + 1, now, detail
        session.add(journal_line(alert.id, Step.REPEATED, now, person_id=by, text=detail))
        return alert
    alert = tables.Alert(
        id=new_id(), dedup_key=_key(line, kind), kind=kind, severity=severity, alert_code=CODE, scope_id=line.scope.id,
        unit_id=line.scope.unit_id, resident_id=line.resident.id, rule_id=_RULE, rule_version=_VERSION, detail=detail,
        raised_at=now, last_event_at=now, due_at=now,
    )  # fmt: skip
    session.add(alert)
    await session.flush()
    session.add(journal_line(alert.id, Step.REPORTED, now, person_id=by, text=detail))
    return None


def _confirmed(line: Line, now: datetime) -> Event:
    return Event(
        seq=0, at=now, kind=EventKind.SUPERVISION_CONFIRMED, scope=line.scope.id, source="hub",
        resident=line.resident.id, dedup_key=f"round/{line.turn.id}",
    )  # fmt: skip
