"""Another threshold moves the moments of a rule's examples, and nothing else of them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.rules import stories
from carehub.core.rules.examples import failures, moved
from carehub.core.rules.language import Example, Expected, Rule
from carehub.core.rules.tuning import tuned
from tests.unit.rules.building import rule, shipped

OSLO = ZoneInfo("Europe/Oslo")
DAY = date(2026, 1, 15)
_ALERT = Expected(at="02:10", alert="test-rule")


def _as_told(one: Example) -> tuple[object, ...]:
    return one.name, one.day, one.given, one.expect if isinstance(one.expect, str) else [it.alert for it in one.expect]


@pytest.mark.parametrize("one", shipped(), ids=lambda one: one.id)
def test_whatever_a_shipped_rule_is_tuned_to_its_examples_alert_of_the_same_or_stay(one: Rule) -> None:
    assert moved(one) == one
    for path, bounds in one.model_dump(mode="json", by_alias=True)["tune"].items():
        for value in (bounds["least"], bounds["most"]):
            new = tuned(one, [(path, value)])
            after = moved(new)
            assert [*map(_as_told, after.examples)] == [*map(_as_told, one.examples)]
            assert len(failures(after)) <= len(failures(new))
            assert moved(after) == after


def test_an_example_that_would_no_longer_alert_stays_and_says_so() -> None:
    one = rule("watch: {kind: door.opened}").model_copy(update={"examples": (
        Example(name="nobody goes out", given=("02:10 motion.detected hall",), expect=(_ALERT,)),
        Example(name="somebody goes out", given=("02:10 door.opened entrance",), expect="nothing"),
    )})  # fmt: skip
    assert moved(one) == one
    assert len(failures(one)) == 2


@given(st.integers(0, 90 * 86_400))
def test_a_moment_is_written_as_an_example_reads_it(seconds: int) -> None:
    at = datetime(2026, 1, 15, tzinfo=UTC) + timedelta(seconds=seconds)
    assert stories.moment(stories.clock(at, DAY, OSLO), DAY, OSLO) == at
