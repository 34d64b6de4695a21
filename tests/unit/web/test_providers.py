"""Logging in by another's word (C51): a provider that behaves, that lies, that is down."""

import hmac
import json
import logging
from base64 import urlsafe_b64encode
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response
from joserfc import jwk

from carehub.core.people.oidc import PROFILES
from carehub.flow.hub import Hub
from carehub.store import factors, identities, logins, tables
from carehub.store.tables.logins import FactorKind
from carehub.web import create_web
from tests.providers import CLIENT, SUBJECT, FakeProvider
from tests.unit.web.conftest import PUBLIC, Browse, Clock, logged_in

_COOKIE = "__Host-carehub"
BACK = "/login/with/helseid/back"


@pytest.fixture
async def op(clock: Clock) -> AsyncIterator[FakeProvider]:
    async with FakeProvider(clock).running() as one:
        yield one


@pytest.fixture
def web(hub: Hub, op: FakeProvider) -> FastAPI:
    hub.providers = {name: op.provider(name) for name in PROFILES}
    return create_web(hub)


async def knows(hub: Hub, op: FakeProvider, person: str = "maria", provider: str = "helseid") -> None:
    async with hub.database.write() as session:
        row = tables.PersonIdentity(
            issuer=op.issuer, subject=SUBJECT, person_id=person, provider=provider, linked_at=hub.clock()
        )
        assert await identities.link(session, row)


async def come_back(client: AsyncClient, op: FakeProvider, start: str = "/login/with/helseid", **came: str) -> Response:
    """Away and back again, as a browser goes."""
    away = await client.get(start)
    callback, code, state = op.consent(away.headers["location"])
    query = {"code": code, "state": state, "iss": op.issuer} | came
    return await client.get(callback.removeprefix(PUBLIC), params={name: it for name, it in query.items() if it})


async def is_in(client: AsyncClient) -> bool:
    return (await client.get("/tablet")).status_code == 200


async def test_whoever_is_linked_enters_and_the_browser_carries_nothing_but_a_code_c51(
    hub: Hub, browser: Browse, op: FakeProvider, caplog: pytest.LogCaptureFixture
) -> None:
    await knows(hub, op)
    client = browser()
    with caplog.at_level(logging.DEBUG):
        away = await client.get("/login/with/helseid?next=/a/A4F2")
        assert set(away.headers["location"].partition("?")[2].split("&")[0].split("=")) & {"client_id", "request_uri"}
        assert "nonce" not in away.headers["location"]
        assert "state" not in away.headers["location"]
        callback, code, state = op.consent(away.headers["location"])
        home = await client.get(callback, params={"code": code, "state": state, "iss": op.issuer})

    assert (home.status_code, home.headers["location"]) == (303, "/a/A4F2")
    assert await is_in(client)
    assert op.asked == ["about", "par", "token", "keys"]
    ours = [one.getMessage() for one in caplog.records if PUBLIC not in one.getMessage()]  # the rest is the test's own
    told = "".join(ours) + str(home.headers) + home.text
    assert not [word for word in ("secret-access", "eyJ", code, "01999912345", SUBJECT) if word in told]
    async with hub.database.read() as session:
        held = await session.get_one(tables.LoginSession, logins.hash_of(client.cookies[_COOKIE]))
        assert (held.issuer, held.subject, held.sid) == (op.issuer, SUBJECT, "op-session-1")


async def test_the_session_is_new_whatever_the_browser_brought_c46(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    client = browser()
    client.cookies.set(_COOKIE, "chosen-by-somebody-else", domain="hub.nordvik.example", path="/")

    home = await come_back(client, op)

    assert home.status_code == 303
    assert client.cookies.get(_COOKIE, domain="hub.nordvik.example") != "chosen-by-somebody-else"


OTHER = jwk.RSAKey.generate_key(2048, {"kid": "op-1"})
_LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"lie": {"nonce": "theirs"}},
    "no nonce": {"lie": {"nonce": None}},
    "another issuer": {"lie": {"iss": "https://evil.example"}},
    "another audience": {"lie": {"aud": "another-client"}},
    "our name among others without azp": {"lie": {"aud": [CLIENT, "another"]}},
    "made for another (azp)": {"lie": {"azp": "another"}},
    "expired": {"lie": {"exp": 1}},
    "no exp": {"lie": {"exp": None}},
    "from yesterday": {"lie": {"iat": 1_768_000_000}},
    "from tomorrow": {"lie": {"iat": 1_900_000_000}},
    "no iat": {"lie": {"iat": None}},
    "no subject": {"lie": {"sub": None}},
    "too low a level": {"lie": {"helseid://claims/identity/security_level": "3"}},
    "no level": {"lie": {"helseid://claims/identity/security_level": None}},
    "logged in there this morning": {"lie": {"auth_time": 1_768_430_000}},
    "not told when": {"lie": {"auth_time": None}},
    "signed by nobody": {"raw_token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJwYWlyd2lzZS03ZjNhIn0."},
    "signed by another with the same name": {"sign_with": OTHER},
    "signed by an unknown key": {"header": {"kid": "op-9"}},
    "no id_token at all": {"raw_token": "no"},
    "another kind of token": {"header": {"typ": "at+jwt"}},
    "not bound to our key": {"token_type": "Bearer"},
}


