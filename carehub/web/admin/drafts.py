"""Administration of drafts: a rule is changed, tried on the past, agreed by a second person, and taken back."""

from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response

from carehub.core.rules import rule_drafts as core
from carehub.core.rules.examples import moved
from carehub.core.rules.language import Rule
from carehub.core.rules.tuning import TuningError, tuned
from carehub.flow import backtesting
from carehub.flow.hub import Hub
from carehub.flow.watching import rule_drafts as flow
from carehub.flow.watching.rule_drafts import DraftError
from carehub.store import drafts, logins, tables
from carehub.web import words
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import TheHub, Visitor
from carehub.web.tongue import later
from carehub.web.typed import typed
from carehub.web.wording import tuning_words
from carehub.web.wording.fault_words import fault_words
from carehub.web.wording.retold import retold

router = APIRouter(prefix="/admin/rules")
_LONGEST = 30_000
_BACK = 30
"""So many days of the past a draft is tried on."""
Text = Annotated[str, Form(max_length=_LONGEST)]
Why = Annotated[str, Form(max_length=400)]


@router.post("/{rule_id}/draft")
async def begin(hub: TheHub, visitor: Deciding, rule_id: str) -> Response:
    """A draft that says what is in force."""
    rule = hub.rulebook.rules.get(rule_id)
    if rule is None:
        raise HTTPException(404)
    row = await flow.save(hub, rule_id, core.written(rule), "", visitor.person.id)
    await _log(hub, visitor, "begun", row)
    return _to(hub, row)


@router.get("/drafts/{draft_id}")
async def one(request: Request, hub: TheHub, visitor: Deciding, draft_id: str) -> Response:
    """A draft: what it changes, what is wrong with it, what it would have done, and what comes next."""
    return await _shown(request, hub, visitor, draft_id)


async def _shown(request: Request, hub: Hub, visitor: Visitor, draft_id: str, *, wrong: str | None = None) -> Response:
    async with hub.database.read() as session:
        row = await session.get(tables.RuleDraft, draft_id)
        if row is None:
            raise HTTPException(404)
        found = flow.checked(hub, row)
        run = await flow.backtest_of(hub, session, found.rule) if found.rule else None
        if run is None and row.backtest_id:
            run = await session.get(tables.BacktestRun, row.backtest_id)
        line = next(one for one in await drafts.lines(session, row.rule_id) if one.row.id == draft_id)
    before = hub.rulebook.rules.get(row.rule_id)
    summary = backtesting.told(run) if run else None
    return page(
        request, "admin_draft.html", visitor, status=422 if wrong else 200, wrong=wrong, draft=row, line=line,
        rule=before, found=found, told=words.told(found.rule) if found.rule else None, run=run, summary=summary,
        lost=[one for one in summary.missed if one.today] if summary else [],
        changes=core.changes(before, found.rule) if found.rule else [], value_name=tuning_words.value_name,
        stories=core.stories(before, found.rule) if found.rule else [],
        change_words=tuning_words.change_words, faults=[retold(fault_words(one)) for one in found.faults],
        warnings=[*map(retold, core.warnings(before, found.rule))] if found.rule else [], days=_BACK,
        tunable=tuning_words.tunable(found.rule) if found.rule else [],
        mine=visitor.person.id in {row.made_by_id, row.changed_by_id}, typed=await typed(request) if wrong else "",
        movable=found.rule is not None and found.faults and moved(found.rule, hub.zone.key) != found.rule,
    )  # fmt: skip


@router.post("/drafts/{draft_id}/save")
async def save(
    request: Request, hub: TheHub, visitor: Deciding, draft_id: str, body: Text = "", why: Why = ""
) -> Response:
    """Keep the text."""
    return await _do(request, hub, visitor, draft_id, lambda row: _saved(hub, visitor, row, body, why))


@router.post("/drafts/{draft_id}/values")
async def values(request: Request, hub: TheHub, visitor: Deciding, draft_id: str, why: Why = "") -> Response:
    """Put other values into the text, within its own bounds."""
    form = {name.removeprefix("value:"): str(text) for name, text in (await request.form()).items()}

    async def changed(row: tables.RuleDraft) -> tables.RuleDraft:
        rule = flow.checked(hub, row).rule
        if rule is None:
            raise DraftError(later("Rett feilene i teksten først."))
        given = {path: tuning_words.read_value(form[path]) for path in rule.tune if form.get(path, "").strip()}
        try:
            text = core.written(tuned(rule, given.items()))
        except TuningError as error:
            raise DraftError(_by_name(str(error), rule)) from error
        return await _saved(hub, visitor, row, text, why or row.why)

    return await _do(request, hub, visitor, draft_id, changed)


def _by_name(fault: str, rule: Rule) -> str:
    """As the form calls its values."""
    for path in rule.tune:
        fault = fault.replace(f"«{path}»", f"«{tuning_words.value_name(path)}»")
    return fault


async def _saved(hub: Hub, visitor: Visitor, row: tables.RuleDraft, body: str, why: str) -> tables.RuleDraft:
    text = body.replace("\r\n", "\n")
    return await flow.save(hub, row.rule_id, text, why, visitor.person.id, draft_id=row.id)


@router.post("/drafts/{draft_id}/{act}")
async def act(request: Request, hub: TheHub, visitor: Deciding, draft_id: str, act: str, why: Why = "") -> Response:
    """Ask for a second person, agree, take back, undo that, or let the examples follow a new threshold."""
    by = visitor.person.id
    acts: dict[str, Callable[[tables.RuleDraft], Awaitable[tables.RuleDraft]]] = {
        "ask": lambda row: flow.ask(hub, row.id, by),
        "approve": lambda row: flow.approve(hub, row.id, by),
        "end": lambda row: flow.end(hub, row.id, by, why),
        "resume": lambda row: flow.resume(hub, row.id),
        "stories": lambda row: _with_stories_moved(hub, visitor, row),
    }
    if act not in acts:
        raise HTTPException(404)
    return await _do(request, hub, visitor, draft_id, acts[act], "saved" if act == "stories" else act)


async def _with_stories_moved(hub: Hub, visitor: Visitor, row: tables.RuleDraft) -> tables.RuleDraft:
    """Another threshold moves the moments of the examples: nobody need write them by hand."""
    rule = flow.checked(hub, row).rule
    if rule is None:
        raise DraftError(later("Rett feilene i teksten først."))
    return await _saved(hub, visitor, row, core.written(moved(rule, hub.zone.key)), row.why)


async def _do(
    request: Request, hub: Hub, visitor: Visitor, draft_id: str,
    change: Callable[[tables.RuleDraft], Awaitable[tables.RuleDraft]], name: str = "saved",
) -> Response:  # fmt: skip
    async with hub.database.read() as session:
        row = await session.get(tables.RuleDraft, draft_id)
    if row is None:
        raise HTTPException(404)
    try:
        row = await change(row)
    except DraftError as error:
        return await _shown(request, hub, visitor, draft_id, wrong=retold(str(error)))
    await _log(hub, visitor, name, row)
    return _to(hub, row)


async def _log(hub: Hub, visitor: Visitor, name: str, row: tables.RuleDraft) -> None:
    async with hub.database.write() as session:
        seen = [(None, f"draft:{row.id}")]
        logins.log_reading(session, visitor.person.id, f"draft.{name}", seen, hub.clock())


def _to(hub: Hub, row: tables.RuleDraft) -> Response:
    return onwards(hub, f"/admin/rules/drafts/{row.id}")
