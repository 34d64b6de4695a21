"""Ids: random, unguessable, and sortable by nothing."""

import secrets
import uuid

CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0/O, 1/I/L: read aloud over a bad line, typed with cold fingers."""
_DRAWN = "".join(sign for sign in CODE_ALPHABET if sign not in "AEUY")
"""Without vowels, that chance spells no word: a text to a telephone holds none that speaks of health."""


def new_id() -> str:
    """A random UUID as 32 hexadecimal digits, the form every table stores."""
    return uuid.uuid4().hex


def new_token() -> str:
    """A secret for a session or a device: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_code(length: int = 5) -> str:
    """A few random signs that a person can read aloud and type (5 signs are 23.8 random bits)."""
    return "".join(secrets.choice(_DRAWN) for _ in range(length))


def new_digits(length: int = 3) -> str:
    """Random digits, for a voice to say and a telephone's keys to repeat."""
    return "".join(secrets.choice("0123456789") for _ in range(length))
