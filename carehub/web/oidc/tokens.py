"""What a provider signed: believed only as far as it is meant for us, now, and for this very login (C51)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwk, jwt
from joserfc.errors import InvalidKeyIdError, JoseError

from carehub.core.people.oidc import SIGNED_BY, Provider
from carehub.kit.clock import Clock
from carehub.web.oidc.wire import Metadata, OidcError, ProviderDown, ask

_SLACK_S = 60
_OLDEST_S = 600
"""How long ago an id_token may have been made: it was asked for a moment ago."""
_LOOK_AGAIN = timedelta(seconds=5)
_LOGOUT_EVENTS = frozenset(
    {"http://schemas.openid.net/event/backchannel-logout", "https://schemas.openid.net/event/backchannel-logout"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proven:
    """Whom the provider vouches for, and no more than that: everything else that it told is dropped.

    Attributes:
        two_factors: Whether the person proved themselves by more than a password.
    """

    issuer: str
    subject: str
    sid: str | None
    two_factors: bool


class Keys:
    """A provider's public keys; looked up anew for a key that is not among them, as after a rotation."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: jwk.KeySet | None = None
        self._looked_at: datetime | None = None

    async def claims(self, token: str, metadata: Metadata, kinds: frozenset[str]) -> dict[str, Any]:
        """What a token says, if one of these keys signed it; raises OidcError."""
        known = self._known or await self._look(metadata)
        try:
            read = self._decoded(token, known, metadata)
        except InvalidKeyIdError:
            if self._looked_at and self._clock() - self._looked_at < _LOOK_AGAIN:
                raise OidcError("token_key") from None
            read = self._decoded_or_refused(token, await self._look(metadata), metadata)
        if str(read.header.get("typ", "JWT")).lower() not in kinds:
            raise OidcError("token_kind")
        return read.claims

    def _decoded_or_refused(self, token: str, known: jwk.KeySet, metadata: Metadata) -> jwt.Token:
        try:
            return self._decoded(token, known, metadata)
        except InvalidKeyIdError as error:
            raise OidcError("token_key") from error

    @staticmethod
    def _decoded(token: str, known: jwk.KeySet, metadata: Metadata) -> jwt.Token:
        told = metadata.id_token_signing_alg_values_supported
        allowed = [one for one in SIGNED_BY if not told or one in told]
        try:
            return jwt.decode(token, known, algorithms=allowed)
        except InvalidKeyIdError:
            raise
        except (JoseError, ValueError) as error:
            raise OidcError("token_signature") from error

    async def _look(self, metadata: Metadata) -> jwk.KeySet:
        answer = await ask("GET", metadata.jwks_uri)
        public = [one for one in answer.body.get("keys", []) if one.get("kty") != "oct" and one.get("use") != "enc"]
        try:
            self._known = jwk.KeySet.import_key_set({"keys": public})
        except (JoseError, ValueError, TypeError) as error:
            raise ProviderDown("keys") from error
        self._looked_at = self._clock()
        return self._known


def _checked(claims: Mapping[str, Any], provider: Provider, now: datetime, **more: jwt.ClaimsOption) -> None:
    registry = jwt.JWTClaimsRegistry(
        now=int(now.timestamp()), leeway=_SLACK_S, iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id}, exp={"essential": True}, iat={"essential": True}, **more,
    )  # fmt: skip
    try:
        registry.validate(dict(claims))
    except JoseError as error:
        raise OidcError(f"claim_{getattr(error, 'claim', None) or error.error}") from error
    several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if (several or "azp" in claims) and claims.get("azp") != provider.client_id:
        raise OidcError("claim_azp")
    if now.timestamp() - claims["iat"] > _OLDEST_S:
        raise OidcError("claim_iat")


def proven(claims: Mapping[str, Any], provider: Provider, nonce: str, now: datetime) -> Proven:
    """Whom an id_token vouches for (OpenID Connect Core 1.0, 3.1.3.7); raises OidcError for any that is not ours."""
    _checked(claims, provider, now, sub={"essential": True}, nonce={"essential": True, "value": nonce})
    _check_age(claims, provider, now)
    profile = provider.profile
    if profile.levels and str(claims.get(profile.level_claim)) not in profile.levels:
        raise OidcError("claim_acr")
    used = claims.get("amr")
    methods = {str(one) for one in used} if isinstance(used, list) else {str(used)}
    sid = claims.get("sid")
    return Proven(
        issuer=provider.issuer, subject=str(claims["sub"]), sid=str(sid) if sid else None,
        two_factors=bool(profile.levels) or bool(methods & profile.strong_amr),
    )  # fmt: skip


def _check_age(claims: Mapping[str, Any], provider: Provider, now: datetime) -> None:
    """When they proved themselves there: what was asked for must be told, and nothing may lie ahead of us."""
    at, oldest = claims.get("auth_time"), provider.profile.max_age_s
    if at is None and oldest is None:
        return
    if not isinstance(at, int) or isinstance(at, bool):
        raise OidcError("claim_auth_time")
    age = now.timestamp() - at
    if age < -_SLACK_S or (oldest is not None and age > oldest + _SLACK_S):
        raise OidcError("claim_auth_time")


def ended(claims: Mapping[str, Any], provider: Provider, now: datetime) -> tuple[str | None, str | None, str]:
    """Session, subject and number of a logout token (OpenID Connect Back-Channel Logout 1.0, 2.6); raises OidcError."""
    _checked(claims, provider, now, jti={"essential": True})
    events = claims.get("events")
    if not isinstance(events, dict) or not _LOGOUT_EVENTS & set(events):
        raise OidcError("claim_events")
    if "nonce" in claims:
        raise OidcError("claim_nonce")
    sid, subject = claims.get("sid"), claims.get("sub")
    if not sid and not subject:
        raise OidcError("claim_sid")
    return (str(sid) if sid else None), (str(subject) if subject else None), str(claims["jti"])
