"""What the log says of who came in and who did not: ids and addresses, and nothing that anybody typed (C82, C85)."""

import io
import json
from collections.abc import Iterator, MutableMapping
from datetime import datetime
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs

from carehub.flow.hub import Hub
from carehub.kit import log as our_log
from tests.browser.seed import PASSWORD
from tests.unit.web.conftest import PUBLIC, Browse, logged_in

_TYPED = "hemmelig\nadmin gikk inn\x1b[2J"
Logged = list[MutableMapping[str, Any]]


@pytest.fixture
def logged() -> Iterator[Logged]:
    with capture_logs() as lines:
        yield lines


def _said(logged: Logged, event: str) -> list[dict[str, Any]]:
    return [{**line} for line in logged if line["event"] == event]


async def test_a_wrong_password_is_told_and_not_what_was_typed_c85(browser: Browse, logged: Logged) -> None:
    client = browser(address="10.0.0.7")
    for name in ("maria", _TYPED):
        await client.post("/login", data={"username": name, "password": _TYPED})
    await client.post("/login", data={"username": "maria", "password": PASSWORD})

    known, unknown = _said(logged, "login.refused")
    assert (known["step"], known["person"], known["address"]) == ("password", "maria", "10.0.0.7")
    assert (unknown["step"], unknown["person"]) == ("password", None)
    (opened,) = _said(logged, "login.opened")
    assert (opened["person"], opened["address"]) == ("maria", "10.0.0.7")
    assert "hemmelig" not in str(logged)


async def test_whoever_tries_on_is_held_back_and_told_of_c85(browser: Browse, logged: Logged) -> None:
    client = browser(address="10.0.0.7")
    for _ in range(12):
        await client.post("/login", data={"username": "maria", "password": "feil"})

    assert _said(logged, "login.held_back")
    assert len(_said(logged, "login.refused")) < 12


async def test_what_a_role_does_not_open_is_told_with_the_route_and_no_name_c85(
    hub: Hub, browser: Browse, logged: Logged
) -> None:
    client = await logged_in(browser(), hub, "maria")

    assert (await client.get("/admin/residents/astrid")).status_code == 403

    (refused,) = _said(logged, "access.refused")
    assert (refused["person"], refused["route"], refused["method"]) == (
        "maria",
        "/admin/residents/{resident_id}",
        "GET",
    )
    assert "astrid" not in str(refused)


@pytest.mark.parametrize(
    ("path", "headers", "event", "what"),
    [
        ("/alerts/a4f2/take", {"sec-fetch-site": "cross-site"}, "forgery.refused", {"what": "origin"}),
        ("/webhooks/twilio/sms", {"x-twilio-signature": "guessed"}, "forgery.refused", {"what": "signature"}),
        ("/api/v1/events", {"authorization": "Bearer guessed"}, "login.refused", {"step": "token"}),
        ("/setup/guessed", {"origin": PUBLIC}, "login.refused", {"step": "link"}),
    ],
)
async def test_whatever_does_not_prove_itself_is_told_c85(  # noqa: PLR0913, PLR0917 - a row of the table
    hub: Hub, browser: Browse, logged: Logged, path: str, headers: dict[str, str], event: str, what: dict[str, str]
) -> None:
    hub.twilio_tokens = ("present-token",)

    await browser(raw=True).post(path, headers=headers, data={"new": "en lang setning", "again": "en lang setning"})

    (told,) = _said(logged, event)
    assert what.items() <= told.items()
    assert "guessed" not in str(logged)


def test_a_line_is_one_line_of_json_at_a_moment_in_utc_c82_c84(monkeypatch: pytest.MonkeyPatch) -> None:
    written = io.StringIO()
    before = structlog.get_config()
    monkeypatch.setattr("sys.stderr", written)
    try:
        our_log.configure(as_json=True)
        structlog.get_logger().warning("login.refused", address=_TYPED)
        our_log.last_words()
    finally:
        structlog.configure(**before)

    (line,) = written.getvalue().splitlines()
    told = json.loads(line)
    assert told["address"] == _TYPED
    assert "\x1b" not in line
    moment = datetime.fromisoformat(told["timestamp"])
    assert moment.utcoffset() is not None
    assert not moment.utcoffset()
