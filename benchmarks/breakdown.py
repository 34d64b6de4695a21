"""Where the time goes: processor time of each station for one event, at full speed."""

import json
import os
import signal
from pathlib import Path
from typing import Any

from benchmarks import load
from benchmarks.kit import Kit
from benchmarks.process import wait_until
from benchmarks.runs import House, house
from benchmarks.stores import Store

_NAMES = {
    "receive": "receive (socket, MQTT, queue)",
    "decode": "decode and assign",
    "fold": "fold (rules)",
    "store": "store: building and sending the statements",
    "database thread": "store: the database driver's own thread",
    "acknowledge": "acknowledge, adopt, count",
    "the rest": "the rest (loop, other stations)",
}


def measure(kit: Kit, store: Store, folder: Path, many: int) -> dict[str, float]:
    """Station → µs of processor time for one event."""
    with house(store, folder, "benchmarks.timed") as at:
        before = _threads(at.hub.pid)
        sender = load.Sender(kit, at.broker.port, "zigbee", many=many)
        wait_until(lambda: at.reader.number("SELECT count(*) FROM event WHERE source = 'zigbee2mqtt'") >= many,
                   "all rows", 300)  # fmt: skip
        sender.ended()
        after = _threads(at.hub.pid)
        told = _stages(at)
    return _per_event(told, after[0] - before[0], after[1] - before[1], many)


def lines(stages: dict[str, float]) -> list[str]:
    """The table, the dearest first."""
    total = sum(stages.values())
    ranked = sorted(stages.items(), key=lambda one: -one[1])
    rows = [f"  {_NAMES[name]:<46}{us:7.1f} µs  {us / total:4.0%}" for name, us in ranked]
    return [*rows, f"  {'together':<46}{total:7.1f} µs"]


def _stages(at: House) -> Any:
    at.hub.end(signal.SIGTERM)
    return json.loads((at.hub.folder / "stages.json").read_text())


def _threads(pid: int) -> tuple[float, float]:
    """Processor time of the main thread and of all others."""
    ticks = os.sysconf("SC_CLK_TCK")
    main = others = 0.0
    for task in Path(f"/proc/{pid}/task").iterdir():
        fields = (task / "stat").read_text().rpartition(")")[2].split()
        spent = (int(fields[11]) + int(fields[12])) / ticks
        if task.name == str(pid):
            main += spent
        else:
            others += spent
    return main, others


def _per_event(told: Any, main_s: float, others_s: float, many: int) -> dict[str, float]:
    spent: dict[str, float] = dict(told["spent"])
    for often in ("decode", "fold"):  # once for each message: without what the stopwatch itself costs
        spent[often] = max(0.0, spent.get(often, 0.0) - told["messages"] * told["stopwatch"])
    spent["the rest"] = max(0.0, main_s - sum(spent.values()))
    spent["database thread"] = others_s
    return {stage: seconds / many * 1e6 for stage, seconds in spent.items()}
