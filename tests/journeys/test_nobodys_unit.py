"""A unit in which nobody works, none at all, and a home that changes its unit: an alarm always reaches somebody.

And does so as often as anywhere else: whoever is asked each minute of the night stops reading.
"""

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.store import registry, tables
from carehub.store.tables.places import UnitKind
from tests.journeys.building import INGRID, KARI, MARIA, TOR, Night, add


async def in_unit(night: Night, unit: str | None) -> None:
    """Tom's home is in this unit, and Anna wears her button there."""
    async with night.database.write() as session:
        if unit is not None and await session.get(tables.Unit, unit) is None:
            await add(session, tables.Unit(id=unit, name=unit, kind=UnitKind.ZONE))
        (await session.get_one(tables.Scope, "home:tom")).unit_id = unit
        await registry.assign_device(session, "knapp-anna", "home:tom", "anna", None, night.clock())
    await night.reload()


async def nobody_on_duty(night: Night) -> None:
    async with night.database.write() as session:
        for one in ("ingrid", "maria", "kari"):
            (await session.get_one(tables.Person, one)).on_duty = False


def texts_to(night: Night, number: str) -> int:
    return sum(notice.address == number for _, notice in night.phones.sent)


async def test_a_unit_without_anybody_asks_all_and_no_more_often_than_another(night: Night) -> None:
    """G14: each minute of an hour everybody who slept was woken, sixty times."""
    await in_unit(night, "ny")

    await night.press()
    await night.pass_time(60)

    first = {notice.address for at, notice in night.phones.sent if at == night.phones.sent[0][0]}
    assert first == {INGRID, MARIA, KARI}
    assert 13 <= texts_to(night, TOR) <= 17, "who is at home is asked too: a few times each minute, then each fifth"
    assert (await night.the_alert()).status is Status.OPEN


async def test_a_home_of_no_unit_concerns_everybody_on_duty(night: Night) -> None:
    await in_unit(night, None)

    await night.press()

    assert {notice.address for _, notice in night.phones.sent} == {INGRID, MARIA, KARI}
    assert night.shown == ["02:14 all"]


async def test_with_nobody_on_duty_anywhere_all_are_asked_and_it_goes_on(night: Night) -> None:
    await in_unit(night, "ny")
    await nobody_on_duty(night)

    await night.press()
    assert {notice.address for _, notice in night.phones.sent} == {INGRID, MARIA, KARI, TOR}
    await night.pass_time(6 * 60)

    assert 72 <= texts_to(night, TOR) <= 80


async def test_what_can_wait_waits_quietly_where_nobody_is_on_duty(night: Night) -> None:
    """It stood on the tablet anew each minute until somebody came, and its journal had a hundred lines an hour."""
    await nobody_on_duty(night)
    await night.press("knapp-liv")
    async with night.database.write() as session:
        alert = await session.get_one(tables.Alert, (await night.the_alert()).id)
        alert.severity, alert.rung, alert.rungs, alert.due_at = Severity.MODERATE, 0, 0, night.clock()
    shown, lines = len(night.shown), len(await night.journal())

    await night.pass_time(4 * 60)

    assert len(night.shown) - shown <= 5
    assert len(await night.journal()) - lines <= 15


async def test_a_home_that_changes_its_unit_amid_an_alarm_still_has_its_alarm_answered(night: Night) -> None:
    """Those who were asked go on being asked, and in time everybody on duty."""
    await night.press()
    async with night.database.write() as session:
        (await session.get_one(tables.Scope, "home:anna")).unit_id = "nord"
    await night.reload()
    await night.pass_time(8)

    assert KARI in {notice.address for _, notice in night.phones.sent}, "everybody on duty is asked in time"
    assert (await night.reply(KARI, night.code_for(KARI))).startswith("Du har varsel ")
