"""A backtest on the command line: every line that it can have, in each language."""

import re
from datetime import UTC, datetime

import pytest

from carehub.core.backtest.report import Counted, Hole, Listed, MissedReal, Summary
from carehub.core.backtest.words import HOLES_NB, ROLES_NB, SHIFTS_NB, SORTS_NB, lines_of
from carehub.core.languages import Language
from carehub.core.rules.rulebook import Rulebook
from carehub.core.showing.wording import CAUSE_NB
from carehub.web import tongue, words

AT = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
NORWEGIAN = re.compile(
    r"[æøå]|\b(av|og|varsler|varsel|hos|ikke|ikkje|beboere|vakt|hendelser|hjem|kveld|natt|dag|like)\b"
)
BOKMAAL = re.compile(
    r"\b(ikke|varsler|hendelser|beboere|hjem|ble|noen|reglene|kommer|fremme|hjemmetjenesten|oppdages|senere|uten)\b",
    re.IGNORECASE,
)


def side() -> Counted:
    return Counted(
        alerts=3, residents=2, severities={"40": 1, "30": 2}, hours=(1,) * 24, shifts=dict.fromkeys(SHIFTS_NB, 1),
        units={"sol": 3}, by_resident={"anna": 3}, rules={"floor": 1, "fall": 2}, woken=dict.fromkeys(ROLES_NB, 1),
        woken_off_duty={"nurse": 1}, asked={"nurse": 2},
    )  # fmt: skip


def summary(*, missed_today: bool, holes: bool = True) -> Summary:
    missed = [
        MissedReal(
            alert=cause.value, at=AT, kind="fall", severity=40, scope="home", cause=cause.value, today=missed_today,
            instead=("floor",),
        )
        for cause in CAUSE_NB
    ]  # fmt: skip
    listed = Listed(at=AT, kind="fall", rule="floor", severity=40, scope="home", moved_s=-300, was=30)
    return Summary(
        since=AT, until=AT, zone="Europe/Oslo", scopes=4, events=2400, faults=2, today=side(), draft=side(),
        counts=dict.fromkeys((*SORTS_NB, "same"), 1), listed=dict.fromkeys(SORTS_NB, (listed,)), real=99,
        missed=tuple(missed), holes=tuple(Hole(why=why, since=AT, until=AT) for why in HOLES_NB) if holes else (),
        assumed={},
    )  # fmt: skip


@pytest.mark.parametrize(("language", "left"), [(Language.NN, BOKMAAL), (Language.EN, NORWEGIAN)])
def test_every_line_is_told_with_no_word_left(language: Language, left: re.Pattern[str]) -> None:
    tongue.speak(language)
    lines = [
        line
        for one in (summary(missed_today=True), summary(missed_today=False, holes=False))
        for line in lines_of(one, Rulebook.safe_mode(), words.telling())
    ]

    assert len(lines) > 40
    assert [(line, found[0]) for line in lines if (found := left.search(line))] == []


def test_without_a_language_it_is_bokmaal() -> None:
    lines = [*lines_of(summary(missed_today=True), Rulebook.safe_mode())]

    assert lines[0] == "15.01.2026 – 15.01.2026: 2400 hendelser, 4 hjem."
    assert "Reglene i dag: 3 varsler hos 2 beboere." in lines
