"""What the hub sends to a person, in that person's language: bokmål is the source, and what is not known stays bokmål.

A notice is written before it is known by which way and how late it goes, so it is put into words of another language
where it leaves the hub. A text is known by its whole shape: never by a word in it. What the translations say is what
the source says, and as little (invariant 11).
"""

import re
from collections.abc import Mapping
from functools import cache

from carehub.core.languages import Language
from carehub.core.showing.spoken_family import FAMILY
from carehub.core.showing.spoken_words import HURRY, PREFIXES, REPLIES, TEXTS, WAITS, Told

_VALUE = re.compile(r"\\\{(\w+)\\\}")
_AGAIN = re.compile(r" \((\d+)\. gang\)")
_AGAIN_IN = {Language.NN: r" (\1. gong)", Language.EN: r" (attempt \1)"}
_PARTLY = {
    " Det gjelder ikke alle dine: om noen er det ikke avtalt.": (
        " Det gjeld ikkje alle dine: om nokon er det ikkje avtalt.",
        " This is not about everybody whom you follow: for some it is not agreed.",
    ),
    " Det gjelder ikke alle dine: om noen deles det ikke akkurat nå.": (
        " Det gjeld ikkje alle dine: om nokon blir det ikkje delt akkurat no.",
        " This is not about everybody whom you follow: for some it is not shared just now.",
    ),
}
_UNMET, _FURTHER = "Personalet har avsluttet varselet uten å ha hatt kontakt med noen der.", " De følger opp videre."
_UNMET_IN = {
    Language.NN: "Personalet har avslutta varselet utan å ha hatt kontakt med nokon der.",
    Language.EN: "Staff have closed the alert without having been in contact with anybody there.",
}
_FURTHER_IN = {Language.NN: " Dei følgjer opp vidare.", Language.EN: " They go on following it up."}
_LATE = re.compile(r"Forsinket (?:(\d+) t )?(\d+) min\. ")
_SHAPES = {  # `number` ends a sentence: " på +4799900701", or its full stop where none is known
    "again": r"(?: \(\d+\. gang\))?", "hurry": "HASTER|Snarest", "waits": "haster og venter|venter",
    "partly": f"(?:{'|'.join(map(re.escape, _PARTLY))})?",
    "unmet": f"{re.escape(_UNMET)}(?:{re.escape(_FURTHER)})?",
    "link": r"https?://\S+", "n": r"\S+", "t": r"[\d:]+", "number": r"\.| på \+?\d+",
}  # fmt: skip


def in_language(text: str, language: Language | None) -> str:
    """The text as this person reads it; as it stands where there is no translation of it.

    >>> in_language("Gjentatt melding. HASTER: 3 varsler venter på deg. https://h.no/nurse Svar LISTE for å få kodene.",
    ...     Language.EN)
    'Repeated message. URGENT: 3 alerts are waiting for you. https://h.no/nurse Reply LIST to get the codes.'
    """
    if language in {None, Language.NB}:
        return text
    into: Language = language or Language.NB
    opening, rest = _opening(text, into)
    for shape, told in _shapes():
        if found := shape.fullmatch(rest):
            return opening + told[_at(into)].format_map(_values(found.groupdict(), into))
    return opening + rest if opening else text


def _opening(text: str, into: Language) -> tuple[str, str]:
    """What stands before a text that comes late or once more, and the text itself."""
    if late := _LATE.match(text):
        hours, minutes = late.groups()
        word = "Forseinka" if into is Language.NN else "Delayed"
        short = "t" if into is Language.NN else "h"
        opening, rest = _opening(text[late.end() :], into)
        return f"{word} {f'{hours} {short} ' if hours else ''}{minutes} min. {opening}", rest
    for source, told in PREFIXES.items():
        if text.startswith(source):
            opening, rest = _opening(text.removeprefix(source), into)
            return told[_at(into)] + opening, rest
    return "", text


def _values(found: Mapping[str, str], into: Language) -> dict[str, str]:
    return {name: _value(name, value, into) for name, value in found.items()}


def _value(name: str, value: str, into: Language) -> str:
    if name in {"hurry", "waits"}:
        return (HURRY | WAITS)[value][_at(into)]
    if name == "partly":
        return _PARTLY[value][_at(into)] if value else ""
    if name == "unmet":
        return _UNMET_IN[into] + (_FURTHER_IN[into] if value.endswith(_FURTHER) else "")
    if name == "number" and into is Language.EN:
        return value.replace(" på ", " on ")
    if name == "lines" and into is Language.EN:
        return value.replace(" kl. ", " at ").replace("Se også", "See also")
    return _AGAIN.sub(_AGAIN_IN[into], value) if name == "again" else value


def _at(language: Language) -> int:
    return 0 if language is Language.NN else 1


@cache
def _shapes() -> tuple[tuple[re.Pattern[str], Told], ...]:
    return tuple((_shape(source), told) for source, told in (TEXTS | REPLIES | FAMILY).items())


def _shape(source: str) -> re.Pattern[str]:
    return re.compile(_VALUE.sub(lambda value: f"(?P<{value[1]}>{_SHAPES.get(value[1], '.+?')})", re.escape(source)))
