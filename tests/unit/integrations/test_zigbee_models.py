"""The table against all 4,516 models that zigbee2mqtt knows."""

import gzip
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from integrations.sources._zigbee_actions import Meaning, meaning
from integrations.sources._zigbee_fields import FIELDS
from tests.shared import shared

PAYLOADS = Path(__file__).parents[2] / "payloads"
FILE = "data/payloads/z2m_exposes_4516_models.jsonl.gz"
ALARMING = re.compile(r"alarm|smoke|gas|carbon|leak|fall|sos|panic|emergency|help|fire|flood")
READ, SET = 1, 2


def features(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield entry
    if entry["type"] != "composite":
        for feature in entry.get("features", []):
            yield from features(feature)


def every_feature() -> Iterator[tuple[str, dict[str, Any]]]:
    with gzip.open(shared(FILE), "rt", encoding="utf-8") as lines:
        for line in lines:
            model = json.loads(line)
            for entry in model["exposes"]:
                for feature in features(entry):
                    if feature.get("property"):
                        yield f"{model['vendor']} {model['model']}", feature


def ignored() -> dict[str, str]:
    groups = tomllib.loads((PAYLOADS / "zigbee_ignored.toml").read_text(encoding="utf-8"))["group"]
    return {name: group["reason"] for group in groups for name in group["fields"]}


def tells_a_state(feature: dict[str, Any]) -> bool:
    """Whether it reports something in two or more words; what can be set is told only if it sounds like an alarm."""
    access = feature.get("access", 0)
    if feature["type"] not in {"binary", "enum"} or not access & READ:
        return False
    return not access & SET or bool(ALARMING.search(feature["property"]))


def test_every_state_of_every_model_is_in_the_table_or_left_out_with_a_reason() -> None:
    known = ignored()
    undecided = {
        feature["property"]: model
        for model, feature in every_feature()
        if tells_a_state(feature)
        and feature["property"] not in FIELDS
        and re.sub(r"\d+", "#", feature["property"]) not in known
    }

    assert undecided == {}


def test_nothing_is_both_read_and_left_out() -> None:
    both = {re.sub(r"\d+", "#", name) for name in FIELDS} & ignored().keys()

    assert both == {"contact_alarm_#", "occupancy_alarm_#"}  # the first is read, the second repeats it


def test_every_action_of_every_model_has_a_meaning() -> None:
    told = [feature.get("values", []) for _, feature in every_feature() if feature["property"] == "action"]
    actions = {str(action) for values in told for action in values}

    assert len(actions) > 1900
    assert {action for action in actions if meaning(action) is Meaning.UNKNOWN} == set()


def test_every_word_of_a_hazard_or_a_fall_can_be_read() -> None:
    vital = {name for name, field in FIELDS.items() if getattr(field, "vital", False)}

    for model, feature in every_feature():
        if feature["property"] in vital and feature["type"] in {"binary", "enum"} and feature.get("access", 0) & READ:
            values = feature.get("values", [feature.get("value_on"), feature.get("value_off")])
            for value in values:
                FIELDS[feature["property"]].read(value, {})  # raises for what it cannot read
                assert model


def test_the_models_with_falls_are_these_three() -> None:
    names = {"fall_status", "fall_down_status"}

    found = {
        model
        for model, feature in every_feature()
        if feature["property"] in names or "falling" in (feature.get("values") or ())
    }

    assert found == {"Heiman HS2FD-EF1-3.0", "Tuya MIR-HE200-TY", "OWON FDS315"}
