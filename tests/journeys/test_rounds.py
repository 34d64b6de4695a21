"""Digital supervision as it is agreed: due, done by a button, and told of when nobody did it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from carehub.core.events import CommandKind
from carehub.core.folding.silence import Why
from carehub.core.severity import Severity
from carehub.core.watching.rounds import How, Seen, windows
from carehub.flow.watching import rounds as station
from carehub.flow.watching import silences
from carehub.flow.watching.silences import Wish
from carehub.store import rounds, tables
from carehub.store.rounds import Done
from tests.journeys.building import OSLO, Night


def agreed(opens: str, closes: str, made_at: datetime, last_day: date | None = None) -> tables.PlannedRound:
    return tables.PlannedRound(
        id="runde", resident_id="anna", opens=time.fromisoformat(opens), closes=time.fromisoformat(closes),
        how=How.CAMERA, made_at=made_at, last_day=last_day,
    )  # fmt: skip


def test_a_window_over_midnight_belongs_to_the_evening_on_which_it_opens() -> None:
    plan = agreed("23:00", "02:00", datetime(2026, 1, 1, tzinfo=UTC), date(2026, 1, 14))
    now = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)  # 01:30

    assert list(windows(plan, now, OSLO)) == [
        (datetime(2026, 1, 13, 22, tzinfo=UTC), datetime(2026, 1, 14, 1, tzinfo=UTC)),
        (datetime(2026, 1, 14, 22, tzinfo=UTC), datetime(2026, 1, 15, 1, tzinfo=UTC)),
    ]
    assert list(windows(plan, now + timedelta(days=2), OSLO)) == []


def test_what_was_open_when_it_was_agreed_begins_the_next_time() -> None:
    now = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)

    assert list(windows(agreed("02:00", "03:00", now), now + timedelta(minutes=1), OSLO)) == []


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 28), 2), (date(2026, 10, 24), 4)])
def test_a_night_in_which_the_clocks_change_has_one_round_as_every_other(day: date, hours: int) -> None:
    plan = agreed("00:30", "03:30", datetime(2026, 1, 1, tzinfo=UTC))
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC) + timedelta(days=1)

    opens, due = list(windows(plan, noon, OSLO))[-1]

    assert due - opens == timedelta(hours=hours)


async def plan_for_anna(night: Night, opens: str = "02:00", closes: str = "03:00") -> None:
    async with night.database.write() as session:
        session.add(agreed(opens, closes, night.clock() - timedelta(hours=1)))


async def look(night: Night) -> int:
    told = await station.look(night.hub, night.ingest)
    await night.work()
    return told


async def do(night: Night, seen: Seen = Seen.ASLEEP) -> bool:
    now = night.clock()
    async with night.database.write() as session:
        (line,) = await rounds.due(session, now)
        return await station.seen(night.hub, session, line, Done(by="maria", seen=seen), now)


async def test_a_round_that_nobody_did_calls_at_its_time_once(night: Night) -> None:
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)
    night.clock.advance(minutes=45)  # 02:59
    assert await look(night) == 0

    night.clock.advance(minutes=2)
    told = [await look(night), await look(night)]

    assert told == [1, 0]
    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.alert_code) == ("supervision-missed", Severity.MODERATE, "4.26")
    assert alert.detail == "Kamera: skulle vært gjort innen kl. 03:00."
    assert (alert.unit_id, alert.resident_id, alert.rung) == ("sol", "anna", 1)


async def test_a_round_that_was_done_calls_nobody_and_the_rules_of_the_home_hear_it(night: Night) -> None:
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)

    assert await do(night)
    async with night.database.read() as session:
        assert [one.turn.seen for one in await rounds.untold(session, night.clock())] == [Seen.ASLEEP]
    night.clock.advance(hours=1)

    assert await look(night) == 0
    await look(night)
    heard = [(one.kind, one.scope_id, one.resident_id) for one in await night.events()]
    assert heard == [("supervision.confirmed", "home:anna", "anna")]
    assert await night.alerts() == []


async def test_done_too_late_is_written_where_it_was_told_of(night: Night) -> None:
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)
    night.clock.advance(hours=1)
    await look(night)
    async with night.database.write() as session:
        for line in await rounds.due(session, night.clock()):
            await station.seen(night.hub, session, line, Done(by="maria", seen=Seen.CALM), night.clock())

    assert any("Tilsynet er utført." in line for line in await night.journal())


async def test_whoever_sees_that_somebody_needs_help_has_called(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)

    await do(night, Seen.HELP)
    await night.work()

    alert = await night.the_alert()
    assert (alert.kind, alert.severity, alert.rung) == ("supervision-help", Severity.SERIOUS, 1)


async def test_help_is_called_also_where_a_colleague_has_ticked_the_round_off_before(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)
        (line,) = await rounds.due(session, night.clock())
    await do(night, Seen.ASLEEP)

    async with night.database.write() as session:
        assert not await station.seen(night.hub, session, line, Done(by="jonas", seen=Seen.HELP), night.clock())
    await night.work()

    assert (await night.the_alert()).kind == "supervision-help"
    assert len([one for one in await night.journal() if "Sett ved tilsyn" in one]) == 1


async def test_help_that_is_seen_again_tells_whoever_has_it(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)
        (line,) = await rounds.due(session, night.clock())
    await do(night, Seen.HELP)
    await night.work()
    before = len(await night.notices())

    async with night.database.write() as session:
        await station.seen(night.hub, session, line, Done(by="jonas", seen=Seen.HELP), night.clock())
    await night.work()

    assert (await night.the_alert()).presses == 2
    assert len(await night.notices()) > before


async def test_nobody_is_called_about_somebody_who_is_away(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    await night.command("home:anna", CommandKind.AWAY, until=night.clock() + timedelta(days=3))
    night.clock.advance(hours=1)

    assert await look(night) == 1

    assert await night.alerts() == []
    async with night.database.read() as session:
        lately = await rounds.since(session, night.clock(), night.clock())
    assert {one.turn.note for one in lately} == {"Beboeren var ikke hjemme."}


@pytest.mark.parametrize(("who", "called"), [("kåre", []), ("liv", ["supervision-missed"])])
async def test_of_two_who_share_a_home_only_the_one_who_is_away_is_called_about_by_nobody(
    quick_night: Night, who: str, called: list[str]
) -> None:
    """Kåre was in hospital, and each night somebody was told that his round was missed."""
    night = quick_night
    night.hub.command = night.ingest.command
    async with night.database.write() as session:
        row = agreed("02:00", "03:00", night.clock() - timedelta(hours=1))
        row.resident_id = "kåre"
        session.add(row)
    away = Wish(why=Why.AWAY, until=night.clock() + timedelta(hours=6), resident=who)
    await night.while_folding(silences.begin(night.hub, away, "kari"))
    night.clock.advance(hours=1)

    assert await look(night) == 1

    assert await night.kinds() == called


async def test_a_hub_that_was_down_lists_old_rounds_and_calls_for_those_of_today(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    night.clock.advance(days=5)

    assert await look(night) == 1

    assert (await night.the_alert()).presses == 1


async def test_what_is_agreed_no_longer_is_due_no_longer(quick_night: Night) -> None:
    night = quick_night
    await plan_for_anna(night)
    async with night.database.write() as session:
        await rounds.open_windows(session, night.clock(), OSLO)
        assert await rounds.end(session, "runde", "maria", night.clock()) is not None
    night.clock.advance(hours=2)

    assert await look(night) == 0
    async with night.database.write() as session:
        assert await rounds.end(session, "runde", "maria", night.clock()) is None
