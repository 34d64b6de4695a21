"""Devices that fall silent and come back, models that add a word, and a hub that tells of itself."""

import asyncio
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest

from carehub.contracts import Activity, Change
from carehub.core.severity import Severity
from carehub.flow.live import Live
from carehub.flow.watching import learn
from carehub.kit.clock import utc_now
from carehub.store import tables
from carehub.store.ownership import OwnershipLost
from carehub.store.tables.places import DeviceStatus, ScopeKind
from tests.journeys.building import NIGHT, Night

# --- silence ---------------------------------------------------------------------------------


async def _supervise(night: Night, device: str, every_s: int) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Device, device)).expected_interval_s = every_s


async def _watch(night: Night) -> None:
    await night.worker._watch()
    await night.work()


async def test_a_silent_device_is_told_once_and_its_return_too(night: Night) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=19)
    await _watch(night)
    assert await night.alerts() == []

    night.clock.advance(minutes=2)
    for _ in range(3):
        await _watch(night)
    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.device_id, alert.presses) == (
        "device-silent",
        Severity.MODERATE,
        "dør",
        1,
    )
    assert night.told == []
    assert night.shown == ["02:35 sol"]

    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await _watch(night)
    assert [event.kind for event in await night.events()] == ["device.offline", "door.closed", "device.online"]
    night.clock.advance(minutes=21)
    await _watch(night)
    assert (await night.the_alert()).presses == 2


async def test_a_silence_that_was_noted_just_before_a_crash_is_told_after_it(night: Night) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=21)
    await night.worker._watch()  # noted; the power goes before the event is stored
    await night.start()
    await night.fold()

    await _watch(night)
    await _watch(night)

    assert (await night.the_alert()).presses == 1


async def test_who_was_heard_is_not_forgotten_when_the_store_fails(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _supervise(night, "dør", 600)
    night.clock.advance(minutes=15)
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))

    async def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr("carehub.store.devices.write_heard", fails)
        with pytest.raises(OSError, match="full"):
            await night.worker._watch()
    night.clock.advance(minutes=10)
    await _watch(night)

    assert await night.alerts() == []


async def test_a_device_of_nobody_that_falls_silent_is_told_too(night: Night) -> None:
    async with night.database.write() as session:
        session.add(tables.Scope(id="device:løs", kind=ScopeKind.DEVICE, name="løs"))
        session.add(
            tables.Device(
                id="løs",
                source="zigbee2mqtt",
                address="løs",
                status=DeviceStatus.IN_SERVICE,
                expected_interval_s=60,
                first_seen_at=NIGHT,
            )
        )
    night.clock.advance(minutes=3)

    await _watch(night)

    alert = await night.the_alert()
    assert (alert.kind, alert.scope_id, alert.resident_id) == ("device-silent", "device:løs", None)


# --- the worker ------------------------------------------------------------------------------


async def test_a_station_that_keeps_failing_is_an_operators_alert_once_for_each_spell(night: Night) -> None:
    post = night.worker.posts[0]
    for _ in range(5):
        night.worker._report(post, OSError("x"))
    await night.work()

    alert = await night.the_alert()
    assert (alert.kind, alert.scope_id, alert.presses) == ("hub-fault", "hub", 1)
    assert "kanari" not in (alert.detail or "")


async def test_the_worker_rings_every_station_and_tries_a_failing_one_again(night: Night) -> None:
    calls: list[str] = []
    enough = asyncio.Event()

    async def wobbles() -> None:
        calls.append("x")
        if len(calls) == 1:
            raise OSError("the first time")
        enough.set()

    night.clock.now = utc_now()  # the scheduler's own clock is real
    night.worker.add("trial", wobbles, 0.05)
    running = asyncio.create_task(night.worker.run())
    await asyncio.wait_for(enough.wait(), 20)
    for name in ("escalate", "deliver", "tick", "watch", "worker"):
        while name not in night.hub.health.beats:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.01)
    running.cancel()
    await asyncio.wait([running])
    await asyncio.sleep(0.1)  # what SQLite's thread had in hand comes back to a loop that still lives

    assert night.hub.health.failures == {}
    assert "worker" in {beat.name for beat in await night.rows(tables.Beat)}


async def test_a_worker_whose_scopes_are_run_by_another_hub_stops(night: Night) -> None:
    async def lost() -> None:
        raise OwnershipLost("somebody else")

    night.clock.now = utc_now()
    night.worker.posts = night.worker.posts[:2]
    night.worker.add("trial", lost, 0.05)

    with pytest.raises(ExceptionGroup) as stopped:
        await asyncio.wait_for(night.worker.run(), 20)
    await asyncio.sleep(0.1)  # as above
    assert stopped.group_contains(OwnershipLost)


