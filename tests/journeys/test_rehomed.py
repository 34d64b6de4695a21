"""A home that another unit looks after from now on, or a resident who moves, while an alert is open: it goes along."""

from datetime import timedelta

import pytest

from carehub.core.answers.alerts import Contact, Status
from carehub.core.languages import Language
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.grouping.rehomed import come_back, follow_unit, leave, move_in
from carehub.store import tables, visits
from carehub.store.database import Session
from carehub.web import tongue
from carehub.web.wording.retold import retold
from tests.journeys.building import INGRID, KARI, MARIA, Night


async def looked_after_by(night: Night, unit: str, home: str = "home:anna") -> None:
    """As the page of the place does it."""
    async with night.database.write() as session:
        scope = await session.get_one(tables.Scope, home)
        before, scope.unit_id = scope.unit_id, unit
        session.add(scope)
        await follow_unit(night.hub, session, scope, before, night.clock())
    await night.reload()


def told_since(night: Night, before: int) -> set[str]:
    return {notice.address for _, notice in night.phones.sent[before:]}


async def test_the_new_unit_is_asked_at_once_and_has_it_on_its_list(night: Night) -> None:
    """The old one went on being asked, and the new one saw nothing."""
    await night.press()
    before = len(night.phones.sent)

    await looked_after_by(night, "nord")
    await night.pass_time(seconds=5)

    alert = await night.the_alert()
    assert (alert.unit_id, alert.rung, alert.status) == ("nord", 1, Status.OPEN)
    assert told_since(night, before) == {KARI}
    assert "En annen enhet har nå ansvar for stedet" in " ".join(await night.journal())
    assert (await night.reply(KARI, night.code_for(KARI))).startswith("Du har varsel ")


async def test_whoever_is_on_the_way_keeps_it_and_nobody_is_woken(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    before = len(night.phones.sent)

    await looked_after_by(night, "nord")
    await night.pass_time(seconds=5)

    alert = await night.the_alert()
    assert (alert.unit_id, alert.status, alert.owner_id) == ("nord", Status.TAKEN, "ingrid")
    assert told_since(night, before) == set()


async def test_what_had_climbed_past_those_on_duty_goes_on_past_them(night: Night) -> None:
    await night.press()
    await night.pass_time(minutes=7)
    climbed = (await night.the_alert()).rung
    assert climbed > 1

    await looked_after_by(night, "nord")

    assert (await night.the_alert()).rung > 1


async def test_what_had_climbed_far_asks_the_new_unit_at_once(night: Night) -> None:
    """It went back down to a step of which they had the text, as all who were on duty: nobody was told anything."""
    await night.press()
    await night.pass_time(minutes=40)
    before = len(night.phones.sent)

    await looked_after_by(night, "nord")
    await night.pass_time(seconds=5)

    assert told_since(night, before) == {KARI}


async def test_given_to_and_fro_it_still_climbs(night: Night) -> None:
    """Those who were asked before have the text, and it is told once; after their time the next step is asked."""
    await night.press()
    for unit in ("nord", "sol", "nord", "sol"):
        await looked_after_by(night, unit)
        await night.pass_time(seconds=5)
    before = len(night.phones.sent)

    await night.pass_time(minutes=10)

    assert told_since(night, before) >= {INGRID, MARIA}
    assert (await night.the_alert()).rung > 1


@pytest.mark.parametrize("unit", ["sol", "nord"])
async def test_what_asks_everybody_on_duty_goes_on_asking_everybody(night: Night, unit: str) -> None:
    """As in safe mode: to save a place's new name would have left the alert to one unit, and begun its ladder anew."""
    await night.press()
    async with night.database.write() as session:
        (await session.get_one(tables.Alert, (await night.the_alert()).id)).unit_id = None

    await looked_after_by(night, unit)

    assert (await night.the_alert()).unit_id is None


@pytest.mark.parametrize("unit", ["sol", "nord"])
async def test_what_is_closed_or_elsewhere_stays_where_it_was(night: Night, unit: str) -> None:
    await night.press()
    await night.take("ingrid")
    await night.close("ingrid")
    await night.press("knapp-bjarne")
    before = {one.id: (one.unit_id, one.rung) for one in await night.alerts()}

    await looked_after_by(night, unit)

    assert {one.id: (one.unit_id, one.rung) for one in await night.alerts()} == before


# --- somebody moves --------------------------------------------------------------------------


async def moves(night: Night, resident: str, home: str) -> None:
    """As the page of the resident does it."""
    async with night.database.write() as session:
        await move_in(night.hub, session, resident, await session.get_one(tables.Scope, home), night.clock())
    await night.reload()
    await night.pass_time(seconds=5)


async def test_who_moves_is_looked_for_where_they_live_now_and_told_from_where_they_called(night: Night) -> None:
    """Staff were sent to the home that she had left, and her new unit saw nothing."""
    await night.press()
    before = len(night.phones.sent)

    await moves(night, "anna", "home:tom")

    alert = await night.the_alert()
    assert (alert.scope_id, alert.unit_id, alert.rung, alert.place) == ("home:tom", "nord", 1, None)
    assert told_since(night, before) == {KARI}
    tongue.speak(Language.EN)
    assert retold(alert.detail or "") == "Reported from kanarigata 5, before the resident moved"


async def test_whoever_is_on_the_way_to_the_old_home_hears_that_it_is_another_place(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    before = len(night.phones.sent)

    await moves(night, "anna", "home:tom")

    alert = await night.the_alert()
    assert (alert.scope_id, alert.status, alert.owner_id) == ("home:tom", Status.TAKEN, "ingrid")
    assert [(one.address, "gjelder nå et annet sted" in one.text) for _, one in night.phones.sent[before:]] == [
        (INGRID, True)
    ]


async def test_smoke_and_the_equipment_of_a_home_stay_there_and_hide_nothing_of_the_new_one(night: Night) -> None:
    """What burns in her new home would have been a number on the alert about the old one."""
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))

    await moves(night, "anna", "home:tom")

    assert {(one.scope_id, one.dedup_key, one.resident_id) for one in await night.alerts()} == {
        ("home:anna", "home:anna/fire", "anna"), ("home:anna", "home:anna/device-silent", "anna"),
    }  # fmt: skip
    await night.hear(
        night.message("zigbee2mqtt/røyk", {"smoke": False}), night.message("zigbee2mqtt/røyk", {"smoke": True})
    )
    assert len(await night.alerts()) == 2


