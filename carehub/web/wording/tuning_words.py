"""What stands on the pages about rules: names of values, decisions in words, and what people write read back."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carehub.core.people import basis
from carehub.core.rules import words
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Number
from carehub.core.rules.tuning import in_words, value_in
from carehub.web.tongue import Spoken, _, decimal
from carehub.web.wording.retold import UNITS
from carehub.web.words import spoken

_NAMES = Spoken({
    "for": "Så lenge må det vare", "rest": "Pause etter et varsel", "watch.below": "Lavere enn",
    "watch.at_most": "Høyst", "watch.above": "Høyere enn", "watch.at_least": "Minst",
    "then_missing.within": "Så lenge ventes det", "count.at_least": "Antall ganger", "count.within": "I løpet av",
    "sequence.within": "I løpet av", "change.within": "I løpet av", "change.rises_by": "Øker med",
    "change.falls_by": "Synker med", "longer_than_usual.least": "Aldri kortere enn",
    "longer_than_usual.most": "Aldri lenger enn", "longer_than_usual.plus": "I tillegg til det vanlige",
})  # fmt: skip
_PARTS = Spoken({
    "severity": "alvorlighetsgrad", "title": "tittel", "text": "forklaring", "nb": "bokmål", "nn": "nynorsk",
    "en": "engelsk", "id": "navn", "kind": "hendelse", "kinds": "hendelser", "place": "sted", "places": "steder",
    "alert_code": "varselkode", "basis": "grunnlag", "watch": "følger med på", "between": "tidsrom", "from": "fra",
    "to": "til", "days": "ukedager", "unless": "ikke når", "only_when": "bare når", "until": "slutter når",
    "then_missing": "det som uteblir", "count": "antall", "sequence": "i rekkefølge", "absent": "ikke sett",
    "check": "sjekkes", "change": "endring", "of": "av", "within": "i løpet av", "steps": "trinn", "is": "er",
    "at": "klokken", "at_least": "minst", "at_most": "høyst", "below": "lavere enn", "above": "høyere enn",
    "equals": "er lik", "rises_by": "øker med", "falls_by": "synker med", "least": "minst", "most": "høyst",
    "plus": "i tillegg", "longer_than_usual": "lenger enn vanlig", "later_than_usual": "senere enn vanlig",
    "more_than_usual": "mer enn vanlig", "per": "vurderes for", "rest": "pause", "press": "hver gang teller",
    "tune": "kan tilpasses", "enabled": "slått på", "examples": "antall eksempler", "found": "funn av regel",
    "device_class": "type utstyr", "device_classes": "typer utstyr", "for": "varighet",
    "although_never_seen": "også der det aldri er sett", "also": "også", "step": "trinn",
})  # fmt: skip
"""What a word of the language is called, where the whole path has no name."""
_SAID: dict[str, Mapping[str, words.Words]] = {
    "severity": words.SEVERITIES, "kind": words.KINDS, "place": words.PLACES,
    "unless": {str(name): said for name, said in words.FLAGS.items()},
    "basis": {name.value: said for name, said in basis.NAMES.items()},
}  # fmt: skip
_PER = Spoken({"scope": "boligen", "device": "hvert utstyr"})
_ALIKE = {"kinds": "kind", "places": "place", "only_when": "unless"}
_AS_WRITTEN = frozenset({"nb", "nn", "en", "id", "found", "alert_code"})
_READ = (
    (re.compile(r"^(\d+)\s*(?:t|time|timer|timar|hours?)$"), r"\1 h"),
    (re.compile(r"^(\d+)\s*(?:døgn|dag|dager|dagar|days?)$"), r"\1 d"),
    (re.compile(r"^(\d+)\s*(?:m|minutt|minutter|minutes?)$"), r"\1 min"),
    (re.compile(r"^(\d+)\s*(?:sek|sekund|sekunder|sekundar|seconds?)$"), r"\1 s"),
)


def value_name(path: str) -> str:
    """What a value is about: "Så lenge må det vare"; one that has no name of its own is called by its parts."""
    if path in _NAMES:
        return _NAMES[path]
    said = ": ".join(" ".join((_PARTS.get(word, word.replace("_", " ")), *number)) for word, *number in _ways(path))
    return said[:1].upper() + said[1:]


def _ways(path: str) -> list[list[str]]:
    """The words of a path, each with its number where it is one of several."""
    return [part.split(" ") for part in path.split(".")]


def change_words(path: str, value: str) -> str:
    """What stands at a path, as people say it: "moderat", "2 t", "13,5"; what has no words is as it is written."""
    last = _ways(path)[-1][0]
    if last in _AS_WRITTEN or path.startswith("alert_code"):
        return value or "–"
    if value in {"True", "False"}:
        return _("ja") if value == "True" else _("nei")
    return ", ".join(_known(last, one) or value_words(_number(one)) for one in value.split(", ")) or "–"


def _known(last: str, value: str) -> str | None:
    if last == "per":
        return _PER.get(value)
    said: Mapping[str, words.Words] = _SAID.get(_ALIKE.get(last, last), {})
    return said[value][spoken()] if value in said else None


def _number(text: str) -> Number:
    try:
        return float(text)
    except ValueError:
        return text


def value_words(value: Number) -> str:
    """A value as people write it: "2 t", "18,5"."""
    if isinstance(value, str):
        number, _sign, unit = value.partition(" ")
        return f"{number} {UNITS.get(unit, unit)}".strip()
    return decimal(value)


def read_value(text: str) -> Number:
    """What somebody wrote, as the rule writes it: "2 timer" is "2 h", "18,5" is a number."""
    said = " ".join(text.split()).lower()
    for pattern, written in _READ:
        said = pattern.sub(written, said)
    try:
        return float(said.replace(",", "."))
    except ValueError:
        return said


def tunable(rule: Rule) -> list[tuple[str, str, str, str, str]]:
    """Each value that may be tuned: its path, its name, the rule's own, the least and the most."""
    found = []
    for path, bounds in rule.tune.items():
        least, most = (value_words(one if " " in one else float(one)) for one in in_words(bounds))
        found.append((path, value_name(path), value_words(value_in(rule, path)), least, most))
    return found


def decision_words(values: Mapping[str, Number], was: Mapping[str, Number], *, off: bool | None) -> str:
    """What was decided, in words: "Så lenge må det vare: 20 min (regelboken: 45 min)"."""
    parts = {True: [_("Slått av")], False: [_("Slått på")], None: []}[off]
    for path, value in values.items():
        before = _(" (regelboken: %(was)s)", was=value_words(was[path])) if path in was and not off else ""
        parts = [*parts, f"{value_name(path)}: {value_words(value)}{before}"]
    return " · ".join(parts)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins on the wall; right on the days that the clock changes."""
    return datetime.combine(day, time(0), zone).astimezone(UTC)


def span_of(first: date | None, last: date | None, now: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """From now or the beginning of the first day, to the end of the last."""
    since = now if first is None or first <= now.astimezone(zone).date() else midnight(first, zone)
    return since, None if last is None else midnight(last + timedelta(days=1), zone)
