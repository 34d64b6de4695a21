"""Who was shown which alert: each is logged once a login, and not every five seconds."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Protocol

from fastapi import Request

from carehub.core.people.access import Tie
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import logins
from carehub.store.errors import STORE_FAILED
from carehub.web.security import AUTOMATIC, Visitor


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    """One thing about one resident that one login was shown for the first time."""

    key: tuple[str, str]
    person: str
    where: str
    resident: str
    subject: str
    tie: Tie | None


class Readings:
    """Remembers what a login has been shown, so that each is logged once and not every five seconds.

    When an alert comes, everybody's page shows it at once: those who wait for the store are written down together.
    """

    _MOST = 50_000

    def __init__(self) -> None:
        self._shown: dict[tuple[str, str], None] = {}
        self._waiting: list[_Reading] = []
        self._writing = asyncio.Lock()

    async def note(self, hub: Hub, visitor: Visitor, where: str, shown: Sequence[Seen], *, kind: str = "alert") -> None:
        """Log what this login sees for the first time, before it is shown.

        While the store takes nothing the process's own log keeps it: an alarm must be seen all the same.
        """
        named = [(one.resident_id, f"{kind}:{one.id}") for one in shown if one.resident_id]
        await self.see(hub, visitor, where, named, {f"{kind}:{one.id}": one.tie for one in shown})

    async def see(
        self, hub: Hub, visitor: Visitor, where: str, seen: Iterable[tuple[str, str]],
        ties: Mapping[str, Tie | None] = MappingProxyType({}), *, again: bool = False,
    ) -> None:  # fmt: skip
        """The same of anything else: pairs of resident and what was looked at. Without a tie it is the unit's own.

        Args:
            again: Logged though this login has seen it before: somebody opened the page, it did not fetch itself.
        """
        login = visitor.login.token_hash
        fresh = [
            _Reading(
                key=(login, f"{who}/{what}"), person=visitor.person.id, where=where, resident=who, subject=what,
                tie=ties.get(what, Tie.UNIT),
            )
            for who, what in dict.fromkeys(seen) if again or (login, f"{who}/{what}") not in self._shown
        ]  # fmt: skip
        if not fresh:
            return
        self._waiting += fresh
        async with self._writing:
            if fresh[0] in self._waiting:  # else whoever wrote before has taken them along
                together, self._waiting = self._waiting, []
                await self._write(hub, together)

    async def _write(self, hub: Hub, readings: Sequence[_Reading]) -> None:
        try:
            async with hub.database.write() as session:
                looks = [logins.Look(one.person, one.where, one.resident, one.subject, one.tie) for one in readings]
                await logins.log_looks(session, looks, hub.clock())
        except STORE_FAILED:
            for one in readings:
                log.error("reading.not_stored", person=one.person, where=one.where, seen=one.subject)
            return
        for one in readings:
            self._shown[one.key] = None
        while len(self._shown) > self._MOST:
            del self._shown[next(iter(self._shown))]


def by_itself(request: Request) -> bool:
    """Whether an open page fetches itself, which says nothing of anybody looking at it."""
    return AUTOMATIC in request.headers


async def opened(request: Request, hub: Hub, visitor: Visitor, where: str, seen: Sequence[tuple[str, str]]) -> None:
    """Log each time that somebody opens the page, and not each time that an open page fetches itself."""
    readings: Readings = request.app.state.readings
    await readings.see(hub, visitor, where, seen, {what: None for _who, what in seen}, again=not by_itself(request))
