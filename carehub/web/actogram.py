"""A resident's last 28 days as a picture: a row for each local day, midnight to midnight, half an hour a field."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date

from carehub.contracts import Activity
from carehub.core.days.features import Part, PartOfDay, is_sign
from carehub.core.days.tally import Tally
from carehub.store import tables
from carehub.web.tongue import _, locale, ngettext, short_day

DAYS = 28
_RUN_IN = timedelta(days=3)
"""Read so much more, so that a quiet first night is not taken for the beginning."""
SLOTS = 48
_STEPS = (1, 3, 6, 12)
"""From how many signs of life in half an hour a field is drawn one step stronger."""
_PARTS = {Part.NIGHT: (0, 6), Part.MORNING: (6, 12), Part.AFTERNOON: (12, 18), Part.EVENING: (18, 24)}


@dataclass(frozen=True, slots=True)
class Mark:
    """An alert in its day."""

    x: float
    at: str
    this: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One local day.

    Attributes:
        fields: Where a half hour with signs of life begins, in per cent of the day, and how strong it is.
        unheard: Stretches that say nothing of a life (an outage, or nobody at home): begin and width, in per cent.
        counts: Signs of life in each part of the day.
    """

    label: str
    fields: tuple[tuple[float, int], ...]
    unheard: tuple[tuple[float, float], ...]
    marks: tuple[Mark, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Actogram:
    """What the template draws."""

    rows: tuple[Row, ...]
    width: float
    summary: str

    @property
    def has_this(self) -> bool:
        """Whether one of the alerts is the one that is looked at."""
        return any(mark.this for row in self.rows for mark in row.marks)

    @property
    def has_unheard(self) -> bool:
        """Whether any stretch was not heard."""
        return any(row.unheard for row in self.rows)


def first_moment(now: datetime, zone: ZoneInfo) -> datetime:
    """From when on the picture needs to be told."""
    first = now.astimezone(zone).date() - timedelta(days=DAYS - 1)
    return datetime.combine(first, time(), zone).astimezone(UTC) - _RUN_IN


def drawn(
    seen: Sequence[Activity], alerts: Iterable[tables.Alert], shown: str, now: datetime, zone: ZoneInfo
) -> Actogram:
    """Lay out the days up to `now`; `shown` is the alert from which one came."""
    today = now.astimezone(zone).date()
    days = [today - timedelta(days=back) for back in range(DAYS - 1, -1, -1)]
    slots = Counter(_slot(one.at, zone) for one in seen if is_sign(one.kind))
    marks: dict[date, list[Mark]] = {}
    for alert in alerts:
        local = alert.raised_at.astimezone(zone)
        marks.setdefault(local.date(), []).append(Mark(_x(local), f"{local:%H:%M}", alert.id == shown))
    tally = Tally(zone)
    for one in seen:
        tally.add(one)
    unheard = _unheard(tally.parts(now))
    rows = tuple(_row(day, slots, unheard.get(day, ()), marks.get(day, ())) for day in days)
    return Actogram(rows=rows, width=round(100 / SLOTS, 3), summary=_summary(rows))


def _slot(moment: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """The hour that an autumn night lives twice is one on the wall, and so it is here."""
    local = moment.astimezone(zone)
    return local.date(), local.hour * 2 + local.minute // 30


def _x(local: datetime) -> float:
    return round(100 * (local.hour * 60 + local.minute) / 1440, 2)


def _unheard(parts: Iterable[PartOfDay]) -> dict[date, tuple[tuple[float, float], ...]]:
    found: dict[date, tuple[tuple[float, float], ...]] = {}
    for one in parts:
        if one.unusable:
            start, end = _PARTS[one.part]
            stretch = (round(start * 100 / 24, 2), round((end - start) * 100 / 24, 2))
            found[one.day] = (*found.get(one.day, ()), stretch)
    return found


def _row(
    day: date, slots: Counter[tuple[date, int]], unheard: tuple[tuple[float, float], ...], marks: Iterable[Mark]
) -> Row:
    mine = [slots[day, slot] for slot in range(SLOTS)]
    return Row(
        label=format_date(day, short_day(), locale=locale()),
        fields=tuple(
            (round(100 * slot / SLOTS, 3), sum(many >= step for step in _STEPS))
            for slot, many in enumerate(mine) if many
        ),
        unheard=unheard, marks=tuple(marks),
        counts=tuple(sum(mine[start * 2 : end * 2]) for start, end in _PARTS.values()),
    )  # fmt: skip


def _summary(rows: Sequence[Row]) -> str:
    active, alerts = sum(any(row.counts) for row in rows), sum(len(row.marks) for row in rows)
    if not active:
        return _("Ingen aktivitet er registrert de siste %(days)s døgnene.", days=len(rows))
    many = ngettext("%(num)d varsel", "%(num)d varsler", alerts)
    told = _("%(active)s av %(days)s døgn med aktivitet, %(alerts)s.", active=active, days=len(rows), alerts=many)
    unheard = sum(bool(row.unheard) for row in rows)
    if not unheard:
        return told
    return told + " " + _("%(days)s døgn der målinger mangler eller ingen var hjemme.", days=unheard)
