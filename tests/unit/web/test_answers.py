"""Answer times: ranks over all that was raised, few told as few, nobody named."""

from datetime import UTC, datetime, timedelta
from math import inf
from zoneinfo import ZoneInfo

from carehub.core.answers.alerts import Status
from carehub.core.answers.answer_times import Answered, grouped, hour_of, settled, times, week_of
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import answers, tables
from carehub.web.admin.answers import time_words
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


def one(taken_s: float | None, arrived_s: float | None = None, *, ago: timedelta = timedelta(hours=1)) -> Answered:
    return Answered(NOW - ago, "sol", Severity.CRITICAL, inf if taken_s is None else taken_s, arrived_s)


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
    assert list(grouped([late], hour_of(OSLO))) == [0]
    assert [day.isoformat() for day in grouped([late], week_of(OSLO))] == ["2026-01-19"]


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
        found = await answers.answered(session, clock.now - timedelta(days=2), clock.now, lambda unit: unit == "sol")
    assert sorted(one.taken_s for one in found)[:2] == [30, 50]
    kari = await logged_in(browser(), hub, "kari")
    shown = (await kari.get(f"/admin/answers?days=7&severity={Severity.CRITICAL.value}")).text
    for words in ("6 min 40 s", "§ 9-1", "Etter uke", "data-plot", "Solsiden"):
        assert words in shown
    assert "Maria Hauge" not in shown
    assert "Ingen varsler å regne på" in (await kari.get("/admin/answers?unit=ingen")).text
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "fjord"
    assert "Solsiden" not in (await kari.get("/admin/answers?days=7")).text
