"""What Twilio tells us by webhook: signature, the fate of a text, and a text from a telephone.

Pure: the door in web/ takes the request apart, the store keeps every callback.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from carehub.contracts import CallMoment, Fate, InboundText, StatusReport, late
from carehub.core.languages import Language

if TYPE_CHECKING:
    from twilio import request_validator
    from twilio.twiml import messaging_response, voice_response
else:
    request_validator = late("twilio.request_validator")
    messaging_response, voice_response = late("twilio.twiml.messaging_response"), late("twilio.twiml.voice_response")

SIGNATURE_HEADER = "X-Twilio-Signature"

_FATES = {
    "accepted": Fate.ACCEPTED,
    "scheduled": Fate.ACCEPTED,
    "queued": Fate.ACCEPTED,
    "sending": Fate.ACCEPTED,
    "sent": Fate.ACCEPTED,
    "delivered": Fate.DELIVERED,
    "read": Fate.DELIVERED,
    "undelivered": Fate.FAILED_FOR_GOOD,
    "failed": Fate.FAILED_FOR_GOOD,
    "canceled": Fate.FAILED_FOR_GOOD,
}
"""What each of Twilio's words means to us; a new word is kept and moves nothing."""

_WISHES = dict.fromkeys(("STOP", "STOPALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT"), False) | {
    "START": True, "UNSTOP": True,
}  # fmt: skip
"""Words that Twilio itself obeys: after STOP it refuses to send with error 21610, until START."""

_LONGEST_BODY = 1600


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
        return bool(request_validator.RequestValidator(token).validate(url, form, signature))
    except (TypeError, ValueError):  # a file among the parameters, half a surrogate: nobody signed that
        return False


def status_of(form: Mapping[str, Any]) -> StatusReport | None:
    """Read a status callback; None where it names no message or no status."""
    reference, status = _text(form, "MessageSid"), _text(form, "MessageStatus")
    if not reference or not status:
        return None
    error = _text(form, "ErrorCode")[:40] or None
    return StatusReport(reference=reference[:80], status=status[:40], fate=_FATES.get(status), error=error)


def inbound_of(form: Mapping[str, Any]) -> InboundText | None:
    """Read a text from a telephone; None where sender or id is missing."""
    sender, reference = _text(form, "From"), _text(form, "MessageSid")
    if not sender or not reference:
        return None
    body = _text(form, "Body")[:_LONGEST_BODY]
    return InboundText(sender=sender[:20], body=body, reference=reference, wants_texts=_WISHES.get(body.upper()))


def answer(words: str) -> str:
    """TwiML that sends `words` back; the library writes it, so that nothing in them is markup (C30)."""
    response = messaging_response.MessagingResponse()
    if words:
        response.message(words)
    return str(response)


_CALL_FATES = {
    "completed": Fate.FAILED_FOR_NOW,
    "no-answer": Fate.FAILED_FOR_NOW,
    "busy": Fate.FAILED_FOR_NOW,
    "canceled": Fate.FAILED_FOR_NOW,
    "failed": Fate.FAILED_FOR_GOOD,
}
"""A call that ended: whoever pressed the right keys had taken the alert before, and then this moves nothing."""
_KEYS_WITHIN_S, _TIMES = 8, 2
_VOICES = {Language.NB: "nb-NO", Language.NN: "nb-NO", Language.EN: "en-GB"}
"""The provider has no voice for nynorsk: the one for bokmål reads it."""


def call_status_of(form: Mapping[str, Any]) -> StatusReport | None:
    """Read a call's status; None where it names no call or no status."""
    reference, status = _text(form, "CallSid"), _text(form, "CallStatus")
    if not reference or not status:
        return None
    error = _text(form, "SipResponseCode")[:40] or None
    return StatusReport(reference=reference[:80], status=status[:40], fate=_CALL_FATES.get(status), error=error)


def moment_of(form: Mapping[str, Any]) -> CallMoment | None:
    """Read a request for TwiML in a call; None where call or number is missing."""
    reference, number = _text(form, "CallSid"), _text(form, "To")
    if not reference or not number:
        return None
    by_machine = _text(form, "AnsweredBy").startswith(("machine", "fax"))
    keys = _text(form, "Digits")[:20] if "Digits" in form else None
    return CallMoment(reference=reference[:80], number=number[:20], by_machine=by_machine, keys=keys)


def speak(words: str, *, keys: int, ask_at: str, language: Language = Language.NB) -> str:
    """TwiML that says `words` twice and waits for keys, or once and hangs up; the library escapes them (C30)."""
    response = voice_response.VoiceResponse()
    if keys:
        asked = voice_response.Gather(
            action=ask_at, method="POST", input="dtmf", num_digits=keys, timeout=_KEYS_WITHIN_S
        )
        for _ in range(_TIMES):
            asked.say(words, language=_VOICES[language])
        response.append(asked)
    else:
        response.say(words, language=_VOICES[language])
    response.hangup()
    return str(response)


def hang_up() -> str:
    """TwiML that ends the call."""
    response = voice_response.VoiceResponse()
    response.hangup()
    return str(response)


def _text(form: Mapping[str, Any], name: str) -> str:
    value = form.get(name)
    return value.strip() if isinstance(value, str) else ""
