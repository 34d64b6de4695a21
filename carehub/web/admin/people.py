"""Administration of people: staff and relatives. Nobody gives away more than they have themselves."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.escalation import Method
from carehub.core.people.access import MAY, PRIVATE, Permission, Role
from carehub.core.people.consent import Insight, Standing
from carehub.flow.answering import teamwork
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import SMS
from carehub.flow.staff import contacts
from carehub.kit.ids import new_id
from carehub.store import called, consents, factors, logins, pages, registers, tables, ties
from carehub.store.called import Member
from carehub.store.database import Session
from carehub.store.errors import USED_ALREADY
from carehub.store.people import forget_browsers
from carehub.web.done import onwards
from carehub.web.entering.setup import setup_link
from carehub.web.families import family_words
from carehub.web.paging import PageNumber, holds, paged
from carehub.web.render import page
from carehub.web.rights.near import must_see, near
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor
from carehub.web.tongue import _, later
from carehub.web.typed import typed

router = APIRouter(prefix="/admin/people")
_NATIONAL_DIGITS = 8
WRONG_NUMBER = later("Telefonnummeret må ha åtte siffer, eller begynne med +.")
_KINSHIP = {Standing.SELF: "seg selv", Standing.GUARDIAN: "verge", Standing.RELATIVE: "pårørende"}
_NO_UNIT = later("Velg en enhet som er din. Bare den som ser alle enhetene, kan legge til noen uten enhet.")
_TAKEN = later("Brukernavnet er i bruk, eller beboeren finnes ikke.")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which of the people are looked for, and the page of them, from 1."""

    words: str = ""
    role: Role | None = None
    number: int = 1

    @property
    def address(self) -> str:
        """The same people once more, which an act on one of them comes back to."""
        said = {
            "q": self.words,
            "role": self.role and self.role.value,
            "page": self.number if self.number > 1 else None,
        }
        kept = urlencode({name: value for name, value in said.items() if value})
        return f"/admin/people?{kept}" if kept else "/admin/people"

    def step(self, person_id: str, name: str) -> str:
        """Where a button beside somebody leads, without losing what was looked for."""
        return self.address.replace("/admin/people", f"/admin/people/{person_id}/{name}", 1)


EVERYBODY = Asked()


def may_manage(visitor: Visitor, role: Role) -> bool:
    """Whether the visitor may add or change somebody with this role: only what they may do themselves.

    A relative's or a resident's account opens a resident's life to somebody, so it takes a right to see residents.
    """
    if role in PRIVATE:
        return visitor.may(Permission.SEE_RESIDENTS)
    return MAY[role] <= MAY[visitor.person.role]


def _asked(q: Annotated[str, Query(max_length=80)] = "", role: Role | None = None, number: PageNumber = 1) -> Asked:
    return Asked(q.strip(), role, number)


Asking = Annotated[Asked, Depends(_asked)]


@router.get("")
async def people(request: Request, hub: TheHub, visitor: Administering, asked: Asking) -> Response:
    """Everybody who can log in, searched by name, user name and telephone."""
    return await _people_page(request, hub, visitor, asked=asked)


async def _people_page(  # noqa: PLR0913 - what the page says besides
    request: Request, hub: Hub, visitor: Visitor, *, status: int = 200, wrong: str | None = None,
    link: tuple[str, str] | None = None, asked: Asked = EVERYBODY,
) -> Response:  # fmt: skip
    async with hub.database.read() as session:
        rows = await called.members(session)
        units = await pages.units(session)
        close = await near(session, visitor, hub.clock())
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
        far = await consents.people_of_others(session, {one.id for one in residents})
    rows = [one for one in rows if one.id not in far and _is_shown(visitor, one)]
    found = [one for one in rows if asked.role in {None, one.role} and holds(_words_of(one), asked.words)]
    listed = paged(found, asked.number, "/admin/people", q=asked.words, role=asked.role and asked.role.value)
    held = await typed(request) if wrong else ""
    return page(
        request, "admin_people.html", visitor, status=status, wrong=wrong, typed=held, link=link, asked=asked,
        paged=listed, rows=[(person, person.unit, may_manage(visitor, person.role)) for person in listed.rows],
        shown=[role for role in Role if any(one.role is role for one in rows)], units=units,
        residents=residents, roles=[role for role in Role if may_manage(visitor, role)],
        levels=list(Insight), family=family_words, Insight=Insight, Role=Role,
    )  # fmt: skip


def _words_of(person: Member) -> str:
    return f"{person.name} {person.username} {person.phone or ''}".casefold()


def _is_shown(visitor: Visitor, person: Member) -> bool:
    return person.role not in PRIVATE or visitor.may(Permission.SEE_RESIDENTS)


@router.post("")
async def add(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Administering,
    name: Annotated[str, Form(min_length=2, max_length=80)],
    username: Annotated[str, Form(min_length=3, max_length=80, pattern=r"^[\w.@+-]+$")],
    role: Annotated[Role, Form()],
    unit_id: Annotated[str, Form(max_length=32)] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    resident_id: Annotated[str, Form(max_length=32)] = "",
    kinship: Annotated[str, Form(max_length=40)] = "",
    insight: Annotated[Insight, Form()] = Insight.ALL_IS_WELL,
    *,
    may_be_asked: Annotated[bool, Form()] = False,
    guardian: Annotated[bool, Form()] = False,
) -> Response:
    """Add somebody; the link by which they choose a password is shown once, here."""
    if not may_manage(visitor, role):
        raise NotAllowed
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
    if role not in PRIVATE and sight.units is not None and unit_id not in sight.units:
        return await _people_page(request, hub, visitor, status=422, wrong=_(_NO_UNIT))
    number = e164(phone)
    if phone.strip() and number is None:
        return await _people_page(request, hub, visitor, status=422, wrong=WRONG_NUMBER)
    person = tables.Person(
        id=new_id(), name=name.strip(), username=username.strip().casefold(), role=role, unit_id=unit_id or None,
        phone=number,
    )  # fmt: skip
    relation = None
    if role in PRIVATE:
        standing = Standing.SELF if role is Role.RESIDENT else Standing.GUARDIAN if guardian else Standing.RELATIVE
        relation = _relation(person, resident_id, standing, kinship, hub.clock())
        relation.insight, relation.may_be_asked = insight, may_be_asked and standing is not Standing.SELF
    try:
        token = await _enter(hub, visitor, person, relation)
    except USED_ALREADY:
        return await _people_page(request, hub, visitor, status=409, wrong=_TAKEN)
    return await _people_page(request, hub, visitor, link=(person.username, setup_link(hub, token)))