_HONEST: dict[str, Any] = {"lie": {}, "raw_token": None, "sign_with": None, "header": {}, "token_type": "DPoP"}


async def test_a_false_token_opens_nothing_c51(hub: Hub, browser: Browse, op: FakeProvider, clock: Clock) -> None:
    await knows(hub, op)
    client = browser()
    for lie, how in _LIES.items():
        for name, value in (_HONEST | how).items():
            setattr(op, name, value)
        clock.passes(timedelta(seconds=6))

        refused = await come_back(client, op)

        assert refused.status_code == 401, lie
        assert "ikke godkjent" in refused.text
        assert not await is_in(client), lie
    for name, value in _HONEST.items():
        setattr(op, name, value)
    assert (await come_back(client, op)).status_code == 303  # and the truth does


def _b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_a_token_signed_with_the_public_key_as_if_it_were_a_secret_is_refused_c51(
    hub: Hub, browser: Browse, op: FakeProvider
) -> None:
    await knows(hub, op)
    away = await (client := browser()).get("/login/with/helseid")
    callback, code, state = op.consent(away.headers["location"])
    _, claims, _ = op.signed(op.claims(op.codes[code]["nonce"])).split(".")
    signed = f"{_b64(json.dumps({'alg': 'HS256', 'kid': op.key.kid}).encode())}.{claims}"
    public = op.key.as_pem(private=False)
    op.raw_token = f"{signed}.{_b64(hmac.digest(public, signed.encode(), 'sha256'))}"

    assert (await client.get(callback, params={"code": code, "state": state, "iss": op.issuer})).status_code == 401


_RETURNS: tuple[dict[str, str], ...] = (
    {"state": "another"}, {"state": ""}, {"iss": "https://evil.example"}, {"iss": ""}, {"code": ""},
    {"code": "code-of-another"}, {"code": "", "error": "access_denied"},
)  # fmt: skip


