"""A resident moves, or wears the button on a visit, while an alert of theirs is open: help goes where they are."""

from datetime import timedelta

from carehub.core.answers.alerts import Status
from carehub.flow.grouping.crowd import COUNTED_FROM
from carehub.store import registry
from tests.journeys.building import CANARY, INGRID, KARI, MARIA, Night


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


async def _two_buttons_stick(night: Night, minutes: int, *, every_s: float = 10) -> None:
    """One in each of two homes, both hers."""
    async with night.database.write() as session:
        await registry.assign_device(session, "knapp-bjarne", "home:tom", "anna", None, night.clock())
    await night.reload()
    end = night.clock() + timedelta(minutes=minutes)
    while night.clock() < end:
        for button in ("knapp-anna", "knapp-bjarne"):
            await night.press(button)
            await night.pass_time(seconds=every_s)


async def test_two_stuck_buttons_in_two_homes_do_not_send_people_to_and_fro_f68(night: Night) -> None:
    """F68, G14: it moved with each press, and each nurse had six texts a minute, to one home and to the other."""
    await _two_buttons_stick(night, 10)

    moves = [line for line in await night.journal() if "annet sted" in line]
    assert len(moves) == 1, "where she pressed last when it was still calm"
    alert = await night.the_alert()
    assert alert.detail == f"Meldt fra to steder på kort tid, også fra {CANARY}gata 5. Se til begge."
    for number in (INGRID, KARI):
        texts = [notice.text for _, notice in night.phones.sent if notice.address == number]
        assert len(texts) <= 22
        assert any("fra to steder. Se til begge." in text for text in texts), "both units are told"
    assert (await night.reply(INGRID, night.code_for(INGRID))).startswith("Du har varsel ")


async def test_of_two_stuck_buttons_whoever_has_it_is_told_once_a_minute_and_nobody_else(night: Night) -> None:
    await _two_buttons_stick(night, 3)
    await night.take("kari")
    before = len(night.phones.sent)

    await _two_buttons_stick(night, 5)

    later = [notice for _, notice in night.phones.sent[before:]]
    assert {notice.address for notice in later} == {KARI}
    assert len(later) <= 6


async def test_whoever_comes_home_again_and_presses_there_is_found_there_f68(night: Night) -> None:
    """Within a minute both places are told; a little later, with nothing more from the other, the alert is at home."""
    await night.press()
    night.clock.advance(seconds=30)
    await _wears_it_at(night, "home:tom")
    await night.press()
    night.clock.advance(minutes=1)
    await _wears_it_at(night, "home:anna")
    before = len(night.phones.sent)

    await night.press()
    assert await _where(night) == ("home:tom", "nord")
    assert {INGRID, MARIA, KARI} <= {notice.address for _, notice in night.phones.sent[before:]}
    night.clock.advance(minutes=5)
    await night.press()

    assert await _where(night) == ("home:anna", "sol")
    assert (await night.the_alert()).detail is None
