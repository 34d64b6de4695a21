"""Who looked at whom, over all residents: what an auditor reads, and whose own reading is logged too (C80)."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from carehub.core.people.access import Tie
from carehub.store import logins, readings, seals
from carehub.web.paging import PageNumber, page_of
from carehub.web.render import page
from carehub.web.security import Auditing, TheHub
from carehub.web.wording import reading_words

router = APIRouter(prefix="/audit")
_Text = Annotated[str, Query(max_length=40)]
_MOST = 200
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
    async with hub.database.read() as session:
        rows = await readings.everything(session, wanted)
        many = await readings.how_many(session, wanted)
        readers = await readings.readers(session, wanted)
        sealed = await seals.newest(session)
    async with hub.database.write() as session:
        seen = [(one, "readings") for one in dict.fromkeys(row.resident.id for row in rows if row.resident)]
        await logins.log_list(session, visitor.person.id, "audit", seen or [(None, "readings")], now)
    return page(
        request, "audit.html", visitor, readers=readers, sealed=sealed, days=days, who=who, because=because,
        it=page_of(rows, many, number, router.prefix, _MOST, who=who, because=because, days=days),
        did=reading_words.did, why=reading_words.why,
        ties=[(one.value, reading_words.why(one)) for one in Tie if one is not Tie.NONE],
    )  # fmt: skip
