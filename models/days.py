"""Stored days as arrays, by resident and calendar day, with the calendar's own quirks taken out.

Free days (weekends, Norwegian holidays, and the eves on which nobody works) are one sort of day. The night in which the
clock is changed has five or seven hours; its counts are brought to six. A day on which the home was full of people is
no measure of the person who lives there.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays
import numpy as np
from numpy.typing import NDArray

from carehub.contracts import Activity, DayTable
from carehub.core.days.dayrow import CELLS, MEALS, ROOMS, SLOTS, UNUSABLE, WIDTH
from carehub.core.days.features import Feature, Part, Seen, Span
from carehub.core.days.habits import HABITS
from carehub.core.days.tally import Tally
from carehub.core.watching.hush import Hush

Floats = NDArray[np.float32]
_FRIDAY, _NIGHT_HOURS = 4, 6.0
_EVES = frozenset({(12, 24), (12, 31)})
_NO_MINUTES = np.array([feature not in {Feature.FIRST_ACTIVITY, Feature.LONGEST_QUIET} for _, feature in CELLS])
_NIGHT = np.array([part is Part.NIGHT for part, _ in CELLS])
_BY_DAY = ~_NIGHT

_WHY = len(CELLS)
_SLOTS = _WHY + len(Part)
_ROOMS = _SLOTS + SLOTS
_MEALS = _ROOMS + len(ROOMS)
_HABITS = _MEALS + len(MEALS)
_CROWDED = _HABITS + len(HABITS)

COMPANY = 3
"""So many more crowded ten minutes than on nine days in ten: other people were there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """Arrays over residents (R) and consecutive calendar days (D), NaN where nothing is known.

    Attributes:
        first: Ordinal of the first day.
        cells: (R, D, 32): features by part of day, DST nights brought to six hours.
        usable: (R, D, 4): whether the part could be judged.
        slots: (R, D, 48): signs of each half hour; -1 where it is not known.
        rooms, meals, habits, crowded: As in `carehub.core.days.dayrow`.
        free: (D,): no working day.
    """

    residents: tuple[str, ...]
    first: int
    cells: Floats
    usable: NDArray[np.bool_]
    slots: NDArray[np.int16]
    rooms: Floats
    meals: Floats
    habits: Floats
    crowded: Floats
    free: NDArray[np.bool_]


def of(table: DayTable, zone: str, residents: slice = slice(None)) -> Days:
    """Some residents of a table, or all."""
    names, counts = table.residents[residents], np.array(table.counts, dtype=np.int64)
    starts = np.concatenate([[0], np.cumsum(counts)])
    chosen = range(*residents.indices(len(table.residents)))
    low, high = (starts[chosen.start], starts[chosen.stop]) if chosen else (0, 0)
    days = np.frombuffer(table.days, dtype="<i4")
    rows = np.frombuffer(table.values, dtype="<f4").reshape(-1, WIDTH)[low:high]
    first, last = (int(days.min()), int(days.max())) if len(days) else (1, 1)
    who = np.repeat(np.arange(len(names)), counts[residents])
    when = days[low:high] - first
    shape = (len(names), last - first + 1)

    def spread_out(columns: slice) -> Floats:
        out = np.full((*shape, columns.stop - columns.start), np.nan, dtype=np.float32)
        out[who, when] = rows[:, columns]
        return out

    ordinals = range(first, last + 1)
    why = spread_out(slice(_WHY, _SLOTS))
    cells = spread_out(slice(0, _WHY))
    cells[:, :, _NIGHT & _NO_MINUTES] *= np.array([_NIGHT_HOURS / night_hours(one, zone) for one in ordinals])[
        None, :, None
    ]
    return Days(
        residents=names,
        first=first,
        cells=cells,
        usable=why == 0,
        slots=_known_slots(spread_out(slice(_SLOTS, _ROOMS)), why),
        rooms=spread_out(slice(_ROOMS, _MEALS)),
        meals=spread_out(slice(_MEALS, _HABITS)),
        habits=spread_out(slice(_HABITS, _CROWDED)),
        crowded=spread_out(slice(_CROWDED, WIDTH))[:, :, 0],
        free=np.array([is_free(date.fromordinal(one)) for one in ordinals], dtype=np.bool_),
    )


def chunks(table: DayTable, size: int = 250) -> Iterator[slice]:
    """The residents in slices that fit into little memory."""
    for start in range(0, len(table.residents), size):
        yield slice(start, min(start + size, len(table.residents)))


def _known_slots(slots: Floats, why: Floats) -> NDArray[np.int16]:
    """A quiet half hour is known only where somebody listened: not in an outage, an absence or the time to come."""
    listened = np.repeat((why == 0) | (why == UNUSABLE.index("nobody seen")), SLOTS // len(Part), axis=2)
    return np.where(listened, np.nan_to_num(slots), -1).astype(np.int16)


def without_company(days: Days, most: Floats) -> Floats:
    """The cells, without the waking parts of days on which the home was fuller than `most` usually.

    Args:
        most: (R,): crowded ten minutes on nine days in ten.
    """
    cells = days.cells.copy()
    crowd = days.crowded >= most[:, None] + COMPANY
    cells[:, :, _BY_DAY] = np.where(crowd[:, :, None], np.nan, cells[:, :, _BY_DAY])
    return cells


_NORWAY = holidays.country_holidays("NO")


def is_free(day: date) -> bool:
    """No working day: weekend, Norwegian holiday, or an eve on which nobody works."""
    return day.weekday() > _FRIDAY or (day.month, day.day) in _EVES or day in _NORWAY


@lru_cache(maxsize=512)
def night_hours(ordinal: int, zone: str) -> float:
    """From midnight to six: five hours or seven when the clock is changed."""
    day, local = date.fromordinal(ordinal), ZoneInfo(zone)
    ends = [datetime(day.year, day.month, day.day, hour, tzinfo=local).astimezone(UTC) for hour in (0, 6)]
    return (ends[1] - ends[0]) / timedelta(hours=1)


def counted(history: Mapping[str, Sequence[Activity]], zone: str, since: date, until: datetime) -> DayTable:
    """The table that the hub would have stored of these events: days from `since`, as far as they are over."""
    names: list[str] = []
    counts: list[int] = []
    days, values, outages = bytearray(), bytearray(), _common_silences(history, until)
    for resident in sorted(history):
        rows = list(_rows(history[resident], ZoneInfo(zone), since, until, outages))
        if rows:
            names.append(resident)
            counts.append(len(rows))
        for day, body in rows:
            days += day.toordinal().to_bytes(4, "little")
            values += body
    return DayTable(residents=tuple(names), counts=tuple(counts), days=bytes(days), values=bytes(values))


def _common_silences(history: Mapping[str, Sequence[Activity]], until: datetime) -> list[Span]:
    hush = Hush(min((one.at for seen in history.values() for one in seen), default=until))
    for resident, seen in history.items():
        for one in seen:
            hush.hear(resident, one.at)
    return hush.spans(until)


def _rows(
    seen: Sequence[Seen], zone: ZoneInfo, since: date, until: datetime, outages: Sequence[Span]
) -> Iterator[tuple[date, bytes]]:
    tally = Tally(zone)
    for one in sorted(seen, key=lambda one: one.at):
        if one.at < until:
            tally.add(one)
    return tally.rows(since, until, outages)
