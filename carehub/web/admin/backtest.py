"""Administration of backtests: what rules would have done in the recorded past. Each look at a resident is logged."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import yaml
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.backtest.report import Counted, Listed, Summary
from carehub.core.backtest.words import causes, title_of
from carehub.core.people.access import Permission
from carehub.core.rules.drafting import draft_hash, read_draft, with_draft
from carehub.core.rules.errors import RuleError
from carehub.core.rules.language import Rule, body_of
from carehub.flow.backtesting import LONGEST_DRAFT, ask_for, told
from carehub.flow.hub import Hub
from carehub.store import backtests, called, logins, pages, places, tables, ties
from carehub.web import words
from carehub.web.done import Done, onwards
from carehub.web.render import page
from carehub.web.security import TheHub, Visitor, needs
from carehub.web.tongue import _
from carehub.web.wording.fault_words import fault_words

router = APIRouter(prefix="/admin/rules/backtest")
DAYS = (7, 14, 30, 60)
_MOST_ROWS = 50
_HEIGHT = 120
_JUST_NOW = timedelta(minutes=10)
Asking = Annotated[Visitor, Depends(needs(Permission.ADMINISTER, Permission.SEE_RESIDENTS))]
"""It tells of residents, so whoever looks after devices alone does not see it."""
_Name = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True)
class Bar:
    """One hour of one side in the picture; x in per cent, the rest in pixels from above."""

    hour: int
    side: str
    x: float
    top: float
    tall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What ids are called: homes and residents of the visitor's own units, units and staff."""

    scopes: Mapping[str, str]
    residents: Mapping[str, str]
    units: Mapping[str, str]
    people: Mapping[str, str]

    def whom(self, scope: str | None, resident: str | None) -> str:
        """A resident; where nobody is known, the home."""
        if resident is not None:
            return self.resident(resident)
        return _("Alle") if scope is None else self.scopes.get(scope, _("Et sted i en annen enhet"))

    def resident(self, resident: str) -> str:
        """By name where it is one of the visitor's own."""
        return self.residents.get(resident, _("Beboer i en annen enhet"))


@router.get("")
async def front(request: Request, hub: TheHub, visitor: Asking, rule: _Name = "") -> Response:
    """What can be asked, and what was asked lately."""
    return await _front(request, hub, visitor, draft=_as_yaml(hub.rulebook.rules.get(rule)), rule=rule)


async def _front(  # noqa: PLR0913 - what stands in the form
    request: Request,
    hub: Hub,
    visitor: Visitor,
    *,
    draft: str,
    rule: str = "",
    days: int = 30,
    wrong: str | None = None,
) -> Response:
    async with hub.database.read() as session:
        runs = await backtests.newest(session)
        people = await called.people(session)
    rules = sorted(hub.rulebook.rules.values(), key=lambda one: words.own(one.title))
    return page(
        request, "admin_backtests.html", visitor, status=422 if wrong else 200, runs=runs, people=people, rules=rules,
        rule=rule, draft=draft, days=days, choices=DAYS, wrong=wrong, longest=LONGEST_DRAFT, called=_called,
    )  # fmt: skip


@router.post("")
async def start(
    request: Request,
    hub: TheHub,
    visitor: Asking,
    days: Annotated[int, Form(ge=1, le=90)],
    draft: Annotated[str, Form(max_length=LONGEST_DRAFT)] = "",
) -> Response:
    """Ask for one; it is done beside the hub, whoever leaves the page."""
    try:
        run = await _asked(hub, visitor, draft.replace("\r\n", "\n").strip() or None, timedelta(days=days))
    except RuleError as error:
        return await _front(request, hub, visitor, draft=draft, days=days, wrong=fault_words(str(error)))
    return onwards(hub, f"{router.prefix}/{run}", Done.BEGUN)


async def _asked(hub: Hub, visitor: Visitor, draft: str | None, back: timedelta) -> str:
    """A new run, or the one that told the same a moment ago."""
    now = hub.clock()
    rules = None if draft is None else read_draft(draft)
    if rules is not None:
        with_draft(hub.rulebook, rules)
    name = None if rules is None else draft_hash(rules)
    async with hub.database.write() as session:
        same = await backtests.newest_done(session, name, hub.rulebook.version)
        if same is not None and same.until - same.since == back and now - same.until < _JUST_NOW:
            return same.id
        run = await ask_for(session, draft, now - back, now, visitor.person.id, now)
        logins.log_reading(session, visitor.person.id, "backtest.asked", [(None, f"backtest:{run}")], now)
    return run


@router.get("/{run_id}")
async def one_run(request: Request, hub: TheHub, visitor: Asking, run_id: str) -> Response:
    """How far it is, or what came of it."""
    run, names = await _found(hub, visitor, run_id)
    summary = told(run)
    if summary is not None:
        await _log(hub, visitor, run_id, names, _shown(summary))
    return page(
        request, "admin_backtest.html", visitor, run=run, summary=summary, names=names,
        bars=_bars(summary) if summary else [], height=_HEIGHT, peak=_peak(summary) if summary else 0,
        lost=[one for one in summary.missed if one.today] if summary else [],
        older=[one for one in summary.missed if not one.today] if summary else [],
        title=_titles(hub, run), rules=_called(run), causes=lambda found: causes(found, words.telling()),
        unit_name=lambda one: names.units.get(one, _("Uten enhet")),
        resident_name=names.resident, heaviest=_heaviest, span=_span, most=_MOST_ROWS,
        roles=words.STAFF, shift_names=words.SHIFTS, sort_names=words.SORTS, holes=words.HOLES,
    )  # fmt: skip


