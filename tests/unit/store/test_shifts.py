"""Duties in the store: what is planned is written down, what has been stays, on both databases."""

import asyncio
from datetime import UTC, date, datetime, time, timedelta

from sqlmodel import col, select

from carehub.core.answers.escalation import Colleague
from carehub.core.people.shifts import Why
from carehub.flow.staff import roster
from carehub.store import people, shifts, tables
from tests.journeys.building import NIGHT, OSLO, Night
from tests.unit.shifts.planning import TONIGHT, plan, shift


async def duties(night: Night) -> list[str]:
    rows = await night.rows(tables.Duty, tables.Duty.since, tables.Duty.person_id)
    return [f"{row.person_id} {_local(row.since)}-{_local(row.until)}" for row in rows]


def _local(moment: datetime) -> str:
    return f"{moment.astimezone(OSLO):%d. %H:%M}"


async def on_duty(night: Night) -> list[str]:
    async with night.database.read() as session:
        return list(await shifts.on_duty(session, "sol", night.clock()))


async def test_a_plan_is_written_down_for_a_fortnight_ahead_and_kept_up_daily(night: Night) -> None:
    await plan(night, shift("ingrid", "22:00", "07:30"))
    first = await duties(night)
    night.clock.advance(days=6)
    added = await roster.renew(night.hub)

    assert first == ["ingrid 15. 02:14-15. 07:30", "ingrid 21. 22:00-22. 07:30", "ingrid 28. 22:00-29. 07:30"]
    assert (added, await roster.renew(night.hub)) == (1, 0)
    assert (await duties(night))[-1] == "ingrid 04. 22:00-05. 07:30"


async def test_who_is_on_duty_changes_on_the_stroke_of_the_shift(night: Night) -> None:
    await plan(night, shift("ingrid", "22:00", "07:30"), shift("tor", "07:30", "15:00", date(2026, 1, 15)))

    seen = []
    for clock in ("07:29", "07:30", "14:59", "15:00"):
        night.clock.now = datetime.combine(date(2026, 1, 15), time.fromisoformat(clock), OSLO).astimezone(UTC)
        seen.append(await on_duty(night))

    assert seen == [["ingrid"], ["tor"], ["tor"], []]


async def test_whoever_falls_ill_at_work_is_off_duty_from_then_on_and_was_on_duty_until_then(night: Night) -> None:
    await plan(night, shift("ingrid", "22:00", "07:30"))
    night.clock.advance(hours=1)
    await plan(night, tables.Absence(id="a", person_id="ingrid", since=night.clock(), created_at=night.clock()))

    assert await on_duty(night) == []
    assert await duties(night) == ["ingrid 15. 02:14-15. 03:14"]


async def test_a_colleague_takes_over_the_rest_of_a_night_and_gives_it_back(night: Night) -> None:
    await plan(night, line := shift("ingrid", "22:00", "07:30", every_weeks=0))
    night.clock.advance(hours=1)
    taken = tables.ShiftChange(id="c", line_id=line.id, day=TONIGHT, person_id="tor", created_at=NIGHT)
    await plan(night, taken)
    assert await on_duty(night) == ["tor"]
    night.clock.advance(hours=1)
    async with night.database.write() as session:
        await session.delete(await session.get_one(tables.ShiftChange, "c"))
        await session.flush()
        await shifts.rebuild(session, OSLO, night.clock())

    assert await on_duty(night) == ["ingrid"]
    assert await duties(night) == [
        "ingrid 15. 02:14-15. 03:14", "tor 15. 03:14-15. 04:14", "ingrid 15. 04:14-15. 07:30",
    ]  # fmt: skip
    whys = await night.rows(tables.Duty, tables.Duty.since)
    assert [row.why for row in whys] == [Why.ONCE, Why.SWAP, Why.ONCE]


async def test_to_change_ones_mind_at_once_leaves_one_shift_and_no_trace_of_the_other(night: Night) -> None:
    await plan(night, line := shift("ingrid", "22:00", "07:30", every_weeks=0))
    for mind in ("tor", None, "tor"):
        async with night.database.write() as session:
            for row in (await session.exec(select(tables.ShiftChange))).all():
                await session.delete(row)
            await session.flush()
            if mind:
                session.add(tables.ShiftChange(id=mind, line_id=line.id, day=TONIGHT, person_id=mind, created_at=NIGHT))
                await session.flush()
            await shifts.rebuild(session, OSLO, night.clock())

    assert await duties(night) == ["tor 15. 02:14-15. 07:30"]


async def test_a_night_shift_that_is_drawn_out_is_the_same_shift(night: Night) -> None:
    await plan(night, line := shift("ingrid", "22:00", "07:30", every_weeks=0))
    async with night.database.write() as session:
        (await session.get_one(tables.ShiftLine, line.id)).ends = time(9)
        await session.flush()
        assert await shifts.rebuild(session, OSLO, night.clock()) == 1

    assert await duties(night) == ["ingrid 15. 02:14-15. 09:00"]


