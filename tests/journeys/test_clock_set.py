"""Somebody sets the clock on the wall, or the machine sleeps: no storm, and no lost hour."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from carehub.core.answers.alerts import Status
from carehub.core.answers.codes import with_check
from carehub.core.watching.audit import Concern, concerns_in
from carehub.flow.watching import retention
from carehub.flow.watching.canary import Canary, Recipient
from carehub.flow.watching.catchup import come_back
from carehub.flow.worker import Worker
from carehub.store import audit, catchup, logins, tables
from carehub.store.logins import Limits
from tests.journeys.building import INGRID, MARIA, Night
from tests.refusing import at_first


class Machine:
    """A night whose seconds pass by themselves beside the clock on the wall."""

    def __init__(self, night: Night) -> None:
        self.night, self.set_by = night, timedelta()
        self._start = night.clock()
        night.hub.steady = self._steady
        night.worker = Worker(night.hub, night.ingest, breath_s=0)

    def _steady(self) -> float:
        return (self.night.clock() - self._start - self.set_by).total_seconds()

    async def set_clock(self, **step: float) -> None:
        """The clock is set by so much, and the stations look as they do every second."""
        self.set_by += timedelta(**step)
        self.night.clock.advance(**step)
        await self.night.worker._tick()
        await self.night.work()
        await self.night.work()

    async def sleep(self, minutes: float) -> None:
        """The machine stands still for so long: nothing runs, both clocks go on."""
        self.night.clock.advance(minutes=minutes)
        await self.night.worker._tick()
        await self.night.work()
        await self.night.work()

    async def seconds(self, many: float, *, step: float = 5) -> None:
        """Time as it passes for a hub that looks every few seconds."""
        for _ in range(round(many / step)):
            self.night.clock.advance(seconds=step)
            await self.night.worker._tick()
            await self.night.work()

    def told(self, number: str = INGRID) -> int:
        return len([notice for _, notice in self.night.phones.sent if notice.address == number])


@pytest.fixture
def machine(night: Night) -> Machine:
    return Machine(night)


@pytest.mark.parametrize("step", [1, -1])
async def test_a_clock_set_by_an_hour_neither_storms_nor_loses_an_hour(machine: Machine, step: int) -> None:
    """F33, F34: the second rung comes two minutes after the first, whatever the clock on the wall says."""
    await machine.night.press()
    await machine.seconds(60)
    assert machine.told() == 1
    await machine.set_clock(hours=step)
    assert machine.told() == 1

    await machine.seconds(50)
    assert machine.told() == 1
    await machine.seconds(20)
    assert machine.told() == 2
    assert not any("Forsinket" in notice.text for _, notice in machine.night.phones.sent)


@pytest.mark.parametrize(("step", "way"), [(1, "frem"), (-1, "tilbake")])
async def test_that_the_clock_was_set_is_told(machine: Machine, step: int, way: str) -> None:
    """F33: a step of more than two seconds is an event."""
    await machine.set_clock(hours=step)

    alert = await machine.night.the_alert()
    assert (alert.kind, alert.scope_id) == ("hub-fault", "hub:clock")
    assert alert.detail == f"Klokken på maskinen ble stilt 1 t 0 min {way}. Fristene er flyttet med."


async def test_a_nudge_is_nothing(machine: Machine) -> None:
    for _ in range(5):
        await machine.set_clock(seconds=1.5)
        await machine.seconds(5)

    assert await machine.night.alerts() == []


@pytest.mark.parametrize("step", [1, -1])
async def test_a_rule_that_waits_waits_as_long_as_it_would_have(machine: Machine, step: int) -> None:
    """F33, F34: an hour in the bathroom is an hour by the seconds that pass, not by the clock."""
    night = machine.night
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    rows = [row for row in await night.rows(tables.FoldDeadline) if row.scope_id == "home:anna"]
    waits = min(row.due_at for row in rows) - night.clock()
    assert rows
    await machine.set_clock(hours=step)

    after = [row for row in await night.rows(tables.FoldDeadline) if row.scope_id == "home:anna"]
    assert min(row.due_at for row in after) <= night.clock() + waits
    await machine.seconds(waits.total_seconds() - 30, step=30)
    assert [alert.kind for alert in await night.alerts() if alert.kind != "hub-fault"] == []
    await machine.seconds(60, step=30)
    assert [alert.kind for alert in await night.alerts() if alert.kind != "hub-fault"] != []


@pytest.mark.parametrize("step", [1, -1])
async def test_devices_do_not_fall_silent_together(machine: Machine, step: int) -> None:
    """F33: set an hour forward, every sensor would seem to have been silent for an hour."""
    night = machine.night
    async with night.database.write() as session:
        (await session.get_one(tables.Device, "dør")).expected_interval_s = 600
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.worker._watch()
    await machine.set_clock(hours=step)
    await night.worker._watch()
    await night.work()
    assert "device-silent" not in await night.kinds()

    await machine.seconds(1230, step=30)
    await night.worker._watch()
    await night.work()
    assert "device-silent" in await night.kinds()


@pytest.mark.parametrize("step", [1, -1])
async def test_a_text_that_was_just_accepted_has_its_minute_to_arrive(machine: Machine, step: int) -> None:
    """F33, F34: set forward, it would count as lost and its number as suspect; set back, as on its way for an hour."""
    night = machine.night
    night.phones.silent = {INGRID, MARIA}
    await night.press()
    await machine.seconds(20)
    await machine.set_clock(hours=step)
    await machine.seconds(20)
    assert "not_delivered" not in " ".join(await night.journal())
    assert [way.address for way in await night.rows(tables.ContactMethod) if way.suspect_since] == []

    await machine.seconds(40)
    assert "not_delivered" in " ".join(await night.journal())


@pytest.mark.parametrize("step", [1, -1])
async def test_who_is_on_the_way_is_reminded_when_two_thirds_of_the_time_are_over(machine: Machine, step: int) -> None:
    """F33, F34: ten minutes to be there, whatever the clock on the wall says meanwhile."""
    await machine.night.press()
    await machine.night.take("ingrid")
    await machine.seconds(60)
    await machine.set_clock(hours=step)
    await machine.seconds(300, step=30)
    assert machine.told() == 1

    await machine.seconds(60)
    assert machine.told() == 2


@pytest.mark.parametrize("step", [1, -1])
async def test_a_telephone_that_was_asked_at_the_start_of_a_shift_keeps_its_time(machine: Machine, step: int) -> None:
    """F33, F34: set forward, everybody would be told that it was silent."""
    now, ten = machine.night.clock(), timedelta(minutes=10)
    async with machine.night.database.write() as session:
        call = tables.RollCall(
            id="call", person_id="ingrid", unit_id="sol", since=now, code="K7M2PT", asked_at=now, due_at=now + ten
        )
        session.add(call)
    await machine.set_clock(hours=step)

    (asked,) = await machine.night.rows(tables.RollCall)
    assert asked.due_at - machine.night.clock() == ten


@pytest.mark.parametrize("step", [1, -1])
async def test_a_number_that_guesses_waits_ten_minutes_by_the_seconds_that_pass_c22(
    machine: Machine, step: int
) -> None:
    """C22, F33, F34: set forward, a guesser would be free at once; set back, a carer would be shut out for an hour."""
    await machine.night.press()
    await machine.seconds(10)
    right = machine.night.code_for(INGRID)
    for guess in ("22222", "33333", "44444", "55555", "66666"):
        await machine.night.reply(INGRID, with_check(guess))
    await machine.set_clock(hours=step)
    await machine.seconds(540, step=60)
    assert (await machine.night.reply(INGRID, right)).startswith("Det kom for mange feil koder")

    await machine.seconds(60, step=60)
    assert (await machine.night.reply(INGRID, right)).startswith("Du har varsel ")


@pytest.mark.parametrize("days", [1, -1])
async def test_a_code_that_was_just_sent_takes_its_alert_whatever_the_clock_says(machine: Machine, days: int) -> None:
    """F33: codes live for twelve hours; set a day forward, every one in every pocket would be too old."""
    await machine.night.press()
    await machine.seconds(10)
    await machine.set_clock(days=days)

    assert (await machine.night.reply(INGRID, machine.night.code_for(INGRID))).startswith("Du har varsel ")
    assert Status.TAKEN in {alert.status for alert in await machine.night.alerts()}


@pytest.mark.parametrize("step", [1, -1])
async def test_a_login_lasts_as_long_as_it_would_have(machine: Machine, step: int) -> None:
    """C48, F33, F34: set forward, a whole shift would be out; set back, a tablet left lying would stay open."""
    night, minute = machine.night, timedelta(minutes=1)
    async with night.database.write() as session:
        maria = await session.get_one(tables.Person, "maria")
        limits = Limits(idle=minute, absolute=10 * minute)
        secret = await logins.begin(session, maria, limits, night.clock())
    await machine.seconds(50)
    await machine.set_clock(hours=step)

    held = await night.hub.logins.get(logins.hash_of(secret))
    assert held is not None
    assert night.clock() - held.seen_at == timedelta(seconds=50)
    assert held.expires_at - night.clock() == 10 * minute - timedelta(seconds=50)


@pytest.mark.parametrize("step", [1, -1])
async def test_a_clock_that_is_set_while_the_store_takes_nothing_is_not_forgotten(
    machine: Machine, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F25, F33, F34: the deadlines are moved when the store is back; else an hour is stormed through, or lost."""
    monkeypatch.setattr(catchup, "rebase", at_first(catchup.rebase, 2, "database is locked"))
    await machine.night.press()
    await machine.seconds(60)
    machine.set_by += timedelta(hours=step)
    machine.night.clock.advance(hours=step)
    for _ in range(2):
        with pytest.raises(OperationalError):
            await machine.night.worker._tick()
    await machine.seconds(50)
    assert machine.told() == 1

    await machine.seconds(20)
    assert machine.told() == 2


