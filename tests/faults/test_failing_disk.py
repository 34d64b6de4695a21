"""A disk whose syncs fail (F27) or that turns read-only (F32), by libfiu beneath the real hub.

What is acknowledged is what is stored.
"""

import asyncio
import errno
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.faults.at_points import ready
from tests.faults.buttons import Buttons, buttons
from tests.faults.exchange import browser
from tests.faults.invariants import check, opened
from tests.faults.town import Town, settings
from tests.hubs import HubProcess

_FAILS = "enable_random name=posix/io/sync/*,probability=0.2"
_WRITES = "posix/io/rw/pwrite"
_WITHIN_S, _MOST = 15, 400


@pytest.fixture
def failing(tmp_path: Path, sqlite: Sqlite) -> Iterator[tuple[HubProcess, Mosquitto]]:
    """A hub whose every call passes through libfiu; nothing fails until it is told to."""
    if shutil.which("fiu-run") is None:
        pytest.skip("fiu-run is absent")
    with Mosquitto(tmp_path / "broker") as broker:
        hub = HubProcess(tmp_path / "hub", broker.url, **settings("http://127.0.0.1:1"))
        Town(tmp_path / "town", sqlite.template).copy_to(hub.folder)
        hub.program = ("fiu-run", "-x", "-f", str(tmp_path / "fiu"), *hub.program)
        with hub:
            yield hub, broker


def _command(hub: HubProcess, pipes: Path, command: str) -> None:
    assert hub.process is not None
    subprocess.run(["fiu-ctrl", "-f", str(pipes), "-c", command, str(hub.process.pid)], check=True, timeout=10)


async def test_what_is_acknowledged_on_a_failing_disk_is_stored_f27(
    failing: tuple[HubProcess, Mosquitto], tmp_path: Path
) -> None:
    """F27: every fifth sync says EIO; no acknowledged press is lost, none counts twice, and the trouble is told."""
    hub, broker = failing
    await ready(hub)
    _command(hub, tmp_path / "fiu", _FAILS)

    async with buttons(broker.url) as pressing, browser(5) as client:
        await _press_until_told(hub, pressing)
        answer = await client.get(f"{hub.url}/readyz")
        stored = set(pressing.stored)
        hub.kill()

    assert len(stored) > 5
    assert hub.log.count("disk I/O error") >= 3
    assert "the disk fails" in answer.text
    found = check(hub.folder / "carehub.db", stored, (hub.log,))
    assert found.lost == 0
    assert found.broken == []
    keys = {f"carehub_v1/{device}/{identity}" for device, identity in pressing.pressed}
    assert _stored_keys(hub) <= keys
    assert not pressing.unanswered


async def test_a_disk_that_turns_read_only_under_the_hub_is_told_and_what_was_pressed_is_stored_afterwards_f32(
    failing: tuple[HubProcess, Mosquitto], tmp_path: Path
) -> None:
    """F32, live: as ext4 does after an error, every write says EROFS; nothing is acknowledged that is not stored."""
    hub, broker = failing
    await ready(hub)
    _command(hub, tmp_path / "fiu", f"enable name={_WRITES},failinfo={errno.EROFS}")

    async with buttons(broker.url) as pressing, browser(5) as client:
        for number in range(5):
            await pressing.press("knapp-anna", str(number))
        await _until(lambda: "alarm.not_stored" in hub.log and "disk.failing" in hub.log)
        answer = await client.get(f"{hub.url}/readyz")
        unanswered = set(pressing.unanswered)
        _command(hub, tmp_path / "fiu", f"disable name={_WRITES}")

        assert not answer.is_success
        assert "the database takes nothing" in answer.text
        assert len(unanswered) == 5
        assert await pressing.all_answered(_WITHIN_S), hub.log[-2000:]
    assert {f"carehub_v1/knapp-anna/{number}" for number in range(5)} <= _stored_keys(hub)


async def _until(done: Callable[[], bool]) -> None:
    until = time.monotonic() + _WITHIN_S
    while not done():
        assert time.monotonic() < until
        await asyncio.sleep(0.1)


async def _press_until_told(hub: HubProcess, pressing: Buttons) -> None:
    """Until the hub has met three failures and has answered every press all the same."""
    until = time.monotonic() + _WITHIN_S
    for number in range(_MOST):
        await pressing.press("knapp-anna", str(number))
        await asyncio.sleep(0.03)
        if "disk.failing" in hub.log or time.monotonic() > until:
            break
    assert await pressing.all_answered(_WITHIN_S), hub.log[-2000:]


def _stored_keys(hub: HubProcess) -> set[str]:
    with opened(hub.folder / "carehub.db") as store:
        rows = store.execute("SELECT dedup_key FROM event WHERE kind = 'button.pressed'").fetchall()
    assert len(rows) == len(set(rows))
    return {row[0] for row in rows}
