"""By how much an event is not what a rule asks for: the wrong place, a value outside, the wrong time of day."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.events import Event
from carehub.core.rules.describe import clauses
from carehub.core.rules.fields import Matcher
from carehub.core.rules.matching import fits_class, fits_place
from carehub.core.rules.spans import clock_words
from carehub.core.rules.windows import EVERY_DAY, Window, clock, contains, next_ending, span_starting
from carehub.core.terms import place_name, span

_DAY = timedelta(days=1)


def of_event(matchers: Iterable[Matcher], event: Event) -> str:
    """Why no matcher fits an event whose kind some of them ask for."""
    asked = tuple(one for one in matchers if event.kind in {str(kind) for kind in one.all_kinds})
    here = tuple(one for one in asked if fits_place(one, event))
    seen = _value(here, event) if here else _place(event)
    if here and not any(fits_class(one, event) for one in here):
        seen = "det kom fra en annen type utstyr"
    return f"gjelder når {clauses(asked, 'nb')}; {seen or 'dette var noe annet'}"


def _place(event: Event) -> str:
    return f"stedet var {place_name(event.place)}" if event.place else "stedet er ikke kjent"


def _value(asked: tuple[Matcher, ...], event: Event) -> str:
    bounds = [number for one in asked for number in one.bounds.values() if _is_number(number)]
    if not any(one.bounds for one in asked):
        return ""
    if not _is_number(event.value):
        return "målingen var ikke et tall" if event.value is not None else "ingen verdi ble målt"
    seen = float(event.value or 0)
    nearest = min((abs(seen - float(one or 0)) for one in bounds), default=None)
    by = "" if nearest is None else f" ({_number(nearest)} fra grensen)"
    return f"målt {_number(seen)}{by}"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".").replace(".", ",")


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
