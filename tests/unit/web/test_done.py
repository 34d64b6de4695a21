"""Each form that leads on to a page says what it has done, first in that page's title; and says it once."""

from collections.abc import Callable, Iterator
from dis import get_instructions
from inspect import isclass, isfunction
from types import CodeType
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute

from carehub.flow.hub import Hub
from carehub.web.done import onwards
from tests.unit.web.conftest import Browse, logged_in

_DOORS = {
    "/login",
    "/logout",
    "/login/second",
    "/language",
    "/kiosk/in/{person_id}",
    "/kiosk/switch",
    "/kiosk/enrol/{token}",
}
"""In and out, and in which language: nothing is saved, and what follows shows it."""
_TOLD = {f"/alerts/{{alert_id}}/{act}" for act in (
    "take", "arrive", "release", "confirm", "undo", "help", "hand-over", "close")}  # fmt: skip
"""What a press did is said by the page itself, with the alert's own words (test_keys_alarm.py)."""


def _named(code: CodeType) -> Iterator[tuple[str, bool]]:
    """Every name that it uses, and whether it is one of the module's, or of whatever stands before a dot."""
    for one in get_instructions(code):
        if one.opname in {"LOAD_GLOBAL", "LOAD_ATTR", "LOAD_METHOD"}:
            yield one.argval, one.opname == "LOAD_GLOBAL"
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _named(inner)


def _leads_on(function: Callable[..., Any], seen: set[Callable[..., Any]]) -> bool:
    """Whether it, or what it calls in our pages, makes a redirect that tells nothing."""
    if function in seen or function is onwards or not function.__module__.startswith("carehub.web"):
        return False
    seen.add(function)
    around = function.__globals__
    methods = [vars(one) for one in around.values() if isclass(one) and one.__module__ == function.__module__]
    for name, of_module in _named(function.__code__):
        if of_module and around.get(name) is RedirectResponse:
            return True
        found = [around.get(name)] if of_module else [one.get(name) for one in methods]
        if any(isfunction(one) and _leads_on(one, seen) for one in found):
            return True
    return False


def test_every_form_that_leads_on_says_what_it_has_done(web: FastAPI) -> None:
    """A new one goes `onwards` (carehub/web/done.py), with the word for what it did; None where it did nothing."""
    silent = {
        one.path for one in web.routes
        if isinstance(one, APIRoute) and "POST" in (one.methods or ())
        and ("said", True) not in _named(one.endpoint.__code__) and _leads_on(one.endpoint, set())
    }  # fmt: skip

    assert silent == _DOORS | _TOLD


@pytest.mark.parametrize(
    ("username", "form", "fields", "word"),
    [
        ("admin", "/admin/ladders/sol/40/remove", {"number": "1"}, "Lagret"),
        ("admin", "/admin/places", {"kind": "home", "name": "Ny vei 1", "unit_id": "sentrum"}, "Lagret"),
        ("maria", "/messages/astrid/anne", {"text": " "}, None),
        ("kari", "/admin/residents/astrid/hold", {"reason": "Klagesak"}, "Lagret"),
        ("maria", "/my/duty", {"on": "true"}, "Lagret"),
        ("anne", "/relatives/astrid/leave", {}, "Avsluttet"),
    ],
)
async def test_what_a_form_has_done_stands_first_in_the_next_title_and_once(
    hub: Hub, browser: Browse, username: str, form: str, fields: dict[str, str], word: str | None
) -> None:
    client = await logged_in(browser(), hub, username)

    answer = await client.post(form, data=fields)

    assert answer.status_code == 303
    if word is None:
        assert "set-cookie" not in answer.headers
        return
    assert "__Host-carehub-done" in answer.headers["set-cookie"]
    there = answer.headers["location"].partition("#")[0]
    first, again = (await client.get(there)).text, (await client.get(there)).text
    assert f"<title>{word} · " in first
    assert f"<title>{word} · " not in again
