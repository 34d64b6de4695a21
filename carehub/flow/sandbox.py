"""Where suppliers try their devices: a home that does not exist, judged by the real decoders and the real rules.

Nothing of it is stored, nobody is told, and no sandbox knows of another: all of it lies in this process's memory, and
is gone after a day or with the next start.
"""

import secrets
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256

from msgspec import structs

from carehub.contracts import HubError, Message, Source
from carehub.core.events import Event
from carehub.core.findings import Finding, Outcome
from carehub.core.rules.miniature import Miniature
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.receiving.intake import Intake
from carehub.store.registry import Registry

LASTS = timedelta(hours=24)
MOST_SANDBOXES, MOST_HEARD, MOST_A_MINUTE = 200, 50, 60
LOOKS_AHEAD = timedelta(hours=24)
_SCOPE, _RESIDENT = "home:sandbox", "sandbox"
_MINUTE = timedelta(minutes=1)


class TooMany(HubError):
    """More than this machine gives away: the sender waits a minute, or until a sandbox has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What one reading of a message came to.

    Attributes:
        until: With outcome PENDING: when the last rule that waits because of it decides.
        raised: What it raised at once.
    """

    event: Event
    outcome: Outcome | None
    until: datetime | None
    raised: Sequence[Finding]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One message as the hub would have taken it.

    Attributes:
        source: The road that speaks its topic; None for a topic that no road speaks.
        error: Why it cannot be read; it would be kept as a dead letter.
        alarms: It cannot be read and may have been an alarm: that is an alert by itself.
        waited: What had fallen due before it came.
        ahead: What would be raised if nothing more were heard for a day.
    """

    at: datetime
    topic: str
    payload: bytes
    source: str | None
    error: str | None = None
    alarms: bool = False
    judged: Sequence[Judged] = ()
    waited: Sequence[Finding] = ()
    ahead: Sequence[Finding] = ()


@dataclass(slots=True, kw_only=True)
class Sandbox:
    """One supplier's home that does not exist."""

    id: str
    ends_at: datetime
    hub: Miniature
    intake: Intake
    heard: deque[Heard] = field(default_factory=lambda: deque(maxlen=MOST_HEARD))
    times: deque[datetime] = field(default_factory=lambda: deque(maxlen=MOST_A_MINUTE))
    number: int = 0

    def hear(self, topic: str, payload: bytes, place: str | None, now: datetime) -> Heard:
        """Take one message.

        Args:
            place: Where the device stands ("bathroom"); None where it is worn.

        Raises:
            TooMany: Sixty came within the last minute already.
        """
        if len(self.times) == MOST_A_MINUTE and now - self.times[0] < _MINUTE:
            raise TooMany
        self.times.append(now)
        waited = [found for folded in self.hub.wait(now) for found in folded.findings]
        message = Message(topic=topic, payload=payload, received_at=now)
        road, draft = self.intake.road(topic), self.intake.read(message)
        judged = [self._judge(event, place) for event in draft.events] if draft else []
        letter = draft.letter if draft else None
        heard = Heard(
            at=now, topic=topic, payload=payload, source=road.source.name if road else None,
            error=letter.error if letter else None, alarms=letter.alarm_path if letter else False,
            judged=judged, waited=waited, ahead=self._ahead(now),
        )  # fmt: skip
        self.heard.appendleft(heard)
        return heard

    def _judge(self, event: Event, place: str | None) -> Judged:
        self.number += 1
        here = structs.replace(event, seq=self.number, scope=_SCOPE, resident=_RESIDENT, place=place)
        folded = self.hub.take(here)
        return Judged(event=here, outcome=folded.outcome, until=folded.pending_until, raised=folded.findings)

    def _ahead(self, now: datetime) -> list[Finding]:
        return [found for folded in self.hub.copy().wait(now + LOOKS_AHEAD) for found in folded.findings]


class Sandboxes:
    """Every sandbox of this process, by the hash of its credential."""

    def __init__(self) -> None:
        self._by_secret: dict[str, Sandbox] = {}

    def begin(self, sources: Sequence[Source], rulebook: Rulebook, now: datetime) -> tuple[Sandbox, str]:
        """A new one, and the credential that is shown once.

        Raises:
            TooMany: All of them are taken.
        """
        self._by_secret = {key: one for key, one in self._by_secret.items() if one.ends_at > now}
        if len(self._by_secret) >= MOST_SANDBOXES:
            raise TooMany
        made, secret = empty(sources, rulebook, now), secrets.token_urlsafe(24)
        self._by_secret[_hash(secret)] = made
        return made, secret

    def of(self, secret: str, now: datetime) -> Sandbox | None:
        """Whose credential this is; None when it is nobody's, or has ended."""
        found = self._by_secret.get(_hash(secret))
        return found if found and found.ends_at > now else None

    def named(self, identity: str, now: datetime) -> Sandbox | None:
        """The one with this name; None when there is none, or it has ended."""
        return next((one for one in self._by_secret.values() if one.id == identity and one.ends_at > now), None)


def empty(sources: Sequence[Source], rulebook: Rulebook, now: datetime) -> Sandbox:
    """A home in which nothing has happened."""
    return Sandbox(
        id=secrets.token_hex(16), ends_at=now + LASTS, hub=Miniature(rulebook, _SCOPE),
        intake=Intake(sources, Registry({}, {}, {})),
    )  # fmt: skip


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
