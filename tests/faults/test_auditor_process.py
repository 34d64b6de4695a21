"""The auditor as a program: hub, auditor and database are really killed, and somebody really hears of it."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx2
import pytest
from aiohttp import web

from carehub.app.audit import read_state
from carehub.app.companion import _clear_the_place
from tests.brokers import Mosquitto, free_port
from tests.hubs import HubProcess

GUARD = "+4790000009"
_HEARD_WITHIN_S = 30.0


class Outside:
    """Beyond the hub: an SMS provider that takes whatever comes, and somebody who listens for a heartbeat."""

    def __init__(self) -> None:
        self.port = free_port()
        self.texts: list[str] = []
        self.beats: list[float] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def open(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/2010-04-01/Accounts/{account}/Messages.json", self._text)
        app.router.add_get("/beat", self._beat)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", self.port).start()
        return runner

    async def _text(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.texts.append(str(form["Body"]))
        return web.json_response({"sid": f"SM{len(self.texts):032}", "status": "queued"}, status=201)

    async def _beat(self, request: web.Request) -> web.Response:
        self.beats.append(time.monotonic())
        return web.Response()


@pytest.fixture
async def outside() -> AsyncIterator[Outside]:
    there = Outside()
    runner = await there.open()
    yield there
    await runner.cleanup()


@pytest.fixture
def hub(tmp_path: Path, outside: Outside) -> Iterator[HubProcess]:
    with Mosquitto(tmp_path / "broker") as broker:
        hub = HubProcess(
            tmp_path / "hub", broker.url, CAREHUB_AUDITOR="child", CAREHUB_AUDITOR_PHONES=GUARD,
            CAREHUB_AUDITOR_EVERY_S="0.5", CAREHUB_AUDITOR_TOLERANCE_S="3", CAREHUB_CANARY_EVERY_S="2",
            CAREHUB_HEARTBEAT_URL=f"{outside.url}/beat", CAREHUB_HEARTBEAT_EVERY_S="0.5",
            CAREHUB_TWILIO_ACCOUNT_SID="AC" + "0" * 32, CAREHUB_TWILIO_AUTH_TOKEN="t",
            CAREHUB_TWILIO_FROM="+4759440000", CAREHUB_TWILIO_BASE_URL=outside.url,
        )  # fmt: skip
        with hub:
            yield hub
        _clear_the_place(hub.folder)


def auditor_of(hub: HubProcess) -> int:
    path = hub.folder / "auditor.pid"
    return int(path.read_text()) if path.exists() else 0


def _canaries_shown(hub: HubProcess) -> str:
    """Open alerts that a page would count."""
    meters = httpx2.get(f"{hub.url}/metrics").text
    assert "carehub_canary_returned 0.0" not in meters
    return next(line.rsplit(" ", 1)[1] for line in meters.splitlines() if 'alerts{severity="normal"}' in line)


async def _until(holds: Callable[[], object], within_s: float = _HEARD_WITHIN_S) -> float:
    """Wait for what happens in another process; gives how long it took."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > within_s:
            pytest.fail("it did not happen in time")
        await asyncio.sleep(0.05)
    return time.monotonic() - began


@pytest.mark.proof
async def test_hub_and_auditor_killed_in_turn_are_heard_of_from_outside_f81(hub: HubProcess, outside: Outside) -> None:
    """F81, G11: whoever dies, somebody hears; with a tolerance of 3 s here, of 30 s by default."""
    await asyncio.to_thread(hub.wait_until_ready)
    await _until(lambda: outside.beats)  # a canary came back, through the broker and the outbox
    assert await asyncio.to_thread(_canaries_shown, hub) == "0.0"

    os.kill(auditor_of(hub), signal.SIGSTOP)  # the auditor stands still: the heartbeat does
    await asyncio.sleep(1)
    heard = len(outside.beats)
    await asyncio.sleep(3)
    assert len(outside.beats) == heard
    os.kill(auditor_of(hub), signal.SIGCONT)
    await _until(lambda: len(outside.beats) > heard)

    hub.kill()
    taken = await _until(lambda: any("Huben gir ikke livstegn" in text for text in outside.texts))
    heard = len(outside.beats)
    await asyncio.sleep(1.5)
    assert (len(outside.beats), taken < 20) == (heard, True)

    left_behind = auditor_of(hub)
    hub.start()  # the next hub takes the place of the auditor that the dead one left
    await _until(lambda: auditor_of(hub) not in {0, left_behind})
    heard = len(outside.beats)
    await _until(lambda: len(outside.beats) > heard)

    assert await asyncio.to_thread(hub.stop) == 0  # asked to stop: nobody is told, and the auditor goes too
    with pytest.raises(ProcessLookupError):
        os.kill(auditor_of(hub), 0)
    assert read_state(hub.folder) is not None
