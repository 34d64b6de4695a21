"""Running numbers of a device: which are missing, which came late after all, and when it began to count anew."""

from msgspec import Struct

Range = tuple[int, int]
"""The first and the last number that are missing."""

LARGEST = 10_000
"""A longer leap is another count, and no loss that anybody could name."""
_MOST_RANGES = 100
_NEAR, _NEAR_THE_START = 100, 5
"""So far behind the highest a number is an old one on a long road; further behind the device counts anew."""


class Count(Struct, frozen=True):
    """Where a device is in its count."""

    last: int | None = None
    missing: tuple[Range, ...] = ()

    @property
    def lost(self) -> int:
        """How many messages are missing."""
        return sum(last - first + 1 for first, last in self.missing)


def hear(count: Count, number: int) -> Count:
    """The count after this number. A battery change (0 or 1 again) is no gap, and makes what was missing unknowable."""
    last = count.last
    if last is None:
        return Count(number)
    if any(first <= number <= end for first, end in count.missing):
        return Count(last, _without(count.missing, number))
    if last < number <= last + LARGEST:
        gap = ((last + 1, number - 1),) if number > last + 1 else ()
        return Count(number, (*count.missing, *gap)[-_MOST_RANGES:])
    near = _NEAR_THE_START if number <= 1 else _NEAR
    if last - near <= number <= last:
        return count
    return Count(number, count.missing if number > last else ())


def _without(missing: tuple[Range, ...], number: int) -> tuple[Range, ...]:
    left: list[Range] = []
    for first, last in missing:
        if not first <= number <= last:
            left.append((first, last))
            continue
        left += [part for part in ((first, number - 1), (number + 1, last)) if part[0] <= part[1]]
    return tuple(left)
