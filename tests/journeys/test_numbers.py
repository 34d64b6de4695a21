"""A hole in a device's running numbers (F13): told once, told as filled, and no hole where there is none."""

import json

import pytest

from carehub.core.answers.alerts import Status
from carehub.flow import watch
from carehub.store import tables
from integrations.sources import http_events
from tests.journeys.building import Night

KNAPP = "knapp-anna"


async def _sends(night: Night, *numbers: int, device: str = KNAPP) -> None:
    for number in numbers:
        body = {"id": f"{device}-{number}", "kind": "device.heartbeat", "seq": number}
        await night.hear(night.message(f"carehub/v1/{device}/event", body))


async def _look(night: Night, seconds: float = 5) -> None:
    night.clock.advance(seconds=seconds)
    await watch.watch(night.hub, night.ingest)
    await night.work()


async def _told(night: Night) -> list[str]:
    return [alert.detail or "" for alert in await night.alerts() if alert.kind == "hub-fault"]


async def test_a_message_that_never_came_is_told_once_and_names_the_device_f13(night: Night) -> None:
    """F13: seq 5 of 10 is dropped; a technical alert, not a critical one, and one alone."""
    await _sends(night, 1, 2, 3, 4, 6, 7, 8, 9, 10)
    await _look(night)
    assert await _told(night) == []

    for _ in range(3):
        await _look(night, 31)

    (alert,) = await night.alerts()
    assert (alert.kind, alert.scope_id, alert.presses) == ("hub-fault", f"hub:gap/{KNAPP}", 1)
    assert alert.detail == "1 melding mangler fra kanari etikett (nr. 5). Sjekk enheten og veien hit."
    assert alert.severity.name == "MODERATE"


async def test_a_gap_that_grows_is_told_on_the_same_alert_f13(night: Night) -> None:
    """F13: at most one open alert for a device; another device has its own."""
    await _sends(night, 1, 3)
    await _sends(night, 7, 9, device="knapp-bjarne")
    await _look(night)
    await _look(night, 31)
    await _sends(night, 6)
    await _look(night)
    await _look(night, 31)

    found = {alert.scope_id: alert.presses for alert in await night.alerts()}
    assert found == {f"hub:gap/{KNAPP}": 2, "hub:gap/knapp-bjarne": 1}
    gaps = {gap.device_id: gap.missing for gap in await night.rows(tables.DeviceGap)}
    assert gaps == {KNAPP: "[[2,2],[4,5]]", "knapp-bjarne": "[[8,8]]"}


async def test_what_comes_late_fills_the_gap_and_is_told_as_filled_f13(night: Night) -> None:
    """F13: sent again after the alert; also by the other road, and twice."""
    await _sends(night, 1, 2, 5)
    await _look(night)
    await _look(night, 31)
    (told,) = await _told(night)
    assert told.startswith("2 meldinger mangler fra")

    await _sends(night, 3, 3)
    body = {"device": KNAPP, "id": f"{KNAPP}-4", "kind": "device.heartbeat", "seq": 4}
    await night.hear(*http_events.messages(json.dumps(body).encode(), night.clock()))
    await _look(night)

    assert any("er kommet" in line for line in await night.journal())
    assert await night.rows(tables.DeviceGap) == []
    assert (await night.the_alert()).status is Status.OPEN
    await _look(night, 31)
    assert len(await _told(night)) == 1


@pytest.mark.parametrize(
    "numbers", [(1, 3, 2, 4), (8, 9, 10, 0, 1, 2), (8, 9, 10, 1, 2), (5, 5, 6)], ids=["order", "zero", "one", "twice"]
)
async def test_what_is_no_gap_is_not_told_f13(night: Night, numbers: tuple[int, ...]) -> None:
    """F13: out of order, a battery change, the same message twice."""
    await _sends(night, *numbers)
    await _look(night)
    await _look(night, 31)

    assert await night.alerts() == []


async def test_a_battery_change_is_no_filling_f13(night: Night) -> None:
    """F13: what was missing before it can no longer come, and nobody says that it did."""
    await _sends(night, 40, 42)
    await _look(night)
    await _look(night, 31)
    await _sends(night, 0, 1)
    await _look(night)

    assert await night.rows(tables.DeviceGap) == []
    assert not any("er kommet" in line for line in await night.journal())


async def test_a_restart_of_the_hub_makes_no_gap_and_hides_none_f13(night: Night) -> None:
    """F13: what was stored and not yet counted when the hub died is counted by the next; what is lost is told."""
    await _sends(night, 1, 2)
    await _look(night)
    await _sends(night, 3, 4)
    await night.die()
    await night.start()
    await _sends(night, 5)
    await _look(night)
    await _look(night, 31)
    assert await night.alerts() == []

    await _sends(night, 7)
    await _look(night)
    await night.die()
    await night.start()
    await _look(night, 31)
    await _look(night, 31)

    (told,) = await _told(night)
    assert "(nr. 6)" in told


async def test_a_number_that_cannot_be_read_loses_no_alarm_f13(night: Night) -> None:
    """F13: `seq` is a claim: a press with a wrong one alerts, with its clock as it was."""
    for seq in (-1, "tolv", 2**60, [1], None):
        await night.press(seq=seq)

    alert = await night.the_alert()
    assert (alert.kind, alert.presses) == ("social-alarm", 5)
    assert await night.letters() == []
    assert all(event.device_at and event.number is None for event in await night.events())
