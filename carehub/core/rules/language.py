"""The rule language: what may stand in a rule, and how its text becomes a value.

A rule is data. It holds no code and no regular expressions, so it always ends.
"""

import hashlib
import json
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from carehub.core.people.basis import Basis
from carehub.core.rules.checks import complaints
from carehub.core.rules.codes import AlertCode
from carehub.core.rules.errors import RuleError, explained
from carehub.core.rules.fields import (
    NAME,
    SEVERITIES,
    Duration,
    Kind,
    Matcher,
    Matchers,
    Number,
    SeverityName,
    Strict,
    Text,
    as_list,
)
from carehub.core.rules.parts import (
    Absent,
    Between,
    Change,
    Check,
    Count,
    Flag,
    LaterThanUsual,
    LongerThanUsual,
    MoreThanUsual,
    Sequence,
    ThenMissing,
)
from carehub.core.rules.state import Shape
from carehub.core.rules.strict_yaml import read_mapping

__all__ = ["SEVERITIES", "Rule", "RuleError", "body_of", "content_hash", "json_schema", "parse_rule"]


class Bounds(Strict):
    """Between what a municipality may tune a value without a new rule."""

    least: Number | Duration = Field(description="the lowest value allowed")
    most: Number | Duration = Field(description="the highest value allowed")


class Expected(Strict):
    """An alert that the example must give."""

    at: str = Field(description='local time, such as "02:15" or "10:00+1d"')
    alert: str = Field(description="the kind of the alert")


ManyExpected = Annotated[
    Literal["nothing"] | tuple[Expected, ...],
    BeforeValidator(
        lambda found: as_list(found) if isinstance(found, dict) else found,
        json_schema_input_type=Literal["nothing"] | Expected | tuple[Expected, ...],
    ),
]


Bases = Annotated[tuple[Basis, ...], BeforeValidator(as_list, json_schema_input_type=Basis | tuple[Basis, ...])]


class Example(Strict):
    """A small story that the rule must judge right before it may be switched on."""

    name: str = Field(min_length=1, max_length=200, description="what happens, in plain words")
    day: date = Field(date(2026, 1, 15), description="the local date of the first line; an invented one if left out")
    given: tuple[str, ...] = Field(
        min_length=1, max_length=50, description='lines such as "02:10 door.opened entrance"; see below'
    )
    expect: ManyExpected = Field(description="`nothing`, or when which alert comes, or a list of these")


class Rule(Strict):
    """One rule, as people decided it."""

    id: str = Field(pattern=NAME, max_length=40, description="the rule's name; also the name of its file")
    title: Text = Field(description="what stands on the card that the nurse sees")
    text: Text | None = Field(None, description="a longer explanation beside the title")
    kind: str | None = Field(
        None,
        pattern=NAME,
        max_length=40,
        description="the kind of alert; left out: the same as `id`. Rules may share one",
    )
    severity: SeverityName = Field(description="how serious the alert is")
    alert_code: AlertCode | dict[Kind, AlertCode] | None = Field(
        None, description="code from `vkp-alert-code`, or one for each kind of event"
    )
    basis: Bases = Field((), description="the legal basis that is needed: `none`, or a list of which any will do")
    watch: Matchers | None = Field(None, description="the event that starts the rule; a list: any of them")
    between: Between | None = Field(None, description="only when the start is inside this window of the local day")
    unless: tuple[Flag, ...] = Field((), description="held back if this is so when the rule would alert")
    only_when: tuple[Flag, ...] = Field((), description="held back if this is not so when the rule would alert")
    for_: Duration | None = Field(
        None, alias="for", description="what started must hold this long; until then any `until` cancels"
    )
    until: Matchers | None = Field(
        None, description="what cancels `for`; left out: a value of the same device outside the bounds"
    )
    then_missing: ThenMissing | None = Field(None, description="what must not follow the start")
    count: Count | None = Field(None, description="the start must come several times")
    sequence: Sequence | None = Field(None, description="several steps in order, in place of `watch`")
    absent: Absent | None = Field(None, description="nothing seen in a daily window, in place of `watch`")
    check: Check | None = Field(None, description="something is so at a local time, in place of `watch`")
    change: Change | None = Field(None, description="the value must have risen or fallen by so much; same device")
    longer_than_usual: LongerThanUsual | None = Field(
        None, description="`for` or `then_missing.within` follows the person; where nothing is usual they stand"
    )
    later_than_usual: LaterThanUsual | None = Field(
        None, description="the end of `absent` follows the person; where nothing is usual it stands"
    )
    more_than_usual: MoreThanUsual | None = Field(
        None, description="`count.at_least` follows the person; where nothing is usual it stands"
    )
    per: Literal["scope", "device"] = Field("scope", description="whether each device of the home is judged by itself")
    rest: Duration | None = Field(
        None,
        description="after an alert it does not start anew for this long, or until what ends it has come",
    )
    press: bool = Field(
        default=False, strict=True, description="every repeat counts and calls again; never merged away"
    )
    tune: dict[str, Bounds] = Field({}, description="which values may be tuned for one home, and within which bounds")
    enabled: bool = Field(default=True, strict=True, description="whether the rule is switched on")
    examples: tuple[Example, ...] = Field((), max_length=50, description="the stories that the rule must pass")

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for complaint in complaints(self):
            raise ValueError(complaint)  # the first is enough to mend
        return self

    @property
    def alert_kind(self) -> str:
        """The kind of the alert that the rule raises."""
        return self.kind or self.id

    @property
    def shape(self) -> Shape:
        """How the rule decides."""
        if self.for_ or self.then_missing:
            return Shape.WAIT
        named = {
            Shape.COUNT: self.count, Shape.SEQUENCE: self.sequence, Shape.ABSENT: self.absent,
            Shape.CHECK: self.check, Shape.CHANGE: self.change,
        }  # fmt: skip
        return next((shape for shape, part in named.items() if part), Shape.AT_ONCE)


def parse_rule(text: str) -> Rule:
    """Read one rule from YAML.

    Raises:
        RuleError: The text is no rule; the message says what to mend.
    """
    found = read_mapping(text)
    try:
        return Rule.model_validate(found)
    except ValidationError as error:
        raise explained(error, _WORDS) from error


def content_hash(rule: Rule) -> str:
    """Sixteen hex digits that change with anything that the rule says.

    Defaults are left out, so a new word in the language gives no old rule a new version.
    """
    said = rule.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    canonical = json.dumps(said, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def body_of(rule: Rule) -> str:
    """A rule as it is stored: in its own words, so that it can be read again."""
    return rule.model_dump_json(by_alias=True, exclude_defaults=True)


def json_schema() -> dict[str, Any]:
    """The language as a JSON schema, for editors; `rules/schema.json` is this."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rule.model_json_schema(by_alias=True)}


PARTS: tuple[type[Strict], ...] = (
    Rule, Matcher, Between, ThenMissing, Count, Sequence, Absent, Check, Change, LongerThanUsual, LaterThanUsual,
    MoreThanUsual, Bounds, Example, Expected, Text,
)  # fmt: skip
_WORDS = frozenset(field.alias or name for part in PARTS for name, field in part.model_fields.items())
