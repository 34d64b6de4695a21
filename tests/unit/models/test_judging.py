"""Whether a detector may speak: what switches it off, and what merely makes somebody look."""

from hypothesis import given
from hypothesis import strategies as st

from carehub.core.days.judging import Checks, concerns, why_off


def test_a_bad_month_switches_it_off_and_a_few_bad_days_do_not() -> None:
    assert why_off(Checks(useful=0, judged=9)) is None
    assert why_off(Checks(useful=0, judged=20)) == "Bare 0 av 20 varsler var til nytte; kravet er 20 %."
    assert why_off(Checks(useful=2, judged=20)) is None  # the interval reaches 30 %
    assert why_off(Checks(useful=20, judged=200)) is not None


@given(useful=st.integers(0, 100), judged=st.integers(0, 200))
def test_one_more_that_was_of_use_never_switches_it_off(useful: int, judged: int) -> None:
    if useful < judged and why_off(Checks(useful=useful, judged=judged)) is None:
        assert why_off(Checks(useful=useful + 1, judged=judged)) is None


def test_many_more_or_many_fewer_findings_than_usual_are_a_concern() -> None:
    assert concerns(Checks(this_week=30, usual_week=None)) == []
    assert concerns(Checks(this_week=12, usual_week=9.5)) == []
    assert concerns(Checks(this_week=4, usual_week=0.2)) == []
    assert concerns(Checks(this_week=30, usual_week=9.5)) == ["30 funn siste uke, mot vanlig 9,5."]
    assert concerns(Checks(this_week=0, usual_week=16.0)) == ["0 funn siste uke, mot vanlig 16,0."]
    assert "PSI 0,41" in concerns(Checks(strange={"night.activity": 0.41}))[0]
