"""What the hub wrote in bokmål is told in the reader's language: every sentence of its stations, and each reason."""

import re
from pathlib import Path

import pytest

from carehub.core.findings import Outcome
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.showing.spoken import in_language
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import tongue
from carehub.web.wording.retold import retold
from tests.journeys.building import shipped
from tests.unit.web.conftest import Browse, logged_in
from tools.check_words import written

HUB = Path(__file__).parents[3] / "carehub"
FLOW = HUB / "flow"
BESIDE = (
    *(HUB / "app" / f"{name}.py" for name in ("backups", "certificates", "companion", "crashes", "rescue", "room",
                                               "trainer")),
    *(HUB / "core" / name for name in ("answers/ladders.py", "days/judging.py", "showing/labels.py",
                                       "showing/spreadsheet.py", "people/visit_plan.py", "rules/rule_drafts.py")),
    HUB / "store" / "ladders.py", HUB / "store" / "models.py",
)  # fmt: skip
"""Where the hub writes down what people read, beside its stations."""
_SENTENCE = re.compile(r"[A-ZÆØÅ7«].* .*\.\s*", re.DOTALL)
ELSEWHERE = frozenset({
    "A backtest goes over at most 7 days.", "The hub ended while it read this, again and again.",
    "7 bytes; at most 7 are read.", "The database turned malformed while the hub ran.",
    "Koden ble ikke riktig. ", "Alarm som ikke er lagret. Se på skjermen.", "7 Rett den.",
})  # fmt: skip
"""For programs and logs, in the texts of `spoken_words`, spoken by a siren that has one voice, or part of another."""
_BEYOND = (
    "Det som er bestemt for {whom} i regelen «{rule}», er utenfor grensene etter at regelen ble endret, og gjelder "
    "ikke: {wrong} Avslutt det, eller bestem noe nytt."
)
SPOKEN_IN_PARTS = {
    "Nettbrettet 7 kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den.",
    "7 mangler fra 7 (nr. 7). Sjekk enheten og veien hit.", "Siste trinn må spørre 7.",
    "7 må være mellom 7 og 7.",
    _BEYOND.format(whom=7, rule=7, wrong=7),
}  # fmt: skip
"""Whose first value is words: each way of saying it stands below."""


@pytest.fixture
def english() -> None:
    tongue.speak(Language.EN)


@pytest.mark.usefixtures("english")
def test_every_sentence_that_a_station_writes_is_told_in_another_language() -> None:
    said = {
        one for path in (*FLOW.rglob("*.py"), *BESIDE) if path.name != "ledger.py" for one in written(path)
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
        (
            "Trinn 2 må vente mellom 30 sekunder og 5 minutter.",
            "Step 2 must wait between 30 seconds and 5 minutes.",
        ),
        ("Fremme innen må være mellom 1 minutt og 4 timer.", "“There within” must be between 1 minute and 4 hours."),
        (
            "Siste trinn må spørre alle på vakt eller flere.",
            "The last step must ask everybody on duty or more.",
        ),
        (
            "Fristen gikk ut: tok varselet, men er ikke fremme.",
            "The deadline passed: took the alert, but has not arrived.",
        ),
        (
            "Dagene ligner ikke lenger på dem modellen lærte av (besøk på badet om natten: PSI 0,31).",
            (
                "The days are no longer like those that the model learnt from "
                "(visits to the bathroom at night: PSI 0,31)."
            ),
        ),
        (
            "daily_rhythm er slått av: Bare 2 av 14 varsler var til nytte; kravet er 20 %.",
            "Daily rhythm is switched off: Only 2 of 14 alerts were of use; 20 % is required.",
        ),
        (
            "lør. 28. nov. kl. 22:00 til søn. 29. nov. kl. 07:30",
            "Sat 28 Nov at 22:00 to Sun 29 Nov at 07:30",
        ),
        ("Snor på badet: batteriet er tomt", "Snor på badet: the battery is empty"),
        (
            "Huben var nede fra 27.11. kl. 22:00 til 02:09. 3 varsler gikk ut forsinket.",
            "The hub was down from 27.11. at 22:00 to 02:09. 3 alerts went out late.",
        ),
        (
            "Holdt tilbake mens det var stille: 1 gang Urolig natt, 2 ganger Stille bolig.",
            "Held back while it was silenced: 1 time Urolig natt, 2 times Stille bolig.",
        ),
        (
            (
                "Regelen «Ute» var til nytte i 1 av 12 vurderte varsler de siste 14 døgnene. Forslag: «for» fra 20 min "
                "til 40 min. Prøvd på de samme døgnene: 5 falske færre, ingen reelle mistet, 0 nye varsler. «for» på "
                "2 h ville mistet 1 reelle."
            ),
            (
                "The rule “Ute” was of use in 1 of 12 assessed alerts in the last 14 days. Suggestion: “for” from "
                "20 min to 40 min. Tried on the same days: 5 fewer false alerts, no real ones lost, 0 new alerts. "
                "“for” at 2 h would have lost 1 real ones."
            ),
        ),
        ("Skrevet av en ansatt: fall i gangen.", "Skrevet av en ansatt: fall i gangen."),
        ("100 % av målingene.", "100 % av målingene."),
    ],
)  # fmt: skip
def test_a_sentence_keeps_its_values_and_what_is_not_known_stays(stored: str, told: str) -> None:
    assert retold(stored) == told


