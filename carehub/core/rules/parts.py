"""The parts of a rule: windows, counts, sequences, changes, checks, and what is usual for one person."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from carehub.core.days.usual import FEATURES
from carehub.core.rules.errors import did_you_mean
from carehub.core.rules.fields import (
    WEEKDAYS,
    Duration,
    Matcher,
    Matchers,
    Number,
    Strict,
    TimeOfDay,
    Weekday,
)
from carehub.core.rules.windows import EVERY_DAY, Window


class Flag(StrEnum):
    """What people may have told the hub of a resident, and a rule may care about."""

    AWAY = "away"
    ASLEEP = "asleep"
    """Told, or the bed's own sensor has said so for a while."""
    STAFF_PRESENT = "staff_present"
    UNHEARD = "unheard"
    """The home is silent together with every other: an outage, which another alert is about."""
    REHABILITATION = "rehabilitation"
    """Followed up after a stay in hospital."""
    DIGITAL_SUPERVISION = "digital_supervision"
    """Rounds of digital supervision are agreed."""


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
        return Window(start=self.from_, end=self.to, days=weekdays(self.days))


def weekdays(named: tuple[str, ...]) -> frozenset[int]:
    """The weekdays as numbers; all of them where none is named."""
    return frozenset(WEEKDAYS.index(day) for day in named) or EVERY_DAY


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


class Change(Strict):
    """The value of one device has risen or fallen by so much within so long."""

    rises_by: Number | None = Field(None, gt=0, description="above the lowest value of the time")
    falls_by: Number | None = Field(None, gt=0, description="below the highest value of the time")
    within: Duration = Field(description="how far back the value is compared with")

    @model_validator(mode="after")
    def _has_one_direction(self) -> Self:
        if (self.rises_by is None) == (self.falls_by is None):
            raise ValueError("write either 'rises_by' or 'falls_by'")
        return self

    @property
    def by(self) -> float:
        """How much; negative for a fall."""
        return float(self.rises_by) if self.rises_by is not None else -float(self.falls_by or 0)


class Check(Strict):
    """What was told last is so at this local time."""

    at: TimeOfDay = Field(description="the local time at which it is looked at")
    days: tuple[Weekday, ...] = Field((), max_length=7, description="the weekdays; left out: every day")
    is_: Matchers = Field(alias="is", description="what a device of the home must have told last")

    @property
    def window(self) -> Window:
        """A day that ends at the check; it starts on the day before, so its weekdays do too."""
        days = frozenset((day - 1) % 7 for day in weekdays(self.days))
        return Window(start=self.at, end=self.at, days=days)


class Absent(Between):
    """None of these was seen in the daily window; judged when it ends.

    A scope where none was seen in the last seven days is blind, and the rule stays quiet.
    """

    of: Matchers = Field(description="what is expected to be seen")
    although_never_seen: bool = Field(
        default=False, strict=True,
        description="judged also where it was not seen for a week or ever; only together with `only_when`",
    )  # fmt: skip


def _known_feature(word: object) -> object:
    if word not in FEATURES:
        raise ValueError(f"'{word}' is nothing that the hub knows the usual of{did_you_mean(str(word), FEATURES)}")
    return word


class _Usual(Strict):
    """A bound that follows the person's own history, within fixed bounds."""

    of: Annotated[
        str, BeforeValidator(_known_feature), WithJsonSchema({"type": "string", "enum": sorted(FEATURES)})
    ] = Field(description="what is compared with the person's own history")
    beyond: Literal[50, 75, 90, 95] = Field(95, description="so many of a hundred times it was no more than this")


class LongerThanUsual(_Usual):
    """The wait is the person's own."""

    plus: Duration | None = Field(None, description="and so much longer than that")
    least: Duration = Field(description="never shorter than this")
    most: Duration = Field(description="never longer than this")


class LaterThanUsual(_Usual):
    """The end of the window is the person's own."""

    plus: Duration | None = Field(None, description="and so much later than that")
    least: TimeOfDay = Field(description="never earlier than this")
    most: TimeOfDay = Field(description="never later than this")


class MoreThanUsual(_Usual):
    """The number of times is the person's own."""

    plus: int = Field(1, ge=0, le=100, strict=True, description="and so many more than that")
    least: int = Field(ge=2, le=100, strict=True, description="never fewer than this")
    most: int = Field(ge=2, le=100, strict=True, description="never more than this")
