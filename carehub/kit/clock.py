"""The hub's clocks. Only the edges read one; everything below takes `now` as an argument."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present moment, aware and in UTC."""


def utc_now() -> datetime:
    """The hub's own clock: the truth for every deadline."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that may read the clock
