from datetime import UTC, datetime, timedelta
from enum import Enum
from zoneinfo import ZoneInfo

import pytest

from carehub.core.answers.alerts import Aftermath, Cause, Step
from carehub.core.findings import Condition, Outcome
from carehub.core.kinds import KNOWN_KINDS
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.plugins import load_rulebook
from carehub.store import tables
from carehub.store.pages import Movement
from carehub.store.tables.places import DeviceStatus
from carehub.web import words
from carehub.web.picture import drawn
from tests.shared import ROOT

NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
OSLO = ZoneInfo("Europe/Oslo")


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (words.CAUSES, Cause), (words.AFTERMATHS, Aftermath), (words.ROLES, Role), (words.OUTCOMES, Outcome),
        (words.DEVICE_STATUSES, DeviceStatus), (words.STEPS, Step),
    ],
)  # fmt: skip
def test_there_is_a_word_for_everything(said: dict[object, str], kind: type[Enum]) -> None:
    assert set(said) == set(kind)


def test_a_card_bears_the_title_of_the_rule_or_of_the_floor() -> None:
    rulebook, _ = load_rulebook(ROOT / "rules", "Europe/Oslo")
    ours = {
        rule.alert_kind: rule for rule in reversed(rulebook.rules.values()) if rule.alert_kind not in words.FLOOR_TITLES
    }

    assert {kind: words.title_of(kind, rulebook) for kind in ours} == {kind: one.title.nb for kind, one in ours.items()}
    assert words.title_of("social-alarm", rulebook) == words.FLOOR_TITLES["social-alarm"]
    assert words.title_of("never-heard-of", rulebook) == "Never heard of"


def test_every_event_kind_has_its_words() -> None:
    assert set(words.KINDS) >= KNOWN_KINDS


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (72, "1 min 12 s"), (599, "9 min 59 s"), (600, "10 min"), (3599, "59 min"),
     (7500, "2 t 5 min"), (172_799, "47 t 59 min"), (172_800, "2 døgn"), (-5, "0 s")],
)  # fmt: skip
def test_ages_are_as_short_as_a_card_needs(seconds: int, said: str) -> None:
    assert words.age(NOW - timedelta(seconds=seconds), NOW) == said


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        ("02:10 door.opened entrance", "02:10 døren åpnet inngang"),
        ("none by 02:15", "ikke sett innen kl. 02:15"),
        ("from 02:10 to 02:15", "fra kl. 02:10 til kl. 02:15"),
        ("not away", "ikke borte"),
        ("3: 01:10, 01:40, 02:05", "3: 01:10, 01:40, 02:05"),
    ],
)
def test_a_trace_is_read_in_norwegian(seen: str, said: str) -> None:
    assert words.condition_line(Condition(name="watch", wanted="", seen=seen, held=True)) == (
        "Dette utløste regelen",
        said,
    )


def raised(alert_id: str, ago: timedelta) -> tables.Alert:
    at = NOW - ago
    return tables.Alert(
        id=alert_id, dedup_key=alert_id, kind="fall", severity=Severity.CRITICAL, scope_id="home", rule_id="floor",
        rule_version="1", raised_at=at, last_event_at=at,
    )  # fmt: skip


def moved(minutes_ago: int, place: str | None) -> Movement:
    return Movement(resident="a", at=NOW - timedelta(minutes=minutes_ago), kind="motion.detected", place=place)


def test_the_picture_has_a_lane_per_place_and_counts_by_the_quarter() -> None:
    picture = drawn([moved(14, "kitchen"), moved(13, "kitchen"), moved(5, "bathroom")], [], "x", NOW, OSLO)

    assert [lane.name for lane in picture.lanes] == ["bad", "kjøkken"]
    assert [field.level for field in picture.lanes[1].fields] == [2]
    assert sum(picture.lanes[1].per_hour) == 2
    assert picture.summary == "Sist registrert aktivitet for 5 min siden (bad)."


def test_an_empty_picture_says_so() -> None:
    picture = drawn([], [], "x", NOW, OSLO)

    assert (picture.lanes, picture.summary) == ((), "Ingen aktivitet er registrert de siste 12 timene.")


def test_many_places_become_six_lanes_and_nothing_is_lost() -> None:
    movements = [moved(10, f"place_{number}") for number in range(9) for _ in range(number + 1)]

    picture = drawn(movements, [], "x", NOW, OSLO)

    assert len(picture.lanes) <= 7
    assert sum(sum(lane.per_hour) for lane in picture.lanes) == len(movements)


def test_the_picture_ends_with_now_and_marks_the_alert_inside() -> None:
    alert, old = raised("x", timedelta(minutes=1)), raised("y", timedelta(hours=13))

    picture = drawn([], [alert, old], "x", NOW, OSLO)

    assert [(mark.at, mark.this) for mark in picture.marks] == [("02:13", True)]
    assert 0 <= picture.marks[0].x <= picture.now_x <= 100


def test_a_channel_is_written_small_amid_a_sentence_and_letters_stay_letters() -> None:
    """The ladders had "Solveig (Varsel på telefonen)" stood in the ladders."""
    assert [words.way_amid(one) for one in ("push", "sms", "sms_gateway", "email", "fax")] == [
        "varsel på telefonen", "SMS", "SMS (reserve)", "e-post", "fax",
    ]  # fmt: skip
