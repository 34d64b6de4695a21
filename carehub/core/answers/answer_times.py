"""How soon somebody answered, and how soon somebody was there: by unit, urgency, hour and week.

Pure. Ranks, not means: one night without an answer must not hide among many quick ones, and what was never answered
needs no number. Of fewer than five there are no figures at all: on a ward with one nurse a night, few alerts are
somebody's own. Nobody is named here, and nothing is grouped by who answered: the working-environment act (section 9-1)
asks that control measures have objective grounds and are no heavier than they must be.

A year of alerts is divided in a breath, because each is one whole number in which order is order of time: microseconds,
then three bits of urgency, then five of the local hour. It is kept as a float, which Python sorts twice as fast as an
integer of this size, and which holds it exactly: it has 52 bits.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from math import inf
from struct import pack, unpack
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from carehub.core.answers.shares import FEWEST, Share, nearest
from carehub.core.answers.usefulness import PROMPT, QUICK
from carehub.core.severity import Severity

_Key = TypeVar("_Key", bound=Hashable)
_NEVER = 1 << 44
"""In microseconds: 203 days. What was answered later counts as just before it."""
_TIME, _URGENCY, _HOURS, _CELL = 8, 5, 32, 255
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
    """The figures of units that are covered, and of all urgencies or those that are wanted."""
    mine = [
        (day - timedelta(days=day.weekday()), [(unit, parts[unit]) for unit in sorted(parts) if covers(unit or None)])
        for day, parts in days
    ]  # fmt: skip
    taken, there = (_Split([(week, unit, both[which]) for week, parts in mine for unit, both in parts], wanted)
                    for which in (0, 1))  # fmt: skip
    return Divided(
        all=Times(taken=_figures(taken.every), there=_figures(there.every)),
        units=_times(taken.units, there.units), weeks=_times(taken.weeks, there.weeks),
        hours=_times(taken.hours, there.hours), urgencies=_times(taken.urgencies, there.urgencies),
    )  # fmt: skip


class _Split:
    """Numbers in order, as a whole and in each part."""

    def __init__(self, rows: Iterable[tuple[date, str, bytes]], wanted: Collection[Severity] | None) -> None:
        units, weeks = defaultdict[str, list[bytes]](list), defaultdict[date, list[bytes]](list)
        for week, unit, body in rows:
            units[unit].append(body)
            weeks[week].append(body)
        grades = {one // _GRADE for one in wanted} if wanted is not None else None
        self.units = {unit: _ordered(bodies, grades) for unit, bodies in units.items()}
        self.weeks = {week: _ordered(bodies, grades) for week, bodies in weeks.items()}
        self.every = sorted(chain.from_iterable(self.weeks.values()))
        cells = [list[float]() for _ in range(1 << _TIME)]
        into = [cell.append for cell in cells]
        for one, number in zip(self.every, map(int, self.every), strict=True):
            into[number & _CELL](one)
        self.hours = {hour: sorted(chain(*cells[hour::_HOURS])) for hour in range(24)}
        self.urgencies = {
            grade: sorted(chain(*cells[(at := grade // _GRADE * _HOURS) : at + _HOURS])) for grade in Severity
        }  # fmt: skip


def _ordered(bodies: Iterable[bytes], grades: Collection[int] | None) -> list[float]:
    body = b"".join(bodies)
    numbers: Sequence[float] = unpack(f"<{len(body) // 8}d", body)
    return sorted(numbers if grades is None else [one for one in numbers if int(one) >> _URGENCY & 7 in grades])


def _times(taken: Mapping[_Key, list[float]], there: Mapping[_Key, list[float]]) -> dict[_Key, Times]:
    return {
        key: Times(taken=_figures(numbers), there=_figures(there[key])) for key, numbers in taken.items() if numbers
    }  # fmt: skip


def _figures(numbers: Sequence[float]) -> Figures:
    """Of numbers in order: each figure is a place and no walk through all of them."""
    many = len(numbers)
    return Figures(
        many=many, median=_rank(numbers, 0.5), ninth=_rank(numbers, 0.9), never=many - _before(numbers, _NEVER),
        quick=Share(_before(numbers, QUICK // _MICROSECOND + 1), many),
        prompt=Share(_before(numbers, PROMPT // _MICROSECOND + 1), many),
    )  # fmt: skip


_MICROSECOND = timedelta(microseconds=1)


def _before(numbers: Sequence[float], microseconds: int) -> int:
    return bisect_left(numbers, float(microseconds << _TIME))


def _rank(numbers: Sequence[float], share: float) -> timedelta | None:
    found = nearest(numbers, share)
    if found is None or found >= _NEVER << _TIME:
        return None
    return timedelta(microseconds=int(found) >> _TIME)
