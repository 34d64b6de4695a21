"""Part of station 1: what has arrived and is not stored yet. It has two ends: what may be an alarm goes first."""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from carehub.contracts import Message
from carehub.core.days.usual import Usual
from carehub.core.events import CommandKind, Event
from carehub.core.folding.silence import Silence
from carehub.core.rules.overrides import Override
from carehub.core.rules.rulebook import Rulebook
from carehub.core.watching import canary
from carehub.flow.receiving.batch import Load, Note
from carehub.flow.receiving.fair import Alarms
from carehub.flow.receiving.intake import Intake
from carehub.kit.failpoints import fail_at

BATCH = 500
TELEMETRY_BESIDE_ALARMS = 30
"""How much telemetry may ride in a batch that carries an alarm: the alarm's commit stays short."""
BATCH_LASTS_S, _AT_LEAST = 0.015, 100
"""How long a batch of telemetry may last while alarms come, since the next press waits for it; but it is no smaller."""
_STORM_IS_OVER_S = 10.0
_SONGS = canary.topic()
"""Goes the whole way of a press, first like any other; but nobody's press need be expected after it, and with small
batches a busy hub stored a sixth less for ten seconds of each minute."""
_COMPANY_S, _ENOUGH = 0.02, 250
"""How long telemetry waits for more of it, and how much is enough."""


MOST_TELEMETRY = 50_000
"""Waiting measurements: some 50 MB of memory."""


@dataclass(slots=True)
class Counts:
    """What ingest has done since it started."""

    messages: int = 0
    readings: int = 0
    events: int = 0
    duplicates: int = 0
    letters: int = 0
    batches: int = 0


class Queue:
    """The roads in; `take` gives the next batch."""

    def __init__(self, intake: Intake) -> None:
        self.intake = intake
        self._alarms = Alarms()
        self._telemetry: deque[Message] = deque()
        self._notes: deque[Note] = deque()
        self._submitted: deque[tuple[list[Message], asyncio.Future[None]]] = deque()
        self.adopting: deque[tuple[Rulebook, asyncio.Future[None]]] = deque()
        """Rules that are to take over before the next batch."""
        self.dropped = 0
        """Measurements that were thrown away since the start, because more came than could be stored."""
        self._arrived = asyncio.Event()
        self._pressing = asyncio.Event()
        self._batch, self._pressed_at = BATCH, float("-inf")

    def deliver(self, message: Message) -> None:
        """Take one message from a transport; never blocks. An alarm is never dropped (F20).

        What the broker waits for us to acknowledge, it bounds itself; of the rest, measurements beyond what
        memory should hold are dropped and counted.
        """
        fail_at("mqtt.received")
        road = self.intake.road(message.topic)
        urgent = road is not None and road.urgent and not message.retain
        if urgent:
            self._alarms.append(message)
            if message.topic != _SONGS:
                self._pressed_at = asyncio.get_running_loop().time()
            self._press()
        elif message.qos == 0 and len(self._telemetry) >= MOST_TELEMETRY:
            self.dropped += 1
        else:
            self._telemetry.append(message)
            self._arrived.set()

    @property
    def alarms_waiting(self) -> Sequence[Message]:
        """What may be alarms, in no batch yet."""
        return tuple(self._alarms)

    async def submit(self, messages: Sequence[Message]) -> None:
        """The second road in: returns when these are stored for good."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._submitted.append((list(messages), done))
        self._press()
        await done

    async def command(  # noqa: PLR0913 - what commands may carry
        self,
        scope: str,
        kind: CommandKind,
        *,
        until: datetime | None = None,
        by: str | None = None,
        silence: Silence | None = None,
        usual: Usual | None = None,
        overrides: tuple[Override, ...] = (),
        device: str | None = None,
    ) -> None:
        """Tell the fold something a person decided; returns when it is stored and folded, raises what kept it out."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        given = Note(
            scope, command=kind, until=until, by=by, silence=silence, usual=usual, overrides=overrides, device=device,
            waits=done,
        )  # fmt: skip
        self._notes.append(given)
        self._press()
        await done

    def set_clock(self, scopes: Iterable[str], before: datetime) -> None:
        """Tell these folds that the clock was set: without that it would now be `before`. First of all that waits."""
        self._notes.extendleft(Note(scope, command=CommandKind.CLOCK_SET, until=before) for scope in scopes)
        self._press()

    def tick(self, scopes: Iterable[str]) -> None:
        """Their deadlines have come; a scope whose tick still waits gets no second one."""
        waiting = {note.scope for note in self._notes if note.is_tick}
        self._notes.extend(Note(scope) for scope in scopes if scope not in waiting)
        self._press()

    def observe(self, event: Event) -> None:
        """The hub's own event: silence, a model's finding, a fault."""
        self._notes.append(Note(event.scope, event=event))
        self._press()

    def note(self, note: Note) -> None:
        """Something for the fold that nobody waits for."""
        self._notes.append(note)
        self._press()

    def _press(self) -> None:
        self._pressing.set()
        self._arrived.set()

    async def adopt(self, book: Rulebook) -> None:
        """Let these rules judge from the next batch on; returns when that is stored, raises what kept it out."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.adopting.append((book, done))
        self._press()
        await done

    @property
    def waiting(self) -> int:
        """How much has arrived and is not stored yet."""
        heard = len(self._alarms) + len(self._telemetry)
        return heard + len(self._notes) + len(self._submitted) + len(self.adopting)

    async def arrival(self) -> None:
        """Wait until there may be something."""
        await self._arrived.wait()
        self._arrived.clear()

    async def company(self) -> None:
        """Telemetry by itself waits a moment, so that many share a commit; whatever else comes ends the wait."""
        if self._alarms or self._notes or self._submitted or len(self._telemetry) >= _ENOUGH:
            return
        self._pressing.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(_COMPANY_S):
                await self._pressing.wait()

    def beyond(self, place: int, many: int) -> list[Message]:
        """So much of the telemetry, from a place on, which stays where it is; none while what goes first waits."""
        if self._alarms or self._submitted or self._notes:
            return []
        return list(islice(self._telemetry, place, place + many))

    def take(self, most: int = BATCH, *, folded: int = 0) -> Load:
        """The next batch: notes and what was submitted, then alarms, then telemetry as far as there is room.

        Args:
            folded: So much telemetry, before all else, since it is folded already.
        """
        load = Load([self._telemetry.popleft() for _ in range(folded)], list(self._notes))
        self._notes.clear()
        if most == 1 and load.notes:  # with care, a message stands alone
            return load
        while self._submitted and len(load.messages) < most:
            messages, done = self._submitted.popleft()
            load.messages += messages
            load.waiting.append(done)
        load.messages += self._alarms.take(max(0, most - len(load.messages)))
        room = self.room if len(load.messages) == folded and not load.notes else TELEMETRY_BESIDE_ALARMS
        for _ in range(min(room - folded, len(self._telemetry), most - len(load.messages))):
            load.messages.append(self._telemetry.popleft())
        return load

    @property
    def room(self) -> int:
        """How much telemetry goes together: much for speed, or as much as lasts a moment while alarms come."""
        quiet = asyncio.get_running_loop().time() - self._pressed_at > _STORM_IS_OVER_S
        return BATCH if quiet else self._batch

    def lasted(self, messages: int, seconds: float) -> None:
        """A batch took so long: the next ones are measured by it."""
        if messages >= _AT_LEAST:
            fitting = messages * BATCH_LASTS_S / max(seconds, 1e-6)
            self._batch = min(BATCH, max(_AT_LEAST, round((self._batch + fitting) / 2)))
