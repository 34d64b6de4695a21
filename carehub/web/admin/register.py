"""Administration of residents: who is cared for, where they live and lived, and what moves with them."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field, StringConstraints

from carehub.core.people.access import Sight
from carehub.core.people.national_id import adds_up
from carehub.core.watching.blindness import Risk
from carehub.flow.grouping import rehomed
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import logins, pages, residents, tables, ties
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.web.admin.devices import tell_fold
from carehub.web.admin.people import e164
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.paging import PageNumber, matching, paged
from carehub.web.render import page
from carehub.web.rights.near import must_see, near
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import _, later
from carehub.web.typed import typed

router = APIRouter(prefix="/admin/residents")
WRONG_PHONE = later("Telefonnummeret må ha åtte siffer, eller begynne med +.")
WRONG_ID = later("Fødselsnummeret må ha elleve siffer.")
MISTYPED_ID = later("Fødselsnummeret stemmer ikke med kontrollsifrene: et siffer er skrevet feil.")
DOUBLE_ID = later("En beboer med dette fødselsnummeret er allerede registrert.")
WRONG_HOME = later("Velg et hjem eller rom som er ditt. Finnes det ikke, legg det til under Hjem og rom.")
Short = Annotated[str, Form(max_length=80)]
_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
_HOMES = (ScopeKind.HOME, ScopeKind.ROOM)


class About(BaseModel, extra="forbid"):
    """Who a resident is, as the form says it."""

    given_name: _Name
    family_name: _Name
    phone: Annotated[str, Field(max_length=30)] = ""
    born_year: Annotated[str, Field(max_length=4)] = ""
    national_id: Annotated[str, Field(max_length=14)] = ""
    risk: Risk = Risk.NORMAL
    note: Annotated[str, Field(max_length=400)] = ""


class Arrival(About):
    """Somebody new, and where they live."""

    scope_id: Annotated[str, Field(max_length=80)]


class Refused(Exception):
    """What was filled in cannot be stored; the message says why, in bokmål. `double` is who stands there already."""

    def __init__(self, why: str, double: str | None = None) -> None:
        super().__init__(why)
        self.double = double


@router.get("")
async def listed(  # noqa: PLR0913 - one search
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    q: Annotated[str, Query(max_length=80)] = "",
    unit: Annotated[str, Query(max_length=32)] = "",
    *,
    former: bool = False,
    number: PageNumber = 1,
) -> Response:
    """Residents of the visitor's units, searched; those who have left on a list of their own."""
    now = hub.clock()
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, now)
        every = [row for row in await residents.everybody(session) if sight.covers(row.unit_id)]
        units = [one for one in await pages.units(session) if sight.covers(one.id)]
    left = [row for row in every if row.until is not None]
    here = [row for row in every if row.until is None]
    found = [row for row in matching(left if former else here, q) if not unit or row.unit_id == unit]
    shown = paged(found, number, "/admin/residents", q=q, unit=unit, former="true" if former else "")
    await log_list(hub, visitor, shown.rows)
    return page(
        request, "admin_residents.html", visitor, shown=shown, q=q, unit=unit,
        units=units, former=former, counts=(len(here), len(left)),
    )  # fmt: skip


async def log_list(hub: Hub, visitor: Visitor, rows: Any) -> None:
    """Each resident whom a list shows."""
    if rows:
        async with hub.database.write() as session:
            seen: list[tuple[str | None, str]] = [(row.id, "residents") for row in rows]
            await logins.log_list(session, visitor.person.id, "residents", seen, hub.clock())


async def homes_to_choose(session: Session, sight: Sight) -> list[tables.Scope]:
    """Homes and rooms of the visitor's units, in Norwegian order."""
    every = await pages.homes(session)
    return [one for one in every if sight.covers(one.unit_id)]


@router.get("/new")
async def new(request: Request, hub: TheHub, visitor: Deciding) -> Response:
    """The form for a new resident."""
    return await _new(request, hub, visitor)


