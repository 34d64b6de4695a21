"""Two families, ten ways to reach the other's data; none works (C32). A nurse of another unit tries the same (C37).

Anne is Astrid Nordby's daughter; Kåre Bakke is Per's father. Maria works in Solsiden; Odd Sæther lives in Fjordgløtt.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx2 import AsyncClient
from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.answers.codes import with_check
from carehub.flow.answering import replies
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.live import stream
from tests.unit.web.conftest import Browse, Clock, logged_in
from tests.unit.web.test_calendars import address_in
from tests.unit.web.test_push_door import GOOD, switched_on, with_push

FJORD, SOL = "c310".ljust(32, "0"), "a4f2".ljust(32, "0")


@dataclass(frozen=True)
class Intruder:
    """Who tries, on whom, and what must never come back."""

    who: str
    whom: str
    alert: str
    canaries: tuple[str, ...]
    client: AsyncClient

    def leaks(self, text: str) -> list[str]:
        return [one for one in self.canaries if one in text]


_CASES = {
    "relative": ("anne", "kaare", SOL, ("Bakke", "Kåre", "Rom 112", "Hører dårlig", "+4791234567")),
    "nurse": ("maria", "odd", FJORD, ("Sæther", "Rom 203", "Hører dårlig", "+4791234567")),
}


@pytest.fixture(params=list(_CASES))
async def intruder(hub: Hub, browser: Browse, request: pytest.FixtureRequest) -> Intruder:
    who, whom, alert, canaries = _CASES[request.param]
    client = await logged_in(browser(), hub, who)
    return Intruder(who=who, whom=whom, alert=alert, canaries=canaries, client=client)


def _addresses(one: Intruder) -> Iterator[str]:
    """1, 3, 7, 8, 11 and 12: an id in the path and in the query, the short number, exports, searches, messages, CSV."""
    yield from (f"/residents/{one.whom}/days", f"/admin/residents/{one.whom}", f"/admin/residents/{one.whom}/readings")
    yield from (f"/admin/residents/{one.whom}/about", f"/record/{one.whom}/readings", f"/record/{one.whom}/export")
    yield from (f"/nurse/{one.alert}", f"/alerts/{one.alert}/why", f"/a/{one.alert[:4]}", f"/api/v1/alerts/{one.alert}")
    yield from (f"/relatives?resident={one.whom}", f"/relatives/{one.whom}", f"/relatives/{one.whom}/messages",
                f"/relatives/{one.whom}/visits", f"/relatives/{one.whom}/about", f"/resident/{one.whom}",
                f"/messages/{one.whom}/per", "/messages", f"/resident?id={one.whom}")  # fmt: skip
    yield from (f"/admin/events?resident={one.whom}", f"/admin/events?q={one.canaries[0]}", "/admin/people?q=Per",
                f"/admin/why-not?resident={one.whom}&rule=x", f"/silences?resident={one.whom}")  # fmt: skip
    yield from ("/admin/load.csv", "/admin/residents.csv", f"/record/{one.whom}/export.pdf", "/api/v1/alerts")
    yield from ("/api/v1/residents", f"/api/v1/residents/{one.whom}", f"/api/v1/devices/{one.whom}-bathroom",
                "/api/v1/reports/load")  # fmt: skip
    yield from (f"/residents/{one.whom}/days?alert={one.alert}", f"/residents/%6{one.whom[0]}/days", "/admin/transfer")


async def test_no_address_tells_of_the_other_c32(intruder: Intruder) -> None:
    """Ways 1, 3, 7, 8, 11, 12: whatever is written in an address."""
    leaked = []
    for address in _addresses(intruder):
        answer = await intruder.client.get(address, follow_redirects=True)
        said = answer.text.replace(f"q={intruder.canaries[0]}", "")  # what the asker wrote comes back to the asker
        if answer.status_code >= 500 or intruder.leaks(said):
            leaked.append((address, answer.status_code, intruder.leaks(said)))

    assert leaked == []


async def test_no_form_reads_or_changes_the_other_c32(hub: Hub, intruder: Intruder) -> None:
    """Way 2: the other's id in a body, on every form that takes one."""
    forms: tuple[tuple[str, dict[str, str]], ...] = (
        ("/silences", {"resident_id": intruder.whom, "why": "away", "hours": "4"}),
        (f"/nurse/{intruder.alert}/access", {}),
        (f"/admin/residents/{intruder.whom}/state", {"state": "rehabilitation", "on": "true", "last": "2026-02-01"}),
        (f"/admin/residents/{intruder.whom}/basis", {"function": "location", "basis": "consent"}),
        (f"/relatives/{intruder.whom}/messages", {"text": "Hei", "body": "Hei"}),
        (f"/resident/{intruder.whom}/pause", {}),
        (f"/resident/{intruder.whom}/wish", {"text": "x"}),
        (f"/messages/{intruder.whom}/per", {"text": "Hei"}),
    )
    for path, form in forms:
        answer = await intruder.client.post(path, data=form)
        assert answer.status_code in {403, 404, 405, 422}, path
        assert intruder.leaks(answer.text) == [], path
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.Silence))).all() == []
        assert (await session.exec(select(tables.LegalBasis))).all() == []


