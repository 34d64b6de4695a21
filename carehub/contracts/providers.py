"""What providers say at our doors: reports, texts and calls, each in its own language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from carehub.contracts.reaching import Fate
from carehub.core.languages import Language


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

    def speak(self, words: str, *, keys: int, ask_at: str, language: Language) -> str:
        """The body that says `words` aloud.

        Args:
            keys: How many keys to wait for, posted to `ask_at`; with 0 the call ends.
            language: Of the words, for the voice.
        """
        ...

    def hang_up(self) -> str:
        """The body that ends a call without a word."""
        ...
