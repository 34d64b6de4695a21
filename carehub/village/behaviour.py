"""How the telephone exchange misbehaves, when a test or a demonstration asks it to."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Refuse(StrEnum):
    """How a request to send is met, instead of being accepted."""

    NO = "no"
    TOO_MANY = "429"
    SERVER_ERROR = "500"
    RESET = "reset"
    """The connection breaks; nothing was accepted."""
    RESET_AFTER_ACCEPTING = "reset_after_accepting"
    """The connection breaks, but the message goes out: the sender cannot know."""


class Fate(StrEnum):
    """What becomes of an accepted message."""

    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    FAILED = "failed"
    SILENT = "silent"
    """Accepted, and never heard of again: no callback, and no telephone rings."""


class Callbacks(StrEnum):
    """How the status reports come."""

    IN_ORDER = "in_order"
    OUT_OF_ORDER = "out_of_order"
    """The last first."""
    DUPLICATE = "duplicate"
    """Each one three times."""
    EARLY = "early"
    """All before the answer to the request itself."""


class Answers(StrEnum):
    """Who or what answers a call, and what they do."""

    PRESSES_WHAT_IS_SAID = "presses_what_is_said"
    PRESSES_ONE = "presses_one"
    """A child, or a pocket: the first key that was named, and nothing else."""
    PRESSES_WRONG = "presses_wrong"
    LISTENS = "listens"
    """Hears it all, and presses nothing."""
    VOICEMAIL = "voicemail"
    NOT_LIFTED = "not_lifted"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    NEVER_HEARD_OF = "never_heard_of"
    """Accepted, and no telephone rings, and nobody is told."""


class Behaviour(BaseModel):
    """One way to behave, for one number or for all.

    Attributes:
        slow_s: Seconds before the request is answered.
        retry_after_s: Seconds in Retry-After, with a 429.
        error_code: Twilio's code in a callback that says undelivered or failed; 30003 is an unreachable handset.
        deliver_after_s: Seconds the message waits in the queue. Longer than its ValidityPeriod, and it expires.
        times: For how many requests this holds; None for all.
    """

    model_config = ConfigDict(extra="forbid")

    slow_s: float = Field(default=0, ge=0, le=600)
    refuse: Refuse = Refuse.NO
    retry_after_s: float = Field(default=1, ge=0)
    fate: Fate = Fate.DELIVERED
    answers: Answers = Answers.PRESSES_WHAT_IS_SAID
    error_code: int = 30003
    callbacks: Callbacks = Callbacks.IN_ORDER
    deliver_after_s: float = Field(default=0, ge=0)
    times: int | None = Field(default=None, ge=1)


class Order(Behaviour):
    """A behaviour, and the number it is for; None for all that have none of their own."""

    number: str | None = None


class Behaviours:
    """Which behaviour holds for which number. Number first, then everybody, then good manners."""

    def __init__(self) -> None:
        self._by_number: dict[str | None, Behaviour] = {}

    def order(self, order: Order) -> None:
        """Let this hold from now on, in place of what held for the same number."""
        self._by_number[order.number] = Behaviour(**order.model_dump(exclude={"number"}))

    def forget(self) -> None:
        """Good manners towards everybody."""
        self._by_number.clear()

    def next_for(self, number: str) -> Behaviour:
        """The behaviour towards one more request to `number`; this counts it."""
        key = number if number in self._by_number else None
        behaviour = self._by_number.get(key, Behaviour())
        if behaviour.times is not None:
            self._use_up(key, behaviour)
        return behaviour

    def _use_up(self, key: str | None, behaviour: Behaviour) -> None:
        left = (behaviour.times or 1) - 1
        if left:
            self._by_number[key] = behaviour.model_copy(update={"times": left})
        else:
            del self._by_number[key]