async def _new(request: Request, hub: Hub, visitor: Visitor, why: Refused | None = None) -> Response:
    async with hub.database.read() as session:
        homes = await homes_to_choose(session, await ties.sight_of(session, visitor.person, hub.clock()))
    return page(
        request, "admin_resident_new.html", visitor, homes=homes, risks=list(Risk), **await _refusal(request, why)
    )


async def _refusal(request: Request, why: Refused | None) -> dict[str, Any]:
    """What a page says of a form that was refused, with all that was written in it."""
    if why is None:
        return {"status": 200, "wrong": None, "double": None, "typed": ""}
    return {"status": 422, "wrong": _(str(why)), "double": why.double, "typed": await typed(request)}


@router.post("")
async def add(request: Request, hub: TheHub, visitor: Deciding, said: Annotated[Arrival, Form()]) -> Response:
    """Write down a resident, who lives there from now on."""
    now = hub.clock()
    try:
        row = tables.Resident(id=new_id(), given_name=said.given_name, family_name=said.family_name)
        fill_in(row, said.model_dump(), now.year)
        async with hub.database.write() as session:
            home = await must_be_mine(hub, session, visitor, said.scope_id)
            await must_be_one(hub, session, visitor, row)
            session.add(row)
            await session.flush()
            touched = await rehomed.move_in(hub, session, row.id, home, now)
            shared = await residents.shared(session, row.id, touched)
            note_change(session, visitor, "resident.added", row.id, hub)
    except Refused as why:
        return await _new(request, hub, visitor, why)
    await tell_fold(hub, visitor, touched - shared, refitted=shared)
    return onwards(hub, f"/admin/residents/{row.id}/about")


def fill_in(row: tables.Resident, about: Mapping[str, Any], this_year: int) -> None:
    """What a form or a file says of a resident: an empty text clears, what it does not name stays.

    A national id is replaced, and never cleared by an empty one.

    Raises:
        Refused: A number is none.
    """
    said = {key: str(about.get(key) or "").strip() for key in ("phone", "born_year", "national_id", "note")}
    phone, born, digits = said["phone"], said["born_year"], re.sub(r"\s", "", said["national_id"])
    if phone and e164(phone) is None:
        raise Refused(WRONG_PHONE)
    if born and not (born.isascii() and born.isdigit() and this_year - 120 <= int(born) <= this_year):
        raise Refused(later("Fødselsåret må ha fire siffer, for eksempel 1938."))
    if digits and not re.fullmatch(r"[0-9]{11}", digits):
        raise Refused(WRONG_ID)
    if digits and not adds_up(digits):
        raise Refused(MISTYPED_ID)
    given = {
        "phone": e164(phone) if phone else None, "born_year": int(born) if born else None, "note": said["note"] or None,
        "risk": Risk(about["risk"]) if "risk" in about else None,
    }  # fmt: skip
    for name in given.keys() & about.keys():
        setattr(row, name, given[name])
    row.national_id = digits or row.national_id


async def must_be_mine(hub: Hub, session: Session, visitor: Visitor, scope_id: str) -> tables.Scope:
    """A home or room of the visitor's units.

    Raises:
        Refused: There is none by this id, or it is another unit's.
    """
    scope = await session.get(tables.Scope, scope_id)
    sight = await ties.sight_of(session, visitor.person, hub.clock())
    if scope is None or scope.kind not in _HOMES or not sight.covers(scope.unit_id):
        raise Refused(WRONG_HOME)
    return scope


async def must_be_one(hub: Hub, session: Session, visitor: Visitor, row: tables.Resident) -> None:
    """Refuse a national id that another resident has: the same person would be looked after as two.

    As a file does (`transfer_sorts`): nobody learns by a number who is looked after where they may see nobody.

    Raises:
        Refused: Somebody whom the visitor may see has it.
    """
    others = await residents.with_national_id(session, row.national_id) if row.national_id else ()
    sees = (await near(session, visitor, hub.clock())).sees
    double = next((one for one in others if one != row.id and sees(one)), None)
    if double:
        raise Refused(DOUBLE_ID, double)


def note_change(session: Session, visitor: Visitor, action: str, resident_id: str, hub: Hub) -> None:
    """Who changed what about whom."""
    seen: list[tuple[str | None, str]] = [(resident_id, f"resident:{resident_id}")]
    logins.log_reading(session, visitor.person.id, action, seen, hub.clock())


