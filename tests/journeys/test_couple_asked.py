"""Who of a family is asked when nobody comes to an alarm in a home that two share.

Smoke there is about nobody in particular, so it is about both: whoever agreed to be asked about one of them is asked.
What is about one alone is no question to the family of the other.
"""

import pytest

from carehub.core.people.consent import Insight
from carehub.core.severity import Severity
from carehub.flow.family.texts import CAN_GO, CANNOT_GO
from carehub.store import kin, tables
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import Night, accepts, add, refuses_for_now
from tests.journeys.test_couple_followed import he_moves_out
from tests.journeys.test_family_texts import DAUGHTER

_ASKS = ("on_duty", "relative", "unit")


async def of_his(night: Night, resident: str = "kåre") -> None:
    """She may be asked about this one of the couple."""
    async with night.database.write() as session:
        row = tables.Relation(
            id=f"of-{resident}", person_id="datter", resident_id=resident, kinship="datter", insight=Insight.NOTHING,
            by_sms=True, may_be_asked=True, since=night.clock(),
        )  # fmt: skip
        await add(session, row)


@pytest.fixture
async def his(night: Night) -> Night:
    async with night.database.write() as session:
        await add(session, tables.LadderRow(id="*/40", unit_id=None, severity=Severity.CRITICAL))
        for position, asks in enumerate(_ASKS, 1):
            session.add(tables.LadderRung(ladder_id="*/40", position=position, asks=asks, patience_s=120))
        way = tables.ContactMethod(
            id="m", person_id="datter", channel="sms", address=DAUGHTER, created_at=night.clock(),
            verified_at=night.clock(),
        )  # fmt: skip
        session.add(way)
    await of_his(night)
    return night


def texts(night: Night) -> list[str]:
    return [notice.text for _, notice in night.phones.sent if notice.address == DAUGHTER]


async def smoke(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/røyk-par", {"smoke": True}))
    await night.pass_time(3)


async def answers(night: Night) -> list[tuple[str, str | None]]:
    kinds = {one.id: one.kind for one in await night.alerts()}
    steps = await night.rows(tables.AlertStep, tables.AlertStep.id)
    return [(kinds[one.alert_id], one.text) for one in steps if one.text in {CAN_GO, CANNOT_GO}]


async def test_she_is_asked_about_smoke_in_the_home_of_both_and_her_answer_counts(his: Night) -> None:
    """The rung was passed as if there were nobody on it."""
    await smoke(his)

    said = await his.reply(DAUGHTER, "JA")

    assert len(texts(his)) == 1
    assert said.startswith("Takk. Personalet ser at du kan dra dit")
    assert await answers(his) == [("fire", CAN_GO)]


async def test_she_is_not_asked_about_what_is_about_the_other_alone(his: Night) -> None:
    await his.press("knapp-liv")
    await his.pass_time(3)

    assert texts(his) == []
    assert (await his.reply(DAUGHTER, "JA")).startswith("Du er ikke spurt")


async def test_a_child_of_both_is_asked_once_and_goes_to_one_home(his: Night) -> None:
    """The smoke is at both, the press is his: a JA is about the two of them, as both are behind one door."""
    await of_his(his, "liv")
    await smoke(his)
    once = len(texts(his))
    await his.press("knapp-kåre")
    await his.pass_time(3)

    said = await his.reply(DAUGHTER, "JA")

    assert once == 1
    assert said.startswith("Takk. Personalet ser at du kan dra dit")
    assert sorted(await answers(his)) == [("fire", CAN_GO), ("social-alarm", CAN_GO)]


async def test_a_press_of_each_is_two_questions_still(his: Night) -> None:
    await of_his(his, "liv")
    await his.press("knapp-kåre")
    await his.press("knapp-liv")
    await his.pass_time(3)

    assert (await his.reply(DAUGHTER, "JA")).startswith("Du er spurt om flere.")
    assert await answers(his) == []


async def test_whose_agreement_ended_while_the_words_wait_is_not_asked(his: Night) -> None:
    his.phones.network[DAUGHTER] = refuses_for_now()
    await smoke(his)
    async with his.database.write() as session:
        await kin.end(session, await session.get_one(tables.Relation, "of-kåre"), "ingrid", "ba om det", his.clock())
    his.phones.network[DAUGHTER] = accepts
    await his.pass_time(10)

    theirs = [one for one in await his.rows(tables.Notice, tables.Notice.id) if one.person_id == "datter"]
    assert theirs, "she was to be asked"
    assert {one.state for one in theirs} == {NoticeState.FAILED}
    assert texts(his) == []


async def test_smoke_where_he_lived_before_is_no_question_to_her(his: Night) -> None:
    await he_moves_out(his)

    await smoke(his)

    assert texts(his) == []
