"""How long what is kept, and erasing a resident: what goes, what stays and by which law; two persons, and a dry run."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.people.erasure import PLAN, Fate, Obstacle
from carehub.core.people.retention import KEPT, POLICIES
from carehub.flow.hub import Hub
from carehub.flow.watching import erasing as flow
from carehub.flow.watching import retention
from carehub.store import erasure, logins
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import must_see
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import Spoken, _, later

router = APIRouter(prefix="/admin")
Reason = Annotated[str, Form(min_length=4, max_length=400)]
_OBSTACLES = {
    Obstacle.LIVES_HERE: later("Beboeren bor fortsatt her. Avslutt oppholdet først, så ingen mister alarmen sin."),
    Obstacle.OPEN_ALERT: later("Beboeren har et åpent varsel."),
    Obstacle.HELD: later("Opplysningene er holdt tilbake fra sletting."),
}
_REFUSED = later("Det gikk ikke. Den som ba om slettingen, kan ikke selv bekrefte den.")
FATES = Spoken({Fate.ERASED: "Slettes", Fate.NAMELESS: "Beholdes uten navn", Fate.KEPT: "Beholdes"})
TITLES = Spoken({line.key: line.title for line in PLAN})
BECAUSE = Spoken({line.key: line.because for line in PLAN})
KINDS = Spoken({one.kind: one.title for one in POLICIES})
GROUNDS = Spoken({one.kind: one.ground for one in POLICIES})
STAYS = Spoken(dict(enumerate(one.title for one in KEPT)))
STAYS_BECAUSE = Spoken(dict(enumerate(one.ground for one in KEPT)))


@router.get("/retention")
async def overview(request: Request, hub: TheHub, visitor: Deciding) -> Response:
    """What of each kind has grown old, and goes tonight."""
    rows = await retention.count(hub.database, hub.clock, hub.retention)
    return page(
        request,
        "admin_retention.html",
        visitor,
        rows=rows,
        kinds=KINDS,
        grounds=GROUNDS,
        stays=STAYS,
        because=STAYS_BECAUSE,
    )


@router.get("/residents/{resident_id}/erasure")
async def dry_run(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """What would go and what would stay; nothing is changed by looking."""
    return await _shown(request, hub, visitor, resident_id)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, *, status: int = 200, refused: bool = False
) -> Response:
    now = hub.clock()
    async with hub.database.read() as session:
        resident = await must_see(session, visitor, resident_id, now)
        counts = await erasure.counts(session, resident_id)
        found = await erasure.obstacles(session, resident_id, now)
        asked, held = await erasure.newest(session, resident_id), await erasure.hold_of(session, resident_id)
    async with hub.database.write() as session:
        logins.log_reading(session, visitor.person.id, "erasure.looked", [(resident_id, "erasure")], now)
    return page(
        request, "admin_erasure.html", visitor, status=status, resident=resident, plan=PLAN,
        wrong=_(_REFUSED) if refused and not found else None,  # what stands in the way is said by itself
        counts=counts, obstacles=[_OBSTACLES[one] for one in found], asked=asked, held=held, fates=FATES,
        titles=TITLES, because=BECAUSE,
        mine=asked is not None and asked.asked_by_id == visitor.person.id,
    )  # fmt: skip


@router.post("/residents/{resident_id}/erasure")
async def ask(request: Request, hub: TheHub, visitor: Deciding, resident_id: str, reason: Reason) -> Response:
    """Ask for it; a second person confirms."""
    await _must_see(hub, visitor, resident_id)
    found = await flow.ask(hub, resident_id, reason.strip(), visitor.person.id)
    if found:
        return await _shown(request, hub, visitor, resident_id, status=409)
    return _to(hub, resident_id)


@router.post("/residents/{resident_id}/erasure/{act}")
async def change(request: Request, hub: TheHub, visitor: Deciding, resident_id: str, act: str) -> Response:
    """Confirm as the second person, and it is done; or take the question back."""
    await _must_see(hub, visitor, resident_id)
    if act not in {"agree", "withdraw"}:
        raise HTTPException(404)
    done = await (flow.agree if act == "agree" else flow.withdraw)(hub, resident_id, visitor.person.id)
    if not done:
        return await _shown(request, hub, visitor, resident_id, status=409, refused=True)
    return _to(hub, resident_id)


@router.post("/residents/{resident_id}/hold")
async def hold(hub: TheHub, visitor: Deciding, resident_id: str, reason: Reason) -> Response:
    """Nothing about them is deleted until somebody says so."""
    await _must_see(hub, visitor, resident_id)
    await flow.hold(hub, resident_id, reason.strip(), visitor.person.id)
    return _to(hub, resident_id)


@router.post("/residents/{resident_id}/hold/end")
async def end_hold(hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """What held it is over."""
    await _must_see(hub, visitor, resident_id)
    await flow.release(hub, resident_id, visitor.person.id)
    return _to(hub, resident_id)


async def _must_see(hub: Hub, visitor: Visitor, resident_id: str) -> None:
    async with hub.database.read() as session:
        await must_see(session, visitor, resident_id, hub.clock())


def _to(hub: Hub, resident_id: str) -> Response:
    return onwards(hub, f"/admin/residents/{resident_id}/erasure")
