import gzip
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise, takewhile
from pathlib import Path
from random import Random
from typing import Any

import pytest

from carehub.village import days, faults, incidents, scenes
from carehub.village.days import OSLO
from carehub.village.homes import directory
from carehub.village.incidents import INCIDENTS
from carehub.village.register import ZIGBEE
from carehub.village.rotation import at_work, rotation
from carehub.village.sensors import Household, Signal, households
from carehub.village.simulate import PastEvent, history, story
from carehub.village.wire import Wire

EXPOSES = Path(__file__).parents[4] / "shared" / "data" / "payloads" / "z2m_exposes_4516_models.jsonl.gz"
DAYS = 3
MORNING = datetime(2026, 1, 15, 8, tzinfo=UTC)
LONG_AGO = (MORNING - timedelta(days=14)).date()


@pytest.fixture(scope="module")
def homes() -> list[Household]:
    return households(directory(1), 1, LONG_AGO)


@pytest.fixture(scope="module")
def past() -> list[PastEvent]:
    return list(history(1, DAYS, MORNING))


# --- the past ------------------------------------------------------------------------------


def test_history_is_in_order_and_within_its_days(past: list[PastEvent]) -> None:
    assert all(earlier.at <= later.at for earlier, later in pairwise(past))
    assert past[0].at >= MORNING - timedelta(days=DAYS)
    assert past[-1].at < MORNING


def test_everybody_lives_a_believable_number_of_events_a_day(past: list[PastEvent]) -> None:
    a_day = {who: count / DAYS for who, count in Counter(event.resident for event in past).items() if who}

    assert len(a_day) == 59  # all who live alone; of a couple the sensors cannot tell
    assert all(100 < number < 600 for number in a_day.values())


def test_history_raises_no_alarm(past: list[PastEvent]) -> None:
    assert {event.kind for event in past} == {
        "motion.detected", "motion.cleared", "door.opened", "door.closed", "bed.entered", "bed.left",
    }  # fmt: skip


def test_history_is_the_same_every_time(past: list[PastEvent]) -> None:
    again = list(islice(history(1, DAYS, MORNING), 5000))

    assert again == past[:5000]
    assert again != list(islice(history(2, DAYS, MORNING), 5000))


def test_one_residents_nights_change_slowly_and_nobody_elses() -> None:
    first, last = LONG_AGO + timedelta(days=1), LONG_AGO + timedelta(days=12)

    # One night is chance; over many seeds the mean shows.
    changing = [_night_visits(seed, last, LONG_AGO) - _night_visits(seed, first, LONG_AGO) for seed in range(200)]
    steady = [_night_visits(seed, last, None) - _night_visits(seed, first, None) for seed in range(200)]

    assert sum(changing) / 200 > 2.5
    assert abs(sum(steady) / 200) < 0.5


def _night_visits(seed: int, day: date, changes_from: date | None) -> int:
    register = directory(1)
    who = next(r for r in register.residents if r.id == register.changing_resident_id)
    dwelling = next(d for d in register.dwellings if d.id == who.dwelling_id)
    rhythm = days.rhythm(seed, who, dwelling, changes_from)
    evening = days.bedtime(rhythm, day)
    return sum(stay.place == "bathroom" for stay in days.stays(rhythm, day) if stay.start > evening)


def test_only_one_residents_nights_change(homes: list[Household]) -> None:
    changing = [home.resident_ids for home in homes for rhythm in home.rhythms if rhythm.changes_from]

    assert changing == [(directory(1).changing_resident_id,)]


@pytest.mark.parametrize("day", [date(2026, 3, 28), date(2026, 3, 29), date(2026, 10, 24), date(2026, 10, 25)])
def test_a_day_has_no_gap_even_when_the_clocks_change(homes: list[Household], day: date) -> None:
    for rhythm in (rhythm for home in homes for rhythm in home.rhythms):
        lived = list(days.stays(rhythm, day))
        assert lived[0].start == days.wake(rhythm, day)
        assert all(one.end == two.start and one.start < one.end for one, two in pairwise(lived))
        assert lived[-1].end == days.wake(rhythm, day + timedelta(days=1))


# --- the present ---------------------------------------------------------------------------


