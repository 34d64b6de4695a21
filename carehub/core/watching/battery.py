"""When a battery will be empty, from how it has fallen so far."""

from collections.abc import Sequence
from datetime import datetime, timedelta

REPLACED = 20.0
"""A rise of so many per cent is a new battery: what was before it tells nothing of this one."""
_FEWEST, _SHORTEST = 3, timedelta(days=2)
_FARTHEST = timedelta(days=3 * 365)


def empty_at(readings: Sequence[tuple[datetime, float]]) -> datetime | None:
    """When the line through these readings meets zero; None where it does not fall, or too little is known.

    Args:
        readings: Moment and per cent, the oldest first.
    """
    mine = _since_replaced(readings)
    if len(mine) < _FEWEST or mine[-1][0] - mine[0][0] < _SHORTEST:
        return None
    start = mine[0][0]
    days = [(at - start) / timedelta(days=1) for at, _ in mine]
    levels = [level for _, level in mine]
    day, level = sum(days) / len(days), sum(levels) / len(levels)
    fall = sum((x - day) * (y - level) for x, y in zip(days, levels, strict=True))
    slope = fall / sum((x - day) ** 2 for x in days)
    if slope >= 0 or -level / slope > _FARTHEST / timedelta(days=1):
        return None
    return max(start + timedelta(days=day - level / slope), mine[-1][0])


def _since_replaced(readings: Sequence[tuple[datetime, float]]) -> Sequence[tuple[datetime, float]]:
    first = 0
    for place in range(1, len(readings)):
        if readings[place][1] - readings[place - 1][1] >= REPLACED:
            first = place
    return readings[first:]
