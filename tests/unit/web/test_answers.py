"""Answer times: ranks over all that was raised, few told as few, nobody named; sums of days say what the alerts say."""

import random
from collections.abc import Callable, Hashable, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from math import ceil, inf
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event
from sqlmodel import col, delete, func, select, update

from carehub.core.answers.alerts import Status
from carehub.core.answers.answer_times import Answered, Figures, Parts, Times, divided, packed, settled
from carehub.core.people.retention import POLICIES, Kind
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.flow.hub import Hub
from carehub.flow.watching import answer_days, retention
from carehub.kit.ids import new_id
from carehub.store import answers, tables
from carehub.web.admin.answers import time_words
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


def one(taken_s: float | None, arrived_s: float | None = None, *, ago: timedelta = timedelta(hours=1)) -> Answered:
    return Answered(NOW - ago, "sol", Severity.CRITICAL, inf if taken_s is None else taken_s, arrived_s)


def everybody(_unit: str | None) -> bool:
    return True


def times(alerts: Sequence[Answered]) -> Times:
    return divided(list(packed(alerts, OSLO).items()), everybody).all


def test_ranks_and_shares_count_what_nobody_answered_as_never() -> None:
    found = times(settled([one(20), one(40), one(60), one(170), one(None)], NOW))
    assert found.taken.median == timedelta(seconds=60)
    assert found.taken.ninth is None  # it falls among those that nobody answered
    assert (found.taken.quick.part, found.taken.prompt.part, found.taken.quick.whole) == (3, 4, 5)
    assert found.taken.never == 1


def test_of_fewer_than_five_there_is_no_figure_and_the_newest_are_not_judged_yet() -> None:
    few = times(settled([one(20), one(40), one(60), one(170), one(None, ago=timedelta(seconds=100))], NOW))
    assert (few.taken.many, few.taken.tells, few.taken.median) == (4, False, None)
    assert not few.taken.quick.tells


def test_being_there_is_counted_where_somebody_went() -> None:
    found = times(settled([one(10, 100), *(one(10, 200) for _ in range(5)), one(10)], NOW))
    assert (found.there.many, found.there.median, found.there.never) == (6, timedelta(seconds=200), 0)
    assert found.there.prompt.part == 1


def test_hours_and_weeks_are_local() -> None:
    late = Answered(datetime(2026, 1, 18, 23, 30, tzinfo=UTC), None, Severity.CRITICAL, inf, None)
    found = divided(list(packed([late], OSLO).items()), everybody)
    assert list(found.hours) == [0]
    assert [day.isoformat() for day in found.weeks] == ["2026-01-19"]


# --- against a plain computation -------------------------------------------------------------

_SECONDS = st.one_of(
    st.sampled_from([0.0, 59.999999, 60.0, 60.000001, 180.0, 180.000001]),
    st.integers(0, 10**12).map(lambda microseconds: microseconds / 1_000_000),
)
_ALERTS = st.lists(
    st.builds(
        Answered,
        st.datetimes(datetime(2026, 3, 20), datetime(2026, 11, 5), timezones=st.just(UTC)),  # noqa: DTZ001 - given one
        st.sampled_from([None, "sol", "fjord"]),
        st.sampled_from([Severity.MODERATE, Severity.SERIOUS, Severity.CRITICAL]),
        st.one_of(st.just(inf), _SECONDS),
        st.one_of(st.none(), _SECONDS),
    ),
    max_size=80,
)


def plainly(seconds: list[float]) -> Figures:
    """By the definitions, one after another."""
    ordered, many = sorted(seconds), len(seconds)

    def rank(share: float) -> timedelta | None:
        found = ordered[ceil(share * many) - 1] if many >= 5 else None
        return None if found in {None, inf} else timedelta(seconds=found or 0.0)

    share = type(times([]).taken.quick)
    return Figures(
        many=many, median=rank(0.5), ninth=rank(0.9), never=seconds.count(inf),
        quick=share(len([one for one in seconds if one <= 60]), many),
        prompt=share(len([one for one in seconds if one <= 180]), many),
    )  # fmt: skip


