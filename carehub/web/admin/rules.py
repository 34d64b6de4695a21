"""Administration of rules: which there are, where they are tuned or off; decisions about them, each with its undo."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.answers.usefulness import LOOK_BACK
from carehub.core.people.access import Permission
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Number
from carehub.core.rules.program import compiled
from carehub.core.rules.served import basis_words
from carehub.core.rules.tuning import TuningError, may_be_off
from carehub.flow.hub import Hub
from carehub.flow.watching import bounds
from carehub.flow.watching import tuning as flow
from carehub.flow.watching.load import by_rule
from carehub.flow.watching.tuning import Wish
from carehub.store import blindness, drafts, logins, pages, registers, tables, tuning
from carehub.store.database import Session
from carehub.store.tuning import Line
from carehub.web import words
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.near import Near, near
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor, local_path, needs
from carehub.web.tongue import _
from carehub.web.wording import tuning_words
from carehub.web.wording.retold import retold

router = APIRouter(prefix="/admin/rules")
Deciding = Annotated[Visitor, Depends(needs(Permission.ADMINISTER, Permission.SEE_RESIDENTS))]
Day = Annotated[date | Literal[""], Form()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Whom a visitor may read about here.

    Attributes:
        units: Names, by id.
    """

    near: Near
    units: Mapping[str, str]

    def theirs(self, resident: str | None) -> bool:
        """Whether this is about a resident whom they may read about, or about none."""
        return self.near.sees(resident)

    def mine(self, line: Line) -> bool:
        """Whether they may read whom a decision is about, and why."""
        return self.theirs(line.row.resident_id)

    def masked(self, line: Line) -> str:
        """What they read in place of a name."""
        unit = self.units.get(self.near.live_in.get(line.row.resident_id or "") or "")
        return _("En beboer i %(unit)s", unit=unit) if unit else _("En beboer")


async def known(hub: Hub, session: Session, visitor: Visitor) -> Known:
    """What ties the visitor to residents, read for this request."""
    now = hub.clock()
    return Known(
        near=await near(session, visitor, now), units={unit.id: unit.name for unit in await pages.units(session)}
    )  # fmt: skip


