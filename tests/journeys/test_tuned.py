"""Rules are tuned for a unit or a resident, on time and in the journal's order, and a resident may say no."""

from datetime import UTC, datetime
from typing import Any

import pytest

from carehub.core.events import CommandKind
from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function
from carehub.core.rules.language import content_hash
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.tuning import TuningError, tuned
from carehub.core.severity import Severity
from carehub.flow import ledger
from carehub.flow.watching import tuning
from carehub.flow.watching.tuning import Wish
from carehub.store import tables
from carehub.web.wording.explained import account_of, silent_lines
from tests.journeys.building import NIGHT, Night, add
from tests.journeys.replaying import check_replay


async def decide(night: Night, rule: str, by: str = "ingrid", **more: Any) -> tables.RuleOverride:
    given = {"why": "Sover urolig", "since": night.clock(), **more}
    return await night.while_folding(tuning.decide(night.hub, Wish(rule=rule, **given), by))


async def cold(night: Night, value: float) -> None:
    await night.hear(night.message("zigbee2mqtt/gang", {"temperature": value}))


async def ground(night: Night, name: str, basis: Basis, **more: Any) -> None:
    """A row of the register for Anna's doors."""
    async with night.database.write() as session:
        row = tables.LegalBasis(
            id=name, resident_id="anna", function=Function.DOORS, basis=basis, since=NIGHT, made_at=NIGHT, **more
        )
        await add(session, row)


async def told(night: Night) -> list[tuple[str, int]]:
    rows = [one for one in await night.rows(tables.FoldInput, tables.FoldInput.seq) if one.command is CommandKind.TUNED]
    return [(one.scope_id, (one.overrides or "").count('"rule"')) for one in rows]


async def test_a_resident_s_value_is_nearer_than_the_unit_s_and_the_alert_says_who_decided_it(night: Night) -> None:
    await decide(night, "cold-home", unit="sol", values={"watch.below": 12, "for": "2 h"})
    mine = await decide(night, "cold-home", resident="anna", values={"watch.below": 19, "for": "30 min"})
    await cold(night, 18)
    await night.pass_time(minutes=31)

    alert = await night.the_alert()
    rule = tuned(night.rulebook.rules["cold-home"], [("watch.below", 19), ("for", "30 min")])
    assert (alert.kind, alert.rule_version) == ("cold-home", content_hash(rule))
    (report,) = await night.rows(tables.AlertEvent)
    assert mine.id in report.trace
    async with night.database.read() as session:
        account = await account_of(session, alert.id)
    assert account is not None
    (said,) = (reason.decided for reason in account.reasons)
    assert said[0].startswith("Bestemt for enheten: ")
    assert said[1].startswith("Bestemt for beboeren: Lavere enn: 19 (regelboken: 16) · Så lenge må det vare: 30 min")
    assert said[1].endswith("kanari-ingrid, 15.01.2026: Sover urolig")
    kept = {(one.version, one.tuned) for one in await night.rows(tables.RuleVersion) if one.rule_id == "cold-home"}
    assert (alert.rule_version, True) in kept
    assert sorted(set(await told(night))) == [("home:anna", 1), ("home:anna", 2), ("home:bjarne", 1)]
    await check_replay(night)


async def test_what_is_decided_from_tomorrow_begins_at_midnight_to_the_second_over_the_change_of_the_clock(
    night: Night,
) -> None:
    """From local midnight on the day when the clocks go forward, until the next: 23 hours."""
    night.clock.now = datetime(2026, 3, 28, 22, 50, tzinfo=UTC)  # 23:50
    begin, end = datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    await decide(night, "device-silent", resident="anna", since=begin, until=end, off=True)
    for minutes, state in ((0, "offline"), (11, "online"), (1, "offline")):
        await night.pass_time(minutes=minutes)
        await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": state}))
    assert [alert.raised_at for alert in await night.alerts()] == [datetime(2026, 3, 28, 22, 50, tzinfo=UTC)]

    await night.die()
    await night.start()
    await night.pass_time(seconds=(end - night.clock()).total_seconds())
    await night.hear(night.message("zigbee2mqtt/gang/availability", {"state": "offline"}))
    reasons = await night.rows(tables.AlertEvent, tables.AlertEvent.at)
    assert [one.at for one in reasons] == [datetime(2026, 3, 28, 22, 50, tzinfo=UTC), end]
    await check_replay(night)


