"""The canary: the hub's own alarm goes the whole way round, and nobody is troubled by it."""

from datetime import timedelta

import pytest
from sqlmodel import SQLModel, col, select

from carehub.contracts import Fate, OutgoingNotice, Receipt, TransportError
from carehub.core.answers.alerts import Status
from carehub.core.rules.rulebook import Rulebook
from carehub.core.watching import canary
from carehub.flow.watching.canary import Canary, Recipient
from carehub.store import answers, audit, ledger, load, pages, registers, tables
from tests.journeys.building import INGRID, Night


class Bird:
    """A night with a canary in it."""

    def __init__(self, night: Night) -> None:
        self.night, self.broker_is_up = night, True
        self.canary = Canary(night.hub, night.ingest.observe, self._publish, 60)

    async def _publish(self, topic: str, payload: bytes) -> None:
        if not self.broker_is_up:
            raise TransportError("not connected")
        self.night.ingest.deliver(self.night.message(topic, payload))

    async def minutes(self, many: int) -> None:
        """So many songs, each looked after as the worker does."""
        for _ in range(many):
            await self.canary.look()
            await self.night.work()
            for seconds in (15, 20):
                self.night.clock.advance(seconds=seconds)
                await self.canary.look()
                await self.night.work()
            self.night.clock.advance(seconds=25)

    async def rows(self, table: type[SQLModel], *conditions: object) -> list[object]:
        """Seen as a station sees them: from a page they are hidden."""
        async with self.night.database.write() as session:
            return list((await session.exec(select(table).where(*conditions))).all())  # type: ignore[arg-type]

    async def month(self) -> tables.CanaryMonth:
        (month,) = await self.rows(tables.CanaryMonth)
        assert isinstance(month, tables.CanaryMonth)
        return month


@pytest.fixture
async def bird(night: Night) -> Bird:
    night.channels["canary"] = Recipient()
    return Bird(night)


@pytest.fixture
async def quick_bird(quick_night: Night) -> Bird:
    """On SQLite alone, for what no database can change."""
    quick_night.channels["canary"] = Recipient()
    return Bird(quick_night)


async def test_it_goes_round_and_troubles_nobody(bird: Bird) -> None:
    """F82: MQTT, source, rule, alert, outbox, recipient and back, every minute."""
    await bird.minutes(10)

    month = await bird.month()
    assert (month.month, month.returned, month.missed) == ("2026-01", 10, 0)
    alerts = await bird.rows(tables.Alert)
    assert len(alerts) == 10
    assert {alert.status for alert in alerts if isinstance(alert, tables.Alert)} == {Status.CLOSED}
    assert (bird.night.told, bird.night.shown) == ([], [])
    assert bird.night.hub.health.canary.missing is False
    assert bird.night.hub.health.canary.took_ms == 0


async def test_no_page_and_no_count_shows_it(bird: Bird) -> None:
    await bird.night.press()
    await bird.canary.look()
    await bird.night.work()
    assert len(await bird.rows(tables.Alert, tables.Alert.status != Status.CLOSED)) == 2

    async with bird.night.database.read() as session:
        assert [card.alert.scope_id for card in await pages.open_alerts(session)] == ["home:anna"]
        assert await registers.waiting_notices(session) == 0
        assert sum((await registers.open_by_severity(session)).values()) == 1
        assert await ledger.outcomes(session) == {"alert": 1}
        lately = (bird.night.clock() - timedelta(hours=1), bird.night.clock() + timedelta(hours=1))
        assert [case.rule for case in await load.cases(session, *lately)] == ["social-alarm"]
        assert await answers.many(session, *lately) == 1
        assert len((await answers.at_rest(session, *lately, lately[1]))[1]) == 1
        assert [row.device.address for row in await registers.devices(session, registers.Show.ALL, "canary")] == []
        (its_own,) = await bird.rows(tables.Alert, tables.Alert.scope_id == canary.SCOPE)
        assert isinstance(its_own, tables.Alert)
        assert await pages.card_of(session, its_own.id) is None
        assert await pages.numbered(session, its_own.id[:4]) is None


async def test_the_sweep_leaves_nothing_but_the_count(bird: Bird) -> None:
    await bird.minutes(5)
    await bird.night.press()
    bird.night.clock.advance(minutes=11)
    await bird.canary.sweep()

    assert [alert.scope_id for alert in await bird.rows(tables.Alert)] == ["home:anna"]  # type: ignore[attr-defined]
    assert len(await bird.rows(tables.Event)) == 1
    assert len(await bird.rows(tables.AlertEvent)) == 1
    assert len(await bird.rows(tables.CanarySong)) == 5
    bird.night.clock.advance(days=1)
    await bird.canary.sweep()
    assert await bird.rows(tables.CanarySong) == []
    assert (await bird.month()).returned == 5


