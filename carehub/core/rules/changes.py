"""How a value has changed within a span of time, with a bounded memory."""

from collections.abc import Sequence
from math import isfinite

from carehub.core.events import Value
from carehub.core.rules.state import Hit

MOST = 64
"""So many earlier values are kept: those that may still be the lowest (or highest) of some later span."""
_DIGITS = 6
"""70.1 - 68.1 is two, whatever a computer makes of it."""


def is_number(value: Value) -> bool:
    """Whether a value can be compared."""
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def by_how_much(origin: Hit, hit: Hit) -> float:
    """The change between two values; a fall is negative."""
    return round(_number(hit) - _number(origin), _DIGITS)


def has_changed(origin: Hit, hit: Hit, by: float) -> bool:
    """Whether the rule's amount has been reached, in its direction."""
    change = by_how_much(origin, hit)
    return change >= by if by > 0 else change <= by


def compared(past: Sequence[Hit], hit: Hit, by: float) -> tuple[Hit, ...]:
    """What must be kept, oldest first: for a rise each is lower than all that came after it, for a fall higher.

    So the first is the one from which the change is greatest. Of more than `MOST` values the one goes that is
    nearest in time to its neighbour.
    """
    sign = 1 if by > 0 else -1
    kept = list(past)
    while kept and sign * _number(kept[-1]) >= sign * _number(hit):
        kept.pop()
    kept.append(hit)
    if len(kept) > MOST:
        del kept[min(range(1, len(kept) - 1), key=lambda index: kept[index].at - kept[index - 1].at)]
    return tuple(kept)


def _number(hit: Hit) -> float:
    return float(hit.value) if isinstance(hit.value, int | float) else 0.0
