"""One provider as this hub uses it: code flow with PKCE, pushed requests, a signed client, bound tokens.

No token leaves this file: it is read, checked and dropped. The browser carries a code that is worth nothing alone.
"""

import hashlib
import hmac
from base64 import urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from carehub.core.people.oidc import Provider
from carehub.kit.clock import Clock
from carehub.kit.ids import new_token
from carehub.web.oidc import tokens
from carehub.web.oidc.keys import Binding, OwnKey
from carehub.web.oidc.tokens import Keys, Proven
from carehub.web.oidc.wire import Answer, Metadata, OidcError, ProviderDown, ask, discover

_KNOWN_FOR = timedelta(hours=1)
_MOST_LOGOUTS = 2000
_ID_KINDS, _LOGOUT_KINDS = frozenset({"jwt"}), frozenset({"jwt", "logout+jwt"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A login that has begun: where to send the browser, and what to remember for its return."""

    to: str
    state: str
    nonce: str
    verifier: str


class Client:
    """This hub, as one provider knows it."""

    def __init__(self, provider: Provider, clock: Clock, callback: str) -> None:
        self.provider, self._clock, self._callback = provider, clock, callback
        self._own, self._binding, self._keys = OwnKey(provider), Binding(), Keys(clock)
        self._metadata: Metadata | None = None
        self._known_until: datetime | None = None
        self._logouts: OrderedDict[str, None] = OrderedDict()

    async def metadata(self) -> Metadata:
        """What the provider says of itself, asked once an hour; raises OidcError."""
        now = self._clock()
        if self._metadata is None or self._known_until is None or now >= self._known_until:
            self._metadata, self._known_until = await discover(self.provider.issuer), now + _KNOWN_FOR
        return self._metadata

    async def begin(self, language: str) -> Begun:
        """The way to the provider; raises OidcError."""
        metadata, profile = await self.metadata(), self.provider.profile
        state, nonce, verifier = new_token(), new_token(), new_token()
        wanted = {
            "response_type": "code", "client_id": self.provider.client_id, "redirect_uri": self._callback,
            "scope": profile.scope, "state": state, "nonce": nonce, "ui_locales": language,
            "code_challenge": _challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        if profile.acr_values:
            wanted["acr_values"] = profile.acr_values
        if profile.max_age_s is not None:
            wanted["max_age"] = str(profile.max_age_s)
        if profile.dpop:
            wanted["dpop_jkt"] = self._binding.thumbprint
        carried = await self._pushed(metadata, wanted)
        return Begun(to=_with(metadata.authorization_endpoint, carried), state=state, nonce=nonce, verifier=verifier)

    async def _pushed(self, metadata: Metadata, wanted: dict[str, str]) -> dict[str, str]:
        """What the browser carries: only the name of a request that was pushed, wherever that can be done."""
        door = metadata.pushed_authorization_request_endpoint
        if door is None:
            if self.provider.profile.par:
                raise OidcError("no_par")
            return wanted
        answer = await ask("POST", door, wanted | self._own.proof(metadata, self._clock()))
        name = answer.body.get("request_uri")
        if answer.status >= 300 or not isinstance(name, str):  # noqa: PLR2004
            raise OidcError(f"par_{answer.error}")
        return {"client_id": self.provider.client_id, "request_uri": name}

    async def finish(self, came: Mapping[str, str], begun: Mapping[str, str] | None) -> Proven:
        """Whom the provider vouches for, at the browser's return.

        Args:
            came: The query of the return.
            begun: `provider`, `state`, `nonce` and `verifier`, as they were remembered; None for a browser that has
                begun nothing, or has been back already.

        Raises:
            OidcError: Anything about it is not as it must be; ProviderDown where it may be tried again.
        """
        if begun is None or begun["provider"] != self.provider.name:
            raise OidcError("not_begun_here")
        metadata = await self.metadata()
        if not hmac.compare_digest(came.get("state", "").encode(), begun["state"].encode()):
            raise OidcError("state")
        said_by = came.get("iss")
        if said_by != metadata.issuer and (said_by or metadata.authorization_response_iss_parameter_supported):
            raise OidcError("response_issuer")  # RFC 9207: another provider's answer in this one's place
        if "code" not in came:
            raise OidcError(f"refused_{Answer(0, {'error': came.get('error', '')}).error}")
        answer = await self._exchanged(metadata, came["code"], begun["verifier"])
        token = answer.body.get("id_token")
        if not isinstance(token, str):
            raise OidcError("no_id_token")
        claims = await self._keys.claims(token, metadata, _ID_KINDS)
        return tokens.proven(claims, self.provider, begun["nonce"], self._clock())

    async def _exchanged(self, metadata: Metadata, code: str, verifier: str) -> Answer:
        """The code for tokens; a nonce that the provider wants in our proof is given at the second try."""
        answer = await self._asked_for_tokens(metadata, code, verifier, None)
        if answer.error == "use_dpop_nonce" and answer.dpop_nonce:
            answer = await self._asked_for_tokens(metadata, code, verifier, answer.dpop_nonce)
        if answer.status != 200:  # noqa: PLR2004
            raise OidcError(f"token_{answer.error}")
        if self.provider.profile.dpop and str(answer.body.get("token_type", "")).lower() != "dpop":
            raise OidcError("not_bound")
        return answer

    async def _asked_for_tokens(self, metadata: Metadata, code: str, verifier: str, nonce: str | None) -> Answer:
        now = self._clock()
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self._callback,
            "code_verifier": verifier, "client_id": self.provider.client_id,
        }  # fmt: skip
        bound = self._binding.proof("POST", metadata.token_endpoint, now, nonce)
        headers = {"DPoP": bound} if self.provider.profile.dpop else None
        return await ask("POST", metadata.token_endpoint, form | self._own.proof(metadata, now), headers)

    async def ended(self, token: str) -> tuple[str | None, str | None]:
        """The session (or the subject) that a logout token ends; raises OidcError for one that is false or was used."""
        claims = await self._keys.claims(token, await self.metadata(), _LOGOUT_KINDS)
        sid, subject, number = tokens.ended(claims, self.provider, self._clock())
        if number in self._logouts:
            raise OidcError("replayed")
        self._logouts[number] = None
        while len(self._logouts) > _MOST_LOGOUTS:
            self._logouts.popitem(last=False)
        return sid, subject

    async def way_out(self, back: str) -> str | None:
        """Where a person ends their login at the provider too; None where it has no such place, or does not answer."""
        try:
            metadata = await self.metadata()
        except ProviderDown:
            return None
        door = metadata.end_session_endpoint
        return _with(door, {"client_id": self.provider.client_id, "post_logout_redirect_uri": back}) if door else None


def _challenge(verifier: str) -> str:
    """PKCE, S256 (RFC 7636, 4.2)."""
    return urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _with(address: str, query: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}"
