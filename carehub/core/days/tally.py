"""A resident's running days, kept event by event: a judgement of today costs no reading of the past.

Pure. What a tally gives is exactly what `features.parts_of_days` gives of the same events, which a property test holds.
Events come in the hub's order, so `at` never falls.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.days.dayrow import Shape, pack
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
)  # fmt: skip
from carehub.core.days.habits import Habits
from carehub.core.kinds import EventKind

_DAY, _HOUR, _NONE = timedelta(days=1), timedelta(hours=1), timedelta(0)
_TICK = timedelta(seconds=1)
_UP_WITHIN = timedelta(minutes=90)
_APART = {
    "by_mat": timedelta(minutes=3), "by_moves": timedelta(minutes=3), Feature.BATHROOM_VISITS: timedelta(minutes=10),
    Feature.KITCHEN_VISITS: timedelta(minutes=15), Feature.ENTRANCE_OPENINGS: timedelta(minutes=1),
}  # fmt: skip
_PARTS = tuple(Part)
_RISING = frozenset({Part.NIGHT, Part.MORNING})


def part_at(moment: datetime, zone: ZoneInfo) -> tuple[date, Part, Span]:
    """The part of the local day in which a moment lies, from when to when in UTC."""
    local = moment.astimezone(zone)
    number, day = local.hour // 6, local.date()
    ends = datetime(day.year, day.month, day.day, number * 6, tzinfo=zone)
    after = ends.replace(hour=number * 6 + 6) if number < len(_PARTS) - 1 else ends.replace(hour=0) + _DAY
    return day, _PARTS[number], (ends.astimezone(UTC), after.astimezone(UTC))


@dataclass(slots=True)
class _Part:
    """What has been counted in one part of day."""

    day: date
    part: Part
    span: Span
    before: datetime
    """The last message up to its beginning."""
    counts: dict[Feature | str, int] = field(default_factory=dict)
    heard: datetime | None = None
    deaf_inside: timedelta = _NONE
    deaf_around: timedelta = _NONE
    seen: datetime | None = None
    quiet: timedelta = _NONE
    up: datetime | None = None
    missing: set[str | None] = field(default_factory=set)
    few: bool = False
    after: datetime | None = None

    def copy(self) -> "_Part":
        return replace(self, counts=dict(self.counts), missing=set(self.missing))


class Tally:
    """Counts one resident's events.

    Args:
        bed_sensor: Whether the home has one; None to see by the events.
    """

    def __init__(self, zone: ZoneInfo, *, bed_sensor: bool | None = None) -> None:
        self._zone, self._bed_sensor, self._mat_seen = zone, bed_sensor, False
        self._now: _Part | None = None
        self._done: list[_Part] = []
        self._whole = False
        self._messages: deque[datetime] = deque(maxlen=FEWEST_MESSAGES)
        self._marks: dict[Feature | str, datetime] = {}
        self._place: str | None = None
        self._outside: deque[datetime] = deque(maxlen=2)
        self._offline: dict[str | None, datetime] = {}
        self.shapes: dict[date, Shape] = {}
        self.habits = Habits(zone)

    @property
    def heard_at(self) -> datetime | None:
        """The newest event's moment."""
        return self._messages[-1] if self._messages else None

    @property
    def bed_sensor(self) -> bool:
        """Whether times out of bed are told by a mat, or by leaving the bedroom."""
        return self._mat_seen if self._bed_sensor is None else self._bed_sensor

    def add(self, one: Seen) -> None:
        """Count one event; it is not before the one added last."""
        now = self._part_for(one.at)
        self._hear(now, one.at)
        if one.kind == EventKind.DEVICE_OFFLINE:
            self._offline.setdefault(one.place, one.at)
            now.missing.add(one.place)
        elif one.kind == EventKind.DEVICE_ONLINE:
            self._back(now, one)
        self.habits.add(one)
        if is_sign(one.kind):
            self._see(now, one)

    def parts(self, until: datetime, outages: Iterable[Span] = ()) -> list[PartOfDay]:
        """Every part that is known and finished at `until`, oldest first."""
        deaf = list(outages)
        return [self._measured(part, deaf) for part in self._finished(until)]

    def forget(self, before: date) -> None:
        """Let go of days that are written down."""
        self._done = [part for part in self._done if part.day >= before]
        self.shapes = {day: shape for day, shape in self.shapes.items() if day >= before}
        self.habits.forget(before)

    def rows(
        self, first: date, until: datetime, outages: Iterable[Span] = (), away: Iterable[Span] = ()
    ) -> Iterator[tuple[date, bytes]]:
        """The local days from `first` as they are stored (`dayrow`), as far as they are over.

        Args:
            away: When the resident was away, which is not judged.
        """
        gone = list(away)
        days: dict[date, list[PartOfDay]] = {}
        for part in self.parts(until, outages):
            if part.day >= first:
                known = _judged(part, part_at(part.ends_at - _TICK, self._zone)[2], gone) if gone else part
                days.setdefault(part.day, []).append(known)
        for day, parts in sorted(days.items()):
            yield day, pack(parts, self.shapes.get(day) or Shape(), self.habits.of(day))

    def _part_for(self, at: datetime) -> _Part:
        if self._now is None:
            day, part, span = part_at(at, self._zone)
            self._whole = at == span[0]
            self._now = _Part(day, part, span, before=span[0])
        while at >= self._now.span[1]:
            self._now.after = at
            closed, self._now = self._closed(self._now), self._next(self._now)
            if self._whole:
                self._done.append(closed)
            self._whole = True
        return self._now

    def _closed(self, part: _Part) -> _Part:
        start = part.span[1] - _DAY
        part.few = len(self._messages) < FEWEST_MESSAGES or self._messages[0] < start
        return part

    def _next(self, part: _Part) -> _Part:
        day, name, span = part_at(part.span[1], self._zone)
        before = self._messages[-1] if self._messages else span[0]
        up = part.up if part.part is Part.NIGHT else None  # up before six is up for the day
        return _Part(day, name, span, before=before, missing=set(self._offline), up=up)

    def _finished(self, until: datetime) -> list[_Part]:
        """What is closed, and what the clock alone has ended."""
        found = [part for part in self._done if part.span[1] <= until]
        part, whole = self._now and self._now.copy(), self._whole
        while part is not None and part.span[1] <= until:
            found += [self._closed(part)] if whole else []
            part, whole = self._next(part), True
        return found

    def _hear(self, now: _Part, at: datetime) -> None:
        if at == now.span[0]:
            now.before = at
        else:
            now.deaf_inside = max(now.deaf_inside, at - (now.heard or now.span[0]))
            now.deaf_around = max(now.deaf_around, at - (now.heard or now.before))
        now.heard = at
        self._messages.append(at)

    def _back(self, now: _Part, one: Seen) -> None:
        if self._offline.pop(one.place, None) is not None and one.at <= now.span[0]:
            now.missing.discard(one.place)

    def _see(self, now: _Part, one: Seen) -> None:
        at, place = one.at, one.place
        now.quiet = max(now.quiet, at - (now.seen or now.span[0]))
        now.seen = at
        now.counts[Feature.ACTIVITY] = now.counts.get(Feature.ACTIVITY, 0) + 1
        if one.kind == EventKind.BED_LEFT:
            self._mat_seen = True
            self._mark(now, "by_mat", at)
        if place is not None:
            self._move(now, place, at)
            self._rise(now, place, at)
        if one.kind == EventKind.DOOR_OPENED and place == "entrance":
            self._mark(now, Feature.ENTRANCE_OPENINGS, at)
        self._shape(now.day).see(at.astimezone(self._zone), place)

    def _move(self, now: _Part, place: str, at: datetime) -> None:
        if place == "bathroom":
            self._mark(now, Feature.BATHROOM_VISITS, at)
        elif place == "kitchen":
            self._mark(now, Feature.KITCHEN_VISITS, at)
        if self._place not in {None, place}:
            now.counts[Feature.ROOM_CHANGES] = now.counts.get(Feature.ROOM_CHANGES, 0) + 1
            if self._place == "bedroom":
                self._mark(now, "by_moves", at)
        self._place = place

    def _rise(self, now: _Part, place: str, at: datetime) -> None:
        if place == "bedroom":
            return
        if now.part in _RISING and now.up is None and len(self._outside) == self._outside.maxlen:
            first, five = self._outside[0], now.span[now.part is Part.NIGHT] - _HOUR
            if first >= five and at - first <= _UP_WITHIN:
                now.up = first
        self._outside.append(at)

    def _mark(self, now: _Part, what: Feature | str, at: datetime) -> None:
        """Count it, unless it goes on from the one before: what follows closely is the same visit."""
        last = self._marks.get(what)
        if last is None or at - last >= _APART[what]:
            now.counts[what] = now.counts.get(what, 0) + 1
        self._marks[what] = at

    def _shape(self, day: date) -> Shape:
        if day not in self.shapes:
            self.shapes[day] = Shape()
        return self.shapes[day]

    def _measured(self, part: _Part, deaf: list[Span]) -> PartOfDay:
        why = "outage" if None in part.missing or _overlaps(part.span, deaf) else _why_unusable(part)
        if why is not None:
            return PartOfDay(day=part.day, part=part.part, ends_at=part.span[1], unusable=why)
        values = {
            feature: value
            for feature, value in self._values(part).items()
            if not (NEEDS[feature] in part.missing if feature in NEEDS else part.missing)
        }
        return PartOfDay(day=part.day, part=part.part, ends_at=part.span[1], values=values)

    def _values(self, part: _Part) -> dict[Feature, float]:
        counts, exits = part.counts, "by_mat" if self.bed_sensor else "by_moves"
        values = {
            Feature.BED_EXITS: float(counts.get(exits, 0)),
            **{feature: float(counts.get(feature, 0)) for feature in _COUNTED},
            Feature.LONGEST_QUIET: max(part.quiet, part.span[1] - (part.seen or part.span[0])) / timedelta(minutes=1),
        }
        if part.up is not None and part.part is Part.MORNING:
            values[Feature.FIRST_ACTIVITY] = 360 + (part.up - part.span[0]) / timedelta(minutes=1)
        return values


_COUNTED = (
    Feature.BATHROOM_VISITS, Feature.KITCHEN_VISITS, Feature.ENTRANCE_OPENINGS, Feature.ROOM_CHANGES, Feature.ACTIVITY,
)  # fmt: skip


def _judged(part: PartOfDay, span: Span, gone: list[Span]) -> PartOfDay:
    return replace(part, unusable="away", values={}) if _overlaps(span, gone) else part


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _why_unusable(part: _Part) -> str | None:
    if part.few:
        return "few messages"
    if part.part is Part.NIGHT:
        last = part.after or part.span[1]
        deaf = max(part.deaf_around, last - (part.heard or part.before))
        return "outage" if deaf >= DEAF_AT_NIGHT else None
    if part.seen is None:
        return "nobody seen"
    deaf = max(part.deaf_inside, part.span[1] - (part.heard or part.span[0]))
    return "outage" if deaf >= DEAF_BY_DAY else None
