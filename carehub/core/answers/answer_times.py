"""How soon somebody answered, and how soon somebody was there: by unit, urgency, hour and week.

Pure. Ranks, not means: one night without an answer must not hide among many quick ones, and what was never answered
needs no number. Of fewer than five there are no figures at all: on a ward with one nurse a night, few alerts are
somebody's own. Nobody is named here, and nothing is grouped by who answered: the working-environment act (section 9-1)
asks that control measures have objective grounds and are no heavier than they must be.

A year of alerts is divided in a breath, because each is one whole number in which order is order of time: microseconds,
then three bits of urgency, then five of the local hour. It is kept as a float, which holds it exactly: it has 52 bits.
They are divided as columns, by numpy: number by number, a year held up everybody else for 75 ms.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from math import inf
from struct import pack
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from carehub.core.answers.shares import FEWEST, Share, place
from carehub.core.answers.usefulness import PROMPT, QUICK
from carehub.core.severity import Severity
from carehub.kit.late import late

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Numbers = NDArray[np.int64]
else:
    np, _Numbers = late("numpy", at_leisure=False), Any  # 16 MiB, which a hub whose answer times nobody reads spares

_Key = TypeVar("_Key", bound=Hashable)
_NEVER = 1 << 44
"""In microseconds: 203 days. What was answered later counts as just before it."""
_TIME, _URGENCY, _HOUR = 8, 5, 31
_GRADE = 10
"""Between two levels of severity."""


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


class Packed(NamedTuple):
    """Alerts of one unit and local day, as numbers in order: all by when they were taken, and those with a visit."""

    taken: bytes
    there: bytes


Parts = dict[str, Packed]
"""By unit; empty for none."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Divided:
    """The same alerts as a whole and in four ways of dividing, each in its order. A week is its Monday."""

    all: Times
    units: Mapping[str, Times]
    urgencies: Mapping[Severity, Times]
    hours: Mapping[int, Times]
    weeks: Mapping[date, Times]


def settled(alerts: Iterable[Answered], now: datetime) -> list[Answered]:
    """Without the newest, which may still be answered in time: of them nothing can be said yet."""
    return [one for one in alerts if one.taken_s != inf or now - one.at >= PROMPT]


def packed(alerts: Iterable[Answered], zone: ZoneInfo) -> dict[date, Parts]:
    """Alerts that are settled, by local day and unit."""
    days: dict[date, dict[str, tuple[list[float], list[float]]]] = {}
    for one in alerts:
        local = one.at.astimezone(zone)
        taken, there = days.setdefault(local.date(), {}).setdefault(one.unit or "", ([], []))
        taken.append(_number(one.taken_s, one.severity, local.hour))
        if one.there_s is not None:
            there.append(_number(one.there_s, one.severity, local.hour))
    return {day: {unit: Packed(*map(_bytes, both)) for unit, both in units.items()} for day, units in days.items()}


