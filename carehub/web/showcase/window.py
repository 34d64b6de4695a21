"""The municipality's shop window: the simulated village live, a place to try a device, and open numbers. Public.

It opens only where it is asked for (`CAREHUB_SHOWCASE`) and where nobody in the store can be a real person.
"""

import asyncio
import csv
import io
from datetime import datetime, timedelta
from statistics import median
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.responses import Response

from carehub.core.answers.usefulness import Case
from carehub.core.folding import floor
from carehub.core.severity import Severity
from carehub.core.showing import open_numbers
from carehub.core.showing.open_numbers import FEWEST
from carehub.flow.hub import Hub
from carehub.flow.sandbox import Sandboxes
from carehub.store import load, village
from carehub.web import words
from carehub.web.entering.throttle import Quota
from carehub.web.live import Stream, Words, word
from carehub.web.render import page
from carehub.web.security import TheHub
from carehub.web.showcase.journey import journey
from carehub.web.tongue import _, later
from carehub.web.wording.explained import account_of

_FEED = 12
_MONTH = timedelta(days=28)
_BREATH_S, _BEAT_S, _MOST_WATCHING = 1.0, 5.0, 200
_PARTS = (later("Natt 00–06"), later("Formiddag 06–12"), later("Ettermiddag 12–18"), later("Kveld 18–24"))
_ALWAYS = later("Livsviktig hendelse")


async def _opened(request: Request, hub: TheHub) -> Hub:
    """The hub, where its window is open; 404 anywhere else, as if there were none."""
    if not request.app.state.showcase.open:
        raise HTTPException(404)
    async with hub.database.read() as session:
        if await village.real_people(session):
            raise HTTPException(404)
    return hub


Window = Annotated[Hub, Depends(_opened)]
router = APIRouter(prefix="/showcase")


class Showcase:
    """What the window keeps in memory.

    Attributes:
        open: Whether this hub shows it at all.
    """

    def __init__(self, *, is_open: bool) -> None:
        self.open = is_open
        self.sandboxes = Sandboxes()
        self.tries, self.begun = Quota(60, timedelta(minutes=1)), Quota(5, timedelta(hours=1))
        self.watching = 0


def _showcase(request: Request) -> Showcase:
    found: Showcase = request.app.state.showcase
    return found


Kept = Annotated[Showcase, Depends(_showcase)]


# --- the village ---------------------------------------------------------------------------------


@router.get("")
async def window(request: Request, hub: Window) -> Response:
    """The village now, and the newest serious alarm on its way."""
    async with hub.database.read() as session:
        census = await village.census(session, hub.clock())
        events = await village.newest_events(session, _FEED)
        followed = await village.followed(session)
        account = await account_of(session, followed) if followed else None
        first = await village.first_event(session, followed) if followed else None
    stops = journey(account, first) if account and first else []
    alert = account.card.alert if account else None
    return page(
        request, "showcase.html", stream="/showcase/live", rulebook=hub.rulebook, census=census, events=events,
        stops=stops, alert=alert,
    )  # fmt: skip


@router.get("/live", response_class=Stream)
async def live(hub: Window, kept: Kept) -> Stream:
    """Tell the page when to look again; no data goes this way."""
    return Stream(_words(hub, kept))


async def _words(hub: Hub, kept: Showcase) -> Words:
    if kept.watching >= _MOST_WATCHING:
        return
    kept.watching += 1
    try:
        told: int | None = None
        async for version in hub.live.changes(beat_s=_BEAT_S):
            name = "beat" if version == told else "change"
            told = version
            yield word(name, hub, version, retry_ms=5000)
            await asyncio.sleep(_BREATH_S)
    finally:
        kept.watching -= 1


# --- researchers ---------------------------------------------------------------------------------


@router.get("/numbers")
async def numbers(request: Request, hub: Window) -> Response:
    """Alerts by kind and part of day, and how soon somebody answered: only what at least five people stand behind."""
    table, waits = await _numbers(hub)
    return page(request, "showcase_numbers.html", table=table, waits=waits, fewest=FEWEST, days=_MONTH.days)


@router.get("/numbers.csv")
async def numbers_csv(hub: Window) -> Response:
    """The same table as a file."""
    table, _waits = await _numbers(hub)
    out = io.StringIO()
    written = csv.writer(out, delimiter=";", lineterminator="\r\n")
    written.writerow(["", *table.columns, _("I alt")])
    for name, cells in table.rows.items():
        written.writerow([name, *("" if one is None else one for one in cells), table.sums[name]])
    headers = {"Content-Disposition": 'attachment; filename="varsler.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


async def _numbers(hub: Hub) -> tuple[open_numbers.Table, list[tuple[Severity, int, float]]]:
    now = hub.clock()
    async with hub.database.read() as session:
        cases = await load.cases(session, now - _MONTH, now)
    columns = [_(one) for one in _PARTS]
    found = [(_title(hub, one), columns[one.at.astimezone(hub.zone).hour // 6], one.resident or "") for one in cases]
    return open_numbers.published(found, columns), _waits(cases)


def _title(hub: Hub, case: Case) -> str:
    rule = hub.rulebook.rules.get(case.rule)
    return _(_ALWAYS) if case.rule == floor.FLOOR else words.own(rule.title) if rule else case.rule


def _waits(cases: list[Case]) -> list[tuple[Severity, int, float]]:
    """Severity, how many were answered, and the median of minutes; left out where too few people stand behind it."""
    told = []
    for severity in sorted(Severity, reverse=True):
        answered = [(one, one.answered_at) for one in cases if one.severity is severity and one.answered_at]
        if len({one.resident for one, _at in answered}) >= FEWEST:
            told.append((severity, len(answered), median(_minutes(one.at, at) for one, at in answered)))
    return told


def _minutes(start: datetime, end: datetime) -> float:
    return (end - start) / timedelta(minutes=1)
