"""A message that could not be read is read once more when the hub has been mended: late, once, and with open eyes."""

import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Reading
from carehub.core.findings import Outcome
from carehub.flow.receiving.intake import OLDEST_CLAIM, Intake
from carehub.store import tables
from carehub.store.tables.stream import Settled
from tests.journeys.building import NIGHT, Night
from tests.journeys.desk import desk


@dataclass
class Mended:
    """A source that reads nothing before an update of the hub."""

    is_mended: bool = False

    def decode(self, message: Message) -> Sequence[Reading]:
        if message.payload == b"fault":
            return [Reading(device="d", kind=str(1 // 0))]
        if not self.is_mended:
            raise DecodeError("unknown field")
        kind = message.payload.decode()
        device = message.topic.split("/")[1]
        return [] if kind == "nothing" else [Reading(device=device, kind=kind, alarm=kind == "button.pressed")]

    def source(self) -> Source:
        return Source(
            name="trial", filters=("trial/#",), decode=self.decode, device_of=lambda topic: topic.split("/")[1],
            is_alarm_path=lambda topic: topic.endswith("alarm"),
        )  # fmt: skip


@pytest.fixture
async def update(night: Night) -> Callable[[], None]:
    """Mends the source; until then it reads nothing."""
    trial = Mended()
    sources = [*night.hub.sources, trial.source()]
    await night.start(intake=Intake(sources, await night.registry()))
    night.hub.sources, night.hub.submit = sources, night.ingest.submit

    def mend() -> None:
        trial.is_mended = True

    return mend


@asynccontextmanager
async def at_the_desk(night: Night) -> AsyncIterator[AsyncClient]:
    async with await desk(night) as client:
        yield client


async def the_letter(night: Night) -> tables.DeadLetter:
    (letter,) = await night.letters()
    return letter


async def test_what_is_read_once_more_is_kept_as_late_and_once_however_often_it_is_pressed(
    night: Night, update: Callable[[], None]
) -> None:
    await night.hear(night.message("trial/dor/event", b"door.opened"))
    letter = await the_letter(night)
    await night.pass_time(minutes=90)
    async with at_the_desk(night) as client:
        here = f"/admin/dead-letters/{letter.id}"
        before = (await client.get(here)).text
        refused = await night.while_folding(client.post(f"{here}/read"))
        update()
        then = (await client.get(here)).text
        taken = await night.while_folding(client.post(f"{here}/read"))
        again = await night.while_folding(client.post(f"{here}/read"))

    assert 'Den kan fortsatt ikke leses: <span lang="en">unknown field' in before
    assert "Ta den inn" not in before
    assert [answer.status_code for answer in (refused, taken, again)] == [409, 303, 409]
    assert "Døren åpnet" in then
    assert "varsles" not in then
    (event,) = [one for one in await night.events() if one.source == "trial"]
    assert (event.at, event.device_at, event.late) == (NIGHT + timedelta(minutes=90), NIGHT, True)
    assert event.outcome is Outcome.TOO_LATE
    letter = await the_letter(night)
    assert (letter.settled, letter.settled_by_id, letter.payload) == (Settled.READ, "sjef", b"door.opened")
    assert await night.kinds() == []


async def test_a_crash_between_storing_and_noting_makes_no_second_event(
    night: Night, update: Callable[[], None]
) -> None:
    await night.hear(night.message("trial/dor/event", b"door.opened"))
    letter = await the_letter(night)
    update()
    async with at_the_desk(night) as client:
        for _ in range(2):
            await night.while_folding(client.post(f"/admin/dead-letters/{letter.id}/read"))
            async with night.database.write() as session:  # as if it had not been noted
                (await session.get_one(tables.DeadLetter, letter.id)).settled = None

    assert len([one for one in await night.events() if one.source == "trial"]) == 1


async def test_an_alarm_that_is_read_once_more_is_said_beforehand_to_alert_and_alerts_with_its_time(
    night: Night, update: Callable[[], None]
) -> None:
    await night.hear(night.message("trial/knapp/alarm", b"button.pressed"))
    assert await night.kinds() == ["unreadable-alarm"]
    letter = await the_letter(night)
    await night.pass_time(minutes=90)
    update()
    async with at_the_desk(night) as client:
        said = (await client.get(f"/admin/dead-letters/{letter.id}")).text
        assert await night.kinds() == ["unreadable-alarm"]
        await night.while_folding(client.post(f"/admin/dead-letters/{letter.id}/read"))

    assert "varsles de som har vakt nå" in said
    assert await night.kinds() == ["unreadable-alarm", "social-alarm"]
    assert [one.happened_at for one in await night.alerts()] == [None, NIGHT]


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"retain": True}, "MQTT-tjeneren har den fortsatt"),
        ({"received_at": NIGHT - OLDEST_CLAIM}, f"{OLDEST_CLAIM.days} dager"),
    ],
)
async def test_what_would_be_taken_for_news_is_not_read_once_more(
    night: Night, update: Callable[[], None], how: dict[str, object], words: str
) -> None:
    await night.hear(night.message("trial/dor/event", b"door.opened", **how))
    letter = await the_letter(night)
    update()
    async with at_the_desk(night) as client:
        said = (await client.get(f"/admin/dead-letters/{letter.id}")).text
        answer = await night.while_folding(client.post(f"/admin/dead-letters/{letter.id}/read"))

    assert words in said
    assert answer.status_code == 409
    assert await night.events() == []


