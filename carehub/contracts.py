"""What an extension must be: sources, transports, channels and detectors.

The hub never imports its extensions; it loads them by the names in the settings
(`carehub/plugins.py`) and knows them only by these shapes.

Errors of the edges, and what the caller should do:

    HubError
    ├── DecodeError      the message cannot be read: dead letter, and an alert on an alarm path
    ├── TransportError   the road is gone: try again, with a delay
    └── ConfigurationError   say so and stop: a person must change something
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol, runtime_checkable

from msgspec import Struct

from carehub.core.events import Reading
from carehub.core.severity import Severity


class HubError(Exception):
    """Anything that an edge may meet and the hub knows how to take."""


class DecodeError(HubError):
    """The message cannot be read; it is kept as a dead letter with its raw bytes."""


class TransportError(HubError):
    """The road is gone for now; connect again after a while."""


class ConfigurationError(HubError):
    """A setting is wrong; the message says which and what to write instead."""


# --- how we hear ---------------------------------------------------------------------------


class Message(Struct, kw_only=True):
    """One message as it arrived on a road.

    Attributes:
        topic: The MQTT topic, or a path such as "http/<device>".
        received_at: The hub's clock when it arrived.
        retain: The broker kept it from before; state, never an alarm.
        dup: The broker says that it may have been delivered before.
        mid: The MQTT packet id; 0 where there is none.
        session: Which broker session delivered it; packet ids are unique within one.
        token: What the transport needs to acknowledge it.
    """

    topic: str
    payload: bytes
    received_at: datetime
    retain: bool = False
    dup: bool = False
    qos: int = 1
    mid: int = 0
    session: str = ""
    token: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One road's language: which topics it speaks, and how a message is read.

    Attributes:
        name: Unique, stored with each event.
        filters: MQTT subscription filters. They must not overlap, or messages come twice.
        decode: Reads one message; pure. Raises only DecodeError. May give no reading at all
            (a message that is known and says nothing to us).
        is_alarm_path: Whether an unreadable message on this topic may have been an alarm.
        device_of: The device's own name, from the topic alone; None where the topic does not say.
        stored_reply: Given a message and the ids in it, the (topic, payload) that tells the
            sender "stored" after our commit; None where the road has no such reply.
    """

    name: str
    filters: tuple[str, ...]
    decode: Callable[[Message], Sequence[Reading]]
    is_alarm_path: Callable[[str], bool]
    device_of: Callable[[str], str | None]
    stored_reply: Callable[[Message, Sequence[str]], Sequence[tuple[str, bytes]]] | None = None


class Transport(Protocol):
    """A road that delivers messages and can be told, later, that they are safe."""

    async def run(self, deliver: Callable[[Message], None]) -> None:
        """Connect, subscribe, deliver; raise TransportError when the road is gone."""
        ...

    def acknowledge(self, messages: Sequence[Message]) -> None:
        """Tell the road that these are stored for good. Never before our commit."""
        ...

    def reply(self, topic: str, payload: bytes) -> None:
        """Tell a sender something, at most once and without waiting; a sender that hears nothing repeats itself."""
        ...

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Send one message; raises TransportError when the road is gone."""
        ...


# --- how we reach people -------------------------------------------------------------------


class Fate(StrEnum):
    """What a channel knows of a notice. Accepted is not delivered; delivered is not answered."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    SEEN = "seen"
    """Shown on the device, or heard by a person. Still no answer."""
    FAILED_FOR_NOW = "failed_for_now"
    FAILED_FOR_GOOD = "failed_for_good"


class Lost(StrEnum):
    """Why an address must not be used any more."""

    STOPPED = "STOP"
    """Whoever has it asked for silence."""
    GONE = "gone"
    """It is no more, and will not come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A channel's answer.

    Attributes:
        reference: The provider's id, by which its later status reports are known.
        reason: Why it failed, for staff and logs; never a person's number or name.
        retry_after_s: The provider asked us to wait this many seconds.
        lost: The address itself is of no more use; None where nothing is wrong with it.
    """

    fate: Fate
    reference: str | None = None
    reason: str | None = None
    retry_after_s: float | None = None
    lost: Lost | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingNotice:
    """What a channel is asked to send. It carries no name, address or health word (invariant 11).

    Attributes:
        id: The outbox row; also the idempotency key.
        address: A telephone number in E.164, a screen name, and so on.
        details: What the channel needs besides the address, such as a browser's subscription as JSON.
        ends: What an earlier notice began is over: switch it off. Only sirens and lamps are asked this.
        proves: The words hold a code that shows that this address reaches its owner, and opens nothing else.
    """

    id: str
    address: str
    text: str
    severity: Severity
    details: str | None = None
    ends: bool = False
    proves: bool = False


class Channel(Protocol):
    """One way to reach a person.

    Attributes:
        heard_within_s: How long after it was accepted a notice must be reported delivered; silence is a failure then,
            and the person is told by their next way. None where nobody will ever report.
    """

    name: ClassVar[str]
    heard_within_s: ClassVar[float | None]

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Hand the notice over. Never raises for what can be foreseen; answers within 10 s."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...


