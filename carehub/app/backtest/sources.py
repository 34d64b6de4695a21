"""Where a backtest reads the past from: the hub's own store, or a recording that was spooled home by home."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

import msgspec

from carehub.core.answers.escalation import Circle, Colleague, Method
from carehub.core.backtest.asking import Roster
from carehub.core.backtest.playing import Given, Stop
from carehub.core.backtest.report import Hole
from carehub.core.backtest.values import Raised
from carehub.core.events import Command, Event
from carehub.core.findings import Outcome
from carehub.core.folding.journal import Recorded
from carehub.core.people.access import Role
from carehub.store import past
from carehub.store.database import Database

_AT_ONCE = 20_000
_decode = msgspec.json.Decoder(Event).decode


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is known besides events: what each process needs of the house.

    Attributes:
        scopes: Each home or other scope, with how many events it has.
        homes: The scopes in which somebody lives: where silence is a hole in history.
    """

    scopes: dict[str, int]
    homes: frozenset[str]
    units: dict[str, str | None]
    raised: tuple[Raised, ...]
    stops: tuple[Stop, ...]
    holes: tuple[Hole, ...]


class Reading(Protocol):
    """One open source."""

    async def known(self, since: datetime, until: datetime) -> Known:
        """The house in the time that is looked at."""

    async def roster(self, since: datetime, until: datetime, now: datetime) -> Roster:
        """Whom ladders can ask."""

    async def commands_before(self, scope: str, before: datetime) -> tuple[Command, ...]:
        """What people had decided of a scope."""

    def entries(self, scope: str, since: datetime, until: datetime) -> AsyncIterator[list[Given]]:
        """A scope's journal in order, in pieces."""


# --- the hub's store -----------------------------------------------------------------------


class Store(msgspec.Struct, frozen=True):
    """The hub's own database, at its URL."""

    url: str

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Reading]:
        """Connections that cannot write."""
        database = Database(self.url, read_only=True)
        try:
            yield _StoreReading(database)
        finally:
            await database.close()


class _StoreReading:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def known(self, since: datetime, until: datetime) -> Known:
        async with self._database.read() as session:
            return Known(
                scopes=await past.scopes(session, since, until),
                homes=await past.homes(session, since, until),
                units=await past.units(session),
                raised=tuple(await past.raised(session, since, until)),
                stops=await past.stops(session, since, until),
                holes=tuple(await past.holes(session, since, until)),
            )

    async def roster(self, since: datetime, until: datetime, now: datetime) -> Roster:
        async with self._database.read() as session:
            return await past.roster(session, since, until, now)

    async def commands_before(self, scope: str, before: datetime) -> tuple[Command, ...]:
        async with self._database.read() as session:
            return await past.commands_before(session, scope, before)

    async def entries(self, scope: str, since: datetime, until: datetime) -> AsyncIterator[list[Given]]:
        async with self._database.read() as session:
            async for piece in past.entries(session, scope, since, until):
                yield piece


# --- a recording ---------------------------------------------------------------------------


class Spooled(msgspec.Struct, frozen=True):
    """A recording that was read once: a file of events for each home.

    Attributes:
        events: By home.
    """

    folder: Path
    events: dict[str, int]

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Reading]:
        """Nothing to open."""
        yield _SpoolReading(self)

    def file(self, scope: str) -> Path:
        """The file of one home."""
        return self.folder / f"{list(self.events).index(scope)}.jsonl"


class _SpoolReading:
    """No staff is recorded: one nurse is on duty all the time, so that it can be seen how often they would be asked."""

    def __init__(self, spooled: Spooled) -> None:
        self._spooled = spooled

    async def known(self, _since: datetime, _until: datetime) -> Known:
        scopes = self._spooled.events
        return Known(
            scopes=scopes, homes=frozenset(scopes), units=dict.fromkeys(scopes), raised=(), stops=(), holes=()
        )  # fmt: skip

    async def roster(self, _since: datetime, _until: datetime, _now: datetime) -> Roster:
        nurse = Colleague(
            id="vakt", unit=None, role=Role.NURSE, on_duty=True, methods=(Method(channel="sms", address="-"),)
        )
        return Roster(Circle(staff=[nurse]), by_hand={nurse.id})

    async def commands_before(self, _scope: str, _before: datetime) -> tuple[Command, ...]:
        return ()

    async def entries(self, scope: str, since: datetime, until: datetime) -> AsyncIterator[list[Given]]:
        with self._spooled.file(scope).open("rb") as lines:
            events = (event for line in lines if since <= (event := _decode(line)).at < until)
            while piece := _piece(events):
                yield piece


def _piece(events: Iterator[Event]) -> list[Given]:
    return [Recorded(event=event, outcome=Outcome.NO_RULE) for event in islice(events, _AT_ONCE)]
