"""Recorded homes become the messages that they would have sent (J5: replay is the same code as live)."""

import gzip
import json
from collections import Counter
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import pytest

from carehub.app.recordings import FORMATS, Recorded, Skipped, read_recording, recognise
from carehub.contracts import ConfigurationError

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
TIHM_PULSE = "28710,2019-04-01 00:01:00,Heart rate,71.0,beats/min"
SAMPLES = {
    "carehub-jsonl": '{"at": "2026-01-15T02:10:00Z", "topic": "carehub/v1/knapp-1/alarm", "payload": {"id": "a"}}\n',
    "zigbee2mqtt-log": "[2026-01-15 02:10:00] info: \tz2m:mqtt: MQTT publish: topic 'zigbee2mqtt/Dør bad', "
    "payload '{\"contact\":false}'\n",
    "casas": "2011-06-15 01:03:39.14962 Bedroom Bedroom ON Sleep\n",
    "uci-adl": "Start time \tEnd time\n------\t-----\n"
    "2011-11-28 02:27:59\t2011-11-28 10:18:11\tBed\tPressure\tBedroom\r\n",
    "kasteren": "1203898814\t163\t24\r\n",
    "tihm": "patient_id,location_name,date\n28710,Bathroom,2019-04-01 00:00:30\n",
}


def test_each_format_is_recognised_by_its_content(tmp_path: Path) -> None:
    path = tmp_path / "recording"

    for name, sample in SAMPLES.items():
        path.write_text(sample, encoding="utf-8")

        assert recognise(path) == name
    assert set(SAMPLES) == set(FORMATS)


