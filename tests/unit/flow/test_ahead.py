"""While one batch is stored the next is folded upon it: what comes of that is what would have come without.

Each night ends with its promises: every event is found, and the journal, replayed, gives the same alerts.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import col, update

from carehub.contracts import Message
from carehub.flow.receiving.batch import Load, Work
from carehub.flow.receiving.intake import Draft, Intake
from carehub.store import tables
from carehub.store.database import Session
from tests.journeys.building import Night


@asynccontextmanager
async def storing(
    night: Night, monkeypatch: pytest.MonkeyPatch, *, fails: Exception | None = None
) -> AsyncIterator[None]:
    """The next batch is held in the midst of being stored; then it holds, or fails once, and all the rest is done."""
    write, hold, reached = night.ingest._write, asyncio.Event(), asyncio.Event()

    async def slow(session: Session, work: Work) -> None:
        await write(session, work)
        if not reached.is_set():
            reached.set()
            await hold.wait()
            if fails is not None:
                raise fails

    monkeypatch.setattr(night.ingest, "_write", slow)
    fold = asyncio.create_task(night.fold())
    await reached.wait()
    yield
    hold.set()
    await fold


async def _meanwhile(night: Night, *messages: Message) -> int:
    """These arrive, and the loop has time; gives how many were folded."""
    for one in messages:
        night.ingest.deliver(one)
    for _ in range(20):
        await asyncio.sleep(0)
    return night.ingest.ahead.folded


def _moves(night: Night, many: int) -> list[Message]:
    """Somebody walks in the hall: told one way and the other, so that each is news."""
    return [
        night.message("zigbee2mqtt/gang", {"occupancy": at % 2 == 0}, received_at=night.clock.advance(seconds=1))
        for at in range(many)
    ]


async def _begin(night: Night, *, waiting: int = 0) -> None:
    """The home is known to the fold, as it is after the first message; what moves there is no button.

    Args:
        waiting: So many more have come, and are in no batch yet.
    """
    async with night.database.write() as session:
        sensors = col(tables.Device.address).in_(("gang", "røyk-par"))
        await session.exec(update(tables.Device).where(sensors).values(can_alarm=False))
    await night.reload()
    await night.hear(*_moves(night, 1))
    night.road.acknowledged.clear()
    for one in _moves(night, waiting):
        night.ingest.deliver(one)


async def test_what_is_folded_meanwhile_is_stored_once_in_its_order_and_then_acknowledged(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _begin(night)
    first, then = _moves(night, 5), _moves(night, 70)
    before = night.ingest.counts.batches
    for one in first:
        night.ingest.deliver(one)

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *then) == 70
        assert night.road.acknowledged == []
        assert night.ingest.waiting == 70

    assert [event.at for event in await night.events()][1:] == [one.received_at for one in first + then]
    assert night.road.acknowledged == first + then
    assert night.ingest.counts.batches - before == 2


async def test_an_alarm_that_comes_meanwhile_is_in_the_very_next_batch(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = quick_night
    await _begin(night, waiting=1)

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *_moves(night, 40)) == 40
        assert await _meanwhile(night, night.pressed(), *_moves(night, 300)) == 40

    events = await night.events()
    assert [event.alarm for event in events].index(True) == 1 + 1 + 40
    assert len(events) == 1 + 1 + 40 + 1 + 300
    assert "social-alarm" in await night.kinds()


async def test_a_repeat_takes_nothing_from_what_is_stored_with_it(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server says of a whole batch that it has one of its keys: all is folded again, what was read ahead too."""
    first = night.pressed(id="7f3a")
    await _begin(night)
    await night.hear(first)
    below, then = _moves(night, 1), _moves(night, 40)
    night.ingest.deliver(below[0])

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *then) == 40
        again = [night.message(first.topic, first.payload), night.pressed("knapp-bjarne")]
        assert await _meanwhile(night, *again) == 40

    events = await night.events()
    assert [event.at for event in events if not event.alarm][1:] == [one.received_at for one in below + then]
    assert [event.seq - events[0].seq for event in events] == list(range(len(events)))
    assert sorted((alert.resident_id, alert.presses) for alert in await night.alerts()) == [("anna", 1), ("bjarne", 1)]
    assert night.road.acknowledged == [first, *below, *then, *again]
    assert night.ingest.counts.duplicates == 1


