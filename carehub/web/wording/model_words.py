"""What a model said of a person's days: stored in bokmål when it was found, told in its reader's language.

A finding is built of few parts: what was seen, when, and what is usual. Each part is known by its whole shape, and
a text of which one part is not known stays as it is: half a sentence in another language would be worse.
"""

import re
from collections.abc import Callable, Iterable
from functools import cache

from carehub.core.languages import Language
from carehub.web.tongue import _, language, later
from carehub.web.wording.shapes import shape_of

SENTENCES = (
    later("%(seen)s, snitt av %(days)s netter; vanlig %(usual)s"),
    later("%(seen)s, snitt av %(days)s dager; vanlig %(usual)s"), later("%(seen)s; vanlig %(usual)s"),
    later("%(level)s siden ca. %(date)s: %(after)s, før %(before)s (vanlig %(usual)s)"),
    later("siste sju døgn: %(measures)s"), later("urolig døgn: %(counts)s"),
)  # fmt: skip
SEEN = (
    later("oppe av sengen 1 gang %(when)s"), later("oppe av sengen %(many)s ganger %(when)s"),
    later("ikke oppe av sengen %(when)s"), later("på badet 1 gang %(when)s"),
    later("på badet %(many)s ganger %(when)s"), later("ikke på badet %(when)s"),
    later("på kjøkkenet 1 gang %(when)s"), later("på kjøkkenet %(many)s ganger %(when)s"),
    later("ikke på kjøkkenet %(when)s"), later("ytterdøren åpnet 1 gang %(when)s"),
    later("ytterdøren åpnet %(many)s ganger %(when)s"), later("ytterdøren ikke åpnet %(when)s"),
    later("gikk mellom rommene 1 gang %(when)s"), later("gikk mellom rommene %(many)s ganger %(when)s"),
    later("gikk ikke mellom rommene %(when)s"), later("første bevegelse utenfor soverommet kl. %(clock)s"),
    later("ingen bevegelse på %(long)s %(when)s"), later("1 bevegelse %(when)s"), later("%(many)s bevegelser %(when)s"),
)  # fmt: skip
WHEN = (later("etter midnatt"), later("om formiddagen"), later("om ettermiddagen"), later("om kvelden"))
LEVELS = (
    later("oftere oppe av sengen om natten"), later("sjeldnere oppe av sengen om natten"),
    later("oftere på badet om natten"), later("sjeldnere på badet om natten"), later("oftere på badet om dagen"),
    later("sjeldnere på badet om dagen"), later("oftere på kjøkkenet"), later("sjeldnere på kjøkkenet"),
    later("ytterdøren åpnes oftere"), later("ytterdøren åpnes sjeldnere"), later("mer bevegelse om dagen"),
    later("mindre bevegelse om dagen"), later("kommer senere i gang om morgenen"),
    later("kommer tidligere i gang om morgenen"), later("lengre stille perioder om dagen"),
    later("kortere stille perioder om dagen"),
)  # fmt: skip
MEASURES = (
    later("regelmessig hvile %(seen)s (vanlig %(usual)s)"),
    later("urolige halvtimer om natten %(seen)s (vanlig %(usual)s)"),
    later("måltider på kjøkkenet om dagen %(seen)s (vanlig %(usual)s)"),
    later("prosent av bevegelsene på badet %(seen)s (vanlig %(usual)s)"),
    later("prosent av bevegelsene på kjøkkenet %(seen)s (vanlig %(usual)s)"),
    later("prosent av bevegelsene på soverommet %(seen)s (vanlig %(usual)s)"),
)
COUNTS = (
    later("%(count)s (vanlig her %(here)s, i andre hjem %(others)s)"),
    later("%(count)s (vanlig her er ikke kjent ennå, i andre hjem %(others)s)"),
)
COUNTED = (
    later("1 rombytte"), later("%(many)s rombytter"), later("1 rombytte innen et minutt"),
    later("%(many)s rombytter innen et minutt"), later("1 gang fram og tilbake mellom to rom"),
    later("%(many)s ganger fram og tilbake mellom to rom"), later("1 gang ut i gangen"),
    later("%(many)s ganger ut i gangen"), later("1 rombytte i de seks travleste timene"),
    later("%(many)s rombytter i de seks travleste timene"),
)  # fmt: skip
LENGTHS = (
    later("1 time og %(minutes)s minutter"), later("%(hours)s timer og %(minutes)s minutter"), later("1 time"),
    later("%(hours)s timer"), later("%(minutes)s minutter"),
)  # fmt: skip
USUAL = (later("aldri"), later("høyst %(long)s"))
CLOCK = (later("kl. %(clock)s"),)
CAUTION = (later(" (kjent i %(days)s dager; ellers slik andre beboere pleier)"),)
MONTHS = (
    later("%(day)s. januar"), later("%(day)s. februar"), later("%(day)s. mars"), later("%(day)s. april"),
    later("%(day)s. mai"), later("%(day)s. juni"), later("%(day)s. juli"), later("%(day)s. august"),
    later("%(day)s. september"), later("%(day)s. oktober"), later("%(day)s. november"), later("%(day)s. desember"),
)  # fmt: skip
_NUMBERS = re.compile(r"-?[\d.,]+(?:–-?[\d.,]+)?")
_CLOCK = re.compile(r"(\d\d)\.(\d\d)")
_CAUTION = re.compile(r" \(kjent i \d+ dager; .*?\)$")
_NEXT = re.compile(r"(?<!\bca)(?<!\bkl)\. (?=[A-ZÆØÅ\d])")
"""Between two sentences; "ca." and "kl." end none."""
Say = Callable[[str], str | None]


