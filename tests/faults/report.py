"""The figures of a fault run: said, written to `build/faults.json`, and judged against what was promised."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.faults.at_points import Scene
from tests.faults.restarts import Times
from tests.faults.storm import Storm

PRESS_P99_S, INGESTING_S, OVERDUE_S = 0.5, 5.0, 10.0
Figures = dict[str, Any]


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies."""
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))], 3) if ordered else 0.0


def of_points(scenes: Sequence[Scene]) -> Figures:
    """A kill at each point is a kill too."""
    return {
        "points": len({scene.point for scene in scenes}),
        "scenes": len(scenes),
        "alarms": sum(scene.alarms for scene in scenes),
        "kills": sum(scene.action == "kill" for scene in scenes),
        "lost": sum(scene.verdict.lost for scene in scenes),
        "duplicates": sum(scene.verdict.duplicates for scene in scenes),
        "broken": [scene.line() for scene in scenes if not scene.verdict.holds],
    }


def of_storms(storms: Sequence[Storm]) -> Figures:
    """All storms together."""
    back = [seconds for storm in storms for seconds in storm.back_s]
    return {
        "alarms": sum(storm.alarms for storm in storms),
        "kills": sum(storm.kills for storm in storms),
        "repeats": sum(storm.repeats for storm in storms),
        "ended_by_themselves": sum(len(storm.ended) for storm in storms),
        "lost": sum(storm.verdict.lost for storm in storms),
        "duplicates": sum(storm.verdict.duplicates for storm in storms),
        "back_p50_s": percentile(back, 0.5),
        "back_max_s": percentile(back, 1),
        "broken": [str(storm.verdict) for storm in storms if not storm.verdict.holds],
    }


def of_times(times: Times) -> Figures:
    """Idle presses, and restarts."""
    return {
        "press_to_commit_p50_s": percentile(times.press_s, 0.5),
        "press_to_commit_p99_s": percentile(times.press_s, 0.99),
        "ingesting_again_s": percentile(times.ingesting_s, 1),
        "overdue_fired_s": percentile(times.overdue_s, 1),
        "restarts": len(times.ingesting_s),
    }


def summed(parts: Mapping[str, Figures]) -> Figures:
    """What others read: the sums on top, each part below."""
    counted = [parts[name] for name in ("at_points", "storm") if name in parts]
    top = {name: sum(part[name] for part in counted) for name in ("alarms", "kills", "lost", "duplicates")}
    top["points"] = parts.get("at_points", {}).get("points", 0)
    return top | dict(parts)


def failures(figures: Figures) -> list[str]:
    """Every promise that was not kept, in words; none when all were."""
    found = [f"{figures[name]} {name}, promised 0" for name in ("lost", "duplicates") if figures[name]]
    for part in ("at_points", "storm"):
        found += figures.get(part, {}).get("broken", [])
    times = figures.get("times", {})
    for name, most in _PROMISED.items():
        if times.get(name, 0) > most:
            found.append(f"{name} is {times[name]}, promised {most}")
    cuts = figures.get("power_cuts", {})
    found += [f"power cuts: {cuts[name]} {name}, promised 0" for name in ("lost", "corrupt") if cuts.get(name)]
    if "synchronous_normal" in cuts and not cuts["synchronous_normal"]["lost"]:
        found.append("power cuts: the control lost nothing, so they prove nothing")
    return found


_PROMISED = {
    "press_to_commit_p99_s": PRESS_P99_S,
    "ingesting_again_s": INGESTING_S,
    "overdue_fired_s": OVERDUE_S,
}


def write(figures: Figures, path: Path) -> None:
    """The file that others read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
