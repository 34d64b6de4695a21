"""A provider of OpenID Connect that can be told to misbehave: on loopback, with keys of its own.

Only what a well-behaved one cannot show is asked of it; the flow itself is tried against a real provider.
"""

import asyncio
import hashlib
import json
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from joserfc import jwk, jwt

from carehub.app.doors import Server
from carehub.core.people.oidc import PROFILES, Provider
from tests.brokers import free_port

CLIENT = "carehub-test"
SUBJECT = "pairwise-7f3a"
OUR_KEY = jwk.ECKey.generate_key("P-256", {"kid": "hub-1", "use": "sig"})
THEIR_KEY = jwk.RSAKey.generate_key(2048, {"kid": "op-1", "use": "sig"})
Clock = Callable[[], Any]


@dataclass
class FakeProvider:
    """One provider. `lie` changes the claims of the next id_token, `forge` the way in which it is signed."""

    clock: Clock
    port: int = field(default_factory=free_port)
    key: Any = field(default_factory=lambda: THEIR_KEY)
    pushed: dict[str, dict[str, str]] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    lie: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    sign_with: Any = None
    raw_token: str | None = None
    wants_nonce: str | None = None
    token_type: str = "DPoP"
    asked: list[str] = field(default_factory=list)
    proofs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def provider(self, profile: str = "helseid") -> Provider:
        """As the hub is told of it."""
        return Provider(profile=PROFILES[profile], issuer=self.issuer, client_id=CLIENT, key=jwk_text())

    def consent(self, to: str) -> tuple[str, str, str]:
        """What a browser does there, by somebody who says yes: callback, code and state."""
        query = {name: value[0] for name, value in parse_qs(urlsplit(to).query).items()}
        asked = self.pushed.pop(query["request_uri"]) if "request_uri" in query else query
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return asked["redirect_uri"], code, asked["state"]

    def claims(self, nonce: str = "") -> dict[str, Any]:
        """The claims of an id_token, as it should be."""
        now = int(self.clock().timestamp())
        told = {
            "iss": self.issuer, "aud": CLIENT, "sub": SUBJECT, "iat": now, "exp": now + 120, "auth_time": now,
            "nonce": nonce, "sid": "op-session-1", "acr": "idporten-loa-high",
            "helseid://claims/identity/security_level": "4", "pid": "01999912345",
        }  # fmt: skip
        return {name: value for name, value in (told | self.lie).items() if value is not None}

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token of its own."""
        made = {"alg": "RS256", "kid": self.key.kid, "typ": "JWT"} | self.header | header
        return jwt.encode(made, claims, self.sign_with or self.key, algorithms=[made["alg"]])

    def app(self) -> FastAPI:
        app = FastAPI()
        app.get("/.well-known/openid-configuration")(self._about)
        app.get("/jwks")(self._keys)
        app.post("/par")(self._push)
        app.post("/token")(self._token)
        return app

    async def _about(self) -> dict[str, Any]:
        self.asked.append("about")
        told = {
            "issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/auth", "jwks_uri": f"{self.issuer}/jwks",
            "token_endpoint": f"{self.issuer}/token", "end_session_endpoint": f"{self.issuer}/end",
            "pushed_authorization_request_endpoint": f"{self.issuer}/par",
            "authorization_response_iss_parameter_supported": True,
        }  # fmt: skip
        return {name: value for name, value in (told | self.metadata).items() if value is not None}

    async def _keys(self) -> dict[str, Any]:
        self.asked.append("keys")
        return {"keys": [self.key.as_dict(private=False)]}

    def _client_is_known(self, form: dict[str, str]) -> bool:
        """Whether the form is signed by the hub's key, for us, and not for long (RFC 7523)."""
        read = jwt.decode(form.get("client_assertion", ""), OUR_KEY, algorithms=["ES256"])
        right = read.claims["iss"] == read.claims["sub"] == CLIENT
        audience = read.claims["aud"] in {self.issuer, f"{self.issuer}/token"}
        return bool(right and audience and read.claims["exp"] - read.claims["iat"] <= 60)

    async def _push(self, request: Request) -> JSONResponse:
        self.asked.append("par")
        form = await _form(request)
        if not self._client_is_known(form):
            return JSONResponse({"error": "invalid_client"}, 401)
        name = f"urn:ietf:params:oauth:request_uri:{len(self.asked)}"
        self.pushed[name] = form
        return JSONResponse({"request_uri": name, "expires_in": 60}, 201)

    async def _token(self, request: Request) -> JSONResponse:
        self.asked.append("token")
        form = await _form(request)
        asked = self.codes.get(form.get("code", ""))
        if asked is None or "used" in asked:
            return JSONResponse({"error": "invalid_grant"}, 400)
        proof = request.headers.get("dpop")
        if proof:
            self.proofs.append(_read_proof(proof))
        if self.wants_nonce and (not proof or self.proofs[-1].get("nonce") != self.wants_nonce):
            return JSONResponse({"error": "use_dpop_nonce"}, 400, {"DPoP-Nonce": self.wants_nonce})
        asked["used"] = "yes"
        hashed = urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if not self._client_is_known(form) or hashed != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        token = self.raw_token or self.signed(self.claims(asked["nonce"]))
        return JSONResponse({"access_token": "secret-access", "token_type": self.token_type, "id_token": token})

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FakeProvider"]:
        """Serve on loopback until the block ends."""
        server = Server(uvicorn.Config(self.app(), port=self.port, log_level="warning", lifespan="off"))
        task = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event for it
            await asyncio.sleep(0.005)
        yield self
        server.should_exit = True
        await task


def jwk_text() -> str:
    """The hub's private key, as a setting holds it."""
    return json.dumps(OUR_KEY.as_dict(private=True))


def _read_proof(proof: str) -> dict[str, Any]:
    head = jwt.decode(proof, lambda guest: jwk.import_key(guest.headers()["jwk"]), algorithms=["ES256"])
    return head.claims


async def _form(request: Request) -> dict[str, str]:
    return {name: str(value) for name, value in (await request.form()).items()}
