"""The web as a whole, row by row of the security checks: what must hold on every route, asked of every route."""

import re
import time
from collections import defaultdict
from importlib.metadata import version

import pytest
from fastapi import FastAPI
from sqlmodel import SQLModel, select
from starlette.routing import WebSocketRoute

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import logins, tables
from carehub.web.security import LIMITS
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import Browse, logged_in
from tests.unit.web.test_routes import _FILLED, EXPECTED

_PROVE_THEMSELVES = ("/webhooks/", "/login/with/")
"""A signature, not a cookie: there is nothing for another site to ride on."""
ROUTES = sorted((method, path.format_map(defaultdict(lambda: "none", _FILLED))) for method, path in EXPECTED)


async def test_every_change_that_another_site_asks_for_is_refused_c53(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(raw=True), hub, "admin")
    through = []
    for method, path in ROUTES:
        if method == "GET" or path.startswith(_PROVE_THEMSELVES):
            continue
        for headers in ({"sec-fetch-site": "cross-site"}, {"origin": "https://evil.example"}, {}):
            answer = await client.request(method, path, headers=headers)
            through += [f"{method} {path} {headers}"] if answer.status_code != 403 else []

    assert not through


async def test_looking_changes_nothing_c53(hub: Hub, browser: Browse) -> None:
    """A mail program that follows every link takes no alert, and spends nothing: all tables before and after."""
    hub.live.close()
    client = await logged_in(browser(), hub, "admin")
    before = await _everything(hub)

    for method, path in ROUTES:
        if method == "GET":
            await client.get(path)

    after = await _everything(hub)
    assert [name for name in before if before[name] != after[name]] in ([], ["access_log"])


async def _everything(hub: Hub) -> dict[str, list[str]]:
    found = {}
    async with hub.database.read() as session:
        connection = await session.connection()
        for name in SQLModel.metadata.tables:
            rows = await connection.exec_driver_sql(f'SELECT * FROM "{name}"')  # noqa: S608 - our own names
            found[name] = sorted(map(str, rows.all()))
    return found


_ALWAYS = {
    "x-content-type-options": "nosniff", "x-frame-options": "DENY", "referrer-policy": "same-origin",
    "permissions-policy": "camera=(", "strict-transport-security": "max-age=63072000",
    "content-security-policy": "default-src 'self'",
}  # fmt: skip


async def test_every_route_carries_every_header_and_is_kept_by_no_cache_c49_c54_c55_c56(
    hub: Hub, browser: Browse
) -> None:
    """Frames refused (clickjacking), nothing stored (the back button shows nothing), and no other origin let in."""
    hub.live.close()
    client = await logged_in(browser(), hub, "admin")
    lacking = []
    for method, path in ROUTES:
        answer = await client.request(method, path, headers={"origin": "https://hub.nordvik.example"})
        for name, wanted in _ALWAYS.items():
            if not answer.headers.get(name, "").startswith(wanted) and not (
                name == "referrer-policy" and answer.headers.get(name) == "no-referrer"
            ):
                lacking.append(f"{method} {path}: {name}")
        policy = answer.headers.get("content-security-policy", "")
        if "unsafe" in policy or "frame-ancestors 'none'" not in policy or "object-src 'none'" not in policy:
            lacking.append(f"{method} {path}: policy")
        if "access-control-allow-origin" in answer.headers:
            lacking.append(f"{method} {path}: another origin may read")
        if path != "/sw.js" and answer.headers["cache-control"] not in {"no-store", "no-cache"}:
            lacking.append(f"{method} {path}: cache {answer.headers['cache-control']}")

    assert not lacking


