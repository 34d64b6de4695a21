"""Who vouches for whom: on one's own page, and for those who manage people."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.store import factors, identities, logins, tables
from carehub.store.database import Session
from carehub.store.tables.logins import FactorKind
from carehub.web.admin.people import manageable, note
from carehub.web.done import onwards
from carehub.web.entering.account import KEEP_ONE
from carehub.web.entering.fresh import AtAccount, Enrolling, is_fresh
from carehub.web.entering.login import profiles_of
from carehub.web.oidc.doors import client_of
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter()
Issuer = Annotated[str, Form(max_length=200)]
Subject = Annotated[str, Form(min_length=1, max_length=255, pattern=r"^\S+$")]


@router.get("/account/providers")
async def mine(request: Request, hub: TheHub, visitor: AtAccount) -> Response:
    """Who vouches for me."""
    return await _mine(request, hub, visitor)


async def _mine(
    request: Request, hub: Hub, visitor: Visitor, *, status: int = 200, wrong: str | None = None
) -> Response:
    async with hub.database.read() as session:
        found = await identities.of_person(session, visitor.person.id)
    return page(
        request, "linked.html", visitor, status=status, person=visitor.person, linked=found, providers=profiles_of(hub),
        own=True, may=is_fresh(visitor, hub), wrong=wrong, titles=_titles(hub),
    )  # fmt: skip


@router.post("/account/providers/remove")
async def remove_mine(request: Request, hub: TheHub, visitor: Enrolling, issuer: Issuer, subject: Subject) -> Response:
    """Not that one any more; the last way in stays."""
    async with hub.database.write() as session:
        last = await _is_last_way(session, visitor.person)
        if not last and await identities.unlink(session, visitor.person.id, issuer, subject):
            subjects = [(None, f"person:{visitor.person.id}")]
            logins.log_reading(session, visitor.person.id, "account.identity_removed", subjects, hub.clock())
    if last:
        return await _mine(request, hub, visitor, status=409, wrong=_(KEEP_ONE))
    hub.live.change()
    return onwards(hub, "/account/providers")


async def _is_last_way(session: Session, person: tables.Person) -> bool:
    """Whether somebody could not log in any more without the one provider who vouches for them."""
    if person.password_hash is not None or len(await identities.of_person(session, person.id)) > 1:
        return False
    kinds = {one.kind for one in await factors.of_person(session, person.id)}
    return FactorKind.PASSKEY not in kinds


@router.get("/admin/people/{person_id}/identities")
async def theirs(request: Request, hub: TheHub, visitor: Administering, person_id: str) -> Response:
    """Who vouches for somebody whom I manage."""
    return await _theirs(request, hub, visitor, person_id)


async def _theirs(
    request: Request, hub: Hub, visitor: Visitor, person_id: str, *, status: int = 200, wrong: str | None = None
) -> Response:
    async with hub.database.read() as session:
        person = await manageable(session, visitor, person_id, hub.clock())
        found = await identities.of_person(session, person_id)
    return page(
        request, "linked.html", visitor, status=status, person=person, linked=found, providers=profiles_of(hub),
        own=False, may=True, wrong=wrong, titles=_titles(hub),
    )  # fmt: skip


@router.post("/admin/people/{person_id}/identities")
async def link(
    request: Request, hub: TheHub, visitor: Administering, person_id: str,
    provider: Annotated[str, Form(max_length=20)], subject: Subject,
) -> Response:  # fmt: skip
    """Link somebody by the subject that the provider's own register shows: never a national id or an address."""
    issuer = client_of(request, provider).provider.issuer
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        row = tables.PersonIdentity(
            issuer=issuer, subject=subject, person_id=person_id, provider=provider, linked_by=visitor.person.id,
            linked_at=hub.clock(),
        )  # fmt: skip
        free = not looks_personal(subject) and await identities.link(session, row)
        if free:
            note(session, visitor, "person.identity_linked", person_id, hub.clock())
    if not free:
        words = _("Den kan ikke knyttes: den hører til en annen, eller er et fødselsnummer eller en e-postadresse.")
        return await _theirs(request, hub, visitor, person_id, status=409, wrong=words)
    return _back(hub, person_id)


@router.post("/admin/people/{person_id}/identities/remove")
async def unlink(
    hub: TheHub, visitor: Administering, person_id: str, issuer: Issuer, subject: Subject
) -> RedirectResponse:
    """Their provider vouches no more, and every login by it ends."""
    async with hub.database.write() as session:
        await manageable(session, visitor, person_id, hub.clock())
        if not await identities.unlink(session, person_id, issuer, subject):
            raise HTTPException(404)
        note(session, visitor, "person.identity_removed", person_id, hub.clock())
    hub.live.change()
    return _back(hub, person_id)


def looks_personal(subject: str) -> bool:
    """Whether it is a national id or an e-mail address: both are told to others, and get new owners (C51)."""
    return "@" in subject or (subject.isascii() and subject.isdigit() and len(subject) == 11)  # noqa: PLR2004


def _titles(hub: Hub) -> dict[str, str]:
    return {one.name: one.profile.title for one in hub.providers.values()}


def _back(hub: Hub, person_id: str) -> RedirectResponse:
    return onwards(hub, f"/admin/people/{person_id}/identities")
