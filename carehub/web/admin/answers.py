"""Administration of answer times: how soon alerts were taken and somebody was there. Nobody is named."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, TypeVar

from babel.dates import format_date
from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.answers.answer_times import Divided, Figures, Times, divided
from carehub.core.answers.shares import FEWEST
from carehub.core.people.access import Sight
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.flow.watching import answer_days
from carehub.store import pages, ties
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
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        units = {one.id: one.name for one in await pages.units(session) if sight.covers(one.id)}
    found = await figures_of(hub, sight, days, unit, severity)
    return page(
        request, "admin_answers.html", visitor, days=days, choices=_CHOICES, unit=unit, units=units, severity=severity,
        severities=[one for one in sorted(Severity, reverse=True) if one >= Severity.MODERATE],
        all=found.all, fewest=FEWEST, span=time_words,
        tables=[
            Table(_("Etter enhet"), _("Enhet"), _by_unit(found.units, units)),
            Table(_("Etter alvorlighet"), _("Alvorlighet"), _named(found.urgencies, _urgency)[::-1]),
            Table(_("Etter tid på døgnet"), _("Time"), _named(found.hours, _hour)),
            Table(_("Etter uke"), _("Uke"), _named(found.weeks, _week)),
        ],
        plot=json.dumps(_plot(found.hours)),
    )  # fmt: skip


async def figures_of(hub: Hub, sight: Sight, days: int, unit: str, severity: Severity | None) -> Divided:
    """The figures of the last days: of the units that are theirs, or of this one if it is."""
    now = hub.clock()
    async with hub.database.read() as session:
        every = await answer_days.days(session, hub.zone, now - timedelta(days=days), now)
    wanted = None if severity is None else {severity}
    return await asyncio.to_thread(divided, every, lambda one: sight.covers(one) and (not unit or one == unit), wanted)


def _by_unit(found: Mapping[str, Times], units: Mapping[str, str]) -> list[tuple[str, Times]]:
    none = _("Ingen enhet")
    return sorted(((units.get(one, none), it) for one, it in found.items()), key=lambda row: row[0])


_Key = TypeVar("_Key", int, date, Severity)


def _named(found: Mapping[_Key, Times], name: Callable[[_Key], str]) -> list[tuple[str, Times]]:
    return [(name(one), found[one]) for one in sorted(found)]


def _urgency(severity: Severity) -> str:
    return _(words.URGENCIES[severity])


def _hour(hour: int) -> str:
    return f"{hour:02}–{(hour + 1) % 24:02}"


def _week(monday: date) -> str:
    day = format_date(monday, "d. MMM" if tongue.language() != "en" else "d MMM", locale=tongue.locale())
    return _("Uke %(number)s, fra %(day)s", number=monday.isocalendar().week, day=day)


def _plot(hours: Mapping[int, Times]) -> dict[str, list[float | None]]:
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
