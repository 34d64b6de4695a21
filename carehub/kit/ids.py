"""Ids: random, unguessable, and sortable by nothing."""

import secrets
import uuid

_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0/O, 1/I/L: read aloud over a bad line, typed with cold fingers."""


def new_id() -> str:
    """A random UUID as 32 hexadecimal digits, the form every table stores."""
    return uuid.uuid4().hex


def new_token() -> str:
    """A secret for a session or a device: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_code(length: int = 5) -> str:
    """A short code that a person types to take one alert (5 signs are 24 random bits)."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))
