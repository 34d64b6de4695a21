"""Rules over the recorded past: today's give what was live, and a draft says whom it would let down."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carehub.app.backtest import Cancelled, Wanted, backtest
from carehub.app.backtest.sources import Store
from carehub.core.answers.alerts import Aftermath, Cause, Contact
from carehub.core.backtest.report import Summary
from carehub.core.backtest.values import BY_PEOPLE
from carehub.core.rules.drafting import read_draft
from carehub.core.rules.language import Rule
from carehub.store.database import Database
from tests.databases import Sqlite, folder_in_memory
from tests.journeys.building import Night, night_at
from tests.journeys.test_any_night import _play, _step

_LONGER = """
id: night-exit
title: {nb: Ute om natten, nn: Ute om natta, en: Out at night}
watch: {kind: door.opened, place: entrance}
between: {from: "22:00", to: "06:00"}
then_missing:
  kinds: [motion.detected, presence.detected]
  within: 20 min
severity: critical
"""
_NEVER = _LONGER + "enabled: false\n"
_BELL = """
id: bell
title: {nb: Noen ringer på, nn: Nokon ringer på, en: Somebody rings}
watch: {kind: door.opened, place: entrance}
severity: serious
"""
Live = tuple[str, str, datetime, int, int]


async def quietly(_done: int, _total: int) -> bool:
    return True


async def over_again(night: Night, draft: Sequence[Rule] | None = None) -> Summary:
    """The whole night over again, in this process."""
    now = night.clock.now
    since, until = now - timedelta(days=2), now + timedelta(microseconds=1)
    wanted = Wanted(
        source=Store(night.database.url), book=night.rulebook, draft=draft, since=since, until=until, now=now
    )
    return await backtest(wanted, quietly, processes=0)


async def live(night: Night) -> list[Live]:
    return sorted(
        (one.dedup_key, one.kind, one.raised_at, int(one.severity), one.presses)
        for one in await night.alerts()
        if one.kind not in BY_PEOPLE
    )


def again(summary: Summary) -> list[Live]:
    return sorted(
        (f"{one.resident or one.scope}/{one.kind}", one.kind, one.at, one.severity, one.reports)
        for one in summary.listed["alerts"]
    )


async def went_out(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))


async def fell(night: Night) -> None:
    """She went out, and was found on the steps."""
    await went_out(night)
    await night.pass_time(7)
    await night.arrive("ingrid")
    await night.close("ingrid", aftermath=Aftermath.CALLED_113, contact=Contact.VISITED)
    async with night.database.write() as session:
        (alert,) = await night.alerts()
        alert.cause = Cause.FALL
        session.add(alert)


async def test_the_rules_in_force_give_exactly_the_alerts_of_the_night(night: Night) -> None:
    await went_out(night)
    for _ in range(3):
        await night.press()
        await night.pass_time(2)
    await night.close("ingrid", 1)
    await night.pass_time(30)
    await night.press("knapp-bjarne")

    assert again(await over_again(night)) == await live(night)


async def test_a_draft_that_loses_a_real_alert_says_so_and_what_was_found(night: Night) -> None:
    await fell(night)

    told = await over_again(night, read_draft(_NEVER))

    assert (told.counts["lost"], told.counts["gained"], told.counts["same"]) == (1, 0, 0)
    (missed,) = told.missed
    assert (missed.kind, missed.cause, missed.today, told.real) == ("night-exit", "fall", True, 1)


async def test_a_draft_that_comes_later_is_moved_and_loses_nobody(night: Night) -> None:
    await fell(night)
    await night.pass_time(30)

    told = await over_again(night, read_draft(_LONGER))

    (moved,) = told.listed["moved"]
    assert (moved.moved_s, told.counts["lost"], told.missed) == (15 * 60, 0, ())


async def test_a_new_rule_says_whom_it_would_have_woken_and_why(night: Night) -> None:
    await went_out(night)
    await night.pass_time(1)

    told = await over_again(night, read_draft(_BELL))

    (gained,) = told.listed["gained"]
    assert (gained.kind, [one.name for one in gained.conditions]) == ("bell", ["watch"])
    assert {one.person for one in gained.asked if one.rung == 1} == {"ingrid", "maria"}
    assert told.draft is not None
    assert told.draft.woken == {"nurse": len(gained.asked)}
    assert told.today.woken == {}


async def test_two_processes_tell_the_same_as_one(quick_night: Night) -> None:
    night = quick_night
    await fell(night)
    await night.press("knapp-bjarne")
    now, seen = night.clock.now, list[tuple[int, int]]()

    async def progress(done: int, total: int) -> bool:
        seen.append((done, total))
        return True

    wanted = Wanted(
        source=Store(night.database.url), book=night.rulebook, draft=read_draft(_BELL), since=now - timedelta(days=2),
        until=now, now=now,
    )  # fmt: skip
    assert await backtest(wanted, progress, processes=2) == await backtest(wanted, quietly, processes=0)
    assert seen[-1][0] == seen[-1][1] > 1


async def test_a_run_that_nobody_wants_any_more_ends_at_the_next_home(quick_night: Night) -> None:
    await fell(quick_night)
    asked = 0

    async def nobody(_done: int, _total: int) -> bool:
        nonlocal asked
        asked += 1
        return False

    now = quick_night.clock.now
    wanted = Wanted(
        source=Store(quick_night.database.url), book=quick_night.rulebook, draft=None, since=now - timedelta(days=1),
        until=now, now=now,
    )  # fmt: skip
    with pytest.raises(Cancelled):
        await backtest(wanted, nobody, processes=0)
    assert asked == 1


_steps = st.lists(_step.filter(lambda step: step[0] != "restart" or not step[1]), max_size=14)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=_steps)
def test_whatever_happens_in_a_night_the_rules_in_force_give_the_same_alerts(
    sqlite: Sqlite, steps: list[tuple[object, ...]]
) -> None:
    asyncio.run(_any_night(sqlite, steps))


async def _any_night(sqlite: Sqlite, steps: list[tuple[object, ...]]) -> None:
    with folder_in_memory() as folder:
        database = Database(sqlite.copy_to(folder))
        try:
            async with night_at(database) as night:
                for step in steps:
                    await _play(night, step)
                    night.clock.advance(milliseconds=1)  # nobody answers in the microsecond of the press
                assert again(await over_again(night)) == await live(night)
        finally:
            await database.close()