def plain_times(alerts: Sequence[Answered], key: Callable[[Answered], Hashable]) -> dict[Hashable, Times]:
    return {
        name: Times(
            taken=plainly([one.taken_s for one in alerts if key(one) == name]),
            there=plainly([one.there_s for one in alerts if key(one) == name and one.there_s is not None]),
        )
        for name in {key(one) for one in alerts}
    }  # fmt: skip


def agrees(days: Sequence[tuple[date, Parts]], alerts: Sequence[Answered]) -> None:
    found = divided(days, everybody)
    assert found.all == plain_times(alerts, lambda _: 1).get(1, times([]))
    assert found.units == plain_times(alerts, lambda one: one.unit or "")
    assert found.urgencies == plain_times(alerts, lambda one: one.severity)
    assert found.hours == plain_times(alerts, lambda one: one.at.astimezone(OSLO).hour)
    assert found.weeks == plain_times(
        alerts, lambda one: (day := one.at.astimezone(OSLO).date()) - timedelta(days=day.weekday())
    )
    assert all(first < second for first, second in pairwise(found.hours))
    serious = [one for one in alerts if one.unit == "sol" and one.severity is Severity.SERIOUS]
    some = divided(days, lambda unit: unit == "sol", {Severity.SERIOUS})
    assert some.all == plain_times(serious, lambda _: 1).get(1, times([]))


@given(_ALERTS)
def test_every_figure_is_the_one_that_a_plain_computation_gives(alerts: list[Answered]) -> None:
    agrees(list(packed(alerts, OSLO).items()), alerts)


def row(dice: random.Random, at: datetime, scope: str = "rom-104") -> tables.Alert:
    taken = at + timedelta(microseconds=dice.randrange(10**9))
    is_open, is_given_up = dice.random() < 0.1, dice.random() < 0.1
    return tables.Alert(
        id=new_id(), dedup_key=new_id(), kind=dice.choice(["fall", "fall", "test-alarm"]), scope_id=scope,
        severity=dice.choice([Severity.NORMAL, Severity.MODERATE, Severity.CRITICAL]), rule_version="1",
        unit_id=dice.choice(["sol", "fjord", None]), rule_id=dice.choice(["floor", "floor", "follow-up"]),
        status=Status.OPEN if is_open else Status.CLOSED, raised_at=at, last_event_at=at,
        due_at=at if is_open else None, taken_at=None if is_open or is_given_up else taken,
        arrived_at=None if is_open or dice.random() < 0.5 else taken + timedelta(seconds=dice.randrange(600)),
        closed_at=None if is_open else taken + timedelta(minutes=3), closed_by_id=dice.choice(["maria", None]),
    )  # fmt: skip


@BOTH
async def test_sums_of_days_say_what_the_alerts_say_whatever_happens_to_them(hub: Hub, clock: Clock) -> None:
    dice, back = random.Random(5), timedelta(days=20)
    rows = [row(dice, clock.now - timedelta(seconds=dice.randrange(20 * 86_400))) for _ in range(400)]
    some = [one.id for one in rows if one.status is Status.CLOSED][:9]
    async with hub.database.write() as session:
        session.add_all(rows)
        session.add_all(row(dice, one.raised_at, CANARY) for one in rows[:40])

    async def agree() -> int:
        """As the alerts have it; gives how many days were kept as sums."""
        async with hub.database.read() as session:
            agrees(
                await answer_days.days(session, hub.zone, clock.now - back, clock.now),
                settled(await answers.answered(session, clock.now - back, clock.now), clock.now),
            )
            return (await session.exec(select(func.count()).select_from(tables.AnswerDay))).one()

    async with hub.database.read() as session:
        every = (await session.exec(select(tables.Alert).where(tables.Alert.raised_at >= clock.now - back))).all()
        assert await answers.many(session, clock.now - back, clock.now) == len(every) >= len(rows)
    assert await agree() == 0
    assert await answer_days.sum_up(hub) == 366
    assert await agree() == 366
    async with (
        hub.database.write() as session
    ):  # one of those left out is taken, and one that nobody hurried to is urgent
        opened = (await session.exec(select(tables.Alert).where(tables.Alert.status == Status.OPEN))).all()
        opened[0].taken_at = clock.now
        next(one for one in opened if one.severity is Severity.NORMAL).severity = Severity.CRITICAL
    await agree()
    async with hub.database.write() as session:
        await session.exec(delete(tables.Alert).where(col(tables.Alert.id).in_(some)))
    await agree()
    assert await answer_days.sum_up(hub) > 0
    clock.passes(timedelta(days=2))
    assert await agree() == 366
    await answer_days.sum_up(hub)
    assert await agree() == 368


