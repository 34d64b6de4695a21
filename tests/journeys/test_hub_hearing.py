"""The hub's own ears: a broker that is gone, that two hubs fight over, or that forgot us (F1, F3, F5, F11, F12)."""

from datetime import timedelta

import pytest

from carehub.core.kinds import EventKind
from carehub.flow.watching.hearing import Hearing
from carehub.store import tables
from carehub.web.health import not_ready
from carehub.web.wording.troubles import troubles
from tests.journeys.building import Night


@pytest.fixture
def hearing(quick_night: Night) -> Hearing:
    """The station, with a broker that nobody has reached yet."""
    return Hearing(quick_night.hub, quick_night.ingest.observe)


async def faults(night: Night) -> list[str]:
    """What the hub has told of itself, through its own fold and alerts."""
    await night.work()
    return [event.detail or "" for event in await night.events() if event.kind == EventKind.HUB_FAULT]


async def _looks(night: Night, hearing: Hearing, seconds: int) -> None:
    for _ in range(seconds // 5):
        night.clock.advance(seconds=5)
        await hearing.look()


async def _connects(night: Night, hearing: Hearing, *, present: bool) -> None:
    async with night.database.write() as session:
        await hearing.session(session, present=present)
    hearing.changed(connected=True, reason="")


async def test_a_broker_that_is_down_at_the_start_is_an_alert_within_a_minute_f1(
    quick_night: Night, hearing: Hearing
) -> None:
    """F1, F3, F5: whatever keeps us from hearing, staff see it at once and the technical alert comes within 60 s."""
    night = quick_night
    hearing.changed(connected=False, reason="the broker refused the subscription to zigbee2mqtt/#")
    assert "broker" in await not_ready(night.hub)
    assert troubles(night.hub, night.clock())[0].title == "Huben hører ikke sensorene"

    await _looks(night, hearing, 55)

    (told,) = await faults(night)
    assert "refused the subscription" in told
    await _looks(night, hearing, 600)
    assert len(await faults(night)) == 1
    assert await night.kinds() == ["hub-fault"]


async def test_a_message_that_the_broker_refused_for_its_size_is_an_alert_once_an_hour_f7(
    quick_night: Night, hearing: Hearing
) -> None:
    """F7: its sender repeats it for ever; another's does not hide behind it."""
    night = quick_night
    for sender in ("knapp-anna", "knapp-anna", "gateway-2"):
        hearing.refused(sender)
    told = await faults(night)
    night.clock.advance(minutes=61)
    hearing.refused("knapp-anna")

    assert [" ".join(one.split()[:6]) for one in told] == [
        "MQTT-tjeneren avviste en melding fra knapp-anna:", "MQTT-tjeneren avviste en melding fra gateway-2:"
    ]  # fmt: skip
    assert len(await faults(night)) == 3
    assert await night.kinds() == ["hub-fault", "hub-fault"]


async def test_a_clock_that_is_set_back_hides_no_broker_that_is_gone_f1_f34(
    quick_night: Night, hearing: Hearing
) -> None:
    """F1, F34: a box that starts without a network gets its time late, and its broker is told of within a minute."""
    hearing.changed(connected=False, reason="no route")
    quick_night.clock.advance(hours=-1)

    await _looks(quick_night, hearing, 60)

    assert len(await faults(quick_night)) == 1


async def test_a_broker_that_is_only_restarted_alerts_nobody_f2(quick_night: Night, hearing: Hearing) -> None:
    """F2: its messages come again; what a second can mend is no alert."""
    await _connects(quick_night, hearing, present=False)
    await _looks(quick_night, hearing, 60)
    hearing.changed(connected=False, reason="connection lost")
    quick_night.clock.advance(seconds=2)
    await _connects(quick_night, hearing, present=False)
    await _looks(quick_night, hearing, 60)

    assert await faults(quick_night) == []


async def test_two_hubs_of_one_name_are_told_of_once_f11(quick_night: Night, hearing: Hearing) -> None:
    """F11: four connections lost within a minute; then no more alerts while it lasts."""
    for _ in range(12):
        await _connects(quick_night, hearing, present=True)
        quick_night.clock.advance(seconds=3)
        hearing.changed(connected=False, reason="connection lost")

    (told,) = await faults(quick_night)
    assert "samme navn" in told


async def test_a_session_that_the_broker_forgot_gives_the_time_in_which_the_hub_was_deaf_f12(
    quick_night: Night,
) -> None:
    """F12: over a restart of the hub too; what kept our session is no gap."""
    night = quick_night
    before = Hearing(night.hub, night.ingest.observe)
    await _connects(night, before, present=False)
    await before.look()
    async with night.database.write() as session:
        session.add(tables.Beat(name="broker", at=night.hub.health.beats["broker"]))
    night.clock.advance(minutes=7)
    kept = Hearing(night.hub, night.ingest.observe)
    await _connects(night, kept, present=True)
    assert await faults(night) == []

    forgot = Hearing(night.hub, night.ingest.observe)
    await _connects(night, forgot, present=False)

    (told,) = await faults(night)
    assert "døv fra kl. 02:14 til 02:21" in told
    assert night.clock() - night.hub.health.beats["broker"] == timedelta(minutes=7)