async def test_whoever_is_shut_out_has_no_shift_and_who_swapped_with_them_keeps_theirs(night: Night) -> None:
    thursday = date(2026, 1, 15)
    mine, given = shift("ingrid", "22:00", "07:30"), shift("ingrid", "08:00", "15:00", thursday)
    change = tables.ShiftChange(id="c", line_id=given.id, day=thursday, person_id="tor", created_at=NIGHT)
    await plan(night, mine, given)
    await plan(night, change)
    async with night.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).active = False
        await session.flush()
        await shifts.rebuild(session, OSLO, night.clock())

    assert await duties(night) == ["tor 15. 08:00-15. 15:00"]


async def test_two_who_change_the_plan_at_once_both_get_their_way(night: Night) -> None:
    """F35: the duties of one change are not undone by another that did not see it."""
    thursday = date(2026, 1, 15)
    await asyncio.gather(
        *(plan(night, shift(who, "08:00", "15:00", thursday, every_weeks=0)) for who in ("ingrid", "maria", "tor"))
    )

    assert sorted(await duties(night)) == [f"{who} 15. 08:00-15. 15:00" for who in ("ingrid", "maria", "tor")]


async def test_a_shift_at_half_past_two_on_the_day_of_the_change_is_written_down_without_a_gap(night: Night) -> None:
    """F35: 02:30 on 29 March: one ends and the other begins at the same instant."""
    night.clock.now = datetime(2026, 3, 28, 12, tzinfo=UTC)
    await plan(
        night,
        shift("ingrid", "22:00", "02:30", date(2026, 3, 28), every_weeks=0),
        shift("tor", "02:30", "07:30", date(2026, 3, 29), every_weeks=0),
    )

    async with night.database.read() as session:
        rows = (await session.exec(select(tables.Duty).order_by(col(tables.Duty.since)))).all()
    assert [row.person_id for row in rows] == ["ingrid", "tor"]
    assert rows[0].until == rows[1].since == datetime(2026, 3, 29, 1, tzinfo=UTC)


async def test_a_unit_has_its_own_time_zone(night: Night) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Unit, "sol")).time_zone = "Europe/Helsinki"
    await plan(night, shift("ingrid", "08:00", "15:00", date(2026, 1, 15), every_weeks=0))

    assert (await night.rows(tables.Duty))[0].since == NIGHT.replace(hour=6, minute=0) + timedelta(0)


async def _staff(night: Night) -> dict[str, Colleague]:
    async with night.database.read() as session:
        return {one.id: one for one in await people.staff(session, night.clock())}


async def test_a_ladder_finds_whoever_has_the_shift_and_whoever_says_that_they_are_on_duty(night: Night) -> None:
    """F35: tor has the night by the plan; ingrid and maria are on duty by their own word."""
    await plan(night, shift("tor", "22:00", "07:30"))
    by_night = await _staff(night)
    night.clock.advance(hours=6)
    by_day = await _staff(night)

    assert [who for who, one in by_night.items() if one.is_on_duty_in("sol")] == ["ingrid", "maria", "tor"]
    assert [who for who, one in by_day.items() if one.is_on_duty_in("sol")] == ["ingrid", "maria"]


async def test_one_night_nurse_has_several_units_and_is_not_looked_for_in_her_own(night: Night) -> None:
    nights = [shift("tor", "22:00", "07:30", unit_id=unit) for unit in ("nord", "sol")]
    nights[0].id = "tor-nord"
    await plan(night, *nights)
    assert (await _staff(night))["tor"].shifts == {"nord", "sol"}

    async with night.database.write() as session:
        await session.delete(await session.get_one(tables.ShiftLine, nights[1].id))
        await session.flush()
        await shifts.rebuild(session, OSLO, night.clock())
    tor = (await _staff(night))["tor"]

    assert (tor.on_duty, tor.is_on_duty_in("nord"), tor.is_on_duty_in("sol")) == (True, True, False)


async def test_competences_are_known_to_ladders(night: Night) -> None:
    async with night.database.write() as session:
        session.add_all(tables.Competence(person_id="kari", name=name) for name in ("medisin", "sykepleier"))

    assert (await _staff(night))["kari"].competences == {"medisin", "sykepleier"}


async def test_a_press_at_night_asks_the_night_shift(night: Night) -> None:
    """F35: the shift, not a switch, decides who is told."""
    async with night.database.write() as session:
        for who in ("ingrid", "maria"):
            (await session.get_one(tables.Person, who)).on_duty = False
    await plan(night, shift("tor", "22:00", "07:30"))

    await night.press()

    assert [line.split()[1] for line in night.told] == ["tor"]
