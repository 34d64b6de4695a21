"""After a crash the hub reads with care: one message at a time, each written down before it is read.

A message that ends the process cannot be caught, only found: it is the one that stood written down when the hub died,
twice in a row, since a hub that was killed from outside had an innocent one at hand. It becomes a dead letter.

After one crash that lasts only until what was in flight has passed: a hub that somebody killed has a backlog to read.
After a second one, care lasts its whole time, so a message that ends the hub later costs one crash more, and is found.
"""

from base64 import b64decode, b64encode
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import msgspec

from carehub.contracts import HubError, Message
from carehub.flow.receiving.batch import Load
from carehub.flow.receiving.intake import Intake
from carehub.flow.receiving.queue import BATCH

CRASHES = 3
"""So many within `WITHIN` make a loop."""
WITHIN = timedelta(minutes=5)
_MOST_POISON = 100


class Quarantined(HubError):
    """The message was at hand when the hub died, again and again."""


ENDED_US = Quarantined("The hub ended while it read this, again and again.")


class Kept(msgspec.Struct, kw_only=True):
    """What lies in the file: the message at hand, and those that are known to be poison."""

    at_hand: str | None = None
    before: str | None = None
    """What was at hand at the crash before."""
    poison: list[str] = []


class Care:
    """Writes down what is at hand. The file survives the process; it need not survive the power."""

    def __init__(self, folder: Path, now: datetime, *, crashes: int) -> None:
        self._until = now + WITHIN
        self._left = BATCH if crashes == 1 else None
        """How many messages may still be of those that were at hand together; None where the time alone counts."""
        self._path = folder / "at-hand.json"
        self._kept = self._read()

    def find_poison(self, now: datetime) -> Message | None:
        """What was at hand when the hub died, this time and the time before, is poison from now on."""
        at_hand, before = self._kept.at_hand, self._kept.before
        self._kept.at_hand, self._kept.before = None, at_hand
        message = None
        if at_hand is not None and at_hand == before:
            topic, payload = msgspec.json.decode(at_hand, type=tuple[str, str])
            message = Message(topic=topic, payload=b64decode(payload), received_at=now)
            self._kept.poison = [*self._kept.poison, _mark(message)][-_MOST_POISON:]
        self._write()
        return message

    def most(self, now: datetime) -> int:
        """How many messages may be read together: one, until it has gone well for a while."""
        return 1 if self._is_needed(now) else BATCH

    def _is_needed(self, now: datetime) -> bool:
        return now < self._until and self._left != 0

    def refuses(self, load: Load, now: datetime) -> bool:
        """Write down what is read next; True for a message that ended the hub before and must not be read."""
        if len(load.messages) == 1 and _mark(load.messages[0]) in self._kept.poison:
            return True
        if self._is_needed(now):
            self._take(load)
        return False

    def _take(self, load: Load) -> None:
        if load.messages:
            first = load.messages[0]
            body = (first.topic, b64encode(first.payload).decode())
            self._kept.at_hand = msgspec.json.encode(body).decode()
            self._write()

    def put_down(self, load: Load, intake: Intake) -> None:
        """They were read, and harmed nobody."""
        if self._left and load.messages:
            self._left = 0 if _was_behind(load.messages[0], intake) else self._left - 1
        if self._kept.at_hand is not None:
            self._kept.at_hand = None
            self._write()

    def _read(self) -> Kept:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Kept)
        except (OSError, msgspec.MsgspecError):
            return Kept()

    def _write(self) -> None:
        with suppress(OSError):  # a full disk: then the poison is not found, but no alarm waits for that
            self._path.write_bytes(msgspec.json.encode(self._kept))


def _was_behind(message: Message, intake: Intake) -> bool:
    """A measurement that the broker hands over for the first time: what it repeats comes before, and alarms too."""
    road = intake.road(message.topic)
    is_new = message.mid > 0 and not (message.dup or message.retain)
    return is_new and road is not None and not road.urgent


def _mark(message: Message) -> str:
    return blake2b(message.topic.encode(errors="surrogatepass") + b"\0" + message.payload, digest_size=12).hexdigest()
