"""`make faults`, or `python -m tests.faults [--only times|points|storm|cuts] [--seed N]`."""

import argparse
import asyncio
import os
import shutil
import sys
import time
from collections.abc import Sequence
from itertools import product
from pathlib import Path

from tests.faults import at_points, power, report, restarts, storm, tracing
from tests.faults.exchange import Exchange, open_exchange
from tests.faults.points import ROOT, points
from tests.faults.town import Town

_WORK = ROOT / "build" / "faults"
_ALARMS, _CUTS = 250, 1200
_PARTS = ("times", "points", "storm", "cuts")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write `build/faults.json`; 1 when a promise was not kept."""
    given = _parsed(arguments)
    shutil.rmtree(_WORK, ignore_errors=True)
    print(f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, seed {given.seed}", flush=True)
    began, town = time.monotonic(), Town(_WORK / "town")
    parts = asyncio.run(_run(town, given.only or _PARTS, given.seed))
    figures = report.summed(parts) | {"seconds": round(time.monotonic() - began), "seed": given.seed}
    path = ROOT / "build" / "faults.json"
    report.write(figures, path)
    failures = report.failures(figures)
    for line in (*(f"NOT KEPT: {one}" for one in failures), _summary(figures), f"Written to {path}"):
        print(line)
    return 1 if failures else 0


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description="What a fault does to an alarm.")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part; may be given twice")
    parser.add_argument("--seed", type=int, default=int(time.monotonic() * 1000) % 1_000_000)
    return parser.parse_args(arguments)


def _summary(figures: report.Figures) -> str:
    return ", ".join(f"{name} {figures[name]}" for name in ("alarms", "kills", "points", "lost", "duplicates"))


async def _run(town: Town, wanted: Sequence[str], seed: int) -> dict[str, report.Figures]:
    parts: dict[str, report.Figures] = {}
    async with open_exchange() as exchange:
        if "times" in wanted:
            parts["times"] = await _times(town, exchange)
        if "points" in wanted:
            parts["at_points"] = await _points(town, exchange)
        if "storm" in wanted:
            parts["storm"] = await _storm(town, exchange, seed)
        if "cuts" in wanted:
            parts["power_cuts"] = await _cuts(town, exchange, seed)
    return parts


async def _times(town: Town, exchange: Exchange) -> report.Figures:
    found = report.of_times(await restarts.measure(_WORK / "times", town, exchange, presses=400, restarts=10))
    print("times:", found, flush=True)
    return found


async def _points(town: Town, exchange: Exchange) -> report.Figures:
    scenes = []
    async for scene in at_points.in_lanes(product(points(), at_points.ACTIONS), _WORK, town, exchange):
        scenes.append(scene)
        print(scene.line(), flush=True)
        _forget(_WORK / f"{scene.point}-{scene.action}", keep=not scene.verdict.holds)
    return report.of_points(scenes)


async def _storm(town: Town, exchange: Exchange, seed: int) -> report.Figures:
    storms = []
    plan = storm.Plan(hubs=20, alarms=520, kills=16, seed=seed)
    async for ended in storm.in_lanes(_WORK, town, exchange, plan):
        storms.append(ended)
        so_far = report.of_storms(storms)
        print("storm:", {name: so_far[name] for name in so_far if name != "broken"}, flush=True)
    return report.of_storms(storms)


async def _cuts(town: Town, exchange: Exchange, seed: int) -> report.Figures:
    reason = tracing.why_not()
    if reason:
        print(f"power cuts: NOT MADE, {reason}")
        return {"skipped": reason}
    found = await _cut("carehub.app", town, exchange, (_ALARMS, _CUTS, seed))
    control = await _cut("tests.faults.forgetful", town, exchange, (_ALARMS // 5, _CUTS // 10, seed))
    return found | {"synchronous_normal": control}


async def _cut(module: str, town: Town, exchange: Exchange, much: tuple[int, int, int]) -> report.Figures:
    alarms, cuts, seed = much
    folder = _WORK / module
    recording = await power.record(folder, town, exchange, alarms=alarms, module=module)
    found = power.cut_often(recording, folder / "cut", cuts=cuts, seed=seed).figures()
    print(f"power cuts, {module}:", found, flush=True)
    _forget(folder, keep=False)
    return found


def _forget(folder: Path, *, keep: bool) -> None:
    """What held is of no interest; what did not is kept for whoever looks."""
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
