"""A station that fails at a named point does its work again, and nothing is lost or done twice (F16)."""

from collections.abc import Callable, Iterator

import pytest

from carehub.kit.failpoints import LIST, SWITCH, arm
from tests.journeys.building import Night


@pytest.fixture
def failing_at() -> Iterator[Callable[[str], None]]:
    """Lets the named point raise once."""
    yield lambda point: arm({LIST: f"{point}=raise@1", SWITCH: "yes"})
    arm({})


@pytest.mark.parametrize(
    "point",
    ["ingest.begin", "rules.start", "rules.matched", "ingest.inserted", "ingest.committed", "alert.committed"],
)
async def test_a_batch_that_fails_anywhere_is_stored_once_and_its_neighbours_too_f16(
    night: Night, failing_at: Callable[[str], None], point: str
) -> None:
    """F16: also where the commit held and only its answer was lost; a press without an id is then a redelivery."""
    failing_at(point)

    await night.hear(
        night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}), night.pressed("knapp-bjarne"),
        night.pressed("aldri-sett"), night.message("carehub/v1/knapp-liv/alarm", b"?"),
    )  # fmt: skip
    await night.hear(night.message("zigbee2mqtt/ringeknapp", {"action": "emergency"}))

    assert sorted(alert.presses for alert in await night.alerts()) == [1, 1, 1, 2]
    assert len(night.road.acknowledged) == 5
    assert len(night.road.replies) == 2
    assert len(await night.letters()) == 1
