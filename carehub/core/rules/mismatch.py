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
from carehub.core.rules.matching import fits_class, fits_place
from carehub.core.rules.spans import clock_words
from carehub.core.rules.windows import EVERY_DAY, Window, clock, contains, next_ending, span_starting
from carehub.core.showing.terms import place_name, span

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


def of_event(matchers: Iterable[Matcher], event: Event) -> str:
    """Why no matcher fits an event whose kind some of them ask for."""
    asked = _of_kind(matchers, event)
    amiss = what(asked, event)
    if amiss is Amiss.VALUE:
        seen = _value([one for one in asked if fits_place(one, event) and fits_class(one, event)], event)
    else:
        seen = _place(event) if amiss is Amiss.PLACE else "det kom fra en annen type utstyr"
    return f"gjelder når {clauses(asked, 'nb')}; {seen}"


def _of_kind(matchers: Iterable[Matcher], event: Event) -> tuple[Matcher, ...]:
    return tuple(one for one in matchers if event.kind in {str(kind) for kind in one.all_kinds})


def _place(event: Event) -> str:
    return f"stedet var {place_name(event.place)}" if event.place else "stedet er ikke kjent"


def _value(asked: Sequence[Matcher], event: Event) -> str:
    if event.value is None:
        return "ingen verdi ble målt"
    if not _is_number(event.value):
        return (
            "målingen var ikke et tall" if any(_numbers(one) for one in asked) else f"verdien var {_said(event.value)}"
        )
    seen = float(event.value)
    nearest = min((abs(seen - number) for one in asked for number in _numbers(one)), default=None)
    if nearest is None:
        return f"målt {_number(seen)}"
    if nearest > _FAR:
        return f"målt {_number(seen)}, langt fra grensen"
    return f"målt {_number(seen)} ({f'{_number(nearest)} fra grensen' if nearest else 'akkurat på grensen'})"


def _numbers(matcher: Matcher) -> list[float]:
    return [float(bound) for bound in matcher.bounds.values() if _is_number(bound)]


def _said(value: Value) -> str:
    return ("ja" if value else "nei") if isinstance(value, bool) else f"«{value}»"


def _is_number(value: Value) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _number(value: float) -> str:
    """As exact as it takes to tell it from the bound: "17,5", "0,004"."""
    return f"{value:.6g}".replace(".", ",")


def of_time(window: Window, at: datetime, zone: ZoneInfo) -> str | None:
    """By how much a moment is outside a window; None where it is inside."""
    if contains(window, at, zone):
        return None
    asked = f"gjelder kl. {clock_words(window.start, 'nb')}–{clock_words(window.end, 'nb')}"
    days = "" if window.days == EVERY_DAY else ", bare på noen ukedager"
    return f"{asked}{days}; klokken var {clock(at, zone).replace(':', '.')} ({_off(window, at, zone)})"


def _off(window: Window, at: datetime, zone: ZoneInfo) -> str:
    early = next_ending(window, at, zone).start - at
    today = at.astimezone(zone).date()
    spans = (span_starting(window, today - back * _DAY, zone) for back in range(9))
    late = min((at - one.end for one in spans if one is not None and one.end <= at), default=early)
    return f"{span(early)} for tidlig" if early < late else f"{span(late)} for sent"
