"""How the hub reaches people: notices, the channels that send them, and their receipts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from carehub.core.languages import Language
from carehub.core.severity import Severity


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
        language: Of whom it is for; the words are in it already, and a channel with words of its own says them in it.
    """

    id: str
    address: str
    text: str
    severity: Severity
    details: str | None = None
    ends: bool = False
    proves: bool = False
    language: Language = Language.NB


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
