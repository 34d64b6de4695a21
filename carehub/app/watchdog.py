"""Ends a hub whose event loop stands still, so that whoever started it starts it anew.

While the loop stands, nobody is asked and nothing is heard; what was not acknowledged comes again after the restart.
"""

import asyncio
import faulthandler
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from carehub.flow.hub import Health
from carehub.kit.log import last_words, log

EXIT_STATUS = 70
_BEAT_S, _LOOK_S = 0.25, 0.5
_WARN_AFTER_S, _END_AFTER_S = 1.0, 5.0


class Watchdog:
    """The loop beats, a thread listens."""

    def __init__(self, health: Health) -> None:
        self._health = health
        self._last = time.monotonic()
        self._stopped = threading.Event()

    async def beat(self) -> None:
        """Beat for ever, and tell how late the beats come."""
        loop = asyncio.get_running_loop()
        while True:
            asked = loop.time()
            await asyncio.sleep(_BEAT_S)
            self._last = time.monotonic()
            lag = loop.time() - asked - _BEAT_S
            self._health.loop_lag_s = max(lag, self._health.loop_lag_s * 0.99)  # a peak stays visible for a minute
            if lag > _WARN_AFTER_S:
                log.warning("loop.lag", seconds=round(lag, 1))

    def listen(self) -> None:
        """In a thread: end the process when the loop has not beaten for too long.

        A process that was frozen whole beats again as soon as it goes on: that is no fault of the loop.
        """
        before = time.monotonic()
        while not self._stopped.wait(_LOOK_S):
            now = time.monotonic()
            if now - before > _LOOK_S + _WARN_AFTER_S:
                self._last = now
            before = now
            if now - self._last > _END_AFTER_S:
                _end(now - self._last)

    def stop(self) -> None:
        """The hub ends in order."""
        self._stopped.set()


def _end(stood_s: float) -> None:
    """Say where it stands, and end at once: nothing that needs the loop can be waited for."""
    log.error("loop.stands_still", seconds=round(stood_s, 1))
    last_words()
    faulthandler.dump_traceback(file=sys.stderr)
    os._exit(EXIT_STATUS)


@contextmanager
def watched(health: Health) -> Iterator[Watchdog]:
    """A watchdog for as long as the block lasts."""
    dog = Watchdog(health)
    threading.Thread(target=dog.listen, name="watchdog", daemon=True).start()
    try:
        yield dog
    finally:
        dog.stop()
