"""Recorded homes, read as the messages that they would have sent.

Two sorts of recording. What was heard on MQTT (`carehub-jsonl`, `zigbee2mqtt-log`) keeps its topic and
payload, so that the live decoder reads it. What researchers published (`casas`, `uci-adl`, `kasteren`,
`tihm`) becomes carehub/v1 messages: topic ``carehub/v1/<device>/event``, payload
``{"id", "seq", "kind", "at"}`` and for measurements ``"value", "unit"``. Ids are hashes of device, number,
moment and kind, so a second replay of a recording consists of duplicates only.

A line that cannot be read gives nothing and is counted in `Skipped`; it never stops the reading.
"""

import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.app.recordings.homes import (
    CASAS_SHAPE,
    KASTEREN_SHAPE,
    TIHM_SHAPE,
    UCI_HEADING,
    UCI_SHAPE,
    read_casas,
    read_kasteren,
    read_tihm,
    read_uci_adl,
)
from carehub.app.recordings.mqtt import JSONL_SHAPE, Z2M_SHAPE, read_carehub_jsonl, read_zigbee2mqtt_log
from carehub.app.recordings.reading import Reading, Recorded, Skipped, open_bytes
from carehub.contracts import ConfigurationError

__all__ = ["FORMATS", "Recorded", "Skipped", "read_recording", "recognise"]

FORMATS: dict[str, Callable[[Reading], Iterator[Recorded]]] = {
    "carehub-jsonl": read_carehub_jsonl,
    "zigbee2mqtt-log": read_zigbee2mqtt_log,
    "casas": read_casas,
    "uci-adl": read_uci_adl,
    "kasteren": read_kasteren,
    "tihm": read_tihm,
}

_SHAPES = {
    "carehub-jsonl": (JSONL_SHAPE,),
    "zigbee2mqtt-log": (Z2M_SHAPE,),
    "casas": (CASAS_SHAPE,),
    "uci-adl": (UCI_SHAPE, UCI_HEADING),
    "kasteren": (KASTEREN_SHAPE,),
    "tihm": (TIHM_SHAPE,),
}

_HEAD_LINES = 500
"""How far down a log the first message is looked for."""


def read_recording(
    path: Path,
    format: str | None = None,  # noqa: A002 - the command line's word
    *,
    zone: str = "Europe/Oslo",
    skipped: Skipped | None = None,
) -> Iterator[Recorded]:
    """Read `path` (a file, gzipped or not, or TIHM's folder) as messages.

    They come in order of time; an MQTT log comes in its own order, which may step back.

    Args:
        format: One of `FORMATS`; None to recognise it by its content.
        zone: The home's, for timestamps without an offset. An hour that does not exist in spring is read
            as the hour after it; the two that look alike in autumn are told apart by order. The default
            is ours also for homes abroad, so that their nights are nights to the hub.
        skipped: Filled, while the iterator runs, with what could not be read.

    Raises:
        ConfigurationError: No such file, format or zone, or nothing that a format fits. Raised by the
            call and not by the first message.
    """
    if not path.exists():
        raise ConfigurationError(f"no such recording: {path}")
    name = format or recognise(path)
    if name not in FORMATS:
        raise ConfigurationError(f"unknown recording format {name!r}; write one of: {', '.join(FORMATS)}")
    try:
        where = ZoneInfo(zone)
    except (KeyError, ValueError, OSError) as error:
        raise ConfigurationError(f"unknown time zone {zone!r}; write for example Europe/Oslo") from error
    return FORMATS[name](Reading(path, where, Skipped() if skipped is None else skipped))


def recognise(path: Path) -> str:
    """Which of `FORMATS` it is, by its first lines; raises ConfigurationError where none fits."""
    if path.is_dir():
        if (path / "Activity.csv.gz").exists() or (path / "Activity.csv").exists():
            return "tihm"
        raise ConfigurationError(f"{path} is a folder without TIHM's Activity.csv")
    try:
        with open_bytes(path) as stream:
            head = [stream.readline(4096).decode(errors="replace").rstrip("\r\n") for _ in range(_HEAD_LINES)]
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigurationError(f"cannot read {path}: {error}") from error
    for line in filter(None, head):
        for name, shapes in _SHAPES.items():
            if any(shape.match(line) for shape in shapes):
                return name
    raise ConfigurationError(f"cannot tell what {path.name} is; name its format: {', '.join(FORMATS)}")
