"""Administration of the load: what alerts asked of people, and how soon they were answered.

Each resident whose row is shown is logged.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.answers.local_hours import Shift
from carehub.core.answers.usefulness import LOOK_BACK, Hour, Load
from carehub.core.folding import floor
from carehub.core.people.access import Permission
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.flow.watching.load import MOST, Report, as_csv, report
from carehub.store import logins, pages, ties
from carehub.web import words
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.tongue import _, decimal, ngettext

router = APIRouter(prefix="/admin")
_Days = Annotated[int, Query(ge=1, le=366)]
_CHOICES = (14, 28, 90)
_HEIGHT = 120


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour in the picture: where its parts begin and how tall they are, from below, in pixels."""

    hour: int
    x: float
    parts: tuple[tuple[str, float, float], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """The load of one rule, device or resident, as the page shows it: in a template each of its figures costs tenfold.

    Attributes:
        counts: Alerts: all, and of each shift.
        shares: Followed up, of use, false: so many of so many, and the interval.
        why: What the false ones came from.
    """

    name: str
    wants_a_look: bool
    counts: tuple[int, ...]
    shares: tuple[tuple[str, str], ...]
    why: str


def _row(one: Load, name: str) -> Row:
    return Row(
        name, one.wants_a_look, (one.alerts, *(one.by_shift.get(Shift(shift), 0) for shift in words.SHIFTS)),
        tuple(map(words.share_parts, (one.acted_on, one.useful, one.false))),
        ", ".join(f"{words.CAUSES[cause]} {many}" for cause, many in one.false_by_cause.items()) or "–",
    )  # fmt: skip


def _nights(found: Report, units: Mapping[str, str], *, by_name: bool) -> list[tuple[str, tuple[Any, ...], str]]:
    """Each unit's nights: its name, the figures, and who was called off duty or how often that was."""
    people = found.names["people"]
    return [
        (units.get(one.unit or "", _("Uten enhet")), (one.nights, one.people, decimal(one.median), one.most),
         (", ".join(f"{people.get(who, who)}: {many}" for who, many in one.woken.items()) or _("Ingen")) if by_name
         else ngettext("%(num)d gang", "%(num)d ganger", sum(one.woken.values())))
        for one in found.nights
    ]  # fmt: skip


def _answers(found: Report, units: Mapping[str, str]) -> list[tuple[Any, ...]]:
    """How soon each unit and shift answered: whose, how many, the two times, the two shares, and how many nobody."""
    return [
        (units.get(one.unit or "", _("Uten enhet")), words.SHIFTS[one.shift], one.alerts,
         [words.length(time) if time is not None else "–" for time in (one.median, one.ninth)],
         [words.share_parts(part) for part in (one.quick, one.prompt)], one.unanswered)
        for one in found.answers
    ]  # fmt: skip


@router.get("/load")
async def load(request: Request, hub: TheHub, visitor: Administering, days: _Days = LOOK_BACK.days) -> Response:
    """The load of the last days."""
    found = await report_of(hub, visitor, days, MOST)
    async with hub.database.read() as session:
        units = {unit.id: unit.name for unit in await pages.units(session)}
    residents = found.residents if visitor.may(Permission.SEE_RESIDENTS) else []
    await log_residents(hub, visitor, residents)
    called, named = found.names["devices"], found.names["residents"]
    return page(
        request, "admin_load.html", visitor, found=found, days=days, choices=_CHOICES,
        rules=[_row(one, _title(one.key, hub.rulebook)) for one in found.rules],
        devices=[_row(one, called.get(one.key, one.key)) for one in found.devices],
        residents=[_row(one, named.get(one.key, one.key)) for one in residents],
        nights=_nights(found, units, by_name=visitor.may(Permission.PLAN_SHIFTS)), answers=_answers(found, units),
        bars=bars(found.hours), height=_HEIGHT, shifts=words.SHIFTS,
        peak=max((one.alerts for one in found.hours), default=0),
    )  # fmt: skip


@router.get("/load.csv")
async def load_csv(hub: TheHub, visitor: Administering, days: _Days = LOOK_BACK.days) -> Response:
    """The same as a table for a spreadsheet, by id."""
    found, sees = await report_of(hub, visitor, days), visitor.may(Permission.SEE_RESIDENTS)
    await log_residents(hub, visitor, found.residents if sees else [])
    body = as_csv(found, residents=sees).encode("utf-8-sig")
    name = f"belastning-{found.until.astimezone(hub.zone):%Y-%m-%d}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type="text/csv", headers=headers)


def _title(rule: str, rulebook: Rulebook) -> str:
    if rule == floor.FLOOR:
        return _("Livsviktig hendelse (uten regel)")
    found = rulebook.rules.get(rule)
    return words.own(found.title) if found else rule


async def report_of(hub: Hub, visitor: Visitor, days: int, most: int | None = None) -> Report:
    """The load of the last days; residents only of the visitor's units."""
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
    return await report(hub.database, hub.zone, now - timedelta(days=days), now, sight.covers, most=most)


async def log_residents(hub: Hub, visitor: Visitor, residents: Sequence[Load]) -> None:
    """Each whose row is told."""
    if residents:
        async with hub.database.write() as session:
            seen = [(one.key, "load") for one in residents]
            await logins.log_list(session, visitor.person.id, "load", seen, hub.clock())


def bars(hours: Sequence[Hour]) -> list[Bar]:
    """Each hour's alerts as a bar of three parts: of use, false, and the rest."""
    tallest = max((one.alerts for one in hours), default=0) or 1
    return [Bar(one.hour, round(one.hour * 100 / 24, 2), _parts(one, _HEIGHT / tallest)) for one in hours]


def _parts(one: Hour, scale: float) -> tuple[tuple[str, float, float], ...]:
    found, top = [], float(_HEIGHT)
    for name, many in (("useful", one.useful), ("false", one.false), ("other", one.other)):
        top -= many * scale
        if many:
            found.append((name, round(top, 1), round(many * scale, 1)))
    return tuple(found)
