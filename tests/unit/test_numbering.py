"""Where a device is in its count: what is missing, what came late, and when it counts anew (F13)."""

import pytest

from carehub.core.watching.numbering import LARGEST, Count, hear


def _after(*numbers: int) -> Count:
    count = Count()
    for number in numbers:
        count = hear(count, number)
    return count


@pytest.mark.parametrize(
    ("numbers", "last", "missing"),
    [
        ((12,), 12, ()),
        ((1, 2, 3), 3, ()),
        ((1, 2, 4), 4, ((3, 3),)),
        ((1, 5, 9), 9, ((2, 4), (6, 8))),
        ((1, 5, 3), 5, ((2, 2), (4, 4))),
        ((1, 5, 2, 4, 3), 5, ()),
        ((1, 3, 2, 2), 3, ()),
        ((2, 1, 3), 3, ()),
        ((40, 42, 0), 0, ()),
        ((40, 42, 1, 2), 2, ()),
        ((500, 300, 301), 301, ()),
        ((500, 450, 501), 501, ()),
        ((1, 3, 3 + LARGEST + 1), 3 + LARGEST + 1, ((2, 2),)),
    ],
)
def test_a_count_knows_what_is_missing_f13(
    numbers: tuple[int, ...], last: int, missing: tuple[tuple[int, int], ...]
) -> None:
    """F13: first heard, in order, a hole, filled in parts, twice, overtaken, restarted at 0 and 1, and a leap."""
    assert _after(*numbers) == Count(last, missing)


def test_what_is_missing_is_counted_and_bounded_f13() -> None:
    """F13: a device that loses every second message for ever fills no table."""
    count = _after(*range(0, 1000, 2))
    assert len(count.missing) == 100
    assert _after(1, 5).lost == 3
