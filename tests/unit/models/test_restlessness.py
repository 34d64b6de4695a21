"""Restlessness: against other homes and the own days, explained, kept, and blind to the future."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.contracts import Activity, Outcome
from carehub.core.days.restlessness import RestlessDay
from models.evaluation.protocol import Recording, judged_days
from models.restlessness import DETECTOR, Restlessness
from tests.unit.models.restless_homes import FIRST, counted, homes, without

LAST = FIRST + timedelta(days=49)
TODAY = LAST + timedelta(days=1)


def test_a_restless_day_is_told_with_the_own_normal_and_that_of_other_homes_beside_it() -> None:
    model = Restlessness(zone="UTC").train(_as_events(homes()), _midnight(TODAY))

    (change,) = model.changes("r03", _as_events({"r03": [counted(TODAY, 400)]})["r03"], _midnight(TODAY, after=1))

    assert change.day == TODAY.isoformat()
    assert change.part == "day"
    assert change.words.startswith("urolig døgn: ")
    assert "vanlig her" in change.words
    assert "i andre hjem" in change.words
    assert change.measures["room_changes"][0] == 400


@pytest.mark.parametrize("changes", [5, 45])
def test_a_usual_day_and_a_quiet_one_are_not_told(changes: int) -> None:
    model = Restlessness(zone="UTC").train(_as_events(homes()), _midnight(TODAY))
    events = _as_events({"r03": [counted(TODAY, changes)]})["r03"]

    assert model.changes("r03", events, _midnight(TODAY, after=1)) == []


def test_one_who_is_always_busier_than_others_and_one_who_is_unlike_herself_both_come_forward() -> None:
    days = homes()
    busy = [counted(one.day, 300) for one in days["r00"]]
    model = DETECTOR.from_days({**days, "busy": busy}, TODAY)

    judged = model.judge({"busy": counted(TODAY, 300), "r00": counted(TODAY, 75), "r08": counted(TODAY, 75)})

    assert judged["busy"].level > judged["r00"].level
    assert judged["r00"].own > judged["busy"].own
    assert model.is_unlike_own(judged["r00"])
    assert not model.is_unlike_own(judged["busy"])


def test_somebody_who_has_just_moved_in_is_judged_by_the_cohort() -> None:
    model = DETECTOR.from_days(homes(), TODAY)

    judged = model.judge({"new": counted(TODAY, 400), "r00": counted(TODAY, 30)})

    assert judged["new"].level > 3 > judged["r00"].level


def test_nothing_is_told_while_little_is_known() -> None:
    few = {who: days[:3] for who, days in homes().items()}
    model = DETECTOR.from_days(few, FIRST + timedelta(days=3))
    judged = model.judge({"r03": counted(FIRST + timedelta(days=3), 4000)})

    assert not any(model.is_told(one) or model.is_unlike_own(one) for one in judged.values())
    assert DETECTOR.from_days({}, TODAY).judge({"r03": counted(TODAY, 40)}) == {}


def test_a_day_that_was_not_heard_damages_nobodys_normal() -> None:
    day = LAST - timedelta(days=3)
    days = homes()
    missing = {who: without(some, day) for who, some in days.items()}
    broken = {who: [*some, counted(day, 0, whole=False)] for who, some in missing.items()}
    asked = {who: counted(TODAY, 60) for who in days}

    with_it, without_it = (DETECTOR.from_days(some, TODAY).judge(asked) for some in (broken, missing))

    assert with_it == without_it


def test_it_is_kept_without_pickle_and_says_the_same_afterwards() -> None:
    model = DETECTOR.from_days(homes(), TODAY, _outcomes())
    asked = {"r11": counted(TODAY, 120), "new": counted(TODAY, 30)}

    again = DETECTOR.from_bytes(model.to_bytes())

    assert again.judge(asked) == model.judge(asked)
    assert model.judge(asked)["r11"].chance is not None


def test_f75_what_is_no_such_model_is_refused() -> None:
    stored = DETECTOR.from_days(homes(), TODAY).to_bytes()

    for broken in (b"", stored[:-1], stored.replace(b"restlessness", b"restlessmess")):
        with pytest.raises(ValueError, match="model"):
            DETECTOR.from_bytes(broken)


def test_outcomes_raise_the_chance_of_those_of_whom_they_were_true() -> None:
    days = homes()
    model = DETECTOR.from_days(days, TODAY, _outcomes())

    judged = model.judge({"r11": counted(TODAY, 85), "r10": counted(TODAY, 85)})

    assert (judged["r11"].chance or 0) > 2 * (judged["r10"].chance or 0)


@given(
    day=st.integers(20, 48),
    changes=st.dictionaries(st.sampled_from([f"r{number:02}" for number in range(12)]), st.integers(0, 500)),
)
def test_an_event_after_a_day_changes_no_score_of_that_day_or_before(day: int, changes: dict[str, int]) -> None:
    cut, days = FIRST + timedelta(days=day), homes()
    later = {
        who: [one if one.day <= cut else counted(one.day, changes.get(who, 7), whole=who in changes) for one in some]
        for who, some in days.items()
    }
    span = {"first": cut - timedelta(days=1), "last": cut}

    was, became = (judged_days(_recording(some), DETECTOR, outcomes=False, **span) for some in (days, later))

    assert was == became


@settings(max_examples=10)  # each trains two classifiers
@given(
    day=st.integers(0, 3),
    late=st.sets(st.tuples(st.sampled_from([f"r{number:02}" for number in range(12)]), st.integers(0, 9)), max_size=5),
)
def test_a_label_is_known_only_after_its_day(day: int, late: set[tuple[str, int]]) -> None:
    cut = LAST - timedelta(days=10 - day)
    early = {(one.resident, one.day) for one in _outcomes() if one.day < cut}
    more = early | {(who, cut + timedelta(days=after)) for who, after in late}

    was, became = (
        judged_days(_recording(homes(), labels), _SMALL, outcomes=True, first=cut, last=cut) for labels in (early, more)
    )

    assert was == became


_SMALL = Restlessness(trees=10)


def _outcomes() -> list[Outcome]:
    return [Outcome(resident="r11", day=FIRST + timedelta(days=day), useful=True) for day in range(10, 50, 2)]


def _recording(days: dict[str, list[RestlessDay]], labels: set[tuple[str, date]] = frozenset()) -> Recording:  # type: ignore[assignment]
    known = frozenset((who, one.day) for who, some in days.items() for one in some)
    return Recording(days=days, person_days=known, labels=frozenset(labels))


def _midnight(day: date, *, after: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=after)


def _as_events(days: dict[str, list[RestlessDay]]) -> dict[str, list[Activity]]:
    """Two rooms, to and fro: as many changes as each day's counts have."""
    return {who: [event for one in some for event in _of_day(one)] for who, some in days.items()}


def _of_day(day: RestlessDay) -> list[Activity]:
    start, changes = _midnight(day.day), sum(next(iter(day.by_hour.values())))
    step = timedelta(hours=12) / (changes + 1)
    return [
        Activity(
            at=start + timedelta(hours=8) + number * step, kind="motion.detected",
            place="hall" if number % 2 else "kitchen",
        )
        for number in range(changes + 1)
    ]  # fmt: skip
