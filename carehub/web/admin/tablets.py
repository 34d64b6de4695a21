"""Shared tablets: enrolled by a link that works once, seen, and revoked within a moment (C40)."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.shared_tablet import LOCKS_AFTER_S
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import factors, logins, pages, tables, tablets
from carehub.store.database import Session
from carehub.store.tables.logins import Shows
from carehub.web.done import onwards
from carehub.web.entering.kiosk import ENROL
from carehub.web.render import page, qr
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor

router = APIRouter(prefix="/admin/tablets")
LockAfter = Annotated[int, Form()]
Name = Annotated[str, Form(min_length=2, max_length=60)]


@router.get("")
async def every(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """All tablets, and when each was last seen."""
    return await _page(request, hub, visitor)


async def _page(request: Request, hub: Hub, visitor: Visitor, link: tuple[str, str] | None = None) -> Response:
    shown = (*link, qr(link[1], link[0])) if link else None
    async with hub.database.read() as session:
        rows = [one for one in await tablets.every(session) if _is_theirs(visitor, one[0].unit_id)]
        units = [one for one in await pages.units(session) if _is_theirs(visitor, one.id)]
    return page(
        request, "admin_tablets.html", visitor, rows=rows, units=units, link=shown, locks=LOCKS_AFTER_S, Shows=Shows
    )


def _is_theirs(visitor: Visitor, unit_id: str) -> bool:
    """Whoever looks after one unit looks after its tablets, and no others."""
    return visitor.person.unit_id in {None, unit_id}


@router.post("")
async def add(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Administering,
    name: Name, unit_id: Annotated[str, Form(max_length=32)],
    lock_after_s: LockAfter = 180, shows: Annotated[Shows, Form()] = Shows.ROOMS,
) -> Response:  # fmt: skip
    """A new one; the link that makes a device into it is shown once, here."""
    _check(visitor, unit_id, lock_after_s)
    now = hub.clock()
    tablet = tables.Tablet(
        id=new_id(), name=name.strip(), unit_id=unit_id, lock_after_s=lock_after_s, shows=shows,
        made_by=visitor.person.id, created_at=now,
    )  # fmt: skip
    async with hub.database.write() as session:
        if await session.get(tables.Unit, unit_id) is None:
            raise HTTPException(404)
        session.add(tablet)
        token = await _token(session, hub, visitor, tablet)
    return await _page(request, hub, visitor, (tablet.name, f"{hub.public_url}/kiosk/enrol/{token}"))


def _check(visitor: Visitor, unit_id: str, lock_after_s: int) -> None:
    if not _is_theirs(visitor, unit_id):
        raise NotAllowed
    if lock_after_s not in LOCKS_AFTER_S:
        raise HTTPException(422)


async def _token(session: Session, hub: Hub, visitor: Visitor, tablet: tables.Tablet) -> str:
    """The secret of a link that makes a device into this tablet, once, within ten minutes."""
    _note(session, hub, visitor, "tablet.link", tablet)
    return await factors.begin_step(session, ENROL, {"tablet": tablet.id}, hub.clock())


def _note(session: Session, hub: Hub, visitor: Visitor, action: str, tablet: tables.Tablet) -> None:
    logins.log_reading(session, visitor.person.id, action, [(None, f"tablet:{tablet.id}")], hub.clock())


async def _theirs(session: Session, visitor: Visitor, tablet_id: str) -> tables.Tablet:
    tablet = await session.get(tables.Tablet, tablet_id)
    if tablet is None:
        raise HTTPException(404)
    if not _is_theirs(visitor, tablet.unit_id):
        raise NotAllowed
    return tablet


@router.post("/{tablet_id}/link")
async def link(request: Request, hub: TheHub, visitor: Administering, tablet_id: str) -> Response:
    """A link for another device in its place: the one before is out when it is used."""
    async with hub.database.write() as session:
        tablet = await _theirs(session, visitor, tablet_id)
        token = await _token(session, hub, visitor, tablet)
    return await _page(request, hub, visitor, (tablet.name, f"{hub.public_url}/kiosk/enrol/{token}"))


@router.post("/{tablet_id}/change")
async def change(
    hub: TheHub, visitor: Administering, tablet_id: str, name: Name, lock_after_s: LockAfter,
    shows: Annotated[Shows, Form()],
) -> RedirectResponse:  # fmt: skip
    """What it is called, when it locks, and what it then shows; these two count from the next PIN on."""
    async with hub.database.write() as session:
        tablet = await _theirs(session, visitor, tablet_id)
        _check(visitor, tablet.unit_id, lock_after_s)
        tablet.name, tablet.lock_after_s, tablet.shows = name.strip(), lock_after_s, shows
        _note(session, hub, visitor, "tablet.changed", tablet)
    hub.live.change()
    return onwards(hub, "/admin/tablets")


@router.post("/{tablet_id}/revoke")
async def revoke(hub: TheHub, visitor: Administering, tablet_id: str) -> RedirectResponse:
    """Lost: dark at once, with whoever was logged in on it."""
    async with hub.database.write() as session:
        tablet = await _theirs(session, visitor, tablet_id)
        await tablets.revoke(session, tablet, hub.clock())
        _note(session, hub, visitor, "tablet.revoked", tablet)
    hub.live.change()
    return onwards(hub, "/admin/tablets")
