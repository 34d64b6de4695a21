"""Texts through any gateway with an HTTP door: a second way out when the first provider is down.

There is no common protocol, so the settings say what a request looks like, where the answer holds its id,
and what its later report is called. A report proves itself by the secret in its address, and by an HMAC where
the gateway can sign.
"""

import hashlib
import hmac
import json
import re
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from carehub.contracts import (
    ChannelTools,
    ConfigurationError,
    DecodeError,
    Fate,
    OutgoingNotice,
    Receipt,
    StatusReport,
    late,
)  # fmt: skip
from integrations.channels._gsm import fit
from integrations.channels._settings import ChannelSettings

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = late("httpx2")

_ANSWER_S = 5.0
_E164 = re.compile(r"\+[1-9]\d{6,14}")
_TOO_MANY, _SERVER_ERROR, _BAD = 429, 500, 400
_OURS_TO_MEND = frozenset({401, 403, 404, 405, 407, 408})
"""A setting is wrong, or the line is slow: no word about the number."""


class GatewaySettings(ChannelSettings):
    """CAREHUB_GATEWAY_*; without an address the channel is not in use."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    gateway_url: str | None = Field(default=None, description="Where to send; without it there is no second provider.")
    gateway_body: str = Field(
        default='{"to": "{to}", "text": "{text}", "ref": "{id}"}',
        description="The request as a JSON object, with `{to}`, `{text}` and `{id}` in its values.",
    )
    gateway_form: bool = Field(default=False, description="Send those fields as a form instead of JSON.")
    gateway_header: SecretStr | None = Field(default=None, description="A header with the secret: `Name: value`.")
    gateway_id_field: str = Field(default="id", description="Where the answer holds its id; dots lead inwards.")
    gateway_token: SecretStr | None = Field(default=None, description="Secret part of the address of its reports.")
    gateway_hmac_key: SecretStr | None = Field(
        default=None, description="Key of the HMAC-SHA256 over a report's body in `X-Signature`, in hexadecimal."
    )
    gateway_report_id: str = Field(default="id", description="Where a report names the text.")
    gateway_report_status: str = Field(default="status", description="Where a report says what became of it.")
    gateway_delivered: str = Field(default="delivered", description="Words for delivered, with commas.")
    gateway_failed: str = Field(default="failed,undelivered,expired,rejected", description="Words for failed.")
    sms_prefixes: str = Field(default="+47", description="Beginnings of numbers that we may send to, with commas.")


class GatewayChannel:
    """Sends a notice as one text message of at most two segments."""

    name: ClassVar[str] = "sms_gateway"
    heard_within_s: ClassVar[float | None] = 60.0

    def __init__(self, settings: GatewaySettings) -> None:
        self._settings = settings
        self._client = httpx2.AsyncClient(timeout=_ANSWER_S, follow_redirects=False)

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Hand the text over; a line that breaks is "failed for now", since nobody knows whether it went."""
        settings = self._settings
        prefixes = tuple(part.strip() for part in settings.sms_prefixes.split(",") if part.strip())
        if not _E164.fullmatch(notice.address) or not notice.address.startswith(prefixes):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the number is not one that we may send to")
        fields = _filled(json.loads(settings.gateway_body), notice)
        content: dict[str, Any] = {"data" if settings.gateway_form else "json": fields}
        try:
            answer = await self._client.post(settings.gateway_url or "", headers=_header(settings), **content)
        except (httpx2.TransportError, httpx2.InvalidURL) as error:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)
        return self._read(answer)

    def _read(self, answer: "httpx2.Response") -> Receipt:
        code = answer.status_code
        if (
            code == _TOO_MANY
            or code >= _SERVER_ERROR
            or code in _OURS_TO_MEND
            or not (answer.is_success or code >= _BAD)
        ):
            after = answer.headers.get("Retry-After", "")
            wait = float(after) if after.isdecimal() and len(after) < len("100000") else None
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=f"HTTP {code}", retry_after_s=wait)
        if not answer.is_success:
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason=f"HTTP {code}")
        try:
            reference = _inner(answer.json(), self._settings.gateway_id_field)
        except ValueError:
            reference = None
        if reference is None:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason="the answer names no id")
        return Receipt(fate=Fate.ACCEPTED, reference=_named(reference))

    def report_of(self, token: str, body: bytes, signature: str | None) -> StatusReport | None:
        """Read what the gateway reports later; None for whoever does not know our secrets."""
        if not self._is_theirs(token, body, signature):
            return None
        fields = _fields(body)
        reference, status = (
            _inner(fields, self._settings.gateway_report_id), _inner(fields, self._settings.gateway_report_status),
        )  # fmt: skip
        if reference is None or status is None:
            raise DecodeError("the report names no text or no status")
        word = status.casefold()
        fate = Fate.DELIVERED if word in _words(self._settings.gateway_delivered) else None
        fate = Fate.FAILED_FOR_GOOD if word in _words(self._settings.gateway_failed) else fate
        return StatusReport(reference=_named(reference), status=status[:40], fate=fate, error=None)

    def _is_theirs(self, token: str, body: bytes, signature: str | None) -> bool:
        expected, key = self._settings.gateway_token, self._settings.gateway_hmac_key
        if expected is None or not hmac.compare_digest(token.encode(), expected.get_secret_value().encode()):
            return False
        if key is None:
            return True
        signed = hmac.new(key.get_secret_value().encode(), body, hashlib.sha256).hexdigest()
        return hmac.compare_digest((signature or "").encode(), signed.encode())

    async def close(self) -> None:
        """Let go of the connections."""
        await self._client.aclose()