# --- one of them -----------------------------------------------------------------------------


async def mine(hub: Hub, session: Session, visitor: Visitor, resident_id: str) -> tables.Resident:
    """A resident whom the visitor may see, by the last home where there is none now; raises for anybody else's."""
    return await must_see(session, visitor, resident_id, hub.clock())


@router.get("/{resident_id}/about")
async def about(request: Request, hub: TheHub, visitor: Deciding, resident_id: str) -> Response:
    """Who they are, where they live and lived, and what stands there."""
    return await _about(request, hub, visitor, resident_id)


async def _about(
    request: Request, hub: Hub, visitor: Visitor, resident_id: str, why: Refused | None = None
) -> Response:
    async with hub.database.read() as session:
        resident = await mine(hub, session, visitor, resident_id)
        lived = await residents.homes_of(session, resident_id)
        home = next((scope for row, scope in lived if row.until is None and scope is not None), None)
        devices = await residents.devices_around(session, resident_id, home.id if home else None)
        homes = await homes_to_choose(session, await ties.sight_of(session, visitor.person, hub.clock()))
    async with hub.database.write() as session:
        note_change(session, visitor, "resident", resident_id, hub)
    return page(
        request, "admin_resident_about.html", visitor, resident=resident, **await _refusal(request, why),
        lived=lived, lives_in=home, devices=devices, homes=[one for one in homes if home is None or one.id != home.id],
        risks=list(Risk),
    )  # fmt: skip


@router.post("/{resident_id}/about")
async def change(
    request: Request, hub: TheHub, visitor: Deciding, resident_id: str, said: Annotated[About, Form()]
) -> Response:
    """Who they are. A national id is replaced by a new one, and never shown."""
    try:
        async with hub.database.write() as session:
            row = await mine(hub, session, visitor, resident_id)
            row.given_name, row.family_name = said.given_name, said.family_name
            fill_in(row, said.model_dump(), hub.clock().year)
            await must_be_one(hub, session, visitor, row)
            note_change(session, visitor, "resident.changed", resident_id, hub)
    except Refused as why:
        return await _about(request, hub, visitor, resident_id, why=why)
    hub.live.change()
    return _to(hub, resident_id)


@router.post("/{resident_id}/move")
async def move(request: Request, hub: TheHub, visitor: Deciding, resident_id: str, scope_id: Short) -> Response:
    """They live somewhere else from now on; what is their own comes with them, and must be tried there."""
    try:
        async with hub.database.write() as session:
            await mine(hub, session, visitor, resident_id)
            home = await must_be_mine(hub, session, visitor, scope_id)
            touched = await rehomed.move_in(hub, session, resident_id, home, hub.clock())
            shared = await residents.shared(session, resident_id, touched)
            note_change(session, visitor, "resident.moved", resident_id, hub)
    except Refused as why:
        return await _about(request, hub, visitor, resident_id, why=why)
    hub.wake.deliver.set()
    await tell_fold(hub, visitor, touched - shared, refitted=shared)
    return _to(hub, resident_id)


@router.post("/{resident_id}/care/{act}")
async def end_or_resume(hub: TheHub, visitor: Deciding, resident_id: str, act: str) -> Response:
    """They have left; or have not after all, and home and relatives are as they were."""
    if act not in {"end", "resume"}:
        raise HTTPException(404)
    async with hub.database.write() as session:
        await mine(hub, session, visitor, resident_id)
        if act == "end":
            touched = await rehomed.leave(session, resident_id, visitor.person.id, hub.clock())
        else:
            home = await rehomed.come_back(session, resident_id)
            touched = {home} if home else set()
        shared = await residents.shared(session, resident_id, touched)
        note_change(session, visitor, f"resident.{'ended' if act == 'end' else 'resumed'}", resident_id, hub)
    await tell_fold(hub, visitor, touched - shared, refitted=shared)
    return _to(hub, resident_id)


def _to(hub: Hub, resident_id: str) -> Response:
    return onwards(hub, f"/admin/residents/{resident_id}/about")
