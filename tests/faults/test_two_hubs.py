"""Two hubs: on one database the second waits and takes over; on two of them, cut off from each other, both tell."""

import asyncio
import json
import time
from pathlib import Path

import pytest
from sqlmodel import func, select

from carehub.store import tables
from carehub.store.database import Database
from integrations.mqtt import publisher
from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.hubs import QuickHub
from tests.journeys.building import INGRID, Night, night_at

_TAKES_OVER_WITHIN_S = 10
_STARTS_WITHIN_S = 40.0


async def _press(broker: Mosquitto, number: int) -> None:
    body = {"id": f"trykk-{number}", "kind": "button.pressed", "at": "2026-01-15T02:10:00Z"}
    async with publisher(broker.url) as publish:
        await publish(f"carehub/v1/knapp-{number}/alarm", json.dumps(body).encode())


async def _until_log(hub: QuickHub, words: str) -> None:
    until = time.monotonic() + _STARTS_WITHIN_S
    while words not in hub.log:
        assert time.monotonic() < until, hub.log[-2000:]
        await asyncio.sleep(0.1)


async def _until_alerts(url: str, many: int) -> None:
    database = Database(url, read_only=True)
    until = time.monotonic() + _STARTS_WITHIN_S
    while True:
        async with database.read() as session:
            kind = tables.Alert.kind
            found = (await session.exec(select(func.count()).where(kind == "social-alarm"))).one()
        if found == many:
            break
        assert time.monotonic() < until, found
        await asyncio.sleep(0.1)
    await database.close()


@pytest.mark.timeout(180)
async def test_the_spare_takes_over_within_ten_seconds_and_nobody_is_told_thrice_f78(
    tmp_path: Path, postgres_url: str
) -> None:
    """F78, G12: one database; the first hub is killed, the second goes on with its work."""
    shared = {"CAREHUB_DATABASE_URL": postgres_url, "CAREHUB_CHANNELS": "integrations.channels.tablet"}
    with (
        Mosquitto(tmp_path / "broker") as broker,
        QuickHub(tmp_path / "first", broker.url, **shared) as first,
    ):
        await asyncio.to_thread(first.wait_until_ready)
        await _press(broker, 1)
        with QuickHub(tmp_path / "second", broker.url, **shared) as second:
            await _until_log(second, "ownership.waiting")
            await _press(broker, 2)
            await _until_alerts(postgres_url, 2)

            first.kill()
            began = time.monotonic()
            await _press(broker, 3)  # while nobody is there: the broker keeps it
            await asyncio.to_thread(second.wait_until_ready)
            taken_over = time.monotonic() - began
            await _until_alerts(postgres_url, 3)

            assert taken_over < _TAKES_OVER_WITHIN_S
            database = Database(postgres_url, read_only=True)
            async with database.read() as session:
                attempts = (await session.exec(select(func.max(tables.Notice.attempts)))).one()
            await database.close()
            assert attempts <= 2


async def test_two_hubs_that_cannot_see_each_other_both_tell_under_their_names_f78(
    sqlite: Sqlite, tmp_path: Path
) -> None:
    """F78: a carer who gets two texts sees that it is one alarm, told by two hubs."""
    told: list[str] = []
    for name in ("Nord", "Sør"):
        folder = tmp_path / name
        folder.mkdir()
        database = Database(sqlite.copy_to(folder))
        async with night_at(database) as night:
            night.hub.name = name
            await night.press("knapp-anna", id="trykk-1")
            told += _texts(night)
        await database.close()

    assert [text.split(" ")[0:2] for text in told] == [["Nord:", "HASTER:"], ["Sør:", "HASTER:"]]


def _texts(night: Night) -> list[str]:
    return [notice.text for _, notice in night.phones.sent if notice.address == INGRID]
