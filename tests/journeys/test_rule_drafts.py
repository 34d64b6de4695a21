"""A rule is changed while the hub runs: tried on the past, agreed by a second person, in force at once, taken back."""

import re
from datetime import datetime

import pytest

from carehub.core.rules import rule_drafts as core
from carehub.core.rules.drafting import draft_hash
from carehub.core.rules.rule_drafts import DraftState
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.watching import rule_drafts as flow
from carehub.flow.watching.rule_drafts import DraftError
from carehub.flow.watching.ruleguard import stay_off
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.tables.backtests import BacktestState
from tests.journeys.building import NIGHT, Night, add, shipped
from tests.journeys.replaying import check_replay

RULE = "cold-home"


async def draft(night: Night, severity: str = "serious") -> tables.RuleDraft:
    """Ingrid writes one that makes it more, or less, urgent."""
    night.hub.adopt = night.ingest.adopt
    text = core.written(night.hub.rulebook.rules[RULE])
    for known in ("serious", "moderate", "normal"):
        text = text.replace(f"severity: {known}", f"severity: {severity}")
    return await flow.save(night.hub, RULE, text, "For mange varsler", "ingrid")


async def tried(night: Night, row: tables.RuleDraft) -> None:
    """The past was asked: a finished run of exactly this draft against the rules in force."""
    rule = flow.checked(night.hub, row).rule
    assert rule is not None
    async with night.database.write() as session:
        run = tables.BacktestRun(
            id=new_id(), state=BacktestState.DONE, draft=row.body, draft_hash=draft_hash([rule]), since=NIGHT,
            rulebook_version=night.hub.rulebook.version, until=NIGHT, asked_at=NIGHT, finished_at=NIGHT,
        )  # fmt: skip
        await add(session, run)


async def approved(night: Night, severity: str = "serious") -> tables.RuleDraft:
    row = await draft(night, severity)
    await tried(night, row)
    await flow.ask(night.hub, row.id, "ingrid")
    return await night.while_folding(flow.approve(night.hub, row.id, "maria"))


async def cold(night: Night, value: float = 15) -> None:
    await night.hear(night.message("zigbee2mqtt/gang", {"temperature": value}))


async def test_a_draft_is_in_force_at_once_for_what_waits_and_is_rolled_back_with_a_reason(night: Night) -> None:
    filed = night.hub.rulebook.version
    await cold(night)
    await night.pass_time(minutes=10)
    row = await approved(night)
    assert row.state is DraftState.ACTIVE
    await night.pass_time(minutes=51)
    assert [alert.rule_version for alert in await night.alerts()] == [night.hub.rulebook.programs[RULE].version]

    with pytest.raises(DraftError, match="Skriv hvorfor"):
        await flow.end(night.hub, row.id, "ingrid", " ")
    await night.while_folding(flow.end(night.hub, row.id, "ingrid", "Det ble flere"))
    assert night.hub.rulebook.version == filed
    assert len(await night.rows(tables.Activation)) == 3
    await check_replay(night)


async def test_what_is_agreed_stands_above_the_file_over_a_restart(night: Night) -> None:
    await approved(night)
    version = night.hub.rulebook.programs[RULE].version
    await night.die()
    await night.start()
    assert night.hub.rulebook.programs[RULE].version != version
    await stay_off(night.hub)
    assert night.hub.rulebook.programs[RULE].version == version


async def test_nobody_agrees_with_themselves_nor_with_what_was_not_tried(night: Night) -> None:
    row = await draft(night)
    with pytest.raises(DraftError, match="prøves på fortiden"):
        await flow.ask(night.hub, row.id, "ingrid")
    await tried(night, row)
    await flow.ask(night.hub, row.id, "ingrid")
    with pytest.raises(DraftError, match="En annen"):
        await flow.approve(night.hub, row.id, "ingrid")

    await flow.save(night.hub, RULE, row.body.replace("serious", "normal"), "x", "maria", draft_id=row.id)
    with pytest.raises(DraftError, match="Noen andre"):
        await flow.approve(night.hub, row.id, "tor")
    with pytest.raises(DraftError, match="prøves på fortiden"):
        await flow.ask(night.hub, row.id, "maria")


async def test_a_rule_that_changed_meanwhile_must_be_tried_anew(night: Night) -> None:
    stale = await draft(night, "normal")
    await approved(night)
    await tried(night, stale)
    with pytest.raises(DraftError, match="endret siden"):
        await flow.ask(night.hub, stale.id, "ingrid")


async def test_a_faulty_text_is_kept_and_goes_nowhere_and_a_withdrawn_one_comes_back(night: Night) -> None:
    row = await flow.save(night.hub, RULE, "id: cold-home\nwach: {}", "x", "ingrid")
    assert "wach" in flow.checked(night.hub, row).faults[0]
    with pytest.raises(DraftError, match="feil i regelen"):
        await flow.ask(night.hub, row.id, "ingrid")
    assert (await flow.end(night.hub, row.id, "ingrid", "")).state is DraftState.WITHDRAWN
    with pytest.raises(DraftError, match="Lag et nytt"):
        await flow.save(night.hub, RULE, "x", "x", "ingrid", draft_id=row.id)
    assert (await flow.resume(night.hub, row.id)).state is DraftState.DRAFT


async def test_rules_that_cannot_be_stored_leave_those_before_in_force(night: Night) -> None:
    before = night.hub.rulebook.version
    row = await draft(night)
    await tried(night, row)
    await flow.ask(night.hub, row.id, "ingrid")
    sound = night.hub.clock

    def breaks() -> datetime:
        raise RuntimeError("the store has gone away")

    async def adopt(book: Rulebook) -> None:
        night.hub.clock = breaks
        try:
            await night.while_folding(night.ingest.adopt(book))
        finally:
            night.hub.clock = sound

    night.hub.adopt = adopt
    with pytest.raises(RuntimeError, match="gone away"):
        await flow.approve(night.hub, row.id, "maria")
    assert night.hub.rulebook.version == before
    assert [one.state for one in await night.rows(tables.RuleDraft)] == [DraftState.WAITING]
    await night.press()
    assert await night.kinds() == ["social-alarm"]


def test_what_is_said_otherwise_is_told_value_by_value_and_lost_kinds_are_warned_of_f74() -> None:
    rule = shipped().rules["social-alarm"]
    text = re.sub(r"\n *- cord.pulled(?=\n)", "", core.written(rule))
    text = text.replace("  cord.pulled: '4.14'\n", "")
    found = core.read(text, "social-alarm", "Europe/Oslo")
    assert found.rule is not None
    assert any("cord.pulled" in one for one in core.warnings(rule, found.rule))
    assert ("watch.kinds", "button.pressed, cord.pulled", "button.pressed") in {
        (one.path, one.before, one.after) for one in core.changes(rule, found.rule)
    }
