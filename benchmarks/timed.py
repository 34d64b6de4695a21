"""`carehub serve` with a stopwatch on each station of the hot path: processor time of its thread, not the clock.

Started by the bench as `python -m benchmarks.timed serve`; writes `stages.json` into the data folder when it ends.
"""

import json
import os
import time
from collections.abc import Awaitable, Callable, Generator
from pathlib import Path
from typing import Any

from carehub.app.cli import main
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import Folder
from carehub.flow.receiving.intake import Intake
from integrations.mqtt.connection import Connection

SPENT: dict[str, float] = {}
_clock = time.thread_time


class _Timed:
    """Adds up what a coroutine uses between its waits."""

    def __init__(self, stage: str, work: Awaitable[Any]) -> None:
        self._stage, self._work = stage, work

    def __await__(self) -> Generator[Any, Any, Any]:
        running = self._work.__await__()
        step: Callable[[Any], Any] = running.send
        given: Any = None
        while True:
            began = _clock()
            try:
                waits_for = step(given)
            except StopIteration as end:
                return end.value
            finally:
                SPENT[self._stage] = SPENT.get(self._stage, 0.0) + _clock() - began
            try:
                given, step = (yield waits_for), running.send
            except BaseException as error:  # noqa: BLE001 - handed on, as `await` does
                given, step = error, running.throw


def _watch(owner: type, name: str, stage: str) -> None:
    inner = getattr(owner, name)

    def timed(*arguments: Any, **named: Any) -> Any:
        began = _clock()
        try:
            return inner(*arguments, **named)
        finally:
            SPENT[stage] = SPENT.get(stage, 0.0) + _clock() - began

    setattr(owner, name, timed)


def _watch_waiting(owner: type, name: str, stage: str) -> None:
    inner = getattr(owner, name)

    async def timed(*arguments: Any, **named: Any) -> Any:
        return await _Timed(stage, inner(*arguments, **named))

    setattr(owner, name, timed)


def _overhead_s() -> float:
    """What one stopwatch costs."""
    began = _clock()
    for _ in range(10_000):
        _clock()
    return (_clock() - began) / 10_000


def _write(counts: Any) -> None:
    main_thread = _clock()
    told = {
        "spent": SPENT, "events": counts.events, "messages": counts.messages, "batches": counts.batches,
        "main_thread": main_thread, "process": time.process_time(), "stopwatch": _overhead_s(),
    }  # fmt: skip
    (Path(os.environ["CAREHUB_DATA_DIR"]) / "stages.json").write_text(json.dumps(told))


def _write_at_the_end() -> None:
    stop = Ingest.stop

    def told(self: Ingest) -> None:
        stop(self)
        _write(self.counts)

    setattr(Ingest, "stop", told)  # noqa: B010 - put there on purpose


if __name__ == "__main__":
    _watch(Connection, "_read_all", "receive")
    _watch(Intake, "read", "decode")
    _watch(Folder, "draft", "fold")
    _watch(Ingest, "_after", "acknowledge")
    _watch_waiting(Ingest, "_write", "store")
    _write_at_the_end()
    main()
