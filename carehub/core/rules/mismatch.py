"""By how much an event is not what a rule asks for: the wrong place, a value outside, the wrong time of day."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from math import isfinite
from typing import TypeGuard
from zoneinfo import ZoneInfo

from carehub.core.events import Event, Value
from carehub.core.rules.describe import clauses
from carehub.core.rules.fields import Matcher
from carehub.core.rules.matching import fits_class, fits_place, matching
from carehub.core.rules.spans import clock_words
from carehub.core.rules.telling import Telling
from carehub.core.rules.windows import EVERY_DAY, Window, contains, next_ending, span_starting

_DAY = timedelta(days=1)
_FAR = 1e6
"""So far outside a number is no measurement: the exact distance would tell nobody anything."""


class Amiss(StrEnum):
    """What of an event does not fit, of the kinds that are asked for."""

    PLACE = "place"
    DEVICE = "device"
    VALUE = "value"


def what(matchers: Iterable[Matcher], event: Event) -> Amiss:
    """What must change first: the place, the sort of device, or the value."""
    here = [one for one in _of_kind(matchers, event) if fits_place(one, event)]
    if not here:
        return Amiss.PLACE
    return Amiss.VALUE if any(fits_class(one, event) for one in here) else Amiss.DEVICE


def of_event(matchers: Iterable[Matcher], event: Event, telling: Telling) -> str:
    """Why no matcher fits an event whose kind some of them ask for."""
    asked = _of_kind(matchers, event)
    amiss = what(asked, event)
    if amiss is Amiss.VALUE:
        seen = _value([one for one in asked if fits_place(one, event) and fits_class(one, event)], event, telling)
    elif amiss is Amiss.PLACE:
        seen = _place(event, telling)
    else:
        seen = telling.say("det kom fra en annen type utstyr")
    return telling.say("gjelder når %(what)s; %(seen)s", what=clauses(asked, telling.language), seen=seen)


def of_ending(matchers: Sequence[Matcher], event: Event, telling: Telling) -> str:
    """Why an event of a kind that ends a wait ended none: it is not what is asked for, or is of before the wait."""
    if matching(matchers).fits(event):
        return telling.say("enheten sier at det skjedde før den begynte")
    return of_event(matchers, event, telling)


def _of_kind(matchers: Iterable[Matcher], event: Event) -> tuple[Matcher, ...]:
    return tuple(one for one in matchers if event.kind in {str(kind) for kind in one.all_kinds})


def _place(event: Event, telling: Telling) -> str:
    if not event.place:
        return telling.say("stedet er ikke kjent")
    return telling.say("stedet var %(place)s", place=telling.place(event.place))


def _value(asked: Sequence[Matcher], event: Event, telling: Telling) -> str:
    if event.value is None:
        return telling.say("ingen verdi ble målt")
    if _is_number(event.value):
        return _measured(asked, float(event.value), telling)
    if any(_numbers(one) for one in asked):
        return telling.say("målingen var ikke et tall")
    return telling.say("verdien var %(value)s", value=_said(event.value, telling))


def _measured(asked: Sequence[Matcher], seen: float, telling: Telling) -> str:
    say = telling.say
    nearest = min((abs(seen - number) for one in asked for number in _numbers(one)), default=None)
    number = _number(seen, telling)
    if nearest is None:
        return say("målt %(number)s", number=number)
    if nearest > _FAR:
        return say("målt %(number)s, langt fra grensen", number=number)
    if nearest == 0:
        return say("målt %(number)s (akkurat på grensen)", number=number)
    return say("målt %(number)s (%(far)s fra grensen)", number=number, far=_number(nearest, telling))


def _numbers(matcher: Matcher) -> list[float]:
    return [float(bound) for bound in matcher.bounds.values() if _is_number(bound)]


def _said(value: Value, telling: Telling) -> str:
    if not isinstance(value, bool):
        return f"«{value}»"
    return telling.say("ja") if value else telling.say("nei")


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _number(value: float, telling: Telling) -> str:
    """As exact as it takes to tell it from the bound: "17,5", "0,004"."""
    return telling.number(f"{value:.6g}")


def of_time(window: Window, at: datetime, zone: ZoneInfo, telling: Telling) -> str | None:
    """By how much a moment is outside a window; None where it is inside."""
    if contains(window, at, zone):
        return None
    since, until = (clock_words(one, telling.language) for one in (window.start, window.end))
    if window.days == EVERY_DAY:
        asked = telling.say("gjelder kl. %(since)s–%(until)s", since=since, until=until)
    else:
        asked = telling.say("gjelder kl. %(since)s–%(until)s, bare på noen ukedager", since=since, until=until)
    was = clock_words(at.astimezone(zone).time(), telling.language)
    seen = telling.say("klokken var %(time)s", time=was)
    return f"{asked}; {seen} ({_off(window, at, zone, telling)})"


def _off(window: Window, at: datetime, zone: ZoneInfo, telling: Telling) -> str:
    early = next_ending(window, at, zone).start - at
    today = at.astimezone(zone).date()
    spans = (span_starting(window, today - back * _DAY, zone) for back in range(9))
    late = min((at - one.end for one in spans if one is not None and one.end <= at), default=early)
    if early < late:
        return telling.say("%(span)s for tidlig", span=telling.span(early))
    return telling.say("%(span)s for sent", span=telling.span(late))
