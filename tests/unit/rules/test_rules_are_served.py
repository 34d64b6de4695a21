"""Each rule that ships: a recorded message, the road's own decoder, the fold, the alert."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from carehub.app.settings import Settings, names
from carehub.contracts import Message
from carehub.core.events import Event, Input
from carehub.core.folding.fold import Rulebook
from carehub.core.rules import served, stories
from carehub.core.rules.examples import play
from carehub.core.rules.language import Rule, parse_rule
from carehub.plugins import load_rulebook, load_sources
from tests.unit.rules.building import OSLO, RULES
from tests.unit.rules.building import shipped as in_force

STORIES = (Path(__file__).parents[2] / "payloads" / "rules.jsonl").read_text(encoding="utf-8").splitlines()
TOLD = [json.loads(line) for line in STORIES]
SOURCES = load_sources(names(Settings().sources))
ROADS = {source.name: source.kinds for source in SOURCES}
DAY = date(2026, 1, 15)


def shipped() -> list[Rule]:
    optional = [parse_rule(path.read_text(encoding="utf-8")) for path in sorted((RULES / "optional").glob("*.yaml"))]
    return [*in_force(), *optional]


RULE = {rule.id: rule for rule in shipped()}


def test_the_optional_rules_pass_their_examples_and_none_is_switched_off() -> None:
    assert load_rulebook(RULES / "optional", "Europe/Oslo")[1] == []
    assert [rule.id for rule in shipped() if not rule.enabled] == []  # a rule that is off makes residents blind


def heard(one: dict[str, Any], seq: int) -> list[Input]:
    """What the fold is given when the message arrives."""
    if "line" in one:
        return [stories.told(one["line"], seq, DAY, OSLO)]
    at = stories.moment(one["at"], DAY, OSLO)
    message = Message(topic=one["topic"], payload=json.dumps(one["payload"]).encode(), received_at=at)
    [source] = [source for source in SOURCES if source.device_of(message.topic)]
    return [
        Event(
            seq=seq, at=at, kind=reading.kind, scope=stories.SCOPE, source=source.name, device=reading.device,
            resident="resident", place=one.get("place"), value=reading.value, detail=reading.detail,
        )
        for reading in source.decode(message)
    ]  # fmt: skip


@pytest.mark.parametrize("told", TOLD, ids=lambda told: str(told["rule"]))
def test_a_recorded_message_goes_through_decoder_and_fold_to_the_alert(told: dict[str, Any]) -> None:
    book = Rulebook.of([RULE[told["rule"]]], "Europe/Oslo")
    given = [each for seq, one in enumerate(told["messages"], 1) for each in heard(one, seq)]
    wanted = [(stories.moment(at, DAY, OSLO), kind) for at, kind in told["alerts"]]

    assert wanted
    assert play(given, book, wanted[-1][0]) == wanted


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_each_rule_has_a_recorded_message_or_is_about_the_hub_itself(rule: Rule) -> None:
    roads = served.heard_from(rule, ROADS)

    assert roads
    assert roads == [served.THE_HUB] or rule.id in {told["rule"] for told in TOLD}


@pytest.mark.parametrize("rule", shipped(), ids=lambda rule: rule.id)
def test_each_rule_says_on_what_basis_it_may_run_and_nothing_stands_against_it(rule: Rule) -> None:
    assert list(served.objections(rule, ROADS)) == []


def test_the_national_codes_that_a_sensor_can_tell_have_a_rule() -> None:
    codes = {
        code
        for rule in shipped()
        for code in (rule.alert_code.values() if isinstance(rule.alert_code, dict) else [rule.alert_code])
    }

    assert {f"1.{number}" for number in range(1, 24)} - codes == {"1.15"}  # the pharmacy's, not a sensor's
    assert {f"4.{number}" for number in range(1, 27)} - codes == NOT_BY_A_SENSOR
    assert codes >= {"2", "3", "4", "5", "5.3.2", "6", "7.1"}


NOT_BY_A_SENSOR = {
    "4.8",  # activity in the room: see 4.18
    "4.13",  # a button of a supervised room is a social alarm here, code 3
    "4.16",  # a door that was shut: no one's alarm
    "4.25",  # a camera that an event starts: no camera is a source
    "4.22",  # a call that failed is the call's own report
}