async def test_it_gets_through_with_a_broken_rulebook(quick_bird: Bird) -> None:
    quick_bird.night.hub.rulebook = Rulebook.safe_mode("Europe/Oslo")
    await quick_bird.minutes(1)

    assert (await quick_bird.month()).returned == 1


@pytest.mark.parametrize("broken", ["broker", "outbox"])
async def test_one_that_does_not_come_back_is_told_once_and_counted_each_time(quick_bird: Bird, broken: str) -> None:
    """F82: only the sender of notices stands still, or only the broker; every part says that it lives."""
    if broken == "broker":
        quick_bird.broker_is_up = False
    else:
        del quick_bird.night.channels["canary"]
    await quick_bird.minutes(5)

    assert (await quick_bird.month()).missed == 5
    told = quick_bird.night.hub.health.canary.missing
    assert told
    fault = await quick_bird.night.the_alert()
    assert (fault.kind, fault.scope_id, fault.presses) == ("hub-fault", "hub:canary", 1)
    assert fault.detail == "Prøvealarmen kom ikke tilbake: varsler kan bli borte."

    quick_bird.broker_is_up, quick_bird.night.channels["canary"] = True, Recipient()
    await quick_bird.minutes(2)
    assert (await quick_bird.month()).returned >= 1
    assert not quick_bird.night.hub.health.canary.missing
    assert len(await quick_bird.night.alerts()) == 1


async def test_a_song_that_comes_late_is_missed_and_not_counted_as_back(quick_bird: Bird) -> None:
    quick_bird.broker_is_up = False
    await quick_bird.canary.look()
    quick_bird.broker_is_up = True
    (song,) = await quick_bird.rows(tables.CanarySong)
    assert isinstance(song, tables.CanarySong)
    quick_bird.night.clock.advance(seconds=31)
    await quick_bird.canary.look()
    await quick_bird.canary._publish(canary.topic(), b'{"id": "%s", "kind": "button.pressed"}' % song.id.encode())
    await quick_bird.night.work()
    await quick_bird.canary.look()

    month = await quick_bird.month()
    assert (month.returned, month.missed) == (0, 1)


async def test_another_hubs_canary_on_the_same_broker_is_closed_and_not_counted(quick_bird: Bird) -> None:
    """F78: two hubs on one broker hear each other's canary; neither takes it for a person."""
    await quick_bird.canary._publish(canary.topic(), b'{"id": "ikke-var", "kind": "button.pressed"}')
    await quick_bird.night.work()
    quick_bird.night.clock.advance(seconds=1)
    await quick_bird.minutes(1)

    assert (await quick_bird.month()).returned == 1
    assert (quick_bird.night.told, await quick_bird.night.alerts()) == ([], [])


async def test_it_waits_behind_every_other_notice(quick_bird: Bird) -> None:
    order: list[str] = []

    class Listening(Recipient):
        async def send(self, notice: OutgoingNotice) -> Receipt:
            order.append("canary")
            return Receipt(fate=Fate.DELIVERED, reference=notice.id)

    quick_bird.night.channels["canary"] = Listening()

    def rings(_: OutgoingNotice) -> Receipt:
        order.append("ingrid")
        return Receipt(fate=Fate.ACCEPTED)

    quick_bird.night.phones.network[INGRID] = rings
    await quick_bird.canary.look()
    quick_bird.night.ingest.deliver(quick_bird.night.pressed())
    await quick_bird.night.work()

    assert order == ["ingrid", "canary"]


async def test_a_clock_that_is_set_back_does_not_silence_it(quick_bird: Bird) -> None:
    """F34: an hour back must not mean an hour without a canary."""
    await quick_bird.minutes(2)
    quick_bird.night.clock.advance(hours=-1)
    await quick_bird.minutes(2)

    assert (await quick_bird.month()).returned == 4


async def test_the_auditor_misses_one_that_stays_away(bird: Bird) -> None:
    """F82: the tables tell from outside too."""
    await bird.minutes(2)
    bird.broker_is_up = False
    bird.night.clock.advance(minutes=5)
    async with bird.night.database.read() as session:
        picture = await audit.look(session, bird.night.clock(), timedelta(seconds=30))

    assert picture.canary_back is not None
    assert bird.night.clock() - picture.canary_back > timedelta(minutes=5)
    assert picture.stuck == picture.untold == picture.lost == 0


async def test_a_canary_that_is_never_heard_ends_its_own_alert(quick_bird: Bird) -> None:
    """An open alert for ever would hide the next song behind it."""
    del quick_bird.night.channels["canary"]
    await quick_bird.canary.look()
    await quick_bird.night.pass_time(12)

    assert await quick_bird.rows(tables.Alert, col(tables.Alert.status) != Status.CLOSED) == []