def _number(seconds: float, severity: Severity, hour: int) -> float:
    time = _NEVER if seconds == inf else min(round(seconds * 1_000_000), _NEVER - 1)
    return float(time << _TIME | severity // _GRADE << _URGENCY | hour)


def _bytes(numbers: Sequence[float]) -> bytes:
    return pack(f"<{len(numbers)}d", *sorted(numbers))


def divided(
    days: Sequence[tuple[date, Parts]], covers: Callable[[str | None], bool], wanted: Collection[Severity] | None = None
) -> Divided:
    """The figures of units that are covered, and of all urgencies or those that are wanted.

    For a thread of its own: the first time loads numpy.
    """
    units = sorted(unit for unit in set[str]().union(*(parts for _, parts in days)) if covers(unit or None))
    mondays = [day - timedelta(days=day.weekday()) for day, _ in days]
    weeks = sorted(set(mondays))
    of_units, of_weeks = _places(units), _places(weeks)
    rows = [
        (of_weeks[monday], of_units[unit], *both)
        for monday, (_, parts) in zip(mondays, days, strict=True)
        for unit, both in parts.items()
        if unit in of_units
    ]
    at_week, at_unit, *bodies = zip(*rows, strict=True) if rows else ((), (), (), ())
    grades = None if wanted is None else [one // _GRADE for one in wanted]
    taken, there = (_split(each, (weeks, at_week), (units, at_unit), grades) for each in bodies)
    return Divided(
        all=Times(taken=_figures(taken.every), there=_figures(there.every)),
        units=_times(taken.units, there.units), weeks=_times(taken.weeks, there.weeks),
        hours=_times(taken.hours, there.hours), urgencies=_times(taken.urgencies, there.urgencies),
    )  # fmt: skip


class _Split(NamedTuple):
    """Numbers in order, as a whole and in each part."""

    every: _Numbers
    units: Mapping[str, _Numbers]
    weeks: Mapping[date, _Numbers]
    hours: Mapping[int, _Numbers]
    urgencies: Mapping[Severity, _Numbers]


def _places(names: Sequence[_Key]) -> dict[_Key, int]:
    return {name: number for number, name in enumerate(names)}


def _split(
    bodies: Sequence[bytes], weeks: tuple[Sequence[date], Sequence[int]], units: tuple[Sequence[str], Sequence[int]],
    grades: Sequence[int] | None,
) -> _Split:  # fmt: skip
    """Bodies, of which each is of one week and one unit: the names of all, and the place of each one's among them."""
    numbers = np.frombuffer(b"".join(bodies), "<f8").astype(np.int64)
    many = np.array([len(body) // 8 for body in bodies], np.int64)
    order = np.argsort(numbers)
    every = numbers[order]
    if grades is not None:
        some = np.isin(every >> _URGENCY & 7, grades)
        order, every = order[some], every[some]
    by_week, by_unit = (np.repeat(np.array(places, np.int16), many)[order] for _, places in (weeks, units))
    return _Split(
        every=every, weeks=_parted(every, weeks[0], by_week), units=_parted(every, units[0], by_unit),
        hours=_parted(every, range(24), (every & _HOUR).astype(np.int16)),
        urgencies=_parted(every, sorted(Severity), (every >> _URGENCY & 7).astype(np.int16)),
    )  # fmt: skip


def _parted(ordered: _Numbers, names: Sequence[_Key], places: "NDArray[np.int16]") -> dict[_Key, _Numbers]:
    """Numbers in order, by the name at each one's place: in order still. Of 16 bits, since numpy counts those out."""
    by_name = np.argsort(places, kind="stable")
    edges = np.searchsorted(places[by_name], np.arange(len(names) + 1, dtype=np.int16)).tolist()
    numbers = ordered[by_name]
    return {name: numbers[start:end] for name, (start, end) in zip(names, pairwise(edges), strict=True)}


def _times(taken: Mapping[_Key, _Numbers], there: Mapping[_Key, _Numbers]) -> dict[_Key, Times]:
    return {
        key: Times(taken=_figures(numbers), there=_figures(there[key]))
        for key, numbers in taken.items()
        if len(numbers)
    }


_MICROSECOND = timedelta(microseconds=1)
_BEFORE = [
    microseconds << _TIME for microseconds in (QUICK // _MICROSECOND + 1, PROMPT // _MICROSECOND + 1, _NEVER)
]  # fmt: skip


def _figures(numbers: _Numbers) -> Figures:
    """Of numbers in order: each figure is a place and no walk through all of them."""
    many = len(numbers)
    quick, prompt, answered = np.searchsorted(numbers, _BEFORE).tolist()
    return Figures(
        many=many, median=_rank(numbers, 0.5), ninth=_rank(numbers, 0.9), never=many - answered,
        quick=Share(quick, many), prompt=Share(prompt, many),
    )  # fmt: skip


def _rank(numbers: _Numbers, share: float) -> timedelta | None:
    where = place(len(numbers), share)
    if where is None or numbers[where] >= _NEVER << _TIME:
        return None
    return timedelta(microseconds=int(numbers[where]) >> _TIME)
