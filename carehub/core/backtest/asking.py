"""Whom the ladder would have asked by the time somebody answered, and who of them would have been woken."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.answers.escalation import Circle, Colleague, Concern, Place, reach
from carehub.core.answers.ladders import LOUD_FROM
from carehub.core.backtest.values import Alerted, Asked
from carehub.core.severity import Severity

_MOST_STEPS = 40
_LONGEST = timedelta(hours=24)
"""An alert that nobody ever answered is followed for so long."""


class OnDuty(Struct, frozen=True):
    """A shift that somebody had: [since, until)."""

    person: str
    unit: str
    since: datetime
    until: datetime


class Roster:
    """Whom a ladder could choose from at any moment of the time that is looked at.

    Whether somebody says by hand that they are on duty, their ways and the ladders themselves are as they are now:
    nothing older is kept of them. Shifts are as they were.
    """

    def __init__(self, circle: Circle, duties: Iterable[OnDuty] = (), by_hand: Collection[str] = ()) -> None:
        self._circle, self._by_hand = circle, frozenset(by_hand)
        self._duties = tuple(duties)
        self._edges = sorted({edge for one in self._duties for edge in (one.since, one.until)})
        self._known: dict[int, Circle] = {}

    def at(self, moment: datetime) -> Circle:
        """Everybody with the shifts that they had then."""
        place = bisect_right(self._edges, moment)
        if place not in self._known:
            self._known[place] = self._with_shifts(moment)
        return self._known[place]

    def _with_shifts(self, moment: datetime) -> Circle:
        units: dict[str, set[str]] = {}
        for one in self._duties:
            if one.since <= moment < one.until:
                units.setdefault(one.person, set()).add(one.unit)
        staff = [
            replace(one, on_duty=one.id in units or one.id in self._by_hand, shifts=frozenset(units.get(one.id, ())))
            for one in self._circle.staff
        ]
        return replace(self._circle, staff=staff)


def asked(alert: Alerted, unit: str | None, roster: Roster, zone: ZoneInfo) -> tuple[Asked, ...]:
    """Climb the ladder from the alert's beginning until it was answered."""
    concern = Concern(unit=unit, severity=alert.severity, resident=alert.resident, scope=alert.scope)
    place, moment, end = Place(), alert.at, alert.answered_at or alert.at + _LONGEST
    found: list[Asked] = []
    for _ in range(_MOST_STEPS):
        circle = roster.at(moment)
        reached = reach(circle.plan(unit, alert.severity).ladder, place, concern, circle, moment)
        night = is_night(moment, zone)
        found += [_one(who, moment, reached.place.rung, alert.severity, night) for who in reached.people]
        place, moment = reached.place, reached.look_again_at
        if moment >= end:
            break
    return tuple(found)


def _one(who: Colleague, at: datetime, rung: int, severity: Severity, night: bool) -> Asked:  # noqa: FBT001 - told by the caller once for all
    loud = severity >= LOUD_FROM and bool(who.methods)
    return Asked(
        at=at, person=who.id, role=who.role.value if who.role else who.bond.value, rung=rung,
        way=who.methods[0].channel if loud else "tablet", on_duty=who.on_duty, woken=loud and night,
    )  # fmt: skip


def is_night(moment: datetime, zone: ZoneInfo) -> bool:
    """By the clock on the wall, as the load on people counts its nights."""
    return shift_of(moment, zone) == "night"


SHIFTS: Sequence[tuple[str, range]] = (("day", range(7, 15)), ("evening", range(15, 22)))
"""Local hours of the shifts; what is in neither is night."""


def shift_of(moment: datetime, zone: ZoneInfo) -> str:
    """Day 07-15, evening 15-22, night 22-07, as the load on people is counted."""
    hour = moment.astimezone(zone).hour
    return next((name for name, hours in SHIFTS if hour in hours), "night")