@router.get("")
async def listed(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """Every rule, with where it is not as the rulebook has it."""
    now = hub.clock()
    async with hub.database.read() as session:
        failed = await blindness.rules_off(session)
        standing = await tuning.standing(session, now)
        residents = await _residents(hub, session, visitor)
        load = await by_rule(session, hub.zone, now - LOOK_BACK, now)
    tuned, off = Counter[str](), Counter[str]()
    for row in standing:
        (off if row.off else tuned)[row.rule_id] += 1
    rules = sorted(hub.rulebook.rules.values(), key=lambda one: (-one.severity, words.own(one.title)))
    return page(
        request, "admin_rules.html", visitor, rules=rules, failed=failed, tuned=tuned, off=off, load=load,
        days=LOOK_BACK.days, residents=residents,
    )  # fmt: skip


async def _residents(hub: Hub, session: Session, visitor: Visitor) -> list[registers.Named]:
    """Whom they may decide about."""
    if not visitor.may(Permission.SEE_RESIDENTS):
        return []
    told = await known(hub, session, visitor)
    return [one for one in await registers.residents(session) if told.theirs(one.id)]


@router.get("/{rule_id}")
async def one(request: Request, hub: TheHub, visitor: Administering, rule_id: str) -> Response:
    """One rule in plain words, and every decision about it."""
    return await _shown(request, hub, visitor, _rule(hub, rule_id))


def _rule(hub: Hub, rule_id: str) -> Rule:
    rule = hub.rulebook.rules.get(rule_id)
    if rule is None:
        raise HTTPException(404)
    return rule


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, rule: Rule, *, wrong: str | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    now, may_see = hub.clock(), visitor.may(Permission.SEE_RESIDENTS)
    async with hub.database.read() as session:
        lines = await tuning.lines(session, rule=rule.id)
        units = await pages.units(session)
        residents, who = await _residents(hub, session, visitor), await known(hub, session, visitor)
        written = await drafts.lines(session, rule.id)
        failed = rule.id in await blindness.rules_off(session)
    await _log(hub, visitor, "rule", [line for line in lines if who.mine(line)])
    return page(
        request, "admin_rule.html", visitor, status=422 if wrong else 200, wrong=wrong, given=given or {}, rule=rule,
        told=words.told(rule), basis=basis_words(rule, words.spoken()), failed=failed, may_see=may_see, units=units,
        residents=residents, tunable=tuning_words.tunable(rule), may_be_off=may_be_off(compiled(rule)),
        standing=[line for line in lines if stands(line, now)], past=[line for line in lines if not stands(line, now)],
        said=said, back=f"/admin/rules/{rule.id}", drafts=written, who=who,
        beyond=lambda line: bounds.beyond(hub.rulebook, line.row),
    )  # fmt: skip


def stands(line: Line, now: object) -> bool:
    """Whether a decision holds, or will."""
    row = line.row
    return row.ended_at is None and (row.until is None or row.until > now)  # type: ignore[operator]


def said(line: Line) -> str:
    """A decision in words."""
    return tuning_words.decision_words(line.values, line.was, off=line.row.off)


async def _log(hub: Hub, visitor: Visitor, action: str, lines: list[Line]) -> None:
    seen: list[tuple[str | None, str]] = [
        (line.row.resident_id, f"override:{line.row.id}") for line in lines if line.row.resident_id
    ]
    if seen:
        async with hub.database.write() as session:
            logins.log_reading(session, visitor.person.id, action, seen, hub.clock())


@router.post("/{rule_id}/decide")
async def decide(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Deciding,
    rule_id: str,
    whom: Annotated[str, Form(max_length=50)] = "",
    why: Annotated[str, Form(max_length=400)] = "",
    state: Annotated[Literal["", "off", "on"], Form()] = "",
    first: Day = "",
    last: Day = "",
    back: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Decide about a rule for one unit or one resident."""
    rule = _rule(hub, rule_id)
    form = {name: str(value) for name, value in (await request.form()).items()}
    sort, _, who = whom.partition(":")
    since, until = tuning_words.span_of(first or None, last or None, hub.clock(), hub.zone)
    wish = Wish(
        rule=rule.id, why=why, since=since, until=until, unit=who if sort == "unit" else None,
        resident=who if sort == "resident" else None, values=_values(form), off={"off": True, "on": False}.get(state),
    )  # fmt: skip
    await _may_decide(hub, visitor, wish.resident)
    try:
        row = await flow.decide(hub, wish, visitor.person.id)
    except TuningError as error:
        return await _shown(request, hub, visitor, rule, wrong=retold(str(error)), given=form)
    await _note(hub, visitor, "decided", row)
    return onwards(hub, local_path(back, f"/admin/rules/{rule.id}"))


async def _may_decide(hub: Hub, visitor: Visitor, resident: str | None) -> None:
    """Raises NotAllowed for a resident of other units."""
    async with hub.database.read() as session:
        if not (await known(hub, session, visitor)).theirs(resident):
            raise NotAllowed


def _values(form: Mapping[str, str]) -> dict[str, Number]:
    """What was written beside each value; left empty, it is the rulebook's."""
    written = {name.removeprefix("value:"): text for name, text in form.items() if name.startswith("value:")}
    return {path: tuning_words.read_value(text) for path, text in written.items() if text.strip()}


_ACTS = {"end": flow.end, "resume": flow.resume}


@router.post("/decisions/{override_id}/{act}")
async def change(
    hub: TheHub, visitor: Deciding, override_id: str, act: str, back: Annotated[str, Form(max_length=200)] = ""
) -> Response:
    """End a decision now, or undo that."""
    if act not in _ACTS:
        raise HTTPException(404)
    async with hub.database.read() as session:
        decided = await session.get(tables.RuleOverride, override_id)
    if decided is None:
        raise HTTPException(404)
    await _may_decide(hub, visitor, decided.resident_id)
    row = await _ACTS[act](hub, override_id, visitor.person.id)
    if row is not None:
        await _note(hub, visitor, act, row)
    return onwards(hub, local_path(back, f"/admin/rules/{decided.rule_id}"))


async def _note(hub: Hub, visitor: Visitor, act: str, row: tables.RuleOverride) -> None:
    async with hub.database.write() as session:
        seen: list[tuple[str | None, str]] = [(row.resident_id, f"override:{row.id}")]
        logins.log_reading(session, visitor.person.id, f"override.{act}", seen, hub.clock())
