"""`make bench`, or `python -m benchmarks [--only PART] [--quick] [--kit DIR]`; `--help` names the parts."""

import argparse
import json
import os
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from benchmarks import backtest, breakdown, engine, live, node_red, pages, report, runs, training
from benchmarks.kit import DEFAULT, ROOT, WORK, Kit
from benchmarks.progress import Progress
from benchmarks.stores import Postgresql, Sqlite, Store, postgresql_programs

_RATES = (0, 500, 2000, 5000)
_ENGINE_EVENTS = 30_000
_IDLE_APART_S, _APART_S = 0.1, 0.025


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How much is measured."""

    runs: int
    peer_runs: int
    """Of Node-RED, which has no target to reach: its figures stand beside ours."""
    events: int
    idle_alarms: int
    alarms: int

    def alarms_at(self, rate: int) -> tuple[int, float]:
        """How many alarms, and how far apart."""
        return (self.alarms, _APART_S) if rate else (self.idle_alarms, _IDLE_APART_S)

    def latency_s(self, rate: int) -> float:
        """How long the presses of one run take."""
        many, apart_s = self.alarms_at(rate)
        return many * apart_s + (_WARM_S if rate else 0)


_WARM_S, _THROUGHPUT_S = 5.0, 6.0
_FULL = Plan(runs=5, peer_runs=1, events=30_000, idle_alarms=300, alarms=2000)
_QUICK = Plan(runs=1, peer_runs=1, events=20_000, idle_alarms=50, alarms=400)
_MEASURED = """\
What is measured, with a real Mosquitto, full durability, every rule on and nothing skipped:

  engine                    the fold alone, on one core with 40 rules, beside durable_rules and rule-engine
  durable events a second   sensor reports as fast as they are taken, until every row is on disk
  press to outbox           at 0, 500, 2,000 and 5,000 events a second: from the press to the answer "stored", which
                            is sent after the commit of event, alert and notice; each press makes a new alert
  a backtest                a month of 64 homes through today's rules and a draft (--only backtest: three minutes,
                            needs no kit)
  the pages                 each page that a login opens, over 2,000 residents, 10,000 devices, a year of alerts and
                            100,000 events (--only pages: three minutes, needs no kit)
  open pages                200 of them over 2,000 residents: from a press until each shows it (--only live)
  memory and start          the most it ever had; from the start of the process until it is ready

