"""What breaks beside and beneath the hub: poison, rules, the store, the power (F16, F17, F25, F66, F71)."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from msgspec import structs
from sqlalchemy import text

from carehub.contracts import DecodeError, Message, Source
from carehub.core.answers.alerts import Status, Step
from carehub.core.events import CommandKind, Event, Reading
from carehub.core.kinds import EventKind
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.receiving.intake import Intake
from carehub.store import database as store
from carehub.store import tables
from carehub.store.ownership import OwnershipLost
from tests.journeys.building import NIGHT, Night

_FIRST = ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


# --- poison ----------------------------------------------------------------------------------


def _decode(message: Message) -> Sequence[Reading]:
    """A source with faults: it divides by zero, lets NUL through, and names a device as nobody may."""
    words = message.payload.decode()
    if words == "zero":
        return [Reading(device="d", kind=str(1 // 0))]
    if words == "refused":
        raise DecodeError("NUL \x00 and half a pair \ud800 in the explanation")
    if words == "nul":
        return [Reading(device="d", kind="pulse", detail="a\x00b", alarm=True)]
    if words == "name":
        return [Reading(device="d\x00\ud800", kind="button.pressed", alarm=True)]
    return [Reading(device=words, kind="button.pressed", alarm=True)]


_TRIAL = Source(
    name="trial", filters=("trial/#",), decode=_decode, is_alarm_path=lambda topic: topic.endswith("alarm"),
    device_of=lambda topic: topic.split("/")[1],
)  # fmt: skip


async def _with_trial(night: Night) -> None:
    await night.start(intake=Intake([*night.hub.sources, _TRIAL], await night.registry()))


async def test_one_poison_message_among_a_hundred_harms_nobody_invariant_2(night: Night) -> None:
    await _with_trial(night)
    messages = [night.message(f"trial/d{number}/alarm", f"d{number}".encode()) for number in range(20)]
    messages += [night.message("zigbee2mqtt/gang", {"illuminance": number}) for number in range(79)]
    messages.insert(50, night.message("trial/d/alarm", b"zero"))

    await night.hear(*messages)

    assert len([event for event in await night.events() if event.kind == "button.pressed"]) == 20
    assert sorted({alert.kind for alert in await night.alerts()}) == ["social-alarm", "unreadable-alarm"]
    (letter,) = await night.letters()
    assert (letter.payload, letter.alarm_path, "ZeroDivisionError" in letter.error) == (b"zero", True, True)
    assert len(night.road.acknowledged) == 100


async def test_what_the_store_refuses_is_set_aside_and_alerts_and_never_sticks_f66(night: Night) -> None:
    await _with_trial(night)

    await night.hear(night.message("trial/d/alarm", b"nul"), night.pressed())

    if night.database.is_sqlite:  # it takes NUL as it is
        assert [event.detail for event in await night.events() if event.source == "trial"] == ["a\x00b"]
        assert await night.kinds() == ["social-alarm"]
    else:
        assert [letter.payload for letter in await night.letters()] == [b"nul"]
        assert sorted(await night.kinds()) == ["social-alarm", "unreadable-alarm"]
    assert len(night.road.acknowledged) == 2


async def test_an_explanation_and_a_name_that_no_database_takes_do_no_harm_f66(night: Night) -> None:
    await _with_trial(night)

    await night.hear(
        night.message("trial/d/alarm", b"refused"),
        night.message("trial/\x00\ud800/alarm", b"zero"),
        night.message("trial/d/alarm", b"name"),
        night.pressed(),
    )

    assert sorted(await night.kinds()) == ["social-alarm", "social-alarm", "unreadable-alarm", "unreadable-alarm"]
    assert sorted(letter.payload for letter in await night.letters()) == [b"refused", b"zero"]


async def test_poison_on_the_second_road_is_set_aside_and_the_sender_goes_on(night: Night) -> None:
    await _with_trial(night)
    given = asyncio.ensure_future(night.ingest.submit([night.message("trial/d/event", b"zero"), night.pressed()]))
    await asyncio.sleep(0)

    await night.work()

    await given
    assert await night.kinds() == ["social-alarm"]
    assert len(await night.letters()) == 1


async def test_an_event_of_the_hubs_own_that_cannot_be_stored_becomes_a_fault_of_the_hub(night: Night) -> None:
    sound = Event(seq=0, at=night.clock(), kind=EventKind.DEVICE_ONLINE, scope="home:anna", source="hub")
    broken = structs.replace(sound, device=["no", "text"])
    night.ingest.observe(broken)
    night.ingest.deliver(night.pressed())

    await night.work()

    assert sorted(await night.kinds()) == ["hub-fault", "social-alarm"]


async def test_a_command_that_cannot_be_stored_is_refused_to_whoever_gave_it(night: Night) -> None:
    with pytest.raises(Exception, match=r"."):
        await night.command("home:anna", CommandKind.AWAY, by=object())

    await night.command("home:anna", CommandKind.AWAY, by="ingrid")
    assert [one.by for one in await night.rows(tables.FoldInput) if one.command] == ["ingrid"]


# --- rules -----------------------------------------------------------------------------------


class _Broken:
    """A rule that raises for each event it is shown."""

    id, version, per_device = "social-alarm", "broken", False

    def may_fit(self, _kind: str, _place: str | None) -> bool:
        return True

    may_begin = may_fit

    @property
    def shape(self) -> str:
        raise ZeroDivisionError("half a rule")


async def test_a_rule_that_raises_leaves_the_floor_and_the_other_rules_f71(night: Night) -> None:
    broken: Program = _Broken()  # type: ignore[assignment]
    sound = night.rulebook
    night.rulebook = replace(
        sound, asking={kind: (broken, *programs) for kind, programs in sound.asking.items() if kind != "button.pressed"}
        | {"button.pressed": (broken,)},
    )  # fmt: skip
    await night.start()

    await night.hear(night.pressed(), night.message("zigbee2mqtt/røyk", {"smoke": True}))

    assert sorted((alert.kind, alert.rule_id) for alert in await night.alerts()) == [
        ("fire", "fire"), ("social-alarm", "floor")
    ]  # fmt: skip
    assert sorted(night.told) == sorted(_FIRST * 2)


async def test_an_empty_rulebook_still_answers_a_button_f23(night: Night) -> None:
    night.rulebook = Rulebook.of([])
    await night.start()

    await night.press()

    assert sorted(night.told) == sorted([*_FIRST, "02:14 kari HASTER 1"])  # in safe mode everybody on duty


# --- the store -------------------------------------------------------------------------------


@asynccontextmanager
async def _locked(night: Night) -> AsyncIterator[None]:
    """Another writer, such as a backup, holds the database."""
    other = store.Database(night.database.url)
    async with other.connect() as connection:
        await connection.exec_driver_sql("BEGIN EXCLUSIVE" if other.is_sqlite else "LOCK TABLE event IN EXCLUSIVE MODE")
        yield
        await connection.rollback()
    await other.close()


async def test_while_another_writer_holds_the_store_nothing_is_acknowledged_and_nothing_is_lost_f25(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = tuple(line.replace("5000", "30") for line in store._SQLITE_PRAGMAS)
    monkeypatch.setattr(store, "_SQLITE_PRAGMAS", impatient)
    await night.database.engine.dispose()
    for number in range(10):
        night.ingest.deliver(night.pressed("knapp-anna" if number % 2 else "knapp-bjarne"))

    async with _locked(night):
        station = asyncio.create_task(night.ingest.run())
        await asyncio.sleep(0.3)
        assert night.road.acknowledged == []
        assert night.road.replies == []
    night.ingest.deliver(night.pressed("knapp-liv"))
    while len(night.road.acknowledged) < 11:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0.01)
    night.ingest.stop()
    await station

    assert len(await night.events()) == len(night.road.replies) == 11
    assert {alert.resident_id: alert.presses for alert in await night.alerts()} == {"anna": 5, "bjarne": 5, "liv": 1}


async def test_a_lost_connection_is_found_again_and_the_message_stored_once_f25(night: Night) -> None:
    await night.press("knapp-anna")
    if not night.database.is_sqlite:
        other = store.Database(night.database.url)
        async with other.connect() as connection:
            mine = "pid <> pg_backend_pid() AND datname = current_database()"
            ended = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {mine}"  # noqa: S608 - our own words
            await connection.execute(text(ended))
        await other.close()

    await night.press("knapp-bjarne")

    assert len(await night.events()) == len(night.road.acknowledged) == 2


async def test_poison_that_is_met_while_the_store_is_away_waits_for_it(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A healthy neighbour must not become a dead letter because the store was busy when its turn came."""
    await _with_trial(night)
    write, busy = night.ingest._write, iter([True, False, True, False, True, False])

    async def sometimes(*given: object) -> None:
        if next(busy, False):
            raise OSError("the disk is away")
        await write(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(night.ingest, "_write", sometimes)
    await night.hear(night.message("trial/d/alarm", b"zero"), night.pressed())

    assert [letter.payload for letter in await night.letters()] == [b"zero"]
    assert [event.kind for event in await night.events()] == ["alarm.unreadable", "button.pressed"]


async def test_an_owner_that_was_overtaken_stores_nothing_and_stops(night: Night) -> None:
    overtaken = night.ingest
    await night.start()
    await night.fold()

    overtaken.deliver(night.pressed())
    with pytest.raises(OwnershipLost):
        await overtaken.step()
    with pytest.raises(OwnershipLost):
        await overtaken.keep()

    assert await night.events() == []
    assert night.road.acknowledged == []
    await night.press()
    assert await night.kinds() == ["social-alarm"]


async def test_an_overtaken_owner_stops_amid_poison_too(night: Night) -> None:
    await _with_trial(night)
    overtaken = night.ingest
    await night.start()
    overtaken.deliver(night.message("trial/d/alarm", b"zero"))

    with pytest.raises(OwnershipLost):
        await overtaken.step()

    assert await night.letters() == []


# --- the power -------------------------------------------------------------------------------


async def test_after_three_hours_without_power_each_overdue_step_comes_once_the_most_urgent_first_f17(
    night: Night,
) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.press("knapp-anna")
    night.clock.advance(minutes=1)
    await night.press("knapp-bjarne")
    night.ingest.observe(
        Event(
            seq=0, at=night.clock(), kind=EventKind.BEHAVIOUR_CHANGED, scope="home:anna", source="hub", resident="anna"
        )
    )
    await night.work()
    before = len(night.told)
    await night.die()

    night.clock.advance(hours=3)
    await night.start()
    await night.worker._tick()
    await night.work()

    rungs = {alert.kind + (alert.resident_id or ""): alert.rung for alert in await night.alerts()}
    assert rungs == {
        "social-alarmanna": 2, "social-alarmbjarne": 2, "behaviour-changedanna": 2, "night-exitanna": 1
    }  # fmt: skip
    assert sorted(night.told[before:]) == sorted(
        ["05:15 ingrid HASTER 1", "05:15 maria HASTER 1"]
        + ["05:15 ingrid HASTER 2 sent", "05:15 maria HASTER 2 sent"] * 2
    )
    by_id = {alert.id: alert for alert in await night.alerts()}
    climbed = [
        by_id[step.alert_id] for step in await night.rows(tables.AlertStep, tables.AlertStep.id)
        if step.at == night.clock() and step.step is Step.ESCALATED
    ]  # fmt: skip
    assert [(alert.kind, alert.resident_id) for alert in climbed] == [
        ("social-alarm", "anna"), ("social-alarm", "bjarne"), ("behaviour-changed", "anna")
    ]  # fmt: skip


async def test_more_overdue_alerts_than_one_look_takes_are_all_asked_about_at_once_f17(quick_night: Night) -> None:
    night = quick_night
    await night.hear(*(night.pressed(f"ukjent-{number}") for number in range(55)))
    night.clock.advance(hours=1)

    night.hub.wake.escalate.set()
    while night.hub.wake.escalate.is_set():
        night.hub.wake.escalate.clear()
        await night.worker._escalate()

    assert {alert.rung for alert in await night.alerts()} == {2}


async def test_ticks_come_however_much_else_waits(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    night.clock.advance(minutes=6)
    night.ingest.deliver(night.message("zigbee2mqtt/røyk", {"battery": 90}))

    await night.worker._tick()
    await night.worker._tick()
    await night.work()

    assert await night.kinds() == ["night-exit"]
    ticks = [one for one in await night.rows(tables.FoldInput) if one.at == night.clock()]
    assert len(ticks) == 1


async def test_killed_before_the_commit_nothing_is_acknowledged_and_the_repeat_is_stored_f16(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    press = night.pressed(id="7f3a")

    async def killed(*_: object, **__: object) -> None:
        raise asyncio.CancelledError

    for station in ("stream.Unwritten.write", "alerts.add_fresh"):
        with monkeypatch.context() as power:
            power.setattr(f"carehub.store.{station}", killed)
            night.ingest.deliver(press)
            with pytest.raises(asyncio.CancelledError):
                await night.ingest.step()
        await night.start()
        assert night.road.acknowledged == []
        assert await night.events() == []

    await night.hear(press)

    assert sorted(night.told) == _FIRST
    assert (await night.the_alert()).status is Status.OPEN
    assert night.clock() - NIGHT < timedelta(minutes=1)