async def test_a_year_without_alerts_is_summed_with_a_question_a_month_and_so_is_one_that_holds(
    hub: Hub, clock: Clock
) -> None:
    async with hub.database.write() as session:
        await session.exec(update(tables.Alert).values(raised_at=clock.now))
    asked: list[str] = []
    event.listen(Engine, "before_cursor_execute", listen := lambda _c, _cursor, said, *_: asked.append(said))
    try:
        assert await answer_days.sum_up(hub) == 366
        assert sum("FROM alert" in one for one in asked) == 12
        asked.clear()
        assert await answer_days.sum_up(hub) == 0
    finally:
        event.remove(Engine, "before_cursor_execute", listen)
    assert sum("FROM alert" in one for one in asked) == 12


async def test_sums_of_another_zone_are_not_read_and_go_and_old_ones_go_by_their_policy(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        session.add(tables.AnswerDay(zone="Asia/Tokyo", day=date(2026, 1, 10), body=b"not ours"))

    assert await answer_days.sum_up(hub) == 366

    async with hub.database.read() as session:
        assert set((await session.exec(select(tables.AnswerDay.zone))).all()) == {"Europe/Oslo"}
    policy = next(one for one in POLICIES if one.kind is Kind.ANSWER_DAYS)
    clock.passes(timedelta(days=policy.days - 360))
    assert (await retention.clean(hub.database, clock, [policy]))["answer_days"] == 6


def test_times_are_written_as_people_read_them() -> None:
    said = [time_words(span) for span in (None, timedelta(seconds=59.6), timedelta(seconds=45), timedelta(hours=2))]
    assert said == ["–", "1 min 0 s", "45 s", "2 t 0 min"]


@BOTH
async def test_the_page_has_figures_tables_and_the_law_and_no_name_of_whoever_answered(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        for seconds in (30, 50, 90, 150, 400, 600):
            at = clock.now - timedelta(days=1, seconds=seconds)
            session.add(
                tables.Alert(
                    id=new_id(), dedup_key=new_id(), kind="fall", severity=Severity.CRITICAL, status=Status.CLOSED,
                    scope_id="rom-104", unit_id="sol", rule_id="floor", rule_version="1",
                    raised_at=at, last_event_at=at,
                    owner_id="maria", taken_at=at + timedelta(seconds=seconds),
                )
            )  # fmt: skip
    async with hub.database.read() as session:
        found = await answers.answered(session, clock.now - timedelta(days=2), clock.now)
    assert sorted(one.taken_s for one in found if one.unit == "sol")[:2] == [30, 50]
    kari = await logged_in(browser(), hub, "kari")
    shown = (await kari.get(f"/admin/answers?days=7&severity={Severity.CRITICAL.value}")).text
    for words in ("6 min 40 s", "§ 9-1", "Etter uke", "data-plot", "Solsiden"):
        assert words in shown
    assert "Maria Hauge" not in shown
    assert "Ingen varsler å regne på" in (await kari.get("/admin/answers?unit=ingen")).text
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "fjord"
    assert "Solsiden" not in (await kari.get("/admin/answers?days=7")).text
