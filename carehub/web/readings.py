"""Who was shown which alert: each is logged once a login, and not every five seconds."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from carehub.core.access import Tie
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import logins
from carehub.store.errors import STORE_FAILED
from carehub.web.security import Visitor


class Seen(Protocol):
    """Something about a resident that a page shows: an alert, a planned visit."""

    @property
    def id(self) -> str:
        """Its own."""

    @property
    def resident_id(self) -> str | None:
        """Whom it is about; None where nobody is named."""

    @property
    def tie(self) -> Tie:
        """What lets this visitor read it."""


class Readings:
    """Remembers what a login has been shown, so that each is logged once and not every five seconds."""

    _MOST = 50_000

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], None] = {}

    async def note(self, hub: Hub, visitor: Visitor, where: str, shown: Sequence[Seen], *, kind: str = "alert") -> None:
        """Log what this login sees for the first time, before it is shown.

        While the store takes nothing the process's own log keeps it: an alarm must be seen all the same.
        """
        named = [(one.resident_id, f"{kind}:{one.id}") for one in shown if one.resident_id]
        await self.see(hub, visitor, where, named, {f"{kind}:{one.id}": one.tie for one in shown})

    async def see(
        self, hub: Hub, visitor: Visitor, where: str, seen: Iterable[tuple[str, str]],
        ties: Mapping[str, Tie] = MappingProxyType({}),
    ) -> None:  # fmt: skip
        """The same of anything else: pairs of resident and what was looked at. Without a tie it is the unit's own."""
        login = visitor.login.token_hash
        fresh = [(who, what) for who, what in dict.fromkeys(seen) if (login, f"{who}/{what}") not in self._shown]
        if not fresh:
            return
        try:
            async with hub.database.write() as session:
                for who, what in fresh:
                    tie = ties.get(what, Tie.UNIT)
                    logins.log_reading(session, visitor.person.id, where, [(who, what)], hub.clock(), because=tie)
        except STORE_FAILED:
            log.error("reading.not_stored", person=visitor.person.id, where=where, seen=[what for _, what in fresh])
            return
        for who, what in fresh:
            self._shown[login, f"{who}/{what}"] = None
        while len(self._shown) > self._MOST:
            del self._shown[next(iter(self._shown))]
