"""What the hub wrote in bokmål is told in the reader's language: every sentence of its stations, and each reason."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from carehub.core.findings import Outcome
from carehub.core.languages import Language
from carehub.core.showing.spoken import in_language
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import tongue
from carehub.web.wording.retold import retold
from tests.unit.web.conftest import Browse, logged_in

FLOW = Path(__file__).parents[3] / "carehub" / "flow"
_SENTENCE = re.compile(r"[A-ZÆØÅ7«].* .*\.\s*", re.DOTALL)
ELSEWHERE = frozenset({
    "A backtest goes over at most 7 days.", "The hub ended while it read this, again and again.",
    "7 bytes; at most 7 are read.", "The database turned malformed while the hub ran.",
    "Koden ble ikke riktig. ", "Alarm som ikke er lagret. Se på skjermen.", "7 Rett den.",
    "Filen har 7 vakter. Del den opp: høyst 7 om gangen.", "Filen kan ikke leses som en kalender (7).",
    "«7» 7 varer i mer enn 14 døgn.",
})  # fmt: skip
"""For programs and logs, in the texts of `spoken_words`, spoken by a siren that has one voice, or part of another; and
the faults of a calendar file, which whoever plans shifts reads in bokmål."""
_BEYOND = (
    "Det som er bestemt for {whom} i regelen «{rule}», er utenfor grensene etter at regelen ble endret, og gjelder "
    "ikke: {wrong} Avslutt det, eller bestem noe nytt."
)
SPOKEN_IN_PARTS = {
    "Nettbrettet 7 kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den.",
    "7 mangler fra 7 (nr. 7). Sjekk enheten og veien hit.",
    _BEYOND.format(whom=7, rule=7, wrong=7),
}  # fmt: skip
"""Whose first value is words: each way of saying it stands below."""


def written(path: Path) -> Iterator[str]:
    """Each sentence in a file, with 7 for its values; docstrings are no sentences of the hub's."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
    inside -= {id(node) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr)}
    inside |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if id(node) in inside:
            continue
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)


@pytest.fixture
def english() -> Iterator[None]:
    tongue.speak(Language.EN)
    yield
    tongue.speak(Language.NB)


@pytest.mark.usefixtures("english")
def test_every_sentence_that_a_station_writes_is_told_in_another_language() -> None:
    said = {
        one for path in FLOW.rglob("*.py") if path.name != "ledger.py" for one in written(path)
        if _SENTENCE.fullmatch(one)
    }  # fmt: skip
    untold = {one for one in said if retold(one) == one and in_language(one, Language.EN) == one}

    assert len(said) > 60
    assert untold - ELSEWHERE - SPOKEN_IN_PARTS == set()
    assert said >= ELSEWHERE | SPOKEN_IN_PARTS, "no longer written"


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize(
    ("stored", "told"),
    [
        (
            "Nettbrettet i Solsiden kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den.",
            "The tablet in Solsiden cannot be heard: the sound is off or not tested. Turn it on and test it.",
        ),
        (
            "Nettbrettet som viser alle enheter kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den.",
            "The tablet that shows all units cannot be heard: the sound is off or not tested. Turn it on and test it.",
        ),
        (
            "3 meldinger mangler fra Dør (nr. 4-6). Sjekk enheten og veien hit.",
            "3 messages are missing from Dør (no. 4-6). Check the device and the way here.",
        ),
        (
            "1 melding mangler fra Dør (nr. 4). Sjekk enheten og veien hit.",
            "1 message is missing from Dør (no. 4). Check the device and the way here.",
        ),
        (
            "Besøk på rommet: skulle vært gjort innen kl. 05:15.",
            "A visit to the room: should have been done by 05:15.",
        ),
        (
            _BEYOND.format(whom="en enhet", rule="Ute", wrong="Det er ingen slik regel."),
            (
                "What was decided for a unit in the rule “Ute” is outside the bounds since the rule was changed, and "
                "does not apply: There is no such rule. End it, or decide something new."
            ),
        ),
        ("Skrevet av en ansatt: fall i gangen.", "Skrevet av en ansatt: fall i gangen."),
        ("100 % av målingene.", "100 % av målingene."),
    ],
)  # fmt: skip
def test_a_sentence_keeps_its_values_and_what_is_not_known_stays(stored: str, told: str) -> None:
    assert retold(stored) == told


@pytest.mark.parametrize(
    ("language", "said"),
    [("nb", "Ingen regel spør etter"), ("nn", "Ingen regel spør etter"), ("en", "No rule asks for")],
)
async def test_why_an_event_was_no_alert_is_told_in_the_readers_language(
    hub: Hub, browser: Browse, language: str, said: str
) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.Event(
                seq=9_001, at=hub.clock(), kind="humidity", source="carehub_v1", scope_id="rom-104", alarm=False,
                late=False, body_hash="x", outcome=Outcome.NO_RULE,
            )
        )  # fmt: skip
    client = await logged_in(browser(), hub, "admin")

    page = (await client.get("/admin/events/9001", headers={"accept-language": language})).text

    assert said in page
