import json
from datetime import UTC, datetime
from typing import Any

import pytest

from carehub.contracts import DecodeError
from carehub.core.kinds import EventKind as K
from integrations.sources import owntracks
from tests.unit.integrations.messages import message

PLACE = {"lat": 59.1, "lon": 11.6, "acc": 20, "tst": 1768443000, "SSID": "hjemme"}


def said(payload: Any, topic: str = "owntracks/kari/gps") -> list[list[Any]]:
    heard = message(topic, payload if isinstance(payload, str) else json.dumps(payload))
    return [[reading.kind, reading.value] for reading in owntracks.decode(heard)]


@pytest.mark.parametrize(("event", "kind"), [("leave", K.ZONE_LEFT), ("enter", K.ZONE_ENTERED)])
def test_an_area_that_is_left_or_entered_is_told_and_where_it_is_is_not_kept(event: str, kind: K) -> None:
    body = {"_type": "transition", "event": event, "desc": "Parken", "wtst": 1768000000} | PLACE

    [reading] = owntracks.decode(message("owntracks/kari/gps/event", json.dumps(body)))

    assert (reading.device, reading.kind) == ("kari/gps", kind)
    assert reading.device_at == datetime(2026, 1, 15, 2, 10, tzinfo=UTC)
    assert (reading.value, reading.detail, reading.unit) == (None, None, None)


def test_a_location_tells_the_battery_and_no_more() -> None:
    assert said({"_type": "location", "batt": 18, "bs": 1} | PLACE) == [[K.BATTERY, 18]]
    assert said({"_type": "location"} | PLACE) == [[K.DEVICE_HEARTBEAT, None]]


def test_a_low_level_on_the_charger_is_nobody_s_task() -> None:
    assert said({"_type": "location", "batt": 4, "bs": 2} | PLACE) == [[K.DEVICE_HEARTBEAT, None]]
    assert said({"_type": "location", "batt": 100, "bs": 3} | PLACE) == [[K.BATTERY, 100]]


def test_a_locator_that_says_low_battery_is_believed() -> None:
    assert said({"_type": "location", "t": "9"} | PLACE) == [[K.BATTERY_LOW, None]]


def test_the_last_will_is_a_locator_out_of_contact() -> None:
    assert said({"_type": "lwt", "tst": 1768443000}) == [[K.DEVICE_OFFLINE, None]]


@pytest.mark.parametrize("sort", ["waypoint", "card", "steps", "status", "cmd", "", None])
def test_other_sorts_of_message_say_nothing(sort: str | None) -> None:
    if sort is None:
        assert said("") == []
    else:
        assert said({"_type": sort} | PLACE) == []


@pytest.mark.parametrize(
    "body",
    ["not json", {"_type": "transition"} | PLACE, {"_type": "transition", "event": ["leave"]}, {"_type": "encrypted"}],
)
def test_what_cannot_be_read_is_unreadable_f66(body: Any) -> None:
    with pytest.raises(DecodeError):
        said(body, "owntracks/kari/gps/event")


@pytest.mark.parametrize("tst", [0, True, "soon", 1e300, 10**400, None, -5])
def test_a_time_that_no_clock_means_is_no_claim_f36(tst: object) -> None:
    [reading] = owntracks.decode(message("owntracks/kari/gps", json.dumps({"_type": "location", "tst": tst})))

    assert reading.device_at is None


def test_only_an_event_may_be_an_alarm() -> None:
    assert owntracks.is_alarm_path("owntracks/kari/gps/event")
    assert not owntracks.is_alarm_path("owntracks/kari/gps")
    assert [owntracks.device_of(f"owntracks/{name}") for name in ("kari/gps", "kari/gps/event")] == ["kari/gps"] * 2
    assert [owntracks.device_of(topic) for topic in ("owntracks/kari", "owntracks//gps", "owntracks/a/b/cmd")] == [
        None
    ] * 3


def test_every_kind_that_the_road_claims_to_say_is_shown_above() -> None:
    assert owntracks.SOURCE.kinds == {
        K.ZONE_LEFT, K.ZONE_ENTERED, K.BATTERY, K.BATTERY_LOW, K.DEVICE_HEARTBEAT, K.DEVICE_OFFLINE,
    }  # fmt: skip
