"""Sentences that the hub wrote down in bokmål: in its journal, its tasks and its refusals; retold where they are shown.

What is stored stays as it was said, also what older releases said. Each pattern is a sentence with its values; what is
not known here stays as it is. A test reads what the stations write. What a model says is in `model_words`.
"""

import re
from functools import cache

from carehub.core.showing.terms import BLIND_BECAUSE
from carehub.flow.grouping.equipment import AND_TOO
from carehub.web.tongue import Spoken, _, ngettext
from carehub.web.wording.gaps import told_gap
from carehub.web.wording.model_words import told_by_model
from carehub.web.wording.sentences import SENTENCES
from carehub.web.wording.shapes import shape_of
from carehub.web.wording.titles import MODELS, rule_called

_SHAPES = {
    "count": r"-?[\d.,]+", "all": r"\d+", "number": r"\S+", "rung": r"[\d og]+", "model": r"\w+", "path": "[^«»]+",
    "place": "[^;]+", "device": "[^;]+",
}  # fmt: skip
"""What some values are, so that no other words are taken for the sentence."""
_SAID = frozenset({"how", "wrong", "what", "reason", "least", "most", "proposal", "late"})
"""Values that are words of the hub's own; the others are names and numbers."""
_WHEN = frozenset({"since", "until", "date"})
UNITS = Spoken({"h": "t", "d": "døgn"})
_LENGTH = re.compile(r"(\d+) ([hd])")
_AT = re.compile(r"\bkl\. (\d\d:\d\d)")
_BLIND = frozenset(BLIND_BECAUSE.values())
_HELD = re.compile(r"\b(\d+) gang(?:er)? (.+?)(?=, \d+ gang|$)")


def retold(text: str) -> str:
    """A sentence, or the name of a thing, in the language of the request, where it is one of those that are known.

    >>> retold("Varslet 2 på trinn 1.")
    'Varslet 2 på trinn 1.'
    """
    built = told_by_model(text) or told_gap(text) or _told_blind(text)
    if built is not None:
        return built
    for pattern, sentence in _patterns():
        if found := pattern.fullmatch(text):
            return _(sentence, **{name: _value(name, value) for name, value in found.groupdict().items()})
    if AND_TOO in text:
        return AND_TOO.join(retold(one) for one in text.split(AND_TOO))
    return _(text) if "%" not in text else text


def _told_blind(text: str) -> str | None:
    """A device that looks after nobody, and why: "Snor på badet: batteriet er tomt"; None where it is none."""
    device, colon, because = text.rpartition(": ")
    return f"{device}{colon}{_(because)}" if colon and because in _BLIND and AND_TOO not in text else None


def _value(name: str, value: str) -> str:
    if name == "held":
        return _HELD.sub(lambda found: f"{_times(int(found[1]))} {rule_called(found[2])}", value)
    if name in _WHEN:
        return _AT.sub(_("kl. %(clock)s", clock=r"\1"), value)
    if length := _LENGTH.fullmatch(value):
        return f"{length[1]} {UNITS[length[2]]}"
    if name == "rule":
        return rule_called(value)
    if name == "model":
        return MODELS.get(value, value)
    return retold(value) if name in _SAID else value


def _times(many: int) -> str:
    return ngettext("%(num)d gang", "%(num)d ganger", many)


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple((re.compile(shape_of(sentence, _SHAPES), re.DOTALL), sentence) for sentence in SENTENCES)
