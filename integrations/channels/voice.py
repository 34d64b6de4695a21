"""Calls through Twilio: a voice says that an alert waits, and the person takes it with a 1 and the digits it says.

A call that is answered has reached nobody yet: voicemail, a child and a pocket answer too (F49). Only the right
digits count, and they come by the webhook (`twilio_webhooks`); until then the call is "accepted" at most.
"""

from typing import ClassVar

from carehub.contracts import ChannelTools, ConfigurationError, Fate, OutgoingNotice, Receipt
from integrations.channels._twilio import Account, TwilioSettings, is_number

ASK_PATH, STATUS_PATH = "/webhooks/twilio/voice", "/webhooks/twilio/call"
_RINGS_S = 25
_LONGEST_CALL_S = 120


class VoiceChannel:
    """Rings a telephone."""

    name: ClassVar[str] = "voice"
    heard_within_s: ClassVar[float | None] = 60.0

    def __init__(self, settings: TwilioSettings, public_url: str) -> None:
        self._settings, self._account = settings, Account(settings)
        self.daily_cap = settings.sms_daily_cap
        self._public = public_url.rstrip("/")

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Let Twilio ring; what the voice says, it asks the hub for when somebody answers."""
        if not self._settings.may_go_to(notice.address):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the number is not one that we may call")
        return await self._account.ask(
            lambda twilio: twilio.calls.create_async(
                to=notice.address,
                from_=self._settings.twilio_voice_from or self._settings.twilio_from,
                url=f"{self._public}{ASK_PATH}/{notice.id}",
                method="POST",
                status_callback=f"{self._public}{STATUS_PATH}",
                status_callback_method="POST",
                status_callback_event=["answered", "completed"],
                machine_detection="Enable",
                timeout=_RINGS_S,
                time_limit=_LONGEST_CALL_S,
            )
        )

    async def close(self) -> None:
        """Let go of the connections."""
        await self._account.close()


class _Factory:
    """Builds the channel from the environment; not in use without an account that has a number."""

    name = VoiceChannel.name

    def __call__(self, tools: ChannelTools) -> VoiceChannel | None:
        """Raises ConfigurationError where the number to call from is none."""
        settings = TwilioSettings()
        if not settings.check_account():
            return None
        if settings.twilio_voice_from and not is_number(settings.twilio_voice_from):
            raise ConfigurationError("CAREHUB_TWILIO_VOICE_FROM must be a number such as +4790000000.")
        if not is_number(settings.twilio_voice_from or settings.twilio_from or ""):
            return None
        return VoiceChannel(settings, tools.public_url)


CHANNEL = _Factory()
