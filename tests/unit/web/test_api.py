import asyncio
import gzip
import json
from collections.abc import Sequence
from datetime import datetime

import pytest

from carehub.contracts import DecodeError, Message, TransportError
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.logins import hash_of
from carehub.store.tables.places import DeviceStatus
from tests.unit.web.conftest import BOTH, Browse, logged_in

EVENT = {"device": "knapp-7", "id": "7f3a", "kind": "button.pressed"}
FALL = "a4f2".ljust(32, "0")


def read(body: bytes, received_at: datetime) -> list[Message]:
    """The body's own road is tested with its source; this one is as small as can be."""
    try:
        found = json.loads(body)
    except ValueError as error:
        raise DecodeError("the body") from error
    items = found if isinstance(found, list) else [found]
    return [
        Message(topic=f"carehub/v1/{item['device']}/event", payload=json.dumps(item).encode(), received_at=received_at)
        for item in items
    ]


class Stations:
    """Stores when it is told to."""

    def __init__(self, hub: Hub) -> None:
        self.stored: list[Message] = []
        self.may_store = asyncio.Event()
        hub.read_body, hub.submit = read, self.submit

    async def submit(self, messages: Sequence[Message]) -> None:
        await self.may_store.wait()
        self.stored.extend(messages)


async def test_stored_is_said_only_after_it_is_stored(hub: Hub, browser: Browse) -> None:
    stations = Stations(hub)
    client = await logged_in(browser(), hub, "admin")

    asking = asyncio.create_task(client.post("/api/v1/events", json=[EVENT, {**EVENT, "id": "8b"}]))
    await asyncio.sleep(0.1)
    early = asking.done()
    stations.may_store.set()
    answer = await asking

    assert not early
    assert (answer.status_code, answer.json()) == (200, {"stored": ["7f3a", "8b"]})
    assert [message.topic for message in stations.stored] == ["carehub/v1/knapp-7/event", "carehub/v1/knapp-7/event"]


async def test_nothing_compressed_is_blown_up_c17(hub: Hub, browser: Browse) -> None:
    """Ten kilobytes that would be ten megabytes: read as they came, and so as no event."""
    stations = Stations(hub)
    stations.may_store.set()
    bomb = gzip.compress(json.dumps({**EVENT, "detail": "a" * 10_000_000}).encode())
    client = await logged_in(browser(), hub, "admin")

    answer = await client.post("/api/v1/events", content=bomb, headers={"content-encoding": "gzip"})

    assert len(bomb) < 64 * 1024
    assert (answer.status_code, stations.stored) == (422, [])


async def test_what_could_not_be_stored_is_not_called_stored(hub: Hub, browser: Browse) -> None:
    async def gone(_messages: Sequence[Message]) -> None:
        raise TransportError

    client = await logged_in(browser(), hub, "admin")
    none = await client.post("/api/v1/events", json=EVENT)
    hub.read_body, hub.submit = read, gone
    raised = await client.post("/api/v1/events", json=EVENT)

    assert (none.status_code, raised.status_code) == (503, 503)
    assert raised.headers["content-type"] == "application/problem+json"


async def test_an_unreadable_body_is_refused_with_the_reason(hub: Hub, browser: Browse) -> None:
    Stations(hub).may_store.set()

    answer = await (await logged_in(browser(), hub, "admin")).post("/api/v1/events", content=b"{")

    assert (answer.status_code, answer.json()["detail"]) == (422, "the body")


@pytest.mark.parametrize(
    ("token", "device", "status"), [("t0ken", "knapp-7", 200), ("t0ken", "knapp-8", 403), ("wrong", "knapp-7", 401)]
)
async def test_a_device_token_speaks_for_its_own_device_only(
    hub: Hub, browser: Browse, token: str, device: str, status: int
) -> None:
    stations = Stations(hub)
    stations.may_store.set()
    async with hub.database.write() as session:
        known = tables.Device(
            id="knapp",
            source="carehub_v1",
            address="knapp-7",
            status=DeviceStatus.IN_SERVICE,
            token_hash=hash_of("t0ken"),
        )
        session.add(known)
    client = browser(raw=True)

    answer = await client.post(
        "/api/v1/events", json={**EVENT, "device": device}, headers={"authorization": f"Bearer {token}"}
    )

    assert answer.status_code == status
    assert len(stations.stored) == (status == 200)


async def test_the_list_of_alerts_carries_no_name_note_or_cause(hub: Hub, browser: Browse) -> None:
    answer = await (await logged_in(browser(), hub, "maria")).get("/api/v1/alerts")

    found = answer.json()["items"]
    assert [alert["number"] for alert in found] == ["A4F2", "B7C1", "C310", "E0B4", "D9AA", "F511"]
    assert set(found[0]) == {
        "id", "number", "kind", "severity", "alert_code", "status", "scope", "unit", "place", "raised_at", "due_at",
        "presses", "owner", "taken_at", "arrived_at", "closed_at",
    }  # fmt: skip


@BOTH
async def test_a_hundred_take_at_once_and_one_has_it(hub: Hub, browser: Browse) -> None:
    users = ["maria", "jonas", "ingrid", "kari", "admin"]
    clients = [await logged_in(browser(), hub, user) for user in users]

    answers = await asyncio.gather(*(client.post(f"/api/v1/alerts/{FALL}/take") for client in clients * 20))

    winners = {answer.json()["owner"] for answer in answers}
    assert [answer.status_code for answer in answers].count(200) == 1
    assert {answer.status_code for answer in answers} == {200, 409}
    assert len(winners) == 1
    assert all(
        answer.headers["content-type"] == "application/problem+json" for answer in answers if answer.status_code == 409
    )


@BOTH
async def test_the_whole_life_of_an_alert_by_the_api(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    done = [
        (await client.post(f"/api/v1/alerts/{FALL}/{action}", json=body)).json().get("status")
        for action, body in (
            ("take", None), ("release", None), ("arrive", None),
            ("close", {"cause": "fall", "aftermath": "helped_on_site"}),
        )
    ]  # fmt: skip
    again = await client.post(f"/api/v1/alerts/{FALL}/take")
    missing = await client.post("/api/v1/alerts/nothing/take")

    assert done == ["taken", "open", "arrived", "closed"]
    assert (again.status_code, again.json()["alert_status"]) == (409, "closed")
    assert missing.status_code == 404
