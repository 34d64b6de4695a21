"""Web Push: a notification on the telephone or the watch desk, by the browser's own push service.

"Created" from a push service is not "shown": the device itself confirms, and until it does the notice is accepted
at most (F48). The address that a browser gives us is its own choice, so it is led nowhere but to known push
services and to public addresses (C27).
"""

import base64
import json
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from carehub.contracts import ChannelTools, ConfigurationError, Fate, Lost, OutgoingNotice, Receipt, late
from carehub.core.showing.spoken import in_language
from carehub.core.showing.wording import push_title
from integrations.channels._settings import ChannelSettings

if TYPE_CHECKING:
    import aiohttp
    import py_vapid
    import pywebpush

    from integrations.channels import _public
else:
    aiohttp, py_vapid, pywebpush = late("aiohttp"), late("py_vapid"), late("pywebpush")
    _public = late("integrations.channels._public")

HOSTS = ("googleapis.com", "push.apple.com", "mozilla.com", "windows.com")
_ANSWER_S, _LIVES_S = 5.0, 120
_GONE = frozenset({403, 404, 410})
_TOO_LARGE, _TOO_MANY, _SERVER_ERROR, _UNAUTHORIZED, _REDIRECTS = 413, 429, 500, 401, 300


class PushSettings(ChannelSettings):
    """CAREHUB_VAPID_*; without a key the channel is not in use."""

    model_config = SettingsConfigDict(env_prefix="CAREHUB_", extra="ignore")

    vapid_private_key: SecretStr | None = Field(
        default=None, description="Our key for push services, as `carehub push-key` prints it; without it no push."
    )
    vapid_contact: str = Field(
        default="mailto:vakt@example.no", description="Whom a push service writes to: `mailto:` or `https:`."
    )


def is_push_service(endpoint: str) -> bool:
    """Whether it is https on the usual port of a push service that we know."""
    try:
        address = urlsplit(endpoint)
        port = address.port
    except ValueError:
        return False
    host = (address.hostname or "").rstrip(".")
    known = any(host == one or host.endswith(f".{one}") for one in HOSTS)
    return address.scheme == "https" and known and port in {None, 443} and "@" not in address.netloc


class PushChannel:
    """Wakes the browser of a telephone.

    Args:
        trusted: Decides which endpoints may be asked; a test's double is on this machine.
    """

    name: ClassVar[str] = "push"
    heard_within_s: ClassVar[float | None] = 20.0

    def __init__(self, settings: PushSettings, *, trusted: Any = is_push_service, resolver: Any = None) -> None:
        key = settings.vapid_private_key.get_secret_value() if settings.vapid_private_key else ""
        self._vapid, self._contact = py_vapid.Vapid02.from_string(key), settings.vapid_contact
        self._trusted, self._resolver = trusted, resolver
        self._session: aiohttp.ClientSession | None = None

    @property
    def public_key(self) -> str:
        """What a browser must know to subscribe: the key in base64url."""
        return _public_key(self._vapid)

    def accepts(self, endpoint: str) -> bool:
        """Whether this address is one that we would ever ask."""
        return bool(self._trusted(endpoint))

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Hand it to the push service; the device says later that it was shown."""
        where = _subscription(notice.details)
        if where is None or not self.accepts(where["endpoint"]):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="that is no push service", lost=Lost.GONE)
        title = in_language(push_title(notice.severity), notice.language)
        told = {"id": notice.id, "title": title, "lang": notice.language.value, "url": _link(notice.text)}
        payload = json.dumps(told).encode()
        try:
            body = pywebpush.WebPusher(where).encode(payload)["body"]
        except (pywebpush.WebPushException, ValueError, TypeError):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the subscription's keys are not whole", lost=Lost.GONE)
        try:
            return await self._post(where["endpoint"], body, notice)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)

    async def _post(self, endpoint: str, body: bytes, notice: OutgoingNotice) -> Receipt:
        address = urlsplit(endpoint)
        signed = self._vapid.sign({"aud": f"{address.scheme}://{address.netloc}", "sub": self._contact})
        headers = {
            **signed, "Content-Encoding": "aes128gcm", "Content-Type": "application/octet-stream",
            "TTL": str(_LIVES_S), "Urgency": "high", "Topic": notice.id,
        }  # fmt: skip
        async with self._opened().post(endpoint, data=body, headers=headers, allow_redirects=False) as answer:
            return _read(answer.status, answer.headers.get("Retry-After", ""), notice)

    def _opened(self) -> "aiohttp.ClientSession":
        """Made at the first notice, inside the loop that uses it."""
        if self._session is None:
            connector = aiohttp.TCPConnector(resolver=self._resolver or _public.Public(), limit=20)
            self._session = aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=_ANSWER_S))
        return self._session

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session is not None:
            await self._session.close()


def _read(status: int, retry_after: str, notice: OutgoingNotice) -> Receipt:
    if status in _GONE:
        return Receipt(fate=Fate.FAILED_FOR_GOOD, reason=f"HTTP {status}", lost=Lost.GONE)
    if status in {_TOO_MANY, _UNAUTHORIZED} or status >= _SERVER_ERROR:
        wait = float(retry_after) if retry_after.isdecimal() and len(retry_after) < len("100000") else None
        return Receipt(fate=Fate.FAILED_FOR_NOW, reason=f"HTTP {status}", retry_after_s=wait)
    if status >= _REDIRECTS:  # a redirection is followed nowhere
        return Receipt(fate=Fate.FAILED_FOR_GOOD, reason=f"HTTP {status}")
    return Receipt(fate=Fate.ACCEPTED, reference=f"push:{notice.id}")


def _subscription(details: str | None) -> dict[str, Any] | None:
    try:
        read = json.loads(details or "")
    except ValueError:
        return None
    whole = isinstance(read, dict) and isinstance(read.get("endpoint"), str) and isinstance(read.get("keys"), dict)
    return read if whole else None


def _link(text: str) -> str:
    """The path of the link in a text: the device opens it on our own site."""
    found = next((word for word in text.split() if word.startswith("http")), "")
    return urlsplit(found).path or "/nurse"


def _public_key(vapid: "py_vapid.Vapid02") -> str:
    """The uncompressed point (RFC 8292, section 3.2) in base64url."""
    numbers = vapid.public_key.public_numbers()
    point = b"\x04" + numbers.x.to_bytes(32, "big") + numbers.y.to_bytes(32, "big")
    return base64.urlsafe_b64encode(point).rstrip(b"=").decode()


class _Factory:
    """In use where a key is given."""

    name = PushChannel.name

    def __call__(self, tools: ChannelTools) -> PushChannel | None:  # noqa: ARG002 - the contract's signature
        """Raises ConfigurationError where the key is none."""
        settings = PushSettings()
        if settings.vapid_private_key is None:
            return None
        if not settings.vapid_contact.startswith(("mailto:", "https:")):
            raise ConfigurationError("CAREHUB_VAPID_CONTACT must begin with mailto: or https:.")
        try:
            return PushChannel(settings)
        except Exception as error:
            raise ConfigurationError(
                "CAREHUB_VAPID_PRIVATE_KEY is no key: make one with `carehub push-key`."
            ) from error


CHANNEL = _Factory()