def told_by_model(text: str) -> str | None:
    """A finding in the language of the request; None where it is no finding, or one with a part that is not known.

    >>> told_by_model("oppe av sengen 5 ganger etter midnatt; vanlig 1–2")
    'oppe av sengen 5 ganger etter midnatt; vanlig 1–2'
    """
    caution = _CAUTION.search(text)
    whole = text[: caution.start()] if caution else text
    said = [_say(SENTENCES, one[:1].lower() + one[1:]) for one in _NEXT.split(whole)]
    last = _say(CAUTION, caution[0]) if caution else ""
    known = [one for one in said if one is not None]
    if last is None or len(known) < len(said):
        return None
    return ". ".join([*known[:1], *(one[:1].upper() + one[1:] for one in known[1:])]) + last


def _say(shapes: tuple[str, ...], text: str) -> str | None:
    """The first shape that fits, with each of its values told; None where none does."""
    return next((said for sentence in shapes if (said := _said(sentence, text)) is not None), None)


def _said(sentence: str, text: str) -> str | None:
    found = _pattern(sentence).fullmatch(text)
    if found is None:
        return None
    values = {name: _PARTS[name](value) for name, value in found.groupdict().items()}
    return None if None in values.values() else _(sentence, **values)


@cache
def _pattern(sentence: str) -> re.Pattern[str]:
    # Without the times of the day, a length would end at its first word.
    return re.compile(shape_of(sentence, {"when": "|".join(map(re.escape, WHEN))}))


def _one_of(*shapes: str) -> Say:
    return lambda text: _say(shapes, text)


def _each_of(*shapes: str) -> Say:
    """A list, with semicolons between."""
    return lambda text: _listed(_say(shapes, one) for one in text.split("; "))


def _listed(said: Iterable[str | None]) -> str | None:
    known = [*said]
    return None if None in known else "; ".join(one for one in known if one is not None)


def _number(text: str) -> str | None:
    """A number, a time of day or a range of them: with a decimal comma and a dotted clock, except in English."""
    if not _NUMBERS.fullmatch(text):
        return None
    return _CLOCK.sub(r"\1:\2", text).replace(",", ".") if language() is Language.EN else text


def _first(*ways: Say) -> Say:
    return lambda text: next((said for way in ways if (said := way(text)) is not None), None)


def _range(text: str) -> str | None:
    """From one level to another, where the two are no plain numbers."""
    ends = [_level(one) for one in text.split("–")]
    return None if None in ends else "–".join(one for one in ends if one is not None)


_level = _first(_number, _one_of(*CLOCK), _one_of(*LENGTHS))
_PARTS: dict[str, Say] = {
    "seen": _first(_number, _one_of(*SEEN)), "usual": _first(_one_of(*USUAL), _number, _range),
    "when": _one_of(*WHEN), "long": _one_of(*LENGTHS), "level": _one_of(*LEVELS), "date": _one_of(*MONTHS),
    "after": _level, "before": _level, "measures": _each_of(*MEASURES), "counts": _each_of(*COUNTS),
    "count": _one_of(*COUNTED),
    **dict.fromkeys(("days", "many", "clock", "hours", "minutes", "day", "here", "others"), _number),
}  # fmt: skip
