"""How one gets into a home: what the telephone shows behind its tap, and where a coordinator writes it down."""

from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.store import logins, tables, ties, ways_in
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.web.admin.rules import Deciding
from carehub.web.render import page
from carehub.web.security import NotAllowed, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin/homes/{scope_id}/way-in")
Text = Annotated[str, Form(max_length=160)]
Code = Annotated[str, Form(max_length=20)]


def dangers(way: tables.WayIn | None) -> Sequence[str]:
    """What to beware of inside, in words."""
    if way is None:
        return []
    found = [
        _("Oksygen i bruk: ingen åpen ild.") if way.oxygen else None,
        _("Det røykes inne.") if way.smoking else None,
        way.hazard,
        _("Dyr: %(pets)s", pets=way.pets) if way.pets else None,
    ]
    return [one for one in found if one]


def address_of(scope: tables.Scope | None, way: tables.WayIn | None, hub: Hub) -> str | None:
    """The home as the road knows it; None where it is no home."""
    if way and way.address:
        return way.address
    return f"{scope.name}, {hub.municipality}" if scope and scope.kind is ScopeKind.HOME else None


def route_to(hub: Hub, address: str | None) -> str | None:
    """A link that shows the way, where the municipality allows one: whoever is named in it learns the address."""
    return hub.route_link.replace("{address}", quote(address, safe="")) if hub.route_link and address else None


@router.get("")
async def form(request: Request, hub: TheHub, visitor: Deciding, scope_id: str, *, saved: bool = False) -> Response:
    """What is written down; codes are not shown here, only whether there are any."""
    async with hub.database.write() as session:
        scope, living = await _home(hub, session, visitor, scope_id)
        way = await ways_in.of_scope(session, scope_id)
        seen = [(one.id, f"scope:{scope_id}") for one in living]
        logins.log_reading(session, visitor.person.id, "way_in", seen, hub.clock())
    return page(request, "way_in.html", visitor, scope=scope, way=way, living=living, saved=saved)


@router.post("")
async def save(  # noqa: PLR0913 - one form
    hub: TheHub, visitor: Deciding, scope_id: str, address: Text = "", key_box: Text = "", key_box_code: Code = "",
    door_code: Code = "", pets: Text = "", hazard: Text = "", note: Annotated[str, Form(max_length=400)] = "",
    oxygen: Annotated[bool, Form()] = False, smoking: Annotated[bool, Form()] = False,  # noqa: FBT002 - boxes of a form
    no_key_box_code: Annotated[bool, Form()] = False, no_door_code: Annotated[bool, Form()] = False,  # noqa: FBT002
) -> RedirectResponse:  # fmt: skip
    """Write it down; an empty code leaves the one that is there."""
    entry = ways_in.Entry(
        address=address.strip(), key_box=key_box.strip()[:120], pets=pets.strip()[:120], hazard=hazard.strip(),
        note=note.strip(), oxygen=oxygen, smoking=smoking,
        key_box_code=_code(key_box_code, gone=no_key_box_code), door_code=_code(door_code, gone=no_door_code),
    )  # fmt: skip
    async with hub.database.write() as session:
        scope, living = await _home(hub, session, visitor, scope_id)
        await ways_in.write(session, scope, entry, visitor.person.id, hub.clock())
        whose: list[str | None] = [one.id for one in living] or [None]
        changed = [(one, f"scope:{scope_id}") for one in whose]
        logins.log_reading(session, visitor.person.id, "way_in.changed", changed, hub.clock())
    return RedirectResponse(f"/admin/homes/{quote(scope_id)}/way-in?saved=true", status_code=303)


def _code(written: str, *, gone: bool) -> str | None:
    return "" if gone else written.strip() or None


async def _home(
    hub: Hub, session: Session, visitor: Visitor, scope_id: str
) -> tuple[tables.Scope, Sequence[tables.Resident]]:
    """The home and who lives there, where it belongs to the visitor's own units."""
    scope = await session.get(tables.Scope, scope_id)
    if scope is None or scope.kind not in {ScopeKind.HOME, ScopeKind.ROOM}:
        raise HTTPException(404)
    sight = await ties.sight_of(session, visitor.person, hub.clock())
    if not sight.covers(scope.unit_id):
        raise NotAllowed
    return scope, await ways_in.living_in(session, scope_id)
