"""How soon somebody answered, and how soon somebody was there: by unit, urgency, hour and week.

Pure. Ranks, not means: one night without an answer must not hide among many quick ones, and what was never answered
needs no number. Of fewer than five there are no figures at all: on a ward with one nurse a night, few alerts are
somebody's own. Nobody is named here, and nothing is grouped by who answered: the working-environment act (section 9-1)
asks that control measures have objective grounds and are no heavier than they must be.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from math import inf
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from carehub.core.answers.usefulness import FEWEST, PROMPT, QUICK, Share, rank
from carehub.core.severity import Severity

_Key = TypeVar("_Key", bound=Hashable)


class Answered(NamedTuple):
    """One alert: when it was raised, and after how many seconds somebody took it and was there.

    Attributes:
        taken_s: Infinite where nobody has.
        there_s: None where nobody went.
    """

    at: datetime
    unit: str | None
    severity: Severity
    taken_s: float
    there_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """How soon, of so many. A rank is None where there are too few, or where it fell among the unanswered."""

    many: int
    median: timedelta | None
    ninth: timedelta | None
    quick: Share
    prompt: Share
    never: int

    @property
    def tells(self) -> bool:
        """Whether there are enough to say anything."""
        return self.many >= FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Times:
    """Taken: of all alerts. There: of those where somebody went; by telephone or camera nobody needs to."""

    taken: Figures
    there: Figures


def settled(alerts: Iterable[Answered], now: datetime) -> list[Answered]:
    """Without the newest, which may still be answered in time: of them nothing can be said yet."""
    return [one for one in alerts if one.taken_s != inf or now - one.at >= PROMPT]


def times(alerts: Sequence[Answered]) -> Times:
    """The figures of alerts that are settled."""
    return Times(
        taken=_figures([one.taken_s for one in alerts]),
        there=_figures([one.there_s for one in alerts if one.there_s is not None]),
    )


def _figures(took: list[float]) -> Figures:
    took.sort()  # in order, each figure is a place and no walk through all of them
    return Figures(
        many=len(took), median=rank(took, 0.5), ninth=rank(took, 0.9), never=len(took) - bisect_left(took, inf),
        quick=Share(bisect_right(took, QUICK.total_seconds()), len(took)),
        prompt=Share(bisect_right(took, PROMPT.total_seconds()), len(took)),
    )  # fmt: skip


def grouped(alerts: Iterable[Answered], key: Callable[[Answered], _Key]) -> dict[_Key, Times]:
    """The figures of each group, in the order in which the groups came."""
    groups: dict[_Key, list[Answered]] = {}
    for one in alerts:
        groups.setdefault(key(one), []).append(one)
    return {name: times(mine) for name, mine in groups.items()}


def hour_of(zone: ZoneInfo) -> Callable[[Answered], int]:
    """The hour of the local day in which an alert was raised."""
    return lambda one: one.at.astimezone(zone).hour


def week_of(zone: ZoneInfo) -> Callable[[Answered], date]:
    """The Monday of its local week."""

    def monday(one: Answered) -> date:
        return _monday_of(one.at.astimezone(zone).date())

    return monday


@lru_cache(maxsize=1024)
def _monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())