async def test_a_source_that_fails_as_nobody_foresaw_still_fails_and_the_page_says_so(
    night: Night, update: Callable[[], None]
) -> None:
    await night.hear(night.message("trial/dor/event", b"fault"))
    letter = await the_letter(night)
    async with at_the_desk(night) as client:
        answer = await client.get(f"/admin/dead-letters/{letter.id}")

    assert answer.status_code == 200
    assert 'Den kan fortsatt ikke leses: <span lang="en">ZeroDivisionError' in answer.text


async def test_what_ended_the_hub_is_not_read_once_more_not_even_to_look_f24(
    night: Night, update: Callable[[], None]
) -> None:
    """F24: whoever opens its page must not end the hub."""
    message = night.message("trial/dor/event", b"\xff")  # read, it would raise
    await night.ingest.quarantine(night.ingest.take().__class__([message]))
    letter = await the_letter(night)
    update()
    async with at_the_desk(night) as client:
        answer = await client.get(f"/admin/dead-letters/{letter.id}")

    assert answer.status_code == 200
    assert "Huben stanset mens den leste denne meldingen" in answer.text


async def test_a_message_is_set_aside_with_a_reason_and_no_longer_asked_about(
    night: Night, update: Callable[[], None]
) -> None:
    await night.hear(night.message("trial/dor/event", b"nothing"))
    letter = await the_letter(night)
    here = f"/admin/dead-letters/{letter.id}"
    async with at_the_desk(night) as client:
        asked = (await client.get("/admin")).text
        without = await client.post(f"{here}/aside", data={"why": " "})
        await client.post(f"{here}/aside", data={"why": "Leverandøren retter det"})
        told = (await client.get("/admin")).text
        shown = (await client.get("/admin/dead-letters")).text
        page = (await client.get(here)).text
        update()
        taken = await night.while_folding(client.post(f"{here}/read"))

    assert "1 melding kunne ikke leses siste døgn" in asked
    assert without.status_code == 409
    assert "kunne ikke leses siste døgn" not in told
    assert "Leverandøren retter det" in shown
    assert re.findall(r'/aside">.*?<button[^>]*>([^<]+)<', page, re.DOTALL) == ["Rett begrunnelsen"]
    assert taken.status_code == 303
    assert await night.events() == []
    assert (await the_letter(night)).settled is Settled.READ
