"""Each rule as plain sentences, for the people who live with it."""

from collections.abc import Iterable
from datetime import time, timedelta

from carehub.core.rules import words
from carehub.core.rules.fields import Matcher, write_duration
from carehub.core.rules.language import Between, Rule
from carehub.core.rules.words import PHRASES, Language


def described(rule: Rule, language: Language = "nb") -> str:
    """Say in plain sentences when the rule alerts, how urgent it is, and what holds it back."""
    severity = words.SEVERITIES[rule.severity.name.lower()][language]
    sentences = [PHRASES["alert"][language].format(severity, _when(rule, language))]
    if rule.unless:
        flags = _or((words.FLAGS[flag][language] for flag in rule.unless), language)
        sentences.append(PHRASES["unless"][language].format(flags))
    if rule.per == "device":
        sentences.append(PHRASES["device"][language])
    if rule.rest:
        sentences.append(PHRASES["rest"][language].format(length(rule.rest, language)))
    sentences += [PHRASES["press"][language]] if rule.press else []
    sentences += [] if rule.enabled else [PHRASES["off"][language]]
    return " ".join(sentences)


def length(span: timedelta, language: Language) -> str:
    """Write a length of time in words: "5 minutter"."""
    number, _, unit = write_duration(span).partition(" ")
    one, many = words.UNITS[unit]
    return f"{number} {one[language] if number == '1' else many[language]}"


def clock_words(moment: time, language: Language) -> str:
    """Write a time of day as the language does: "22.00" in Norwegian, "22:00" in English."""
    return f"{moment:%H:%M}" if language == "en" else f"{moment:%H.%M}"


def _when(rule: Rule, language: Language) -> str:
    if rule.absent:
        told = clauses(rule.absent.of, language)
        end, start = clock_words(rule.absent.to, language), clock_words(rule.absent.from_, language)
        return PHRASES["absent"][language].format(end, start, told)
    if rule.sequence:
        steps = PHRASES["then"][language].format
        told = "".join(
            steps(clauses((step,), language)) if place else clauses((step,), language)
            for place, step in enumerate(rule.sequence.steps)
        )
        start_words = PHRASES["sequence"][language].format(told, length(rule.sequence.within, language))
    else:
        start_words = clauses(rule.watch or (), language)
    return start_words + _times(rule, language) + _between(rule.between, language) + _waiting(rule, language)


def _times(rule: Rule, language: Language) -> str:
    if not rule.count:
        return ""
    return " " + PHRASES["count"][language].format(rule.count.at_least, length(rule.count.within, language))


def _between(between: Between | None, language: Language) -> str:
    if between is None:
        return ""
    ends = (clock_words(between.from_, language), clock_words(between.to, language))
    told = " " + PHRASES["between"][language].format(*ends)
    if between.days:
        told += PHRASES["days"][language].format(_or((words.WEEKDAYS[day][language] for day in between.days), language))
    return told


def _waiting(rule: Rule, language: Language) -> str:
    if rule.then_missing:
        ending, within = clauses((rule.then_missing,), language), rule.then_missing.within
        return PHRASES["unless_within"][language].format(ending, length(within, language))
    if rule.for_ and rule.until:
        return PHRASES["unless_within"][language].format(clauses(rule.until, language), length(rule.for_, language))
    return PHRASES["holds"][language].format(length(rule.for_, language)) if rule.for_ else ""


def clauses(matchers: Iterable[Matcher], language: Language) -> str:
    """What any of the matchers asks for, as a clause that can follow "when"."""
    return _or((clause for matcher in matchers for clause in _clauses(matcher, language)), language)


def _clauses(matcher: Matcher, language: Language) -> list[str]:
    """Give one clause for all kinds when they share a place, else one for each."""
    kinds = [words.KINDS[kind][language] for kind in matcher.all_kinds]
    if not matcher.all_places and not matcher.bounds:
        return kinds
    places = _or((words.PLACES[place][language] for place in matcher.all_places), language)
    told = f"{_or(kinds, language)} {places}".strip()
    return [told + _bounds(matcher, language)]


def _bounds(matcher: Matcher, language: Language) -> str:
    if not matcher.bounds:
        return ""
    told = _and((_bound(name, bound, language) for name, bound in matcher.bounds.items()), language)
    if any(kind in words.DEGREES for kind in matcher.all_kinds):
        told = PHRASES["degrees"][language].format(told)
    return f" {PHRASES['is'][language]} {told}"


def _bound(name: str, bound: object, language: Language) -> str:
    number = str(bound) if language == "en" else str(bound).replace(".", ",")
    return words.BOUNDS[name][language].format(number)


def _or(parts: Iterable[str], language: Language) -> str:
    return _listed(parts, PHRASES["or"][language])


def _and(parts: Iterable[str], language: Language) -> str:
    return _listed(parts, PHRASES["and"][language])


def _listed(parts: Iterable[str], last: str) -> str:
    told = list(dict.fromkeys(parts))
    return f"{', '.join(told[:-1])} {last} {told[-1]}" if len(told) > 1 else "".join(told)
