"""The rule language: what may stand in a rule, and how its text becomes a value.

A rule is data. It holds no code and no regular expressions, so it always ends.
"""

import hashlib
import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from carehub.core.basis import Basis
from carehub.core.rules.checks import complaints
from carehub.core.rules.codes import AlertCode
from carehub.core.rules.errors import RuleError, explained
from carehub.core.rules.fields import (
    SEVERITIES,
    WEEKDAYS,
    Duration,
    Kind,
    Matcher,
    Matchers,
    Number,
    SeverityName,
    Strict,
    Text,
    TimeOfDay,
    Weekday,
    as_list,
)
from carehub.core.rules.state import Shape
from carehub.core.rules.strict_yaml import read_mapping
from carehub.core.rules.windows import EVERY_DAY, Window

__all__ = ["SEVERITIES", "Rule", "RuleError", "content_hash", "json_schema", "parse_rule"]

_NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"


class Flag(StrEnum):
    """What people may have told the hub, and a rule may care about."""

    AWAY = "away"
    STAFF_PRESENT = "staff_present"


class Between(Strict):
    """A stretch of the local day, over midnight if `to` is not after `from`."""

    from_: TimeOfDay = Field(alias="from", description="the first minute inside")
    to: TimeOfDay = Field(description="the first minute outside")
    days: tuple[Weekday, ...] = Field(
        (), max_length=7, description="the weekdays on which it starts; left out: every day"
    )

    @model_validator(mode="after")
    def _has_length(self) -> Self:
        if self.from_ == self.to:
            raise ValueError("'from' and 'to' are the same time; leave the window out if the whole day is meant")
        return self

    @property
    def window(self) -> Window:
        """The same as the engine asks for it."""
        days = frozenset(WEEKDAYS.index(day) for day in self.days) or EVERY_DAY
        return Window(start=self.from_, end=self.to, days=days)


class ThenMissing(Matcher):
    """What should have followed, and did not."""

    within: Duration = Field(description="how long it is waited for, from the trigger")


class Count(Strict):
    """So many times within so long."""

    at_least: int = Field(ge=2, le=100, strict=True, description="how many times")
    within: Duration = Field(description="from the first to the last of them")


class Sequence(Strict):
    """Steps that follow one another; others may come between."""

    steps: tuple[Matcher, ...] = Field(min_length=2, max_length=5, description="what happens, in order")
    within: Duration = Field(description="from the first step to the last")


class Absent(Between):
    """None of these was seen in the daily window; judged when it ends.

    A scope where none was seen in the last seven days is blind, and the rule stays quiet.
    """

    of: Matchers = Field(description="what is expected to be seen")


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

    id: str = Field(pattern=_NAME, max_length=40, description="the rule's name; also the name of its file")
    title: Text = Field(description="what stands on the card that the nurse sees")
    text: Text | None = Field(None, description="a longer explanation beside the title")
    kind: str | None = Field(
        None,
        pattern=_NAME,
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
    per: Literal["scope", "device"] = Field("scope", description="whether each device of the home is judged by itself")
    rest: Duration | None = Field(None, description="after an alert the rule does not start anew for this long")
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
        named = {Shape.COUNT: self.count, Shape.SEQUENCE: self.sequence, Shape.ABSENT: self.absent}
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


def json_schema() -> dict[str, Any]:
    """The language as a JSON schema, for editors; `rules/schema.json` is this."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **Rule.model_json_schema(by_alias=True)}


PARTS: tuple[type[Strict], ...] = (
    Rule, Matcher, Between, ThenMissing, Count, Sequence, Absent, Bounds, Example, Expected, Text,
)  # fmt: skip
_WORDS = frozenset(field.alias or name for part in PARTS for name, field in part.model_fields.items())
