"""The load of alerts, counted: what was of use, what was false, when, and how soon it was answered."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import inf
from operator import attrgetter
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import binomtest

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.answers.caseload import Caseload, Cases
from carehub.core.answers.local_hours import LocalHour, Shift, local_hours, shift_of
from carehub.core.answers.moments import moments
from carehub.core.answers.shares import Share
from carehub.core.answers.summons import Summons, by_hour, nights, summoned
from carehub.core.answers.usefulness import PROMPT, USEFUL_BELOW, Answers, Case, Hour, answers_of, loads
from carehub.core.severity import Severity

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)


def case(number: int = 1, **more: Any) -> Case:
    fields: dict[str, Any] = {
        "alert": f"a{number}", "rule": "night-exit", "device": "door", "resident": "anna", "unit": "sol",
        "severity": Severity.SERIOUS, "at": NOW - timedelta(hours=number), **more,
    }  # fmt: skip
    return Case(**fields)


def many(cases: Sequence[Case], *, texts: bool = True) -> Caseload:
    """The same alerts as columns, as SQLite gives them, or a server."""
    ordered = sorted(cases, key=lambda one: one.at)
    since = min((one.at for one in cases), default=NOW) - timedelta(minutes=1)
    told = columns(ordered)
    if not texts:
        told = told._replace(at=[one.at for one in ordered], answered=[one.answered_at for one in ordered])
    return Caseload(told, local_hours(since, NOW + timedelta(seconds=1), OSLO))


def columns(cases: Sequence[Case]) -> Cases:
    return Cases(
        rule=[one.rule for one in cases], device=[one.device for one in cases], unit=[one.unit for one in cases],
        resident=[one.resident for one in cases], severity=[one.severity.value for one in cases],
        at=[f"{one.at:%Y-%m-%d %H:%M:%S.%f}" for one in cases],
        answered=[None if one.answered_at is None else f"{one.answered_at:%Y-%m-%d %H:%M:%S.%f}" for one in cases],
        cause=[one.cause and one.cause.value for one in cases],
        aftermath=[one.aftermath and one.aftermath.value for one in cases],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("cause", "aftermath", "useful", "false", "acted_on"),
    [
        (Cause.TOILET, Aftermath.HELPED_ON_SITE, True, False, True),
        (Cause.ANXIETY, Aftermath.SPOKE_WITH, True, False, True),
        (Cause.TOILET, Aftermath.NO_ACTION_NEEDED, False, False, False),
        (Cause.FALL, Aftermath.NO_CONTACT, False, False, False),
        (Cause.UNINTENDED, Aftermath.SPOKE_WITH, False, True, True),
        (Cause.NOTHING_FOUND, Aftermath.NO_ACTION_NEEDED, False, True, False),
        (Cause.TECHNICAL, Aftermath.NO_ACTION_NEEDED, False, True, False),
        (Cause.TECHNICAL, Aftermath.DEVICE_FIXED, True, False, True),
        (Cause.TEST, Aftermath.HELPED_ON_SITE, False, False, False),
        (None, None, False, False, False),
        (Cause.FALL, None, False, False, False),
    ],
)
def test_an_alert_is_judged_by_what_whoever_was_there_wrote_down(
    cause: Cause | None, aftermath: Aftermath | None, useful: bool, false: bool, acted_on: bool
) -> None:
    one = case(cause=cause, aftermath=aftermath)

    assert (one.useful, one.false, one.acted_on) == (useful, false, acted_on)


@given(st.integers(1, 2000), st.data())
def test_the_interval_is_the_one_that_scipy_gives(whole: int, data: st.DataObject) -> None:
    part = data.draw(st.integers(0, whole))
    wanted = binomtest(part, whole).proportion_ci(0.95, method="wilson")

    assert Share(part, whole).interval == pytest.approx((wanted.low, wanted.high), abs=1e-9)


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (Share(0, 0), "0 av 0"), (Share(1, 4), "1 av 4"), (Share(1, 5), "1 av 5, 20 % (4–62 %)"),
        (Share(0, 40), "0 av 40, 0 % (0–9 %)"),
    ],
)  # fmt: skip
def test_fewer_than_five_are_told_and_are_no_share(share: Share, said: str) -> None:
    assert str(share) == said


def _judged(useful: int, false: int) -> list[Case]:
    good = [case(n, cause=Cause.FALL, aftermath=Aftermath.HELPED_ON_SITE) for n in range(useful)]
    return good + [
        case(n + useful, cause=Cause.NOTHING_FOUND, aftermath=Aftermath.NO_ACTION_NEEDED) for n in range(false)
    ]


@pytest.mark.parametrize(
    ("useful", "false", "wanting", "certain"),
    [(0, 4, False, False), (0, 5, True, False), (1, 4, False, False), (1, 5, True, False), (0, 40, True, True)],
)
def test_a_rule_below_a_fifth_wants_a_look_once_five_were_judged(
    useful: int, false: int, wanting: bool, certain: bool
) -> None:
    (load,) = loads(_judged(useful, false), lambda one: one.rule, OSLO)

    assert (load.wants_a_look, load.useful.interval[1] < USEFUL_BELOW) == (wanting, certain)


def test_what_nobody_has_judged_yet_counts_as_an_alert_and_in_no_share() -> None:
    (load,) = loads([*_judged(1, 1), case(8), case(9, cause=Cause.TEST)], lambda one: one.rule, OSLO)

    assert (load.alerts, load.useful, load.false) == (4, Share(1, 2), Share(1, 2))
    assert dict(load.false_by_cause) == {Cause.NOTHING_FOUND: 1}


def test_the_heaviest_comes_first_and_what_has_no_device_is_not_listed_as_one() -> None:
    cases = [case(1), case(2, device=None), case(3, device="cord"), case(4, device="cord")]

    assert [(one.key, one.alerts) for one in loads(cases, lambda one: one.device, OSLO)] == [("cord", 2), ("door", 1)]


@pytest.mark.parametrize(
    ("local", "shift"),
    [("06:59", Shift.NIGHT), ("07:00", Shift.DAY), ("15:00", Shift.EVENING), ("21:59", Shift.EVENING),
     ("22:00", Shift.NIGHT), ("00:00", Shift.NIGHT)],
)  # fmt: skip
def test_shifts_follow_the_clock_on_the_wall(local: str, shift: Shift) -> None:
    for day in ("2026-01-15", "2026-07-15"):
        assert shift_of(datetime.fromisoformat(f"{day}T{local}").replace(tzinfo=OSLO), OSLO) is shift


def asked(*messages: tuple[str, str]) -> Summons:
    """Who was asked, and when on the wall, in order. Kari was on duty all night, Tor never; of Ola nothing is known."""
    start, until = datetime(2026, 1, 14, 11, tzinfo=UTC), datetime(2026, 1, 16, 11, tzinfo=UTC)
    sent = [datetime.fromisoformat(local).replace(tzinfo=OSLO).astimezone(UTC) for _, local in messages]
    begun, over = datetime(2026, 1, 14, 9, tzinfo=UTC), datetime(2026, 1, 15, 23, tzinfo=UTC)
    duties = (["kari", "tor", "elsewhere"], [begun] * 3, [over, begun, over])
    return summoned([who for who, _ in messages], sent, duties, local_hours(start, until, OSLO), until)


def test_a_night_is_one_night_over_midnight_and_says_who_was_woken() -> None:
    found = asked(
        ("kari", "2026-01-14T22:30"), ("kari", "2026-01-15T02:10"), ("tor", "2026-01-15T02:15"),
        ("ola", "2026-01-15T02:20"), ("kari", "2026-01-15T06:59"), ("kari", "2026-01-15T12:00"),
        ("kari", "2026-01-15T23:00"),
    )  # fmt: skip

    (night,) = nights(found, ["sol"] * 6)

    assert (night.nights, night.people, night.most, night.median) == (2, 3, 3, 1)
    assert dict(night.woken) == {"tor": 1}


def test_each_unit_has_its_own_nights_and_whoever_was_woken_most_stands_first() -> None:
    found = asked(*((who, f"2026-01-15T02:{minute}") for minute, who in enumerate(["tor", "tor", "ola", "kari"], 10)))

    none, fjord, sol = nights(found, ["sol", "fjord", None, "sol"])

    assert [(one.unit, one.people, one.most) for one in (none, fjord, sol)] == [
        (None, 1, 1),
        ("fjord", 1, 1),
        ("sol", 2, 1),
    ]
    assert [dict(one.woken) for one in (none, fjord, sol)] == [{}, {"tor": 1}, {"tor": 1}]


def test_of_no_messages_there_are_no_nights() -> None:
    assert nights(asked(), []) == []
    assert by_hour(asked()) == [(0, 0)] * 24


_PLACES = ("Europe/Oslo", "Pacific/Chatham", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC")


@pytest.mark.parametrize("place", _PLACES)
@given(
    since=st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 20), timezones=st.just(UTC)),  # noqa: DTZ001 - given one
    days=st.floats(0, 9),
    share=st.floats(0, 1, exclude_max=True),
)
@example(since=datetime(2026, 9, 28, 20, 30, tzinfo=UTC), days=5.5, share=0.875)  # Lord Howe goes half an hour forward
def test_a_moment_is_in_the_local_hour_that_a_plain_look_at_the_clock_gives(
    place: str, since: datetime, days: float, share: float
) -> None:
    zone, until = ZoneInfo(place), since + timedelta(days=days)
    found = local_hours(since, until, zone)
    for at in (since, since + share * (until - since)):
        local = at.astimezone(zone).replace(tzinfo=None)
        is_night = local.hour >= 22 or local.hour < 7
        begins = (local.date() if local.hour >= 22 else local.date() - timedelta(days=1)) if is_night else None
        assert [when for start, when in found if start <= at][-1] == LocalHour(local.hour, begins)
    starts = [start for start, _ in found]
    assert starts == sorted(set(starts))


@given(st.lists(st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=st.sampled_from([UTC, OSLO]))))  # noqa: DTZ001 - given one
def test_a_column_of_moments_holds_each_to_the_microsecond_in_utc(given_ones: list[datetime]) -> None:
    texts = [f"{one.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}" for one in given_ones]

    assert moments(given_ones).tolist() == moments(texts).tolist() == [
        one.astimezone(UTC).replace(tzinfo=None) for one in given_ones
    ]  # fmt: skip


def test_of_the_heaviest_everything_is_counted_and_of_the_others_nothing() -> None:
    cases = [*_judged(3, 2), *(case(n, device="cord") for n in range(7)), case(1, device="mat")]
    every = loads(cases, lambda one: one.device, OSLO)

    assert [one.key for one in every] == ["cord", "door", "mat"]
    assert loads(cases, lambda one: one.device, OSLO, 2) == every[:2]


def test_every_hour_of_the_day_has_its_alerts_and_messages() -> None:
    found = many([*_judged(1, 1), case(0)]).hours(by_hour(asked(("tor", "2026-01-15T13:10"))))

    assert len(found) == 24
    assert (found[13].useful, found[13].other, found[13].summons, found[13].off_duty) == (1, 1, 1, 1)
    assert (found[12].false, found[12].alerts, found[3].alerts) == (1, 1, 0)


def test_answer_times_count_what_nobody_answered_as_never() -> None:
    seconds = [10, 50, 61, 100, 170, 200, 400, None, None, None]
    cases = [
        case(1, alert=str(n), answered_at=None if took is None else NOW - timedelta(hours=1, seconds=-took))
        for n, took in enumerate(seconds)
    ]

    (told,) = many(cases).answers(NOW)

    assert (told.unit, told.shift, told.alerts, told.unanswered) == ("sol", Shift.DAY, 10, 3)
    assert told.median == timedelta(seconds=170)
    assert told.ninth is None
    assert (told.quick, told.prompt) == (Share(2, 10), Share(5, 10))


def test_of_four_answers_there_is_no_median_and_the_newest_is_not_held_against_anybody() -> None:
    four = [case(1, alert=str(n), answered_at=NOW - timedelta(minutes=59)) for n in range(4)]

    new, moderate = case(9, at=NOW - timedelta(seconds=100)), case(5, severity=Severity.MODERATE)
    (told,) = many([*four, new, moderate]).answers(NOW)

    assert (told.alerts, told.median, told.ninth) == (4, None, None)


_SINCE, _TENTH = datetime(2025, 10, 20, tzinfo=UTC), timedelta(milliseconds=100)
_MOMENTS = st.integers(0, int((NOW - _SINCE).total_seconds() * 10)).map(lambda tenths: _SINCE + tenths * _TENTH)
_SOME = st.lists(
    st.builds(
        case,
        st.integers(0, 400), rule=st.sampled_from("abc"), device=st.sampled_from(["d1", "d2", "d3", None]),
        resident=st.sampled_from(["anna", "odd", None]), unit=st.sampled_from(["sol", "vest", None]),
        severity=st.sampled_from(Severity), cause=st.sampled_from([*Cause, None]),
        aftermath=st.sampled_from([*Aftermath, None]), at=_MOMENTS | st.just(NOW - timedelta(minutes=1)),
        answered_at=st.none() | _MOMENTS,
    ),
    max_size=60,
)  # fmt: skip


@given(_SOME, st.booleans())
def test_alerts_by_the_thousand_are_counted_as_each_one_by_itself(cases: list[Case], texts: bool) -> None:
    """Over a change of the clock too; what is told first among as many is the same."""
    cases.sort(key=lambda one: one.at)
    every = many(cases, texts=texts)

    by_name = {"rule": every.by_rule, "device": every.by_device, "resident": every.by_resident}
    for name, counted in by_name.items():
        found, told = counted(), loads(cases, attrgetter(name), OSLO)
        assert found == told
        assert [list(one.false_by_cause) for one in found] == [list(one.false_by_cause) for one in told]
    for most in range(1, 4):
        assert every.by_device(most) == loads(cases, attrgetter("device"), OSLO, most)
        assert every.by_resident(lambda unit: unit == "sol", most) == loads(
            _of("sol", cases), attrgetter("resident"), OSLO, most
        )
    assert every.hours([(hour, 1) for hour in range(24)]) == _hours(cases)
    assert every.answers(NOW) == _answers(cases)


def _of(unit: str, cases: Sequence[Case]) -> list[Case]:
    return [one for one in cases if one.unit == unit]


def _hours(cases: Sequence[Case]) -> list[Hour]:
    """One by one."""
    at = [[one for one in cases if one.at.astimezone(OSLO).hour == hour] for hour in range(24)]
    return [
        Hour(
            hour=hour, useful=sum(one.useful for one in found), false=sum(one.false for one in found if not one.useful),
            other=sum(not one.useful and not one.false for one in found), summons=hour, off_duty=1,
        )
        for hour, found in enumerate(at)
    ]  # fmt: skip


def _answers(cases: Sequence[Case]) -> list[Answers]:
    """One by one."""
    grouped: dict[tuple[str | None, Shift], list[float]] = {}
    for one in cases:
        if one.severity < Severity.SERIOUS or (one.answered_at is None and NOW - one.at < PROMPT):
            continue
        took = (one.answered_at - one.at).total_seconds() if one.answered_at else inf
        grouped.setdefault((one.unit, shift_of(one.at, OSLO)), []).append(max(0.0, took))
    ordered = sorted(grouped.items(), key=lambda item: (item[0][0] or "", list(Shift).index(item[0][1])))
    return [answers_of(unit, shift, sorted(took)) for (unit, shift), took in ordered]
