"""One calm picture of a day: what is usual as a hill, today as a line over it, the time as a sun. No room, no count."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from carehub.core.days.calm import HOURS, Beside, Rhythm, Stretch

WIDE, HIGH = 240.0, 80.0
"""The drawing's own units: ten for each hour."""
_GROUND, _TOP = 74.0, 14.0
_PER_HOUR = WIDE / 24
_HILL = ((0, 0.05), (4, 0.08), (7, 0.45), (9, 0.62), (12, 0.5), (15, 0.55), (18, 0.6), (21, 0.3), (24, 0.08))
"""The hill where nothing of a day is shown: a drawing, nobody's data."""
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Two hours for the table."""

    span: str
    beside: Beside


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """What the template draws; numbers are in the drawing's own units, `now_x` and `sun` in per cent.

    Attributes:
        usual: The hill.
        today: Lines over it, broken where nothing was heard.
        unheard: Stretches without measurements: begin and width.
        told: Whether the hill and the lines are this resident's.
        early: They would be, and too few days have been measured yet.
    """

    usual: str
    today: tuple[str, ...]
    unheard: tuple[tuple[float, float], ...]
    now_x: float
    sun: Point
    rows: tuple[Row, ...]
    told: bool
    early: bool = False


def drawn(rhythm: Rhythm | None, now: datetime, zone: ZoneInfo) -> Drawing:
    """Lay out the day up to `now`; without a rhythm, a day as any."""
    local = now.astimezone(zone)
    hours = local.hour + local.minute / 60
    if rhythm is None or not rhythm.known:
        hill = [(hour * _PER_HOUR, _y(amount)) for hour, amount in _HILL]
        return Drawing(
            usual=_closed(hill), today=(), unheard=(), now_x=round(hours * 100 / 24, 2), sun=_sun(hill, hours),
            rows=(), told=False, early=rhythm is not None,
        )  # fmt: skip
    upper = _through([(one.hour, one.high) for one in rhythm.stretches])
    return Drawing(
        usual=_closed(upper),
        today=tuple(_curve(run) for run in _runs(rhythm.stretches)),
        unheard=tuple(
            (one.hour * _PER_HOUR, HOURS * _PER_HOUR)
            for one in rhythm.stretches
            if one.amount is None and one.beside is Beside.UNKNOWN
        ),
        now_x=round(hours * 100 / 24, 2), sun=_sun(upper, hours),
        rows=tuple(Row(span=f"{one.hour:02d}–{one.hour + HOURS:02d}", beside=one.beside) for one in rhythm.stretches),
        told=True,
    )  # fmt: skip


def _y(amount: float) -> float:
    return round(_GROUND - min(amount, 1.0) * (_GROUND - _TOP), 1)


def _through(amounts: Sequence[tuple[int, float]]) -> list[Point]:
    """Points in the middle of each stretch, and at both ends of the day."""
    inner = [((hour + HOURS / 2) * _PER_HOUR, _y(amount)) for hour, amount in amounts]
    return [(0.0, inner[0][1]), *inner, (WIDE, inner[-1][1])]


def _runs(stretches: Sequence[Stretch]) -> list[list[Point]]:
    """The stretches that were heard, as unbroken runs; one alone is a short line."""
    runs: list[list[Point]] = [[]]
    for one in stretches:
        if one.amount is None:
            runs.append([])
            continue
        if not runs[-1]:
            runs[-1].append((one.hour * _PER_HOUR, _y(one.amount)))
        runs[-1].append(((one.hour + HOURS / 2) * _PER_HOUR, _y(one.amount)))
    return [run for run in runs if run]


def _curve(points: Sequence[Point]) -> str:
    """A soft line through the points: between two of them it never leaves their heights."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        path += f" C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return path


def _closed(points: Sequence[Point]) -> str:
    return f"{_curve(points)} L{WIDE:.1f} {HIGH:.1f} L0 {HIGH:.1f} Z"


def _sun(hill: Sequence[Point], hours: float) -> Point:
    """Over the hill at the time of day, in per cent."""
    x = hours * _PER_HOUR
    left = max((one for one in hill if one[0] <= x), key=lambda one: one[0])
    right = min((one for one in hill if one[0] > x), key=lambda one: one[0], default=left)
    share = (x - left[0]) / (right[0] - left[0]) if right[0] > left[0] else 0.0
    y = left[1] + share * (right[1] - left[1])
    return round(hours * 100 / 24, 2), round(max(y - 9, 7) * 100 / HIGH, 2)
