"""What days show over weeks: a level that has moved and stayed, and a rhythm that comes apart."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from math import exp, isnan, sqrt

import numpy as np
from numpy.typing import NDArray

from carehub.contracts import Change, DayTable
from models import days as stored
from models import rhythm, slow
from models.baseline import OUTSIDE, RUN_GAIN, Usual
from models.own import Own
from models.rhythm import MEASURES, WEEK, Measure
from models.words import rhythm_sentence, slow_sentence


def found(table: DayTable, zone: str, residents: Mapping[str, Own]) -> list[Change]:
    """Both sorts, resident by resident in pieces that fit into little memory."""
    changes: list[Change] = []
    for piece in stored.chunks(table):
        days = stored.of(table, zone, piece)
        changes += _slow(days)
        changes += _rhythm(days, residents)
    return changes


def _slow(days: stored.Days) -> Iterator[Change]:
    end = days.first + days.cells.shape[1]
    for shift in slow.shifts(slow.levels(days)):
        since = date.fromordinal(end - shift.since)
        name = f"{shift.series.part.value if shift.series.part else 'day'}.{shift.series.feature.value}"
        yield Change(
            resident=days.residents[shift.resident],
            day=since.isoformat(),
            part=name,
            score=_score(shift.strength, 1.0),
            words=slow_sentence(shift, since),
            measures={shift.series.feature.value: (shift.after, shift.low, shift.high)},
            sort="slow",
        )


def _rhythm(days: stored.Days, residents: Mapping[str, Own]) -> Iterator[Change]:
    """The mean of the last week against the person's own days: one change for each resident, the clearest first."""
    newest = date.fromordinal(days.first + days.cells.shape[1] - 1)
    week = rhythm.of_the_week(rhythm.measured(days))
    for row, resident in enumerate(days.residents):
        own = residents.get(resident)
        if own is None:
            continue
        clear = sorted(_clear(week[row], own), reverse=True)
        if clear:
            yield Change(
                resident=resident,
                day=(newest - timedelta(days=newest.weekday())).isoformat(),
                part="week",
                score=_score(clear[0][0], OUTSIDE),
                words=rhythm_sentence([(name, seen, own.rhythm[name]) for _, name, seen in clear]),
                measures={name: (seen, own.rhythm[name].low, own.rhythm[name].high) for _, name, seen in clear},
                sort="rhythm",
            )


def _clear(week: NDArray[np.float64], own: Own) -> Iterator[tuple[float, str, float]]:
    for (name, measure), seen in zip(MEASURES.items(), week.tolist(), strict=True):
        normal = own.rhythm.get(name)
        if normal is None or isnan(seen):
            continue
        strength = _strength(seen, normal, measure)
        if strength >= OUTSIDE:
            yield strength, name, seen


def _strength(seen: float, normal: Usual, measure: Measure) -> float:
    """In spreads of a week's mean; 0 where it is no change that matters."""
    change = seen - normal.median
    wanted = measure.more if change > 0 else measure.fewer
    if not wanted or abs(change) < measure.step or normal.low <= seen <= normal.high:
        return 0.0
    unsure = sqrt(1 + 1.57 * WEEK / normal.days) * (1 + 1 / sqrt(normal.days))
    return float(abs(change) / normal.spread * WEEK**RUN_GAIN / unsure)


def _score(strength: float, least: float) -> float:
    return round(min(1.0, 0.5 + 0.4 * (1 - exp((least - strength) / 3))), 3)
