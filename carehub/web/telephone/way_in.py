"""How one gets into a home: what the telephone shows behind its tap, and where a coordinator writes it down."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.people.access import Errand, Errands, Mark, Where, must_go, tells
from carehub.flow.hub import Hub
from carehub.store import logins, protected, tables, ties, ways_in
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What stands behind the tap. For whoever need not go to a protected address: what to beware of, and no way there.

    Attributes:
        withheld: The address is protected, and this is nobody who must go there.
        opens: Where they may say why they must, after which they are told; None where they have not taken the alert.
    """

    way: tables.WayIn | None
    dangers: Sequence[str]
    address: str | None = None
    note: str | None = None
    route: str | None = None
    mark: Mark = Mark.NONE
    withheld: bool = False
    opens: str | None = None


async def shown(
    hub: Hub, session: Session, scope: tables.Scope | None, to: Errands, alert: str | None = None
) -> Shown:  # fmt: skip
    """The way into a home, as `core.access` lets it be told to somebody with this errand."""
    mark = await protected.of_home(session, scope.id if scope else None)
    way = await ways_in.of_scope(session, scope.id) if scope else None
    errand = Errand.GOING if mark is Mark.NONE or must_go(mark, to) else Errand.STAFF
    if not tells(mark, errand, Where.ADDRESS):
        opens = f"/alerts/{alert}/open" if alert and to.has else None
        return Shown(way=None, dangers=dangers(way), mark=mark, withheld=True, opens=opens)
    sealed = await protected.sealed(session, scope.id) if scope else None
    said = sealed or scope
    address = (way.address if way else None) or _address(hub, scope, said.name if said else "")
    told = tells(mark, errand, Where.ROUTE)
    return Shown(
        way=way, dangers=dangers(way), address=address, note=said.access_note if said else None,
        route=_route_to(hub, address) if told else None,
        mark=mark,
    )  # fmt: skip


def _address(hub: Hub, scope: tables.Scope | None, name: str) -> str | None:
    """The home as the road knows it; None where it is no home."""
    return f"{name}, {hub.municipality}" if scope and scope.kind is ScopeKind.HOME else None


def _route_to(hub: Hub, address: str | None) -> str | None:
    """A link that shows the way, where the municipality allows one: whoever is named in it learns the address."""
    return hub.route_link.replace("{address}", quote(address, safe="")) if hub.route_link and address else None


@router.get("")
async def form(request: Request, hub: TheHub, visitor: Deciding, scope_id: str, *, saved: bool = False) -> Response:
    """What is written down; codes are not shown here, only whether there are any."""
    async with hub.database.write() as session:
        scope, living = await _home(hub, session, visitor, scope_id)
        way = await ways_in.of_scope(session, scope_id)
        mark = await protected.of_home(session, scope_id)
        seen = [(one.id, f"scope:{scope_id}") for one in living]
        logins.log_reading(session, visitor.person.id, "way_in", seen, hub.clock())
    return page(
        request, "way_in.html", visitor, scope=scope, way=way, living=living, saved=saved,
        told=tells(mark, Errand.REGISTER, Where.ENTRY), mark=mark,
    )  # fmt: skip


@router.post("")
async def save(  # noqa: PLR0913 - one form
    hub: TheHub, visitor: Deciding, scope_id: str, address: Text = "", key_box: Text = "", key_box_code: Code = "",
    door_code: Code = "", pets: Text = "", hazard: Text = "", note: Annotated[str, Form(max_length=400)] = "",
    oxygen: Annotated[bool, Form()] = False, smoking: Annotated[bool, Form()] = False,  # noqa: FBT002 - boxes of a form
    no_key_box_code: Annotated[bool, Form()] = False, no_door_code: Annotated[bool, Form()] = False,  # noqa: FBT002
    afresh: Annotated[bool, Form()] = False,  # noqa: FBT002
) -> RedirectResponse:  # fmt: skip
    """Write it down; an empty code leaves the one that is there.

    Of a protected home nothing is shown to whoever writes, so an empty text leaves what is there too, unless all of it
    is to be written `afresh`.
    """
    entry = ways_in.Entry(
        address=address.strip(), key_box=key_box.strip()[:120], pets=pets.strip()[:120], hazard=hazard.strip(),
        note=note.strip(), oxygen=oxygen, smoking=smoking,
        key_box_code=_code(key_box_code, gone=no_key_box_code), door_code=_code(door_code, gone=no_door_code),
    )  # fmt: skip
    async with hub.database.write() as session:
        scope, living = await _home(hub, session, visitor, scope_id)
        mark = await protected.of_home(session, scope_id)
        blind = not tells(mark, Errand.REGISTER, Where.ENTRY) and not afresh
        await ways_in.write(session, scope, entry, visitor.person.id, hub.clock(), keep_empty=blind)
        whose: list[str | None] = [one.id for one in living] or [None]
        changed = [(one, f"scope:{scope_id}") for one in whose]
        logins.log_reading(session, visitor.person.id, "way_in.changed", changed, hub.clock())
    return onwards(hub, f"/admin/homes/{quote(scope_id)}/way-in?saved=true")


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
