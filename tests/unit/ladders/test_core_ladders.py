"""Ladders as values: what may be edited, whom a rung asks; there is always somebody, and always a next time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.answers.escalation import (
    Bond,
    Circle,
    Colleague,
    Concern,
    Method,
    Place,
    asked,
    on_rung,
    reach,
    upcoming,
)
from carehub.core.answers.ladders import (
    BUILT_IN,
    LAST_REPEATS_WITHIN,
    LOUD_FROM,
    PATIENCE,
    TIMES,
    AnswerTimes,
    Audience,
    Group,
    Ladder,
    Plan,
    Rung,
    asks,
    audience,
    below_wide,
    built_in,
    faults_of,
    in_words,
    time_faults,
)
from carehub.core.people.access import Role
from carehub.core.severity import Severity

NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
_MINUTE = timedelta(minutes=1)


def somebody(
    name: str, unit: str | None = "sol", *, on_duty: bool = True, phone: bool = True, **more: object
) -> Colleague:
    ways = (Method(channel="sms", address=f"+47{name}"), Method(channel="voice", address=f"+47{name}"))
    given = {"role": Role.NURSE, "methods": ways if phone else ()} | more
    return Colleague(id=name, unit=unit, on_duty=on_duty, **given)  # type: ignore[arg-type]


KARI = somebody("kari", "nord", competences=frozenset({"medisin"}))
INGRID, TOR = somebody("ingrid"), somebody("tor", on_duty=False)
EVA = somebody("eva", None, on_duty=False, role=Role.COORDINATOR)
DAUGHTER = somebody("datter", None, on_duty=False, role=Role.RELATIVE, bond=Bond.RELATIVE)
CENTRE = somebody("sentral", None, role=None, bond=Bond.OUTSIDE)
CIRCLE = Circle(
    staff=[EVA, INGRID, KARI, TOR], neighbours={"sol": ["øst", "nord"]}, relatives={"anna": [DAUGHTER]},
    contacts={"sentral": CENTRE},
)  # fmt: skip
ANNA = Concern(unit="sol", severity=Severity.CRITICAL, resident="anna")


def test_what_is_at_home_of_two_is_about_both_and_rings_the_one_unit_that_may_be_told() -> None:
    """Smoke at theirs: her daughter is asked, once though she is his too, and the unit that may be told is rung."""
    circle = replace(
        CIRCLE, relatives={"anna": [DAUGHTER], "kåre": [DAUGHTER]}, together={"home": ["kåre", "anna"]},
        phones={"anna": "+4722222222"},
    )  # fmt: skip
    theirs, elsewhere = (replace(ANNA, resident=None, scope=scope) for scope in ("home", "shop"))

    assert asked(Audience(Group.RELATIVE), theirs, circle) == [DAUGHTER]
    assert circle.phone(theirs) == "+4722222222"
    assert asked(Audience(Group.RELATIVE), elsewhere, circle) == []
    assert circle.phone(elsewhere) is None


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("on_duty", ["ingrid"]),
        ("unit", ["ingrid", "tor"]),
        ("everybody_on_duty", ["ingrid", "kari"]),
        ("everybody", ["eva", "ingrid", "kari", "tor"]),
        ("nearest", ["kari"]),
        ("role:coordinator", ["eva"]),
        ("competence:medisin", ["kari"]),
        ("competence:ukjent", []),
        ("schedule:sol", []),
        ("person:tor", ["tor"]),
        ("person:sluttet", []),
        ("relative", ["datter"]),
        ("alarm_centre", ["sentral"]),
        ("alarm_centre:annen", []),
    ],
)
def test_each_group_is_found_by_its_words(words: str, names: list[str]) -> None:
    found = audience(words)

    assert str(found) == words
    assert [one.id for one in asked(found, ANNA, CIRCLE)] == names


@pytest.mark.parametrize("words", ["", "alle", "role", "person:", "ON_DUTY"])
def test_words_that_name_no_group_are_refused(words: str) -> None:
    with pytest.raises(ValueError, match=r"is not a valid Group|does not say which"):
        audience(words)


def test_a_shift_counts_for_the_unit_it_is_in_and_not_for_the_one_they_belong_to() -> None:
    night = somebody("natt", "øst", shifts=frozenset({"sol"}))
    circle = Circle(staff=[INGRID, night])

    assert asked(Audience(Group.ON_DUTY), ANNA, circle) == [INGRID, night]
    assert asked(Audience(Group.UNIT), ANNA, circle) == [INGRID, night]
    assert asked(Audience(Group.SCHEDULE, "sol"), ANNA, circle) == [night]
    assert asked(Audience(Group.ON_DUTY), Concern(unit="øst", severity=Severity.CRITICAL), circle) == []


def test_an_alert_without_a_unit_concerns_everybody_on_duty() -> None:
    nowhere = Concern(unit=None, severity=Severity.CRITICAL)

    for group in (Group.ON_DUTY, Group.UNIT):
        assert asked(Audience(group), nowhere, CIRCLE) == [INGRID, KARI]
    assert asked(Audience(Group.NEAREST), nowhere, CIRCLE) == []


def test_whoever_is_there_already_is_not_asked_again() -> None:
    there = Concern(unit="sol", severity=Severity.CRITICAL, besides="ingrid")

    assert on_rung(asks(Group.UNIT, 2), there, CIRCLE) == (TOR,)


def test_a_rung_asks_each_once_and_by_its_own_ways_where_it_has_some() -> None:
    rung = Rung(asks=(Audience(Group.ON_DUTY), Audience(Group.UNIT)), patience=2 * _MINUTE, methods=("voice", "push"))

    found = on_rung(rung, ANNA, CIRCLE)

    assert [(one.id, [way.channel for way in one.methods]) for one in found] == [
        ("ingrid", ["voice"]),
        ("tor", ["voice"]),
    ]


def test_people_without_any_way_make_a_loud_rung_unreachable_and_a_quiet_one_not_f53() -> None:
    """F53: an unreachable rung is passed at once; what waits on the tablet needs no telephone."""
    circle = Circle(staff=[somebody("uten", phone=False), KARI])

    loud = reach(BUILT_IN[Severity.CRITICAL], Place(), ANNA, circle, NOW)
    quiet = reach(BUILT_IN[Severity.MODERATE], Place(), Concern(unit="sol", severity=Severity.MODERATE), circle, NOW)

    assert ([one.id for one in loud.people], loud.passed, loud.place) == (["kari"], (1, 2), Place(3))
    assert ([one.id for one in quiet.people], quiet.passed) == (["uten"], ())


def test_in_turn_each_is_given_their_own_time_before_the_ladder_climbs() -> None:
    ladder = (
        Rung(asks=(Audience(Group.UNIT), Audience(Group.PERSON, "eva")), patience=_MINUTE, in_turn=True),
        asks(Group.EVERYBODY, 5),
    )
    place, seen = Place(), []
    for _ in range(5):
        reached = reach(ladder, place, ANNA, CIRCLE, NOW)
        place = reached.place
        seen.append(([one.id for one in reached.people], reached.look_again_at - NOW, reached.siren))

    everybody = (["eva", "ingrid", "kari", "tor"], 5 * _MINUTE, True)
    assert seen == [
        (["ingrid"], _MINUTE, False), (["tor"], _MINUTE, False), (["eva"], _MINUTE, False), everybody, everybody
    ]  # fmt: skip
    assert place == Place(3)
    assert upcoming(ladder, Place(1, 1)) is ladder[0]
    assert upcoming(ladder, Place()) is ladder[0]
    assert upcoming(ladder, Place(9)) is ladder[1]


def test_in_turn_ends_and_climbs_though_one_who_was_asked_is_not_known_to_have_been() -> None:
    """Whatever is wrong with what is remembered, nobody is asked over and over while the others wait (invariant 5)."""
    ladder = (Rung(asks=(Audience(Group.UNIT),), patience=_MINUTE, in_turn=True), asks(Group.EVERYBODY, 5))
    forgets = replace(ANNA, asked=frozenset({"ingrid"}))  # tor's turn leaves no trace
    place, seen = Place(1, 1), []
    for _ in range(3):
        reached = reach(ladder, place, forgets, CIRCLE, NOW)
        place = reached.place
        seen.append(place)

    assert seen == [Place(1, 2), Place(2), Place(3)]


def test_a_units_own_ladder_goes_before_the_common_one_and_that_before_the_built_in_one() -> None:
    own = Plan(ladder=(asks(Group.UNIT, 1),), times=TIMES[Severity.CRITICAL])
    common = Plan(ladder=(asks(Group.EVERYBODY, 1),), times=TIMES[Severity.CRITICAL])
    circle = Circle(staff=[], plans={("sol", Severity.CRITICAL): own, (None, Severity.CRITICAL): common})

    assert circle.plan("sol", Severity.CRITICAL) is own
    assert circle.plan("nord", Severity.CRITICAL) is common
    assert circle.plan("sol", Severity.SERIOUS) == built_in(Severity.SERIOUS)
    assert circle.plan("sol", Severity.NOT_REPORTED) == built_in(Severity.NORMAL)


def test_the_wide_rung_is_the_first_that_asks_more_than_the_units_own_on_duty() -> None:
    assert below_wide(BUILT_IN[Severity.CRITICAL]) == 2
    assert below_wide((asks(Group.ON_DUTY, 1), asks(Group.ON_DUTY, 1))) == 1
    assert below_wide((asks(Group.EVERYBODY, 1),)) == 0


# --- what may be edited ----------------------------------------------------------------------

_ON_DUTY, _ALL = asks(Group.ON_DUTY, 2), asks(Group.UNIT, 5)
_FAULTY: list[tuple[Severity, Ladder, str]] = [
    (Severity.CRITICAL, (), "minst ett trinn"),
    (Severity.CRITICAL, (_ON_DUTY,) * 12 + (_ALL,), "høyst 12 trinn"),
    (Severity.CRITICAL, (_ON_DUTY,), "Siste trinn må spørre alle i enheten eller alle ansatte."),
    (Severity.CRITICAL, (_ON_DUTY, asks(Group.EVERYBODY_ON_DUTY, 5)), "Siste trinn må spørre alle i enheten"),
    (Severity.SERIOUS, (asks(Group.ON_DUTY, 5),), "Siste trinn må spørre alle på vakt eller flere."),
    (Severity.CRITICAL, (asks(Group.ON_DUTY, 0.2), _ALL), "Trinn 1 må vente mellom 30 sekunder og 5 minutter."),
    (Severity.CRITICAL, (asks(Group.ON_DUTY, 6), _ALL), "Trinn 1 må vente mellom 30 sekunder og 5 minutter."),
    (Severity.SERIOUS, (asks(Group.UNIT, 6),), "minst hvert 5. minutt"),
    (Severity.CRITICAL, (Rung(asks=(), patience=_MINUTE), _ALL), "Trinn 1 spør ingen."),
    (Severity.CRITICAL, (asks(Group.RELATIVE, 2), _ALL), "Trinn 1 må spørre noen av personalet."),
    (Severity.CRITICAL, (Rung(asks=(Audience(Group.UNIT),), patience=_MINUTE, in_turn=True),), "alle samtidig"),
    (Severity.CRITICAL, (Rung(asks=(Audience(Group.UNIT),), patience=_MINUTE, methods=("push",)),), "alle måter"),
    (Severity.MODERATE, (asks(Group.ON_DUTY, 1),), "Trinn 1 må vente mellom 5 minutter og 4 timer."),
]


@pytest.mark.parametrize(("severity", "ladder", "words"), _FAULTY)
def test_a_ladder_that_could_leave_somebody_without_help_is_refused(
    severity: Severity, ladder: Ladder, words: str
) -> None:
    assert any(words in fault for fault in faults_of(severity, ladder))


@pytest.mark.parametrize("severity", list(BUILT_IN))
def test_the_built_in_ladders_keep_their_own_rules(severity: Severity) -> None:
    plan = built_in(severity)

    assert faults_of(severity, plan.ladder) == []
    assert time_faults(severity, plan.times) == []


def test_answer_times_have_bounds() -> None:
    wrong = AnswerTimes(arrive=timedelta(hours=2), finish=timedelta(minutes=1))

    assert time_faults(Severity.CRITICAL, wrong) == [
        "Fremme innen må være mellom 2 minutter og 30 minutter.",
        "Ferdig innen må være mellom 10 minutter og 2 timer.",
    ]
    assert [in_words(timedelta(seconds=one)) for one in (1, 60, 90, 3600)] == [
        "1 sekunder", "1 minutt", "90 sekunder", "1 time"
    ]  # fmt: skip


# --- whatever is edited, and whoever there is ------------------------------------------------

_NAMES = ("a", "b", "c", "d")
_people = st.lists(
    st.builds(
        somebody,
        st.sampled_from(_NAMES),
        st.sampled_from(["sol", "nord", None]),
        on_duty=st.booleans(),
        phone=st.booleans(),
        role=st.sampled_from([Role.NURSE, Role.COORDINATOR]),
    ),
    unique_by=lambda one: one.id,
    max_size=4,
)
_PLAIN = set(Group) - {Group.ROLE, Group.COMPETENCE, Group.SCHEDULE, Group.PERSON}
_audiences = st.sampled_from(
    [*sorted(map(Audience, _PLAIN), key=str), Audience(Group.PERSON, "a"), Audience(Group.ROLE, "coordinator")]
)
_rungs = st.builds(
    Rung,
    asks=st.lists(_audiences, min_size=1, max_size=3).map(tuple),
    patience=st.integers(30, 300).map(lambda seconds: timedelta(seconds=seconds)),
    in_turn=st.booleans(),
    methods=st.sampled_from([(), ("sms",), ("voice",), ("push",)]),
    siren=st.booleans(),
)


@given(
    rungs=st.lists(_rungs, max_size=4),
    people=_people,
    severity=st.sampled_from([Severity.SERIOUS, Severity.CRITICAL]),
    unit=st.sampled_from(["sol", "nord", None]),
    steps=st.integers(1, 30),
)
def test_on_every_ladder_somebody_is_asked_whoever_there_is_and_the_top_repeats_within_five_minutes_f53_g7(
    rungs: list[Rung], people: list[Colleague], severity: Severity, unit: str | None, steps: int
) -> None:
    """F53, G7: recipients are empty only where nobody at all can be reached; a next moment is always set."""
    ladder = (*rungs, asks(Group.UNIT, 5))
    reachable = any(one.methods for one in people)
    concern, circle = Concern(unit=unit, severity=severity), Circle(staff=people)
    place, before = Place(), set[Place]()
    for _ in range(steps):
        reached = reach(ladder, place, concern, circle, NOW)
        assert bool(reached.people) == reachable
        assert NOW < reached.look_again_at <= NOW + max(LAST_REPEATS_WITHIN, PATIENCE[severity].most)
        assert reached.place not in before  # each step has a name of its own, so nobody is told twice of it
        before.add(reached.place)
        place = reached.place
        if place.rung >= len(ladder):
            assert reached.siren
            assert reached.look_again_at - NOW <= LAST_REPEATS_WITHIN
    assert severity >= LOUD_FROM
