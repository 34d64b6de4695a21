"""Part of station 6: while no home at all is heard, what is missing there says nothing, and one alert says so.

The flag `unheard` holds rules that wait for a message that does not come (`unless: [unheard]`), and none besides. What
holds is read from the homes' stored states, so a start goes on where the last one was.

Not reached: `Hush` knows a common silence after 45 minutes, of all homes and not of most, from ten homes and a week of
history, and not a second one in the same hours of the week that follows. Without a detector in the settings there is no
book of days, and none of this.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from carehub.core.days.features import Span
from carehub.core.events import CommandKind, Event
from carehub.core.showing.wording import local_time
from carehub.flow.hub import Hub, Word
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.watching.daybook import Daybook
from carehub.kit.log import log
from carehub.store import history, stream

ABOUT = "unheard"
HOLDS = timedelta(hours=24)
"""A hub that dies meanwhile leaves no rule held for longer; while it lives and the silence lasts, it says it again."""
_AGAIN_BEFORE = timedelta(hours=1)
_HOMES = 200
"""In one go: they share a commit, and the loop must be free for an alarm."""


class Unheard:
    """Keeps the book of days, and holds what no home could have told.

    Args:
        observe: Takes an event of the hub's own.
        book: Brought up to date before each look: one that lags would take its own lag for everybody's silence.
    """

    def __init__(self, hub: Hub, observe: Callable[[Event], None], book: Daybook) -> None:
        self._hub, self._observe, self._book = hub, observe, book
        self._held: dict[str, datetime] | None = None
        """Until when each home was said to be unheard; None before the first look."""
        self._told: datetime | None = None

    async def look(self) -> int:
        """Say what has begun or ended since the last look; gives how many days the book wrote down."""
        written = await self._book.look()
        now = self._hub.clock()
        if self._held is None:
            self._held = await self._stored(now)
        silence = self._book.common_silence(now)
        if silence is not None:
            self._tell(silence, now)
            await self._hold(self._held, now)
        elif self._held:
            await self._let_go(self._held)
        return written

    def _tell(self, silence: Span, now: datetime) -> None:
        """Once for each silence; the store knows its key after a restart."""
        since = silence[0]
        if since == self._told:
            return
        self._told = since
        log.error("homes.unheard", since=since.isoformat())
        words = (
            f"Ingen boliger er hørt siden kl. {local_time(since, self._hub.zone)}. Regler som venter på livstegn, "
            "varsler ikke så lenge. Ring teknisk vakt, og se til dem som trenger det."
        )
        self._observe(hub_fault(now, words, about=ABOUT, key=f"{ABOUT}/{since.isoformat()}"))

    async def _hold(self, held: dict[str, datetime], now: datetime) -> None:
        async with self._hub.database.read() as session:
            homes = await history.inhabited(session, now)
        until = now + HOLDS
        for some in _parts([home for home in homes if held.get(home, now) - now < _AGAIN_BEFORE]):
            await self._say(some, CommandKind.UNHEARD, until)
            held |= dict.fromkeys(some, until)

    async def _let_go(self, held: dict[str, datetime]) -> None:
        """Messages have come for a while: their rules judge again from the next moment they are due."""
        log.info("homes.heard", homes=len(held))
        for some in _parts(list(held)):
            await self._say(some, CommandKind.HEARD, None)
            for home in some:
                del held[home]
        self._hub.good_news.append(Word(ABOUT, "Huben hører boligene igjen."))

    async def _say(self, homes: Iterable[str], kind: CommandKind, until: datetime | None) -> None:
        if (command := self._hub.command) is not None:
            await asyncio.gather(*(command(home, kind, until=until) for home in homes))

    async def _stored(self, now: datetime) -> dict[str, datetime]:
        """What an earlier start said that still holds."""
        async with self._hub.database.read() as session:
            homes = await history.inhabited(session, now)
        held: dict[str, datetime] = {}
        for some in _parts(homes):
            async with self._hub.database.read() as session:
                states = await stream.load_states(session, some)
            ends = ((scope, state.flags.get("unheard")) for scope, state in states.items())
            held |= {scope: until for scope, until in ends if until is not None and until > now}
        return held


def _parts(homes: Sequence[str]) -> Iterator[Sequence[str]]:
    return (homes[first : first + _HOMES] for first in range(0, len(homes), _HOMES))
