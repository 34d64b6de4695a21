"""The hub's clocks. Only the edges read one; everything below takes `now` as an argument."""

import time
from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC."""


def utc_now() -> datetime:
    """The hub's own clock: the truth for every deadline."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may read the clock


Steady = Callable[[], float]
"""Gives seconds that only ever pass, whatever anybody does to the clock on the wall."""


def steady() -> float:
    """Seconds since the machine started, its sleep counted in where the system can tell."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()
