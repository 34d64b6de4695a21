"""Texts, calls and answers come in the language that a person chose, on both databases; who chose none reads bokmål."""

import pytest

from carehub.core.languages import Language
from carehub.store import tables
from integrations.channels import twilio_webhooks
from tests.journeys.building import CANARY, INGRID, MARIA, Night
from tests.unit.test_spoken import HEALTH


async def speaks(night: Night, **languages: Language) -> None:
    async with night.database.write() as session:
        for who, language in languages.items():
            (await session.get_one(tables.Person, who)).language = language


async def test_each_is_called_in_their_own_language_and_nothing_more_is_said_c24(night: Night) -> None:
    await speaks(night, ingrid=Language.EN, maria=Language.NN)

    await night.press()
    await night.pass_time(4)

    told = [(one.address, one.text) for _, one in night.phones.sent]
    english = [text for address, text in told if address == INGRID]
    nynorsk = [text for address, text in told if address == MARIA]
    assert english[0].startswith("URGENT: alert ")
    assert "Reply with the code to take it: " in english[0]
    assert nynorsk[0].startswith("HASTAR: varsel ")
    assert [text for _, text in told if CANARY in text.casefold() or HEALTH.search(text.replace("https://", ""))] == []


async def test_the_code_of_an_english_text_takes_the_alert_and_is_thanked_in_english(night: Night) -> None:
    await speaks(night, ingrid=Language.EN)
    await night.press()
    text = next(one.text for _, one in night.phones.sent if one.address == INGRID)

    said = await night.reply(INGRID, text.rsplit(maxsplit=1)[-1])

    assert said.startswith("You have alert ")
    assert (await night.the_alert()).owner_id == "ingrid"


@pytest.mark.parametrize(
    ("language", "voice", "words"),
    [(Language.NB, "nb-NO", "hei"), (Language.NN, "nb-NO", "hei"), (Language.EN, "en-GB", "hello")],
)
def test_a_voice_reads_the_words_in_their_language_or_the_nearest_there_is(
    language: Language, voice: str, words: str
) -> None:
    """The provider has no voice for nynorsk."""
    twiml = twilio_webhooks.speak(words, keys=0, ask_at="https://x.example/", language=language)

    assert f'language="{voice}"' in twiml
