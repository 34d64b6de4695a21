"""A resident moves, or wears the button on a visit, while an alert of theirs is open: help goes where they are."""

from datetime import timedelta

from carehub.core.answers.alerts import Status
from carehub.flow.grouping.crowd import COUNTED_FROM
from carehub.store import registry
from tests.journeys.building import INGRID, KARI, MARIA, Night


async def _wears_it_at(night: Night, home: str) -> None:
    async with night.database.write() as session:
        await registry.assign_device(session, "knapp-anna", home, "anna", None, night.clock())
    await night.reload()


async def _where(night: Night) -> tuple[str, str | None]:
    alert = await night.the_alert()
    return alert.scope_id, alert.unit_id


async def test_a_press_from_another_home_brings_the_alert_there_and_asks_those_who_work_there_f68(night: Night) -> None:
    """F68, invariant 9: those who were asked first would have gone to a home where she is no more."""
    await night.press()
    await night.pass_time(minutes=1)
    await _wears_it_at(night, "home:tom")
    assert await _where(night) == ("home:anna", "sol"), "where she pressed, until she presses elsewhere"

    await night.press()

    assert await _where(night) == ("home:tom", "nord")
    assert "Meldt fra et annet sted: varselet gjelder nå der." in " ".join(await night.journal())
    assert (await night.the_alert()).presses == 2
    await night.pass_time(minutes=4)
    assert (await night.reply(KARI, night.code_for(KARI))).startswith("Du har varsel ")


async def test_whoever_is_on_the_way_is_told_and_keeps_it_f68(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await _wears_it_at(night, "home:tom")
    before = len(night.phones.sent)

    await night.press()

    assert await _where(night) == ("home:tom", "nord")
    alert = await night.the_alert()
    assert (alert.status, alert.owner_id) == (Status.TAKEN, "ingrid")
    assert [notice.address for _, notice in night.phones.sent[before:]] == [INGRID]


async def test_to_and_fro_each_press_tells_somebody_f68(night: Night) -> None:
    """The same step is never told twice, so the ladder goes on and does not begin again."""
    await night.press()
    for _ in range(3):
        for home, whose in (("home:tom", {KARI}), ("home:anna", {INGRID, MARIA})):
            await _wears_it_at(night, home)
            night.clock.advance(minutes=30)
            before = len(night.phones.sent)
            await night.press()
            assert whose & {notice.address for _, notice in night.phones.sent[before:]}


async def test_a_press_that_comes_late_moves_nothing_f68(night: Night) -> None:
    """It tells where she was."""
    await _wears_it_at(night, "home:tom")
    night.clock.advance(hours=3)
    await night.press()

    await night.press(at=(night.clock() - timedelta(hours=4)).isoformat())

    assert await _where(night) == ("home:tom", "nord")


async def test_a_press_among_those_that_are_only_counted_moves_the_alert_too_f68(night: Night) -> None:
    """Whoever pressed a dozen times at home, went out and presses there is found there."""
    for _ in range(COUNTED_FROM + 2):
        await night.press()
    await _wears_it_at(night, "home:tom")
    before = len(night.phones.sent)

    await night.press()

    assert await _where(night) == ("home:tom", "nord")
    assert KARI in {notice.address for _, notice in night.phones.sent[before:]}
    assert (await night.the_alert()).presses == COUNTED_FROM + 3
    await night.press()
    assert (await night.the_alert()).presses == COUNTED_FROM + 4
