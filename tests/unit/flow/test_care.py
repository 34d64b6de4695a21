"""How long a hub that died reads one message at a time."""

from pathlib import Path
from typing import Any

from carehub.contracts import Message
from carehub.flow.receiving.batch import Load
from carehub.flow.receiving.care import WITHIN, Care
from carehub.flow.receiving.intake import Intake
from carehub.flow.receiving.queue import BATCH
from carehub.plugins import load_sources
from carehub.store.registry import Registry
from tests.journeys.building import NIGHT, SOURCES

_INTAKE = Intake(load_sources(SOURCES), Registry({}, {}, {}))


def _message(kind: str = "event", **more: Any) -> Message:
    return Message(topic=f"carehub/v1/sensor/{kind}", payload=b"{}", received_at=NIGHT, mid=7, **more)


def _read(care: Care, message: Message) -> None:
    load = Load([message])
    assert not care.refuses(load, NIGHT)
    care.put_down(load, _INTAKE)


def test_after_one_crash_care_ends_with_the_first_measurement_that_is_no_redelivery(tmp_path: Path) -> None:
    care = Care(tmp_path, NIGHT, crashes=1)
    for again in (_message(dup=True), _message("alarm"), _message(retain=True), _message("alarm", dup=True)):
        _read(care, again)
    assert care.most(NIGHT) == 1

    _read(care, _message())
    assert care.most(NIGHT) == BATCH
    assert (tmp_path / "at-hand.json").read_bytes().count(b'"at_hand":null') == 1


def test_after_one_crash_care_lasts_no_longer_than_one_batch_that_may_have_been_at_hand(tmp_path: Path) -> None:
    care = Care(tmp_path, NIGHT, crashes=1)
    for _ in range(BATCH - 1):
        _read(care, _message(dup=True))
    assert care.most(NIGHT) == 1

    _read(care, _message(dup=True))
    assert care.most(NIGHT) == BATCH


def test_after_a_second_crash_care_lasts_its_whole_time(tmp_path: Path) -> None:
    care = Care(tmp_path, NIGHT, crashes=2)
    for _ in range(BATCH + 1):
        _read(care, _message())
    assert care.most(NIGHT) == 1
    assert care.most(NIGHT + WITHIN) == BATCH


def test_what_the_hub_notes_itself_counts_for_nothing(tmp_path: Path) -> None:
    care = Care(tmp_path, NIGHT, crashes=1)
    for _ in range(BATCH):
        care.put_down(Load([]), _INTAKE)
    assert care.most(NIGHT) == 1