def test_what_is_no_recording_is_refused_at_the_call_with_words_that_help(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Kjære mormor\n", encoding="utf-8")

    with pytest.raises(ConfigurationError, match="name its format: carehub-jsonl"):
        read_recording(letter)
    with pytest.raises(ConfigurationError, match="no such recording"):
        read_recording(tmp_path / "none.txt")
    with pytest.raises(ConfigurationError, match="unknown recording format 'cassette'"):
        read_recording(letter, "cassette")
    with pytest.raises(ConfigurationError, match="unknown time zone"):
        read_recording(letter, "casas", zone="Europe/Bø")
    with pytest.raises(ConfigurationError, match="without TIHM"):
        read_recording(tmp_path)


# --- what was heard on MQTT ----------------------------------------------------------------


def test_our_own_recording_keeps_topic_and_payload_byte_for_byte(tmp_path: Path) -> None:
    lines = [
        '{"at": "2026-01-15T03:10:00+01:00", "topic": "carehub/v1/d1/event", "payload": {"b":1.5,"a": 2}, "home":"h1"}',
        '{"at": "2026-01-15T02:11:00Z", "topic": "carehub/v1/d1/alarm", "payload": "{\\"id\\": cut", "place": "hall"}',
    ]

    first, second = _read(tmp_path, "\n".join(lines))

    assert (first.at, first.payload) == (datetime(2026, 1, 15, 2, 10, tzinfo=UTC), b'{"b":1.5,"a": 2}')
    assert (first.home, first.device, first.place) == ("h1", "d1", None)
    assert (second.home, second.payload, second.place) == ("home", b'{"id": cut', "hall")


@pytest.mark.parametrize(
    "line",
    [
        "[2026-01-15 02:10:00] info: \tz2m:mqtt: MQTT publish: topic 'zigbee2mqtt/1/Dør', payload '{\"a\":\"'\"}'",
        "[2026-01-15T01:10:00Z] info: \tz2m:mqtt: MQTT publish: topic 'zigbee2mqtt/1/Dør', payload '{\"a\":\"'\"}'",
        "info  2026-01-15 02:10:00: MQTT publish: topic 'zigbee2mqtt/1/Dør', payload '{\"a\":\"'\"}'",
        "Zigbee2MQTT:info  2026-01-15 02:10:00: MQTT publish: topic 'zigbee2mqtt/1/Dør', payload '{\"a\":\"'\"}'",
    ],
)
def test_zigbee2mqtt_logs_of_both_ages_are_read_in_the_home_s_own_time(tmp_path: Path, line: str) -> None:
    [heard] = _read(tmp_path, line, "zigbee2mqtt-log")

    assert heard.at == datetime(2026, 1, 15, 1, 10, tzinfo=UTC)
    assert (heard.topic, heard.payload) == ("zigbee2mqtt/1/Dør", b'{"a":"\'"}')
    assert heard.device == "1/Dør"


def test_log_lines_that_are_no_messages_are_passed_by_and_a_cut_message_is_counted(tmp_path: Path) -> None:
    skipped = Skipped()
    log = (
        "[2026-01-15 02:10:00] info: \tz2m: Zigbee2MQTT started!\n"
        "[2026-01-15 02:10:01] info: \tz2m:mqtt: MQTT publish: topic 'homeassistant/x/config', payload '{}'\n"
        "[2026-01-15 02:10:02] info: \tz2m:mqtt: MQTT publish: topic 'zigbee2mqtt/a', payload '{\"cont\n"
        "[2026-01-15 02:10:02] info: \tz2m:mqtt: MQTT publish: topic 'zigbee2mqtt/a', payload '{}'\n"
    )

    heard = list(_read(tmp_path, log, skipped=skipped))

    assert len(heard) == 1
    assert skipped.ignored == 2
    assert skipped.lines == [("recording", 3, "a message cut short")]


# --- what researchers published ------------------------------------------------------------


def test_casas_lines_become_v1_events_in_the_hub_s_words(tmp_path: Path) -> None:
    lines = (
        SAMPLES["casas"] + "2011-06-15 08:00:00.5 OutsideDoor FrontDoor OPEN Step_Out\n"
        "2011-06-15 08:00:01 Kitchen KitchenLight ON Cook\n"
    )

    bed, door, light = _read(tmp_path, lines)

    assert bed.at == datetime(2011, 6, 14, 23, 3, 39, 149620, tzinfo=UTC)
    assert (bed.topic, bed.home, bed.place) == ("carehub/v1/casas-bedroom-bedroom/event", "casas", "bedroom")
    assert _body(bed) | {"id": ""} == {
        "id": "", "seq": 1, "kind": "motion.detected", "at": "2011-06-14T23:03:39.149620Z",
    }  # fmt: skip
    assert (_body(door)["kind"], door.place) == ("door.opened", "entrance")
    assert (_body(light)["kind"], light.place) == ("light.on", "kitchen")


def test_uci_intervals_become_both_their_ends_in_order_of_time(tmp_path: Path) -> None:
    rows = (
        "Start time \tEnd time\t\n-----\t----\n"
        "2011-11-28 10:21:24\t2011-11-28 10:30:00\tSeat\tPressure\tLiving\r\n"
        "2011-11-28 10:25:00\t2011-11-28 10:25:00\tMaindoor\tMagnetic\tEntrance\r\n"
        "2011-11-28 10:20:00\t2011-11-28 10:21:00\tToilet\tFlush\tBathroom\r\n"
        "2011-11-28 10:20:00\t2011-11-28 10:19:00\tBed\tPressure\tBedroom\r\n"
    )
    skipped = Skipped()

    heard = list(_read(tmp_path, rows, skipped=skipped, name="OrdonezA_Sensors.txt"))

    assert [(_body(one)["kind"], one.place) for one in heard] == [
        ("toilet.flushed", "bathroom"),
        ("chair.entered", "living_room"),
        ("door.opened", "entrance"),
        ("door.closed", "entrance"),
        ("chair.left", "living_room"),
    ]
    assert {one.home for one in heard} == {"ordoneza"}
    assert skipped.lines == [("OrdonezA_Sensors.txt", 6, "ends before it begins")]


def test_kasteren_numbers_are_read_as_the_wall_clock_that_they_are(tmp_path: Path) -> None:
    (tmp_path / "houseA.sensor_names").write_text("24\tHall-Bedroom door\r\nx\r\n", encoding="utf-8")
    skipped = Skipped()

    opened, used, closed = _read(
        tmp_path, "1203898814\t163\t24\r\n1203898820\t1\t99\r\n", skipped=skipped, name="houseA.sensors"
    )

    assert opened.at == datetime(2008, 2, 24, 23, 20, 14, tzinfo=UTC)  # 00:20:14 in the home
    assert (opened.device, opened.place, _body(opened)["kind"]) == (
        "housea-hall-bedroom-door-24",
        "bedroom",
        "door.opened",
    )
    assert (closed.at - opened.at).total_seconds() == 163
    assert (used.device, used.place, _body(used)["kind"]) == ("housea-sensor-99", None, "object.used")
    assert skipped.lines == [("houseA.sensor_names", 2, "not a sensor's name")]


def test_tihm_homes_are_merged_in_order_of_time_with_their_readings(tmp_path: Path) -> None:
    activity = (
        "patient_id,location_name,date\n"
        "0697d,Fridge Door,2019-04-01 00:02:00\n0697d,Back Door,2019-04-01 00:00:10\n0697d,Attic,2019-04-01 00:00:10\n"
        "28710,Bathroom,2019-04-01 00:00:30\n"
    )
    readings = f"patient_id,date,device_type,value,unit\n{TIHM_PULSE}\n{TIHM_PULSE.replace('71.0', 'nan')}\n"
    (tmp_path / "Activity.csv.gz").write_bytes(gzip.compress(activity.encode()))
    (tmp_path / "Physiology.csv").write_text(readings, encoding="utf-8")
    skipped = Skipped()

    heard = list(read_recording(tmp_path, skipped=skipped))

    assert [(one.home, _body(one)["kind"], one.place) for one in heard] == [
        ("0697d", "door.opened", "entrance"),
        ("28710", "motion.detected", "bathroom"),
        ("28710", "pulse", None),
        ("0697d", "door.opened", "kitchen"),
    ]
    assert (_body(heard[2])["value"], _body(heard[2])["unit"]) == (71.0, "/min")
    assert skipped.reasons == Counter({"not an activation": 1, "not a reading": 1})


def test_c8_a_second_reading_gives_the_same_ids_and_one_reading_never_the_same_twice(tmp_path: Path) -> None:
    lines = SAMPLES["casas"] * 3

    once, again = list(_read(tmp_path, lines)), list(_read(tmp_path, lines))

    assert once == again
    assert len({_body(one)["id"] for one in once}) == 3


# --- clocks and broken files ---------------------------------------------------------------


def test_f35_the_hour_that_is_missing_in_spring_and_the_one_that_comes_twice_in_autumn(tmp_path: Path) -> None:
    def at(*clocks: str) -> list[str]:
        lines = "".join(f"{clock} Kitchen Kitchen ON\n" for clock in clocks)
        return [one.at.strftime("%H:%M") for one in _read(tmp_path, lines)]

    assert at("2026-03-29 01:59:00", "2026-03-29 02:30:00", "2026-03-29 03:31:00") == ["00:59", "01:30", "01:31"]
    assert at("2026-10-25 02:59:00", "2026-10-25 02:01:00", "2026-10-25 02:30:00", "2026-10-25 03:00:00") == [
        "00:59", "01:01", "01:30", "02:00",
    ]  # fmt: skip


def test_broken_lines_are_counted_with_their_numbers_and_never_stop_the_reading(tmp_path: Path) -> None:
    skipped = Skipped()
    good = SAMPLES["casas"].encode()
    content = (
        good + b"2011-13-45 01:00:00 Kitchen Kitchen ON\n" + b"\xff\xfe\n\n" + b"a\n" + b"x" * (3 << 20) + b"\n" + good
    )
    path = tmp_path / "recording"
    path.write_bytes(content)

    heard = list(read_recording(path, skipped=skipped))

    assert len(heard) == 2
    assert skipped.lines[:3] == [
        ("recording", 2, "not a time"), ("recording", 3, "not UTF-8"), ("recording", 5, "not a CASAS event"),
    ]  # fmt: skip
    assert skipped.reasons["line too long"] >= 3
    assert skipped.count == len(skipped.lines)


def test_a_gzip_file_cut_in_two_gives_its_first_half_and_says_so(tmp_path: Path) -> None:
    lines = "".join(f"2011-06-15 01:03:{second:02} Bedroom Bedroom ON {second * 7919}\n" for second in range(60))
    path = tmp_path / "data.txt.gz"
    path.write_bytes(gzip.compress(lines.encode() * 200)[:-30])
    skipped = Skipped()

    heard = list(read_recording(path, "casas", skipped=skipped))

    assert heard
    assert skipped.reasons == Counter({"the file is broken from here": 1})


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_no_format_stumbles_over_another_s_lines(tmp_path: Path, name: str) -> None:
    path = tmp_path / "recording"
    path.write_text(
        "".join(SAMPLES.values()) + '{"at": 1}\n{"at":"x","topic":"#","payload":1}\n-1\t-1\t-1\n', encoding="utf-8"
    )

    for one in read_recording(path, name):
        assert one.at.tzinfo is UTC
        assert one.source == name


# --- the real recordings -------------------------------------------------------------------


@pytest.mark.skipif(not (SHARED / "homes").exists(), reason="shared data absent")
def test_every_casas_event_is_read() -> None:
    skipped = Skipped()

    heard = list(read_recording(SHARED / "homes" / "casas-al-smarthome" / "data.txt.gz", skipped=skipped))

    assert (len(heard), skipped.count) == (61_578, 0)
    assert heard == sorted(heard, key=lambda one: one.at)
    assert len({one.payload for one in heard}) == 61_578


@pytest.mark.skipif(not (SHARED / "homes").exists(), reason="shared data absent")
@pytest.mark.parametrize(
    ("file", "messages"),
    [
        ("uci-adl/OrdonezA_Sensors.txt", 773),
        ("uci-adl/OrdonezB_Sensors.txt", 4_575),
        ("kasteren-mit/houseA.sensors", 2_271),
    ],
)
def test_every_interval_is_read(file: str, messages: int) -> None:
    skipped = Skipped()

    heard = list(read_recording(SHARED / "homes" / file, skipped=skipped))

    assert (len(heard), skipped.count) == (messages, 0)
    assert heard == sorted(heard, key=lambda one: one.at)


@pytest.mark.skipif(not (SHARED / "tihm").exists(), reason="shared data absent")
@pytest.mark.parametrize(
    ("each", "expected"),
    [
        pytest.param(20, {"activation": 51_527, "reading": 883}, id="one in twenty of every home"),
        pytest.param(1, {"activation": 1_030_559, "reading": 17_679}, id="all", marks=pytest.mark.proof),
    ],
)
def test_every_tihm_activation_is_read_in_order(tmp_path: Path, each: int, expected: dict[str, int]) -> None:
    """One row of so many, for what is read one row at a time."""
    skipped, before, kinds = Skipped(), datetime.min.replace(tzinfo=UTC), Counter[str]()
    with gzip.open(SHARED / "tihm" / "Activity.csv.gz", "rb") as rows:
        (tmp_path / "Activity.csv").write_bytes(b"".join(islice(rows, 0, None, each)))
    with (SHARED / "tihm" / "Physiology.csv").open("rb") as rows:
        (tmp_path / "Physiology.csv").write_bytes(b"".join(islice(rows, 0, None, each)))

    for one in read_recording(tmp_path, skipped=skipped):
        assert one.at >= before
        before = one.at
        kinds["activation" if b'"value"' not in one.payload else "reading"] += 1

    assert kinds == Counter(expected)
    assert skipped.count == 0


def _read(
    folder: Path,
    content: str,
    name_of_format: str | None = None,
    *,
    skipped: Skipped | None = None,
    name: str = "recording",
) -> list[Recorded]:
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return list(read_recording(path, name_of_format, skipped=skipped))


def _body(one: Recorded) -> dict[str, object]:
    body: dict[str, object] = json.loads(one.payload)
    return body
