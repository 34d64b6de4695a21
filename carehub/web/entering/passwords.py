"""Passwords: argon2id, in a thread, and not too many at once (each takes 64 MiB)."""

import asyncio
import secrets
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from zxcvbn import zxcvbn
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from carehub.store import tables
from carehub.web.tongue import _

_AT_ONCE = 4
SHORTEST = 10
_GUESSABLE = 3
"""Of zxcvbn's 0 to 4: below this, a hundred million guesses will do."""
_LOOKED_AT = 32
"""Signs that the estimate sees: it takes ever longer with more, and so many are beyond guessing."""


@cache
def _recommended() -> PasswordHash:
    return PasswordHash.recommended()


class Passwords:
    """Hashes and checks; one for each web application, since the bound belongs to its event loop.

    Args:
        hasher: How, and at what cost; by default what is recommended today.
    """

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or _recommended()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobody: str | None = None

    async def hashed(self, password: str) -> str:
        """What is stored of a password."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, password: str, stored: str | None) -> tuple[bool, str | None]:
        """Whether it is the right one, and a new hash where the old one is weaker than today's.

        An account that does not exist takes just as long, so the time tells nothing.
        """
        if self._nobody is None:
            self._nobody = await self.hashed(secrets.token_urlsafe())
        async with self._turns:
            right, better = await asyncio.to_thread(self._verified, password, stored or self._nobody)
        return right and stored is not None, better

    def _verified(self, password: str, stored: str) -> tuple[bool, str | None]:
        try:
            return self._hasher.verify_and_update(password, stored)
        except UnknownHashError:
            return False, None


async def weakness_of(password: str, person: tables.Person, municipality: str) -> str | None:
    """`weakness`, in a thread: the estimate may take most of a second, in which nobody else would be heard."""
    return await asyncio.to_thread(weakness, password, person, municipality)


@cache
def _leaked() -> frozenset[str]:
    """The 30,000 commonest leaked passwords, as they ship with zxcvbn: no network is asked."""
    return frozenset(FREQUENCY_LISTS["passwords"])


def weakness(password: str, person: tables.Person, municipality: str) -> str | None:
    """Why this password must not be used, in words; None for a good one. Nobody is asked for special signs (C43)."""
    if len(password) < SHORTEST:
        return _(
            "Passordet må ha minst %(shortest)s tegn. Tre–fire ord er lett å huske og vanskelig å gjette.",
            shortest=SHORTEST,
        )
    if password.casefold() in _leaked():
        return _("Dette passordet står på lister over lekkede passord. Velg et annet.")
    about = [person.username, *person.name.split(), municipality, "carehub", "passord", "sommer", "vinter"]
    if zxcvbn(password[:_LOOKED_AT], user_inputs=about)["score"] < _GUESSABLE:
        return _("Dette passordet er lett å gjette. Bruk tre–fire ord som ikke hører sammen.")
    return None
