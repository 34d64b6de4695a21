"""The visit list of a common silence: whom to see first, how to get in, and who has answered again. To be printed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.watching.blindness import Risk
from carehub.store import incidents, logins, pages, tables, ties
from carehub.store.incidents import Visit
from carehub.web.render import page
from carehub.web.security import Caring, TheHub

router = APIRouter()
_RANK = {Risk.HIGH: 0, Risk.NORMAL: 1, Risk.LOW: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One home to visit."""

    scope: tables.Scope | None
    residents: Sequence[tables.Resident]
    devices: Sequence[tables.Device]
    last_heard: datetime | None
    risk: Risk
    back: bool


@router.get("/visits")
async def visits(request: Request, hub: TheHub, visitor: Caring) -> Response:
    """Every common silence that is not over, and the last ones that are; each with its homes by risk."""
    async with hub.database.read() as session:
        found = await incidents.newest(session)
        units = {unit.id: unit.name for unit in await pages.units(session)}
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        lists = [
            (one, units.get(one.unit_id or ""), stops(await incidents.visits(session, one.id)))
            for one in found
            if sight.covers(one.unit_id)
        ]
    seen: list[tuple[str | None, str]] = [
        (who.id, f"incident:{one.id}") for one, _, homes in lists for home in homes for who in home.residents
    ]
    async with hub.database.write() as session:
        await logins.log_list(session, visitor.person.id, "visit_list", seen, hub.clock())
    return page(request, "visits.html", visitor, lists=lists)


def stops(lines: Sequence[Visit]) -> list[Stop]:
    """Homes to visit: those that are still silent first, then by risk, then by name."""
    homes: dict[str, list[Visit]] = defaultdict(list)
    for line in lines:
        homes[line.scope.id if line.scope else line.device.id].append(line)
    return sorted((_stop(one) for one in homes.values()), key=_order)


def _order(stop: Stop) -> tuple[bool, int, str]:
    return stop.back, _RANK[stop.risk], stop.scope.name if stop.scope else ""


def _stop(lines: Sequence[Visit]) -> Stop:
    residents = list({who.id: who for line in lines for who in line.residents}.values())
    heard = [line.device.last_seen_at for line in lines if line.device.last_seen_at]
    return Stop(
        scope=lines[0].scope, residents=residents, devices=[line.device for line in lines],
        last_heard=max(heard, default=None), back=all(line.part.back_at for line in lines),
        risk=min((who.risk for who in residents), key=_RANK.__getitem__, default=Risk.NORMAL),
    )  # fmt: skip
