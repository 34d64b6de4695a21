"""A restless day in bokmål: what was counted, what is normal for the person, and what is in other homes.

No word says why: a model has counted, not understood.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import expm1

from carehub.core.days.restlessness import Restless

_ONE_OF_TEN = 1.2816
"""So many spreads from the middle lies one day in ten."""

FEWEST_OWN = 7
"""Days of one's own before anything is called usual."""

MOST_TOLD = 2

_WORDS = {
    Restless.ROOM_CHANGES: ("rombytte", "rombytter"),
    Restless.QUICK_CHANGES: ("rombytte innen et minutt", "rombytter innen et minutt"),
    Restless.RETURNS: ("gang fram og tilbake mellom to rom", "ganger fram og tilbake mellom to rom"),
    Restless.INTO_HALL: ("gang ut i gangen", "ganger ut i gangen"),
    Restless.BUSIEST: ("rombytte i de seks travleste timene", "rombytter i de seks travleste timene"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Normal:
    """One count of a day, beside what is usual.

    Attributes:
        own: The person's own, eight days in ten lying between; None with too few days.
        others: The same in all homes.
        above: How far it is above the others, in spreads.
    """

    feature: Restless
    seen: float
    own: tuple[float, float] | None
    others: tuple[float, float]
    above: float


def sentence(normals: Sequence[Normal]) -> str:
    """Such as "urolig døgn: 143 rombytter; vanlig her 80–120, i andre hjem 12–60"."""
    clearest = sorted(normals, key=lambda one: -one.above)[:MOST_TOLD]
    return "urolig døgn: " + "; ".join(_one(one) for one in clearest)


def _one(normal: Normal) -> str:
    one, several = _WORDS[normal.feature]
    number = round(normal.seen)
    here = f"vanlig her {_range(normal.own)}" if normal.own else "vanlig her er ikke kjent ennå"
    return f"{number} {one if number == 1 else several} ({here}, i andre hjem {_range(normal.others)})"


def _range(edges: tuple[float, float]) -> str:
    low, high = (round(edge) for edge in edges)
    return str(low) if low == high else f"{low}–{high}"


def between(mean: float, spread: float) -> tuple[float, float]:
    """What eight days in ten lie between, of counts whose logarithm has this mean and spread."""
    low, high = (max(0.0, expm1(mean + sign * _ONE_OF_TEN * spread)) for sign in (-1, 1))
    return low, high
