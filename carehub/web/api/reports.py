"""Reports by the API: answer times and load, with the figures of `/admin/answers` and `/admin/load`, by id."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Annotated, Any, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from carehub.core.answers.alerts import Cause
from carehub.core.answers.answer_times import Figures, Times
from carehub.core.answers.local_hours import Shift
from carehub.core.answers.shares import Share
from carehub.core.answers.summons import Night
from carehub.core.answers.usefulness import LOOK_BACK, Answers, Hour, Load
from carehub.core.people.access import Permission
from carehub.core.severity import Severity
from carehub.flow.watching.load import MOST
from carehub.store import ties
from carehub.web.admin.answers import figures_of
from carehub.web.admin.load import log_residents, report_of
from carehub.web.problems import told
from carehub.web.security import Administering, TheHub

router = APIRouter(prefix="/api/v1/reports", tags=["reports"], responses=told(401, 403, 422))
Days = Annotated[int, Query(ge=1, le=366, description="how many days back from now")]


def _seconds(span: timedelta | None) -> float | None:
    return span.total_seconds() if span is not None else None


class ShareOut(BaseModel):
    """So many of so many."""

    part: int
    whole: int

    @classmethod
    def of(cls, share: Share) -> Self:
        """As it was counted."""
        return cls(part=share.part, whole=share.whole)


class FiguresOut(BaseModel):
    """How soon, of so many; of fewer than five only how many: they would tell more of a person than of the service.

    A rank is also null where it fell among those that nobody answered.
    """

    many: int
    median_s: float | None
    ninth_s: float | None = Field(description="within which nine of ten were answered")
    within_60_s: ShareOut | None
    within_180_s: ShareOut | None
    never: int | None

    @classmethod
    def of(cls, found: Figures) -> Self:
        """The same in seconds."""
        tells = found.tells
        return cls(
            many=found.many, median_s=_seconds(found.median), ninth_s=_seconds(found.ninth),
            never=found.never if tells else None, within_60_s=ShareOut.of(found.quick) if tells else None,
            within_180_s=ShareOut.of(found.prompt) if tells else None,
        )  # fmt: skip


class TimesOut(BaseModel):
    """Taken: of all alerts. There: of those where somebody went."""

    taken: FiguresOut
    there: FiguresOut

    @classmethod
    def of(cls, found: Times) -> Self:
        """Both."""
        return cls(taken=FiguresOut.of(found.taken), there=FiguresOut.of(found.there))


class AnswersOut(BaseModel):
    """Answer times of your units: all, and divided in four ways. Nobody is named, and nothing is by who answered."""

    days: int
    all: TimesOut
    units: dict[str, TimesOut] = Field(description="by id; empty text for no unit")
    severities: dict[Severity, TimesOut]
    hours: dict[int, TimesOut] = Field(description="by hour of the local day, 0 to 23")
    weeks: dict[date, TimesOut] = Field(description="by the Monday")


@router.get("/answers", summary="Answer times")
async def answers(
    hub: TheHub,
    visitor: Administering,
    days: Days = 28,
    unit: Annotated[str, Query(max_length=32, description="id of one unit; left out for all of yours")] = "",
    severity: Severity | None = None,
) -> AnswersOut:
    """How soon alerts were taken, and how soon somebody was there."""
    async with hub.database.read() as session:
        sight = await ties.sight_of(session, visitor.person, hub.clock())
    found = await figures_of(hub, sight, days, unit, severity)

    def each(parts: Mapping[Any, Times]) -> dict[Any, TimesOut]:
        return {key: TimesOut.of(times) for key, times in parts.items()}

    return AnswersOut(
        days=days, all=TimesOut.of(found.all), units=each(found.units), severities=each(found.urgencies),
        hours=each(found.hours), weeks=each(found.weeks),
    )  # fmt: skip


class LoadOut(BaseModel):
    """What one rule, device or resident has asked of people."""

    id: str = Field(validation_alias="key")
    alerts: int
    acted_on: ShareOut
    useful: ShareOut
    false: ShareOut
    false_by_cause: dict[Cause, int]
    by_shift: dict[Shift, int]
    wants_a_look: bool

    @classmethod
    def each(cls, rows: Iterable[Load]) -> list[Self]:
        """In their order, the heaviest first."""
        return [cls.model_validate(one, from_attributes=True) for one in rows]


class HourOut(BaseModel):
    """One hour of the local day, over the whole time: alerts by what they were, and messages sent."""

    hour: int
    useful: int
    false: int
    other: int
    summons: int
    off_duty: int = Field(description="messages to somebody who was not on duty")

    @classmethod
    def of(cls, one: Hour) -> Self:
        """As it was counted."""
        return cls.model_validate(one, from_attributes=True)


class NightOut(BaseModel):
    """The nights of one unit: how often each of those who were asked was asked."""

    unit: str | None
    nights: int
    people: int
    median: float
    most: int
    woken: int = Field(description="times that somebody was asked at night without being on duty")

    @classmethod
    def of(cls, one: Night) -> Self:
        """Counted, and nobody named."""
        return cls(
            unit=one.unit, nights=one.nights, people=one.people, median=one.median, most=one.most,
            woken=sum(one.woken.values()),
        )  # fmt: skip


class AnsweredOut(BaseModel):
    """How soon somebody answered in one unit and shift."""

    unit: str | None
    shift: Shift
    alerts: int
    median_s: float | None
    ninth_s: float | None
    within_60_s: ShareOut
    within_180_s: ShareOut
    unanswered: int

    @classmethod
    def of(cls, one: Answers) -> Self:
        """The same in seconds."""
        return cls(
            unit=one.unit, shift=one.shift, alerts=one.alerts, median_s=_seconds(one.median),
            ninth_s=_seconds(one.ninth), within_60_s=ShareOut.of(one.quick), within_180_s=ShareOut.of(one.prompt),
            unanswered=one.unanswered,
        )  # fmt: skip


class ReportOut(BaseModel):
    """The load of [since, until). Residents are those of your units, and left out where your role sees none."""

    since: datetime
    until: datetime
    alerts: int
    rules: list[LoadOut]
    devices: list[LoadOut] = Field(description="the heaviest twenty")
    residents: list[LoadOut] = Field(description="the heaviest twenty; each that is told of is logged")
    hours: list[HourOut]
    nights: list[NightOut]
    answers: list[AnsweredOut]


@router.get("/load", summary="What alerts asked of people")
async def load(hub: TheHub, visitor: Administering, days: Days = LOOK_BACK.days) -> ReportOut:
    """Of use, false by cause, by shift; how often people were woken, and how soon they answered."""
    found = await report_of(hub, visitor, days, MOST)
    residents = found.residents if visitor.may(Permission.SEE_RESIDENTS) else []
    await log_residents(hub, visitor, residents)
    return ReportOut(
        since=found.since, until=found.until, alerts=found.alerts, rules=LoadOut.each(found.rules),
        devices=LoadOut.each(found.devices), residents=LoadOut.each(residents),
        hours=[HourOut.of(one) for one in found.hours], nights=[NightOut.of(one) for one in found.nights],
        answers=[AnsweredOut.of(one) for one in found.answers],
    )  # fmt: skip