@pytest.mark.parametrize(
    "error", [OperationalError("", None, Exception("database is locked")), ValueError("unforeseen")]
)
async def test_where_the_batch_below_fails_nothing_stands_on_it_and_nothing_is_lost(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """F25: neither lost, nor stored twice, nor acknowledged before it is stored."""
    night = quick_night
    await _begin(night)
    first, then = _moves(night, 3), _moves(night, 30)
    for one in first:
        night.ingest.deliver(one)

    async with storing(night, monkeypatch, fails=error):
        assert await _meanwhile(night, *then) == 30

    events = await night.events()
    assert sorted(event.at for event in events[1:]) == [one.received_at for one in first + then]
    assert [event.seq - events[0].seq for event in events] == list(range(len(events)))
    assert sorted(one.mid for one in night.road.acknowledged) == [one.mid for one in first + then]


async def test_what_was_read_by_an_older_register_is_read_again(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = quick_night
    await _begin(night, waiting=1)

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *_moves(night, 10)) == 10
        moved = await night.registry()
        (device,) = [one for one in moved.devices.values() if one.address == "gang"]
        device.places[:] = [replace(one, place="bathroom") for one in device.places]
        night.ingest.intake.reload(moved)

    assert [event.place for event in await night.events()] == ["hall"] * 2 + ["bathroom"] * 10


async def test_what_was_judged_by_older_rules_is_judged_again(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = quick_night
    await _begin(night, waiting=1)
    claimed: list[Work | None] = []
    claim = night.ingest.ahead.claim

    def noted(load: Load, seq: int) -> Work | None:
        claimed.append(claim(load, seq))
        return claimed[-1]

    monkeypatch.setattr(night.ingest.ahead, "claim", noted)

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *_moves(night, 10)) == 10
        adopting = asyncio.create_task(night.ingest.adopt(night.rulebook.without(["out-at-night"])))
        await asyncio.sleep(0)
    await adopting

    assert claimed[-1] is None
    assert len(await night.events()) == 12


async def test_a_clock_that_was_set_is_told_before_what_is_heard(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33: what is stamped by the new clock must not meet a fold that knows only the old one."""
    night = quick_night
    await _begin(night, waiting=1)

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *_moves(night, 10)) == 10
        night.ingest.set_clock(["home:anna"], night.clock())
        assert await _meanwhile(night, *_moves(night, 10)) == 10

    told = (await night.rows(tables.FoldInput, tables.FoldInput.seq))[-1]
    assert [event.seq > told.seq for event in await night.events()] == [False] * 2 + [True] * 20


@pytest.mark.parametrize(
    ("topic", "body"),
    [
        ("zigbee2mqtt/røyk", {"smoke": True}),
        ("zigbee2mqtt/gang", b"{"),
        ("zigbee2mqtt/aldri-sett", {"occupancy": True}),
        ("carehub/v1/knapp-anna/event", {"id": "1", "kind": "temperature", "value": 21}),
        ("zigbee2mqtt/røyk-par", {"battery": 90}),
        ("nobody/speaks/this", {}),
    ],
    ids=["may be an alarm", "unreadable", "unknown device", "an id of its own", "a home not in memory", "no source"],
)
async def test_what_may_be_an_alarm_or_must_be_looked_up_waits_for_its_turn(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch, topic: str, body: object
) -> None:
    night = quick_night
    await _begin(night, waiting=1)
    del night.ingest.folder.states["home:par"]

    async with storing(night, monkeypatch):
        assert await _meanwhile(night, *_moves(night, 4)) == 4
        assert await _meanwhile(night, night.message(topic, body), *_moves(night, 4)) == 4

    assert len([event for event in await night.events() if event.device_id == "gang"]) == 1 + 1 + 4 + 4
    assert len(night.road.acknowledged) == 1 + 4 + 1 + 4


async def test_a_device_that_is_first_heard_of_meanwhile_is_listed(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is met while another batch is stored, which lists other devices."""
    night = quick_night
    await _begin(night)
    night.ingest.deliver(night.message("zigbee2mqtt/ny-1", {"occupancy": True}))

    async with storing(night, monkeypatch):
        await _meanwhile(night, night.message("zigbee2mqtt/ny-2", {"occupancy": True}))

    listed = {one.address for one in await night.rows(tables.Device, tables.Device.address)}
    assert {"ny-1", "ny-2"} <= listed
    assert night.ingest.intake.unknown == {}


async def test_what_the_broker_repeats_is_known_from_the_batch_below(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = quick_night
    await _begin(night)
    (one,) = _moves(night, 1)
    night.ingest.deliver(one)

    async with storing(night, monkeypatch):
        again = night.message(one.topic, one.payload, mid=one.mid, dup=True, received_at=one.received_at)
        assert await _meanwhile(night, again) == 1

    assert (len(await night.events()), night.ingest.counts.duplicates) == (2, 1)


async def test_a_message_that_nobody_foresaw_is_set_aside_in_its_turn(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    night = quick_night
    await _begin(night, waiting=1)
    read = Intake.read

    def breaks(self: Intake, message: Message) -> Draft | None:
        if b"99" in message.payload:
            raise RuntimeError("nobody foresaw this")
        return read(self, message)

    monkeypatch.setattr(Intake, "read", breaks)
    async with storing(night, monkeypatch):
        poison = night.message("zigbee2mqtt/gang", {"illuminance": 99})
        assert await _meanwhile(night, *_moves(night, 4), poison, *_moves(night, 4)) == 0

    assert [letter.topic for letter in await night.letters()] == ["zigbee2mqtt/gang"]
    assert len([event for event in await night.events() if event.kind.startswith("motion")]) == 1 + 1 + 4 + 4
