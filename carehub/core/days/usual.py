"""What is usual for one person: quantiles of their own history, by the names that rules use.

A model finds them at night; they enter the fold by a stored command, so that a replay judges by what was known then.
"""

from datetime import datetime
from enum import StrEnum
from math import isfinite

from msgspec import Struct

FEWEST_DAYS = 14
"""With a shorter history nothing is usual yet, and the fixed bound of the rule holds."""

BEYOND = (50, 75, 90, 95)
"""Which quantiles are told, in per cent."""


class Unit(StrEnum):
    """In what a feature is counted."""

    MINUTES = "minutes"
    CLOCK = "clock"
    """Minutes after the local midnight of the day on which it began; past midnight more than 1440."""
    COUNT = "count"


FEATURES: dict[str, Unit] = {
    "bathroom_stay": Unit.MINUTES,
    "out_of_bed_at_night": Unit.MINUTES,
    "away_from_home": Unit.MINUTES,
    "quiet_by_day": Unit.MINUTES,
    "quiet_at_night": Unit.MINUTES,
    "first_activity": Unit.CLOCK,
    "out_of_bed": Unit.CLOCK,
    "first_meal": Unit.CLOCK,
    "bedtime": Unit.CLOCK,
    "bathroom_visits_at_night": Unit.COUNT,
    "bathroom_visits_by_day": Unit.COUNT,
    "bed_exits_at_night": Unit.COUNT,
    "kitchen_visits_by_day": Unit.COUNT,
    "entrance_openings_at_night": Unit.COUNT,
}
"""Every name that a rule may ask for."""


class Quantiles(Struct, frozen=True, kw_only=True):
    """One feature of one person.

    Attributes:
        days: How many days of history it rests on.
        p95: Of a hundred times, ninety-five were no more than this.
    """

    days: int
    p50: float
    p75: float
    p90: float
    p95: float

    def can_be_kept(self) -> bool:
        """Whether each is a number: JSON has no other, and a home whose state holds one could not be read again."""
        return all(map(isfinite, (self.p50, self.p75, self.p90, self.p95)))

    def at(self, percent: int) -> float | None:
        """The quantile; None where the history is too short or the number tells nothing."""
        found = {50: self.p50, 75: self.p75, 90: self.p90, 95: self.p95}.get(percent)
        return found if found is not None and isfinite(found) and self.days >= FEWEST_DAYS else None


class Usual(Struct, frozen=True, kw_only=True):
    """What is usual for one resident, until it is too old to be believed."""

    resident: str
    until: datetime
    of: dict[str, Quantiles]
