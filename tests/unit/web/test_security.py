import pytest
from fastapi import FastAPI
from starlette.datastructures import Headers

from carehub.flow.hub import Hub
from carehub.store import pages, tables
from carehub.web import create_web
from carehub.web.security import is_forged, local_path
from tests.unit.web.conftest import PUBLIC, SAME_SITE, Browse, logged_in

_MUST = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/login", 200),
        ("GET", "/", 303),
        ("GET", "/static/carehub.css", 200),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/nothing", 404),
        ("GET", "/tablet", 303),
        ("GET", "/api/v1/alerts", 401),
        ("POST", "/login", 422),
        ("POST", "/webhooks/twilio/sms", 403),
        ("DELETE", "/login", 405),
        ("GET", "/healthz", 200),
    ],
)
async def test_every_answer_carries_the_headers(browser: Browse, method: str, path: str, status: int) -> None:
    answer = await browser().request(method, path)

    assert answer.status_code == status
    assert {name: answer.headers[name] for name in _MUST} == _MUST
    policy = answer.headers["content-security-policy"]
    for part in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "form-action 'self'",
    ):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_pages_are_never_kept_and_files_only_under_their_own_version(browser: Browse) -> None:
    client = browser()

    assert (await client.get("/login")).headers["cache-control"] == "no-store"
    assert (await client.get("/static/live.js")).headers["cache-control"] == "no-cache"
    assert "immutable" in (await client.get("/static/live.js?v=1")).headers["cache-control"]


async def test_a_refused_host_and_a_forgery_carry_the_headers_too(browser: Browse) -> None:
    client = browser()

    host = await client.get("/login", headers={"host": "evil.example"})
    forged = await client.post("/logout", headers={"sec-fetch-site": "cross-site"})

    assert (host.status_code, forged.status_code) == (400, 403)
    assert "content-security-policy" in host.headers
    assert "content-security-policy" in forged.headers


async def test_plain_http_gets_no_hsts(hub: Hub, browser: Browse) -> None:
    hub.public_url = "http://127.0.0.1:8000"

    answer = await browser(app=create_web(hub)).get("/login", headers={"host": "127.0.0.1"})

    assert "strict-transport-security" not in answer.headers


async def test_a_fault_gives_a_number_and_no_detail(
    hub: Hub, web: FastAPI, browser: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(_session: object) -> None:
        raise RuntimeError("SELECT secret FROM resident")

    monkeypatch.setattr(pages, "units", broken)
    client = await logged_in(browser(), hub, "maria")

    answer = await client.get("/tablet")

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Oppgi nummer" in answer.text
    assert 'Haster det: ring vaktrommet på <a class="ds-link tel" href="tel:+4799900701">' in answer.text
    assert "content-security-policy" in answer.headers


async def test_a_body_beyond_the_limit_is_refused(browser: Browse) -> None:
    answer = await browser().post("/login", content=b"x" * 70_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "headers", "forged"),
    [
        ("/alerts/x/take", SAME_SITE, False),
        ("/alerts/x/take", {"sec-fetch-site": "cross-site"}, True),
        ("/alerts/x/take", {"sec-fetch-site": "same-site"}, True),
        ("/alerts/x/take", {"sec-fetch-site": "none"}, True),
        ("/alerts/x/take", {"sec-fetch-site": "cross-site", "origin": PUBLIC}, True),
        ("/alerts/x/take", {"origin": PUBLIC}, False),
        ("/alerts/x/take", {"origin": "http://192.168.1.5:8000", "host": "192.168.1.5:8000"}, False),
        ("/alerts/x/take", {"origin": "https://evil.example", "host": "hub.nordvik.example"}, True),
        ("/alerts/x/take", {"origin": "null"}, True),
        ("/alerts/x/take", {}, True),
        ("/alerts/x/take", {"authorization": "Bearer abc"}, True),
        ("/api/v1/events", {"authorization": "Bearer abc"}, False),
        ("/api/v1/events", {}, True),
        ("/webhooks/twilio/sms", {}, False),
    ],
)
async def test_only_our_own_pages_may_change_anything(
    hub: Hub, path: str, headers: dict[str, str], forged: bool
) -> None:
    assert is_forged("POST", path, Headers(headers), hub) is forged
    assert is_forged("GET", path, Headers(headers), hub) is False


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("/tablet?unit=sol", "/tablet?unit=sol"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=1", "/"),
        ("", "/"),
        (None, "/"),
    ],
)
def test_nobody_is_sent_to_another_site(wanted: str | None, given: str) -> None:
    assert local_path(wanted, "/") == given


_NASTY = "<img src=x onerror=alert(1)>\"'{{7*7}}"


async def test_what_people_and_devices_write_is_shown_as_text(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Resident, "astrid")).given_name = _NASTY
        (await session.get_one(tables.Scope, "rom-104")).name = _NASTY
        (await session.get_one(tables.Alert, "a4f2".ljust(32, "0"))).detail = _NASTY
        (await session.get_one(tables.Device, "ukjent")).address = _NASTY
    client = await logged_in(browser(), hub, "admin")

    for path in ("/tablet", "/nurse", "/a/A4F2", "/admin/devices", "/admin/devices/ukjent", "/admin/dead-letters"):
        answer = await client.get(path, follow_redirects=True)
        assert answer.status_code == 200
        assert "<img" not in answer.text
        assert "<script>alert" not in answer.text
        assert ">49" not in answer.text