def _relation(
    person: tables.Person, resident_id: str, standing: Standing, kinship: str, now: datetime
) -> tables.Relation:
    return tables.Relation(
        id=new_id(), person_id=person.id, resident_id=resident_id, standing=standing,
        kinship=kinship.strip() or _KINSHIP[standing], since=now,
    )  # fmt: skip


async def _enter(hub: Hub, visitor: Visitor, person: tables.Person, relation: tables.Relation | None) -> str:
    """Write them down, all of it or nothing; a relative is reached only where that was agreed."""
    now = hub.clock()
    async with hub.database.write() as session:
        if relation is not None and await session.get(tables.Resident, relation.resident_id) is not None:
            await must_see(session, visitor, relation.resident_id, now)
        session.add(person)
        await session.flush()
        if person.phone and (relation is None or relation.may_be_asked):
            await contacts.add(hub, session, person.id, Method(channel=SMS, address=person.phone), now)
        if relation is not None:
            session.add(relation)
            await session.flush()
        seen = [(relation.resident_id if relation else None, f"person:{person.id}")]
        logins.log_reading(session, visitor.person.id, "person.added", seen, now)
        return await factors.issue_link(session, person.id, visitor.person.id, now)


@router.post("/{person_id}/duty")
async def duty(
    hub: TheHub, visitor: Administering, person_id: str, on: Annotated[bool, Form()], asked: Asking
) -> RedirectResponse:
    """On duty, or off: who is asked first."""
    async with hub.database.write() as session:
        person = await manageable(session, visitor, person_id, hub.clock())
        person.on_duty = on
        note(session, visitor, "person.on_duty" if on else "person.off_duty", person_id, hub.clock())
    hub.live.change()
    return onwards(hub, asked.address)


@router.post("/{person_id}/active")
async def active(
    hub: TheHub, visitor: Administering, person_id: str, on: Annotated[bool, Form()], asked: Asking
) -> RedirectResponse:
    """Let in, or shut out: then every login of theirs ends now, and what they had taken is open again."""
    if person_id == visitor.person.id:
        raise NotAllowed
    async with hub.database.write() as session:
        person = await manageable(session, visitor, person_id, hub.clock())
        person.active = on
        if not on:
            person.on_duty = False
            await logins.end_all_of(session, person_id)
            await teamwork.give_back_all(hub, session, person_id, hub.clock())
        note(session, visitor, "person.let_in" if on else "person.shut_out", person_id, hub.clock())
    hub.live.change()
    return onwards(hub, asked.address)


@router.post("/{person_id}/password")
async def password(
    request: Request, hub: TheHub, visitor: Administering, person_id: str, asked: Asking, *,
    lost: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """A link to choose a new password, shown once; the old one and its logins are worth nothing from now on.

    Args:
        lost: Their telephone or key is lost too: the second factors go with it, and no alert is shown on it any more.
    """
    async with hub.database.write() as session:
        person = await manageable(session, visitor, person_id, hub.clock())
        person.password_hash = None
        await logins.end_all_of(session, person_id)
        if lost:
            await factors.remove_all_of(session, person_id)
            await forget_browsers(session, person_id)
        token = await factors.issue_link(session, person_id, visitor.person.id, hub.clock())
        note(session, visitor, "person.factors_reset" if lost else "person.password", person_id, hub.clock())
        username = person.username
    hub.live.change()
    return await _people_page(request, hub, visitor, link=(username, setup_link(hub, token)), asked=asked)


async def manageable(session: Session, visitor: Visitor, person_id: str, now: datetime) -> tables.Person:
    """Somebody whom the visitor may change; raises for anybody else."""
    person = await session.get(tables.Person, person_id)
    if person is None:
        raise HTTPException(404)
    if not may_manage(visitor, person.role) or await _is_far(session, visitor, person, now):
        raise NotAllowed
    return person


async def _is_far(session: Session, visitor: Visitor, person: tables.Person, now: datetime) -> bool:
    """Whether this is a relative of, or themself, a resident whom the visitor may not see."""
    if person.role not in PRIVATE:
        return False
    close = await near(session, visitor, now)
    return not all(close.sees(one) for one in await consents.residents_of(session, person.id))


def note(session: Session, visitor: Visitor, action: str, person_id: str, now: datetime) -> None:
    """Who changed what about whom."""
    logins.log_reading(session, visitor.person.id, action, [(None, f"person:{person_id}")], now)


def e164(phone: str) -> str | None:
    """A telephone number as the channels need it: "+4791234567"; None if it is no number."""
    bare = re.sub(r"[\s()-]", "", phone)
    if bare.isascii() and bare.isdigit() and len(bare) == _NATIONAL_DIGITS:
        return f"+47{bare}"
    international = "+" + bare[2:] if bare.startswith("00") else bare
    return international if re.fullmatch(r"\+[1-9][0-9]{7,14}", international) else None
