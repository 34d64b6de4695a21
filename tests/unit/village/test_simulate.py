import asyncio
import contextlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from carehub.village.homes import directory
from carehub.village.simulate import Postman, simulate
from carehub.village.staff import answer_telephones, code_in, habits
from carehub.village.wire import Parcel
from tests.unit.village.lines import NURSE, Hub, Line, until

MORNING = datetime(2026, 1, 15, 8, tzinfo=UTC)
PRESS = Parcel("carehub/v1/knapp-1/alarm", b'{"id":"a-1"}', 1, retain=False, awaits=("knapp-1", "a-1"))


@dataclass
class Broker:
    """Remembers what was published; acknowledges what our own devices send, if told to."""

    acknowledges: bool = True
    published: list[tuple[str, bytes, int, bool]] = field(default_factory=list)
    hear: Callable[[str, bytes], None] = lambda _topic, _payload: None

    async def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        self.published.append((topic, payload, qos, retain))
        if self.acknowledges and topic.startswith("carehub/v1/"):
            with contextlib.suppress(ValueError):
                ack = json.dumps({"id": json.loads(payload)["id"], "status": "stored"}).encode()
                self.hear(topic.rsplit("/", 1)[0] + "/ack", ack)

    async def subscribe(self, hear: Callable[[str, bytes], None]) -> None:
        self.hear = hear

    def about(self, topic: str) -> list[bytes]:
        return [payload for at, payload, _, _ in self.published if at == topic]


async def _live_until(broker: Broker, check: Callable[[], bool], *, plain: bool = False, speed: float = 200) -> None:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as together:
        together.create_task(
            simulate(
                broker.publish,
                broker.subscribe,
                seed=1,
                speed=speed,
                start=MORNING,
                eventful=True,
                plain=plain,
                stop=stop,
            )
        )
        await until(check)
        stop.set()


async def test_the_village_greets_then_lives_and_stops_when_told() -> None:
    broker = Broker()

    await _live_until(broker, lambda: len(broker.published) > 600)

    topics = {topic.split("/")[0] for topic, *_ in broker.published}
    assert topics == {"zigbee2mqtt", "carehub"}
    assert broker.published[0] == ("zigbee2mqtt/bridge/state", b'{"state":"online"}', 1, True)
    assert ("zigbee2mqtt/Bad 104/availability", b'{"state":"online"}', 1, True) in broker.published


async def test_plain_topics_have_no_spaces() -> None:
    broker = Broker()

    await _live_until(broker, lambda: len(broker.published) > 600, plain=True)

    assert not any(" " in topic for topic, *_ in broker.published)


async def test_a_message_is_repeated_until_it_is_acknowledged() -> None:
    broker = Broker(acknowledges=False)
    postman = Postman(broker.publish)
    await postman.send(PRESS)
    now = asyncio.get_running_loop().time()

    await postman.repeat_due(now + 1)
    await postman.repeat_due(now + 6)
    postman.hear("carehub/v1/knapp-1/ack", b'{"id":"a-1","status":"stored"}')
    await postman.repeat_due(now + 600)

    assert broker.about(PRESS.topic) == [PRESS.payload, PRESS.payload]
    assert postman.unanswered == 0


async def test_a_message_is_repeated_after_longer_and_longer_pauses() -> None:
    broker = Broker(acknowledges=False)
    postman = Postman(broker.publish)
    await postman.send(PRESS)
    now = asyncio.get_running_loop().time()

    await postman.repeat_due(now + 5.5)
    await postman.repeat_due(now + 5.6)

    # The second repeat is due ten seconds after the first, by the loop's own clock.
    assert len(broker.about(PRESS.topic)) == 2


@pytest.mark.parametrize(
    ("topic", "payload"),
    [
        ("carehub/v1/knapp-2/ack", b'{"id":"a-1","status":"stored"}'),
        ("carehub/v1/knapp-1/ack", b'{"id":"a-2","status":"stored"}'),
        ("carehub/v1/knapp-1/ack", b'{"id":"a-1","status":"received"}'),
        ("carehub/v1/knapp-1/ack", b"noise"),
    ],
)
async def test_only_the_right_acknowledgement_ends_the_repeating(topic: str, payload: bytes) -> None:
    postman = Postman(Broker(acknowledges=False).publish)
    await postman.send(PRESS)

    postman.hear(topic, payload)

    assert postman.unanswered == 1


async def test_a_press_survives_a_broker_that_is_away() -> None:
    broker, away = Broker(), True

    async def publish(topic: str, payload: bytes, qos: int, retain: bool) -> None:
        if away:
            raise ConnectionError
        await broker.publish(topic, payload, qos, retain)

    postman = Postman(publish)
    await broker.subscribe(postman.hear)
    await postman.send(PRESS)
    away = False
    await postman.repeat_due(asyncio.get_running_loop().time() + 6)

    assert broker.about(PRESS.topic) == [PRESS.payload]
    assert postman.unanswered == 0


# --- staff ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Alarm 02.10, alvorlig. Svar 7K3QFX", "7K3QFX"),
        ("Svar med koden 7K3QFX.", "7K3QFX"),
        ("STORE tall: 7K3QFX", "7K3QFX"),
        ("Du har alarmen.", None),
        ("Kode 7K3QF", None),
        ("Kode 7K3QF0", None),
    ],
)
def test_the_code_is_the_last_word_of_its_form(text: str, code: str | None) -> None:
    assert code_in(text) == code


async def test_somebody_who_answers_sends_the_code_back(line: Line, hub: Hub) -> None:
    register = directory(1)
    nurses = [person for person in register.persons if person.phone == NURSE and person.on_duty]
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as together:
        together.create_task(answer_telephones(str(line.client.base_url), nurses, seed=1, stop=stop, haste=500))
        for _ in range(12):  # somebody who answers most texts does not answer every one
            await line.send()
        await until(lambda: any(form.get("Body") == "7K3QFX" for _, _, form in hub.heard))
        stop.set()

    assert next(form["From"] for path, _, form in hub.heard if path.endswith("/sms")) == NURSE


def test_who_is_off_duty_seldom_answers() -> None:
    staff = [person for person in directory(1).persons if person.role == "nurse"]

    chances = {person.on_duty: habits(1, person, at_work=person.on_duty).answers for person in staff}
    assert chances[True] > 0.5 > chances[False]
