"""The picture of 28 days: what it draws, who may see it, and that each look is logged."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from carehub.contracts import Activity
from carehub.core.findings import Outcome
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.actogram import DAYS, Actogram, drawn, first_moment
from tests.unit.web.conftest import BOTH, Browse, logged_in

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 1, 15, 11, tzinfo=UTC)  # 12:00 in Oslo
_HALF_HOUR = timedelta(minutes=30)


def moved(since: datetime, until: datetime) -> list[Activity]:
    times = range(int((until - since) / _HALF_HOUR))  # in UTC: an hour that comes twice is two
    return [Activity(at=since + n * _HALF_HOUR, kind="motion.detected", place="kitchen") for n in times]


def picture(seen: list[Activity], alerts: list[tables.Alert] | None = None, now: datetime = NOW) -> Actogram:
    return drawn(seen, alerts or [], "a", now, OSLO)


def test_there_is_a_row_for_each_day_and_the_last_one_is_today() -> None:
    found = picture(moved(first_moment(NOW, OSLO), NOW))

    assert len(found.rows) == DAYS
    assert (found.rows[0].label, found.rows[-1].label) == ("fre. 19. des.", "tor. 15. jan.")
    assert found.rows[0].counts == (12, 12, 12, 12)
    assert found.rows[-1].counts == (12, 12, 0, 0)
    assert found.rows[-1].fields[0] == (0.0, 1)
    assert found.summary == "28 av 28 døgn med aktivitet, 0 varsler."


def test_a_field_is_stronger_where_more_happened() -> None:
    at = datetime(2026, 1, 14, 8, tzinfo=UTC)
    many = [Activity(at=at + timedelta(seconds=n), kind="motion.detected", place="hall") for n in range(12)]

    assert picture([*moved(first_moment(NOW, OSLO), at), *many]).rows[-2].fields[-1][1] == 4


def test_what_was_not_heard_is_marked_as_that_and_not_as_rest() -> None:
    start, gone = first_moment(NOW, OSLO), datetime(2026, 1, 10, 5, tzinfo=UTC)
    found = picture([*moved(start, gone), *moved(gone + timedelta(days=1), NOW)])

    quiet = [row for row in found.rows if row.unheard]

    assert [row.label for row in quiet] == ["lør. 10. jan.", "søn. 11. jan."]
    assert quiet[0].unheard == ((0.0, 25.0), (25.0, 25.0), (50.0, 25.0), (75.0, 25.0))
    assert found.summary.endswith("2 døgn der målinger mangler eller ingen var hjemme.")


def test_alerts_stand_at_their_time_on_the_wall_and_the_one_asked_about_is_told_apart() -> None:
    at = datetime(2026, 1, 14, 5, tzinfo=UTC)
    alerts = [tables.Alert.model_construct(id=name, raised_at=at) for name in ("a", "b")]

    marks = picture([], alerts).rows[-2].marks

    assert [(mark.x, mark.at, mark.this) for mark in marks] == [(25, "06:00", True), (25, "06:00", False)]


@pytest.mark.parametrize("day", [datetime(2026, 3, 30, 10, tzinfo=UTC), datetime(2026, 10, 26, 11, tzinfo=UTC)])
def test_the_days_on_which_the_clock_is_set_have_a_whole_row_f35(day: datetime) -> None:
    found = picture(moved(first_moment(day, OSLO), day), now=day)

    assert [row.label for row in found.rows if row.unheard] == []
    assert sum(found.rows[-2].counts) == {3: 46, 10: 50}[day.month]
    assert all(0 <= x < 100 for row in found.rows for x, _ in row.fields)


def test_nothing_seen_is_said() -> None:
    assert picture([]).summary == "Ingen aktivitet er registrert de siste 28 døgnene."


@BOTH
async def test_whoever_cares_sees_the_days_and_the_look_is_logged(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.Event(
                seq=1, at=hub.clock(), kind="motion.detected", source="zigbee2mqtt", scope_id="rom-104",
                resident_id="astrid", place="kitchen", body_hash="x", outcome=Outcome.NO_RULE,
            )
        )  # fmt: skip

    page = await (await logged_in(browser(), hub, "maria")).get("/residents/astrid/days?alert=<script>")

    assert page.status_code == 200
    assert "Døgnrytme: Astrid Nordby" in page.text
    assert "1 av 28 døgn med aktivitet" in page.text
    assert "<script>" not in page.text.split("</head>")[1].split("<svg")[0]
    async with hub.database.read() as session:
        looks = (await session.exec(select(tables.AccessLog))).all()
    assert [(one.action, one.resident_id) for one in looks] == [("resident.days", "astrid")]


async def test_staff_of_another_unit_see_the_days_only_of_whom_they_were_asked_about(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "jonas")

    assert (await client.get("/residents/astrid/days")).status_code == 403
    assert (await client.get("/residents/odd/days")).status_code == 200


@pytest.mark.parametrize("who", ["tor", "anne"])
async def test_a_technician_and_a_relative_do_not(hub: Hub, browser: Browse, who: str) -> None:
    answer = await (await logged_in(browser(), hub, who)).get("/residents/astrid/days")

    assert answer.status_code == 403
    assert "Nordby" not in answer.text.split("<main")[-1]


async def test_somebody_who_is_not_there_is_not_found(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    assert (await client.get("/residents/nobody/days")).status_code == 404
    assert "/residents/astrid/days?alert=" in (await client.get(f"/alerts/{'a4f2'.ljust(32, '0')}/why")).text
