"""Editing ladders: what is saved holds at once, what would leave somebody without help is refused, undone is undone."""

from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import col, select

from carehub.core.answers.ladders import BUILT_IN, Group
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import ladders, tables
from tests.journeys.building import Clock, Tablets
from tests.unit.web.conftest import Browse, logged_in

_SOL = "/admin/ladders/sol/40"


async def _coordinator(hub: Hub, browser: Browse) -> AsyncClient:
    return await logged_in(browser(), hub, "kari")


async def _asks(hub: Hub, unit: str | None = "sol") -> list[tuple[list[str], float, bool]]:
    async with hub.database.read() as session:
        plan = await ladders.plan(session, unit, Severity.CRITICAL)
    return [([str(one) for one in rung.asks], rung.patience.total_seconds(), rung.in_turn) for rung in plan.ladder]


async def _save(client: AsyncClient, number: int, *asks: str, minutes: float = 2, **more: Any) -> Response:
    data = {"number": str(number), "minutes": str(minutes), "asks": list(asks), **more}
    return await client.post(f"{_SOL}/rung", data=data)


async def test_the_page_shows_the_built_in_ladder_and_whom_it_would_ask_now(hub: Hub, browser: Browse) -> None:
    client = await _coordinator(hub, browser)

    answer = await client.get("/admin/ladders")
    text = (await client.get(_SOL)).text

    assert answer.headers["location"] == "/admin/ladders/alle/40"
    for words in (
        "Trinn 1: vakten, alle samtidig",
        "Ville blitt varslet nå",
        "Venter 2 minutter",
        "innebygde stigen gjelder",
    ):
        assert words in text
    assert "Angre siste endring" not in text


async def test_a_change_holds_for_the_unit_and_for_no_other(hub: Hub, browser: Browse) -> None:
    client = await _coordinator(hub, browser)

    answer = await _save(client, 1, "on_duty", "role:coordinator", minutes=1.5, order="turn")

    assert answer.status_code == 303
    assert (await _asks(hub))[0] == (["on_duty", "role:coordinator"], 90, True)
    assert len(await _asks(hub)) == len(BUILT_IN[Severity.CRITICAL])
    assert (await _asks(hub, "fjord"))[0] == (["on_duty"], 120, False)
    assert "vakten og koordinator, etter tur" in (await client.get(_SOL)).text


async def test_a_new_rung_comes_below_the_last_one(hub: Hub, browser: Browse) -> None:
    client = await _coordinator(hub, browser)

    await _save(client, 9, "nearest", siren="true")

    assert [asks for asks, *_ in await _asks(hub)][-2:] == [["nearest"], ["unit"]]


@pytest.mark.parametrize(
    ("number", "asks", "minutes", "words"),
    [
        (1, [], 2, "Trinn 1 spør ingen."),
        (1, ["on_duty"], 30, "Trinn 1 må vente mellom 30 sekunder og 5 minutter."),
        (4, ["on_duty"], 2, "Siste trinn må spørre alle i enheten eller alle ansatte."),
        (1, ["relative"], 2, "Trinn 1 må spørre noen av personalet."),
    ],
)
async def test_what_would_leave_somebody_without_help_is_refused_in_words(
    hub: Hub, browser: Browse, number: int, asks: list[str], minutes: float, words: str
) -> None:
    client = await _coordinator(hub, browser)

    answer = await _save(client, number, *asks, minutes=minutes)

    assert answer.status_code == 422
    assert words in answer.text
    assert (await _asks(hub))[0] == (["on_duty"], 120, False)


async def test_the_last_rung_cannot_be_moved_or_taken_away_if_it_is_the_one_that_asks_all(
    hub: Hub, browser: Browse
) -> None:
    client = await _coordinator(hub, browser)
    await _save(client, 1, "on_duty")

    for act in ("up", "remove"):
        assert (await client.post(f"{_SOL}/{act}", data={"number": "4"})).status_code == 422
    assert (await client.post(f"{_SOL}/down", data={"number": "1"})).status_code == 303
    assert (await client.post(f"{_SOL}/remove", data={"number": "1"})).status_code == 303
    assert (await client.post(f"{_SOL}/remove", data={"number": "99"})).status_code == 303
    assert len(await _asks(hub)) == 3


