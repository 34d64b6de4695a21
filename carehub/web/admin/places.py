"""Administration of places: units, and the homes and rooms in them."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response

from carehub.core.people.access import Permission, Sight
from carehub.flow.grouping.rehomed import follow_unit
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import logins, pages, places, protected, residents, tables, ties
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind, UnitKind
from carehub.web.admin.devices import tell_fold
from carehub.web.admin.people import WRONG_NUMBER, e164
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.paging import PageNumber, matching, paged
from carehub.web.render import page
from carehub.web.security import Administering, NotAllowed, Planning, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin")
Name = Annotated[str, Form(min_length=2, max_length=80)]
UnitId = Annotated[str, Form(max_length=32)]
Reason = Annotated[str, Form(min_length=4, max_length=400)]
Phone = Annotated[str, Form(max_length=30)]
_KINDS = {"home": ScopeKind.HOME, "room": ScopeKind.ROOM}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Search:
    q: str = ""
    unit: str = ""
    empty: bool = False
    number: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class _Refused:
    """What somebody wrote of a unit, to be shown again; an id of None is one that is not there yet."""

    id: str | None
    name: str
    phone: str
    kind: UnitKind | None = None


@router.get("/places")
async def listed(  # noqa: PLR0913 - one search
    request: Request,
    hub: TheHub,
    visitor: Administering,
    q: Annotated[str, Query(max_length=80)] = "",
    unit: Annotated[str, Query(max_length=32)] = "",
    *,
    empty: bool = False,
    number: PageNumber = 1,
) -> Response:
    """Homes and rooms, searched, with how many devices stand in each."""
    return await _listed(request, hub, visitor, _Search(q=q, unit=unit, empty=empty, number=number))


async def _listed(
    request: Request, hub: Hub, visitor: Visitor, asked: _Search, refused: _Refused | None = None
) -> Response:
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
        every = [row for row in await places.everywhere(session) if sight.covers(row.unit_id)]
        units = [one for one in await pages.units(session) if sight.covers(one.id)]
    unit, empty = asked.unit, asked.empty
    found = [row for row in matching(every, asked.q) if unit in {"", row.unit_id} and not (empty and row.devices)]
    shown = paged(found, asked.number, "/admin/places", q=asked.q, unit=unit, empty="true" if empty else "")
    return page(
        request, "admin_places.html", visitor, status=422 if refused else 200, shown=shown, q=asked.q, unit=unit,
        units=units, empty=empty, UnitKind=UnitKind, refused=refused, wrong=WRONG_NUMBER if refused else None,
    )  # fmt: skip


@router.post("/places")
async def add(
    hub: TheHub,
    visitor: Administering,
    name: Name,
    kind: Annotated[str, Form(pattern="^(home|room)$")],
    unit_id: UnitId,
    access_note: Annotated[str, Form(max_length=400)] = "",
) -> Response:
    """A home or a room, from now on."""
    scope = tables.Scope(id=new_id(), kind=_KINDS[kind], name=name.strip(), unit_id=unit_id)
    async with hub.database.write() as session:
        await _must_be_mine(hub, session, visitor, unit_id)
        if visitor.may(Permission.SEE_RESIDENTS):
            scope.access_note = access_note.strip() or None
        session.add(scope)
        _note(session, visitor, "place.added", f"scope:{scope.id}", hub)
    await tell_fold(hub, visitor)
    return onwards(hub, f"/admin/places/{scope.id}")


@router.get("/places/{scope_id}")
async def one(request: Request, hub: TheHub, visitor: Administering, scope_id: str) -> Response:
    """One home or room: who lives there, and what stands there. Who reads how one gets in is logged."""
    return await _one(request, hub, visitor, scope_id)


async def _one(request: Request, hub: Hub, visitor: Visitor, scope_id: str, wrong: str | None = None) -> Response:
    async with hub.database.read() as session:
        scope = await _mine(hub, session, visitor, scope_id)
        units = await pages.units(session)
        devices = await places.devices_in(session, scope_id)
        sees = visitor.may(Permission.SEE_RESIDENTS)
        people = await residents.living_in(session, scope_id) if sees else []
        unused = await places.is_unused(session, scope_id)
        sealed = await protected.sealed(session, scope_id) is not None
        free = sealed and sees and not await protected.is_home_of_anybody(session, scope_id)
    if people:
        async with hub.database.write() as session:
            seen: list[tuple[str | None, str]] = [(who.id, f"scope:{scope_id}") for who in people]
            logins.log_reading(session, visitor.person.id, "access_note", seen, hub.clock())
    return page(
        request, "admin_place.html", visitor, status=409 if wrong else 200, wrong=wrong, scope=scope, units=units,
        people=people, devices=devices, sees=sees, unused=unused, sealed=sealed, free=free,
    )  # fmt: skip


@router.post("/places/{scope_id}")
async def change(
    hub: TheHub,
    visitor: Administering,
    scope_id: str,
    name: Name,
    unit_id: UnitId,
    access_note: Annotated[str | None, Form(max_length=400)] = None,
) -> Response:
    """Its name, its unit, and how one gets in: that only for whoever may see residents.

    While it is sealed its cover name stays, and an empty note leaves the one that is there.
    """
    async with hub.database.write() as session:
        scope = await _mine(hub, session, visitor, scope_id)
        await _must_be_mine(hub, session, visitor, unit_id)
        sealed, before = await protected.sealed(session, scope_id), scope.unit_id
        scope.unit_id = unit_id
        home, note = sealed or scope, (access_note or "").strip()
        if sealed is None:
            scope.name = name.strip()
        if visitor.may(Permission.SEE_RESIDENTS) and (note or (access_note is not None and sealed is None)):
            home.access_note = note or None
        session.add_all([home, scope])
        await follow_unit(hub, session, scope, before, hub.clock())
        _note(session, visitor, "place.changed", f"scope:{scope_id}", hub)
    hub.wake.deliver.set()
    await tell_fold(hub, visitor)
    return onwards(hub, f"/admin/places/{scope_id}")


@router.post("/places/{scope_id}/name")
async def show_name(hub: TheHub, visitor: Deciding, scope_id: str, reason: Reason) -> Response:
    """A sealed home in which nobody with a protected address lives any more is called what it was called."""
    async with hub.database.write() as session:
        await _mine(hub, session, visitor, scope_id)
        if not await protected.show_home(session, scope_id):
            raise HTTPException(409)
        seen: list[tuple[str | None, str]] = [(None, f"scope:{scope_id}")]
        logins.log_reading(session, visitor.person.id, "place.shown", seen, hub.clock(), said=reason.strip())
    await tell_fold(hub, visitor)
    return onwards(hub, f"/admin/places/{scope_id}")


@router.post("/places/{scope_id}/remove")
async def remove(request: Request, hub: TheHub, visitor: Administering, scope_id: str) -> Response:
    """One that was entered by mistake. Where anything has ever stood, happened or lived, it stays, for the record."""
    async with hub.database.write() as session:
        scope = await _mine(hub, session, visitor, scope_id)
        unused = await places.is_unused(session, scope_id)
        if unused:
            await places.remove(session, scope)
            _note(session, visitor, "place.removed", f"scope:{scope_id}", hub)
    if not unused:
        wrong = _("Noen har bodd her, eller noe har stått her. Stedet beholdes, så historikken kan leses.")
        return await _one(request, hub, visitor, scope_id, wrong)
    await tell_fold(hub, visitor)
    return onwards(hub, "/admin/places")


async def _mine(hub: Hub, session: Session, visitor: Visitor, scope_id: str) -> tables.Scope:
    scope = await session.get(tables.Scope, scope_id)
    if scope is None or scope.kind not in {ScopeKind.HOME, ScopeKind.ROOM}:
        raise HTTPException(404)
    if not (await _sight(hub, session, visitor)).covers(scope.unit_id):
        raise NotAllowed
    return scope


async def _must_be_mine(hub: Hub, session: Session, visitor: Visitor, unit_id: str) -> None:
    if await session.get(tables.Unit, unit_id) is None:
        raise HTTPException(404)
    if not (await _sight(hub, session, visitor)).covers(unit_id):
        raise NotAllowed


async def _sight(hub: Hub, session: Session, visitor: Visitor) -> Sight:
    return await ties.sight_of(session, visitor.person, hub.clock())


# --- units -----------------------------------------------------------------------------------


@router.post("/units")
async def add_unit(
    request: Request, hub: TheHub, visitor: Planning, name: Name, kind: Annotated[UnitKind, Form()], phone: Phone = ""
) -> Response:
    """A ward or a zone; only whoever looks after all of them may add one."""
    unit = tables.Unit(id=new_id(), name=name.strip(), kind=kind, phone=e164(phone))
    wrong = bool(phone.strip()) and unit.phone is None
    async with hub.database.write() as session:
        await _looks_after_all(hub, session, visitor)
        if not wrong:
            session.add(unit)
            _note(session, visitor, "unit.added", f"unit:{unit.id}", hub)
    if wrong:
        return await _listed(request, hub, visitor, _Search(), _Refused(id=None, name=name, phone=phone, kind=kind))
    hub.live.change()
    return onwards(hub, f"/admin/places?unit={unit.id}")


@router.post("/units/{unit_id}")
async def change_unit(
    request: Request, hub: TheHub, visitor: Planning, unit_id: str, name: Name, phone: Phone = ""
) -> Response:
    """Its name, and its telephone; an empty one is none."""
    number = e164(phone)
    wrong = bool(phone.strip()) and number is None
    async with hub.database.write() as session:
        await _must_be_mine(hub, session, visitor, unit_id)
        if not wrong:
            unit = await session.get_one(tables.Unit, unit_id)
            unit.name, unit.phone = name.strip(), number
            _note(session, visitor, "unit.changed", f"unit:{unit_id}", hub)
    if wrong:
        return await _listed(request, hub, visitor, _Search(unit=unit_id), _Refused(id=unit_id, name=name, phone=phone))
    hub.live.change()
    return onwards(hub, f"/admin/places?unit={unit_id}")


async def _looks_after_all(hub: Hub, session: Session, visitor: Visitor) -> None:
    if (await _sight(hub, session, visitor)).units is not None:
        raise NotAllowed


def _note(session: Session, visitor: Visitor, action: str, subject: str, hub: Hub) -> None:
    logins.log_reading(session, visitor.person.id, action, [(None, subject)], hub.clock())
