"""The log: an event name and ids, never a resident's name, number or text."""

import atexit
import logging
import queue
import sys
import threading
import time
from typing import TextIO

import structlog

log: structlog.stdlib.BoundLogger = structlog.get_logger("carehub")

_MOST_LINES = 10_000
_LAST_WORDS_S = 1.0


class Sink:
    """Takes lines and writes them in a thread of its own: a log that nobody reads must not stop an alarm.

    What does not fit is dropped and counted; the count is the next line that is written.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._lines: queue.Queue[str] = queue.Queue(_MOST_LINES)
        self.dropped = 0
        threading.Thread(target=self._write_for_ever, name="log", daemon=True).start()

    def write(self, text: str) -> None:
        """Take it; never waits."""
        try:
            self._lines.put_nowait(text)
        except queue.Full:
            self.dropped += 1

    def flush(self) -> None:
        """As a file has it; the thread flushes."""

    def drain(self, within_s: float = _LAST_WORDS_S) -> None:
        """Wait a moment for what was taken to be written: before the process ends."""
        until = time.monotonic() + within_s
        while self._lines.unfinished_tasks and time.monotonic() < until:
            time.sleep(0.01)

    def _write_for_ever(self) -> None:
        told = 0
        while True:
            text = self._lines.get()
            if self.dropped > told:
                text, told = f"log.dropped lines={self.dropped - told}\n{text}", self.dropped
            try:
                self._file.write(text)
                self._file.flush()
            except (OSError, ValueError):  # the other end is gone: nobody to tell
                self.dropped += 1
            self._lines.task_done()


_sinks: list[Sink] = []


def last_words() -> None:
    """Let what was logged be written, for at most a second: before the process ends at once."""
    for sink in _sinks:
        sink.drain()


def configure(*, as_json: bool, level: int = logging.INFO) -> None:
    """Write to standard error: JSON lines in production, readable lines elsewhere."""
    renderer = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    sink = Sink(sys.stderr)
    _sinks.append(sink)
    atexit.register(sink.drain)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sink),  # type: ignore[arg-type]  # it writes and flushes, no more
    )
