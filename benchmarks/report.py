"""What the runs say: medians, ratios, the table on the screen and `build/bench.json`."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any, TypeGuard

from benchmarks.runs import Latency, Throughput

TARGET_PER_S, TARGET_MS, TARGET_MIB = 10_000, 50.0, 250.0
_MS = ("p50", "p95", "p99", "most")


def of_throughput(runs: Sequence[Throughput]) -> dict[str, Any]:
    """Medians of the runs, with the least and the most where they may be doubted."""
    speeds = [run.events_per_s for run in runs]
    return {
        "durable_events_per_s": round(median(speeds)),
        "durable_events_per_s_runs": [round(speed) for speed in speeds],
        "cpu_us_per_event": round(median(run.cpu_us for run in runs), 1),
        "rss_mib": round(max(run.peak_mib for run in runs), 1),
        "rss_idle_mib": round(median(run.idle_mib for run in runs), 1),
        "start_s": round(median(run.start_s for run in runs), 2),
        "load1": round(median(run.load1 for run in runs), 1),
        "fsync_ms": round(median(run.fsync_ms for run in runs), 2),
    }


def of_latency(runs: Sequence[Latency]) -> dict[str, Any]:
    """Medians of each percentile over the runs."""
    told: dict[str, Any] = {name: round(median(getattr(run, name) for run in runs), 2) for name in _MS}
    told["p99_runs"] = [round(run.p99, 2) for run in runs]
    told["alarms"], told["answered"] = [sum(getattr(run, what) for run in runs) for what in ("sent", "answered")]
    told["background"] = round(median(run.background for run in runs))
    told["load1"] = round(median(run.load1 for run in runs), 1)
    return told


def said(who: str, one: Mapping[str, Any]) -> str:
    """One subject's figures in words."""
    first = (
        f"{who}: {one['durable_events_per_s']} durable events/s (runs: {one['durable_events_per_s_runs']}), "
        f"{one['cpu_us_per_event']} µs of processor an event; memory {one['rss_idle_mib']} MiB idle, "
        f"{one['rss_mib']} MiB at most; start {one['start_s']} s; load of the machine {one['load1']}, "
        f"its disk keeps 64 KiB in {one['fsync_ms']} ms"
    )
    lines = [first]
    for rate, told in one.get("latency_ms", {}).items():
        answered = "" if told["answered"] == told["alarms"] else f"  only {told['answered']} answered!"
        lines.append(
            f"  alarm at {rate:>5} events/s (really {told['background']}): p50 {told['p50']}  p95 {told['p95']}  "
            f"p99 {told['p99']}  most {told['most']} ms of {told['alarms']}{answered}"
        )
    return "\n".join(lines)


def ratios(figures: Mapping[str, Any]) -> list[str]:
    """Ours against each variant of the peer, from the same run."""
    told = []
    for ours in ("sqlite", "postgresql"):
        for variant, peer in figures.get("node_red", {}).items():
            if not _measured(figures.get(ours)) or not _measured(peer):
                continue
            mine = figures[ours]
            parts = [f"events/s x{mine['durable_events_per_s'] / peer['durable_events_per_s']:.2f}"]
            parts += [
                f"p99 at {rate}/s x{mine['latency_ms'][rate]['p99'] / at['p99']:.2f}"
                for rate, at in peer.get("latency_ms", {}).items()
                if rate in mine.get("latency_ms", {}) and at["p99"]
            ]
            told.append(f"{ours} against Node-RED {variant}: {', '.join(parts)}")
    return told


def verdicts(figures: Mapping[str, Any]) -> list[str]:
    """Each target of issue 2, reached or missed."""
    told = []
    for ours in ("sqlite", "postgresql"):
        one = figures.get(ours)
        if not _measured(one):
            continue
        told.append(_verdict(ours, "events/s", one["durable_events_per_s"], TARGET_PER_S, more=True))
        told.append(_verdict(ours, "MiB", one["rss_mib"], TARGET_MIB, more=False))
        if "5000" in one.get("latency_ms", {}):
            told.append(_verdict(ours, "ms p99 at 5000/s", one["latency_ms"]["5000"]["p99"], TARGET_MS, more=False))
    return told


def _measured(one: object) -> TypeGuard[Mapping[str, Any]]:
    """Whether there are figures, and not a word why there are none."""
    return isinstance(one, dict) and "durable_events_per_s" in one


def _verdict(who: str, what: str, found: float, target: float, *, more: bool) -> str:
    reached = found >= target if more else found <= target
    return f"{who}: {found:g} {what}, target {'≥' if more else '≤'} {target:g}: {'reached' if reached else 'MISSED'}"


def write(figures: Mapping[str, Any], path: Path) -> None:
    """The file that others read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n")


def known(path: Path) -> dict[str, Any]:
    """What was measured before, for a part that is measured alone."""
    found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
    return found