@pytest.mark.parametrize("resident", ["anna", "bjarne"])
async def test_what_asks_nobody_yet_waits_for_its_time_where_they_live_now(night: Night, resident: str) -> None:
    await night.press()
    await night.close("ingrid", contact=Contact.NONE)
    before, waiting = len(night.phones.sent), (await night.alerts())[-1]
    assert (waiting.kind, waiting.rung) == ("follow-up", 0)

    await moves(night, resident, "home:tom")

    mine = resident == "anna"
    follow = next(one for one in await night.alerts() if one.id == waiting.id)
    assert (follow.scope_id, follow.rung) == ("home:tom" if mine else "home:anna", 0)
    assert follow.due_at == waiting.due_at
    assert told_since(night, before) == set()


async def test_who_has_left_for_good_is_said_so_on_what_is_open_and_is_visited_by_nobody(night: Night) -> None:
    """Staff went to look why the button of somebody who had died was silent, and to a visit planned long before."""
    async with night.database.write() as session:
        device = await session.get_one(tables.Device, "knapp-liv")
        device.kind, device.expected_interval_s = DeviceKind.BUTTON, 600
        for day, name in ((0, "i dag"), (1, "i morgen")):
            at = night.clock() + timedelta(days=day)
            session.add(
                tables.PlannedVisit(
                    id=name, resident_id="liv", unit_id="nord", person_id="kari", at=at, until=at, title="Besøk"
                )
            )
        visits.done(await session.get_one(tables.PlannedVisit, "i dag"), "kari", night.clock())
    night.clock.advance(minutes=21)
    await night.worker._watch()
    await night.press("knapp-liv")
    async with night.database.write() as session:
        assert await leave(session, "liv", "ingrid", night.clock()) == {"home:par"}

    told = {one.kind: (one.status, one.detail) for one in await night.alerts()}
    assert told["protection-blind"][0] is Status.CLOSED
    assert told["social-alarm"] == (Status.OPEN, "Omsorgen er avsluttet")
    async with night.database.write() as session:
        assert await planned(session, night) == (["i dag"], set())
        assert await come_back(session, "liv") == "home:par"
        assert await planned(session, night) == (["i dag", "i morgen"], {("kari", "nord")})
    assert {one.kind: one.detail for one in await night.alerts()}["social-alarm"] is None


async def planned(session: Session, night: Night) -> tuple[list[str], set[tuple[str | None, str]]]:
    since, until = night.clock() - timedelta(days=1), night.clock() + timedelta(days=2)
    shown = await visits.of_units(session, {"nord"}, "kari", since, until)
    return [one.visit.id for one in shown], set(await visits.left(session, since, until))
