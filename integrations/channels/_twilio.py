"""What texts and calls through Twilio share: the account, a client that keeps its time limit, and its refusals."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import structlog
from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from carehub.contracts import ConfigurationError, Fate, Lost, Receipt, late
from integrations.channels._settings import ChannelSettings

if TYPE_CHECKING:
    import aiohttp
    from twilio import rest
    from twilio.base import exceptions

    from integrations.channels import _twilio_line
else:
    aiohttp, rest, exceptions = late("aiohttp"), late("twilio.rest"), late("twilio.base.exceptions")
    _twilio_line = late("integrations.channels._twilio_line")

_log = structlog.get_logger()
_ANSWER_S = 5.0
_UNAUTHORIZED, _FORBIDDEN = 401, 403
_FOR_GOOD = frozenset({21211, 21214, 21216, 21217, 21408, 21601, 21610, 21612, 21614, 21635, 21660})
"""The number is wrong, has said STOP, is a landline or lies where we may not send: no repeat will help."""
_SAID_STOP = 21610
_E164 = re.compile(r"\+[1-9]\d{6,14}")


class TwilioSettings(ChannelSettings):
    """CAREHUB_TWILIO_* and CAREHUB_SMS_PREFIXES; without an account neither texts nor calls are in use."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    twilio_account_sid: str | None = Field(default=None, description="Account at Twilio; without it no SMS is sent.")
    twilio_auth_token: SecretStr | None = Field(default=None, description="Its token; also signs the webhooks.")
    twilio_from: str | None = Field(default=None, description="Our number, sender name or messaging service (MG…).")
    twilio_voice_from: str | None = Field(
        default=None, description="Our number for calls, where it is not the one for SMS; without a number no calls."
    )
    twilio_base_url: str = Field(
        default="https://api.twilio.com", description="Where the API is; a test double's here."
    )
    sms_prefixes: str = Field(default="+47", description="Beginnings of numbers that we may send to, with commas.")

    sms_daily_cap: int = Field(
        default=2000, ge=1, description="Most texts a day, and as many calls; what is critical goes out all the same."
    )

    def may_go_to(self, address: str) -> bool:
        """Whether it is a number that we may send to; a typing error must not send a text round the world."""
        prefixes = tuple(prefix.strip() for prefix in self.sms_prefixes.split(",") if prefix.strip())
        return is_number(address) and address.startswith(prefixes)

    def check_account(self) -> bool:
        """Whether there is an account here; raises ConfigurationError where it is named but not the rest."""
        if not self.twilio_account_sid:
            return False
        if not self.twilio_auth_token or not self.twilio_from:
            raise ConfigurationError("CAREHUB_TWILIO_ACCOUNT_SID also needs CAREHUB_TWILIO_AUTH_TOKEN and _FROM")
        return True


def is_number(address: str) -> bool:
    """Whether it is a telephone number in E.164."""
    return bool(_E164.fullmatch(address))


class Account:
    """The connection of one channel to Twilio."""

    def __init__(self, settings: TwilioSettings) -> None:
        self._settings = settings
        self._client: rest.Client | None = None

    def _connected(self) -> "rest.Client":
        """Made at the first notice, because it must be made inside the loop that uses it."""
        if self._client is None:
            line = _twilio_line.Line(self._settings.twilio_base_url, _ANSWER_S)
            token = self._settings.twilio_auth_token
            secret = token.get_secret_value() if token else ""
            self._client = rest.Client(self._settings.twilio_account_sid, secret, http_client=line)
        return self._client

    async def ask(self, what: "Callable[[rest.Client], Awaitable[Any]]") -> Receipt:
        """Ask Twilio for one thing, a text or a call; what it made of it as a receipt.

        When the line breaks we cannot know whether it went out. We say that it failed for now: a
        carer who is asked twice is better than one who is never asked.
        """
        if self._client is None:
            await asyncio.to_thread(_load)
        try:
            made = await what(self._connected())
        except _twilio_line.ForNow as refusal:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=str(refusal), retry_after_s=refusal.retry_after_s)
        except exceptions.TwilioException as error:
            return _refused(error)
        except (aiohttp.ClientError, OSError, ValueError) as error:  # TimeoutError is an OSError
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)
        return Receipt(fate=Fate.ACCEPTED, reference=made.sid)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._client is not None:
            await self._client.http_client.close()
            self._client = None


def _load() -> None:
    """In a thread: hundreds of modules, for which the loop of a busy machine stood until the watchdog ended the hub.

    A hub that has just started may have somebody to ask before it has had time to load what was put off.
    """
    for name in ("integrations.channels._twilio_line", "twilio.rest.api.v2010.account"):
        import_module(name)


def _refused(error: "exceptions.TwilioException") -> Receipt:
    """What Twilio's code says; its message may hold the number, so it is never passed on."""
    code, status = getattr(error, "code", None), getattr(error, "status", None)
    if status in {_UNAUTHORIZED, _FORBIDDEN}:
        _log.error("twilio.refused", status=status, code=code)  # a setting is wrong, not the number: keep trying
    fate = Fate.FAILED_FOR_GOOD if code in _FOR_GOOD else Fate.FAILED_FOR_NOW
    lost = Lost.STOPPED if code == _SAID_STOP else None
    return Receipt(fate=fate, reason=f"Twilio {code or status or type(error).__name__}", lost=lost)
