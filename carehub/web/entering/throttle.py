"""Slows down guessing at passwords, without ever touching those who are already logged in."""

from collections import deque
from datetime import timedelta
from typing import Any

_WINDOW = timedelta(minutes=15)
PER_ACCOUNT_HERE = 8
"""Wrong tries at one account from one address."""
PER_ADDRESS = 60
"""From one address: a whole ward may share it."""
PER_ACCOUNT = 60
"""At one account from everywhere: far above what a tired nurse needs, far below what guessing needs."""
EVERYWHERE = 600
"""At any account from anywhere: guessing spread over many of both. It is never asked of an address from which somebody
got in lately, so those who are guessed at get in all the while; keys and providers are another door."""
_KNOWN_FOR = timedelta(days=30)
_MOST_KEYS = 20_000


class Throttle:
    """Counts wrong tries in memory; a restart forgives them. It guards the login form and nothing else.

    `now` is the hub's `passed`: a clock that is set neither locks anybody out nor frees a guesser.
    """

    def __init__(self) -> None:
        self._failures: dict[str, deque[timedelta]] = {}
        self._known: dict[str, timedelta] = {}

    def wait_s(self, account: str, address: str, now: timedelta) -> int:
        """Seconds until the next try is heard; 0 for at once. The same whether the account exists or not."""
        known = now - self._known.get(address, now - 2 * _KNOWN_FOR) < _KNOWN_FOR
        keys = _keys(account, address)
        return max(self._wait(key, most, now) for key, most in keys if not (known and key == _ALL))

    def failed(self, account: str, address: str, now: timedelta) -> None:
        """Remember a wrong try."""
        for key, most in _keys(account, address):
            self._failures.setdefault(key, deque(maxlen=most)).append(now)
        _bound(self._failures)

    def succeeded(self, account: str, address: str, now: timedelta) -> None:
        """Whoever knew the password is forgiven their slips, here; the address is not, but it is known."""
        self._failures.pop(_keys(account, address)[0][0], None)
        self._known[address] = now
        _bound(self._known)

    def _wait(self, key: str, most: int, now: timedelta) -> int:
        tries = self._failures.get(key)
        if tries is None:
            return 0
        while tries and now - tries[0] > _WINDOW:
            tries.popleft()
        if len(tries) < most:
            return 0
        return max(1, int((tries[-most] + _WINDOW - now).total_seconds()))


_ALL = "*"
"""The key of all tries; every other holds an @."""


def _keys(account: str, address: str) -> tuple[tuple[str, int], ...]:
    name = account.strip().casefold()[:80]
    if account == address:  # whoever knows the password already: all their tries, wherever from, and nobody else's
        return ((f"{name}@{address}", PER_ACCOUNT_HERE),)
    return (
        (f"{name}@{address}", PER_ACCOUNT_HERE), (f"@{address}", PER_ADDRESS), (f"{name}@", PER_ACCOUNT),
        (_ALL, EVERYWHERE),
    )  # fmt: skip


def _bound(found: dict[str, Any]) -> None:
    """The oldest keys go first; that all tries are counted together keeps anybody from pushing others' out."""
    while len(found) > _MOST_KEYS:
        del found[next(key for key in found if key != _ALL)]


class Quota:
    """So many of something for one address in a while: what is free of charge, but not without end."""

    def __init__(self, most: int, within: timedelta) -> None:
        self._most, self._within = most, within
        self._taken: dict[str, deque[timedelta]] = {}

    def take(self, address: str, now: timedelta) -> bool:
        """One more; False when there is none left."""
        taken = self._taken.setdefault(address, deque(maxlen=self._most))
        if len(taken) == self._most and now - taken[0] < self._within:
            return False
        taken.append(now)
        _bound(self._taken)
        return True
