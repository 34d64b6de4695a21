"""A resident's own normal, feature by feature: the middle, the spread, and what counts as clearly outside.

Robust: one strange week in sixty days does not become the normal (median and MAD). The spread has floors,
because a person who did exactly the same for fourteen days is not alarming on the fifteenth.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from msgspec import Struct

from carehub.core.days.features import Feature, Part

DAY = frozenset({Part.MORNING, Part.AFTERNOON, Part.EVENING})
NIGHT = frozenset({Part.NIGHT})
ALWAYS = DAY | NIGHT
NEVER: frozenset[Part] = frozenset()

RUNS = (1, 3, 5, 7)
"""How many days are looked at together: one for the sudden, seven for what comes slowly."""

OUTSIDE = 3.5
"""So many spreads (of the mean of a run) are a finding; set by findings per resident, see cards/daily_rhythm.md."""

BESIDE = 2.0
"""So many spreads are told beside a finding, though they would not be one: they say what it consists of."""

RUN_GAIN = 0.35
"""The mean of k days is held to be k**0.35 times as sure as one day. With independent days it would be the
square root; real weeks hang together (a guest, a cold), and by the square root TIHM's homes gave half as
many findings again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """What is judged of one feature.

    Attributes:
        floor: The least spread.
        step: The least change that matters to a person, of one day; of a run, six tenths of it.
        more: The parts of day in which more (or later) is a change.
        fewer: The parts in which fewer is one. Not for rising: who goes to the bathroom at five is not up early.
    """

    floor: float
    step: float
    more: frozenset[Part] = NEVER
    fewer: frozenset[Part] = NEVER


WATCHES: dict[Feature, Watch] = {
    Feature.BED_EXITS: Watch(floor=0.9, step=3, more=NIGHT),
    Feature.BATHROOM_VISITS: Watch(floor=0.9, step=3, more=ALWAYS),
    Feature.KITCHEN_VISITS: Watch(floor=0.9, step=3, more=NIGHT, fewer=DAY),
    Feature.ENTRANCE_OPENINGS: Watch(floor=0.55, step=2, more=NIGHT, fewer=DAY),
    Feature.FIRST_ACTIVITY: Watch(floor=20, step=75, more=frozenset({Part.MORNING})),
    Feature.LONGEST_QUIET: Watch(floor=30, step=120, more=DAY),
    Feature.ROOM_CHANGES: Watch(floor=4, step=15, more=ALWAYS, fewer=DAY),
    Feature.ACTIVITY: Watch(floor=8, step=30, more=ALWAYS, fewer=DAY),
}


class Usual(Struct, frozen=True, array_like=True):
    """One feature's normal for one resident, in one part of day.

    Attributes:
        low: A tenth of the days are below it.
        high: A tenth of the days are above it.
        days: How many days it was learned from.
    """

    median: float
    spread: float
    low: float
    high: float
    days: int

    def z(self, value: float) -> float:
        """How many spreads `value` is from the middle; at most 20 either way."""
        return max(-20.0, min(20.0, (value - self.median) / self.spread))


@dataclass(frozen=True, slots=True, kw_only=True)
class Departure:
    """One feature clearly outside the normal.

    Attributes:
        seen: The newest value, or the mean of a run.
        run: Over how many days.
        strength: In spreads of that mean, always positive; at least `BESIDE`.
    """

    feature: Feature
    seen: float
    usual: Usual
    run: int
    strength: float


def departure(feature: Feature, part: Part, newest_first: Sequence[tuple[float, Usual]]) -> Departure | None:
    """The clearest departure of a feature by `BESIDE`, newest day first; None where it is as usual.

    Each day is held against the normal of its own sort of day. The newest day must itself point the same
    way, so that a finding ends when the change does. The normal is an estimate, and the fewer days it was
    learned from, the wider the margin.
    """
    found = [one for run in RUNS if (one := _over(run, feature, part, newest_first)) is not None]
    return max(found, key=lambda one: one.strength, default=None)


def _over(run: int, feature: Feature, part: Part, newest_first: Sequence[tuple[float, Usual]]) -> Departure | None:
    if len(newest_first) < run:
        return None
    days = newest_first[:run]
    watch, now = WATCHES[feature], days[0][1]
    z_mean = sum(normal.z(value) for value, normal in days) / run
    sign = 1 if z_mean > 0 else -1
    if part not in (watch.more if sign > 0 else watch.fewer) or sign * now.z(days[0][0]) < 1:
        return None
    change = sum(value - normal.median for value, normal in days) / run
    unsure = sqrt(1 + 1.57 * run / now.days) * (1 + 1 / sqrt(now.days))
    strength = sign * z_mean * run**RUN_GAIN / unsure
    seen = now.median + change
    if (
        strength < BESIDE
        or sign * change < watch.step * (1 if run == 1 else 0.6)
        or now.low - 0.5 <= seen <= now.high + 0.5
    ):
        return None
    return Departure(feature=feature, seen=seen, usual=now, run=run, strength=strength)
