"""The shop window: open to everybody where all are invented, and shut anywhere else."""

import csv
import io
import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from types import ModuleType
from typing import Any, cast

import pytest
from fastapi import FastAPI
from sqlmodel import select, update

from carehub.core.answers.alerts import Status, Step
from carehub.core.findings import Outcome
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import create_web, words
from carehub.web.showcase.journey import journey
from carehub.web.wording.explained import Account, Notice
from integrations.sources import carehub_v1, chirpstack, http_events, owntracks, things_stack, zigbee2mqtt
from tests.unit.web.conftest import BOTH, NOW, Browse

SYNTHETIC, REAL = "15823049873", "15023049873"


def _secret_in(page: str) -> str:
    return page.partition('readonly value="')[2].partition('"')[0]


async def _all_have(hub: Hub, number: str | None) -> None:
    async with hub.database.write() as session:
        await session.exec(update(tables.Resident).values(national_id=number))


@pytest.fixture
async def shown(hub: Hub) -> FastAPI:
    await _all_have(hub, SYNTHETIC)
    sources = (carehub_v1.SOURCE, zigbee2mqtt.SOURCE)
    return create_web(replace(hub, showcase=True, sources=sources, read_body=http_events.messages))


async def test_there_is_no_window_where_nobody_asked_for_one(hub: Hub, browser: Browse) -> None:
    await _all_have(hub, SYNTHETIC)

    assert (await browser().get("/showcase")).status_code == 404


@BOTH
@pytest.mark.parametrize("number", [REAL, None, "1"])
async def test_there_is_none_where_somebody_may_be_real(
    hub: Hub, shown: FastAPI, browser: Browse, number: str | None
) -> None:
    await _all_have(hub, number)

    for path in ("/showcase", "/showcase/live", "/showcase/suppliers", "/showcase/numbers", "/showcase/numbers.csv"):
        assert (await browser(app=shown).get(path)).status_code == 404, path


@BOTH
async def test_one_alarm_is_followed_without_a_name(hub: Hub, shown: FastAPI, browser: Browse) -> None:
    answer = await browser(app=shown).get("/showcase")

    assert answer.status_code == 200
    assert "Én alarm, fra sensor til telefon og tilbake" in answer.text
    async with hub.database.read() as session:
        residents = (await session.exec(select(tables.Resident))).all()
    assert not [one for one in residents if one.family_name in answer.text]


async def test_what_was_heard_names_what_sent_it_and_not_the_settings_name_of_its_road(
    hub: Hub, shown: FastAPI, browser: Browse
) -> None:
    async with hub.database.write() as session:
        for seq, source in enumerate(("zigbee2mqtt", "chirpstack", "hub", "skrevet-av-andre"), 9_000):
            session.add(
                tables.Event(
                    seq=seq,
                    at=hub.clock(),
                    kind="motion.detected",
                    source=source,
                    scope_id="rom-104",
                    body_hash="",
                    outcome=Outcome.STATE_ONLY,
                )
            )

    text = (await browser(app=shown).get("/showcase")).text

    for words_ in ("Trådløs sensor (Zigbee)", "Trådløs sensor (LoRaWAN)", "Huben selv", "Skrevet-av-andre"):
        assert words_ in text
    assert "zigbee2mqtt" not in text


def test_at_one_moment_the_alert_comes_before_the_messages_about_it() -> None:
    event = tables.Event(seq=1, at=NOW, kind="button.pressed", source="carehub_v1", scope_id="home", body_hash="")
    sent = Notice(
        at=NOW, who="", way="SMS", step="", state="Kom frem", failed=False, delivered_at=None, attempts=1
    )  # fmt: skip
    rose = tables.AlertStep(alert_id="a", step=Step.REPORTED, at=NOW)
    account = Account(card=cast("Any", None), reasons=[], left_out=0, notices=[sent], journal=[(rose, None)])

    titles = [stop.title for stop in journey(account, event)]

    assert "alarmenhet på nett" in journey(account, event)[0].text  # and not the name that the settings have for it
    assert titles[-2:] == [words.STEPS[Step.REPORTED], "Melding sendt: SMS"]


@pytest.mark.parametrize("language", ["nn", "en"])
@pytest.mark.parametrize("path", ["", "/suppliers", "/numbers"])
async def test_every_room_speaks_every_language(shown: FastAPI, browser: Browse, path: str, language: str) -> None:
    client = browser(app=shown)
    source = (await client.get(f"/showcase{path}")).text
    client.cookies.set("language", language, domain="hub.nordvik.example", path="/")

    answer = await client.get(f"/showcase{path}")

    assert (answer.status_code, answer.text != source) == (200, True)


async def test_the_form_tells_what_would_happen_and_stores_nothing(hub: Hub, shown: FastAPI, browser: Browse) -> None:
    form = {"topic": "carehub/v1/p/alarm", "payload": '{"id": "1", "kind": "button.pressed"}'}

    answer = await browser(app=shown).post("/showcase/suppliers", data=form)

    assert answer.status_code == 200
    assert "Ble til varsel" in answer.text
    assert "Livsviktig" in answer.text
    async with hub.database.read() as session:
        events = (await session.exec(select(tables.Event))).all()
    assert not [one for one in events if one.source == "carehub_v1" and one.scope_id == "home:sandbox"]


