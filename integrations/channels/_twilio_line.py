"""The line to Twilio: its own client, kept to our time limit. Loaded when it is used, or when there is time."""

import asyncio
import logging
from base64 import b64encode
from typing import Any
from urllib.parse import urlsplit

from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.http.response import Response

_mute = logging.getLogger("carehub.twilio")
_mute.disabled = True  # Twilio's library would log whole requests, and with them addresses of people
_TOO_MANY, _SERVER_ERROR = 429, 500


class ForNow(Exception):
    """The provider is there but will not take it now."""

    def __init__(self, status: int, retry_after_s: float | None) -> None:
        super().__init__(f"HTTP {status}")
        self.retry_after_s = retry_after_s


class Line(AsyncTwilioHttpClient):
    """Twilio's own client, made to keep its time limit, to go where we say, and to tell Retry-After.

    Its constructor forgets `timeout` (twilio-python issue 925), and its `max_retries` posts again
    after HTTP 500, which may send the text twice. Must be made inside the running loop.
    """

    def __init__(self, base_url: str, answer_s: float) -> None:
        super().__init__(max_retries=None, logger=_mute)
        self._base, self._answer_s = urlsplit(base_url), answer_s

    async def request(self, method: str, url: str, **others: Any) -> Response:
        """One request, answered within its time or TimeoutError; raises `ForNow` for 429 and 5xx."""
        address = urlsplit(url)._replace(scheme=self._base.scheme, netloc=self._base.netloc).geturl()
        name_and_secret = others.pop("auth", None)
        if name_and_secret:  # the library would use aiohttp's BasicAuth, which aiohttp 4 drops
            others["headers"] = {**(others.get("headers") or {}), "Authorization": _basic(*name_and_secret)}
        async with asyncio.timeout(self._answer_s):
            response = await super().request(method, address, **others | {"timeout": self._answer_s})
        if response.status_code == _TOO_MANY or response.status_code >= _SERVER_ERROR:
            raise ForNow(response.status_code, _seconds(response.headers.get("Retry-After")))
        return response


def _basic(name: str, secret: str) -> str:
    return f"Basic {b64encode(f'{name}:{secret}'.encode()).decode()}"


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; the form with a date is not used by Twilio."""
    return float(header) if header and header.isdecimal() and len(header) < len("100000") else None
