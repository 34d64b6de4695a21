"""What somebody might know or was asked ends before it is sent or answered: then it is not said, and not taken."""

from datetime import timedelta

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.people.consent import Insight
from carehub.flow import escalate
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import INGRID, KARI, MARIA, Night, add, refuses_for_now
from tests.journeys.desk import desk
from tests.journeys.test_family_texts import DAUGHTER, follows


async def handled(night: Night) -> None:
    """An alert of the night is closed; the family hears of it in the morning."""
    await night.press()
    await night.take("ingrid")
    await night.close("ingrid")
    async with night.database.write() as session:
        await escalate.tell_relatives(night.hub, session, await night.the_alert(), night.clock())


def to_daughter(night: Night) -> int:
    return sum(notice.address == DAUGHTER for _, notice in night.phones.sent)


async def shut_out(night: Night, who: str) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Person, who)).active = False


async def runs_out(night: Night, **after: float) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Relation, "rel")).until = night.clock() + timedelta(**after)


@pytest.mark.parametrize("ends", ["agreement", "account", "level", "pause", "nothing"])
async def test_what_waits_for_the_morning_goes_only_to_whom_it_may_still_be_told(night: Night, ends: str) -> None:
    """An agreement that ran out by itself ends by nobody's hand: whether it holds is asked as the text goes out."""
    await follows(night, asked=False)
    await handled(night)
    if ends == "agreement":
        await runs_out(night, hours=3)
    elif ends == "account":
        await shut_out(night, "datter")
    elif ends == "level":
        async with night.database.write() as session:
            (await session.get_one(tables.Relation, "rel")).insight = Insight.ALL_IS_WELL
    elif ends == "pause":
        async with night.database.write() as session:
            await add(session, tables.SharingPause(
                resident_id="anna", since=night.clock(), until=night.clock() + timedelta(days=1)
            ))  # fmt: skip

    await night.pass_time(8 * 60)

    assert to_daughter(night) == (ends == "nothing")


async def test_a_text_that_the_provider_held_back_does_not_come_after_the_agreement_f42(night: Night) -> None:
    """It was on its way as the agreement ended, and came back to wait."""
    await follows(night)
    night.phones.network = {DAUGHTER: refuses_for_now(30)}
    await night.press()
    await night.pass_time(3)
    async with night.database.write() as session:
        row = await session.get_one(tables.Relation, "rel")
        row.until = night.clock()
    night.phones.network = {}

    await night.pass_time(5)

    assert to_daughter(night) == 0
    assert (await night.the_alert()).status is Status.OPEN


async def test_who_has_left_is_not_summoned_and_the_next_are_asked_at_once(night: Night) -> None:
    """She was told to wait by the provider, and shut out meanwhile: her text would have gone to nobody's colleague."""
    night.phones.network = {INGRID: refuses_for_now(40), MARIA: refuses_for_now(40)}
    await night.press()
    await shut_out(night, "ingrid")
    await shut_out(night, "maria")
    night.phones.network = {}

    await night.pass_time(1)

    assert {notice.address for _, notice in night.phones.sent} == {KARI}
    states = {one.state for one in await night.notices() if one.address in {INGRID, MARIA}}
    assert states == {NoticeState.FAILED}


async def test_whose_agreement_is_over_answers_for_nobody(night: Night) -> None:
    """JA of somebody who may know nothing any more would send the next who reads it home again."""
    await follows(night)
    async with night.database.write() as session:
        await add(session, tables.Relation(
            id="other", person_id="datter", resident_id="bjarne", kinship="datter", insight=Insight.ALL_IS_WELL,
            since=night.clock(),
        ))  # fmt: skip
    await night.press()
    await night.pass_time(3)
    await runs_out(night)

    said = await night.reply(DAUGHTER, "JA")

    assert said.startswith("Du er ikke spurt")
    assert not [line for line in await night.journal() if "family" in line]


async def test_what_somebody_had_taken_who_is_shut_out_is_open_again_at_once(night: Night) -> None:
    """A telephone that was stolen had taken it; nobody else was asked before the time to arrive ran out."""
    await night.press()
    await night.reply(INGRID, night.code_for(INGRID))
    before = len(night.phones.sent)

    async with await desk(night) as browser:
        answer = await browser.post("/admin/people/ingrid/active", data={"on": "false"})
    await night.work()

    assert answer.status_code == 303
    alert = await night.the_alert()
    assert (alert.status, alert.owner_id) == (Status.OPEN, None)
    assert MARIA in {notice.address for _, notice in night.phones.sent[before:]}
    assert INGRID not in {notice.address for _, notice in night.phones.sent[before:]}
    assert "02:14 released: Stengt ute: varselet er åpent igjen." in await night.journal()
