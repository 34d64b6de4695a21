"""Windows of local time, right over midnight and on the two days when the clocks change.

A window is anchored to the date on which it starts: both its ends are built as wall-clock
times in the zone, and then instants are compared, half open: the start is in, the end is not.
"""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from msgspec import Struct

EVERY_DAY = frozenset(range(7))
_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
"""Windows begin and end on one."""
_NEVER = datetime.max.replace(tzinfo=UTC)


class Window(Struct, frozen=True, kw_only=True, cache_hash=True):
    """A stretch of the local day.

    Attributes:
        start: Wall-clock time; inside the window.
        end: Wall-clock time, on the next day if it is not after `start`; outside the window.
        days: The weekdays on which it starts (Monday is 0).
    """

    start: time
    end: time
    days: frozenset[int] = EVERY_DAY

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M}"


class Span(Struct, frozen=True):
    """One occurrence of a window, as instants in UTC: [start, end)."""

    start: datetime
    end: datetime


@lru_cache(maxsize=4096)
def _built(start: time, end: time, day: date, zone: ZoneInfo) -> Span:
    last = day if end > start else day + _DAY
    return Span(
        datetime.combine(day, start, zone).astimezone(UTC),
        datetime.combine(last, end, zone).astimezone(UTC),
    )


def span_starting(window: Window, day: date, zone: ZoneInfo) -> Span | None:
    """Build the occurrence that starts on `day`; None if it does not start on that weekday.

    A span can be empty on the spring day whose missing hour swallows it.
    """
    if day.weekday() not in window.days:
        return None
    return _built(window.start, window.end, day, zone)


def contains(window: Window, moment: datetime, zone: ZoneInfo) -> bool:
    """Whether `moment` is inside an occurrence of the window, today's or yesterday's."""
    last = _last_asked(window, zone)
    since, until, inside = last.answer
    if not since <= moment < until:
        since = moment.replace(second=0, microsecond=0)
        inside = _contains_minute(window, since, zone)
        last.answer = since, since + _MINUTE, inside  # all at once: other threads ask too
    return inside


class _Asked(Struct):
    """The last answer, and from when until when it holds: a busy minute asks a thousand times."""

    answer: tuple[datetime, datetime, bool] = (_NEVER, _NEVER, False)


@lru_cache(maxsize=4096)
def _last_asked(window: Window, zone: ZoneInfo) -> _Asked:  # noqa: ARG001 - one for each
    return _Asked()


def _contains_minute(window: Window, minute: datetime, zone: ZoneInfo) -> bool:
    today = minute.astimezone(zone).date()
    for day in (today, today - _DAY):
        span = span_starting(window, day, zone)
        if span is not None and span.start <= minute < span.end:
            return True
    return False


def next_ending(window: Window, after: datetime, zone: ZoneInfo, not_before: datetime | None = None) -> Span:
    """Find the first occurrence that ends after `after`; there is always one within a fortnight.

    Args:
        not_before: It also begins no earlier than this.
    """
    day = after.astimezone(zone).date() - _DAY
    for _ in range(16):
        span = span_starting(window, day, zone)
        if (
            span is not None
            and span.start < span.end
            and span.end > after
            and (not not_before or span.start >= not_before)
        ):
            return span
        day += _DAY
    raise ValueError(f"The window {window} never ends.")  # pragma: no cover - a window has a weekday


def last_starting(window: Window, before: datetime, zone: ZoneInfo) -> datetime:
    """When the newest occurrence began that began before this moment."""
    day = before.astimezone(zone).date()
    for _ in range(9):
        span = span_starting(window, day, zone)
        if span is not None and span.start < before:
            return span.start
        day -= _DAY
    raise ValueError(f"The window {window} never begins.")  # pragma: no cover - a window has a weekday


def minutes_into(start: time, moment: time) -> int:
    """Minutes after midnight of the day on which a window starts; a time at or before its start is of the next day."""
    after = moment.hour * 60 + moment.minute
    return after if moment > start else after + 1440


def time_into(minutes: float) -> time:
    """The time of day so many minutes after midnight; past midnight it begins anew."""
    whole = int(minutes) % 1440
    return time(whole // 60, whole % 60)


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Write a moment as staff read it on the wall: "02:10"."""
    return f"{moment.astimezone(zone):%H:%M}"
