"""The hub's local door: programs on this very machine, with the secret that the hub wrote into its data folder.

Whoever may read that folder could change the store itself; through this door what they do has its checks, its place
in the journal, and a name in the log. It says on whose behalf it asks, and that person's rights are what count.
"""

from secrets import compare_digest
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from carehub.core.people.access import Permission, may
from carehub.core.rules import rule_drafts
from carehub.flow.hub import Hub
from carehub.flow.watching import rule_drafts as flow
from carehub.flow.watching.rule_drafts import DraftError
from carehub.store import logins, people, tables
from carehub.web.health import is_local
from carehub.web.problems import problem
from carehub.web.security import LoginNeeded, NotAllowed, TheHub, bearer_of

router = APIRouter(prefix="/api/v1/local")


async def _here(request: Request, hub: TheHub) -> Hub:
    token = bearer_of(request.headers) or ""
    if not hub.local_token or not is_local(request) or not compare_digest(token, hub.local_token):
        raise LoginNeeded
    return hub


Here = Annotated[Hub, Depends(_here)]


class Draft(BaseModel, extra="forbid"):
    """A text for a rule, and who has written it."""

    rule: Annotated[str, Field(max_length=60)]
    body: Annotated[str, Field(max_length=30_000)]
    by: Annotated[str, Field(max_length=80)]
    why: Annotated[str, Field(max_length=400)] = ""


class Act(BaseModel, extra="forbid"):
    """Who does it, and why."""

    by: Annotated[str, Field(max_length=80)]
    why: Annotated[str, Field(max_length=400)] = ""


@router.post("/rules/drafts")
async def draft(hub: Here, asked: Draft) -> Response:
    """Keep a draft, and ask for a second person where it is sound and has been tried on the past."""
    by = await _deciding(hub, asked.by)
    row = await flow.save(hub, asked.rule, asked.body.replace("\r\n", "\n"), asked.why, by.id)
    await _log(hub, by, "saved", row)
    faults = list(rule_drafts.read(row.body, row.rule_id, hub.zone.key).faults)
    return JSONResponse({"id": row.id, "state": row.state, "faults": faults})


@router.post("/rules/drafts/{draft_id}/{act}")
async def act(hub: Here, draft_id: str, act: str, asked: Act) -> Response:
    """Ask for a second person, agree, or take back; 409 says in words why not."""
    by = await _deciding(hub, asked.by)
    acts = {
        "ask": lambda: flow.ask(hub, draft_id, by.id),
        "approve": lambda: flow.approve(hub, draft_id, by.id),
        "end": lambda: flow.end(hub, draft_id, by.id, asked.why),
    }
    if act not in acts:
        return problem(404, "There is no such act.")
    try:
        row = await acts[act]()
    except DraftError as why:
        return problem(409, str(why))
    await _log(hub, by, act, row)
    return JSONResponse({"id": row.id, "state": row.state, "faults": []})


async def _deciding(hub: Hub, username: str) -> tables.Person:
    """Somebody who may decide about rules; nobody else is asked for."""
    async with hub.database.read() as session:
        person = await people.by_username(session, username.casefold())
    if person is None or not person.active:
        raise NotAllowed
    if not (may(person.role, Permission.ADMINISTER) and may(person.role, Permission.SEE_RESIDENTS)):
        raise NotAllowed
    return person


async def _log(hub: Hub, by: tables.Person, name: str, row: tables.RuleDraft) -> None:
    async with hub.database.write() as session:
        seen: list[tuple[str | None, str]] = [(None, f"draft:{row.id}")]
        logins.log_reading(session, by.id, f"draft.{name}", seen, hub.clock(), because="command line")
