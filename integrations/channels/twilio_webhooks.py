"""What Twilio tells us by webhook: signature, the fate of a text, and a text from a telephone.

Pure: the door in web/ takes the request apart, the store keeps every callback.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from twilio.request_validator import RequestValidator

from carehub.contracts import Fate

SIGNATURE_HEADER = "X-Twilio-Signature"

_RANK = {
    "accepted": 0, "scheduled": 0, "queued": 1, "sending": 2, "sent": 3,
    "undelivered": 4, "failed": 4, "canceled": 4, "delivered": 5, "read": 6,
}  # fmt: skip
_FATES = {
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED_FOR_GOOD,
    "failed": Fate.FAILED_FOR_GOOD,
    "canceled": Fate.FAILED_FOR_GOOD,
}
_LONGEST_BODY = 1600


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """One status callback. They come in any order, twice, and even before the answer to our request.

    Attributes:
        reference: The message's id, as in the receipt.
        status: Twilio's own word.
        fate: What it means for the notice; None while it is on its way.
        rank: How far the message has come; a callback of a lower rank than one seen before is old news.
            Delivered outranks failed: a text that arrived has arrived.
        error: Twilio's code, such as "30003"; None where there is none.
    """

    reference: str
    status: str
    fate: Fate | None
    rank: int
    error: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundText:
    """One text from a telephone. Who sent it is a claim: numbers can be forged."""

    sender: str
    body: str
    reference: str


def verify(url: str, form: Any, signature: str | None, tokens: Sequence[str]) -> bool:
    """Whether Twilio signed this request with one of our tokens, the primary or the secondary (C18).

    Args:
        url: The public one, as given to Twilio, with its query; never made from the request's Host header.
        form: Every parameter; a dict, or Starlette's FormData, which keeps repeated ones.
        signature: The header's value; None where it is missing.
        tokens: Those in use; empty ones count as none.
    """
    if not signature or not signature.isascii():
        return False
    return any(_signed(url, form, signature, token) for token in tokens if token)


def _signed(url: str, form: Any, signature: str, token: str) -> bool:
    try:
        return bool(RequestValidator(token).validate(url, form, signature))
    except (TypeError, ValueError):  # a file among the parameters, half a surrogate: nobody signed that
        return False


def status_of(form: Mapping[str, Any]) -> Status | None:
    """Read a status callback; None where it is none, or one that we do not know."""
    reference, status = _text(form, "MessageSid"), _text(form, "MessageStatus")
    if not reference or status not in _RANK:
        return None
    return Status(
        reference=reference,
        status=status,
        fate=_FATES.get(status),
        rank=_RANK[status],
        error=_text(form, "ErrorCode") or None,
    )


def inbound_of(form: Mapping[str, Any]) -> InboundText | None:
    """Read a text from a telephone; None where sender or id is missing."""
    sender, reference = _text(form, "From"), _text(form, "MessageSid")
    if not sender or not reference:
        return None
    return InboundText(sender=sender, body=_text(form, "Body")[:_LONGEST_BODY], reference=reference)


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