async def test_a_return_that_we_did_not_begin_opens_nothing_c51(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    """State, the issuer of the answer (RFC 9207: a mix-up), and the code."""
    await knows(hub, op)
    client = browser()
    for came in _RETURNS:
        assert (await come_back(client, op, **came)).status_code == 401, came
        assert not await is_in(client)


async def test_a_return_works_once_and_only_in_the_browser_that_began_it_c51(
    hub: Hub, browser: Browse, op: FakeProvider
) -> None:
    await knows(hub, op)
    client, thief = browser(), browser()
    away = await client.get("/login/with/helseid")
    callback, code, state = op.consent(away.headers["location"])
    query = {"code": code, "state": state, "iss": op.issuer}

    assert (await thief.get(callback, params=query)).status_code == 401
    assert (await client.get(callback.replace("helseid", "idporten"), params=query)).status_code == 401
    away = await client.get("/login/with/helseid")
    callback, code, state = op.consent(away.headers["location"])
    query = {"code": code, "state": state, "iss": op.issuer}
    assert (await client.get(callback, params=query)).status_code == 303
    assert (await client.get(callback, params=query)).status_code == 401


async def test_pkce_is_always_asked_for_and_its_verifier_stays_here_c51(browser: Browse, op: FakeProvider) -> None:
    away = await browser().get("/login/with/helseid")

    _, code, _ = op.consent(away.headers["location"])

    assert op.codes[code]["code_challenge_method"] == "S256"
    assert len(op.codes[code]["code_challenge"]) == 43
    assert "code_verifier" not in op.codes[code]
    assert op.codes[code]["dpop_jkt"]


async def test_a_rotated_key_is_found_and_the_old_one_is_worth_nothing_c51(
    hub: Hub, browser: Browse, op: FakeProvider, clock: Clock
) -> None:
    await knows(hub, op)
    assert (await come_back(browser(), op)).status_code == 303
    old, op.key = op.key, jwk.RSAKey.generate_key(2048, {"kid": "op-2", "use": "sig"})
    clock.passes(timedelta(seconds=6))

    assert (await come_back(browser(), op)).status_code == 303
    op.key, op.sign_with = jwk.RSAKey.generate_key(2048, {"kid": "op-3"}), old
    clock.passes(timedelta(seconds=6))
    assert (await come_back(browser(), op)).status_code == 401


async def test_a_nonce_for_our_proof_is_given_at_the_second_try(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    """RFC 9449, 8: HelseID wants one."""
    await knows(hub, op)
    op.wants_nonce = "once-more"

    assert (await come_back(browser(), op)).status_code == 303
    assert [one.get("nonce") for one in op.proofs] == [None, "once-more"]
    assert {(one["htm"], one["htu"]) for one in op.proofs} == {("POST", f"{op.issuer}/token")}
    assert len({one["jti"] for one in op.proofs}) == 2


async def test_a_provider_that_is_not_as_it_must_be_is_not_gone_to(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    for says in (
        {"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"},
        {"pushed_authorization_request_endpoint": None}, {"jwks_uri": None},
    ):  # fmt: skip
        op.metadata = says
        answer = await browser(app=create_web(hub)).get("/login/with/helseid")
        assert answer.status_code in {401, 503}, says


async def test_with_the_provider_down_the_page_says_so_and_the_own_login_works(
    hub: Hub, browser: Browse, op: FakeProvider
) -> None:
    hub.providers = {"helseid": FakeProvider(hub.clock).provider()}
    client = browser(app=create_web(hub))

    down = await client.get("/login/with/helseid")

    assert down.status_code == 503
    assert "HelseID svarer ikke nå" in down.text
    assert 'name="password"' in down.text
    own = await client.post("/login", data={"username": "maria", "password": "solskinn-om-natten"})
    assert own.status_code == 303


async def test_nobody_is_sent_to_another_site_afterwards_c62(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    for wanted in ("//evil.example", "https://evil.example", "/\\evil.example"):
        home = await come_back(browser(), op, f"/login/with/helseid?next={wanted}")
        assert home.headers["location"] == "/tablet?unit=sol"


async def test_somebody_real_whom_nobody_knows_gets_no_account(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    client = browser()

    unknown = await come_back(client, op)

    assert unknown.status_code == 403
    assert "Be koordinator om en lenke" in unknown.text
    assert "set-cookie" not in unknown.headers or _COOKIE + "=" not in unknown.headers["set-cookie"]
    async with hub.database.read() as session:
        assert await session.get(tables.PersonIdentity, (op.issuer, SUBJECT)) is None


async def test_somebody_who_was_shut_out_stays_out(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "maria")).active = False

    assert (await come_back(browser(), op)).status_code == 403


async def test_a_link_that_was_handed_over_links_once_and_is_spent_c52(
    hub: Hub, browser: Browse, op: FakeProvider
) -> None:
    async with hub.database.write() as session:
        token = await factors.issue_link(session, "anne", None, hub.clock())
    client = browser()
    assert f"/setup/{token}/with/idporten" in (await client.get(f"/setup/{token}")).text

    home = await come_back(client, op, f"/setup/{token}/with/idporten")

    assert home.headers["location"] == "/relatives"
    assert (await client.get(f"/setup/{token}")).status_code == 410
    assert (await come_back(browser(), op, f"/setup/{token}/with/idporten")).status_code == 409
    again = await come_back(browser(), op, "/login/with/idporten")
    assert again.headers["location"] == "/relatives"


async def test_no_national_id_is_kept_anywhere(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op, provider="idporten")
    await come_back(browser(), op, "/login/with/idporten")

    async with hub.database.read() as session:
        for table in ("person_identity", "login_session", "login_step", "access_log"):
            rows = await (await session.connection()).exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - ours
            assert "01999912345" not in str(rows.all()), table


async def test_my_own_page_links_and_removes_and_asks_for_a_fresh_login_c50(
    hub: Hub, browser: Browse, op: FakeProvider, clock: Clock
) -> None:
    client = await logged_in(browser(), hub, "ingrid")

    home = await come_back(client, op, "/account/with/helseid")

    assert home.headers["location"] == "/account"
    shown = await client.get("/account/providers")
    assert "HelseID" in shown.text
    clock.passes(timedelta(minutes=11))
    assert (await client.get("/account/with/helseid")).status_code == 403
    assert (
        await client.post("/account/providers/remove", data={"issuer": op.issuer, "subject": SUBJECT})
    ).status_code == 403
    client = await logged_in(browser(), hub, "ingrid")
    await client.post("/account/providers/remove", data={"issuer": op.issuer, "subject": SUBJECT})
    assert (await come_back(browser(), op)).status_code == 403


async def test_the_last_way_in_is_not_removed(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op, "ingrid")
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).password_hash = None
    client = await logged_in(browser(), hub, "ingrid")

    kept = await client.post("/account/providers/remove", data={"issuer": op.issuer, "subject": SUBJECT})

    assert (kept.status_code, "Legg til en annen måte" in kept.text) == (409, True)
    async with hub.database.read() as session:
        assert len(await identities.of_person(session, "ingrid")) == 1


async def test_what_is_somebody_elses_is_not_linked_twice(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op, "maria")
    client = await logged_in(browser(), hub, "ingrid")

    assert (await come_back(client, op, "/account/with/helseid")).status_code == 409


async def test_an_administrator_links_by_subject_and_never_by_a_national_id(
    hub: Hub, browser: Browse, op: FakeProvider
) -> None:
    admin = await logged_in(browser(), hub, "admin")
    door = "/admin/people/maria/identities"

    for wrong in ("01999912345", "maria@nordvik.example"):
        assert (await admin.post(door, data={"provider": "helseid", "subject": wrong})).status_code == 409
    assert (await admin.post(door, data={"provider": "helseid", "subject": SUBJECT})).status_code == 303
    client = browser()
    assert (await come_back(client, op)).status_code == 303
    removed = await admin.post(f"{door}/remove", data={"issuer": op.issuer, "subject": SUBJECT})
    assert removed.status_code == 303
    assert not await is_in(client)
    tor = await logged_in(browser(), hub, "tor")
    assert (await tor.get(door)).status_code == 403  # nobody manages more than they have themselves


async def test_one_factor_there_owes_the_second_here_c42(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    """Entra says "mfa" only where the municipality has asked it to."""
    await knows(hub, op, provider="entra")
    async with hub.database.write() as session:
        factors.add(session, "maria", FactorKind.TOTP, "App", "JBSWY3DPEHPK3PXP", hub.clock())
    client = browser()

    op.lie = {"amr": ["pwd"]}
    half = await come_back(client, op, "/login/with/entra")
    assert half.headers["location"].startswith("/login/second")
    assert not await is_in(client)
    op.lie = {"amr": ["pwd", "mfa"]}
    await come_back(client, op, "/login/with/entra")
    assert await is_in(client)


_ENDS: dict[str, Any] = {"http://schemas.openid.net/event/backchannel-logout": {}}


async def test_the_provider_ends_our_session_c49(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    client, other = browser(), await logged_in(browser(), hub, "maria")
    await come_back(client, op)
    now = int(hub.clock().timestamp())
    good = {"iss": op.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "jti": "1", "sid": "op-session-1"}
    false = [
        good, good | {"events": _ENDS, "nonce": "x"}, good | {"events": _ENDS, "aud": "another"},
        good | {"events": _ENDS, "exp": now - 100}, {**good, "events": _ENDS, "sid": None},
    ]  # fmt: skip
    door = "/login/with/helseid/ended"

    for claims in false:
        body = {"logout_token": op.signed({name: it for name, it in claims.items() if it is not None})}
        assert (await browser(raw=True).post(door, data=body)).status_code == 400
    assert await is_in(client)
    token = {"logout_token": op.signed(good | {"events": _ENDS}, typ="logout+jwt")}
    assert (await browser(raw=True).post(door, data=token)).status_code == 200

    assert not await is_in(client)
    assert await is_in(other)  # that login was not by the provider's word
    assert (await browser(raw=True).post(door, data=token)).status_code == 400  # replayed


async def test_the_provider_ends_it_in_a_frame_too(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    client = browser()
    await come_back(client, op)
    door = "/login/with/helseid/ended"

    assert (await browser().get(door, params={"iss": "https://evil.example", "sid": "op-session-1"})).status_code == 400
    assert (await browser().get(door, params={"iss": op.issuer})).status_code == 400
    assert (await browser().get(door, params={"iss": op.issuer, "sid": "op-session-1"})).status_code == 200
    assert not await is_in(client)


async def test_logging_out_says_that_the_provider_still_knows_one(hub: Hub, browser: Browse, op: FakeProvider) -> None:
    await knows(hub, op)
    client = browser()
    await come_back(client, op)

    out = await client.post("/logout")
    said = await client.get(out.headers["location"])
    away = await client.get("/login/with/helseid/leave")

    assert "er du fortsatt logget inn" in said.text
    assert away.headers["location"].startswith(f"{op.issuer}/end?")
