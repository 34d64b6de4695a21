"""Text messages through Twilio, or whatever speaks its language at CAREHUB_TWILIO_BASE_URL.

Accepted is not delivered: the status webhook says later whether the text arrived (`twilio_webhooks`).
"""

import re
from typing import ClassVar

import structlog

from carehub.contracts import ChannelTools, Fate, OutgoingNotice, Receipt
from integrations.channels._gsm import fit
from integrations.channels._twilio import Account, TwilioSettings, is_number

STATUS_PATH = "/webhooks/twilio/status"

_log = structlog.get_logger()
_VALIDITY_S = 120  # a text that comes later than this would send somebody to an alert that has climbed on
_SERVICE = re.compile("MG[0-9a-f]{32}")


class SmsChannel:
    """Sends a notice as one text message of at most two segments."""

    name: ClassVar[str] = "sms"
    heard_within_s: ClassVar[float | None] = 60.0

    def __init__(self, settings: TwilioSettings, public_url: str) -> None:
        self._settings, self._account = settings, Account(settings)
        self.daily_cap = settings.sms_daily_cap
        self._callback = f"{public_url.rstrip('/')}{STATUS_PATH}"

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Hand the text to Twilio.

        When the line breaks we cannot know whether it went out. We say that it failed for now: a
        carer who is asked twice is better than one who is never asked.
        """
        if not self._settings.may_go_to(notice.address):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the number is not one that we may send to")
        return await self._account.ask(
            lambda twilio: twilio.messages.create_async(
                to=notice.address,
                body=fit(notice.text),
                status_callback=self._callback,
                validity_period=_VALIDITY_S,
                **self._sender(),
            )
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._account.close()

    def _sender(self) -> dict[str, str]:
        sender = self._settings.twilio_from or ""
        return {"messaging_service_sid": sender} if _SERVICE.fullmatch(sender) else {"from_": sender}


def is_one_way(sender: str) -> bool:
    """Whether nobody can answer it: a sender name instead of a number or a messaging service (F52)."""
    return not is_number(sender) and not _SERVICE.fullmatch(sender)


class _Factory:
    """Builds the channel from the environment; not in use without an account."""

    name = SmsChannel.name

    def __call__(self, tools: ChannelTools) -> SmsChannel | None:
        """Raises ConfigurationError where the account is named but not the rest."""
        settings = TwilioSettings()
        if not settings.check_account():
            return None
        if is_one_way(settings.twilio_from or ""):
            _log.warning(
                "sms.one_way",
                advice="CAREHUB_TWILIO_FROM is a sender name: nobody can answer it, so no alert can be taken by SMS. "
                "Use a number that receives texts.",
            )
        return SmsChannel(settings, tools.public_url)


CHANNEL = _Factory()
