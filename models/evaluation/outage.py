"""A server's failure: one system alarm, no behaviour alarm, nobody's normal damaged. The real one and injected ones."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from carehub.contracts import Activity, DayModel, Detector, TrainedModel
from carehub.core.days.features import Span, shared_silences
from carehub.core.days.restlessness import RestlessDay, days_of
from models.days import counted
from models.evaluation.protocol import Key
from models.restlessness import Judged, Restlessness

REAL = (date(2019, 6, 15), date(2019, 6, 17))
LASTED = timedelta(days=2, hours=10)
INJECTED = 5
_LEARNED, _LATE, _PART = timedelta(days=61), timedelta(days=15), timedelta(hours=6)
_AROUND, _AFTER = timedelta(days=2), 14
_FROM, _CHOICE = date(2019, 5, 1), 26

Homes = Mapping[str, Sequence[Activity]]
Days = Mapping[str, Sequence[RestlessDay]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """What came of one silence of all homes.

    Attributes:
        behaviour_alarms: Findings about days on which it lasted.
        moved: The mean and the largest difference that it made to a level in the fortnight after it.
    """

    began: datetime
    system_alarms: int
    behaviour_alarms: int
    moved: tuple[float, float]


def real(homes: Homes, days: Days, zone: ZoneInfo, detector: Restlessness, others: Sequence[Detector]) -> Silence:
    """15-17 June 2019, with every detector; compared with the same days taken away altogether."""
    span = (_midnight(REAL[0], zone), _midnight(REAL[1] + timedelta(days=1), zone))
    silences = _silences(homes, span)
    told = _told(days, detector, REAL) + sum(_found(homes, one, span, zone) for one in others)
    gone = {who: [one for one in some if not REAL[0] <= one.day <= REAL[1]] for who, some in days.items()}
    return Silence(
        began=silences[0][0] if silences else span[0], system_alarms=len(silences), behaviour_alarms=told,
        moved=_moved(days, gone, detector, REAL[1]),
    )  # fmt: skip


def injected(homes: Homes, days: Days, zone: ZoneInfo, detector: Restlessness, seed: int) -> list[Silence]:
    """The same silence at random moments."""
    chance = np.random.default_rng(seed)
    starts = [
        _midnight(_FROM, zone) + timedelta(minutes=int(minute))
        for minute in chance.integers(_CHOICE * 1440, size=INJECTED)
    ]
    return [_silent(homes, days, zone, detector, (start, start + LASTED)) for start in starts]


def _silent(homes: Homes, days: Days, zone: ZoneInfo, detector: Restlessness, lost: Span) -> Silence:
    first, last = (at.astimezone(zone).date() for at in lost)
    around = (lost[0] - _AROUND, lost[1] + _AROUND)
    kept = {
        who: [one for one in _between(seen, around) if not lost[0] <= one.at < lost[1]] for who, seen in homes.items()
    }
    silences = [one for one in shared_silences(kept.values(), until=around[1]) if one[0] < lost[1] and lost[0] < one[1]]
    broken = {
        who: sorted(
            [
                *(one for one in some if not first <= one.day <= last),
                *(
                    one
                    for one in days_of(kept[who], zone, until=around[1], outages=silences)
                    if first <= one.day <= last
                ),
            ],
            key=lambda one: one.day,
        )
        for who, some in days.items()
    }
    return Silence(
        began=lost[0], system_alarms=len(silences), behaviour_alarms=_told(broken, detector, (first, last)),
        moved=_moved(days, broken, detector, last),
    )  # fmt: skip


def _silences(homes: Homes, span: Span) -> list[Span]:
    around = (span[0] - _AROUND, span[1] + _AROUND)
    found = shared_silences([_between(seen, around) for seen in homes.values()], until=around[1])
    return [one for one in found if one[0] < span[1] and span[0] < one[1]]


def _between(seen: Sequence[Activity], span: Span) -> Sequence[Activity]:
    first, last = (bisect_left(seen, at, key=lambda one: one.at) for at in span)
    return seen[first:last]


def _told(days: Days, detector: Restlessness, span: tuple[date, date]) -> int:
    """Findings about days that the silence broke."""
    told = 0
    for number in range((span[1] - span[0]).days + 1):
        day = span[0] + timedelta(days=number)
        model = detector.from_days(days, day)
        asked = {who: one for who, some in days.items() for one in some if one.day == day and not one.whole}
        told += sum(model.is_told(one) or model.is_unlike_own(one) for one in model.judge(asked).values())
    return told


def _found(homes: Homes, detector: Detector, span: Span, zone: ZoneInfo) -> int:
    """Findings of a detector that was trained the night before, after each part of each day, asked as the hub asks."""
    model = detector.train({who: _between(seen, (span[0] - _LEARNED, span[0])) for who, seen in homes.items()}, span[0])
    parts = (span[1] - span[0]) // _PART
    return sum(_said(homes, model, span[0] + number * _PART, zone) for number in range(1, parts + 1))


def _said(homes: Homes, model: TrainedModel, now: datetime, zone: ZoneInfo) -> int:
    since = now - _LATE
    heard = {who: _between(seen, (since, now)) for who, seen in homes.items()}
    if isinstance(model, DayModel):  # everybody's days at once: an outage is seen in them
        return len(model.findings(counted(heard, zone.key, since.astimezone(zone).date(), now), now))
    return sum(len(model.changes(who, seen, now)) for who, seen in heard.items())


def _moved(days: Days, other: Days, detector: Restlessness, last: date) -> tuple[float, float]:
    was, became = (_levels(some, days, detector, last) for some in (days, other))
    apart = [abs(was[key].level - became[key].level) for key in was if key in became]
    return (float(np.mean(apart)), float(np.max(apart))) if apart else (0.0, 0.0)


def _levels(known: Days, asked: Days, detector: Restlessness, last: date) -> dict[Key, Judged]:
    levels: dict[Key, Judged] = {}
    for number in range(1, _AFTER + 1):
        day = last + timedelta(days=number)
        of_day = {who: one for who, some in asked.items() for one in some if one.day == day}
        levels |= {(who, day): one for who, one in detector.from_days(known, day).judge(of_day).items()}
    return levels


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
