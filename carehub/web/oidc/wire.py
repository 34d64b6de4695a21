"""The provider's side of the wire: found, spoken to, and never believed further than its own address."""

import ssl
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import httpx2
import msgspec

_PATIENCE_S = 5.0
_LARGEST = 256 * 1024


class OidcError(Exception):
    """The login is not to be believed; `reason` is a word for the log, with nothing of the person in it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ProviderDown(OidcError):
    """The provider did not answer, or not as it must: everybody's own login works meanwhile."""


class Metadata(msgspec.Struct, frozen=True):
    """What a provider says of itself (OpenID Connect Discovery 1.0, RFC 8414)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    pushed_authorization_request_endpoint: str | None = None
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False
    id_token_signing_alg_values_supported: list[str] = []


class Answer(msgspec.Struct, frozen=True):
    """One answer: its status, its JSON, and the nonce that it wants in our next proof."""

    status: int
    body: dict[str, Any]
    dpop_nonce: str | None = None

    @property
    def error(self) -> str:
        """OAuth's own word for what went wrong; nothing else of the answer is fit for a log."""
        told = str(self.body.get("error", ""))
        return told if told.replace("_", "").isalnum() and len(told) < 40 else "unnamed"  # noqa: PLR2004


def is_safe(address: str) -> bool:
    """Whether we would send a secret there: by https, or to this very machine."""
    parts = urlsplit(address)
    if parts.scheme == "https":
        return bool(parts.hostname)
    return parts.scheme == "http" and _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


@cache
def _trusted() -> ssl.SSLContext:
    """The system's certificates, read once: it takes long enough to be felt."""
    return ssl.create_default_context()


async def discover(issuer: str) -> Metadata:
    """What the provider says of itself, if it is the one that it says (C51); raises OidcError."""
    answer = await ask("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    try:
        found = msgspec.convert(answer.body, Metadata)
    except msgspec.ValidationError as error:
        raise ProviderDown("metadata") from error
    if found.issuer != issuer:
        raise OidcError("metadata_issuer")
    used = [found.authorization_endpoint, found.token_endpoint, found.jwks_uri]
    used += [one for one in (found.pushed_authorization_request_endpoint, found.end_session_endpoint) if one]
    if not all(is_safe(one) for one in used):
        raise OidcError("metadata_address")
    return found


async def ask(
    method: str, address: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """One request, with an end to its patience and to what it reads; no redirect is followed.

    Raises:
        ProviderDown: No answer, a fault of the provider's own, or no JSON.
    """
    try:
        async with (
            httpx2.AsyncClient(timeout=_PATIENCE_S, verify=_trusted(), follow_redirects=False, trust_env=False) as http,
            http.stream(method, address, data=form, headers=headers) as answer,
        ):
            read = b""
            async for part in answer.aiter_bytes():
                read += part
                if len(read) > _LARGEST:
                    raise ProviderDown("too_long")
    except httpx2.HTTPError as error:
        raise ProviderDown(type(error).__name__) from error
    if answer.status_code >= httpx2.codes.INTERNAL_SERVER_ERROR:
        raise ProviderDown(f"status_{answer.status_code}")
    try:
        body = msgspec.json.decode(read, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise ProviderDown("no_json") from error
    return Answer(answer.status_code, body, answer.headers.get("dpop-nonce"))
