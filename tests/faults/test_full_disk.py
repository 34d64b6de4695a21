"""A disk that is full (F26): alarms are stored as long as anything can be, and then told from memory."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx2
import pytest

from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.faults.at_points import ready
from tests.faults.buttons import buttons
from tests.faults.exchange import browser
from tests.faults.town import Town, settings
from tests.hubs import HubProcess

_SIZE = "40m"


def _own_mounts() -> bool:
    tried = ["unshare", "-rm", "mount", "-t", "tmpfs", "-o", "size=1m", "none", "/mnt"]
    return subprocess.run(tried, capture_output=True, check=False).returncode == 0


@pytest.fixture
def small(tmp_path: Path, sqlite: Sqlite) -> Iterator[tuple[HubProcess, Mosquitto, Town]]:
    """A hub whose data folder is a disk of 40 MB that nobody else sees."""
    if not _own_mounts():
        pytest.skip("mounts of one's own are not allowed here")
    town = Town(tmp_path / "town", sqlite.template)
    with Mosquitto(tmp_path / "broker") as broker:
        hub = HubProcess(tmp_path / "hub", broker.url, **settings("http://127.0.0.1:1"))
        mounted = f"mount -t tmpfs -o size={_SIZE} none {hub.folder} && cp {town.template} {hub.folder}/carehub.db"
        program = f"{mounted} && exec {sys.executable} -m carehub.app serve"
        hub.program = ("unshare", "-rm", "sh", "-c", program)
        with hub:
            yield hub, broker, town


async def _until(done: Callable[[], bool], seconds: float = 90) -> None:
    until = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


def _inside(hub: HubProcess) -> Path:
    assert hub.process is not None
    return Path(f"/proc/{hub.process.pid}/root{hub.folder}")


def _fill(filler: Path) -> None:
    """Until nothing goes in any more."""
    file = os.open(filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        while True:
            os.write(file, b"x" * 4096)
    except OSError:
        os.close(file)


@pytest.mark.proof
@pytest.mark.timeout(600)
async def test_on_a_full_disk_alarms_are_stored_from_the_ballast_then_told_from_memory_and_never_lost_f26(
    small: tuple[HubProcess, Mosquitto, Town],
) -> None:
    """F26: nothing is acknowledged that is not stored; what cannot be stored stands on the tablet, marked so."""
    hub, broker, town = small
    await ready(hub, 180)
    disk = _inside(hub)
    await _until((disk / "ballast").exists)
    async with buttons(broker.url) as pressing, browser(40, cookies={"carehub": town.login}) as tablet:
        filler = disk / "filler"
        _fill(filler)
        await pressing.press("knapp-anna", "1")
        assert await pressing.all_answered(90), "the ballast makes room for an alarm"
        assert not (disk / "ballast").exists()

        _fill(filler)
        for number in range(2, 40):
            await pressing.press("knapp-bjarne", str(number))
        answer = await _not_ready(tablet, hub)
        page = (await tablet.get(f"{hub.url}/tablet")).text
        assert "the database takes nothing" in answer
        assert 'role="group" aria-label="Alarm som ikke er lagret' in page  # the shape that live.js announces
        assert pressing.unanswered

        filler.unlink()
        assert await pressing.all_answered(90)
        await ready(hub, 180)
        assert "Alarm som ikke er lagret" not in (await tablet.get(f"{hub.url}/tablet")).text


async def _not_ready(client: httpx2.AsyncClient, hub: HubProcess) -> str:
    until = time.monotonic() + 90
    while (answer := await client.get(f"{hub.url}/readyz")).is_success:
        assert time.monotonic() < until, hub.log[-2000:]
        await asyncio.sleep(0.2)
    return answer.text
