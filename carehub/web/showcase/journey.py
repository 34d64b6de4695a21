"""One alarm followed from the sensor to the telephone and back, step by step, with what each step took. No names."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from babel.numbers import format_decimal

from carehub.core.answers.alerts import Step
from carehub.core.showing.terms import kind_name
from carehub.store import tables
from carehub.web import tongue, words
from carehub.web.tongue import _, later
from carehub.web.wording.explained import Account

_MOST_NOTICES = 6
_SHORT = timedelta(seconds=10)
_HEARD = later("Enheten sier fra")
_STORED = later("Huben har lagret det")
_STORED_WORDS = later("Først nå får enheten vite at meldingen er tatt imot.")
_JUDGED = later("Regelen avgjør")
_SENT = later("Melding sendt: %(way)s")
_BY_ONE = later("Av en på vakt.")
_SHOWN = frozenset({
    Step.REPORTED, Step.REPEATED, Step.ESCALATED, Step.TAKEN, Step.ARRIVED, Step.RELEASED, Step.CLOSED, Step.RAISED,
})  # fmt: skip
"""Steps of the journal that a visitor follows; the others are said by the notices themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop on the way.

    Attributes:
        after: How long after the first, in words.
        icon: A drawing beside the words.
    """

    at: datetime
    after: str
    icon: str
    title: str
    text: str


def journey(account: Account, event: tables.Event) -> list[Stop]:
    """Every stop so far, in order of time; at one moment an alert comes before the messages about it."""
    stops = [
        (event.at, "Broadcast", _(_HEARD), _kind_words(event)),
        (event.at, "Checkmark", _(_STORED), _(_STORED_WORDS)),
        *_judged(account),
        *_answered(account),
        *_told(account),
    ]
    return [
        Stop(at=at, after=_after(at - event.at), icon=icon, title=title, text=text)
        for at, icon, title, text in sorted(stops, key=lambda one: one[0])
    ]


_Raw = tuple[datetime, str, str, str]


def _kind_words(event: tables.Event) -> str:
    where = words.place_name(event.place)
    return ", ".join(
        part for part in (_(kind_name(event.kind)), _(where) if where else "", words.road_name(event.source)) if part
    )


def _judged(account: Account) -> Iterable[_Raw]:
    for reason in account.reasons[:1]:
        yield reason.at, "LineGraph", _(_JUDGED), _(reason.rule.title)


def _told(account: Account) -> Iterable[_Raw]:
    for one in account.notices[:_MOST_NOTICES]:
        yield one.delivered_at or one.at, "Phone", _(_SENT, way=_(one.way)), _(one.state)


def _answered(account: Account) -> Iterable[_Raw]:
    for step, who in account.journal:
        if step.step in _SHOWN:
            icon, by = ("PersonCheckmark", _(_BY_ONE)) if who else ("ClockDashed", "")
            yield step.at, icon, _(words.STEPS[step.step]), by


def _after(passed: timedelta) -> str:
    """Tenths while it is a matter of seconds ("0,4 s"), else minutes."""
    if passed < _SHORT:
        return f"{format_decimal(max(0.0, passed.total_seconds()), '0.0', locale=tongue.locale())} s"
    return words.length(passed)
