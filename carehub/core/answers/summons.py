"""Messages that asked people by a way that makes a sound: when, how often at night, and who was off duty. Pure.

A fortnight of a municipality has ten thousand of them, so they are columns of numpy. For a thread of its own: the first
time loads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING, Any, NamedTuple

from carehub.core.answers.caseload import placed
from carehub.core.answers.local_hours import LocalHour
from carehub.core.answers.moments import Moments, Times, moments
from carehub.kit.late import late

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Places = NDArray[np.int64]
    _Truths = NDArray[np.bool_]
else:
    np, _Places, _Truths = late("numpy", at_leisure=False), Any, Any

Duties = tuple[Sequence[str], Times, Times]
"""Who was on duty, from when, and to when: as columns."""


class Summons(NamedTuple):
    """Messages in order of time, as columns.

    Attributes:
        person: Each one's place among the people.
        hour: Each one's place among the hours.
        off_duty: By the shift plan; never of whoever it does not know, of whom nobody can say when they should sleep.
        at_night: Whether it was night.
    """

    people: Sequence[str]
    hours: Sequence[LocalHour]
    person: _Places
    hour: _Places
    off_duty: _Truths
    at_night: _Truths


@dataclass(frozen=True, slots=True, kw_only=True)
class Night:
    """The nights of one unit: how often each of those who were asked was asked."""

    unit: str | None
    nights: int
    people: int
    median: float
    most: int
    woken: Mapping[str, int]
    """Who was asked at night without being on duty, and how often."""


def summoned(
    people: Sequence[str], sent: Times, duties: Duties,
    hours: Sequence[tuple[datetime, LocalHour]], until: datetime,
) -> Summons:  # fmt: skip
    """Messages in order of time: to whom, and when.

    Args:
        hours: When each local hour begins (`local_hours`), the first with the time that is asked for.
        until: When that time ends.
    """
    places, person = placed(people)
    starts, at = moments([start for start, _ in hours]), moments(sent)
    span = (until - hours[0][0]) // timedelta(microseconds=1)

    def numbered(who: _Places, when: Moments) -> _Places:
        """One number for each, in which order is order of people and then of time."""
        since: _Places = np.clip((when - starts[0]).astype(np.int64), 0, span)
        return (who << span.bit_length()) + since

    whose = np.array([places.get(one, -1) for one in duties[0]], np.int64)
    known = whose >= 0
    who, (begins, ends) = whose[known], (moments(one)[known] for one in duties[1:])
    on_duty = _within(numbered(person, at), numbered(who, begins), numbered(who, ends))
    hour = np.searchsorted(starts, at, "right") - 1
    return Summons(
        people=list(places), hours=[when for _, when in hours], person=person, hour=hour,
        off_duty=np.isin(person, who) & ~on_duty,
        at_night=np.array([when.night is not None for _, when in hours])[hour],
    )  # fmt: skip


def _within(asked: _Places, begins: _Places, ends: _Places) -> _Truths:
    """Whether each lies in one of the spans. Of those that had begun, the last need not be the one that ends last."""
    order = np.argsort(begins)
    latest = np.concatenate([[-1], np.maximum.accumulate(ends[order])])
    return asked < latest[np.searchsorted(begins[order], asked, "right")]


def by_hour(summons: Summons) -> list[tuple[int, int]]:
    """Of each of the 24 hours of the local day: how many messages, and how many of them to whoever was off duty."""
    hour = np.array([when.hour for when in summons.hours], np.int64)[summons.hour]
    many = (np.bincount(one, minlength=24).tolist() for one in (hour, hour[summons.off_duty]))
    return list(zip(*many, strict=True))


def nights(summons: Summons, units: Sequence[str | None]) -> list[Night]:
    """Each unit's nights: messages for each person and night among those who were asked at all, and who was woken.

    Args:
        units: Of the alert of each message at night, in their order.
    """
    dates: dict[date | None, int] = {}
    night = np.array([dates.setdefault(when.night, len(dates)) for when in summons.hours], np.int64)
    names = sorted(set(units), key=lambda one: one or "")
    places = {name: place for place, name in enumerate(names)}
    unit = np.fromiter(map(places.__getitem__, units), np.int64, len(units))
    hour, person, off_duty = (one[summons.at_night] for one in (summons.hour, summons.person, summons.off_duty))
    asked, many = np.unique((unit * len(dates) + night[hour]) * len(summons.people) + person, return_counts=True)
    edges = np.searchsorted(asked, np.arange(len(names) + 1) * len(dates) * len(summons.people)).tolist()
    woken = _most_first((unit * len(summons.people) + person)[off_duty], summons.people, len(names))
    return [
        Night(
            unit=name, nights=len(np.unique(asked[part] // len(summons.people))),
            people=len(np.unique(asked[part] % len(summons.people))), median=median(many[part].tolist()),
            most=int(many[part].max()), woken=called,
        )
        for name, called, part in zip(names, woken, map(slice, edges, edges[1:]), strict=True)
    ]  # fmt: skip


def _most_first(asked: _Places, people: Sequence[str], units: int) -> list[dict[str, int]]:
    """Of each unit, how often whom: the most first; of as many, who came first.

    Args:
        asked: Of each time the place of the unit and the person, as one number.
    """
    keys, first, many = np.unique(asked, return_index=True, return_counts=True)
    found: list[dict[str, int]] = [{} for _ in range(units)]
    order = np.lexsort((first, -many))
    for key, how_many in zip(keys[order].tolist(), many[order].tolist(), strict=True):
        unit, person = divmod(key, len(people))
        found[unit][people[person]] = how_many
    return found
