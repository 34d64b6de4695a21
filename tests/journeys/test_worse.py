"""An open alert turns out to be worse, or comes anew while somebody has it: whoever relies on what it was hears it."""

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.store import tables
from tests.journeys.building import INGRID, MARIA, Night


async def tell(night: Night, kind: str) -> None:
    await night.press(kind=kind)


def texts(night: Night, before: int) -> list[tuple[str, str]]:
    return [(notice.address, notice.text) for _, notice in night.phones.sent[before:]]


async def perhaps_fallen(night: Night) -> None:
    """A sensor is not sure, and takes nothing back for a minute."""
    await tell(night, "fall.suspected")
    await night.pass_time(seconds=61)
    assert (await night.the_alert()).severity is Severity.SERIOUS


async def test_what_turns_out_to_be_worse_asks_at_once_and_no_longer_waits_as_what_it_was(night: Night) -> None:
    """A possible fall gives five minutes to each step; that it was one was told when they were over."""
    await perhaps_fallen(night)
    before = len(night.phones.sent)

    await tell(night, "fall.detected")

    alert = await night.the_alert()
    assert (alert.severity, alert.rung, alert.presses) == (Severity.CRITICAL, 2, 2)
    assert {who for who, text in texts(night, before) if text.startswith("HASTER: varsel ")} == {INGRID, MARIA}
    assert "02:15 raised: Meldt som mer alvorlig: hevet." in await night.journal()


async def test_whoever_has_what_turns_out_to_be_worse_is_told_and_has_the_shorter_time(night: Night) -> None:
    """She took what gave her half an hour to be there, and heard nothing of it."""
    await perhaps_fallen(night)
    await night.take("ingrid")
    before = len(night.phones.sent)

    await tell(night, "fall.detected")

    number = (await night.the_alert()).id[:4].upper()
    words = f"HASTER: varsel {number}, som du har, er mer alvorlig enn før. https://hub.example/a/{number}"
    assert texts(night, before) == [(INGRID, words)]
    await night.pass_time(11)
    assert (await night.the_alert()).status is Status.OPEN


async def test_what_stood_on_tablets_alone_and_is_serious_now_rings(night: Night) -> None:
    """Without mains it is serious when the battery is soon empty, and waited for the tablets' next round."""
    await night.press(kind="mains.lost", value=24)
    await night.pass_time(18 * 60 - 1)
    assert night.told == []

    await night.pass_time(2)

    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.rung) == ("mains-lost", Severity.SERIOUS, 1)
    assert sorted(night.told) == ["20:14 ingrid Snarest 1", "20:14 maria Snarest 1"]


def again(number: str, times: int) -> str:
    return f"Varsel {number} er meldt på nytt ({times} ganger nå). https://hub.example/a/{number}"


async def test_another_fall_is_told_to_whoever_was_there_and_has_not_closed_it(night: Night) -> None:
    """She helped him up and went on, to write later: the second fall was a number on her alert for half an hour."""
    await tell(night, "fall.detected")
    await night.arrive("ingrid")
    await tell(night, "fall.cleared")
    await night.pass_time(30)
    number, before = (await night.the_alert()).id[:4].upper(), len(night.phones.sent)

    await tell(night, "fall.detected")

    assert texts(night, before) == [(INGRID, again(number, 2))]


async def test_smoke_that_goes_on_is_told_to_whoever_is_there_each_ten_minutes_and_no_more(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))
    await night.arrive("ingrid")
    before = len(night.phones.sent)

    for _ in range(20):
        await night.pass_time(1)
        await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))

    assert [who for who, _ in texts(night, before)] == [INGRID, INGRID]


async def test_what_nobody_has_is_asked_about_by_its_ladder_and_is_no_text_more(night: Night) -> None:
    await tell(night, "fall.detected")
    before = len(night.phones.sent)

    await tell(night, "fall.detected")

    assert texts(night, before) == []
    assert (await night.the_alert()).presses == 2


@pytest.mark.parametrize(("is_home", "told"), [(True, {INGRID, MARIA}), (False, {INGRID})])
async def test_a_press_on_what_somebody_has_who_went_home_is_told_to_those_on_duty_too_f58(
    night: Night, told: set[str], *, is_home: bool
) -> None:
    """F58: she was there, and forgot to close it; her shift is over, and hers was the only telephone that was told."""
    await night.press()
    await night.arrive("ingrid")
    await night.pass_time(30)
    async with night.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).on_duty = not is_home
    before = len(night.phones.sent)

    await night.press()

    assert {who for who, _ in texts(night, before)} == told
