"""Replays a night's journal from nothing, as P12 asks: the same rules give the same states and the same findings."""

import json
from datetime import datetime
from typing import Any

import msgspec

from carehub.core.events import Command, Event, Tick
from carehub.core.findings import Finding, Outcome
from carehub.core.fold import Folded, fold, note_state
from carehub.core.scope_state import ScopeState
from carehub.core.silence import Silence
from carehub.flow.assess import dedup_key
from carehub.store import stream, tables
from tests.journeys.building import Night

Told = tuple[str, datetime, int | None]


def event_of(row: tables.Event) -> Event:
    """The event that was stored, as the fold saw it."""
    return Event(
        seq=row.seq,
        at=row.at,
        kind=row.kind,
        scope=row.scope_id,
        source=row.source,
        device=row.device_id,
        resident=row.resident_id,
        place=row.place,
        value=None if row.value is None else json.loads(row.value),
        unit=row.unit,
        detail=row.detail,
        device_at=row.device_at,
        alarm=row.alarm,
        late=row.late,
        dedup_key=row.dedup_key,
        body_hash=row.body_hash,
        delivery=row.delivery,
    )


def input_of(row: tables.FoldInput) -> Tick | Command:
    """The tick or command that was journalled."""
    if row.command is None:
        return Tick(seq=row.seq, at=row.at, scope=row.scope_id)
    return Command(
        seq=row.seq, at=row.at, scope=row.scope_id, kind=row.command, until=row.until, by=row.by,
        silence=msgspec.json.decode(row.silence, type=Silence) if row.silence else None,
    )  # fmt: skip


async def replayed(night: Night) -> tuple[dict[str, ScopeState], list[Finding]]:
    """Fold the whole journal anew, in its one order; each event must come to what it came to."""
    journal: list[Any] = sorted(
        [*await night.events(), *await night.rows(tables.FoldInput)], key=lambda row: int(row.seq)
    )
    states: dict[str, ScopeState] = {}
    findings: list[Finding] = []
    for row in journal:
        state = states.get(row.scope_id) or ScopeState(scope=row.scope_id)
        folded = _folded(night, state, row)
        states[row.scope_id] = folded.state
        findings += folded.findings
    return states, findings


def _folded(night: Night, state: ScopeState, row: tables.Event | tables.FoldInput) -> Folded:
    if isinstance(row, tables.FoldInput):
        return fold(state, input_of(row), night.rulebook, row.at)
    if row.outcome is Outcome.STATE_ONLY:
        return Folded(state=note_state(state, event_of(row)))
    if row.outcome is Outcome.TOO_LATE:
        return Folded(state=state)
    folded = fold(state, event_of(row), night.rulebook, row.at)
    assert (folded.outcome, folded.pending_until) == (row.outcome, row.pending_until)
    return folded


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
