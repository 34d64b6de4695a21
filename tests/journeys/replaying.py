"""Replays a night's journal from nothing, as P12 asks: the same rules give the same states and the same findings."""

from datetime import datetime

from carehub.core.findings import Finding
from carehub.core.folding.journal import Recorded, refold
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.assess import dedup_key
from carehub.store import journal, stream, tables
from tests.journeys.building import Night

Told = tuple[str, datetime, int | None]


async def replayed(night: Night) -> tuple[dict[str, ScopeState], list[Finding]]:
    """Fold every scope's journal anew, by the rules as they were; each event must come to what it came to."""
    scopes = {row.scope_id for row in [*await night.events(), *await night.rows(tables.FoldInput)]}
    states: dict[str, ScopeState] = {}
    findings: list[Finding] = []
    async with night.database.read() as session:
        books = {one.seq: await journal.rules_of(session, one) for one in await journal.activations(session)}
        for scope in sorted({*scopes, *await stream.folded_scopes(session)}):
            states[scope] = ScopeState(scope=scope)
            entries = await journal.entries(session, scope)
            for step in refold(states[scope], entries, Rulebook.safe_mode(), lambda one: books[one.seq]):
                states[scope] = step.folded.state
                findings += step.folded.findings
                if isinstance(step.entry, Recorded):
                    came_to = (step.entry.outcome, step.entry.pending_until)
                    assert (step.folded.outcome, step.folded.pending_until) == came_to
    return states, findings


async def check_replay(night: Night) -> None:
    """What was live and what is replayed are the same: every state, every finding of every alert."""
    states, findings = await replayed(night)
    async with night.database.read() as session:
        live = await stream.load_states(session, list(states))
    assert {scope: state for scope, state in states.items() if state.version} == live
    alerts = {alert.id: alert.dedup_key for alert in await night.alerts()}
    told = [(alerts[row.alert_id], row.at, row.event_seq) for row in await night.rows(tables.AlertEvent)]
    again: list[Told] = [(dedup_key(one), one.at, one.event) for one in findings]
    assert sorted(told, key=str) == sorted(again, key=str)