async def test_nothing_is_deleted_by_a_clock_that_has_just_leapt(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F33, G19: by a clock that says 2036 all that is kept would be too old, and gone at four in the morning."""
    cleaned: list[str] = []

    async def clean(_database: object, clock: Callable[[], datetime], _policies: object) -> dict[str, int]:
        cleaned.append(clock().strftime("%Y"))
        return {}

    monkeypatch.setattr(retention, "clean", clean)
    await machine.set_clock(days=3650)
    await retention.clean_at_night(machine.night.hub)
    assert cleaned == []
    await machine.set_clock(days=-3650)
    await retention.clean_at_night(machine.night.hub)
    assert cleaned == ["2026"]

    await machine.set_clock(days=3650)
    machine.night.clock.advance(days=2)
    await retention.clean_at_night(machine.night.hub)
    assert cleaned == ["2026", "2036"], "nobody set it right in two days: it is right"


async def test_a_hub_that_comes_back_after_weeks_deletes_nothing_at_once(night: Night) -> None:
    """F33: it cannot know whether it was gone for so long, or whether its clock is wrong."""
    async with night.database.write() as session:
        await session.merge(tables.Beat(name="worker", at=night.clock() - timedelta(days=8)))
    await come_back(night.hub, night.ingest)

    assert night.hub.clock_doubted == night.hub.passed()


@pytest.mark.parametrize("step", [1, -1])
async def test_the_canary_that_came_back_came_back_and_one_that_does_not_is_missed(machine: Machine, step: int) -> None:
    """F33, F34, F82: set forward, the auditor would shout at once; set back, not for an hour."""
    night, look = machine.night, timedelta(seconds=30)
    night.channels["canary"] = Recipient()

    async def into_the_broker(topic: str, payload: bytes) -> None:
        night.ingest.deliver(night.message(topic, payload))

    async def concerns() -> set[Concern]:
        async with night.database.write() as session:  # as the auditor sees it: to a page the canary is hidden
            picture = await audit.look(session, night.clock(), look)
        return set(concerns_in(picture, night.clock(), look)) & {Concern.CANARY}

    bird = Canary(night.hub, night.ingest.observe, into_the_broker, 60)
    await bird.look()
    await machine.seconds(10)
    await bird.look()
    await machine.set_clock(hours=step)
    assert (await concerns(), night.hub.health.canary.missing) == (set(), False)

    await machine.seconds(180, step=30)
    assert await concerns() == {Concern.CANARY}


async def test_a_box_without_a_battery_for_its_clock_asks_at_once_when_it_learns_the_time(machine: Machine) -> None:
    """F34: started in 1970 with deadlines of today, it must not wait for them, nor push them into the next century."""
    await machine.night.press()
    await machine.set_clock(days=-3650)
    before = machine.told()
    await machine.seconds(130)
    assert machine.told() > before

    await machine.set_clock(days=3650)
    for alert in await machine.night.alerts():
        assert alert.due_at is not None
        assert alert.due_at < machine.night.clock() + timedelta(hours=25)


async def test_a_machine_that_slept_says_so_and_catches_up(machine: Machine) -> None:
    """F39: thirty minutes of sleep; the step that fell due is taken once, late, with one summary."""
    await machine.night.press()
    await machine.seconds(10)
    await machine.sleep(30)
    await machine.seconds(20)

    texts = [notice.text for _, notice in machine.night.phones.sent if notice.address == INGRID]
    assert len(texts) == 2
    assert texts[1].startswith("Forsinket 28 min. ")
    (summary,) = [alert for alert in await machine.night.alerts() if alert.kind == "hub-fault"]
    assert summary.detail == "Huben var nede fra 02:14 til 02:44. 1 varsel gikk ut forsinket."
