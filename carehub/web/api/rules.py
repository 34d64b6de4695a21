"""Rules by the API: each in plain words, in the language that is asked for, with its version and its examples."""

from datetime import date

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, Field

from carehub.core.rules.language import Example, Rule, content_hash
from carehub.core.rules.served import basis_words
from carehub.core.severity import Severity
from carehub.store import blindness
from carehub.web import words
from carehub.web.api.parts import LIMIT, After, Limit, Part, part_of
from carehub.web.problems import told
from carehub.web.security import Administering, TheHub

router = APIRouter(prefix="/api/v1/rules", tags=["rules"], responses=told(401, 403, 422))


class RuleOut(BaseModel):
    """A rule of the rulebook in force."""

    id: str
    title: str
    told: str = Field(description="when it alerts and what holds it back, in plain sentences")
    severity: Severity = Field(description="10 normal, 20 moderate, 30 serious, 40 critical")
    version: str = Field(description="sixteen hex digits that change with anything that the rule says")
    enabled: bool
    failed: bool = Field(description="it raised an error, and is off until it is changed")


class ExpectedOut(BaseModel):
    """An alert that an example must give."""

    at: str = Field(description='local time, such as "02:15" or "10:00+1d"')
    alert: str = Field(description="the kind of the alert")


class ExampleOut(BaseModel):
    """A story that the rule must judge right before it may be switched on."""

    name: str
    day: date
    given: list[str] = Field(description='lines such as "02:10 door.opened entrance"')
    expect: list[ExpectedOut] = Field(description="empty: no alert")


class RuleMore(RuleOut):
    """The rule with what stands beside it in the rulebook."""

    text: str | None = Field(description="a longer explanation")
    basis: str = Field(description="the legal basis that it needs, in words; empty for none")
    tunable: list[str] = Field(description="values that may be tuned for one unit or resident")
    examples: list[ExampleOut]


def _short(rule: Rule, failed: set[str]) -> dict[str, object]:
    return {
        "id": rule.id, "title": words.own(rule.title), "told": words.told(rule), "severity": rule.severity,
        "version": content_hash(rule), "enabled": rule.enabled, "failed": rule.id in failed,
    }  # fmt: skip


def _example(one: Example) -> ExampleOut:
    expect = () if one.expect == "nothing" else one.expect
    return ExampleOut(
        name=one.name, day=one.day, given=list(one.given),
        expect=[ExpectedOut(at=alert.at, alert=alert.alert) for alert in expect],
    )  # fmt: skip


@router.get("", summary="Rules in words")
async def listed(hub: TheHub, _visitor: Administering, after: After = "", limit: Limit = LIMIT) -> Part[RuleOut]:
    """By id. In the language of the login, else of `Accept-Language`: bokmål, nynorsk or English."""
    async with hub.database.read() as session:
        failed = set(await blindness.rules_off(session))
    rows, following = part_of(hub.rulebook.rules.values(), lambda rule: rule.id, after, limit)
    return Part(items=[RuleOut.model_validate(_short(rule, failed)) for rule in rows], next=following)


@router.get("/{rule_id}", summary="One rule", responses=told(404))
async def one(hub: TheHub, _visitor: Administering, rule_id: str) -> RuleMore:
    """As it stands in the rulebook; what was decided for a unit or a resident is on its page."""
    rule = hub.rulebook.rules.get(rule_id)
    if rule is None:
        raise HTTPException(404)
    async with hub.database.read() as session:
        failed = set(await blindness.rules_off(session))
    more = {
        "text": rule.text and words.own(rule.text), "basis": basis_words(rule, words.spoken()) or "",
        "tunable": sorted(rule.tune), "examples": [_example(one) for one in rule.examples],
    }  # fmt: skip
    return RuleMore.model_validate(_short(rule, failed) | more)
