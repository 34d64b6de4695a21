"""Who looked at whom, over all residents: what an auditor reads, and whose own reading is logged too (C80)."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.languages import Language
from carehub.core.people.access import Tie
from carehub.core.showing.spreadsheet import Cell, written
from carehub.flow.hub import Hub
from carehub.store import logins, readings, seals
from carehub.web import words
from carehub.web.paging import PageNumber, page_of
from carehub.web.render import page
from carehub.web.security import Auditing, TheHub, Visitor
from carehub.web.tongue import _, speak
from carehub.web.wording import reading_words

router = APIRouter(prefix="/audit")
_Text = Annotated[str, Query(max_length=40)]
_MOST = 200
_COLUMNS = ("Når", "Hvem", "Rolle", "Enhet", "Hva", "Om hvem", "Hvorfor")
"""As the page has them."""
_AT_ONCE, _LONGEST = 1_000, 50_000
"""Rows of the file: so many are read at once, for alarms wait meanwhile; and so many it may have."""
Days = Annotated[int, Query(ge=1, le=3660)]


@router.get("")
async def log_of_readings(  # noqa: PLR0913 - what may stand in the address
    request: Request, hub: TheHub, visitor: Auditing, who: _Text = "", because: _Text = "", days: Days = 7,
    number: PageNumber = 1,
) -> Response:  # fmt: skip
    """The newest looks at anybody's data, whose, by whom, and what let them; with the state of the seals."""
    now = hub.clock()
    wanted = readings.Wanted(
        since=now - timedelta(days=days), until=now, person=who or None, because=because or None, most=_MOST,
        skip=(number - 1) * _MOST,
    )  # fmt: skip
    return await _shown(request, hub, visitor, wanted, number)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, wanted: readings.Wanted, number: int = 1, wrong: str | None = None
) -> Response:
    who, because, days = wanted.person or "", wanted.because or "", (wanted.until - wanted.since).days
    async with hub.database.read() as session:
        rows = await readings.everything(session, wanted)
        many = await readings.how_many(session, wanted)
        readers = await readings.readers(session, wanted)
        sealed = await seals.newest(session)
    await _log(hub, visitor, "audit", rows)
    return page(
        request, "audit.html", visitor, status=422 if wrong else 200, wrong=wrong, readers=readers, sealed=sealed,
        days=days, who=who, because=because,
        it=page_of(rows, many, number, router.prefix, _MOST, who=who, because=because, days=days),
        did=reading_words.did, why=reading_words.why,
        ties=[(one.value, reading_words.why(one)) for one in Tie if one is not Tie.NONE],
    )  # fmt: skip


async def _log(hub: Hub, visitor: Visitor, action: str, rows: Sequence[readings.Reading]) -> None:
    """Whose looks were read; where nobody's, that it was asked."""
    seen = [(one, "readings") for one in dict.fromkeys(row.resident.id for row in rows if row.resident)]
    async with hub.database.write() as session:
        await logins.log_list(session, visitor.person.id, action, seen or [(None, "readings")], hub.clock())


@router.get("/log.csv")
async def log_as_file(
    request: Request, hub: TheHub, visitor: Auditing, who: _Text = "", because: _Text = "", days: Days = 7
) -> Response:
    """All that the filters find, on all pages, as a file; too many are refused, for a part would look like all."""
    now = hub.clock()
    wanted = readings.Wanted(
        since=now - timedelta(days=days), until=now, person=who or None, because=because or None, most=_MOST
    )
    rows = list[readings.Reading]()
    async with hub.database.read() as session:
        many = await readings.how_many(session, wanted)
        for skip in range(0, many if many <= _LONGEST else 0, _AT_ONCE):
            rows += await readings.everything(session, replace(wanted, most=_AT_ONCE, skip=skip))
    if many > _LONGEST:
        too_many = _("Utvalget har %(many)s oppslag, og en fil rommer %(most)s. Velg færre dager.",
                     many=many, most=_LONGEST)  # fmt: skip
        return await _shown(request, hub, visitor, wanted, wrong=too_many)
    await _log(hub, visitor, "audit.exported", rows)
    speak(Language.NB)  # as all files: it is read by others too
    body = await asyncio.to_thread(written, _COLUMNS, [_cells(one, hub) for one in rows])
    headers = {"content-disposition": f'attachment; filename="oppslag-{now.astimezone(hub.zone).date()}.csv"'}
    return Response(body, media_type="text/csv; charset=utf-8", headers=headers)


def _cells(row: readings.Reading, hub: Hub) -> Sequence[Cell]:
    by, whom = row.person, row.resident
    return (
        row.at.astimezone(hub.zone).strftime("%Y-%m-%d %H:%M:%S"), by.name if by else _("Huben selv"),
        words.ROLES[by.role] if by else None, row.unit, reading_words.did(row.action),
        f"{whom.given_name} {whom.family_name}" if whom else None, reading_words.why(row.because),
    )  # fmt: skip
