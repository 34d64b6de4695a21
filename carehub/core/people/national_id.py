"""A national id that was written wrong. Pure.

Sources: the Norwegian Tax Administration on fødselsnummer and D-number: two check digits, each a sum of what stands
before it, modulo 11. From 2032 the first may miss by some; the second goes on catching each single wrong digit.
"""

import re

_WEIGHTS = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)


def adds_up(digits: str) -> bool:
    """Whether its last digit agrees with the ten before it; a D-number, and a synthetic one, as well.

    >>> adds_up("13873110214"), adds_up("13873110241")
    (True, False)
    """
    if not re.fullmatch(r"[0-9]{11}", digits):
        return False
    return sum(int(digit) * weight for digit, weight in zip(digits, _WEIGHTS, strict=True)) % 11 == 0