async def test_a_quiet_hub_keeps_its_lease(night: Night) -> None:
    night.clock.advance(seconds=4)
    await night.worker._beat()

    (row,) = await night.rows(tables.Ownership)
    assert row.lease_until == night.clock() + timedelta(seconds=5)
    await night.press()
    assert len(await night.events()) == 1


async def test_a_page_is_told_of_changes_and_shows_signs_of_life() -> None:
    live = Live()
    changes = live.changes(beat_s=0.01)

    first, beat = await anext(changes), await anext(changes)
    live.change()
    changed = await anext(changes)
    live.close()

    assert (first, beat, changed) == (0, 0, 1)
    assert [version async for version in changes] == []


# --- models ----------------------------------------------------------------------------------


@dataclass
class _Model:
    """Finds that everybody's night was unusual."""

    words: str = "oppe 5 ganger; vanlig 1-2"

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        change = Change(
            resident=resident, day=now.date().isoformat(), part="night", score=0.9, words=self.words, measures={}
        )
        return [change]

    def to_bytes(self) -> bytes:
        return self.words.encode()


class _Detector:
    name, version = "trial", "1"

    def train(self, history: dict[str, Sequence[Activity]], now: datetime) -> _Model:
        return _Model()

    def from_bytes(self, stored: bytes) -> _Model:
        return _Model(stored.decode())


@pytest.fixture
def detector(monkeypatch: pytest.MonkeyPatch) -> str:
    module = ModuleType("trial_detector")
    module.DETECTOR = _Detector()  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "trial_detector", module)
    return "trial_detector"


@pytest.fixture
def aside() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


async def _trained(night: Night, detector: str, folder: Path, aside: ThreadPoolExecutor) -> tables.Model:
    await night.hear(night.message("zigbee2mqtt/gang", {"occupancy": True}))
    model = await learn.train(night.hub, detector, folder, aside, "library 1")
    assert model is not None
    return model


async def test_a_models_finding_enters_once_and_is_moderate_f77(
    night: Night, detector: str, tmp_path: Path, aside: ThreadPoolExecutor
) -> None:
    await _trained(night, detector, tmp_path, aside)

    for _ in range(3):
        assert await learn.judge(night.hub, night.ingest, detector, tmp_path, aside, "library 1") == 1
        assert await learn.judge(night.hub, night.ingest, detector, tmp_path, aside, "library 1") == 1
        await night.work()

    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.detail) == (
        "behaviour-changed",
        Severity.MODERATE,
        "oppe 5 ganger; vanlig 1-2",
    )
    assert [event.kind for event in await night.events()].count("behaviour.changed") == 1
    assert night.told == []


@pytest.mark.parametrize("harm", ["deleted", "truncated", "flipped", "library", "never trained"])
async def test_a_missing_or_broken_model_changes_nothing_f75(
    night: Night, detector: str, tmp_path: Path, aside: ThreadPoolExecutor, harm: str
) -> None:
    if harm == "never trained":
        assert await learn.train(night.hub, detector, tmp_path, aside, "library 1") is None
    else:
        file = tmp_path / (await _trained(night, detector, tmp_path, aside)).file
        stored = file.read_bytes()
        if harm == "deleted":
            file.unlink()
        elif harm != "library":
            file.write_bytes(stored[:-1] if harm == "truncated" else bytes([stored[0] ^ 1]) + stored[1:])

    library = "library 2" if harm == "library" else "library 1"
    assert await learn.judge(night.hub, night.ingest, detector, tmp_path, aside, library) == 0
    await night.press()

    assert await night.kinds() == ["social-alarm"]
    assert sorted(night.told) == ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


async def test_an_older_model_that_is_whole_serves_while_the_newest_is_broken_f75(
    night: Night, detector: str, tmp_path: Path, aside: ThreadPoolExecutor
) -> None:
    await _trained(night, detector, tmp_path, aside)
    night.clock.advance(hours=1)
    newest = await _trained(night, detector, tmp_path, aside)
    (tmp_path / newest.file).unlink()

    assert await learn.judge(night.hub, night.ingest, detector, tmp_path, aside, "library 1") == 1


async def test_somebody_who_has_moved_out_is_not_judged(
    night: Night, detector: str, tmp_path: Path, aside: ThreadPoolExecutor
) -> None:
    await _trained(night, detector, tmp_path, aside)
    async with night.database.write() as session:
        for row in await night.rows(tables.Residency):
            (await session.get_one(tables.Residency, row.id)).until = night.clock()

    await learn.judge(night.hub, night.ingest, detector, tmp_path, aside, "library 1")
    await night.work()

    assert await night.alerts() == []
