"""What a backtest makes of a past: the pure parts, each by itself."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.answers.escalation import Circle, Colleague, Method
from carehub.core.backtest.alerting import Desk, Usual
from carehub.core.backtest.asking import OnDuty, Roster, asked, is_night
from carehub.core.backtest.comparing import compared, missed
from carehub.core.backtest.holes import Silences, within
from carehub.core.backtest.playing import Past, Player, Playing, Sides, Stop
from carehub.core.backtest.report import Hole
from carehub.core.backtest.values import Alerted, Raised, was_real
from carehub.core.events import Event
from carehub.core.findings import Finding, Outcome, Trace
from carehub.core.folding.journal import Recorded
from carehub.core.people.access import Role
from carehub.core.rules.drafting import draft_hash, read_draft, with_draft
from carehub.core.rules.errors import RuleError
from carehub.core.severity import Severity
from tests.journeys.building import shipped

OSLO = ZoneInfo("Europe/Oslo")
START = datetime(2026, 1, 15, 12, tzinfo=UTC)
_RULE = """
id: door-open
title: {nb: Døren står åpen, nn: Døra står open, en: The door stands open}
watch: {kind: door.opened}
for: 10 min
until: {kind: door.closed}
severity: serious
"""
_BUTTON = """
id: button-again
title: {nb: Trykk, nn: Trykk, en: Press}
watch: {kind: button.pressed}
severity: moderate
"""


def minutes(many: float) -> timedelta:
    return timedelta(minutes=many)


def recorded(seq: int, after: float, kind: str, place: str = "entrance") -> Recorded:
    event = Event(
        seq=seq, at=START + minutes(after), kind=kind, scope="home:a", source="t", device=f"d-{place}", resident="anna",
        place=place,
    )  # fmt: skip
    return Recorded(event=event, outcome=Outcome.NO_RULE)


def alert(after: float, kind: str = "fall", severity: Severity = Severity.SERIOUS, **more: object) -> Alerted:
    fields: dict[str, object] = {
        "key": f"anna/{kind}", "kind": kind, "rule": kind, "severity": severity, "highest": severity,
        "at": START + minutes(after), "scope": "home:a", "resident": "anna", "place": None,
        "answered_at": START + minutes(after + 5), "until": START + minutes(after + 30), **more,
    }  # fmt: skip
    return Alerted(**fields)  # type: ignore[arg-type]


def really(after: float, kind: str = "fall", **more: object) -> Raised:
    fields: dict[str, object] = {
        "id": f"a{after}", "key": f"anna/{kind}", "kind": kind, "severity": Severity.SERIOUS, "scope": "home:a",
        "resident": "anna", "raised_at": START + minutes(after), "cause": Cause.FALL, **more,
    }  # fmt: skip
    return Raised(**fields)  # type: ignore[arg-type]


def finding(after: float, *, press: bool = False, severity: Severity = Severity.SERIOUS) -> Finding:
    at = START + minutes(after)
    trace = Trace(rule="r", version="1", at=at, fired=True)
    return Finding(
        kind="k", rule="r", version="1", severity=severity, at=at, scope="home:a", resident="anna", trace=trace,
        press=press,
    )  # fmt: skip


# --- drafts ----------------------------------------------------------------------------------


def test_a_draft_of_several_rules_is_read_and_named_whatever_their_order() -> None:
    one, other = read_draft(_RULE + "---\n" + _BUTTON), read_draft("# first\n---\n" + _BUTTON + "---" + _RULE)

    assert [rule.id for rule in one] == ["door-open", "button-again"]
    assert draft_hash(one) == draft_hash(other) != draft_hash(one[:1])


@pytest.mark.parametrize("text", ["", "---\n---\n", _RULE + "---" + _RULE, "id: only"])
def test_what_is_no_draft_is_refused(text: str) -> None:
    with pytest.raises(RuleError):
        read_draft(text)


def test_a_draft_replaces_adds_and_takes_away() -> None:
    book = with_draft(shipped(), read_draft(_RULE))
    gone = with_draft(book, read_draft(_RULE + "enabled: false\n"))

    assert set(book.programs) == {*shipped().programs, "door-open"}
    assert gone.versions == shipped().versions


# --- playing ---------------------------------------------------------------------------------


def test_what_is_due_between_two_events_is_found_at_its_own_moment() -> None:
    player = Player("home:a", with_draft(shipped().safe_mode(), read_draft(_RULE)), Past(began=START))
    player.take(recorded(1, 1, "door.opened"))
    player.take(recorded(2, 300, "motion.detected", "hall"))

    assert [one.at for one in player.drained()] == [START + minutes(11)]


def test_in_a_stop_of_the_hub_nothing_is_judged_before_it_is_over() -> None:
    stop = Stop(START + minutes(5), START + minutes(60))
    player = Player("home:a", with_draft(shipped().safe_mode(), read_draft(_RULE)), Past(began=START, stops=(stop,)))
    player.take(recorded(1, 1, "door.opened"))
    player.finish(START + minutes(300))

    assert [one.at for one in player.drained()] == [START + minutes(60)]


_KINDS = (
    "door.opened",
    "door.closed",
    "motion.detected",
    "motion.cleared",
    "button.pressed",
    "bed.left",
    "bed.entered",
)
_lives = st.lists(
    st.tuples(
        st.floats(0.1, 200), st.sampled_from(_KINDS), st.sampled_from(["entrance", "hall", "bathroom", "bedroom"])
    ),
    max_size=40,
)


@settings(max_examples=30)
@given(life=_lives)
def test_folding_what_changes_gives_the_same_as_folding_everything(life: list[tuple[float, str, str]]) -> None:
    longer = _RULE.replace("door-open", "bathroom-long").replace("door.opened", "motion.detected")
    drafted = with_draft(shipped(), read_draft(_RULE + "---" + longer))
    quick, whole = Sides.of(shipped(), drafted), Sides(shipped(), drafted)
    after, entries = 0.0, []
    for seq, (wait, kind, place) in enumerate(life, 1):
        after += wait
        entries.append(recorded(seq, after, kind, place))

    assert quick.replaced == frozenset({"door-open", "bathroom-long"})
    assert told(quick, entries) == told(whole, entries)


def told(sides: Sides, entries: list[Recorded]) -> list[tuple[str, datetime, int | None]]:
    playing = Playing("home:a", sides, Past(began=START))
    found = [playing.take(entries), playing.finish(START + timedelta(days=30))]
    return sorted((str(one.rule), one.at, one.event) for _, draft in found for one in draft or [])


def test_where_a_life_hangs_on_the_kind_the_whole_draft_is_folded() -> None:
    drafted = with_draft(shipped(), read_draft(_BUTTON))

    assert Sides.of(shipped(), drafted) == Sides(shipped(), drafted)


_WATCHES = """
id: doors-and-doors
title: {nb: Ofte, nn: Ofte, en: Often}
watch: {found: NAME}
count: {at_least: 2, within: 1 d}
severity: moderate
"""


def test_where_a_rule_watches_another_the_whole_draft_is_folded() -> None:
    known = with_draft(shipped(), read_draft(_RULE + "---" + _WATCHES.replace("NAME", "door-open")))

    for text in (_RULE.replace("10 min", "20 min"), _WATCHES.replace("NAME", "night-exit")):
        drafted = with_draft(known, read_draft(text))
        assert Sides.of(known, drafted) == Sides(known, drafted)


def test_a_draft_that_takes_away_what_another_rule_watches_is_refused() -> None:
    known = with_draft(shipped(), read_draft(_RULE + "---" + _WATCHES.replace("NAME", "door-open")))

    with pytest.raises(RuleError, match="no such rule"):
        with_draft(known, read_draft(_RULE + "enabled: false\n"))


# --- alerts ----------------------------------------------------------------------------------


def test_the_third_press_in_eight_hours_raises_and_an_open_alert_takes_what_comes_again() -> None:
    desk = Desk([], Usual.of([]))
    for after in (0, 1, 60):
        desk.take(finding(after, press=True))

    assert [(one.at, one.reports, one.highest) for one in desk.alerts] == [
        (START, 2, Severity.SERIOUS), (START + minutes(60), 1, Severity.CRITICAL),
    ]  # fmt: skip


def test_answers_are_taken_as_recorded_and_else_as_usual() -> None:
    raised = [
        really(day * 1440, "k", taken_at=START + minutes(day * 1440 + 2), closed_at=START + minutes(day * 1440 + 9))
        for day in range(5)
    ]
    desk = Desk([*raised, really(9000, "k", taken_at=START + minutes(9100))], Usual.of(raised))
    for after in (9000, 20_000):
        desk.take(finding(after))
    desk.take(finding(20_010))

    assert [(one.recorded, one.reports) for one in desk.alerts] == [("a9000", 3)]
    other = Desk([], Usual.of(raised))
    other.take(finding(20_000))
    (usual,) = other.alerts
    assert (usual.answered_at, usual.until) == (START + minutes(20_002), START + minutes(20_009))


@pytest.mark.parametrize(
    ("cause", "aftermath", "real"),
    [
        (Cause.FALL, None, True), (Cause.UNINTENDED, Aftermath.HELPED_ON_SITE, False), (None, None, False),
        (Cause.NOTHING_FOUND, Aftermath.NO_ACTION_NEEDED, False), (Cause.OTHER, Aftermath.CALLED_DOCTOR, True),
        (Cause.TEST, None, False), (Cause.TECHNICAL, Aftermath.DEVICE_FIXED, True),
        (Cause.TOILET, Aftermath.NO_CONTACT, False), (Cause.FALL, Aftermath.NO_ACTION_NEEDED, True),
    ],
)  # fmt: skip
def test_real_is_what_was_of_use(cause: Cause | None, aftermath: Aftermath | None, real: bool) -> None:
    assert was_real(cause, aftermath) is real


# --- comparing -------------------------------------------------------------------------------


def test_alerts_are_gained_lost_moved_or_otherwise_serious() -> None:
    today = [alert(0), alert(100), alert(200), alert(1000)]
    draft = [alert(0), alert(130), alert(200, severity=Severity.CRITICAL), alert(3000)]

    found = compared(today, draft)

    assert (found.same, [one.at for one in found.gained], [one.at for one in found.lost]) == (
        1, [START + minutes(3000)], [START + minutes(1000)],
    )  # fmt: skip
    assert [(old.at, new.at) for old, new in found.moved] == [(START + minutes(100), START + minutes(130))]
    assert [(old.severity, new.severity) for old, new in found.changed] == [(Severity.SERIOUS, Severity.CRITICAL)]


def test_the_very_same_alert_is_paired_before_its_neighbour() -> None:
    found = compared([alert(0), alert(50)], [alert(50)])

    assert (found.same, [one.at for one in found.lost], found.moved) == (1, [START], [])


def test_a_real_alert_is_missed_only_where_nothing_of_its_kind_was_open_then() -> None:
    raised = [really(0), really(400), really(800, cause=Cause.UNINTENDED)]
    today, draft = [alert(0), alert(400)], [alert(-200, until=START + minutes(10)), alert(410, kind="other")]

    (found,) = missed(raised, today, draft)

    assert (found.raised.id, found.today, found.instead) == ("a400", True, ("other",))
    assert missed(raised, today, None) == []
    assert [one.today for one in missed([really(5000)], today, draft)] == [False]


# --- asking ----------------------------------------------------------------------------------


def nurse(name: str, unit: str = "sol") -> Colleague:
    way = Method(channel="sms", address=name)
    return Colleague(id=name, unit=unit, role=Role.NURSE, on_duty=False, methods=(way,))


def test_those_who_had_the_shift_then_are_asked_until_somebody_answers() -> None:
    night = datetime(2026, 1, 15, 22, 30, tzinfo=UTC)
    shifts = [OnDuty("ingrid", "sol", night, night + minutes(60)), OnDuty("tor", "sol", night - minutes(900), night)]
    roster = Roster(Circle(staff=[nurse("ingrid"), nurse("tor"), nurse("kari")]), shifts)
    late = alert(0, severity=Severity.CRITICAL, at=night + minutes(1), answered_at=night + minutes(4))

    found = asked(late, "sol", roster, OSLO)

    assert [(one.person, one.rung, one.woken, one.on_duty) for one in found] == [
        ("ingrid", 1, True, True), ("ingrid", 2, True, True),
    ]  # fmt: skip


def test_a_backtests_night_is_the_night_of_the_load() -> None:
    """It began an hour later, so the two pages never counted alike."""
    day = datetime(2026, 1, 15, tzinfo=OSLO)
    hours = {hour for hour in range(24) if is_night(day.replace(hour=hour, minute=30), OSLO)}
    assert hours == {22, 23, *range(7)}


def test_nobody_is_woken_by_day_or_by_what_waits_on_the_tablet() -> None:
    roster = Roster(Circle(staff=[nurse("ingrid")]), by_hand={"ingrid"})
    by_day, calm = alert(0), alert(0, severity=Severity.MODERATE, at=datetime(2026, 1, 15, 1, tzinfo=UTC))

    assert [one.woken for one in asked(by_day, "sol", roster, OSLO)] == [False]
    assert {(one.woken, one.way) for one in asked(calm, "sol", roster, OSLO)} == {(False, "tablet")}


# --- holes -----------------------------------------------------------------------------------


def test_a_day_without_a_sign_of_life_is_a_hole_and_so_is_a_home_that_never_spoke() -> None:
    silences = Silences("home:a", START)
    silences.hear(START - minutes(10), "anna")
    silences.hear(START + minutes(600), "anna")
    silences.hear(START + minutes(3000), None)

    (found,) = silences.end(START + minutes(3100))

    assert (found.why, found.since, found.until, found.resident) == (
        "nothing_heard", START + minutes(600), START + minutes(3000), "anna",
    )  # fmt: skip
    assert [one.why for one in Silences("home:b", START).end(START + minutes(9))] == ["nothing_at_all"]


def test_holes_are_cut_to_the_time_that_is_looked_at() -> None:
    long = Hole(why="outage", since=START - minutes(60), until=START + minutes(60))

    assert [(one.since, one.until) for one in within([long], START, START + minutes(30))] == [
        (START, START + minutes(30))
    ]
    assert list(within([long], START + minutes(60), START + minutes(90))) == []
