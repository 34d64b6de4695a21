"""A resident's last twelve hours as a picture: one lane per place, one field per quarter of an hour."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from carehub.store import tables
from carehub.store.pages import Movement
from carehub.web.tongue import _
from carehub.web.words import place_name

HOURS = 12
_QUARTER = timedelta(minutes=15)
_QUARTERS = HOURS * 4
_ORDER = ("seng", "soverom", "bad", "toalett", "stue", "kjøkken", "gang", "inngang")
_MOST_LANES = 6
_STEPS = (1, 2, 4, 8)
"""From how many movements in a quarter a field is drawn one step stronger."""


@dataclass(frozen=True, slots=True)
class Field:
    """One quarter of an hour in one place."""

    x: float
    level: int


@dataclass(frozen=True, slots=True)
class Lane:
    """One place: its fields, and how many movements in each hour for the table."""

    name: str
    fields: tuple[Field, ...]
    per_hour: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert on the time line."""

    x: float
    at: str
    this: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """What the template draws; x is per cent of the width."""

    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...]
    ticks: tuple[tuple[float, str], ...]
    hours: tuple[str, ...]
    now_x: float
    field_width: float
    summary: str


def window_start(now: datetime) -> datetime:
    """Where the picture begins: it ends with the present quarter, so it moves every quarter only."""
    quarter = now.timestamp() // _QUARTER.total_seconds() + 1
    return datetime.fromtimestamp(quarter * _QUARTER.total_seconds(), UTC) - timedelta(hours=HOURS)


def drawn(
    movements: Sequence[Movement], alerts: Sequence[tables.Alert], shown: str, now: datetime, zone: ZoneInfo
) -> Picture:
    """Lay out the hours before `now`; `shown` is the alert whose card it stands on."""
    start = window_start(now)
    return Picture(
        lanes=_lanes([one for one in movements if one.at >= start], start),
        marks=tuple(
            Mark(_x(alert.raised_at, start), f"{alert.raised_at.astimezone(zone):%H:%M}", alert.id == shown)
            for alert in alerts
            if alert.raised_at >= start
        ),
        ticks=_ticks(start, zone),
        hours=_hours(start, zone),
        now_x=_x(now, start),
        field_width=round(100 / _QUARTERS, 3),
        summary=_summary(movements, now),
    )


def _x(moment: datetime, start: datetime) -> float:
    return round(100 * (moment - start) / timedelta(hours=HOURS), 2)


def _lanes(movements: Sequence[Movement], start: datetime) -> tuple[Lane, ...]:
    by_place: dict[str, Counter[int]] = {}
    for one in movements:
        by_place.setdefault(place_name(one.place) or "annet", Counter())[int((one.at - start) / _QUARTER)] += 1
    busiest = sorted(by_place, key=lambda name: -by_place[name].total())
    for name in busiest[_MOST_LANES:]:
        by_place.setdefault("annet", Counter()).update(by_place.pop(name) if name != "annet" else Counter())
    names = sorted(by_place, key=lambda name: (_ORDER.index(name) if name in _ORDER else len(_ORDER), name))
    return tuple(_lane(name, by_place[name]) for name in names)


def _lane(name: str, counts: Counter[int]) -> Lane:
    return Lane(
        name=name,
        fields=tuple(
            Field(round(100 * quarter / _QUARTERS, 3), sum(many >= step for step in _STEPS))
            for quarter, many in sorted(counts.items())
        ),
        per_hour=tuple(sum(counts[hour * 4 + part] for part in range(4)) for hour in range(HOURS)),
    )


@lru_cache(maxsize=8)
def _hours(start: datetime, zone: ZoneInfo) -> tuple[str, ...]:
    """Where each hour begins. Kept, as the ticks are: a board has forty pictures of the same hours."""
    return tuple(f"{(start + timedelta(hours=hour)).astimezone(zone):%H:%M}" for hour in range(HOURS))


@lru_cache(maxsize=8)
def _ticks(start: datetime, zone: ZoneInfo) -> tuple[tuple[float, str], ...]:
    """Every second full hour of the local clock."""
    first = start.replace(minute=0, second=0) + timedelta(hours=1 if start.minute else 0)
    moments = [first + timedelta(hours=hour) for hour in range(HOURS)]
    return tuple(
        (_x(moment, start), f"{local:%H}")
        for moment in moments
        if (local := moment.astimezone(zone)).hour % 2 == 0 and _x(moment, start) <= 97  # noqa: PLR2004 - room for the label
    )


def _summary(movements: Sequence[Movement], now: datetime) -> str:
    if not movements:
        return _("Ingen aktivitet er registrert de siste 12 timene.")
    last = movements[-1]
    hours, minutes = divmod(max(0, int((now - last.at).total_seconds() // 60)), 60)
    where = f" ({place_name(last.place)})" if last.place else ""
    if hours:
        said = _(
            "Sist registrert aktivitet for %(hours)s t %(minutes)s min siden%(where)s.",
            hours=hours,
            minutes=minutes,
            where=where,
        )
    elif minutes:
        said = _("Sist registrert aktivitet for %(minutes)s min siden%(where)s.", minutes=minutes, where=where)
    else:
        said = _("Sist registrert aktivitet nettopp%(where)s.", where=where)
    return said
