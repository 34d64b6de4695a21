"""The ledger's pages: what became of an event, a day's account, a question about a resident; each look is logged."""

import html
import re
from typing import Any

import pytest
from sqlmodel import select

from carehub.core.findings import Outcome
from carehub.flow.hub import Hub
from carehub.store import tables
from tests.unit.web.conftest import BOTH, Browse, logged_in

_QUESTION = "/admin/why-not?resident=astrid&rule=night-exit&since=2026-01-15T01:00&until=2026-01-15T03:00"


async def stored(hub: Hub, seq: int, **more: Any) -> None:
    fields: dict[str, Any] = {
        "seq": seq, "at": hub.clock(), "kind": "door.opened", "source": "zigbee2mqtt", "device_id": "astrid-entrance",
        "scope_id": "rom-104", "resident_id": "astrid", "place": "entrance", "body_hash": "x",
        "outcome": Outcome.NO_RULE, **more,
    }  # fmt: skip
    async with hub.database.write() as session:
        session.add(tables.Event(**fields))


async def looked(hub: Hub) -> list[tuple[str, str | None]]:
    async with hub.database.read() as session:
        return [(row.action, row.resident_id) for row in (await session.exec(select(tables.AccessLog))).all()]


@BOTH
async def test_an_event_tells_what_became_of_it_and_the_look_is_logged(hub: Hub, browser: Browse) -> None:
    await stored(hub, 1)

    page = await (await logged_in(browser(), hub, "admin")).get("/admin/events/1")

    assert "Hva ble det av hendelse 1?" in page.text
    assert "Ingen regel spør etter «døren åpnet»." in page.text
    assert await looked(hub) == [("ledger.event", "astrid")]


@pytest.mark.parametrize("seq", ["2", "0", "x", "-1", "9" * 30])
async def test_an_event_that_is_not_there_is_not_found(hub: Hub, browser: Browse, seq: str) -> None:
    assert (await (await logged_in(browser(), hub, "admin")).get(f"/admin/events/{seq}")).status_code == 404


@BOTH
async def test_the_ledger_is_searched_and_says_what_it_cannot_read(hub: Hub, browser: Browse) -> None:
    await stored(hub, 1)
    await stored(hub, 2, device_id="odd-bathroom", scope_id="rom-203", resident_id="odd")
    client = await logged_in(browser(), hub, "kari")

    found = (await client.get("/admin/events?resident=odd&since=2026-01-15T02:00&until=2026-01-15T03:00")).text
    wrong = (await client.get("/admin/events?since=i+går")).text

    assert "/admin/events/2" in found
    assert "/admin/events/1" not in found
    assert "«i går» er ikke et tidspunkt" in wrong
    assert ("ledger", "odd") in await looked(hub)


async def test_a_technician_searches_devices_and_no_residents(hub: Hub, browser: Browse) -> None:
    await stored(hub, 1)
    client = await logged_in(browser(), hub, "tor")

    page = await client.get("/admin/events?q=rom-104")

    assert "/admin/events/1" in page.text
    assert "Nordby" not in page.text
    assert (await client.get("/admin/events?resident=astrid")).status_code == 403
    assert (await client.get(_QUESTION)).status_code == 403


async def test_a_question_about_a_resident_is_answered_and_logged(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    answer = (await client.get(_QUESTION)).text
    empty = (await client.get("/admin/why-not")).text

    assert "Regelen night-exit var ikke i kraft i dette tidsrommet." in answer
    assert ">Svar<" not in empty
    assert await looked(hub) == [("ledger.why_not", "astrid")]


@pytest.mark.parametrize(
    ("since", "until", "words"),
    [
        ("2026-01-15T03:00", "2026-01-15T01:00", "Slutten må være etter begynnelsen."),
        ("2026-01-01T03:00", "2026-01-15T01:00", "Spør om høyst sju døgn om gangen."),
        ("nå", "2026-01-15T01:00", "«nå» er ikke et tidspunkt"),
    ],
)
async def test_a_time_that_makes_no_sense_is_said(
    hub: Hub, browser: Browse, since: str, until: str, words: str
) -> None:
    client = await logged_in(browser(), hub, "kari")

    page = await client.get(f"/admin/why-not?resident=astrid&rule=night-exit&since={since}&until={until}")

    assert words in page.text
    assert await looked(hub) == []


@BOTH
async def test_a_day_is_accounted_for_by_source_and_outcome(hub: Hub, browser: Browse) -> None:
    await stored(hub, 1)
    await stored(hub, 2, outcome=Outcome.PENDING, pending_until=hub.clock())
    client = await logged_in(browser(), hub, "admin")

    today = (await client.get("/admin/ledger")).text
    before = (await client.get("/admin/ledger?day=2026-01-14")).text

    assert "Alle hendelser er gjort rede for." in today
    assert "Hendelse 2" in today
    assert '<th scope="row">zigbee2mqtt</th>' in today
    assert "Ingen hendelser denne dagen." in before
    assert (await client.get("/admin/ledger?day=tull")).status_code == 200


async def test_what_is_not_accounted_for_is_listed_with_a_link(hub: Hub, browser: Browse) -> None:
    due = hub.clock().replace(hour=0)
    await stored(hub, 1, outcome=Outcome.PENDING, pending_until=due)
    async with hub.database.write() as session:
        session.add(tables.FoldDeadline(scope_id="rom-104", key="night-exit", due_at=due))

    page = (await (await logged_in(browser(), hub, "admin")).get("/admin/ledger")).text

    assert "1 hendelser er det ikke gjort rede for" in page
    assert 'href="/admin/events/1"' in page


@BOTH
async def test_the_ledger_comes_fifty_at_a_time_with_one_stop_for_each_event(hub: Hub, browser: Browse) -> None:
    """Whoever goes by keys comes past each link: two in each of a hundred rows were more than anybody walks."""
    for seq in range(1, 121):
        await stored(hub, seq)
    client = await logged_in(browser(), hub, "admin")
    seen, there, page = [], "/admin/events?outcome=no_rule&q=rom-104", ""
    while there:
        page = (await client.get(there)).text
        seen.append(re.findall(r'href="/admin/events/(\d+)"', page))
        assert page.partition("<tbody>")[2].partition("</tbody>")[0].count("<a ") == len(seen[-1])
        older = re.search(r'rel="next" href="([^"]+)"', page)
        there = html.unescape(older[1]) if older else ""

    assert [len(one) for one in seen] == [50, 50, 20]
    assert [int(seq) for one in seen for seq in one] == list(range(120, 0, -1))
    assert "De nyeste" in page


async def test_an_auditor_is_shown_no_page_that_is_shut_to_them(hub: Hub, browser: Browse) -> None:
    """Sixteen of the links beside the accounts said that they may not."""
    rune = await logged_in(browser(), hub, "rune")
    for page in ("/admin/ledger", "/admin/events", "/audit"):
        shown = (await rune.get(page)).text
        linked = set(re.findall(r'<li><a href="(/[^"]*)"', shown))
        assert {"/audit", "/admin/events", "/admin/ledger"} <= linked
        assert [one for one in linked if (await rune.get(one)).status_code != 200] == []
