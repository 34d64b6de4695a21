"""Staff who are with a resident: what they do there alerts nobody, and ends with the alert for which they came."""

from collections.abc import Awaitable, Callable

import pytest

from carehub.flow.watching.presence import Presence
from tests.journeys.building import Night


async def goes_out(night: Night, presence: Presence) -> None:
    """The front door opens and shuts, and nobody is seen inside for six minutes."""
    await presence.look()
    for contact in (False, True):
        await night.hear(night.message("zigbee2mqtt/dør", {"contact": contact}))
    await night.pass_time(minutes=6)


async def closes(night: Night) -> None:
    await night.close("ingrid")


async def gives_it_back(night: Night) -> None:
    await night.release("ingrid")


async def forgets_it(night: Night) -> None:
    await night.pass_time(minutes=120)


@pytest.mark.parametrize("leaves", [closes, gives_it_back, forgets_it])
async def test_the_door_that_a_carer_opens_is_no_alarm_until_they_have_left(
    night: Night, leaves: Callable[[Night], Awaitable[None]]
) -> None:
    """Each night visit was "out at night" five minutes after the carer had come in."""
    presence = Presence(night.hub, night.ingest)
    await night.press()
    await night.arrive("ingrid")
    await goes_out(night, presence)
    assert "night-exit" not in await night.kinds()

    await leaves(night)
    await goes_out(night, presence)

    assert "night-exit" in await night.kinds()


async def test_whoever_is_there_is_called_by_a_second_button_all_the_same(night: Night) -> None:
    presence = Presence(night.hub, night.ingest)
    await night.press()
    await night.arrive("ingrid")
    await presence.look()

    await night.press()
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))

    assert sorted(await night.kinds()) == ["fire", "social-alarm"]
    assert next(one for one in await night.alerts() if one.kind == "social-alarm").presses == 2
    assert await presence.look() == 1
