"""The coverage check on a real store: gaps are found, told once for each horizon, and forgotten when closed."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from carehub.core.people.access import Role
from carehub.core.people.coverage import Horizon
from carehub.flow.staff import staffing
from carehub.store import people, tables
from carehub.store import staffing as store
from tests.journeys.building import OSLO, Night
from tests.unit.shifts.planning import plan, shift

FIRST = date(2026, 1, 8)


async def check(night: Night) -> list[str]:
    """Look; gives what was told of now."""
    night.hub.reload = night.reload
    before = len(await warnings(night))
    await staffing.check(night.hub, night.ingest)
    await night.fold()
    return (await warnings(night))[before:]


async def warnings(night: Night) -> list[str]:
    events = await night.rows(tables.Event, tables.Event.seq)
    return [event.detail or "" for event in events if event.kind == "staffing.gap"]


def day_and_night(*but: str, first: date = FIRST) -> list[tables.ShiftLine]:
    """Ingrid by day and maria by night, every day of the week but these."""
    lines = []
    for n in range(7):
        day = first + timedelta(days=n)
        lines += [shift("ingrid", "07:30", "22:00", day), shift("maria", "22:00", "07:30", day)]
    return [line for line in lines if line.id not in but]


@pytest.fixture
async def planned(night: Night) -> Night:
    await plan(night, *day_and_night("maria-22:00-Sat"))
    return night


async def test_a_night_without_anybody_is_told_a_fortnight_ahead_and_again_a_day_ahead(planned: Night) -> None:
    """F53: nobody has the nights to Sunday; it is told at once, and once more the day before."""
    first = await check(planned)
    again = await check(planned)
    planned.clock.now = datetime(2026, 1, 16, 22, tzinfo=UTC)  # Friday 23:00: the gap begins within a day
    a_day_ahead = await check(planned)
    planned.clock.advance(hours=1)

    assert first == [
        "lør. 17. jan. kl. 22:00 til søn. 18. jan. kl. 07:30", "lør. 24. jan. kl. 22:00 til søn. 25. jan. kl. 07:30",
    ]  # fmt: skip
    assert again == []
    assert a_day_ahead == ["lør. 17. jan. kl. 22:00 til lør. 17. jan. kl. 23:00"]
    assert await check(planned) == []


async def test_a_warning_is_an_alert_in_the_unit_that_somebody_must_own(planned: Night) -> None:
    """F53: told as a technical alert, with a deadline like any other."""
    await check(planned)

    (alert,) = await planned.alerts()
    assert (alert.kind, alert.unit_id, alert.presses, alert.resident_id) == ("staffing-gap", "sol", 2, None)
    assert alert.due_at is not None


async def test_the_coordinator_gets_a_message_a_day_ahead_with_no_name_in_it(planned: Night) -> None:
    """F53: what begins within a day cannot wait on a list."""
    async with planned.database.write() as session:
        chief = tables.Person(id="astrid", name="kanari", username="astrid", role=Role.COORDINATOR, phone="+4790000008")
        session.add(chief)
        await session.flush()
        session.add(people.telephone(chief, planned.clock()))
    await check(planned)
    await planned.worker._deliver()
    assert [notice.text for _, notice in planned.phones.sent if notice.address == chief.phone] == []
    planned.clock.now = datetime(2026, 1, 16, 22, tzinfo=UTC)

    await check(planned)
    await planned.worker._deliver()

    (text,) = [notice.text for _, notice in planned.phones.sent if notice.address == chief.phone]
    assert text.startswith("Vaktplanen har en tid det neste døgnet uten noen som kan nås.")


async def test_a_gap_that_is_filled_and_torn_open_again_is_told_again(planned: Night) -> None:
    """F53: whoever was put in falls ill."""
    await check(planned)
    await plan(planned, shift("tor", "22:00", "07:30", date(2026, 1, 17)))
    assert await check(planned) == []
    noon = datetime(2026, 1, 17, 12, tzinfo=UTC)
    await plan(
        planned, tables.Absence(id="a", person_id="tor", since=noon, until=noon + timedelta(days=1), created_at=noon)
    )

    assert await check(planned) == ["lør. 17. jan. kl. 22:00 til søn. 18. jan. kl. 07:30"]


async def test_a_gap_that_is_partly_filled_is_not_told_again(planned: Night) -> None:
    await check(planned)
    await plan(planned, shift("tor", "00:00", "03:00", date(2026, 1, 18), every_weeks=0))

    assert await check(planned) == []
    assert await check(planned) == []


@pytest.mark.parametrize(
    ("change", "horizons"),
    [
        ({"verified_at": None}, set(Horizon)),
        ({"disabled_reason": "STOP"}, set(Horizon)),
        ({"suspect_since": datetime(2026, 1, 15, tzinfo=UTC)}, {Horizon.DAY}),
    ],
)
async def test_on_duty_without_a_telephone_that_works_is_nobody(
    night: Night, change: dict[str, Any], horizons: set[Horizon]
) -> None:
    """F53: reachable is on duty and verified; a telephone under suspicion today may well work next week."""
    await plan(night, *day_and_night())
    async with night.database.write() as session:
        method = select(tables.ContactMethod).where(col(tables.ContactMethod.person_id) == "maria")
        for name, value in change.items():
            setattr((await session.exec(method)).one(), name, value)
    async with night.database.read() as session:
        found = await store.gaps_ahead(session, night.clock())

    assert {horizon for horizon, gaps in found["sol"].items() if gaps} == horizons


async def test_a_unit_that_has_never_had_a_plan_is_not_nagged_about_it(night: Night) -> None:
    await plan(night, *day_and_night())

    assert await check(night) == []
    async with night.database.read() as session:
        assert set(await store.gaps_ahead(session, night.clock())) == {"sol"}


async def test_a_hub_that_dies_between_finding_a_gap_and_telling_of_it_tells_of_it_afterwards(planned: Night) -> None:
    """F53: the warning is told when its event is stored, and not before."""
    planned.hub.reload = planned.reload
    await staffing.check(planned.hub, planned.ingest)  # observed, and never stored
    await planned.die()
    await planned.start()

    assert len(await check(planned)) == 2
    assert await check(planned) == []


async def test_a_plan_that_has_run_out_is_a_gap_without_end(night: Night) -> None:
    """F53: nobody made the new rotation."""
    rows = day_and_night()
    for row in rows:
        row.last_day = date(2026, 1, 20)
    await plan(night, *rows)
    first = await check(night)
    night.clock.advance(days=1)

    assert first == ["ons. 21. jan. kl. 07:30 til tor. 29. jan. kl. 02:14"]
    assert await check(night) == []


def test_words_are_in_local_time_on_the_day_of_the_change() -> None:
    begin = datetime.combine(date(2026, 10, 25), time(1, 30), OSLO)

    assert staffing.words(begin, begin + timedelta(hours=3), OSLO) == (
        "søn. 25. okt. kl. 01:30 til søn. 25. okt. kl. 04:30"
    )