async def test_the_live_stream_carries_no_data_and_ends_with_the_login_c33(hub: Hub, intruder: Intruder) -> None:
    """Way 4: a revoked login's stream ends within a beat; what it said until then is a number and a time."""
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.LoginSession))).all()
    token = next(one.token_hash for one in rows if one.person_id == intruder.who)
    told = stream(hub, token, beat_s=0.01)
    first = await anext(told)
    assert set(first.data) == {"version", "at"}
    async with hub.database.write() as session:
        await session.delete(await session.get_one(tables.LoginSession, token))

    async with asyncio.timeout(30):
        assert (await anext(told)).event == "ended"


async def test_an_sms_code_works_from_its_own_number_only_c32(hub: Hub, intruder: Intruder, clock: Clock) -> None:
    """Way 5: a code that was seen on somebody else's telephone, and one that was guessed."""
    code = with_check("K7M2P")
    async with hub.database.write() as session:
        before = await session.get_one(tables.Alert, intruder.alert)
        stood = before.status, before.owner_id
        (await session.get_one(tables.Person, intruder.who)).phone = "+4790000077"
        session.add(
            tables.ReplyCode(
                code=code, digits="1", alert_id=intruder.alert, person_id="jonas", created_at=clock.now,
                expires_at=clock.now + timedelta(hours=1),
            )
        )  # fmt: skip
    for text in (code, "OK", f"TA {code}", with_check("AAAAA"), intruder.alert[:4], "STATUS"):
        said = await replies.receive_reply(hub, "+4790000077", text)
        assert intruder.leaks(said) == [], text
    async with hub.database.read() as session:
        alert = await session.get_one(tables.Alert, intruder.alert)
        assert (alert.status, alert.owner_id) == stood == (Status.OPEN, None)


async def test_a_calendar_address_is_one_persons_and_names_no_resident_c67(
    hub: Hub, browser: Browse, intruder: Intruder
) -> None:
    """Way 6: somebody else's feed, a guessed one, and what an own one says."""
    jonas = await logged_in(browser(), hub, "jonas")
    others = address_in((await jonas.post("/my/calendar")).text)

    assert intruder.leaks((await intruder.client.get(others)).text) == []
    for guess in ("odd", "kaare", "../odd", "x" * 43):
        assert (await intruder.client.get(f"/calendar/{guess}.ics")).status_code == 404
    own = await intruder.client.post("/my/calendar")
    if intruder.who == "anne":
        assert own.status_code == 403
    else:
        assert intruder.leaks((await intruder.client.get(address_in(own.text))).text) == []


async def test_a_push_subscription_is_taken_over_by_nobody_c32(hub: Hub, browser: Browse, intruder: Intruder) -> None:
    """Way 9: the other's browser address, subscribed and unsubscribed by somebody else."""
    with_push(hub)
    jonas = await logged_in(browser(), hub, "jonas")
    assert await switched_on(jonas, GOOD) == 204

    await intruder.client.post("/push/unsubscribe", json={"endpoint": GOOD})
    async with hub.database.read() as session:
        owners = [one.person_id for one in (await session.exec(select(tables.ContactMethod))).all()]
    assert "jonas" in owners


async def test_nothing_is_kept_where_the_next_one_finds_it_c32(hub: Hub, browser: Browse, intruder: Intruder) -> None:
    """Way 10: a page that was cached, and one asked for by its tag or its age."""
    owner = await logged_in(browser(), hub, "kari")
    page = f"/residents/{intruder.whom}/days"
    first = await owner.get(page)
    assert first.status_code == 200
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers

    for asked in (
        {"if-none-match": "*"},
        {"if-modified-since": "Thu, 15 Jan 2026 01:00:00 GMT"},
        {"range": "bytes=0-"},
    ):
        answer = await intruder.client.get(page, headers=asked)
        assert answer.status_code == 403
        assert intruder.leaks(answer.text) == []


async def test_what_is_there_and_what_is_not_are_told_alike_c36(intruder: Intruder) -> None:
    """The error says the same, whether somebody guesses an id that exists or one that does not."""
    for path in ("/admin/residents/{}", "/record/{}/readings", "/admin/residents/{}/readings"):
        there = await intruder.client.get(path.format(intruder.whom))
        missing = await intruder.client.get(path.format("nobody"))
        assert there.status_code == missing.status_code
        assert there.text == missing.text.replace("nobody", intruder.whom)
