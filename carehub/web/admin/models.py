"""Administration: the models, what they found in the shadow, and who let them speak."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.answers.shares import Share
from carehub.core.days.judging import Checks, concerns
from carehub.core.people.access import About, Permission
from carehub.flow.hub import Hub
from carehub.plugins import card_of
from carehub.store import logins, models, registers, tables
from carehub.store.tables.learning import Voice
from carehub.web import words
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import Near, near
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor
from carehub.web.tongue import Spoken
from carehub.web.wording.retold import retold
from carehub.web.wording.titles import MODELS

router = APIRouter(prefix="/admin/models")
_LOOK_BACK = timedelta(days=14)
_MOST = 50
_VOICES = Spoken({Voice.SHADOW: "Lytter", Voice.SPEAKING: "Får varsle", Voice.OFF: "Av"})
_SORTS = Spoken({"sudden": "plutselig", "slow": "over uker", "rhythm": "døgnrytme"})
_WANTED: dict[str, Voice] = {"speak": Voice.SPEAKING, "shadow": Voice.SHADOW, "off": Voice.OFF}


@router.get("")
async def everything(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """Every model, its state and figures, and what a person may decide."""
    now = hub.clock()
    async with hub.database.read() as session:
        close = await near(session, visitor, now)
        shown = [await _shown(session, hub, row, close, now) for row in await models.states(session)]
        residents = [one for one in await registers.residents(session) if close.sees(one.id)]
        names = {one.id: f"{one.given_name} {one.family_name}" for one in residents}
    if _sees(visitor):
        seen = [(row.resident_id, f"model:{one['name']}") for one in shown for row in one["findings"]]
        async with hub.database.write() as session:
            await logins.log_list(session, visitor.person.id, "models", seen, now)
    return page(
        request, "admin_models.html", visitor, shown=shown, voices=_VOICES, sorts=_SORTS, titles=MODELS, names=names,
        training=hub.training, days=_LOOK_BACK.days, may_see=_sees(visitor), Voice=Voice,
    )  # fmt: skip


def _sees(visitor: Visitor) -> bool:
    return visitor.may(Permission.SEE_RESIDENTS)


async def _shown(session: Any, hub: Hub, row: tables.DetectorState, close: Near, now: datetime) -> dict[str, Any]:
    found = await models.findings(session, row.module, now - _LOOK_BACK)
    checks: Checks = models.checks_of(row)
    residents = {one.resident_id for one in found}
    return {
        "row": row,
        "name": row.module.rpartition(".")[2],
        "model": next(iter(await models.newest(session, row.module, 1)), None),
        "findings": [one for one in found if close.sees(one.resident_id, About.DAYS)][:_MOST],
        "many": len(found),
        "residents": len(residents),
        "checks": checks,
        "useful": words.share(Share(checks.useful, checks.judged)),
        "concerns": [*map(retold, concerns(checks))],
        "ready": row.ready_at is None or row.ready_at <= now,
        "decided_by": await session.get(tables.Person, row.decided_by_id) if row.decided_by_id else None,
    }


@router.post("/{name}/{act}")
async def decide(
    hub: TheHub,
    visitor: Administering,
    name: str,
    act: Literal["speak", "shadow", "off"],
    reason: Annotated[str, Form(min_length=3, max_length=400)],
) -> Response:
    """Let a model speak, listen only, or switch it off: with a reason, and by somebody."""
    if act == "speak" and not _sees(visitor):
        raise NotAllowed
    now = hub.clock()
    async with hub.database.write() as session:
        row = next((one for one in await models.states(session) if one.module.rpartition(".")[2] == name), None)
        if row is None:
            raise HTTPException(404)
        early = act == "speak" and row.ready_at is not None and row.ready_at > now
        if early or not await models.decide(session, row.module, _WANTED[act], reason.strip(), now, visitor.person.id):
            raise HTTPException(409)
        logins.log_reading(session, visitor.person.id, f"model.{act}", [(None, f"model:{name}")], now)
    return onwards(hub, "/admin/models")


@router.get("/{name}/card")
async def card(request: Request, hub: TheHub, visitor: Administering, name: str) -> Response:
    """What a model is for, what it was tried on, and where it is wrong."""
    async with hub.database.read() as session:
        row = next((one for one in await models.states(session) if one.module.rpartition(".")[2] == name), None)
    text = card_of(row.module) if row is not None else None
    if text is None:
        raise HTTPException(404)
    return page(request, "admin_model_card.html", visitor, name=name, text=text)
