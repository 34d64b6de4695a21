"""What models say of a person's days is told in the language of whoever reads it: each sentence that they can make."""

import re
from collections.abc import Iterator
from datetime import date
from itertools import islice

import pytest

from carehub.core.days.features import Feature, Part
from carehub.core.days.restlessness import Restless
from carehub.core.languages import Language
from carehub.web import tongue
from carehub.web.wording.model_words import told_by_model
from carehub.web.wording.retold import retold
from models.baseline import Departure, Usual
from models.restless_words import Normal
from models.restless_words import sentence as restless_sentence
from models.rhythm import MEASURES
from models.slow import SERIES, Shift
from models.words import caution, paragraph, rhythm_sentence, sentence, slow_sentence

BOKMAAL = re.compile(
    r"\b(ikke|sengen|natten|ganger|1 gang|timer|timene|minutter|vanlig|oftere|sjeldnere|kjøkkenet|dager|fra|første "
    r"bevegelse|bevegelser|bevegelsene|rommene|ytterdøren|åpnet|siden|høyst|mer|hvile|måltider|urolig|urolige|"
    r"morgenen|rombytter?|hjem|senere)\b"
)
NORWEGIAN = re.compile(r"[æøå]|\b(og|på|av|om|kl|ca|vanlig|vanleg|snitt|dager|netter|timer|minutter|ganger|aldri|i)\b")
LONGEST = 400
"""Letters of a finding that are kept."""


def usual(low: float, high: float) -> Usual:
    return Usual(median=(low + high) / 2, spread=1, low=low, high=high, days=9)


def departures() -> Iterator[str]:
    for feature in Feature:
        for part in Part:
            for seen in (0, 1, 3.64, 580, 61, 121):
                for run in (1, 5):
                    for low, high in ((0, 0), (1, 1), (1, 2.5), (430, 475), (0, 61)):
                        yield sentence(
                            Departure(feature=feature, seen=seen, usual=usual(low, high), run=run, strength=5), part
                        )


def shifts() -> Iterator[str]:
    for month, series in [(1 + number % 12, one) for number, one in enumerate((*SERIES, *SERIES))]:
        for before, after in ((1, 4.25), (480, 75)):
            shift = Shift(
                resident=0, series=series, since=20, before=before, after=after, low=60, high=125, strength=5
            )  # fmt: skip
            yield slow_sentence(shift, date(2026, month, 3))


def restless() -> Iterator[str]:
    for feature in Restless:
        for seen in (1, 143):
            for own in (None, (80.0, 120.0), (4.0, 4.0)):
                one = Normal(feature=feature, seen=seen, own=own, others=(12.0, 60.0), above=3)
                yield restless_sentence([one])
                yield restless_sentence([one, one])


def findings() -> Iterator[str]:
    yield from departures()
    yield from shifts()
    yield from restless()
    yield rhythm_sentence([(name, 0.42, usual(0.6, 0.9)) for name in MEASURES])
    each = departures()
    while some := [*islice(each, 3)]:
        yield paragraph(some) + caution(9)


@pytest.fixture
def speaking(request: pytest.FixtureRequest) -> None:
    tongue.speak(request.param)


@pytest.mark.parametrize(
    ("speaking", "left"), [(Language.NN, BOKMAAL), (Language.EN, NORWEGIAN)], indirect=["speaking"], ids=["nn", "en"]
)
@pytest.mark.usefixtures("speaking")
def test_every_finding_is_told_with_no_word_left(left: re.Pattern[str]) -> None:
    every = [*findings()]
    untold = [one for one in every if told_by_model(one) is None]
    told = [(one, said) for one in every if (said := told_by_model(one)) is not None]

    assert untold == []
    assert [(one, said, found[0]) for one, said in told if (found := left.search(said))] == []
    assert [one for one in every if len(one) > LONGEST] == []


def test_in_bokmaal_a_finding_reads_as_it_was_written() -> None:
    assert [(one, said) for one in findings() if (said := told_by_model(one)) != one] == []


EXAMPLES = [
    (
        (
            "oppe av sengen 3,6 ganger etter midnatt, snitt av 5 netter; vanlig 1. Ikke på kjøkkenet om formiddagen; "
            "vanlig 4–6 (kjent i 9 dager; ellers slik andre beboere pleier)"
        ),
        (
            "oppe av senga 3,6 gonger etter midnatt, snitt av 5 netter; vanleg 1. Ikkje på kjøkenet om formiddagen; "
            "vanleg 4–6 (kjend i 9 dagar; elles slik andre bebuarar pleier)"
        ),
        (
            "out of bed 3.6 times after midnight, on average over 5 nights; usually 1. Not in the kitchen in the "
            "morning; usually 4–6 (known for 9 days; beyond that, as is usual for other residents)"
        ),
    ),
    (
        "første bevegelse utenfor soverommet kl. 09.40; vanlig 07.10–07.55",
        "første rørsla utanfor soverommet kl. 09.40; vanleg 07.10–07.55",
        "first movement outside the bedroom at 09:40; usually 07:10–07:55",
    ),
    (
        "oftere oppe av sengen om natten siden ca. 3. mars: 4, før 1 (vanlig 0–2)",
        "oftare oppe av senga om natta sidan ca. 3. mars: 4, før 1 (vanleg 0–2)",
        "more often out of bed at night since about 3 March: 4, before that 1 (usually 0–2)",
    ),
    (
        "kommer senere i gang om morgenen siden ca. 3. mai: kl. 09.40, før kl. 07.30 (vanlig kl. 07.10–07.55)",
        "kjem seinare i gang om morgonen sidan ca. 3. mai: kl. 09.40, før kl. 07.30 (vanleg kl. 07.10–07.55)",
        "gets going later in the morning since about 3 May: at 09:40, before that at 07:30 (usually at 07:10–07:55)",
    ),
    (
        "urolig døgn: 143 rombytter (vanlig her 80–120, i andre hjem 12–60)",
        "uroleg døgn: 143 rombyte (vanleg her 80–120, i andre heimar 12–60)",
        "a restless day: 143 changes of room (usually 80–120 here, 12–60 in other homes)",
    ),
    (
        "ingen bevegelse på 3 timer og 20 minutter om ettermiddagen; vanlig høyst 1 time",
        "inga rørsle på 3 timar og 20 minutt om ettermiddagen; vanleg høgst 1 time",
        "no movement for 3 hours and 20 minutes in the afternoon; usually at most 1 hour",
    ),
]


@pytest.mark.parametrize(("stored", "nynorsk", "english"), EXAMPLES)
def test_a_finding_reads_as_people_write_it(stored: str, nynorsk: str, english: str) -> None:
    told = []
    for language in (Language.NN, Language.EN):
        tongue.speak(language)
        told.append(retold(stored))

    assert told == [nynorsk, english]


@pytest.mark.parametrize(
    "text",
    ["oppe av sengen mange ganger etter midnatt; vanlig 1–2", "på badet 5 ganger i går; vanlig 1", "fall i gangen", ""],
)
def test_what_no_model_says_is_no_finding(text: str) -> None:
    assert told_by_model(text) is None
