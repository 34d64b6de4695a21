"""The whole way, through real parts: a button, Mosquitto, the hub, a telephone, a tablet, a daughter's page."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.async_api import Page, expect
from pwdlib import PasswordHash
from pydantic import SecretStr

from carehub.app.broker import free_port
from carehub.app.move_in import move_in
from carehub.kit.clock import utc_now
from carehub.store.database import Database
from carehub.village.exchange import create_exchange
from carehub.village.homes import directory
from carehub.village.register import Device, Directory, Person
from carehub.village.switchboard import ExchangeSettings
from integrations.mqtt import publisher
from tests.brokers import Mosquitto
from tests.chromium import chromium, log_in
from tests.databases import Sqlite
from tests.hubs import HubProcess
from tests.unit.village.lines import ACCOUNT, OURS, TOKEN, listening

PASSWORD = "bare for denne prøven"
HEALTH_WORDS = ("fall", "alarm", "knapp", "trygghets", "syk", "smerte", "toalett", "bad", "soverom", "kritisk")


@dataclass
class Village:
    """What the story happens in."""

    register: Directory
    hub: HubProcess
    broker: Mosquitto
    exchange: str

    async def press(self, device: Device) -> None:
        """Press the button, as the button does."""
        alarm = {"id": f"trykk-{free_port()}", "seq": 1, "kind": "button.pressed", "at": utc_now().isoformat()}
        async with publisher(self.broker.url) as publish:
            await publish(f"carehub/v1/{device.address}/alarm", json.dumps(alarm).encode())

    async def texts_to(self, person: Person) -> list[dict[str, Any]]:
        """What has come to a person's telephone."""
        async with httpx2.AsyncClient(base_url=self.exchange) as client:
            answer = await client.get("/_exchange/messages", params={"to": person.phone})
        return list(answer.json())

    async def answer(self, person: Person, body: str) -> None:
        """Send a text from a person's telephone."""
        async with httpx2.AsyncClient(base_url=self.exchange) as client:
            sent = await client.post("/_exchange/inbound", json={"from": person.phone, "body": body})
        sent.raise_for_status()


@pytest.fixture
async def village(tmp_path: Path, sqlite: Sqlite) -> AsyncIterator[Village]:
    register = directory(7)
    await _furnish(sqlite.copy_to(tmp_path / "hub"), register)
    with Mosquitto(tmp_path / "broker") as broker:
        hub = HubProcess(tmp_path / "hub", broker.url)
        settings = ExchangeSettings(
            account_sid=ACCOUNT, auth_token=SecretStr(TOKEN), numbers=(OURS,), step_s=0.02,
            inbound_url=f"{hub.url}/webhooks/twilio/sms",
        )  # fmt: skip
        async with listening(create_exchange(settings)) as exchange:
            hub.set(
                CAREHUB_TWILIO_ACCOUNT_SID=ACCOUNT, CAREHUB_TWILIO_AUTH_TOKEN=TOKEN, CAREHUB_TWILIO_FROM=OURS,
                CAREHUB_TWILIO_BASE_URL=exchange,
            )  # fmt: skip
            with hub:
                await asyncio.to_thread(hub.wait_until_ready)
                yield Village(register, hub, broker, exchange)


async def _furnish(url: str, register: Directory) -> None:
    database = Database(url)
    await move_in(database, register, PasswordHash.recommended().hash(PASSWORD), utc_now())
    await database.close()


def _followed_resident(register: Directory) -> tuple[Device, Person, Person, Person]:
    """A resident of a ward with a button and a relative who may know; who is on duty there; and a tablet's login."""
    people = {person.id: person for person in register.persons}
    for relation in register.relations:
        if relation.insight != "handled_alerts":
            continue
        resident = next(one for one in register.residents if one.id == relation.resident_id)
        home = next(one for one in register.dwellings if one.id == resident.dwelling_id)
        button = next((d for d in register.devices_of[home.id] if d.resident_id == resident.id and d.can_alarm), None)
        staff = [p for p in register.persons if p.unit_id == home.unit_id and p.on_duty and p.phone]
        if home.unit_id.startswith("ward") and button and staff:
            return button, people[relation.person_id], staff[0], staff[-1]
    raise LookupError("the village has nobody for this story")


@pytest.mark.timeout(180)
async def test_a_press_becomes_a_card_a_text_an_owner_a_visit_and_a_calm_word_to_the_daughter(village: Village) -> None:
    button, daughter, nurse, colleague = _followed_resident(village.register)
    async with chromium() as browser:
        tablet = await log_in(browser, village.hub.url, colleague.username, PASSWORD, width=1280, height=800)
        await tablet.goto(f"{village.hub.url}/tablet")
        await expect(tablet.locator("article.alert")).to_have_count(0)

        await village.press(button)

        card = tablet.locator("article.alert")
        await expect(card).to_have_count(1, timeout=2000)
        await expect(card).to_contain_text("Trygghetsalarm")
        await expect(card).to_contain_text("Ingen har tatt det")

        code = await _code_sent_to(village, nurse)
        await village.answer(nurse, code.lower())

        await expect(card).to_contain_text("er på vei", timeout=5000)
        phone = await log_in(browser, village.hub.url, nurse.username, PASSWORD, width=390, height=844)
        await phone.goto(f"{village.hub.url}/nurse")
        await phone.get_by_role("button", name="Jeg er der").first.click()
        await expect(card).to_contain_text("er der", timeout=5000)
        await _finish(phone)
        await expect(tablet.locator("article.alert")).to_have_count(0, timeout=5000)

        relative = await log_in(browser, village.hub.url, daughter.username, PASSWORD, width=390, height=844)
        await relative.goto(f"{village.hub.url}/relatives")
        words = (await relative.locator("main").inner_text()).lower()
        assert "fulgt opp av personalet" in words
        assert [word for word in HEALTH_WORDS if word in words] == []


async def _code_sent_to(village: Village, nurse: Person) -> str:
    async with asyncio.timeout(15):
        while not (texts := await village.texts_to(nurse)):  # noqa: ASYNC110 - it happens at the exchange
            await asyncio.sleep(0.1)
    text = str(texts[0]["body"])
    assert not any(name in text for resident in village.register.residents for name in (resident.family_name,))
    return text.rsplit(maxsplit=1)[-1]


async def _finish(phone: Page) -> None:
    await phone.locator("summary", has_text="Ferdig").first.click()
    await phone.locator("label", has_text="Praktisk hjelp").first.click()
    await phone.locator("label", has_text="Hjalp").first.click()
    await phone.locator("label", has_text="Ja, jeg var der").first.click()
    await phone.get_by_role("button", name="Avslutt varselet").first.click()
