"""A sandbox judges as the hub does, keeps to itself, and ends."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carehub.core.findings import Outcome
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.sandbox import LASTS, MOST_A_MINUTE, MOST_SANDBOXES, Sandbox, Sandboxes, TooMany, empty
from carehub.plugins import load_rulebook
from integrations.sources import carehub_v1, zigbee2mqtt

SOURCES = (carehub_v1.SOURCE, zigbee2mqtt.SOURCE)
NOW = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)
RULES = Path(__file__).resolve().parents[3] / "rules"


@pytest.fixture(scope="module")
def book() -> Rulebook:
    found, faults = load_rulebook(RULES, "Europe/Oslo")
    assert faults == []
    return found


@pytest.fixture
def home(book: Rulebook) -> Sandbox:
    return empty(SOURCES, book, NOW)


def test_a_press_is_an_alarm(home: Sandbox) -> None:
    heard = home.hear("carehub/v1/p/alarm", b'{"id": "1", "kind": "button.pressed"}', None, NOW)

    assert (heard.source, heard.error) == ("carehub_v1", None)
    assert [(one.event.kind, one.outcome) for one in heard.judged] == [("button.pressed", Outcome.ALERT)]
    assert [found.kind for found in heard.judged[0].raised] == ["social-alarm"]


def test_a_door_at_night_is_told_ahead_as_the_rule_will_find_it(home: Sandbox) -> None:
    heard = home.hear("zigbee2mqtt/Ytterdør", b'{"contact": false}', "entrance", NOW)

    assert "night-exit" in {found.kind for one in heard.judged for found in one.raised} | {
        found.kind for found in heard.ahead
    }


def test_what_has_fallen_due_is_told_with_the_next_message(home: Sandbox) -> None:
    first = home.hear("zigbee2mqtt/Ytterdør", b'{"contact": false}', "entrance", NOW)
    due = {found.kind for found in first.ahead if found.at < NOW + timedelta(hours=2)}

    later = home.hear("zigbee2mqtt/Klima", b'{"temperature": 21}', "kitchen", NOW + timedelta(hours=2))

    assert due <= {found.kind for found in later.waited}


@pytest.mark.parametrize(
    ("topic", "payload", "source", "alarms"),
    [
        ("carehub/v1/p/alarm", b"{", "carehub_v1", True),
        ("carehub/v1/p/event", b"\xff\x00", "carehub_v1", False),
        ("nobody/speaks/this", b"{}", None, False),
    ],
)
def test_what_cannot_be_read_says_why(
    home: Sandbox, topic: str, payload: bytes, source: str | None, *, alarms: bool
) -> None:
    heard = home.hear(topic, payload, None, NOW)

    assert (heard.source, heard.alarms, heard.judged) == (source, alarms, [])
    assert (heard.error is None) == (source is None)


def test_sixty_messages_a_minute_and_no_more(home: Sandbox) -> None:
    for _ in range(MOST_A_MINUTE):
        home.hear("carehub/v1/p/event", b'{"id": "1", "kind": "motion.detected"}', None, NOW)

    with pytest.raises(TooMany):
        home.hear("carehub/v1/p/event", b'{"id": "1", "kind": "motion.detected"}', None, NOW)
    home.hear("carehub/v1/p/event", b'{"id": "1", "kind": "motion.detected"}', None, NOW + timedelta(minutes=1))


def test_two_sandboxes_do_not_know_of_one_another(book: Rulebook) -> None:
    all_of_them = Sandboxes()
    one, secret = all_of_them.begin(SOURCES, book, NOW)
    other, _ = all_of_them.begin(SOURCES, book, NOW)

    one.hear("carehub/v1/p/alarm", b'{"id": "1", "kind": "button.pressed"}', None, NOW)

    assert all_of_them.of(secret, NOW) is one
    assert all_of_them.named(other.id, NOW) is other
    assert not other.heard
    assert all_of_them.of("wrong", NOW) is None


def test_a_sandbox_ends_after_a_day_and_makes_room(book: Rulebook) -> None:
    all_of_them = Sandboxes()
    one, secret = all_of_them.begin((), book, NOW)
    for _ in range(MOST_SANDBOXES - 1):
        all_of_them.begin((), book, NOW)
    with pytest.raises(TooMany):
        all_of_them.begin((), book, NOW)

    after = NOW + LASTS
    assert (all_of_them.of(secret, after), all_of_them.named(one.id, after)) == (None, None)
    all_of_them.begin((), book, after)
