"""Whoever is shown a resident leaves a line that says so: every address, asked for anew by somebody who may (C80)."""

import re

from fastapi import FastAPI
from fastapi.routing import APIRoute
from sqlmodel import col, func, select

from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.rights.access_table import READS
from tests.unit.web.conftest import Browse, logged_in
from tests.unit.web.test_relations import _ADDRESS, _HIS, odd

__all__ = ["odd"]
_FILLED = _ADDRESS | {
    "number": "C310", "visit_id": "none", "run_id": "none", "sort": "gained", "letter_id": "d1",
}  # fmt: skip


async def _lines(hub: Hub, who: str) -> int:
    log = tables.AccessLog
    statement = select(func.count()).select_from(log).where(log.person_id == who, col(log.resident_id) == "odd")
    async with hub.database.read() as session:
        return (await session.exec(statement)).one()


def _told(page: str) -> str:
    """What a page tells, without the lists in which one chooses whom to ask about."""
    return re.sub("<option.*?</option>", "", page)


async def test_every_page_that_names_him_is_in_the_log_of_who_looked_c80(
    odd: Hub, web: FastAPI, browser: Browse
) -> None:
    """C80: a look is logged once a login, so each page is asked for by a login of its own."""
    shown, silent = [], []
    readable = {one.path for one in web.routes if isinstance(one, APIRoute) and "GET" in (one.methods or ())}
    for path in sorted(readable & READS.keys()):
        client, before = await logged_in(browser(), odd, "jonas"), await _lines(odd, "jonas")
        answer = await client.get(path.format_map(_FILLED))
        if answer.status_code == 200 and any(name in _told(answer.text) for name in _HIS):
            shown.append(path)
            silent += [path] if await _lines(odd, "jonas") == before else []

    assert len(shown) > 15
    assert silent == []