async def test_changes_are_undone_one_by_one_back_to_the_built_in_ladder(hub: Hub, browser: Browse) -> None:
    client = await _coordinator(hub, browser)
    await _save(client, 1, "everybody")
    await _save(client, 1, "nearest")
    assert "Angre siste endring" in (await client.get(_SOL)).text

    await client.post(f"{_SOL}/undo")
    assert (await _asks(hub))[0][0] == ["everybody"]
    await client.post(f"{_SOL}/reset")
    assert (await _asks(hub))[0][0] == ["on_duty"]
    await client.post(f"{_SOL}/undo")
    assert (await _asks(hub))[0][0] == ["everybody"]
    await client.post(f"{_SOL}/undo")
    await client.post(f"{_SOL}/undo")
    assert (await _asks(hub))[0][0] == ["on_duty"]
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.LadderRow))).all() == []
        log = select(tables.AccessLog.action).where(col(tables.AccessLog.action).startswith("ladder."))
        assert len((await session.exec(log)).all()) == 7


async def test_answer_times_are_a_units_own_within_bounds(hub: Hub, browser: Browse) -> None:
    client = await _coordinator(hub, browser)

    good = await client.post(f"{_SOL}/times", data={"arrive": "5", "finish": "30"})
    bad = await client.post(f"{_SOL}/times", data={"arrive": "90", "finish": "30"})

    assert (good.status_code, bad.status_code) == (303, 422)
    assert "Fremme innen må være mellom 2 minutter og 30 minutter." in bad.text
    async with hub.database.read() as session:
        assert (await ladders.plan(session, "sol", Severity.CRITICAL)).times.arrive.total_seconds() == 300


async def test_rows_that_cannot_be_followed_are_shown_and_the_built_in_ladder_holds(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL))
        await session.flush()
        session.add(tables.LadderRung(ladder_id="sol/40", position=1, asks="ingen-slik", patience_s=60))
    client = await _coordinator(hub, browser)

    text = (await client.get(_SOL)).text

    assert "Denne stigen følges ikke" in text
    assert "Trinn 1 kan ikke leses." in text
    assert (await _asks(hub))[0][0] == ["on_duty"]


async def test_a_fixed_contact_is_added_chosen_and_taken_away(hub: Hub, browser: Browse) -> None:
    hub.channels = dict.fromkeys(("sms", "tablet", "console"), Tablets(Clock()))
    client = await _coordinator(hub, browser)
    given = {"name": "Alarmsentralen", "channel": "sms", "address": "+4722222222"}

    assert (await client.post("/admin/ladders/contacts", data=given)).status_code == 303
    for nobody in ("tablet", "console"):  # a line in a log is no alarm centre
        assert (await client.post("/admin/ladders/contacts", data={**given, "channel": nobody})).status_code == 403
    async with hub.database.read() as session:
        (contact,) = await ladders.contacts(session)
    await _save(client, 9, f"{Group.ALARM_CENTRE}:{contact.id}")
    text = (await client.get(_SOL)).text
    assert "Trinn 4: Alarmsentralen, alle samtidig" in text
    assert "Alarmsentralen (SMS)" in text
    await client.post(f"/admin/ladders/contacts/{contact.id}/remove")
    assert "Tomt trinn" in (await client.get(_SOL)).text
    assert (await client.post("/admin/ladders/contacts/ingen/remove")).status_code == 404


@pytest.mark.parametrize("path", ["/admin/ladders/ukjent/40", "/admin/ladders/sol/41"])
async def test_a_ladder_that_there_is_not_is_not_found(hub: Hub, browser: Browse, path: str) -> None:
    client = await _coordinator(hub, browser)

    assert (await client.get(path)).status_code == 404
    assert (await client.post(f"{path}/times", data={"arrive": "5", "finish": "30"})).status_code == 404
    assert (await client.post(f"{_SOL}/forbi")).status_code == 404
    assert (await _save(client, 1, "hvem-som-helst")).status_code == 422
