"""What each national or municipal login demands of us, as values; the protocol is the same for all (OpenID Connect)."""

from dataclasses import dataclass, field
from enum import StrEnum


class Audience(StrEnum):
    """To whom our own assertion is addressed."""

    ISSUER = "issuer"
    TOKEN_ENDPOINT = "token_endpoint"  # noqa: S105 - an address


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One kind of provider.

    Attributes:
        title: As people know it.
        scope: What is asked for: no more than who it is.
        acr_values: The level that is asked for; empty for none.
        level_claim: The claim in which the level comes back.
        levels: Those that will do. Any of them means two factors; empty where the provider tells no level.
        strong_amr: Methods that mean two factors, where it tells no level.
        par: The request must be pushed (RFC 9126), never carried by the browser.
        dpop: Tokens must be bound to a key of ours (RFC 9449).
        audience: To whom the client's assertion is addressed.
        assertion_lives_s: How long that assertion lives, at most.
        rsa: Algorithm for an RSA key of ours; another kind of key has only one.
        max_age_s: How old the person's own login there may be; None: it cannot be asked.
    """

    name: str
    title: str
    scope: str = "openid"
    acr_values: str = ""
    level_claim: str = "acr"
    levels: frozenset[str] = frozenset()
    strong_amr: frozenset[str] = frozenset()
    par: bool = False
    dpop: bool = False
    audience: Audience = Audience.ISSUER
    assertion_lives_s: int = 60
    rsa: str = "PS256"
    max_age_s: int | None = 600


_LEVEL = "helseid://claims/identity/security_level"

PROFILES: dict[str, Profile] = {
    one.name: one
    for one in (
        # docs.digdir.no: PAR recommended, RS256, substantial and high; pid and all else that comes along is dropped.
        Profile(
            name="idporten", title="ID-porten", acr_values="idporten-loa-high", levels=frozenset({"idporten-loa-high"}),
            par=True, rsa="RS256",
        ),
        # utviklerportal.nhn.no: PAR, private_key_jwt of at most 60 s to the issuer, DPoP; the level has its own claim.
        Profile(
            name="helseid", title="HelseID", scope="openid helseid://scopes/identity/security_level",
            acr_values="Level4", level_claim=_LEVEL, levels=frozenset({"4"}), par=True, dpop=True,
        ),
        # learn.microsoft.com: neither PAR nor DPoP; PS256 with the certificate's thumbprint; "mfa" where asked for.
        Profile(
            name="entra", title="Microsoft Entra", strong_amr=frozenset({"mfa"}), audience=Audience.TOKEN_ENDPOINT,
            max_age_s=None,
        ),
    )
}  # fmt: skip

SIGNED_BY = ("RS256", "PS256", "ES256", "RS384", "PS384", "ES384", "RS512", "PS512", "ES512", "Ed25519", "EdDSA")
"""Algorithms that a provider may sign with: never `none`, never a shared secret (C51)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """A provider that this municipality uses.

    Attributes:
        issuer: Its own name for itself, to the letter.
        key: Our private key: a JWK, or PEM (with the certificate in it where the provider knows us by that).
        key_id: By which name it knows the key.
    """

    profile: Profile
    issuer: str
    client_id: str
    key: str = field(repr=False)
    key_id: str = ""

    @property
    def name(self) -> str:
        """In addresses."""
        return self.profile.name
