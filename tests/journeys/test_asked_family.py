"""The relative who was asked whether they can go: answered as it stands when they write, not as it was."""

import pytest

from carehub.core.answers.alerts import Aftermath, Step
from carehub.core.languages import Language
from carehub.flow.family.texts import CAN_GO, CANNOT_GO, IS_THERE, Command, command_in
from carehub.store import tables
from tests.journeys.building import Night
from tests.journeys.test_family_texts import DAUGHTER, follows

_OVER = "Personalet har tatt over nå. Du trenger ikke dra dit. Takk for at du svarte."
_UNMET = "Personalet har avsluttet varselet uten å ha hatt kontakt med noen der. De følger opp videre."
_ASKED = "Vi har ikke fått svar fra personalet på et varsel hos dine. Kan du dra dit? Svar JA eller NEI."


async def asked(night: Night) -> None:
    """Nobody on duty answers, and the daughter is asked."""
    await follows(night)
    await night.press()
    await night.pass_time(3)


async def said(night: Night) -> list[str | None]:
    steps = await night.rows(tables.AlertStep, tables.AlertStep.id)
    return [one.text for one in steps if one.step is Step.FAMILY]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("ja", Command.YES), ("Ja.", Command.YES), ("ja takk", Command.YES), ("«JA»", Command.YES),
        ("Jau, eg køyrer", Command.YES), ("Yes, leaving now", Command.YES), ("nei", Command.NO), ("NEI!", Command.NO),
        ("Nei, er i Bergen", Command.NO), ("No", Command.NO), ("No, I am in Bergen", Command.NO), ("no.", Command.NO),
        ("jeg er der", Command.THERE), ("Ja, eg er her no!", Command.THERE), ("ER DER", Command.THERE),
        ("I'm there now", Command.THERE), ("Jeg er der om ti minutter", None), ("Ja, jeg er der snart", Command.YES),
        ("No køyrer eg", None), ("Kan ikke", None), ("Kommer", None), ("", None), (" \n", None), ("👍", None),
    ],
)  # fmt: skip
def test_what_people_write_is_read_as_they_mean_it_or_not_at_all(written: str, meant: Command | None) -> None:
    """In nynorsk "No køyrer eg" is "Now I drive", and it was written down as a no."""
    assert command_in(written) is meant


async def test_who_writes_neither_yes_nor_no_is_asked_again_and_nothing_is_written_down(night: Night) -> None:
    await asked(night)

    answer = await night.reply(DAUGHTER, "No køyrer eg")

    assert answer.startswith("Vi forsto ikke svaret. Svar JA hvis du kan dra dit")
    assert await said(night) == []
    assert (await night.reply(DAUGHTER, "hjelp")).startswith("Svar STATUS, JA, NEI")


@pytest.mark.parametrize("written", ["JA", "NEI"])
async def test_where_somebody_has_it_meanwhile_the_answer_says_so(night: Night, written: str) -> None:
    """It said that staff were still being asked."""
    await asked(night)
    await night.take("ingrid")

    answer = await night.reply(DAUGHTER, written)

    assert "En ansatt har tatt varselet nå." in answer
    assert "spørre" not in answer
    assert await said(night) == [CAN_GO if written == "JA" else CANNOT_GO]


@pytest.mark.parametrize("is_closed", [False, True])
async def test_a_yes_once_staff_are_there_sends_nobody_into_the_night(night: Night, *, is_closed: bool) -> None:
    """It was thanked for, and nothing more came: whoever said yes before the arrival was told, and nobody after it."""
    await asked(night)
    await night.take("ingrid")
    await night.arrive("ingrid")
    if is_closed:
        await night.close("ingrid")

    assert await night.reply(DAUGHTER, "JA") == _OVER
    assert await said(night) == []


async def test_who_is_there_before_the_staff_says_so_by_sms(night: Night) -> None:
    await asked(night)

    assert (await night.reply(DAUGHTER, "Jeg er der")).startswith("Takk. Personalet ser at du er der. Vi fortsetter")
    assert (await night.reply(DAUGHTER, "status")).startswith("Takk. Personalet ser at du er der. Vi fortsetter")
    assert await said(night) == [IS_THERE]


