"""One alert answered at one moment from the tablet, by a text and by a call, each by its own real door (F57)."""

import asyncio
import random
from collections.abc import AsyncIterator, Coroutine
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from carehub.core.answers.alerts import Status, Step
from carehub.flow.answering import promptly
from carehub.store import codes, logins, tables
from carehub.village.switchboard import Report
from carehub.web.security import LIMITS
from tests.journeys.building import INGRID, PUBLIC, TOR, Night
from tests.journeys.telephones import OURS, Exchange, only_by, telephones

ROUNDS = 8
SEE_OTHER, CONFLICT = httpx2.codes.SEE_OTHER, httpx2.codes.CONFLICT


@dataclass
class Doors:
    """Maria has the tablet before her, Ingrid a text, and Tor's telephone rings."""

    night: Night
    exchange: Exchange
    tablet: httpx2.AsyncClient

    async def log_in(self) -> None:
        async with self.night.database.write() as session:
            maria = await session.get_one(tables.Person, "maria")
            secret = await logins.begin(session, maria, LIMITS[maria.role], self.night.clock())
        self.tablet.headers["cookie"] = f"__Host-carehub={secret}"

    async def by_tablet(self, alert: tables.Alert) -> httpx2.Response:
        return await self.tablet.post(f"/alerts/{alert.id}/take", data={"back": "/tablet"})

    async def by_text(self, code: str) -> Report:
        return await self.exchange.board.receive(INGRID, OURS, code)

    async def by_call(self, notice: str, keys: str) -> Report:
        form = {"CallSid": f"CA{notice}", "CallStatus": "in-progress", "To": TOR, "Digits": keys}
        return await self.exchange.board.post(f"{PUBLIC}/webhooks/twilio/voice/{notice}", form)

    async def asked(self, alert: tables.Alert) -> tuple[str, str, str]:
        """Ingrid's code, and the name and the keys of Tor's call."""
        async with self.night.database.read() as session:
            text = await codes.newest(session, alert.id, "ingrid")
            call = await codes.newest(session, alert.id, "tor")
        (notice,) = [
            one.id for one in await self.night.notices() if one.alert_id == alert.id and one.channel == "voice"
        ]
        assert text is not None
        assert call is not None
        return text.code, notice, f"1{call.digits}"


@pytest.fixture
async def doors(night: Night, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Doors]:
    monkeypatch.setattr(promptly, "ANSWER_WITHIN_S", 30)  # what is told after a second: test_webhooks_slow_store
    async with telephones(night) as exchange:
        async with night.database.write() as session:
            (await session.get_one(tables.Person, "tor")).on_duty = True
        await only_by(night, "tor", "voice", TOR)
        await only_by(night, "maria", "tablet", "sol")
        exchange.behave(answers="never_heard_of")
        origin = exchange.board.settings.reach or ""
        async with httpx2.AsyncClient(base_url=origin, headers={"sec-fetch-site": "same-origin"}) as tablet:
            yield Doors(night, exchange, tablet)


async def _after(seconds: float, one: Coroutine[Any, Any, Any]) -> Any:
    await asyncio.sleep(seconds)
    return await one


async def test_of_three_roads_at_once_one_wins_and_the_others_are_told_f57(doors: Doors) -> None:
    """F57: one owner, no door that fails, two who hear that a colleague has it, one line in the journal."""
    night = doors.night
    for number in range(ROUNDS):
        await doors.log_in()
        await night.press()
        alert = (await night.alerts())[-1]
        code, notice, keys = await doors.asked(alert)
        roads = [doors.by_tablet(alert), doors.by_text(code), doors.by_call(notice, keys)]
        apart = random.Random(number).choices((0.0, 0.002, 0.01), k=len(roads))
        stations = night.worker._escalate(), night.worker._deliver()
        page, text, call, *_ = await asyncio.gather(*map(_after, apart, roads), *stations)

        alert = (await night.alerts())[-1]
        assert (alert.status, text.status, call.status) == (Status.TAKEN, 200, 200)
        heard = {
            "maria": page.status_code == SEE_OTHER and page.headers["location"].endswith(alert.id),
            "ingrid": "Du har varsel" in text.answer,
            "tor": "Takk. Du har varselet" in call.answer,
        }
        assert [who for who, won in heard.items() if won] == [alert.owner_id]
        lost = {
            "maria": page.status_code == CONFLICT and "har allerede tatt dette varselet" in page.text,
            "ingrid": "En kollega har allerede varsel" in text.answer,
            "tor": "allerede tatt av en kollega" in call.answer,
        }
        assert {who for who, told in lost.items() if told} == {"maria", "ingrid", "tor"} - {alert.owner_id}
        steps = [one.step for one in await night.rows(tables.AlertStep) if one.alert_id == alert.id]
        assert steps.count(Step.TAKEN) == 1
        await night.pass_time(3)
        assert (await night.alerts())[-1].rung == alert.rung, "the ladder rests"
        await night.close(str(alert.owner_id), -1)
        night.clock.advance(hours=9)


async def test_whoever_answers_by_two_roads_has_it_once_and_is_told_so_f57(doors: Doors) -> None:
    """A text and the page, both of one person in a hurry."""
    night = doors.night
    await only_by(night, "maria", "sms", INGRID)
    await doors.log_in()
    await night.press()
    alert = await night.the_alert()
    async with night.database.read() as session:
        code = await codes.newest(session, alert.id, "maria")
    assert code is not None

    page, text = await asyncio.gather(doors.by_tablet(alert), doors.by_text(code.code))

    assert (await night.the_alert()).owner_id == "maria"
    assert page.status_code == SEE_OTHER or "Du har allerede dette varselet" in page.text
    assert "Du har varsel" in text.answer or "Du har allerede varsel" in text.answer
    assert sum("taken" in line for line in await night.journal()) == 1