@router.post("/{run_id}/cancel")
async def cancel(hub: TheHub, visitor: Asking, run_id: str) -> Response:
    """Nobody wants it any more; one that is over stays as it is."""
    async with hub.database.write() as session:
        await backtests.cancel(session, run_id, hub.clock())
    hub.live.change()
    return onwards(hub, f"{router.prefix}/{run_id}", Done.ENDED)


@router.get("/{run_id}/{sort}/{number}")
async def one_alert(request: Request, hub: TheHub, visitor: Asking, run_id: str, sort: str, number: int) -> Response:
    """Why one alert would have come, and whom it would have asked."""
    run, names = await _found(hub, visitor, run_id)
    summary = told(run)
    found = summary.listed.get(sort, ()) if summary else ()
    if not 0 <= number < len(found):
        raise HTTPException(404)
    alert = found[number]
    await _log(hub, visitor, run_id, names, [alert.resident])
    return page(
        request, "admin_backtest_alert.html", visitor, run=run, sort=sort, alert=alert, names=names, roles=words.STAFF,
        title=_titles(hub, run), sort_names=words.SORTS, span=_span,
    )  # fmt: skip


async def _found(hub: Hub, visitor: Visitor, run_id: str) -> tuple[tables.BacktestRun, Names]:
    """The run, and the names that this visitor may read: those of their own units."""
    async with hub.database.read() as session:
        run = await session.get(tables.BacktestRun, run_id)
        if run is None:
            raise HTTPException(404)
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        live_in = await places.units_of_residents(session, hub.clock())
        names = Names(
            scopes={one.id: one.name for one in await called.homes(session) if sight.covers(one.unit_id)},
            residents={
                who: name for who, name in (await called.residents(session)).items() if sight.covers(live_in.get(who))
            },
            units={one.id: one.name for one in await pages.units(session)},
            people=await called.people(session),
        )
    return run, names


async def _log(hub: Hub, visitor: Visitor, run_id: str, names: Names, residents: Iterable[str | None]) -> None:
    seen = [(one, f"backtest:{run_id}") for one in dict.fromkeys(residents) if one in names.residents]
    if seen:
        async with hub.database.write() as session:
            await logins.log_list(session, visitor.person.id, "backtest", seen, hub.clock())


def _shown(summary: Summary) -> list[str | None]:
    rows: list[Listed] = [one for found in summary.listed.values() for one in found[:_MOST_ROWS]]
    return [
        *(one.resident for one in rows), *(one.resident for one in summary.missed),
        *(one.resident for one in summary.holes), *(key for key, *_ in _heaviest(summary, "by_resident")),
    ]  # fmt: skip


def _heaviest(summary: Summary, field: str) -> list[tuple[str, int, int]]:
    """What a side counts by its ids: each with today's number and the draft's, the largest of today first."""
    today: Mapping[str, int] = getattr(summary.today, field)
    draft: Mapping[str, int] = getattr(summary.draft, field) if summary.draft else {}
    keys = sorted(dict.fromkeys((*today, *draft)), key=lambda key: today.get(key, 0), reverse=True)
    return [(key, today.get(key, 0), draft.get(key, 0)) for key in keys[:_MOST_ROWS]]


def _sides(summary: Summary) -> list[Counted]:
    return [one for one in (summary.today, summary.draft) if one is not None]


def _peak(summary: Summary) -> int:
    return max(max(side.hours) for side in _sides(summary))


def _bars(summary: Summary) -> list[Bar]:
    """Each hour's alerts; with a draft two bars side by side, today's first."""
    sides, wide = _sides(summary), 100 / 24
    scale = _HEIGHT / (_peak(summary) or 1)
    return [
        Bar(hour, ("today", "draft")[place], round(hour * wide + 0.3 + place * wide * 0.45, 2),
            round(_HEIGHT - many * scale, 1), round(many * scale, 1))
        for place, side in enumerate(sides) for hour, many in enumerate(side.hours) if many
    ]  # fmt: skip


def _titles(hub: Hub, run: tables.BacktestRun) -> Callable[[str], str]:
    """What rules and kinds of alert are called, also those that the draft alone knows."""
    try:
        book = with_draft(hub.rulebook, read_draft(run.draft)) if run.draft else hub.rulebook
    except RuleError:  # of an older release
        book = hub.rulebook
    return lambda name: title_of(name, book, words.telling())


def _called(run: tables.BacktestRun) -> str:
    """The rules that a draft says anew, by their titles."""
    try:
        return ", ".join(words.own(one.title) for one in read_draft(run.draft)) if run.draft else ""
    except RuleError:  # of an older release
        return _("regler som ikke kan leses lenger")


def _span(seconds: int) -> str:
    return words.length(timedelta(seconds=abs(seconds)))


def _as_yaml(rule: Rule | None) -> str:
    """A rule as it can be changed and tried; nothing for none."""
    if rule is None:
        return ""
    said: str = yaml.safe_dump(json.loads(body_of(rule)), allow_unicode=True, sort_keys=False, width=100)
    return said
