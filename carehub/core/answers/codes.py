"""Reply codes: five random signs and one that checks them, so that a slip of the thumb is never another's code."""

import re
from datetime import timedelta

from carehub.kit.ids import CODE_ALPHABET

LENGTH = 6
KEPT_FOR = timedelta(days=14)
"""How long a code that has run out is remembered, so that it is given to nobody else."""
MOST_WRONG = 5
PAUSE = timedelta(minutes=10)
_WEIGHTS = (2, 3, 4, 5, 6)
_WORD, _MOST_WORDS = re.compile("[A-Z0-9]+"), 40


def with_check(signs: str) -> str:
    """The code: the random signs and their check sign.

    The alphabet has 31 signs, a prime: with weights that differ, one wrong sign and
    two that changed places always show.

    >>> with_check("K7M2P")
    'K7M2PT'
    """
    total = sum(weight * CODE_ALPHABET.index(sign) for weight, sign in zip(_WEIGHTS, signs, strict=True))
    return signs + CODE_ALPHABET[total % len(CODE_ALPHABET)]


def is_whole(word: str) -> bool:
    """Whether it is a code as one is made, with the right check sign; nothing says that it is in use."""
    return len(word) == LENGTH and set(word) <= set(CODE_ALPHABET) and with_check(word[:-1]) == word


def codes_in(body: str) -> list[str]:
    """The codes in a text, each once: case, and whatever stands around or between the signs, do not matter."""
    words = _WORD.findall(body.upper())[:_MOST_WORDS]
    whole = [word for word in words if is_whole(word)]
    if not whole and is_whole("".join(words)):
        return ["".join(words)]
    return list(dict.fromkeys(whole))


def looks_mistyped(body: str) -> bool:
    """Whether somebody meant to write a code and slipped: a word of its length with a digit in it, or nothing else."""
    words = _WORD.findall(body.upper())[:_MOST_WORDS]
    return any(abs(len(word) - LENGTH) <= 1 and re.search("[0-9]", word) for word in words)


def must_wait(wrong: tuple[timedelta, ...], now: timedelta) -> bool:
    """Whether a number that sent these wrong codes is not listened to for now (C22): seconds that pass, no clock."""
    return sum(now - at < PAUSE for at in wrong) >= MOST_WRONG


def with_wrong(wrong: tuple[timedelta, ...], now: timedelta) -> tuple[timedelta, ...]:
    """One more wrong code; only the last few matter."""
    return (*wrong, now)[-MOST_WRONG:]
