"""Whoever of a family said that they can go hears it when staff are there: nobody drives through the night in vain."""

from typing import Any

import pytest
from sqlmodel import select

from carehub.core.answers.alerts import Aftermath, Step
from carehub.core.showing.family_wording import ASKED_ANEW
from carehub.flow.family.texts import CAN_GO
from carehub.store import kin, tables
from tests.journeys.building import Night
from tests.journeys.test_family_texts import DAUGHTER, follows

_OVER = "Personalet har tatt over nå. Du trenger ikke dra dit. Takk for at du svarte."


async def asked(night: Night, answer: str | None) -> None:
    await follows(night)
    await night.press()
    await night.pass_time(3)
    if answer:
        await night.reply(DAUGHTER, answer)
    await night.take("ingrid")


async def there(night: Night, **closing: Any) -> list[str]:
    """Ingrid is, or closes it at once; what the daughter has been told since."""
    before = len(night.phones.sent)
    await (night.close("ingrid", **closing) if closing else night.arrive("ingrid"))
    await night.pass_time(1)
    return [notice.text for _, notice in night.phones.sent[before:] if notice.address == DAUGHTER]


async def test_who_said_yes_hears_it_at_once_and_once_and_at_night(night: Night) -> None:
    """It is half past two; the word that an alert was handled comes at eight."""
    await asked(night, "JA")

    assert await there(night) == [_OVER]
    assert await there(night) == []


@pytest.mark.parametrize("how", ["given back", "closing undone"])
async def test_who_was_turned_back_is_asked_once_more_where_nobody_has_it_after_all(night: Night, how: str) -> None:
    """It was tapped on another's card that somebody is there: the daughter had turned round, and heard nothing more."""
    await asked(night, "JA")
    if how == "given back":
        assert await there(night) == [_OVER]
    else:
        await night.release("ingrid")
        assert await there(night, aftermath=Aftermath.HELPED_ON_SITE) == [_OVER]
    before = len(night.phones.sent)
    await (night.release("ingrid") if how == "given back" else night.undo("ingrid"))
    await night.pass_time(1)
    told = [notice.text for _, notice in night.phones.sent[before:] if notice.address == DAUGHTER]
    await night.reply(DAUGHTER, "JA")
    await night.take("ingrid")

    assert told + await there(night) == [ASKED_ANEW, _OVER]


async def test_whose_yes_an_older_release_wrote_down_hears_it_too(night: Night) -> None:
    await asked(night, "JA")
    async with night.database.write() as session:
        (step,) = (await session.exec(select(tables.AlertStep).where(tables.AlertStep.step == Step.FAMILY))).all()
        step.text = "Kan gå bort."

    assert await there(night) == [_OVER]


@pytest.mark.parametrize("answer", [None, "NEI"])
async def test_who_said_no_or_nothing_is_not_woken_again(night: Night, answer: str | None) -> None:
    await asked(night, answer)

    assert await there(night) == []


@pytest.mark.parametrize(("aftermath", "told"), [(Aftermath.HELPED_ON_SITE, [_OVER]), (Aftermath.NO_CONTACT, [])])
async def test_what_is_closed_without_anybody_met_calls_nobody_back(
    night: Night, aftermath: Aftermath, told: list[str]
) -> None:
    """Then it is good that somebody of theirs goes."""
    await asked(night, "JA")

    assert await there(night, aftermath=aftermath) == told


@pytest.mark.parametrize(("met_on", "was_there"), [("follow-up", False), ("follow-up", True), ("another", False)])
async def test_who_goes_hears_when_somebody_is_there_at_last(night: Night, *, met_on: str, was_there: bool) -> None:
    """The alert of which they were asked was closed with nobody met, and of what followed nothing was said to them."""
    await asked(night, "JA")
    first = await there(night) if was_there else []
    await there(night, aftermath=Aftermath.NO_CONTACT)
    before = len(night.phones.sent)
    if met_on == "another":
        await night.press()
        await night.close("ingrid", 2)
    else:
        await night.arrive("maria", 1)
        await night.close("maria", 1)
    await night.pass_time(1)
    told = [notice.text for _, notice in night.phones.sent[before:] if notice.address == DAUGHTER]

    assert first + told == [_OVER], "once, and not again for whom it turned back already"


async def test_who_took_back_their_yes_is_not_told(night: Night) -> None:
    await asked(night, "JA")
    await night.reply(DAUGHTER, "NEI")

    assert await there(night) == []


async def test_who_said_stop_has_no_text_more(night: Night) -> None:
    await asked(night, "JA")
    await night.reply(DAUGHTER, "STOPP")

    assert await there(night) == []


async def test_whose_agreement_is_over_is_told_nothing_c33(night: Night) -> None:
    await asked(night, "JA")
    async with night.database.write() as session:
        await kin.end(session, await session.get_one(tables.Relation, "rel"), "ingrid", "ba om det", night.clock())

    assert await there(night) == []
    assert CAN_GO in " ".join(await night.journal())
