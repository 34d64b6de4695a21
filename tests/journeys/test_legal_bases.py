"""The register of legal bases: what runs out is a task and alerts all the same; a no switches off, and is seen."""

from datetime import datetime, timedelta
from typing import Any

from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function, functions_of
from carehub.core.watching.blindness import Cause
from carehub.flow.watching import protection
from carehub.store import tables
from tests.journeys.building import NIGHT, Night, add

DAY = timedelta(days=1)


async def ground(night: Night, name: str, basis: Basis, until: datetime | None = None, **more: Any) -> None:
    async with night.database.write() as session:
        given = {"resident_id": "anna", "function": Function.DOORS, "since": NIGHT, "made_at": NIGHT, **more}
        await add(session, tables.LegalBasis(id=name, basis=basis, until=until, **given))


async def asked(night: Night) -> list[str]:
    await protection.review(night.hub)
    return sorted(one.kind for one in await night.rows(tables.Task) if one.done_at is None)


async def why(night: Night) -> set[tuple[str, Cause]]:
    async with night.database.read() as session:
        found = await protection.unprotected(night.hub, session, night.clock())
    return {(one.name, one.cause) for one in found["anna"]}


async def door(night: Night, *, opens: bool) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": not opens}))


async def test_a_decision_that_runs_out_is_a_task_and_the_alarm_comes_all_the_same(night: Night) -> None:
    await ground(night, "v", Basis.DECISION, NIGHT + 40 * DAY)
    assert await asked(night) == []
    night.clock.now = NIGHT + 15 * DAY
    assert await asked(night) == ["basis-review"]

    night.clock.now = NIGHT + 40 * DAY
    await night.worker._watch()
    assert await asked(night) == ["basis-expired"]
    await door(night, opens=True)
    await night.worker._watch()
    await night.pass_time(minutes=20)
    assert "night-exit" in await night.kinds()
    assert ("Ute om natten", Cause.EXPIRED) in await why(night)

    await ground(night, "w", Basis.CONSENT, since=night.clock())
    assert await asked(night) == []
    assert ("Ute om natten", Cause.EXPIRED) not in await why(night)


async def test_a_no_is_a_task_and_blind_and_what_nothing_can_feed_is_blind_too(night: Night) -> None:
    await ground(night, "c", Basis.CONSENT, function=Function.BED)
    assert {cause for _, cause in await why(night)} == {Cause.UNFED}

    await ground(night, "no", Basis.NONE, objection=True)
    assert await asked(night) == ["basis-objection"]
    assert ("Ute om natten", Cause.OBJECTED) in await why(night)
    (task,) = await night.rows(tables.Task)
    assert (task.resident_id, task.link) == ("anna", "/admin/residents/anna")
    assert "kanari" not in task.words


async def test_a_rule_that_will_do_with_something_else_goes_on_without_what_the_resident_refuses(night: Night) -> None:
    rule = night.rulebook.rules["not-up"]
    functions = functions_of(rule, night.rulebook.program(rule))
    assert functions > {Function.DOORS}
    await ground(night, "no", Basis.NONE, objection=True)
    assert "Ikke oppe" not in {name for name, cause in await why(night) if cause is Cause.OBJECTED}
    for number, function in enumerate(functions):
        await ground(night, f"no{number}", Basis.NONE, objection=True, function=function)
    assert ("Ikke oppe", Cause.OBJECTED) in await why(night)


async def test_what_nothing_can_feed_stands_with_the_weightiest_first(night: Night) -> None:
    """By the alphabet the alarm button was the eleventh."""
    for function in Function:
        await ground(night, f"of-{function}", Basis.CONSENT, function=function)
    heavy = sorted(night.hub.rulebook.rules.values(), key=lambda rule: -rule.severity)

    async with night.database.read() as session:
        found = (await protection.unprotected(night.hub, session, night.clock()))["anna"]

    told, in_turn = [one.name for one in found if one.cause is Cause.UNFED], iter(rule.title.nb for rule in heavy)
    assert len(told) > 20
    assert all(name in in_turn for name in told), "each stands after the one before it"


async def test_a_fall_is_alerted_also_where_the_resident_has_said_no_to_it_f74(night: Night) -> None:
    await ground(night, "no", Basis.NONE, objection=True, function=Function.FALL)
    await ground(night, "no2", Basis.NONE, objection=True, function=Function.ALARM)
    await night.worker._watch()
    await night.fold()
    await night.press()
    await night.press(kind="fall.detected")
    assert sorted(await night.kinds()) == ["fall", "social-alarm"]
    assert "Fall" not in {name for name, _ in await why(night)}


async def test_of_two_who_have_the_same_decision_the_one_whose_own_ran_out_lacks_it(night: Night) -> None:
    await ground(night, "v", Basis.DECISION, NIGHT + 40 * DAY)
    await ground(night, "w", Basis.DECISION, NIGHT + 40 * DAY, resident_id="bjarne")
    await ground(night, "x", Basis.DECISION, NIGHT + DAY, resident_id="kåre")
    async with night.database.write() as session:
        session.add(tables.HeardKind(device_id="dør", kind="door.opened", last_at=NIGHT))
    night.clock.now = NIGHT + 2 * DAY
    async with night.database.read() as session:
        found = await protection.unprotected(night.hub, session, night.clock())
        alone = await protection.unprotected(night.hub, session, night.clock(), ["kåre"])
    causes = {who: {one.cause for one in lacks if one.name == "Ute om natten"} for who, lacks in found.items() if lacks}
    assert causes == {"anna": set(), "bjarne": {Cause.UNFED}, "kåre": {Cause.EXPIRED, Cause.UNFED}}
    assert alone == {"kåre": found["kåre"]}
