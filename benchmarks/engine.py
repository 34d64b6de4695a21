"""Events a second through the fold on one core, beside two rule engines with the same rules, in the same run."""

import gc
import os
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.engine_peers import PEERS, plain
from benchmarks.engine_rules import common, evening, with_waits
from carehub.core.events import Event, Tick
from carehub.core.folding.fold import Rulebook, ScopeState, fold

TARGET_PER_S, TARGET_TOUCHED = 60_000, 0.60
_RUNS = 5


def measure(events: int, runs: int = _RUNS) -> dict[str, Any]:
    """Everything that goes under "engine" in `build/bench.json`."""
    rules, told = common(), list(evening(events))
    books = {
        "carehub": Rulebook.of(rule.ours(f"rule-{number}") for number, rule in enumerate(rules)),
        "carehub_with_waits": Rulebook.of(with_waits()),
    }
    found: dict[str, Any] = {"events": events, "load1": round(os.getloadavg()[0], 1)}
    speeds: dict[str, list[float]] = {name: [] for name in (*books, *PEERS)}
    for turn in range(runs):
        for name, book in books.items():
            speed, fired = _timed(lambda book=book: _folded(book, told), len(told))  # type: ignore[misc]
            speeds[name].append(speed)
            found[name] = {"fired": fired, "rules": len(book.programs), "touched": round(_touched(book, told), 3)}
        _peers(found, speeds, rules, told, turn)
    for name, measured in speeds.items():
        if measured:
            found[name] |= {"events_per_s": round(median(measured)), "runs": [round(one) for one in measured]}
    found["ratios"] = {
        name: round(found["carehub"]["events_per_s"] / found[name]["events_per_s"], 2) for name in PEERS if speeds[name]
    }
    return found


def _peers(
    found: dict[str, Any], speeds: Mapping[str, list[float]], rules: Sequence[Any], told: Sequence[Event], turn: int
) -> None:
    for name, prepare in PEERS.items():
        part = plain(told)
        try:
            run = prepare(rules, part, f"evening{turn}")
        except ImportError as error:
            found[name] = {"skipped": f"not installed on this Python: {error}"}
            continue
        speed, fired = _timed(run, len(part))
        speeds[name].append(speed)
        found[name] = {"fired": fired, "rules": len(rules), "events": len(part)}


def _timed(run: Callable[[], int], events: int) -> tuple[float, int]:
    """Events a second of processor time, so that what else runs here does not count."""
    gc.collect()
    began = time.process_time()
    fired = run()
    return events / (time.process_time() - began), fired


def _folded(book: Rulebook, told: Sequence[Event]) -> int:
    """The fold as the hub calls it: the state of each home, its deadlines by ticks, every trace made."""
    states: dict[str, ScopeState] = {}
    fired = 0
    for event in told:
        scope, at = event.scope, event.at
        state = states.get(scope)
        if state is None:
            state = ScopeState(scope=scope)
        if state.armed and min(state.armed.values()) <= at:
            ticked = fold(state, Tick(seq=event.seq, at=at, scope=scope), book, at)
            state, fired = ticked.state, fired + len(ticked.findings)
        folded = fold(state, event, book, at)
        states[scope] = folded.state
        fired += len(folded.findings)
    return fired


def _touched(book: Rulebook, told: Sequence[Event]) -> float:
    """The share of events that some rule's words fit: it starts, counts, goes on, is cancelled, or alerts."""
    many = 0
    for event in told[:20_000]:
        parts = (
            part for one in book.asking.get(event.kind, ()) for part in (*one.steps, one.cancels) if part is not None
        )
        many += any(part.fits(event) for part in parts)
    return many / min(len(told), 20_000)


def said(found: Mapping[str, Any]) -> list[str]:
    """The figures in words, each target reached or missed."""
    lines = [
        f"Engine: {found['events']} events, 40 rules, one core (processor time; load of the machine {found['load1']}):"
    ]
    for name in ("carehub", "carehub_with_waits", *PEERS):
        one = found[name]
        if "skipped" in one:
            lines.append(f"  {name}: skipped, {one['skipped']}")
            continue
        touched = f", {one['touched']:.0%} of the events touch a rule" if "touched" in one else ""
        lines.append(f"  {name}: {one['events_per_s']} events/s (runs: {one['runs']}), fired {one['fired']}{touched}")
    if found["rule-engine"].get("fired", found["carehub"]["fired"]) != found["carehub"]["fired"]:
        lines.append("  rule-engine did not fire as often as carehub: the rules are not equivalent, and prove nothing.")
    for name, ratio in found["ratios"].items():
        lines.append(f"  carehub against {name}: x{ratio}: {'ahead' if ratio > 1 else 'BEHIND'}")
    for name in ("carehub", "carehub_with_waits"):
        one = found[name]
        reached = one["events_per_s"] >= TARGET_PER_S and one["touched"] >= TARGET_TOUCHED
        lines.append(f"  {name}: target {TARGET_PER_S} events/s, 60 % touched: {'reached' if reached else 'MISSED'}")
    return lines
