"""A bound that follows the person, in plain words."""

from datetime import time, timedelta

from carehub.core.rules import vocabulary
from carehub.core.rules.language import Rule
from carehub.core.rules.parts import LaterThanUsual, LongerThanUsual, MoreThanUsual
from carehub.core.rules.spans import clock_words, length
from carehub.core.rules.words import PHRASES, Language


def usual_words(rule: Rule, language: Language) -> list[str]:
    """One sentence where the rule has a personal bound."""
    asked = rule.longer_than_usual or rule.later_than_usual or rule.more_than_usual
    if asked is None:
        return []
    plus = PHRASES["plus"][language].format(_said(asked.plus, language)) if asked.plus else ""
    within = "earliest_latest" if isinstance(asked, LaterThanUsual) else "least_most"
    least, most = _said(asked.least, language), _said(asked.most, language)
    fixed = _fixed(rule, asked, language)
    return [
        PHRASES["usual"][language].format(
            vocabulary.USUAL[asked.of][language],
            asked.beyond,
            plus,
            PHRASES[within][language].format(least, most),
            fixed,
        )
    ]


def _fixed(rule: Rule, asked: LongerThanUsual | LaterThanUsual | MoreThanUsual, language: Language) -> str:
    if isinstance(asked, LaterThanUsual):
        return PHRASES["at"][language].format(_said(rule.absent.to, language)) if rule.absent else ""
    if isinstance(asked, MoreThanUsual):
        return PHRASES["times"][language].format(rule.count.at_least) if rule.count else ""
    return _said(rule.for_ or (rule.then_missing.within if rule.then_missing else None), language)


def _said(bound: timedelta | time | int | None, language: Language) -> str:
    if isinstance(bound, timedelta):
        return length(bound, language)
    return clock_words(bound, language) if isinstance(bound, time) else str(bound)