async def test_logging_out_empties_the_browsers_cache_c49(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    answer = await client.post("/logout")

    assert answer.headers["clear-site-data"] == '"cache"'


async def test_every_cookie_is_bound_to_this_host_and_kept_from_scripts_c47(hub: Hub, browser: Browse) -> None:
    """Login, passkey, app, language: whatever sets a cookie."""
    client = await logged_in(browser(), hub, "ingrid")
    answers = [
        await client.post("/account/totp"), await client.post("/account/passkeys/options"),
        await client.post("/language", data={"language": "nn"}), await client.post("/logout"),
        await browser().post("/login", data={"username": "maria", "password": PASSWORD}),
        await browser().post("/login/passkey/options"),
    ]  # fmt: skip
    cookies = [one for answer in answers for one in answer.headers.get_list("set-cookie")]

    assert len(cookies) >= len(answers)
    for one in cookies:
        flags = one.lower()
        assert "httponly" in flags
        assert "secure" in flags
        assert "samesite=lax" in flags
        assert "path=/" in flags
        assert "domain" not in flags
        assert one.startswith(("__Host-", "language=")), one  # a language is no secret


async def test_a_login_secret_is_256_random_bits_and_never_one_that_was_brought_c46(hub: Hub, browser: Browse) -> None:
    client = browser()
    client.cookies.set("__Host-carehub", "fixed-by-somebody", domain="hub.nordvik.example", path="/")

    answer = await client.post("/login", data={"username": "maria", "password": PASSWORD})

    made = re.search(r"__Host-carehub=([\w-]+)", answer.headers["set-cookie"])
    assert made
    assert len(made[1]) == 43  # base64url of 32 bytes
    async with hub.database.read() as session:
        assert await logins.find(session, logins.hash_of("fixed-by-somebody"), hub.clock()) is None


async def test_whoever_logs_in_ends_the_login_before_theirs_in_the_same_browser_c46(hub: Hub, browser: Browse) -> None:
    """A secret that somebody has seen is worth nothing once its owner has logged in anew."""
    client = browser()
    await client.post("/login", data={"username": "maria", "password": PASSWORD})
    before = client.cookies["__Host-carehub"]

    await client.post("/login", data={"username": "maria", "password": PASSWORD})

    async with hub.database.read() as session:
        held = [await logins.find(session, logins.hash_of(one), hub.clock()) is not None
                for one in (before, client.cookies["__Host-carehub"])]  # fmt: skip
    assert held == [False, True]


async def test_another_role_is_another_session_c46(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "maria")).role = Role.ADMINISTRATOR

    assert (await client.get("/admin")).headers["location"].startswith("/login")


def test_each_role_has_an_end_to_its_login_used_or_not_c48() -> None:
    for role, limits in LIMITS.items():
        assert limits.idle <= limits.absolute, role
        assert limits.absolute.total_seconds() <= 24 * 3600, role


async def test_a_wrong_host_is_refused_everywhere_c60(browser: Browse) -> None:
    client = browser()
    for path in ("/login", "/tablet", "/api/v1/alerts", "/static/carehub.css", "/healthz"):
        for host in ("evil.example", "hub.nordvik.example.evil.example", "hub.nordvik.example@evil.example"):
            assert (await client.get(path, headers={"host": host})).status_code == 400, (path, host)


@pytest.mark.parametrize("door", ["/login?next=", "/language", "/alerts/a4f2/take"])
async def test_no_door_leads_to_another_site_c62(hub: Hub, browser: Browse, door: str) -> None:
    client = await logged_in(browser(), hub, "maria")
    for away in ("//evil.example", "https://evil.example/", "/\\evil.example", "\\/evil.example", "/%0d%0aLocation:x"):
        if door.startswith("/login"):
            answer = await client.get(f"{door}{away}")
        else:
            answer = await client.post(door, data={"back": away, "language": "nb"})
        assert "evil" not in answer.headers.get("location", "") or answer.headers["location"].startswith("/%5C")