def _told(homes: list[Household], hours: float, *, eventful: bool, speed: float = 1) -> list[Signal]:
    end = MORNING + timedelta(hours=hours)
    signals = story(homes, 1, MORNING, speed, eventful=eventful)
    return list(takewhile(lambda signal: signal.at < end, signals))


def test_a_story_is_in_order_and_the_same_every_time(homes: list[Household]) -> None:
    told = _told(homes, 6, eventful=True)

    assert all(earlier.at <= later.at for earlier, later in pairwise(told))
    assert told == _told(homes, 6, eventful=True)


@pytest.mark.parametrize("speed", [1, 60])
@pytest.mark.parametrize("eventful", [True, False])
def test_the_first_press_comes_within_ten_seconds_of_wall_clock_time(
    homes: list[Household], speed: float, eventful: bool
) -> None:
    told = story(homes, 1, MORNING, speed, eventful=eventful)

    first = next(signal for signal in told if signal.kind in {"button.pressed", "cord.pulled"})
    assert (first.at - MORNING).total_seconds() <= 10 * speed


@pytest.mark.parametrize("hour", [2, 9, 14, 20])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_first_alarms_are_those_of_the_screens_that_a_demonstration_offers(seed: int, hour: int) -> None:
    """The first thing that a guest saw on the tablet was "another unit", and no name."""
    village, start = directory(seed), MORNING.replace(hour=hour)
    shifts = rotation(village.persons)
    offered = [
        next(
            one.unit_id
            for one in village.persons
            if one.role == role and at_work(shifts, one.id, start.astimezone(OSLO))
        )
        for role in ("care_centre", "nurse")
    ]

    told = story(households(village, seed, LONG_AGO), seed, start, 1, eventful=True)
    presses = islice((one for one in told if one.kind in {"button.pressed", "cord.pulled"}), 2)

    live_in = {one.id: one.unit_id for one in village.dwellings}
    assert [live_in[one.device.dwelling_id] for one in presses] == offered


def test_an_eventful_village_has_an_incident_about_every_minute(homes: list[Household]) -> None:
    an_hour = MORNING + timedelta(hours=1)
    played = takewhile(lambda scene: scene.start < an_hour, incidents.eventful(1, MORNING, homes, 1))

    assert 40 <= len(list(played)) <= 80


def test_an_ordinary_day_has_as_many_presses_as_a_municipality_sees_and_most_in_the_morning(
    homes: list[Household],
) -> None:
    month = takewhile(lambda s: s.start < MORNING + timedelta(days=30), incidents.as_in_life(1, MORNING, homes))
    hours = [
        signal.at.astimezone(OSLO).hour
        for scene in month
        for signal in scene.signals
        if signal.kind in {"button.pressed", "cord.pulled"} and signal.manner == "plain"
    ]

    assert 12 < len(hours) / 30 < 30
    assert sum(8 <= hour <= 10 for hour in hours) / len(hours) > 0.25


def test_nobody_who_has_fallen_is_seen_walking_about(homes: list[Household]) -> None:
    home = next(h for h in homes if (scenes.fall(Random(1), h, MORNING)))
    fall = scenes.fall(Random(1), home, MORNING)

    assert fall is not None
    assert fall.quiet is not None
    assert fall.quiet.covers(Signal(MORNING, "motion.detected", home.door))
    assert not fall.quiet.covers(Signal(MORNING, "check_in", home.door))


@pytest.mark.parametrize("what", INCIDENTS, ids=lambda what: str(what.name))
def test_every_incident_can_happen_somewhere(homes: list[Household], what: incidents.Incident) -> None:
    scene = incidents.somewhere(Random(2), homes, what, MORNING)

    assert scene is not None
    assert scene.signals or scene.quiet


def test_a_dead_battery_says_so_before_it_falls_silent(homes: list[Household]) -> None:
    scene = faults.dead_battery(Random(1), homes[0], MORNING)

    assert scene.quiet is not None
    device = scene.signals[0].device
    assert scene.signals[0].kind == "battery.low"
    assert scene.quiet.covers(Signal(MORNING + timedelta(hours=2), "check_in", device))
    assert not scene.quiet.covers(Signal(MORNING + timedelta(minutes=2), "check_in", device))


# --- on the wire ---------------------------------------------------------------------------