Each figure is the median of five runs on a fresh store, broker and hub: 2,000 alarms 25 ms apart under load, 300 at
100 ms when idle. Node-RED does the same once. The presses alone take 25 minutes (5 runs x 3 rates x 2 stores x 50 s),
so all of it is about an hour, and it says as it goes what is left; --runs 1, all else the same, is about 20 minutes;
--quick is one run with 400 alarms and 50, whose p99 proves nothing.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write `build/bench.json`; 2 when the kit is not there."""
    given = _parsed(arguments)
    shutil.rmtree(WORK, ignore_errors=True)  # what a run that was stopped left: a settled store cannot be settled again
    if given.only in _BY_ITSELF:
        return _BY_ITSELF[given.only](given)
    kit, plan = Kit(given.kit.resolve()), _QUICK if given.quick else replace(_FULL, runs=given.runs)
    path = ROOT / "build" / "bench.json"
    figures: dict[str, Any] = report.known(path) if given.only else {}
    if given.only in {"pages", "backtest"}:
        alone = pages.measure(3 if given.quick else 20) if given.only == "pages" else backtest.measure(plan.runs)
        report.write(report.known(path) | {given.only: alone}, path)
        return 0
    if given.only in {None, "engine"}:
        figures["engine"] = engine.measure(_ENGINE_EVENTS, 1 if given.quick else given.runs)
        print(*engine.said(figures["engine"]), sep="\n", flush=True)
        report.write(figures, path)
    if given.only == "engine":
        return 0
    if kit.lacks:
        return _without(kit)
    print(_conditions(plan), flush=True)
    progress = _planned(plan, given.only)
    for name, measure in (("sqlite", _sqlite), ("postgresql", _postgresql), ("node-red", _node_red)):
        if given.only in {None, name}:
            figures[name.replace("-", "_")] = measure(kit, plan, progress)
            report.write(figures, path)
    if given.only is None:
        _live(given)
        figures = report.known(path)
        figures["backtest"] = backtest.measure(plan.runs)
        report.write(figures, path)
    for line in (*report.ratios(figures), *report.verdicts(figures)):
        print(line)
    print(f"Written to {path}")
    return 0


def _live(given: argparse.Namespace) -> int:
    """Beside what stands in the file from other runs."""
    kit = Kit(given.kit.resolve())
    if kit.lacks:
        return _without(kit)
    path = ROOT / "build" / "bench.json"
    with Sqlite(WORK / "sqlite") as store:
        found = live.measure(kit, store)
    report.write(report.known(path) | {"live": found}, path)
    print(*live.said(found), sep="\n", flush=True)
    return 0


def _training(_given: argparse.Namespace) -> int:
    """Beside what stands in the file from other runs."""
    path = ROOT / "build" / "bench.json"
    figures = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    figures["training"] = training.measure()
    report.write(figures, path)
    print(training.said(figures["training"]))
    print(f"Written to {path}")
    return 0


_BY_ITSELF = {"training": _training, "live": _live}


def _without(kit: Kit) -> int:
    print(f"The kit is not in {kit.folder} (missing: {', '.join(kit.lacks)}). "
          "Give its folder: python -m benchmarks --kit DIR", file=sys.stderr)  # fmt: skip
    return 2


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=_MEASURED, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = ("engine", "sqlite", "postgresql", "node-red", "backtest", "training", "pages", "live")
    parser.add_argument("--only", choices=parts, help="measure nothing else")
    parser.add_argument("--quick", action="store_true", help="one short run of each; its p99 proves nothing")
    parser.add_argument("--runs", type=int, default=_FULL.runs, help="how many runs the median is of (default: 5)")
    parser.add_argument("--kit", type=Path, default=DEFAULT, help="the black-box kit (default: ../shared/bench)")
    return parser.parse_args(arguments)


def _conditions(plan: Plan) -> str:
    return (
        f"{os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}; the load, the broker and the hub share them.\n"
        f"Median of {plan.runs} run(s), each on a fresh store, broker and hub. {plan.events} events; {plan.alarms} "
        f"alarms 25 ms apart ({plan.idle_alarms} at 100 ms when idle), each of another resident, so each "
        "makes a new alert.\n"
        "Every rule is on, the model too. Channel: the tablet; the staff have no telephone, so nothing leaves this "
        "machine."
    )


def _planned(plan: Plan, only: str | None) -> Progress:
    progress = Progress()
    for name, parts, runs_each in (
        ("sqlite", 1, plan.runs), ("postgresql", 1, plan.runs), ("node-red", len(node_red.VARIANTS), plan.peer_runs),
    ):  # fmt: skip
        if only in {None, name}:
            progress.plan(parts * runs_each, _THROUGHPUT_S)
            for rate in _RATES:
                progress.plan(parts * runs_each, plan.latency_s(rate))
    return progress


def _sqlite(kit: Kit, plan: Plan, progress: Progress) -> dict[str, Any]:
    with Sqlite(WORK / "sqlite") as store:
        found = _hub(kit, plan, progress, store)
        stages = breakdown.measure(kit, store, WORK / "run", plan.events)
    print("Where the time goes (SQLite, stopwatches on):", *breakdown.lines(stages), sep="\n", flush=True)
    return found | {"cpu_us_by_stage": {name: round(us, 1) for name, us in stages.items()}}


def _postgresql(kit: Kit, plan: Plan, progress: Progress) -> dict[str, Any]:
    try:
        postgresql_programs()
    except FileNotFoundError as error:
        print(f"postgresql: skipped, {error}")
        return {"skipped": str(error)}
    with Postgresql(WORK / "postgresql") as store:
        return _hub(kit, plan, progress, store)


def _hub(kit: Kit, plan: Plan, progress: Progress, store: Store) -> dict[str, Any]:
    folder = WORK / "run"
    speeds = []
    for _ in range(plan.runs):
        with runs.house(store, folder) as at:
            speeds.append(runs.throughput(kit, at, plan.events))
        progress.ran(f"{store.name}, events a second", _THROUGHPUT_S)
    found = report.of_throughput(speeds) | {"latency_ms": {}}
    with runs.house(store, folder) as at:
        found["with_battery"] = report.of_throughput([runs.throughput(kit, at, plan.events // 2, battery=True)])
    for rate in _RATES:
        waits = []
        for _ in range(plan.runs):
            with runs.house(store, folder) as at:
                waits.append(runs.latency(kit, at, rate, *plan.alarms_at(rate)))
            progress.ran(f"{store.name}, alarms at {rate}/s", plan.latency_s(rate))
        found["latency_ms"][str(rate)] = report.of_latency(waits)
        found["rss_mib"] = max(found["rss_mib"], *(round(run.peak_mib, 1) for run in waits))
    print(report.said(store.name, found), flush=True)
    return found


def _node_red(kit: Kit, plan: Plan, progress: Progress) -> dict[str, Any]:
    reason = node_red.missing(kit)
    if reason:
        print(f"node-red: skipped, {reason}")
        return {"skipped": reason}
    return {variant: _variant(kit, plan, progress, variant) for variant in node_red.VARIANTS}


def _variant(kit: Kit, plan: Plan, progress: Progress, variant: str) -> dict[str, Any]:
    """Its default store takes some 800 rows a second, so it is given a tenth of the events."""
    many = plan.events // 10 if variant == "default" else plan.events
    speeds = []
    for _ in range(plan.peer_runs):
        with node_red.running(kit, WORK / "run", variant) as flow:
            speeds.append(node_red.throughput(kit, flow, many))
        progress.ran(f"Node-RED {variant}, events a second", _THROUGHPUT_S)
    found = report.of_throughput(speeds) | {"latency_ms": {}}
    for rate in _RATES:
        waits = []
        for _ in range(plan.peer_runs):
            with node_red.running(kit, WORK / "run", variant) as flow:
                waits.append(node_red.latency(kit, flow, rate, *plan.alarms_at(rate)))
            progress.ran(f"Node-RED {variant}, alarms at {rate}/s", plan.latency_s(rate))
        found["latency_ms"][str(rate)] = report.of_latency(waits)
        found["rss_mib"] = max(found["rss_mib"], *(round(run.peak_mib, 1) for run in waits))
    print(report.said(f"Node-RED, {node_red.VARIANTS[variant]}", found), flush=True)
    return found


if __name__ == "__main__":
    sys.exit(main())
