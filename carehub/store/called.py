"""What everybody and every home of a municipality is called, by id: plain columns, for they are thousands."""

from typing import NamedTuple

from carehub.core.people.access import Role
from carehub.kit.norwegian import nb_key
from carehub.store import sql
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind

_HOMES = "SELECT id, name, unit_id FROM scope WHERE kind = ANY (?)"
_RESIDENTS = "SELECT id, given_name, family_name FROM resident"
_PEOPLE = "SELECT id, name FROM person"
_MEMBERS = """
    SELECT person.id, person.name, person.username, person.role, person.phone, person.on_duty, person.active,
        unit.name AS unit
    FROM person LEFT JOIN unit ON unit.id = person.unit_id
"""
_ROLES = {one.value: one for one in Role}
_STAND_IN = (ScopeKind.HOME.value, ScopeKind.ROOM.value, ScopeKind.WARD.value)


class Home(NamedTuple):
    """A home or room, as a list names it: in which somebody lives, or a device stands."""

    id: str
    name: str
    unit_id: str | None


class Member(NamedTuple):
    """Somebody who can log in, or could, as a list of them tells."""

    id: str
    name: str
    username: str
    role: Role
    phone: str | None
    on_duty: bool
    active: bool
    unit: str | None


async def homes(session: Session) -> list[Home]:
    """Homes, rooms and wards, in no order."""
    columns = await sql.columns(session, _HOMES, ("id", "name", "unit_id"), _STAND_IN)
    return list(map(Home, *columns))


async def residents(session: Session) -> dict[str, str]:
    """Everybody who is cared for."""
    ids, given, family = await sql.columns(session, _RESIDENTS, ("id", "given_name", "family_name"))
    return {who: f"{first} {last}" for who, first, last in zip(ids, given, family, strict=True)}


async def people(session: Session) -> dict[str, str]:
    """Everybody who can log in."""
    return dict(zip(*await sql.columns(session, _PEOPLE, ("id", "name")), strict=True))


async def members(session: Session) -> list[Member]:
    """Everybody who can log in: the active first, by name."""
    columns = await sql.columns(session, _MEMBERS, Member._fields)
    found = [
        Member(who, name, username, _ROLES[role], phone, bool(on_duty), bool(active), unit)
        for who, name, username, role, phone, on_duty, active, unit in zip(*columns, strict=True)
    ]
    return sorted(found, key=lambda one: (not one.active, nb_key(one.name)))