async def test_where_nobody_was_met_the_family_hears_so_and_staff_hear_them(night: Night) -> None:
    """They had no question, it said: and who stood in the home could tell nobody."""
    await asked(night)
    await night.take("ingrid")
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    follow = (await night.alerts())[-1]

    answers = [
        await night.reply(DAUGHTER, words) for words in ("STATUS", "kommer", "JA", "jeg er der", "NEI", "status")
    ]

    assert [one.startswith(_UNMET) for one in answers] == [True, False, True, False, False, False]
    assert answers[1].startswith("Vi forsto ikke svaret. Svar JA")
    assert answers[3].startswith(f"Takk. Vi har notert at du er der. {_UNMET}")
    assert answers[4] == answers[5] == f"Takk for svaret. {_UNMET}"
    steps = await night.rows(tables.AlertStep, tables.AlertStep.id)
    heard = [one.text for one in steps if one.step is Step.FAMILY and one.alert_id == follow.id]
    assert heard == [CAN_GO, IS_THERE, CANNOT_GO]


async def test_where_two_agree_that_nobody_was_met_nobody_follows_it_up(night: Night) -> None:
    await asked(night)
    await night.take("ingrid")
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)
    await night.confirm("maria", 1)

    answer = await night.reply(DAUGHTER, "JA")

    assert answer.startswith("Personalet har avsluttet varselet uten å ha hatt kontakt med noen der. Det er fint")
    assert await said(night) == [CAN_GO]


async def test_given_back_it_is_asked_about_as_before(night: Night) -> None:
    await asked(night)
    await night.take("ingrid")
    await night.arrive("ingrid")
    await night.release("ingrid")

    assert (await night.reply(DAUGHTER, "JA")).startswith("Takk. Personalet ser at du kan dra dit.")


async def test_status_tells_whoever_was_asked_what_became_of_the_question(night: Night) -> None:
    """It said that staff follow it up, to somebody asked because none of them had answered."""
    await asked(night)
    first = await night.reply(DAUGHTER, "STATUS")
    await night.reply(DAUGHTER, "JA")
    on_the_road = await night.reply(DAUGHTER, "Status")
    await night.take("ingrid")
    taken = await night.reply(DAUGHTER, "status")
    await night.arrive("ingrid")

    assert first.startswith(_ASKED)
    assert on_the_road.startswith("Takk. Personalet ser at du kan dra dit.")
    assert taken.startswith("Takk. En ansatt har tatt varselet nå.")
    assert (await night.reply(DAUGHTER, "STATUS")).startswith("Personalet følger opp et varsel hos dine nå.")


async def test_who_has_said_stop_is_promised_no_word_by_sms(night: Night) -> None:
    """They would be told, it said, and nothing came: none is sent to whoever has said STOPP."""
    await asked(night)
    await night.reply(DAUGHTER, "STOPP")
    await night.take("ingrid")

    answers = [await night.reply(DAUGHTER, words) for words in ("JA", "STATUS")]

    assert all("Du har stoppet SMS fra oss: se her når personalet er der. https" in one for one in answers)


async def test_stop_takes_back_no_yes_and_start_asks_for_no_new_one(night: Night) -> None:
    await asked(night)
    await night.reply(DAUGHTER, "JA")
    await night.reply(DAUGHTER, "STOPP")

    assert (await night.reply(DAUGHTER, "START")).startswith("Du får SMS fra oss igjen.")
    assert await said(night) == [CAN_GO]


@pytest.mark.parametrize(
    ("language", "written", "answer"),
    [
        (Language.EN, "yes", "Thank you. Staff see that you can go."),
        (Language.EN, "on my way", "We did not understand. Reply YES"),
        (Language.NN, "Ja", "Takk. Personalet ser at du kan dra dit. Vi held fram"),
        (Language.NN, "no dreg eg", "Vi forstod ikkje svaret. Svar JA om"),
    ],
)  # fmt: skip
async def test_each_is_answered_in_their_own_language(
    night: Night, language: Language, written: str, answer: str
) -> None:
    await asked(night)
    async with night.database.write() as session:
        (await session.get_one(tables.Person, "datter")).language = language

    assert (await night.reply(DAUGHTER, written)).startswith(answer)
