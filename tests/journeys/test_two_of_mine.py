"""A relative of two residents who agreed to different things, and a guardian who has the alerts at work too."""

from datetime import timedelta

import pytest

from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.flow import escalate
from carehub.flow.family.texts import CAN_GO, CANNOT_GO
from carehub.store import tables
from tests.journeys.building import INGRID, Night, add
from tests.journeys.test_family_texts import DAUGHTER, follows


async def follows_both(night: Night, bjarne: Insight = Insight.NOTHING, *, asked: bool = True) -> None:
    """Of Anna she may know what was handled; of Bjarne as much as is said."""
    await follows(night)
    async with night.database.write() as session:
        row = tables.Relation(
            id="other", person_id="datter", resident_id="bjarne", kinship="niese", insight=bjarne, by_sms=True,
            may_be_asked=asked, since=night.clock(),
        )  # fmt: skip
        await add(session, row)


async def said_of(night: Night, resident: str) -> list[str]:
    alerts = {one.id: one.resident_id for one in await night.alerts()}
    steps = await night.rows(tables.AlertStep, tables.AlertStep.id)
    return [one.text for one in steps if alerts[one.alert_id] == resident and one.text in {CAN_GO, CANNOT_GO}]


def texts(night: Night, number: str = DAUGHTER) -> list[str]:
    return [notice.text for _, notice in night.phones.sent if notice.address == number]


async def asked_about_both(night: Night) -> None:
    await night.press("knapp-anna")
    await night.pass_time(1)
    await night.press("knapp-bjarne")
    await night.pass_time(3)


async def test_yes_to_two_questions_is_about_nobody_knows_whom(night: Night) -> None:
    """It stood in the journal of whoever pressed last, while she drove to the other."""
    await follows_both(night)
    await asked_about_both(night)
    assert len(texts(night)) == 2, "a question for each"

    said = await night.reply(DAUGHTER, "JA")

    assert said == "Du er spurt om flere. Åpne siden og svar der du kan dra: https://hub.example/relatives"
    assert await said_of(night, "anna") == await said_of(night, "bjarne") == []


async def test_no_is_about_both_and_once_one_is_helped_yes_is_about_the_other(night: Night) -> None:
    await follows_both(night)
    await asked_about_both(night)

    await night.reply(DAUGHTER, "NEI")
    both = [await said_of(night, who) for who in ("anna", "bjarne")]
    await night.take("ingrid", 0)
    await night.close("ingrid", 0)
    said = await night.reply(DAUGHTER, "JA")

    assert both == [[CANNOT_GO], [CANNOT_GO]]
    assert said.startswith("Takk. Personalet ser at du kan dra dit")
    assert await said_of(night, "anna") == [CANNOT_GO]
    assert await said_of(night, "bjarne") == [CANNOT_GO, CAN_GO]


@pytest.mark.parametrize("language", [Language.NB, Language.EN])
async def test_status_of_one_is_no_word_about_the_other(night: Night, language: Language) -> None:
    """Bjarne's alarm was open, nothing was agreed about him, and she read that all was as usual."""
    await follows_both(night, asked=False)
    async with night.database.write() as session:
        (await session.get_one(tables.Person, "datter")).language = language
    await night.press("knapp-bjarne")

    said = await night.reply(DAUGHTER, "STATUS")

    assert ("Det gjelder ikke alle dine" if language is Language.NB else "not about everybody whom you follow") in said


async def test_what_was_handled_is_told_of_the_one_who_agreed_and_of_nobody_else(night: Night) -> None:
    """A whole night: three presses of each, and one text in the morning; three of the same words told no more."""
    await follows_both(night, Insight.DAILY_RHYTHM, asked=False)
    for number in range(3):
        for button in ("knapp-anna", "knapp-bjarne"):
            await night.press(button)
            await night.take("ingrid", -1)
            await night.close("ingrid", -1)
            async with night.database.write() as session:
                await escalate.tell_relatives(night.hub, session, (await night.alerts())[-1], night.clock())
        await night.pass_time(30 + number)

    await night.pass_time(7 * 60)

    annas = [one.id for one in await night.alerts() if one.resident_id == "anna"]
    told = [one for one in await night.notices() if one.address == DAUGHTER and one.cycle.startswith("handled:")]
    assert len(annas) == 3
    assert [one.alert_id in annas for one in told] == [True]
    assert sum("fulgt opp av personalet" in text for text in texts(night)) == 1


async def test_a_guardian_who_is_asked_at_work_has_one_text_of_each_step_and_answers_as_both(night: Night) -> None:
    """Ingrid is Anna's guardian by another login and the same telephone; her code is the nurse's."""
    await follows_both(night)
    async with night.database.write() as session:
        verge = tables.Person(id="verge", name="V", username="verge", role=Role.RELATIVE, phone=INGRID)
        await add(session, verge)
        await add(
            session,
            tables.ContactMethod(
                id="v", person_id="verge", channel="sms", address=INGRID, created_at=night.clock(),
                verified_at=night.clock(),
            ),
            tables.Relation(
                id="verge", person_id="verge", resident_id="anna", kinship="verge", standing=Standing.GUARDIAN,
                insight=Insight.HANDLED_ALERTS, by_sms=True, may_be_asked=True, since=night.clock(),
                until=night.clock() + timedelta(days=90),
            ),
        )  # fmt: skip
    await night.press("knapp-anna")
    await night.pass_time(3)

    steps = [(one.cycle, one.person_id) for one in await night.notices() if one.address == INGRID]
    assert len({step for step, _ in steps}) == len(steps), "one text of a step"
    assert (await night.reply(INGRID, "JA")).startswith("Takk. Personalet ser")
    taken = await night.reply(INGRID, night.code_for(INGRID))

    assert taken.startswith("Du har varsel ")
    assert (await night.the_alert()).owner_id == "ingrid"
    assert (await said_of(night, "anna")) == [CAN_GO]