@pytest.mark.parametrize("source", [carehub_v1, zigbee2mqtt, chirpstack, things_stack, owntracks])
async def test_whoever_has_a_device_finds_its_topic_and_an_example_that_is_understood(
    hub: Hub, browser: Browse, source: ModuleType
) -> None:
    """From "what do you have" to "this would happen", by the links and the button alone."""
    await _all_have(hub, SYNTHETIC)
    client = browser(app=create_web(replace(hub, showcase=True, sources=(source.SOURCE,))))
    roads = (await client.get("/showcase/suppliers")).text
    assert all(f"<code>{one}</code>" in roads for one in source.SOURCE.filters)
    [example] = re.findall(r'<td class="nowrap"><a class="ds-link" href="([^"#]+)', roads)

    form = (await client.get(example)).text
    typed = {
        "topic": re.findall(r'name="topic".* value="([^"]+)"', form)[0],
        "payload": unescape(re.findall(r'name="payload"[^>]*>([^<]+)<', form)[0]),
    }
    told = (await client.post("/showcase/suppliers", data=typed)).text

    assert 'class="trial__read"' in told
    assert "trial__fault" not in told
    places = re.findall(r"<option[^>]*>([^<]+)<", form.partition('id="place"')[2].partition("</select>")[0])
    assert sorted(places) == sorted(set(places))


async def test_a_measurement_that_is_no_number_is_said_to_be_none(shown: FastAPI, browser: Browse) -> None:
    told = {
        value: (
            await browser(app=shown).post(
                "/showcase/suppliers",
                data={
                    "topic": "carehub/v1/a/event",
                    "payload": f'{{"id": 1, "kind": "temperature", "value": {value}}}',
                },
            )
        ).text
        for value in ('"varm"', "true", "12")
    }
    assert ["er ikke et tall" in one for one in told.values()] == [True, True, False]


async def test_what_a_supplier_writes_is_shown_as_text(shown: FastAPI, browser: Browse) -> None:
    """C53: a payload is text, wherever it is shown."""
    form = {"topic": "<script>a</script>", "payload": "</textarea><img src=x onerror=b>"}

    answer = await browser(app=shown).post("/showcase/suppliers", data=form)

    assert "<script>a" not in answer.text
    assert "<img src=x" not in answer.text


async def test_sixty_tries_a_minute_and_then_a_word(shown: FastAPI, browser: Browse) -> None:
    client, form = browser(app=shown), {"topic": "x", "payload": "y"}
    codes = [(await client.post("/showcase/suppliers", data=form)).status_code for _ in range(61)]

    assert codes == [200] * 60 + [429]


async def test_a_sandbox_of_ones_own_over_the_api(hub: Hub, shown: FastAPI, browser: Browse) -> None:
    page = (await browser(app=shown).post("/showcase/sandbox")).text
    secret = _secret_in(page)
    sandbox = page.partition('href="/showcase/sandbox/')[2].partition('"')[0]
    machine = browser(app=shown, raw=True)
    machine.headers["authorization"] = f"Bearer {secret}"

    own = await machine.post("/showcase/api/v1/events", json={"device": "p", "id": "1", "kind": "cord.pulled"})
    other = await machine.post("/showcase/api/v1/events?topic=zigbee2mqtt/D&place=entrance", json={"contact": False})
    bad = await machine.post("/showcase/api/v1/events", content=b"{")

    assert (own.status_code, own.json()["stored"]) == (200, False)
    assert own.json()["messages"][0]["events"][0]["alerts"][0]["severity"] == Severity.CRITICAL
    assert other.json()["messages"][0]["events"][0]["kind"] == "door.opened"
    assert bad.status_code == 422
    seen = await browser(app=shown).get(f"/showcase/sandbox/{sandbox}")
    assert "zigbee2mqtt/D" in seen.text


async def test_a_credential_of_the_sandbox_opens_nothing_else(shown: FastAPI, browser: Browse) -> None:
    """C37: what is given away opens nothing of the hub's own."""
    page = (await browser(app=shown).post("/showcase/sandbox")).text
    machine = browser(app=shown, raw=True)
    machine.headers["authorization"] = f"Bearer {_secret_in(page)}"

    assert (await machine.post("/api/v1/events", json={})).status_code == 401
    assert (await machine.get("/api/v1/alerts")).status_code == 401


async def test_without_a_credential_nothing_is_heard(shown: FastAPI, browser: Browse) -> None:
    machine = browser(app=shown, raw=True)
    machine.headers["authorization"] = "Bearer guessed"

    assert (await machine.post("/showcase/api/v1/events", json={})).status_code == 401
    assert (await machine.get("/showcase/sandbox/guessed")).status_code == 404


async def test_five_sandboxes_an_hour_for_one_address(shown: FastAPI, browser: Browse) -> None:
    client = browser(app=shown)

    assert [(await client.post("/showcase/sandbox")).status_code for _ in range(6)] == [200] * 5 + [429]


@BOTH
async def test_numbers_are_a_table_and_a_file_of_what_may_be_shown(hub: Hub, shown: FastAPI, browser: Browse) -> None:
    async with hub.database.write() as session:
        for number in range(8):
            session.add(_alert(hub, number))
    client = browser(app=shown)

    page, file = await client.get("/showcase/numbers"), await client.get("/showcase/numbers.csv")

    rows = list(csv.reader(io.StringIO(file.text.removeprefix("\ufeff")), delimiter=";"))
    assert len(rows) == 2
    assert rows[1][-1] == "8"
    assert "8" in page.text
    assert "utelatt" in page.text


def _alert(hub: Hub, number: int) -> tables.Alert:
    at = hub.clock() - timedelta(days=2, minutes=number)
    return tables.Alert(
        id=f"{number:032x}", dedup_key=f"n{number}", kind="frost-home", severity=Severity.SERIOUS, status=Status.CLOSED,
        scope_id="home:x", resident_id=f"r{number}", rule_id="frost-home", rule_version="1", raised_at=at,
        last_event_at=at, closed_at=at,
    )  # fmt: skip
