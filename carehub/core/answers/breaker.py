"""A circuit breaker: a provider that fails again and again is left alone for a while, so that nobody waits for it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

OPEN_AFTER = 5
"""Failures in a row: one busy handset is no failing provider."""
REST = timedelta(seconds=5)
"""How long it is left alone before one notice tries it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaker:
    """What is known of one provider.

    Attributes:
        failures: In a row, without an answer in between.
        opened_at: Since when it has been left alone; None while it works.
        probe_at: When the next notice may try it.
    """

    failures: int = 0
    opened_at: datetime | None = None
    probe_at: datetime | None = None


def rests(breaker: Breaker, now: datetime) -> bool:
    """Whether it is to be passed over now. A moment further off than a rest was read from a clock that has been set."""
    return breaker.probe_at is not None and now < breaker.probe_at <= now + REST


def tried(breaker: Breaker, now: datetime) -> Breaker:
    """Somebody tries it: while it is open, the others wait for what comes of this one."""
    return breaker if breaker.opened_at is None else replace(breaker, probe_at=now + REST)


def after(breaker: Breaker, now: datetime, *, answered: bool) -> Breaker:
    """What is known after one try; an answer closes it, whatever was before."""
    if answered:
        return Breaker()
    failures = breaker.failures + 1
    if failures < OPEN_AFTER:
        return replace(breaker, failures=failures)
    return Breaker(failures=failures, opened_at=breaker.opened_at or now, probe_at=now + REST)