@pytest.fixture(scope="module")
def zigbee(homes: list[Household]) -> dict[str, list[dict[str, Any]]]:
    """Six eventful hours of payloads for each Zigbee model."""
    wire, by_model = Wire(1, MORNING), dict[str, list[dict[str, Any]]]()
    for signal in _told(homes, 6, eventful=True):
        if signal.device.source == ZIGBEE and signal.manner == "plain":
            payload = json.loads(wire.parcels(signal)[0].payload)
            by_model.setdefault(signal.device.model, []).append(payload)
    return by_model


def test_a_zigbee_device_sends_only_fields_that_its_model_has(zigbee: dict[str, list[dict[str, Any]]]) -> None:
    if not EXPOSES.exists():
        pytest.skip("shared data absent")
    with gzip.open(EXPOSES, "rt", encoding="utf-8") as lines:
        exposes = {row["model"]: set(_properties(row["exposes"])) for row in map(json.loads, lines)}

    for model, payloads in zigbee.items():
        # zigbee2mqtt itself adds these two to every device.
        assert {name for payload in payloads for name in payload} - {"linkquality", "last_seen"} <= exposes[model]


def _properties(exposes: list[dict[str, Any]]) -> Iterator[str]:
    for each in exposes:
        yield from [each["property"]] if "property" in each else _properties(each["features"])


def test_a_zigbee_device_repeats_its_whole_state_every_time(zigbee: dict[str, list[dict[str, Any]]]) -> None:
    assert set(zigbee) == {
        "MCCGQ11LM", "SNZB-04", "RTCGQ11LM", "9290012607", "SNZB-03", "WSDCGQ11LM", "HS1SA-E", "SJCGQ11LM",
    }  # fmt: skip
    for payloads in zigbee.values():
        assert len({frozenset(payload) for payload in payloads}) == 1


def test_an_open_door_says_that_there_is_no_contact(homes: list[Household]) -> None:
    parcel = Wire(1, MORNING).parcels(Signal(MORNING, "door.opened", homes[3].door))[0]

    assert parcel.topic == "zigbee2mqtt/Dør rom 104"
    assert json.loads(parcel.payload)["contact"] is False


def _pendant_signal(homes: list[Household], kind: str = "button.pressed", manner: str = "plain") -> Signal:
    pendant = next(device for device in homes[3].devices if device.resident_id)
    return Signal(MORNING, kind, pendant, manner=manner)


def test_our_own_devices_number_what_they_send(homes: list[Household]) -> None:
    wire = Wire(1, MORNING)

    first, second = wire.parcels(_pendant_signal(homes))[0], wire.parcels(_pendant_signal(homes))[0]

    one, two = json.loads(first.payload), json.loads(second.payload)
    assert first.topic.endswith("/alarm")
    assert (one["seq"], two["seq"], one["at"]) == (1, 2, "2026-01-15T08:00:00.000Z")
    assert one["id"] != two["id"]


def test_a_village_started_again_uses_no_id_twice(homes: list[Household]) -> None:
    later = Wire(1, MORNING + timedelta(seconds=1)).parcels(_pendant_signal(homes))[0]

    assert later.awaits != Wire(1, MORNING).parcels(_pendant_signal(homes))[0].awaits


def test_heartbeats_are_no_alarms(homes: list[Household]) -> None:
    assert Wire(1, MORNING).parcels(_pendant_signal(homes, "device.heartbeat"))[0].topic.endswith("/event")


def test_a_stuttering_gateway_sends_the_same_bytes_twice(homes: list[Household]) -> None:
    first, second = Wire(1, MORNING).parcels(_pendant_signal(homes, manner="twice"))

    assert first == second


def test_a_late_message_says_when_it_happened(homes: list[Household]) -> None:
    parcel = Wire(1, MORNING).parcels(_pendant_signal(homes, manner="late"))[0]

    assert json.loads(parcel.payload)["at"] == "2026-01-15T07:40:00.000Z"


def test_garbage_cannot_be_read(homes: list[Household]) -> None:
    parcel = Wire(1, MORNING).parcels(_pendant_signal(homes, manner="garbage"))[0]

    assert parcel.awaits is None
    with pytest.raises(ValueError, match=r"codec|Expecting|Unterminated"):
        json.loads(parcel.payload)
