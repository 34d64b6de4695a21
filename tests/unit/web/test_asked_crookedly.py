"""Every question and every form of every route, filled with what breaks a statement, a number or a text (C11, C69)."""

from collections import defaultdict
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from httpx2 import AsyncClient

from carehub.flow.hub import Hub
from integrations.channels.console import ConsoleChannel
from tests.unit.web.conftest import BOTH, Browse, logged_in
from tests.unit.web.test_injection_inputs import _FILLED, _SPECIAL, _fields, _forms, _is_free, _value

_CROOKED = (
    "' OR 1=1--", "'; DROP TABLE alert;--", "%' ESCAPE '", "a\x00b", "\ufeff\u202e\u0007", "9" * 30, "-1", "1e999",
    "NaN", "2026-02-30", "🧨" * 400,
)  # fmt: skip
_IN_WORDS = ("' OR 1=1--", "a\x00b", "\ufeff\u202e\u0007🧨")
_IN_ADDRESSES = ("'%20OR%201=1--%00", "..%2f..%2fetc%2fpasswd", "9" * 300 + "%e2%80%ae%ff")


def _questions(web: FastAPI) -> Iterator[tuple[str, set[str]]]:
    for route in web.routes:
        if isinstance(route, APIRoute) and "GET" in (route.methods or ()) and (asked := set(_asked(route.dependant))):
            yield route.path, asked


def _asked(dependant: Dependant) -> Iterator[str]:
    yield from (one.alias for one in dependant.query_params)
    for inner in dependant.dependencies:
        yield from _asked(inner)


@BOTH
@pytest.mark.timeout(300)
async def test_no_question_breaks_a_statement_c69(hub: Hub, web: FastAPI, browser: Browse) -> None:
    hub.live.close()
    client = await logged_in(browser(), hub, "admin")
    questions = list(_questions(web))
    broken = []
    for path, names in questions:
        for crooked in _CROOKED:
            address = path.format_map(_FILLED)
            answer = await client.get(address, params=dict.fromkeys(names, crooked))
            broken += [f"{path} {crooked[:12]!r}: {answer.status_code}"] if answer.status_code >= 500 else []

    assert len(questions) > 20
    assert not broken


@BOTH
@pytest.mark.timeout(300)
async def test_no_word_in_a_form_breaks_a_statement_c69_c11(hub: Hub, web: FastAPI, browser: Browse) -> None:
    """PostgreSQL keeps no NUL: whoever sends one is told, or loses it, and no fault is counted."""
    hub.channels = {"sms": ConsoleChannel()}
    clients: dict[str, AsyncClient] = {}
    broken = []
    for route, usual in _forms(web):
        who, address, given = _SPECIAL.get(route.path, (usual, {}, {}))
        clients[who] = clients.get(who) or await logged_in(browser(), hub, who)
        for crooked in _IN_WORDS:
            form = {
                name: crooked if _is_free(name, kind, meta) else _value(name, kind, meta, "x")
                for name, kind, meta in _fields(route)
            }
            path = route.path.format_map(defaultdict(lambda: "none", {**_FILLED, **address}))
            answer = await clients[who].post(path, data=form | given)
            broken += [f"{route.path} {crooked!r}: {answer.status_code}"] if answer.status_code >= 500 else []

    assert not broken


@pytest.mark.parametrize("kind", ["postgresql"])
async def test_what_cannot_be_kept_is_told_and_is_no_fault_of_ours_c11(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    asked = await client.get("/admin/residents/%00")
    written = await client.post("/tablet/handover/notes", data={"unit": "sol", "text": "Ro i natt.\x00"})

    assert asked.status_code == 404
    assert written.status_code == 422
    assert "Skjemaet mangler noe" in written.text


@pytest.mark.parametrize("kind", ["postgresql"])  # which is the more particular of the two
async def test_no_address_breaks_a_statement_or_opens_a_file_c65_c69(hub: Hub, web: FastAPI, browser: Browse) -> None:
    """Whoever asks for something by a crooked name is told that there is no such thing."""
    hub.live.close()
    client = await logged_in(browser(), hub, "admin")
    paths = {one.path for one in web.routes if isinstance(one, APIRoute) and "{" in one.path} | {"/static/{file}"}
    broken = []
    for path in sorted(paths):
        for crooked in _IN_ADDRESSES:
            answer = await client.get(path.format_map(defaultdict(lambda: crooked)))  # noqa: B023 - used at once
            if answer.status_code >= 500 or "root:" in answer.text:
                broken.append(f"{path} {crooked[:12]}: {answer.status_code}")

    assert not broken
