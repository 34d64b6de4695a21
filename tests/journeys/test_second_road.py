"""The second road in keeps its word: 200 means stored, and what was not stored as an event is never called so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from functools import partial

import pytest
from httpx2 import Response

from carehub.flow.receiving.second_road import submit
from carehub.plugins import load_module
from tests.journeys.building import Night
from tests.journeys.desk import desk

Send = Callable[[bytes], Awaitable[Response]]
PRESS = b'{"device": "knapp-anna", "id": "%s", "kind": "button.pressed"%s}'


@pytest.fixture
async def send(quick_night: Night) -> AsyncIterator[Send]:
    """Posts a body to the hub whose ingest runs."""
    night, hub = quick_night, quick_night.hub
    hub.read_body, hub.submit = (
        load_module("integrations.sources.http_events").messages,
        partial(submit, hub, night.ingest),
    )
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(await desk(night))
        station = asyncio.create_task(night.ingest.run())

        async def post(body: bytes) -> Response:
            return await client.post("/api/v1/events", content=body)

        yield post
        night.ingest.stop()
        await station


async def test_a_press_in_a_body_too_large_to_read_is_not_called_stored_f66_c10(quick_night: Night, send: Send) -> None:
    """C10, F66: it would become a dead letter on a road that tells of no alarm, and the button would be content."""
    answer = await send(PRESS % (b"1", b', "note": "%s"' % (b"x" * 9000)))

    assert answer.status_code == 422
    assert "at most 8192 are read" in answer.json()["detail"]
    assert await quick_night.events() == []


@pytest.mark.parametrize(
    "odd",
    [b"[" * 900 + b"]" * 900, b"[" * 3000 + b"]" * 3000, b"9" * 5000, b"1e400", b"-1e400", b'"\\ud800"', b'{"id": 7}'],
)
async def test_what_stands_beside_an_event_keeps_no_stored_event_from_being_called_stored_f66(
    quick_night: Night, send: Send, odd: bytes
) -> None:
    """F66: an answer that fails after the commit makes the sender repeat for ever."""
    answer = await send(PRESS % (b"1", b', "note": ' + odd))
    stored = [event.kind for event in await quick_night.events()]

    assert (answer.status_code, stored) in [(200, ["button.pressed"]), (422, [])]
    assert answer.status_code == 422 or answer.json() == {"stored": ["1"]}


async def test_with_no_room_what_was_let_go_is_not_called_stored_f26(quick_night: Night, send: Send) -> None:
    """F26: an alarm is stored and said to be; one beside a measurement is stored, and the body may come again."""
    quick_night.hub.health.no_room = True
    warm = b'{"device": "knapp-anna", "id": "2", "kind": "temperature", "value": 20}'

    alone, together = await send(warm), await send(b"[%s, %s]" % (warm, PRESS % (b"3", b"")))
    press = await send(PRESS % (b"4", b""))

    assert [alone.status_code, together.status_code, press.status_code] == [503, 503, 200]
    assert [event.kind for event in await quick_night.events()] == ["button.pressed", "button.pressed"]
    quick_night.hub.health.no_room = False
    assert (await send(b"[%s, %s]" % (warm, PRESS % (b"3", b"")))).json() == {"stored": ["2", "3"]}
    assert len(await quick_night.events()) == 3
