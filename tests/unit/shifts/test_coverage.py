"""Gaps in the plan are found to the minute, and each is told once for each horizon."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from carehub.core.answers.escalation import Circle, Colleague, Concern, Method, Place, reach
from carehub.core.answers.ladders import built_in
from carehub.core.people.access import Role
from carehub.core.people.coverage import Gap, Warned, gaps, told_in, within
from carehub.core.people.shifts import Absence, Line, Plan, duties
from carehub.core.severity import Severity

NOW = datetime(2026, 3, 27, 12, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OSLO = ZoneInfo("Europe/Oslo")


def at(hours: float) -> datetime:
    return NOW + hours * HOUR


def test_a_day_without_anybody_is_one_gap() -> None:
    assert gaps([], at(0), at(24)) == [Gap(at(0), at(24))]


def test_shifts_that_meet_or_overlap_leave_no_gap() -> None:
    assert gaps([(at(-3), at(8)), (at(6), at(16)), (at(16), at(30))], at(0), at(24)) == []


def test_what_lies_between_two_shifts_is_a_gap_to_the_minute() -> None:
    assert gaps([(at(9), at(20)), (at(-1), at(8))], at(0), at(20)) == [Gap(at(8), at(9))]


def test_a_horizon_cuts_a_gap_off() -> None:
    assert within([Gap(at(2), at(5)), Gap(at(7), at(9))], at(8)) == [Gap(at(2), at(5)), Gap(at(7), at(8))]
    assert within([Gap(at(8), at(9))], at(8)) == []


def test_a_gap_that_goes_on_where_nobody_could_see_is_told_already() -> None:
    told = [Warned("a", at(2), at(24), True)]

    assert told_in(Gap(at(2), at(30)), told) is told[0]
    assert told_in(Gap(at(5), at(30)), told) is told[0]
    assert told_in(Gap(at(25), at(30)), told) is None


def test_a_gap_that_grows_in_sight_is_told_anew() -> None:
    told = [Warned("a", at(2), at(4), False)]

    assert told_in(Gap(at(2), at(4)), told) is told[0]
    assert told_in(Gap(at(2), at(6)), told) is None
    assert told_in(Gap(at(1), at(4)), told) is None


_PEOPLE = ("ingrid", "maria", "tor")


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """Anything that people may write: shifts of any length, any rotation, absences across them."""
    lines = [
        Line(
            id=str(n), unit=draw(st.sampled_from(["sol", "nord"])), person=draw(st.sampled_from(_PEOPLE)),
            first_day=date(2026, 3, 20) + timedelta(days=draw(st.integers(0, 20))),
            every_weeks=draw(st.sampled_from([0, 1, 2, 3])), nights=draw(st.integers(0, 3)),
            starts=draw(_CLOCKS), ends=draw(_CLOCKS),
        )
        for n in range(draw(st.integers(0, 6)))
    ]  # fmt: skip
    away = [
        Absence(
            draw(st.sampled_from(_PEOPLE)), at(draw(st.integers(-24, 60))), draw(st.one_of(st.none(), st.just(at(90))))
        )
        for _ in range(draw(st.integers(0, 2)))
    ]
    return Plan(lines=lines, absences=away, zone=OSLO)


def _colleague(who: str, *, is_on_duty: bool) -> Colleague:
    shifts = frozenset({"sol"} if is_on_duty else ())
    ways = (Method(channel="sms", address=who),)
    return Colleague(id=who, unit="sol", role=Role.NURSE, on_duty=is_on_duty, shifts=shifts, methods=ways)


_CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 1, 30, 59]))


@given(plans(), st.integers(0, 72 * 60), st.sampled_from([Severity.CRITICAL, Severity.SERIOUS, Severity.NORMAL]))
def test_whatever_the_plan_somebody_is_asked_at_every_minute(plan: Plan, minute: int, severity: Severity) -> None:
    """F53: the recipients are never nobody, in a gap of the plan as little as elsewhere."""
    moment = NOW + minute * MINUTE  # over the night in which the clocks change
    on_duty = {duty.person for duty in duties(plan, moment, moment + timedelta(microseconds=1)) if duty.unit == "sol"}
    staff = [_colleague(who, is_on_duty=who in on_duty) for who in _PEOPLE]

    concern = Concern(unit="sol", severity=severity)
    first = reach(built_in(severity).ladder, Place(), concern, Circle(staff=staff), moment)

    assert first.people
    assert {one.id for one in first.people} == (on_duty or set(_PEOPLE))


@given(plans(), st.integers(0, 72 * 60))
def test_a_minute_is_in_a_gap_exactly_when_nobody_is_on_duty_in_it(plan: Plan, minute: int) -> None:
    """F53: the check finds every minute in which a unit has nobody, and no other."""
    moment, edge = NOW + minute * MINUTE, NOW + 72 * HOUR + MINUTE
    spans = [(duty.since, duty.until) for duty in duties(plan, NOW, edge) if duty.unit == "sol"]
    found = gaps(spans, NOW, edge)

    is_covered = any(one.unit == "sol" for one in duties(plan, moment, moment + timedelta(microseconds=1)))

    assert any(gap.since <= moment < gap.until for gap in found) != is_covered