"""Sends one MQTT message at QoS 1; raises TransportError where there is no broker now."""


Publish = Callable[[str, bytes], Awaitable[None]]
"""Sends one MQTT message at QoS 1; raises TransportError where there is no broker now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTools:
    """What the hub lends a channel.

    Attributes:
        public_url: How providers reach the hub, with no slash at the end.
        publish: The hub's own road to the broker, for sirens and lamps.
        shows: Whether a tablet that shows this unit is live now.
    """

    public_url: str
    publish: Publish
    shows: Callable[[str], bool] = lambda _unit: False


@runtime_checkable
class ChannelFactory(Protocol):
    """What a channel module offers as `CHANNEL`: builds the channel from the environment."""

    name: str

    def __call__(self, tools: ChannelTools) -> Channel | None:
        """Build it; None when its settings say that it is not in use here."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    """What a provider says, later, of a notice. Reports come in any order, twice, and even before its answer.

    Attributes:
        reference: The provider's id, as in the receipt.
        status: Its own word.
        fate: What that means for the notice; None while it is on its way, and for a word that we do not know.
        error: Its code for what went wrong; None where there is none.
    """

    reference: str
    status: str
    fate: Fate | None
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """One text from a telephone. Who sent it is a claim: numbers can be forged.

    Attributes:
        wants_texts: False where it is the provider's word for "no more" (the provider holds it too); True for "again".
    """

    sender: str
    body: str
    reference: str
    wants_texts: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMoment:
    """What happens in a call now: somebody lifted the telephone, or pressed keys.

    Attributes:
        reference: The provider's id of the call.
        number: The telephone that was called.
        by_machine: The provider heard an answering machine.
        keys: What was pressed; None where nobody has been asked yet.
    """

    reference: str
    number: str
    by_machine: bool = False
    keys: str | None = None


@runtime_checkable
class Subscribing(Protocol):
    """A channel that browsers subscribe to."""

    @property
    def public_key(self) -> str:
        """What a browser must know to subscribe, in base64url."""
        ...

    def accepts(self, endpoint: str) -> bool:
        """Whether this address is one that we would ever ask."""
        ...


@runtime_checkable
class Reporting(Protocol):
    """A channel that reads by itself what its provider reports later, at `/webhooks/report/<channel>/<token>`."""

    def report_of(self, token: str, body: bytes, signature: str | None) -> StatusReport | None:
        """Read a report; None where it does not prove whose it is. Raises DecodeError for one that says nothing."""
        ...


class Webhooks(Protocol):
    """A provider's language at our door; a module is one."""

    def verify(self, url: str, form: Any, signature: str | None, tokens: Sequence[str]) -> bool:
        """Whether the provider signed this request, made to our public `url`, with one of our tokens."""
        ...

    def status_of(self, form: Mapping[str, Any]) -> StatusReport | None:
        """Read a status report; None where it is none."""
        ...

    def inbound_of(self, form: Mapping[str, Any]) -> InboundText | None:
        """Read a text from a telephone; None where it is none."""
        ...

    def answer(self, words: str) -> str:
        """The body, in the provider's language, that sends `words` back to the telephone."""
        ...

    def call_status_of(self, form: Mapping[str, Any]) -> StatusReport | None:
        """Read what became of a call; None where it says nothing of one. Ended without an answer is a failure."""
        ...

    def moment_of(self, form: Mapping[str, Any]) -> CallMoment | None:
        """Read what happens in a call now; None where it is none."""
        ...

    def speak(self, words: str, *, keys: int, ask_at: str) -> str:
        """The body that says `words` aloud.

        Args:
            keys: How many keys to wait for, posted to `ask_at`; with 0 the call ends.
        """
        ...

    def hang_up(self) -> str:
        """The body that ends a call without a word."""
        ...


# --- what the data has taught --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One event as a detector sees it: no names, only what, where and when.

    Attributes:
        at: Aware, UTC.
        kind: An `EventKind` value.
        place: "bathroom", "bedroom" ...; None if unknown.
    """

    at: datetime
    kind: str
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A detector's finding about one resident.

    Attributes:
        resident: Whose days changed.
        day: Local date as ISO text; with `part` it names the finding, so that it is made once.
        score: 0 (as usual) to 1 (never seen).
        words: In bokmål, with the person's own normal beside it.
        measures: feature name → (seen, usual low, usual high).
    """

    resident: str
    day: str
    part: str
    score: float
    words: str
    measures: dict[str, tuple[float, float, float]]


class TrainedModel(Protocol):
    """A model in memory, ready to judge a day."""

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        """Judge the newest finished part of day; an empty list where nothing changed or too little is known."""
        ...

    def to_bytes(self) -> bytes:
        """Itself without pickle, for the model store."""
        ...


class Detector(Protocol):
    """What a model module offers as `DETECTOR`."""

    name: ClassVar[str]
    version: ClassVar[str]

    def train(self, history: Mapping[str, Sequence[Activity]], now: datetime) -> TrainedModel:
        """Learn each resident's own normal from finished days before `now`."""
        ...

    def from_bytes(self, stored: bytes) -> TrainedModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        ...
