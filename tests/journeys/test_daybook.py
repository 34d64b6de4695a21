"""The days in numbers: written down as they pass, the same after a restart, with absences told apart."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from carehub.contracts import Activity
from carehub.core.days import dayrow
from carehub.core.days.features import Part
from carehub.core.findings import Outcome
from carehub.core.folding.silence import Why
from carehub.flow.watching.daybook import Daybook
from carehub.store import tables
from tests.journeys.building import OSLO, Night
from tests.unit.models.plain_days import parts_of_days
from tests.unit.models.synthetic_homes import Life, lived

FIRST = date(2026, 1, 5)


async def lives(night: Night, seen: Sequence[Activity], seq: int = 100_000) -> None:
    async with night.database.write() as session:
        session.add_all(
            tables.Event(
                seq=seq + number, at=one.at, kind=one.kind, place=one.place, source="zigbee2mqtt", scope_id="home:anna",
                resident_id="anna", body_hash="x", outcome=Outcome.NO_RULE,
            )
            for number, one in enumerate(seen)
        )  # fmt: skip


def at(day: date, hour: int, minute: int = 5) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=OSLO).astimezone(UTC)


async def written(night: Night) -> dict[date, dayrow.Day]:
    rows = await night.rows(tables.DailyFeature)
    return {row.day: dayrow.unpack(row.body) for row in rows if row.resident_id == "anna"}


async def test_days_are_written_while_they_pass_and_a_restart_writes_the_same(night: Night) -> None:
    life = lived(Life(), 9, seed=4, first=FIRST)
    before, after = at(FIRST + timedelta(days=6), 15), at(FIRST + timedelta(days=9), 6, 10)
    await lives(night, [one for one in life if one.at <= before])
    night.clock.now = before
    book = Daybook(night.hub)
    assert await book.look() > 5
    assert await book.look() == 0

    await lives(night, [one for one in life if one.at > before], seq=200_000)
    night.clock.now = after
    assert await book.look() >= 2
    followed = await written(night)

    batch = parts_of_days(life, OSLO, until=after)
    for part in batch:
        if part.day in {FIRST + timedelta(days=8), FIRST + timedelta(days=3)}:
            assert followed[part.day].unusable[part.part] == part.unusable
            assert {feature: followed[part.day].values[part.part, feature] for feature in part.values} == {
                feature: dayrow.unpack(dayrow.pack([part], dayrow.Shape())).values[part.part, feature]
                for feature in part.values
            }
    assert followed[FIRST + timedelta(days=9)].unusable[Part.MORNING] == "unknown"
    await Daybook(night.hub).look()
    restarted = await written(night)
    assert all(restarted[day] == followed[day] for day in list(followed)[-2:])


async def test_a_day_away_is_no_quiet_day(night: Night) -> None:
    day = FIRST + timedelta(days=3)
    await lives(night, lived(Life(), 5, seed=4, first=FIRST))
    night.clock.now = at(FIRST + timedelta(days=5), 6)
    async with night.database.write() as session:
        session.add(
            tables.Silence(
                id="s1", why=Why.AWAY, resident_id="anna", since=at(day, 8), until=at(day, 20),
                wanted_until=at(day, 20), ended_at=at(day, 13),
            )
        )  # fmt: skip

    await Daybook(night.hub).look()

    assert list((await written(night))[day].unusable.values()) == [None, "away", "away", None]