def _filled(value: Any, notice: OutgoingNotice) -> Any:
    """The template with the notice in its values; it is read as JSON before, so no text can break out."""
    if isinstance(value, dict):
        return {name: _filled(part, notice) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, notice) for part in value]
    if not isinstance(value, str):
        return value
    given = {"{to}": notice.address, "{text}": fit(notice.text), "{id}": notice.id}
    return re.sub(r"\{(to|text|id)\}", lambda found: given[found[0]], value)


def _header(settings: GatewaySettings) -> dict[str, str]:
    line = settings.gateway_header.get_secret_value() if settings.gateway_header else ""
    name, _, value = line.partition(":")
    return {name.strip(): value.strip()} if value else {}


def _inner(value: Any, path: str) -> str | None:
    for part in path.split("."):
        if isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        elif isinstance(value, dict):
            value = value.get(part)
        else:
            return None
    return str(value) if isinstance(value, str | int) and str(value) else None


def _fields(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return dict(parse_qsl(body.decode("utf-8", "replace")))


def _named(reference: str) -> str:
    return f"gateway:{reference}"[:80]


def _words(listed: str) -> set[str]:
    return {word.strip().casefold() for word in listed.split(",")}


class _Factory:
    """In use where an address is named."""

    name = GatewayChannel.name

    def __call__(self, tools: ChannelTools) -> GatewayChannel | None:  # noqa: ARG002 - the contract's signature
        """Raises ConfigurationError where a setting cannot work."""
        settings = GatewaySettings()
        if not settings.gateway_url:
            return None
        if urlsplit(settings.gateway_url).scheme not in {"http", "https"}:
            raise ConfigurationError("CAREHUB_GATEWAY_URL must begin with https:// (or http:// on this machine).")
        try:
            template = json.loads(settings.gateway_body)
        except ValueError as error:
            raise ConfigurationError("CAREHUB_GATEWAY_BODY must be a JSON object.") from error
        if not isinstance(template, dict) or not all(word in settings.gateway_body for word in ("{to}", "{text}")):
            raise ConfigurationError("CAREHUB_GATEWAY_BODY must be a JSON object with {to} and {text} in its values.")
        return GatewayChannel(settings)


CHANNEL = _Factory()