async def test_whatever_breaks_says_a_number_and_nothing_else_c63(
    hub: Hub, browser: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The store raises on each route."""

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT fnr FROM resident: secret-dsn")

    client = await logged_in(browser(), hub, "admin")
    monkeypatch.setattr(type(hub.database), "read", broken)
    monkeypatch.setattr(type(hub.database), "write", broken)
    told = []
    for method, path in ROUTES:
        answer = await client.request(method, path)
        if any(word in answer.text for word in ("SELECT", "secret-dsn", "Traceback", "RuntimeError", "sqlite")):
            told.append(f"{method} {path}")

    assert not told


async def test_there_is_no_documentation_for_strangers_c64(browser: Browse) -> None:
    client = browser(address="10.0.0.9")
    for path in ("/docs", "/redoc", "/debug", "/console", "/.env", "/.git/config", "/static/../security.py"):
        assert (await client.get(path)).status_code == 404, path
    for path in ("/openapi.json", "/metrics"):
        assert (await client.get(path, follow_redirects=False)).status_code in {303, 401, 403}, path


async def test_large_and_crooked_requests_are_refused_quickly_c59(browser: Browse) -> None:
    client = browser()
    begun = time.perf_counter()
    fields = "&".join(f"a{n}=1" for n in range(100_000))
    ranges = "bytes=" + ",".join("0-0" for _ in range(4_000))
    crooked = b"--x\r\nContent-Disposition: form-data; name=\"a\"; filename*=utf-8''%ff%00\r\n\r\n1\r\n--x--\r\n"
    form = {"content-type": "application/x-www-form-urlencoded"}

    assert (await client.post("/login", content=b"x" * 5_000_000)).status_code == 413
    assert (await client.post("/login", content=fields.encode(), headers=form)).status_code == 413
    assert (await client.get("/static/live.js", headers={"range": ranges})).status_code in {200, 206, 400, 416, 431}
    headers = {"content-type": "multipart/form-data; boundary=x"}
    assert (await client.post("/login", content=crooked, headers=headers)).status_code in {400, 422}
    assert time.perf_counter() - begun < 10
    assert [int(part) for part in version("starlette").split(".")[:2]] >= [0, 49]
    assert [int(part) for part in version("python-multipart").split(".")] >= [0, 0, 20]


async def test_nobody_asks_for_everything_at_once_c61(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "admin")
    for path in ("/admin/load?days=", "/admin/residents/astrid/readings?days=", "/admin/ledger?days="):
        answer = await client.get(f"{path}{10**9}")
        assert answer.status_code == 422 or len(answer.content) < 500_000, path


def test_there_are_no_web_sockets_c58(web: FastAPI) -> None:
    """The live stream goes one way, carries no data, asks for a login and looks again at each beat (test_live.py)."""
    assert not [one for one in web.routes if isinstance(one, WebSocketRoute)]


_PAYLOADS = (
    "<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>', "'><img src=x onerror=alert(1)>", "<iframe src=javascript:alert(1)>",
    "<body onload=alert(1)>", "<a href=javascript:alert(1)>x</a>", "<details open ontoggle=alert(1)>",
    "<input autofocus onfocus=alert(1)>", "<video src=x onerror=alert(1)>", "<math><mi//xlink:href=x>",
    "<base href=//evil.example>", "<form action=//evil.example>", "<object data=//evil.example>",
    "<embed src=//evil.example>", "<link rel=stylesheet href=//e>", "<meta http-equiv=refresh content=0>",
    "<style>*{x:expression(1)}</style>", "<marquee onstart=alert(1)>", "<template><script>1</script>",
    "<noscript><p title=</noscript><img>", "<textarea></textarea><img src=x>", "</title><script>1</script>",
    "</script><script>alert(1)</script>", "<!--<img src=--><img src=x>", "<scr<script>ipt>alert(1)</scr>",
    '<IMG SRC="jav&#x09;ascript:alert(1)">', "<button formaction=javascript:1>", "<b onmouseover=alert(1)>x</b>",
    "<x contenteditable onblur=alert(1)>", "<isindex action=j onclick=1>", "<keygen autofocus onfocus=1>",
    "<audio src onloadstart=alert(1)>", "<select onchange=alert(1)>", "<table background=javascript:1>",
    "<div style=x:url(javascript:1)>", "<img src=x:x onerror=eval(1)>", "{{7*7}}<img src=x>",
)  # fmt: skip


_PAGES = [path for method, path in ROUTES if method == "GET" and not path.startswith(("/api/", "/login", "/setup"))]


async def test_forty_payloads_in_every_name_run_on_no_page_c57(hub: Hub, browser: Browse) -> None:
    """Written where people and devices write, and looked for, raw, on every page of every role."""
    hub.live.close()
    assert len(_PAYLOADS) == 40
    left = iter(_PAYLOADS * 4)
    async with hub.database.write() as session:
        for table, fields in (
            (tables.Resident, ("given_name", "family_name")), (tables.Scope, ("name",)), (tables.Unit, ("name",)),
            (tables.Person, ("name",)), (tables.Device, ("label",)), (tables.Alert, ("detail",)),
        ):  # fmt: skip
            for row in (await session.exec(select(table))).all():
                for field in fields:
                    setattr(row, field, next(left)[:60])
    ran: list[str] = []
    seen = 0
    for username in ("admin", "maria", "ingrid", "anne", "kari"):
        client = await logged_in(browser(), hub, username)
        for path in _PAGES:
            answer = await client.get(path, follow_redirects=True)
            text = answer.text if "html" in answer.headers.get("content-type", "") else ""
            seen += text.count("&lt;")
            ran += [f"{username} {path}: {one}" for one in _PAYLOADS if one in text]

    assert seen > 40
    assert not ran
