"""The outside heartbeat: whoever watches from elsewhere hears it, and hears when it stops."""

import time
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from carehub.contracts import ConfigurationError
from carehub.kit.late import late
from carehub.kit.log import log

if TYPE_CHECKING:
    import httpx2
else:
    httpx2 = late("httpx2")

_ANSWER_S = 5.0


class Heartbeat:
    """Calls an address, at most so often. That a call fails is logged: the silence itself tells the rest.

    Raises:
        ConfigurationError: The address is neither https nor on this machine.
    """

    def __init__(self, url: str | None, every_s: float) -> None:
        self._url, self._every_s = url and checked(url), every_s
        self._next = 0.0
        self._client: httpx2.AsyncClient | None = None

    async def beat(self) -> None:
        """Call now, unless it was called lately."""
        if not self._url or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + self._every_s
        self._client = self._client or httpx2.AsyncClient(timeout=_ANSWER_S)
        try:
            answer = await self._client.get(self._url)
        except httpx2.HTTPError as error:
            log.error("heartbeat.failed", error=type(error).__name__)
            return
        if answer.is_error:
            log.error("heartbeat.refused", status=answer.status_code)

    async def close(self) -> None:
        """Let go of the connection."""
        if self._client is not None:
            await self._client.aclose()


def checked(url: str) -> str:
    """The address, if it may be called: it holds a secret, so nobody on the way may read it."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_here(parts.hostname or "")):
        return url
    raise ConfigurationError("CAREHUB_HEARTBEAT_URL: write https://…; plain http is for this machine only.")


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
