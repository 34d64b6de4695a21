"""A tablet that a ward shares: what may be done on it by PIN, and which PIN is none."""

from enum import StrEnum
from itertools import pairwise

PIN_SHORTEST, PIN_LONGEST = 4, 6
MOST_WRONG = 5
"""Wrong PINs in a row, by person and tablet, before it is locked there; on all tablets together twice as many."""
LOCKS_AFTER_S = (60, 120, 180, 300, 600, 900)
"""What may be chosen: how long a tablet lies untouched before it asks who is there."""

_HERE = ("/tablet", "/nurse", "/alerts", "/residents", "/messages", "/blind", "/visits", "/silences", "/kiosk")
_EXACTLY = frozenset(
    {
        "/",
        "/here",
        "/login",
        "/logout",
        "/language",
        "/my",
        "/my/duty",
        "/my/roll-call",
        "/api/v1/live",
        "/api/v1/alerts",
    }
)


def is_open(path: str) -> bool:
    """Whether a login by PIN opens this address; closed unless it is named, so a new page is too.

    >>> is_open("/tablet"), is_open("/alerts/x/take"), is_open("/my/ways"), is_open("/account"), is_open("/admin")
    (True, True, False, False, False)
    """
    return (
        path in _EXACTLY
        or path.startswith(("/a/", "/api/v1/alerts/"))
        or any(path == one or path.startswith(f"{one}/") for one in _HERE)
    )


class Weak(StrEnum):
    """Why digits will not do."""

    LENGTH = "length"
    GUESSABLE = "guessable"


def weak_pin(pin: str, avoid: str = "") -> Weak | None:
    """Why these digits will not do; None for good ones.

    Args:
        avoid: Digits that others know of the person (their telephone's).

    >>> [one for one in ("1234", "9876", "7777", "1212", "1987", "2580", "8152", "40917") if not weak_pin(one)]
    ['8152', '40917']
    """
    if not (pin.isascii() and pin.isdigit() and PIN_SHORTEST <= len(pin) <= PIN_LONGEST):
        return Weak.LENGTH
    steps = {int(b) - int(a) for a, b in pairwise(pin)}
    repeats = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2, 3))
    year = len(pin) == PIN_SHORTEST and pin[:2] in {"19", "20"}
    if repeats or year or (len(steps) == 1 and steps <= {1, -1}) or pin in _COMMON or (avoid and pin in avoid):
        return Weak.GUESSABLE
    return None


_COMMON = frozenset({"2580", "0852", "1379", "1397", "123123", "147258", "159753", "1598", "1470", "112233", "4321"})
"""Patterns of the keypad and other favourites."""