async def test_an_end_can_be_undone_and_what_was_decided_before_holds_again(night: Night) -> None:
    await decide(night, "device-silent", unit="sol", off=True)
    on = await decide(night, "device-silent", resident="anna", off=False)
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    assert await night.kinds() == ["device-silent"]

    assert await night.while_folding(tuning.end(night.hub, on.id, "maria"))
    assert await night.while_folding(tuning.end(night.hub, on.id, "maria")) is None
    await night.hear(night.message("zigbee2mqtt/gang/availability", {"state": "offline"}))
    assert len(await night.rows(tables.AlertEvent)) == 1
    assert await night.while_folding(tuning.resume(night.hub, on.id, "maria"))
    await night.hear(night.message("zigbee2mqtt/røyk/availability", {"state": "offline"}))
    assert len(await night.rows(tables.AlertEvent)) == 2
    await check_replay(night)


async def test_a_button_is_never_switched_off_whatever_is_written_down(night: Night) -> None:
    """F74: refused at the door, and where a row says so all the same, the rule and the floor stand."""
    with pytest.raises(TuningError, match="varsles alltid"):
        await decide(night, "social-alarm", resident="anna", off=True)
    async with night.database.write() as session:
        row = tables.RuleOverride(
            id="x", rule_id="social-alarm", resident_id="anna", body="{}", was="{}", off=True, since=NIGHT,
            why="feil", made_at=NIGHT,
        )  # fmt: skip
        await add(session, row)
    await night.worker._watch()
    await night.fold()
    await night.press()
    assert await night.kinds() == ["social-alarm"]


async def test_who_moves_takes_their_own_along_and_the_home_keeps_nothing_of_it(night: Night) -> None:
    await decide(night, "device-silent", resident="anna", off=True)
    async with night.database.write() as session:
        (lives,) = [one for one in await night.rows(tables.Residency) if one.resident_id == "anna"]
        lives.until = night.clock()
        session.add(await session.merge(lives))
        await add(session, tables.Residency(id="new", resident_id="anna", scope_id="home:tom", since=night.clock()))
    await night.pass_time(minutes=1)
    await night.worker._watch()
    await night.fold()

    assert await told(night) == [("home:anna", 1), ("home:anna", 0), ("home:tom", 1)]
    await night.worker._watch()
    await night.fold()
    assert len(await told(night)) == 3


async def test_in_a_home_that_two_share_only_what_is_ones_own_is_off(night: Night) -> None:
    await decide(night, "device-silent", resident="kåre", off=True)
    for device in ("knapp-kåre", "knapp-liv"):
        async with night.database.write() as session:
            (await session.get_one(tables.Device, device)).silent_since = night.clock()
    await night.worker._watch()
    await night.work()
    assert [alert.resident_id for alert in await night.alerts() if alert.kind == "device-silent"] == ["liv"]
    await check_replay(night)


async def test_a_resident_who_says_no_switches_the_function_off_and_a_chapter_4a_decision_on(night: Night) -> None:
    await ground(night, "no", Basis.NONE, objection=True)
    await night.worker._watch()
    await night.fold()
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(minutes=20)
    assert await night.kinds() == []
    async with night.database.read() as session:
        silent = await ledger.why_not(session, "anna", "night-exit", NIGHT, night.clock())
        lines = await silent_lines(session, silent, "night-exit")
    assert [one.off for one in silent.tuned] == [True]
    assert lines[0] == "Beboeren har sagt nei til det som regelen bygger på, så den er slått av."

    await ground(night, "4a", Basis.CHAPTER_4A)
    await night.worker._watch()
    await night.fold()
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(minutes=20)
    assert await night.kinds() == ["night-exit"]
    await check_replay(night)


async def test_a_rulebook_that_changes_takes_over_as_each_scope_has_it(night: Night) -> None:
    await decide(night, "cold-home", resident="anna", values={"for": "30 min", "watch.below": 19})
    await cold(night, 18)
    await night.pass_time(minutes=10)
    changed = night.rulebook.rules["cold-home"].model_copy(update={"severity": Severity.SERIOUS})
    await night.die()
    night.rulebook = Rulebook.of([*night.rulebook.rules.values(), changed])
    await night.start()
    await night.pass_time(minutes=19)
    assert await night.kinds() == []
    await night.pass_time(minutes=2)
    assert await night.kinds() == ["cold-home"]
    await check_replay(night)


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({"rule": "nothing"}, "ingen slik regel"),
        ({"values": {"for": "1 min"}}, "fra 30 min til 6 h"),
        ({"values": {}}, "Ingenting er endret"),
        ({"why": " "}, "Skriv hvorfor"),
        ({"until": NIGHT}, "Slutten"),
        ({"unit": "sol"}, "én enhet eller én beboer"),
        ({"resident": "nobody"}, "én enhet eller én beboer"),
    ],
)
async def test_a_wish_that_cannot_be_is_refused_in_words(quick_night: Night, wish: dict[str, Any], said: str) -> None:
    given = {"rule": "cold-home", "values": {"for": "2 h"}, "resident": "anna", **wish}
    with pytest.raises(TuningError, match=said):
        await decide(quick_night, **given)
    assert await quick_night.rows(tables.RuleOverride) == []
