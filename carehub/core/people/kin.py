"""A resident's family and the hub: how consent was given, when somebody may be asked, and what a visit is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONGEST_PAUSE = timedelta(days=7)
"""So long may a resident hide their day from everybody by themselves; to end it for good is another button."""
ANSWER_WITHIN = timedelta(hours=2)
"""So long after being asked a relative may answer JA or NEI; after that it would be about something else."""
HANDLED = "handled:"
"""How the steps begin that tell a family that an alert was handled."""
MOST_ANSWERS = 6
"""To one number in an hour."""
_DAY_MINUTES = 1440
_HOUR = timedelta(hours=1)


class GivenBy(StrEnum):
    """Who decided how much a relative may know."""

    RESIDENT = "resident"
    GUARDIAN = "guardian"
    UNKNOWN = "unknown"
    """It was entered before the hub asked."""


class Ground(StrEnum):
    """On what that rests."""

    SPOKEN = "spoken"
    WRITTEN = "written"
    GUARDIAN = "guardian"
    """Who acts for the resident decided it, in their interest."""
    LAW = "law"
    """The resident cannot consent: pasient- og brukerrettighetsloven § 3-3."""
    UNKNOWN = "unknown"


class Sort(StrEnum):
    """What a relative announces."""

    VISIT = "visit"
    """They come: there are more people in the home."""
    OUT = "out"
    """They take the resident with them: the home may be empty."""


class Going(StrEnum):
    """What a relative says who was asked whether they can go there."""

    YES = "yes"
    NO = "no"
    THERE = "there"
    """They are with the resident."""


NEAREST = (Going.THERE, Going.YES, Going.NO)
"""Of several answers the first of these is what matters to whoever might have to go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """When a relative may be asked: on these weekdays (0 is Monday), from a local minute to another.

    Attributes:
        until: Not later than `since`: it goes on past midnight.
    """

    days: frozenset[int]
    since: int
    until: int
    zone: str

    def holds(self, now: datetime) -> bool:
        """Whether it is open now.

        >>> from datetime import UTC
        >>> night = Window(days=frozenset({4}), since=1320, until=420, zone="Europe/Oslo")
        >>> night.holds(datetime(2026, 1, 17, 1, 14, tzinfo=UTC))
        True
        """
        local = now.astimezone(ZoneInfo(self.zone))
        minute, day = local.hour * 60 + local.minute, local.weekday()
        if self.since < self.until:
            return day in self.days and self.since <= minute < self.until
        began_today = day in self.days and minute >= self.since
        began_yesterday = (day - 1) % 7 in self.days and minute < self.until
        return began_today or began_yesterday


def may_be_asked(windows: Iterable[Window], now: datetime) -> bool:
    """Whether it is a time at which they said that they can be asked; whoever named no times, at any."""
    named = list(windows)
    return not named or any(one.holds(now) for one in named)


def may_answer(answered: tuple[timedelta, ...], now: timedelta) -> bool:
    """Whether a number that was answered at these moments may be answered once more: time that passes, no clock."""
    return sum(now - at < _HOUR for at in answered) < MOST_ANSWERS


def with_answer(answered: tuple[timedelta, ...], now: timedelta) -> tuple[timedelta, ...]:
    """One more answer; only the last few matter."""
    return (*answered, now)[-MOST_ANSWERS:]


def days_of(mask: int) -> frozenset[int]:
    """Weekdays from a number in which each is a bit."""
    return frozenset(day for day in range(7) if mask >> day & 1)


def mask_of(days: Iterable[int]) -> int:
    """The number in which each weekday is a bit; ValueError for a day that there is not."""
    found = 0
    for day in days:
        if day not in range(7):
            raise ValueError(f"no weekday {day}")
        found |= 1 << day
    return found


def minute_of(clock: str) -> int:
    """A time of day ("22:30") as minutes after midnight; ValueError where it is no time of day."""
    hour, _, minute = clock.partition(":")
    found = int(hour) * 60 + int(minute or 0)
    if not 0 <= found < _DAY_MINUTES:
        raise ValueError(f"no time of day {clock!r}")
    return found
