"""The days in numbers, counted in one go from a list of events: the slow, plain way, against which `tally` is held."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from carehub.core.days.features import (
    DEAF_AT_NIGHT,
    DEAF_BY_DAY,
    FEWEST_MESSAGES,
    NEEDS,
    Feature,
    Part,
    PartOfDay,
    Seen,
    Span,
    is_sign,
)
from carehub.core.kinds import EventKind


def parts_of_days(
    seen: Sequence[Seen],
    zone: ZoneInfo,
    *,
    until: datetime,
    since: datetime | None = None,
    outages: Iterable[Span] = (),
    bed_sensor: bool | None = None,
) -> list[PartOfDay]:
    """Every part of day that is finished at `until` and begins at or after `since`, oldest first.

    Args:
        seen: One resident's events in any order. Parts before the first of them are left out; give some
            days more than asked for, so that a quiet night is not taken for the beginning.
        outages: When the home is known to have been unheard. The events tell it too: from
            `device.offline` to `device.online`, of the home (no place) or of one place.
        bed_sensor: Whether the home has one; None to see by the events.
    """
    ordered = sorted(seen, key=lambda one: one.at)
    if not ordered:
        return []
    marks = _Marks.of(ordered, bed_sensor=bed_sensor)
    missing = _offline(ordered, until)
    deaf = [*outages, *missing[None]]
    first = max(ordered[0].at, since) if since else ordered[0].at
    return [
        _measured(day, part, span, marks=marks, deaf=deaf, missing=missing)
        for day, part, span in _finished(first, until, zone)
    ]


def _finished(first: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[date, Part, Span]]:
    """The parts that begin at or after `first` and end at or before `until`, in UTC."""
    day, last = first.astimezone(zone).date(), until.astimezone(zone).date()
    while day <= last:
        edges = [_local(day, hour, zone) for hour in (0, 6, 12, 18)] + [_local(day + timedelta(days=1), 0, zone)]
        for part, span in zip(Part, pairwise(edges), strict=True):
            if first <= span[0] and span[1] <= until:
                yield day, part, span
        day += timedelta(days=1)


def _local(day: date, hour: int, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class _Marks:
    """The moments that each feature counts, ascending."""

    messages: list[datetime]
    signs: list[datetime]
    up: list[datetime]
    counted: dict[Feature, list[datetime]]

    @classmethod
    def of(cls, ordered: Sequence[Seen], *, bed_sensor: bool | None) -> "_Marks":
        signs = [one for one in ordered if is_sign(one.kind)]
        if bed_sensor is None:
            bed_sensor = any(one.kind == EventKind.BED_LEFT for one in signs)
        moves = _moves(signs)
        if bed_sensor:
            left_bed = _at(signs, lambda one: one.kind == EventKind.BED_LEFT)
        else:
            left_bed = [at for at, left in moves if left == "bedroom"]
        opened = _at(signs, lambda one: one.kind == EventKind.DOOR_OPENED and one.place == "entrance")
        return cls(
            messages=[one.at for one in ordered],
            signs=[one.at for one in signs],
            up=_at(signs, lambda one: one.place not in {None, "bedroom"}),
            counted={
                Feature.BED_EXITS: _apart(left_bed, minutes=3),  # a pressure mat flickers when one turns over
                Feature.BATHROOM_VISITS: _apart(_at(signs, lambda one: one.place == "bathroom"), minutes=10),
                Feature.KITCHEN_VISITS: _apart(_at(signs, lambda one: one.place == "kitchen"), minutes=15),
                Feature.ENTRANCE_OPENINGS: _apart(opened, minutes=1),
                Feature.ROOM_CHANGES: [at for at, _ in moves],
                Feature.ACTIVITY: [one.at for one in signs],
            },
        )


def _at(signs: Sequence[Seen], counts: Callable[[Seen], bool]) -> list[datetime]:
    return [one.at for one in signs if counts(one)]


def _apart(moments: Sequence[datetime], *, minutes: int) -> list[datetime]:
    """The first of each cluster: what follows within so many minutes of the one before is the same visit."""
    return [*moments[:1], *(later for one, later in pairwise(moments) if later - one >= timedelta(minutes=minutes))]


def _moves(signs: Sequence[Seen]) -> list[tuple[datetime, str | None]]:
    """When the person was seen in another place than just before, and the place that was left."""
    placed = [one for one in signs if one.place is not None]
    return [(later.at, one.place) for one, later in pairwise(placed) if one.place != later.place]


def _offline(ordered: Sequence[Seen], until: datetime) -> dict[str | None, list[Span]]:
    """Per place (None: the home), from when to when its sensors said that they were away."""
    spans: dict[str | None, list[Span]] = {None: []}
    since: dict[str | None, datetime] = {}
    for one in ordered:
        if one.kind == EventKind.DEVICE_OFFLINE:
            since.setdefault(one.place, one.at)
        elif one.kind == EventKind.DEVICE_ONLINE and one.place in since:
            spans.setdefault(one.place, []).append((since.pop(one.place), one.at))
    for place, at in since.items():
        spans.setdefault(place, []).append((at, until))
    return spans


def _measured(
    day: date, part: Part, span: Span, *, marks: _Marks, deaf: Sequence[Span], missing: dict[str | None, list[Span]]
) -> PartOfDay:
    why = "outage" if _overlaps(span, deaf) else _why_unusable(part, span, marks)
    if why is not None:
        return PartOfDay(day=day, part=part, ends_at=span[1], unusable=why)
    gone = {place for place, spans in missing.items() if place and _overlaps(span, spans)}
    values = {
        feature: value
        for feature, value in _values(part, span, marks)
        if not (NEEDS[feature] in gone if feature in NEEDS else gone)
    }
    return PartOfDay(day=day, part=part, ends_at=span[1], values=values)


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _why_unusable(part: Part, span: Span, marks: _Marks) -> str | None:
    if _count(marks.messages, (span[1] - timedelta(days=1), span[1])) < FEWEST_MESSAGES:
        return "few messages"
    if part is Part.NIGHT:
        return "outage" if _longest_gap_around(marks.messages, span) >= DEAF_AT_NIGHT else None
    if _count(marks.signs, span) == 0:
        return "nobody seen"
    return "outage" if _longest_gap(marks.messages, span) >= DEAF_BY_DAY else None


def _values(part: Part, span: Span, marks: _Marks) -> Iterator[tuple[Feature, float]]:
    for feature, moments in marks.counted.items():
        yield feature, float(_count(moments, span))
    yield Feature.LONGEST_QUIET, _longest_gap(marks.signs, span) / timedelta(minutes=1)
    up = _up_for_the_day(_inside(marks.up, (span[0] - timedelta(hours=1), span[1])))
    if part is Part.MORNING and up:  # the clocks never change between five and noon: minutes may be added
        yield Feature.FIRST_ACTIVITY, 360 + (up - span[0]) / timedelta(minutes=1)


def _up_for_the_day(outside: Sequence[datetime]) -> datetime | None:
    """The first of three signs outside the bedroom within 90 minutes: one visit to the bathroom is still night."""
    pairs = zip(outside, outside[2:], strict=False)
    return next((one for one, third in pairs if third - one <= timedelta(minutes=90)), None)


def _inside(moments: Sequence[datetime], span: Span) -> Sequence[datetime]:
    return moments[bisect_left(moments, span[0]) : bisect_left(moments, span[1])]


def _count(moments: Sequence[datetime], span: Span) -> int:
    return bisect_left(moments, span[1]) - bisect_left(moments, span[0])


def _longest_gap(moments: Sequence[datetime], span: Span) -> timedelta:
    return max(later - one for one, later in pairwise([span[0], *_inside(moments, span), span[1]]))


def _longest_gap_around(moments: Sequence[datetime], span: Span) -> timedelta:
    """Like `_longest_gap`, from the last message before to the first after, where there are such."""
    before = moments[: bisect_right(moments, span[0])][-1:] or [span[0]]
    after = moments[bisect_left(moments, span[1]) :][:1] or [span[1]]
    return max(later - one for one, later in pairwise([*before, *_inside(moments, span), *after]))
