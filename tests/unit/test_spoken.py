"""What is sent reaches people in the language that they chose, and says no more in it (C13, invariant 11)."""

import inspect
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from carehub.core.days.calm import Tone
from carehub.core.languages import Language
from carehub.core.people.kin import Going
from carehub.core.severity import Severity
from carehub.core.showing import family_wording, wording
from carehub.core.showing.spoken import in_language
from carehub.core.showing.spoken_family import FAMILY
from carehub.core.showing.spoken_words import PREFIXES, REPLIES, TEXTS
from carehub.flow.answering import calls, replies
from carehub.flow.staff import contacts, roll_call
from integrations.channels._gsm import fit, segments

AT = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
GIVEN: dict[str, Any] = {
    "raised_at": AT, "number": "A4F2", "code": "K7M2PT", "link": "https://hub.example/a/A4F2", "attempt": 2,
    "zone": ZoneInfo("Europe/Oslo"), "digits": "482", "channel": "sms", "presses": 3, "rungs": "1 og 2", "answered": 3,
    "asked": 5, "when": "02:14", "count": 3, "going": Going.YES, "goes_on": True, "taken": True,
    "hidden": False, "stopped": False, "tones": [Tone.USUAL], "both": True, "on_staff": True,
}  # fmt: skip
NOBODY_OF_OURS = {"centre_text"}  # an alarm centre has no login, and no language
HEALTH = re.compile(
    r"\b(fall|fell|fallen|alarm|knapp|button|sjuk|ill|illness|sick|smerte|pain|toalett|toilet|bad|bath|bathroom|soverom|"
    r"bedroom|kritisk|critical|dement|dementia|medisin|medicine|lege|doctor|pust|breath)\w*", re.IGNORECASE,
)  # fmt: skip


def everything() -> list[str]:
    """Each text that the hub sends, as its own function writes it."""
    found = [*calls_and_answers()]
    for name, write in [*vars(wording).items(), *vars(family_wording).items()]:
        if not name.endswith("_text") or name in NOBODY_OF_OURS | {"late_text", "repeated_text"}:
            continue
        asks = inspect.signature(write).parameters
        severities = [Severity.CRITICAL, Severity.MODERATE] if "severity" in asks else [None]
        for severity in severities:
            given = {one: severity if one == "severity" else GIVEN[one] for one in asks}
            positional = [given.pop(one) for one, it in asks.items() if it.kind is not inspect.Parameter.KEYWORD_ONLY]
            found.append(write(*positional, **given))
    found += [family_wording.status_text([tone], link="https://hub.example/relatives") for tone in Tone]
    found += [family_wording.status_text([tone, Tone.CLOSED], link="https://hub.example/relatives") for tone in Tone]
    found += [wording.repeat_text(number="A4F2", presses=3, link="https://hub.example/a/A4F2")]
    for going in Going:
        found += [family_wording.coming_text(going, taken=one, link="https://h.no/r") for one in (True, False)]
        found += [family_wording.unmet_text(going, goes_on=one, link="https://h.no/r") for one in (True, False)]
    found += [family_wording.coming_text(Going.YES, taken=True, link="https://h.no/r", stopped=True)]
    found += [family_wording.status_text([Tone.CLOSED], link="https://h.no/r", hidden=True)]
    found += [family_wording.status_text([Tone.USUAL, Tone.CLOSED], link="https://h.no/r", hidden=True)]
    found += [family_wording.STARTED]
    found += [family_wording.NOT_NOW]
    found += [family_wording.RELIEVED, family_wording.ASKED_ANEW]
    found += [family_wording.stopped_text(on_staff=False)]
    found += [wording.mail_subject(proves=one) for one in (True, False)]
    return [*found, *(wording.push_title(one) for one in Severity)]


def calls_and_answers() -> list[str]:
    return [
        calls._NOTHING, calls._OVER, calls._TAKEN, calls._WRONG, replies._UNKNOWN, contacts.CONFIRMED,
        roll_call.THANKS,
        *(one.value.format(number=whom) for one in replies._Ring for whom in (".", " på +4799900701")),
        "Svar med koden til varselet du tar. A4F2 kl. 02:14: K7M2PT.",
        "Du har allerede varsel A4F2, fra kl. 02:14.", "En kollega har allerede varsel A4F2. Takk for at du svarte.",
    ]  # fmt: skip


@pytest.mark.parametrize("language", [Language.NN, Language.EN])
def test_every_text_has_its_translation_and_none_of_them_a_word_of_health(language: Language) -> None:
    untold = {text for text in everything() if in_language(text, language) == text}

    assert untold <= {"Prøvevarsel. https://hub.example/a/A4F2"} if language is Language.NN else not untold
    told = [in_language(text, language) for text in everything()]
    assert [(text, found[0]) for text in told if (found := HEALTH.search(text.replace("https://", "")))] == []


@pytest.mark.parametrize("language", Language)
def test_an_sms_is_as_short_in_each_language(language: Language) -> None:
    """Where everything that may stand before it stands there too: two segments, and no letter that costs more."""
    for text in everything():
        late = wording.repeated_text(wording.late_text(text, timedelta(hours=3, minutes=5)))
        plain = fit(in_language(late, language))

        assert segments(plain) <= 2, plain
        assert not plain.endswith("..."), plain
        assert "?" not in plain.replace("Kan du dra dit?", "").replace("Can you go there?", ""), plain


@pytest.mark.parametrize("source", TEXTS | REPLIES | FAMILY)
def test_a_translation_says_the_same_values(source: str) -> None:
    values = re.compile(r"\{(\w+)\}")

    wanted = sorted(set(values.findall(source)) - {"call"})
    assert [sorted(values.findall(text)) for text in (TEXTS | REPLIES | FAMILY)[source]] == [wanted] * 2


def test_what_is_late_and_comes_again_is_said_and_what_is_not_known_stays_as_it_is() -> None:
    text = wording.late_text(
        wording.reminder_text(number="A4F2", link="https://hub.example/a/A4F2"), timedelta(hours=2)
    )

    assert in_language(wording.repeated_text(text), Language.EN).startswith(
        "Repeated message. Delayed 2 h 0 min. Reminder: you have alert A4F2."
    )
    assert in_language("Noe ganske annet.", Language.EN) == "Noe ganske annet."
    assert in_language(text, None) == in_language(text, Language.NB) == text
    assert next(iter(PREFIXES)) == wording.repeated_text("")
