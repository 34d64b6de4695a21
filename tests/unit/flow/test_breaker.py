"""The breaker as pure decisions: open after failures in a row, one probe at a time, closed by any answer (F40)."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from carehub.core.answers.breaker import OPEN_AFTER, REST, Breaker, after, rests, tried

NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)


def failed(times: int) -> Breaker:
    breaker = Breaker()
    for _ in range(times):
        breaker = after(breaker, NOW, answered=False)
    return breaker


def test_four_failures_are_a_bad_minute_and_five_a_failing_provider_f40() -> None:
    assert not rests(failed(OPEN_AFTER - 1), NOW)
    assert rests(failed(OPEN_AFTER), NOW)


def test_an_answer_in_between_begins_the_count_anew_f40() -> None:
    breaker = after(failed(OPEN_AFTER - 1), NOW, answered=True)

    assert not rests(after(breaker, NOW, answered=False), NOW)


def test_a_clock_that_is_set_back_leaves_no_provider_alone_for_an_hour_f34() -> None:
    assert not rests(failed(OPEN_AFTER), NOW - timedelta(hours=1))


def test_after_its_rest_one_may_try_and_the_others_wait_for_what_comes_of_it_f40() -> None:
    later = NOW + REST
    breaker = failed(OPEN_AFTER)
    assert not rests(breaker, later)

    breaker = tried(breaker, later)

    assert rests(breaker, later)
    assert not rests(after(breaker, later, answered=True), later)
    again = after(breaker, later, answered=False)
    assert (rests(again, later), again.opened_at) == (True, NOW)


@given(st.lists(st.booleans(), max_size=40))
def test_it_never_rests_longer_than_its_rest_and_never_after_an_answer(answers: list[bool]) -> None:
    breaker, now = Breaker(), NOW
    for answered in answers:
        now += timedelta(seconds=1)
        breaker = after(tried(breaker, now), now, answered=answered)
        assert not rests(breaker, now + REST)
        assert not (answered and rests(breaker, now))
