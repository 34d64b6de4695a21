"""C57: forty scripts through everything that people and devices write, to every page: each is shown as text."""

import pytest
from fastapi import FastAPI

from carehub.flow.hub import Hub
from carehub.store import tables
from tests.browser.test_pages_look import PAGES
from tests.injection import PAYLOADS, injected, poison, shown
from tests.unit.web.conftest import Browse, logged_in

ASKED = (
    ("kari", "/admin/devices?q={}"), ("kari", "/admin/people?q={}"), ("kari", "/admin/dead-letters?q={}"),
    ("kari", "/admin/rules/backtest?rule={}"), ("kari", "/tablet?unit={}"), ("kari", "/admin/rules/{}"),
    ("kari", "/residents/astrid/days?alert={}"), (None, "/login?next={}"), ("kari", "/admin/why-not?resident={}"),
    ("kari", "/admin/events?q={}"), ("kari", "/a/{}"), (None, "/setup/{}"), ("kari", "/{}"),
)  # fmt: skip
"""Where an address brings words in."""


@pytest.fixture
async def poisoned(hub: Hub) -> int:
    async with hub.database.write() as session:
        return await poison(session, hub.clock())


async def test_what_people_and_devices_wrote_is_text_on_every_page(
    hub: Hub, web: FastAPI, browser: Browse, poisoned: int
) -> None:
    clients = {name: browser() for name in {name for name, _ in PAGES}}
    for name, client in clients.items():
        if name:
            await logged_in(client, hub, name)
    found, seen, failed = {}, set[str](), []

    for name, path in PAGES:
        answer = await clients[name].get(path, follow_redirects=True)
        if answer.status_code >= 500:
            failed.append(path)
        if bad := injected(answer.text):
            found[path] = bad
        seen |= shown(answer.text)

    assert found == {}
    assert failed == []
    assert poisoned > 30
    assert len(seen) >= 36, set(PAYLOADS) - seen


async def test_what_an_address_brings_is_text(hub: Hub, browser: Browse) -> None:
    nobody, kari = browser(), await logged_in(browser(), hub, "kari")
    found = {}

    for turn, (name, pattern) in enumerate(ASKED):
        for payload in PAYLOADS[turn % 5 :: 5]:
            path = pattern.replace("{}", payload.replace("%", "%25").replace("/", "%2F").replace("?", "%3F")
                                   .replace("#", "%23").replace("&", "%26"))  # fmt: skip
            answer = await (kari if name else nobody).get(path)
            assert answer.status_code < 500, path
            if bad := injected(answer.text):
                found[path] = bad

    assert found == {}


@pytest.mark.parametrize("payload", PAYLOADS[:4])
async def test_what_a_form_gives_back_is_text(hub: Hub, browser: Browse, payload: str) -> None:
    nobody = browser()

    refused = await nobody.post("/login", data={"username": payload[:80], "password": payload})

    assert refused.status_code == 401
    assert injected(refused.text) == []
    assert payload[:40] in refused.text.replace("&lt;", "<").replace("&gt;", ">").replace("&#34;", '"')


async def test_the_reader_finds_what_is_not_escaped() -> None:
    unseen = [one for one in PAYLOADS if not injected(f'<p title="x">{one}</p><p title="{one}">')]

    # An address, a template, what is decoded once more, what breaks out of ' alone: nothing here, and looked for above.
    assert {one[:12] for one in unseen} <= {
        "javascript:q",
        "{{ cycler.__",
        "%3Cscript%3E",
        "' onfocus='q",
        "<scr<script>",
    }


async def test_a_persons_name_is_kept_as_it_is_written(hub: Hub, poisoned: int) -> None:
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Person, "kari")).name in PAYLOADS
