"""Passwords: argon2id, in a thread, and not too many at once (each takes 64 MiB)."""

import asyncio
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

_AT_ONCE = 4
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


class Passwords:
    """Hashes and checks; one for each web application, since the bound belongs to its event loop."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """What is stored of a password."""
        async with self._turns:
            return await asyncio.to_thread(_hasher().hash, password)

    async def fits(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether it is the right one, and a new hash where the old one is weaker than today's.

        An account that does not exist takes just as long, so the time tells nothing.
        """
        if self._nobody is None:
            self._nobody = await self.hashed(secrets.token_urlsafe())
        async with self._turns:
            right, better = await asyncio.to_thread(_verified, password, stored or self._nobody)
        return right and stored is not None, better


def _verified(password: str, stored: str) -> tuple[bool, str | None]:
    try:
        return _hasher().verify_and_update(password, stored)
    except UnknownHashError:
        return False, None


def new_password() -> str:
    """A password to hand over once: four groups of four, easy to read aloud."""
    return "-".join("".join(secrets.choice(_SIGNS) for _ in range(4)) for _ in range(4))