@pytest.mark.parametrize(
    ("language", "rule", "held", "model"),
    [
        ("nb", "«Ute om natten»", "2 ganger Ute om natten, 1 gang En gammel regel.", "Døgnrytme er slått av"),
        ("nn", "«Ute om natta»", "2 gonger Ute om natta, 1 gong En gammel regel.", "Døgnrytme er slått av"),
        ("en", "“Out at night”", "2 times Out at night, 1 time En gammel regel.", "Daily rhythm is switched off"),
    ],
)
async def test_a_rule_in_a_stored_sentence_has_its_own_title_in_the_readers_language(
    hub: Hub, browser: Browse, language: str, rule: str, held: str, model: str
) -> None:
    """What the book has no more stays as it was written."""
    hub.rulebook = shipped()
    stored = (
        _BEYOND.format(whom="en enhet", rule="Ute om natten", wrong="Det er ingen slik regel."),
        "Regelen «night-exit» feilet 3 ganger og er slått av til den endres. Rett den.",
        "Holdt tilbake mens det var stille: 2 ganger Ute om natten, 1 gang En gammel regel.",
        "daily_rhythm er slått av: prosessen kunne ikke startes",
    )
    async with hub.database.write() as session:
        session.add_all([
            tables.Task(
                id=f"task-{at}", kind="k", subject=str(at), words=words, role=Role.ADMINISTRATOR,
                asked_at=hub.clock(), due_at=hub.clock(),
            )
            for at, words in enumerate(stored)
        ])  # fmt: skip
    client = await logged_in(browser(), hub, "admin")

    page = (await client.get("/admin/tasks", headers={"accept-language": language})).text

    assert page.count(rule) == 4, "two tasks, each also said by its button"
    assert [one for one in (held, model) if one not in page] == []
    assert "night-exit" not in page


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


@pytest.mark.parametrize(
    ("door", "filled", "said"),
    [
        ("/admin/join", {"code": "LW:D1:x"}, "The code is LoRaWAN, but not in the form TR005."),
        ("/admin/join", {"code": "a b", "source": "carehub_v1"}, "The address cannot have spaces"),
        (
            "/admin/people",
            {"name": "Ny", "username": "nyansatt", "role": "nurse", "phone": "12"},
            "The telephone number must have eight digits",
        ),
    ],
)
async def test_a_refusal_is_said_in_the_readers_language_wherever_it_was_made(
    hub: Hub, browser: Browse, door: str, filled: dict[str, str], said: str
) -> None:
    client = await logged_in(browser(), hub, "admin")

    answer = await client.post(door, data=filled, headers={"accept-language": "en"})

    assert answer.status_code == 422
    assert said in answer.text
