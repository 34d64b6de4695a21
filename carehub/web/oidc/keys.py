"""Our own keys: the one that the provider knows us by, and the one that its tokens are bound to."""

import hashlib
import re
import ssl
from base64 import urlsafe_b64encode
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal

import msgspec
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from carehub.contracts import ConfigurationError
from carehub.core.people.oidc import Audience, Provider
from carehub.kit.ids import new_token
from carehub.web.oidc.wire import Metadata

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_BY_CURVE = {"P-256": "ES256", "P-384": "ES384", "P-521": "ES512", "Ed25519": "Ed25519"}
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"
_KINDS: tuple[Literal["RSA", "EC", "OKP"], ...] = ("RSA", "EC", "OKP")
_Signing = jwk.RSAKey | jwk.ECKey | jwk.OKPKey


class OwnKey:
    """The private key by which a provider knows this hub (private_key_jwt); raises ConfigurationError for no such key.

    A JWK that is no private key of its own kind (RSA, EC, Ed25519) is refused at the start, not at somebody's login.
    """

    def __init__(self, provider: Provider) -> None:
        self._provider = provider
        try:
            found = _read(provider.key)
        except (JoseError, ValueError, msgspec.DecodeError) as error:
            raise ConfigurationError(f"The key of {provider.name} is neither a JWK nor PEM.") from error
        if not isinstance(found, _Signing) or not found.is_private:
            raise ConfigurationError(f"The key of {provider.name} is no private key.")
        self._key = found
        curve = found.as_dict(private=False).get("crv")
        self._alg = _BY_CURVE.get(str(curve), "") if curve else provider.profile.rsa
        if not self._alg:
            raise ConfigurationError(f"The key of {provider.name} is of a kind that nobody signs with.")

    def proof(self, metadata: Metadata, now: datetime) -> dict[str, str]:
        """What a form must hold to show that it comes from us; good once, and not for long."""
        profile = self._provider.profile
        to_issuer = profile.audience is Audience.ISSUER
        moment = int(now.timestamp())
        claims = {
            "iss": self._provider.client_id, "sub": self._provider.client_id,
            "aud": metadata.issuer if to_issuer else metadata.token_endpoint,
            "jti": new_token(), "iat": moment, "nbf": moment, "exp": moment + profile.assertion_lives_s,
        }  # fmt: skip
        signed = jwt.encode(self._header(), claims, self._key, algorithms=[self._alg])
        return {"client_assertion_type": _ASSERTION, "client_assertion": signed}

    def _header(self) -> dict[str, str]:
        named = self._provider.key_id or str(self._key.as_dict(private=False).get("kid", "")) or self._key.thumbprint()
        header = {"alg": self._alg, "typ": "JWT", "kid": named}
        if _CERTIFICATE in self._provider.key:
            header["x5t#S256"] = _thumbprint(self._provider.key)
        return header


def _read(text: str) -> jwk.Key:
    """The private key in it; raises ValueError or JoseError."""
    if text.lstrip().startswith("{"):
        return jwk.import_key(msgspec.json.decode(text, type=dict[str, Any]))
    found = re.search(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?-----END [A-Z ]*PRIVATE KEY-----", text, re.DOTALL)
    if found is None:
        raise ValueError("no private key")
    for kind in _KINDS:
        with suppress(JoseError, ValueError, TypeError):
            return jwk.import_key(found[0], kind)
    raise ValueError("not a kind of key that signs")


def _thumbprint(pem: str) -> str:
    only = pem[pem.index(_CERTIFICATE) :]
    found = hashlib.sha256(ssl.PEM_cert_to_DER_cert(only)).digest()
    return urlsafe_b64encode(found).rstrip(b"=").decode()


class Binding:
    """A key of this process alone, to which tokens are bound (RFC 9449): a token that leaks is worth nothing."""

    def __init__(self) -> None:
        self._key = jwk.ECKey.generate_key("P-256")
        self.thumbprint = self._key.thumbprint()

    def proof(self, method: str, address: str, now: datetime, nonce: str | None) -> str:
        """For one request."""
        claims = {"jti": new_token(), "htm": method, "htu": address, "iat": int(now.timestamp())}
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._key.as_dict(private=False)}
        return jwt.encode(header, claims | ({"nonce": nonce} if nonce else {}), self._key, algorithms=["ES256"])
