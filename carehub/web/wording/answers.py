"""The door for answers that a telephone kept while it had no coverage: told once, and never backdated."""

from datetime import datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, StringConstraints

from carehub.core.answers.alerts import Action
from carehub.flow import respond
from carehub.flow.hub import Hub
from carehub.flow.respond import Answer
from carehub.store import tables
from carehub.store.database import Session
from carehub.web import words
from carehub.web.actions import ring, why_not
from carehub.web.problems import problem
from carehub.web.security import Answering, TheHub, Visitor
from carehub.web.telephone.offline import key_of
from carehub.web.tongue import _

router = APIRouter(prefix="/api/v1")
OLDEST = timedelta(hours=4)
"""What was tapped before that says nothing about now."""
_AT_ONCE = timedelta(seconds=30)


class Late(BaseModel, extra="forbid"):
    """One answer, as the telephone kept it."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f-]{36}$")]
    person: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]
    alert: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]{1,32}$")]
    action: Literal["take", "arrive"]
    tapped_at: AwareDatetime


@router.post("/answers")
async def late_answer(hub: TheHub, visitor: Answering, late: Late) -> Response:
    """What came of it, in words: it counts from now on, and the journal says when it was tapped.

    403 where the telephone's owner is somebody else than the one who tapped; 410 where it is too old to be true.
    The same id sent again is answered as the first time.
    """
    now = hub.clock()
    if late.person != key_of(visitor.person.id):
        return problem(403, _("Svaret ble gitt av en annen enn den som er logget inn."))
    if now - late.tapped_at > OLDEST:
        return problem(410, _("Svaret er over fire timer gammelt og ble aldri sendt."))
    async with hub.database.write() as session:
        known = await session.get(tables.LateAnswer, late.id)
        if known is not None:
            return JSONResponse({"done": known.done, "words": known.words})
        answer = await _act(hub, session, visitor, late, now)
        done, told = _said(hub, answer, visitor, late)
        session.add(
            tables.LateAnswer(
                id=late.id, person_id=visitor.person.id, alert_id=late.alert, action=late.action, received_at=now,
                tapped_at=min(late.tapped_at, now), done=done, words=told,
            )
        )  # fmt: skip
    ring(hub, answer)
    return JSONResponse({"done": done, "words": told})


async def _act(hub: Hub, session: Session, visitor: Visitor, late: Late, now: datetime) -> Answer:
    """Take or arrive now; deadlines run from now, for until now nobody knew."""
    waited = now - late.tapped_at > _AT_ONCE
    text = f"Trykket kl. {words.clock(late.tapped_at, hub.zone)}, uten dekning." if waited else None
    do = respond.take if Action(late.action) is Action.TAKE else respond.arrive
    return await do(session, late.alert, visitor.person.id, now, text=text)


def _said(hub: Hub, answer: Answer, visitor: Visitor, late: Late) -> tuple[bool, str]:
    """Whether it stands as they wished, and the words. What got through without its receipt is theirs already."""
    has_it = answer.owner is not None and answer.owner.id == visitor.person.id
    there = answer.alert is not None and answer.alert.arrived_at is not None
    if has_it and (answer.done or late.action == "take" or there):
        return True, _("Du har varselet.") if late.action == "take" else _("Huben vet at du er der.")
    return False, why_not(hub, answer, visitor)
