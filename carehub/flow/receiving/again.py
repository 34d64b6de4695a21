"""Part of station 1: a message that could not be read is read once more, when the hub or its device has been mended.

It goes down the ordinary road, as a late message of when it came (docs/adr/0032). Nothing is read by itself: somebody
looks at what it would be, and whether anybody would be alerted, and then decides.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carehub.contracts import Again, Message, TransportError
from carehub.core.events import Event
from carehub.flow.hub import Hub
from carehub.flow.receiving.care import ENDED_US
from carehub.flow.receiving.intake import OLDEST_CLAIM, Intake, is_telemetry
from carehub.store import letters, registry, tables
from carehub.store.database import Session
from carehub.store.errors import STORE_FAILED
from carehub.store.registry import Registry
from carehub.store.tables.stream import Settled


class Refused(StrEnum):
    """Why a message is not to be read once more."""

    TAKEN_IN = "taken_in"
    ENDED_US = "ended_us"
    """The hub ended while it read it: to read it again might end it again."""
    KEPT = "kept"
    """The broker has it still, and gives it at each start: state, no event."""
    TOO_OLD = "too_old"
    """Its own time would not be believed, so it would be taken for news."""
    NO_ROAD = "no_road"
    """No source that is loaded speaks its topic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What would come of it now.

    Attributes:
        error: Why it can still not be read.
        events: What it says; none where it is known and says nothing to us.
    """

    refused: Refused | None = None
    error: str | None = None
    events: Sequence[Event] = ()

    @property
    def can_be_taken_in(self) -> bool:
        """Whether it can be read, and may be."""
        return self.refused is None and self.error is None

    @property
    def alarms(self) -> bool:
        """Whether somebody would be alerted by it, however long ago it was."""
        return any(not is_telemetry(event) for event in self.events)


async def look(hub: Hub, session: Session, letter: tables.DeadLetter, now: datetime) -> Look:
    """Read it as it would be read now; nothing comes of that."""
    if refused := _refused(letter, now):
        return Look(refused=refused)
    message, unknown = _message(letter, now), Intake(hub.sources, Registry({}, {}, {}))
    if unknown.road(letter.topic) is None:
        return Look(refused=Refused.NO_ROAD)
    try:
        unknown.read(message)
        named = [address for _, address in unknown.registry.devices]
        draft = Intake(hub.sources, await registry.those(session, letter.source, named)).read(message)
    except STORE_FAILED:
        raise
    except Exception as error:  # noqa: BLE001 - a source may fail as nobody foresaw: so it did when the message came
        return Look(error=repr(error)[:400])
    if draft is None or draft.letter is not None:
        return Look(error=draft.letter.error if draft and draft.letter else "")
    return Look(events=draft.events)


async def take_in(hub: Hub, letter_id: str, by: str, now: datetime) -> Look | None:
    """Read it once more for good: returns when it is stored; None where there is no such message.

    To crash between the two commits, or to press twice, repeats what is known by its key then.

    Raises:
        HubError: It was not stored.
    """
    async with hub.database.read() as session:
        letter = await session.get(tables.DeadLetter, letter_id)
        found = await look(hub, session, letter, now) if letter else None
    if letter is None or found is None:
        return None
    if hub.submit is None:
        raise TransportError("this hub has no road in")
    if found.can_be_taken_in:
        if found.events:
            await hub.submit([_message(letter, now)])
        async with hub.database.write() as session:
            await letters.settle(session, letter_id, Settled.READ, by, "", now)
    return found


def _refused(letter: tables.DeadLetter, now: datetime) -> Refused | None:
    if letter.settled is Settled.READ:
        return Refused.TAKEN_IN
    if letter.error == repr(ENDED_US):
        return Refused.ENDED_US
    if letter.retained:
        return Refused.KEPT
    return Refused.TOO_OLD if letter.at <= now - OLDEST_CLAIM else None


def _message(letter: tables.DeadLetter, now: datetime) -> Message:
    again = Again(letter=letter.id, at=letter.at)
    return Message(topic=letter.topic, payload=letter.payload, received_at=now, again=again)
