"""The two nights in which the clocks change, a leap day and new year, as the family and the staff live them."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from carehub.core.people.kin import Window
from carehub.flow import escalate
from carehub.store.database import Database
from tests.journeys.building import INGRID, MARIA, OSLO, night_at
from tests.journeys.test_family_texts import DAUGHTER, follows

AUTUMN, SPRING = date(2026, 10, 25), date(2026, 3, 29)
LEAP, NEW_YEAR = date(2028, 2, 29), date(2027, 1, 1)


def at(day: date, clock: str, *, fold: int = 0) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), OSLO).replace(fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("day", "clock", "fold"),
    [(AUTUMN, "02:30", 0), (AUTUMN, "02:30", 1), (SPRING, "03:05", 0), (LEAP, "02:30", 0), (NEW_YEAR, "00:10", 0)],
)
async def test_out_by_night_calls_in_each_of_these_nights(database: Database, day: date, clock: str, fold: int) -> None:
    async with night_at(database, at(day, clock, fold=fold) - timedelta(hours=2)) as night:
        night.clock.now = at(day, clock, fold=fold)
        await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
        await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
        await night.pass_time(6)

        assert await night.kinds() == ["night-exit"]
        assert {notice.address for _, notice in night.phones.sent} == {INGRID, MARIA}


@pytest.mark.parametrize("day", [AUTUMN, SPRING, LEAP, NEW_YEAR])
async def test_what_was_handled_by_night_is_told_at_eight_on_the_wall(database: Database, day: date) -> None:
    async with night_at(database, at(day, "01:10")) as night:
        await follows(night, asked=False)
        await night.press()
        await night.take("ingrid")
        await night.close("ingrid")
        async with night.database.write() as session:
            await escalate.tell_relatives(night.hub, session, await night.the_alert(), night.clock())
        await night.pass_time(9 * 60)

        told = [moment for moment, notice in night.phones.sent if notice.address == DAUGHTER]
        assert [one.astimezone(OSLO).replace(second=0, microsecond=0, tzinfo=None) for one in told] == [
            datetime.combine(day, time(8))
        ]


@pytest.mark.parametrize(("day", "asked"), [(AUTUMN, (True, True, True, False)), (SPRING, (True, False, False, False))])
def test_a_family_is_asked_at_its_hours_as_the_wall_shows_them(day: date, asked: tuple[bool, ...]) -> None:
    """From half past one to three, at a quarter to each hour; in autumn one comes twice, in spring one never."""
    window = Window(days=frozenset({6}), since=90, until=180, zone="Europe/Oslo")
    begin = at(day, "01:45")

    assert tuple(window.holds(begin + timedelta(hours=hour)) for hour in range(4)) == asked
