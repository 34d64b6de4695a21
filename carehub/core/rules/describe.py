"""Each rule as plain sentences, for the people who live with it."""

from collections.abc import Iterable

from carehub.core.rules import vocabulary, words
from carehub.core.rules.fields import Matcher
from carehub.core.rules.language import Rule
from carehub.core.rules.parts import Between
from carehub.core.rules.spans import clock_words, length
from carehub.core.rules.usual_words import usual_words
from carehub.core.rules.words import PHRASES, Language


def described(rule: Rule, language: Language = "nb") -> str:
    """Say in plain sentences when the rule alerts, how urgent it is, and what holds it back."""
    severity = words.SEVERITIES[rule.severity.name.lower()][language]
    sentences = [PHRASES["alert"][language].format(severity, _when(rule, language))]
    if rule.unless:
        flags = _or((words.FLAGS[flag][language] for flag in rule.unless), language)
        sentences.append(PHRASES["unless"][language].format(flags))
    if rule.only_when:
        flags = _and((words.FLAGS[flag][language] for flag in rule.only_when), language)
        sentences.append(PHRASES["only_when"][language].format(flags))
    if rule.absent and rule.absent.although_never_seen:
        sentences.append(PHRASES["always"][language])
    sentences += usual_words(rule, language)
    if rule.per == "device":
        sentences.append(PHRASES["device"][language])
    if rule.rest:
        sentences.append(PHRASES["rest"][language].format(length(rule.rest, language)))
    sentences += [PHRASES["press"][language]] if rule.press else []
    sentences += [] if rule.enabled else [PHRASES["off"][language]]
    return " ".join(sentences)


def _when(rule: Rule, language: Language) -> str:
    if rule.absent:
        told = clauses(rule.absent.of, language)
        end, start = clock_words(rule.absent.to, language), clock_words(rule.absent.from_, language)
        return PHRASES["absent"][language].format(end, start, told)
    if rule.check:
        days = _days(rule.check.days, language)
        told = clauses(rule.check.is_, language)
        return PHRASES["check"][language].format(clock_words(rule.check.at, language), days, told)
    if rule.sequence:
        steps = PHRASES["then"][language].format
        told = "".join(
            steps(clauses((step,), language)) if place else clauses((step,), language)
            for place, step in enumerate(rule.sequence.steps)
        )
        start_words = PHRASES["sequence"][language].format(told, length(rule.sequence.within, language))
    else:
        start_words = clauses(rule.watch or (), language)
    return (
        start_words
        + _change(rule, language)
        + _times(rule, language)
        + _between(rule.between, language)
        + _waiting(rule, language)
    )


def _change(rule: Rule, language: Language) -> str:
    if not rule.change:
        return ""
    bounded = any(matcher.bounds for matcher in rule.watch or ())
    first = f" {PHRASES['and'][language]} " if bounded else " "
    phrase = PHRASES["rises" if rule.change.by > 0 else "falls"][language]
    return phrase.format(first, _number(abs(rule.change.by), language), length(rule.change.within, language))


def _number(number: float, language: Language) -> str:
    return f"{number:g}" if language == "en" else f"{number:g}".replace(".", ",")


def _times(rule: Rule, language: Language) -> str:
    if not rule.count:
        return ""
    return " " + PHRASES["count"][language].format(rule.count.at_least, length(rule.count.within, language))


def _between(between: Between | None, language: Language) -> str:
    if between is None:
        return ""
    ends = (clock_words(between.from_, language), clock_words(between.to, language))
    told = " " + PHRASES["between"][language].format(*ends)
    return told + _days(between.days, language)


def _days(days: Iterable[str], language: Language) -> str:
    named = _or((words.WEEKDAYS[day][language] for day in days), language)
    return PHRASES["days"][language].format(named) if named else ""


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
    kinds = [_kind(kind, language) for kind in matcher.all_kinds]
    if not matcher.all_places and not matcher.bounds and not matcher.all_device_classes:
        return kinds
    places = _or((words.PLACES[place][language] for place in matcher.all_places), language)
    classes = _or((vocabulary.DEVICE_CLASSES[one][language] for one in matcher.all_device_classes), language)
    told = " ".join(part for part in (_or(kinds, language), places, classes) if part)
    return [told + _bounds(matcher, language)]


def _kind(kind: str, language: Language) -> str:
    if kind in words.KINDS:
        return words.KINDS[kind][language]
    return PHRASES["found"][language].format(kind.partition(".")[2])


def _bounds(matcher: Matcher, language: Language) -> str:
    if not matcher.bounds:
        return ""
    told = _and((_bound(name, bound, language) for name, bound in matcher.bounds.items()), language)
    if any(kind in words.DEGREES for kind in matcher.all_kinds):
        told = PHRASES["degrees"][language].format(told)
    return f" {PHRASES['is'][language]} {told}"


def _bound(name: str, bound: object, language: Language) -> str:
    number = str(bound).removesuffix(".0")
    number = number if language == "en" else number.replace(".", ",")
    return words.BOUNDS[name][language].format(number)


def _or(parts: Iterable[str], language: Language) -> str:
    return _listed(parts, PHRASES["or"][language])


def _and(parts: Iterable[str], language: Language) -> str:
    return _listed(parts, PHRASES["and"][language])


def _listed(parts: Iterable[str], last: str) -> str:
    told = list(dict.fromkeys(parts))
    return f"{', '.join(told[:-1])} {last} {told[-1]}" if len(told) > 1 else "".join(told)
