"""Administration of answer times: how soon alerts were taken and somebody was there. Nobody is named."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, TypeVar

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.answers.answer_times import Answered, Figures, Times, grouped, hour_of, settled, times, week_of
from carehub.core.answers.usefulness import FEWEST
from carehub.core.severity import Severity
from carehub.store import answers, pages, ties
from carehub.web import tongue, words
from carehub.web.render import page
from carehub.web.security import Administering, TheHub
from carehub.web.tongue import _

router = APIRouter(prefix="/admin")
_CHOICES = (7, 28, 90, 365)


@dataclass(frozen=True, slots=True)
class Table:
    """One way of dividing the same alerts."""

    title: str
    head: str
    rows: Sequence[tuple[str, Times]]


@router.get("/answers")
async def answer_times(
    request: Request,
    hub: TheHub,
    visitor: Administering,
    days: Annotated[int, Query(ge=1, le=366)] = 28,
    unit: Annotated[str, Query(max_length=32)] = "",
    severity: Annotated[Severity | None, Query()] = None,
) -> Response:
    """The figures of the last days, for one unit or all of the visitor's, and how they change by hour and week."""
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
        units = {one.id: one.name for one in await pages.units(session) if sight.covers(one.id)}
        every = await answers.answered(session, now - timedelta(days=days), now, sight.covers)
    found = [one for one in every if (not unit or one.unit == unit) and _is_wanted(one.severity, severity)]
    asked = settled(found, now)
    hours = grouped(asked, hour_of(hub.zone))
    return page(
        request, "admin_answers.html", visitor, days=days, choices=_CHOICES, unit=unit, units=units, severity=severity,
        severities=[one for one in sorted(Severity, reverse=True) if one >= Severity.MODERATE],
        all=times(asked), fewest=FEWEST, span=time_words,
        tables=[
            Table(_("Etter enhet"), _("Enhet"), _by_unit(asked, units)),
            Table(_("Etter hast"), _("Hast"), _sorted(asked, lambda one: -one.severity, _urgency)),
            Table(_("Etter tid på døgnet"), _("Time"), [(_hour(one), hours[one]) for one in sorted(hours)]),
            Table(_("Etter uke"), _("Uke"), _sorted(asked, week_of(hub.zone), _week)),
        ],
        plot=json.dumps(_plot(hours)),
    )  # fmt: skip


def _is_wanted(one: Severity, wanted: Severity | None) -> bool:
    """What is only a notice is no alert that anybody hurries to."""
    return one >= Severity.MODERATE if wanted is None else one == wanted


def _by_unit(alerts: Iterable[Answered], units: dict[str, str]) -> list[tuple[str, Times]]:
    none = _("Ingen enhet")
    found = grouped(alerts, lambda one: units.get(one.unit or "", none))
    return sorted(found.items())


_Key = TypeVar("_Key", int, date)


def _sorted(
    alerts: Iterable[Answered], key: Callable[[Answered], _Key], name: Callable[[_Key], str]
) -> list[tuple[str, Times]]:
    found = grouped(alerts, key)
    return [(name(one), found[one]) for one in sorted(found)]


def _urgency(negative: int) -> str:
    return _(words.URGENCIES[Severity(-negative)])


def _hour(hour: int) -> str:
    return f"{hour:02}–{(hour + 1) % 24:02}"


def _week(monday: date) -> str:
    day = format_date(monday, "d. MMM" if tongue.language() != "en" else "d MMM", locale=tongue.locale())
    return _("Uke %(number)s, fra %(day)s", number=monday.isocalendar().week, day=day)


def _plot(hours: dict[int, Times]) -> dict[str, list[float | None]]:
    """What the picture draws, in seconds; an hour with too few has a hole."""

    def seconds(figures: Figures | None, rank: str) -> float | None:
        found = getattr(figures, rank) if figures else None
        return found.total_seconds() if found is not None else None

    taken = {hour: one.taken for hour, one in hours.items()}
    return {
        "x": list(range(24)),
        "median": [seconds(taken.get(hour), "median") for hour in range(24)],
        "ninth": [seconds(taken.get(hour), "ninth") for hour in range(24)],
    }


def time_words(span: timedelta | None) -> str:
    """A stretch as people read it at a glance: "45 s", "3 min 20 s", "2 t 5 min"; a dash for none."""
    if span is None:
        return "–"
    seconds = round(span.total_seconds())
    if seconds < 60:  # noqa: PLR2004
        return _("%(many)s s", many=seconds)
    if seconds < 3600:  # noqa: PLR2004
        return _("%(minutes)s min %(seconds)s s", minutes=seconds // 60, seconds=seconds % 60)
    return _("%(hours)s t %(minutes)s min", hours=seconds // 3600, minutes=seconds % 3600 // 60)
