"""More measurements than the hub can hold, and messages in the wrong order: no alarm is lost, none is closed."""

from itertools import permutations

import pytest

from carehub.core.answers.alerts import Status
from carehub.flow.receiving.queue import MOST_TELEMETRY
from tests.journeys.building import Night


async def test_of_a_flood_measurements_are_dropped_and_counted_and_alarms_never(quick_night: Night) -> None:
    """F20: the queue is bounded; what is thrown away is told of."""
    night = quick_night
    body = {"id": "1", "kind": "temperature", "value": 21}
    one = night.message("carehub/v1/knapp-anna/event", body, qos=0, mid=0)
    for _ in range(MOST_TELEMETRY + 7):
        night.ingest.deliver(one)
    alarms = [night.pressed("knapp-anna", id=f"a{number}") for number in range(3)]
    for alarm in alarms:
        night.ingest.deliver(alarm)
    acknowledged = night.message("carehub/v1/knapp-anna/event", body)
    night.ingest.deliver(acknowledged)  # of these the broker waits for our word, so it holds them back itself

    assert night.ingest.dropped == 7
    await night.ingest.step()
    assert (await night.the_alert()).presses == 3

    night.ingest._telemetry.clear()
    for _ in range(2):
        await night.worker._watch()
        await night.fold()
    (told,) = [alert for alert in await night.alerts() if alert.kind == "hub-fault"]
    assert told.detail == "Det kom flere målinger enn huben rekker, og noen ble kastet. Ingen alarmer er kastet."
    assert night.hub.health.dropped == 7


_STORY = ("button.pressed", "button.cancelled", "fall.detected", "fall.cleared")


@pytest.mark.parametrize("order", list(permutations(_STORY)), ids="-".join)
async def test_in_whatever_order_they_come_a_cancel_closes_nothing(quick_night: Night, order: tuple[str, ...]) -> None:
    """F38: a cancel before its alarm, or after: only a person closes."""
    night = quick_night
    for number, kind in enumerate(order):
        road = "alarm" if kind in {"button.pressed", "fall.detected"} else "event"
        body = {"id": f"{number}", "seq": number, "kind": kind}
        await night.hear(night.message(f"carehub/v1/knapp-anna/{road}", body))

    assert sorted((alert.kind, alert.status) for alert in await night.alerts()) == [
        ("fall", Status.OPEN), ("social-alarm", Status.OPEN)
    ]  # fmt: skip
