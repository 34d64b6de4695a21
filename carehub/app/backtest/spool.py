"""A recording, read once by the hub's own intake and laid down home by home, so that each can be gone through apart."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import msgspec
from msgspec import structs

from carehub.app.backtest.sources import Spooled
from carehub.app.recordings import Recorded, Skipped, read_recording
from carehub.contracts import ConfigurationError, Message, Source
from carehub.core.events import Event
from carehub.flow.receiving.intake import Intake
from carehub.store.registry import KnownDevice, Place, Registry

_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_AT_ONCE = 2000
_encode = msgspec.json.Encoder().encode


def read_into(
    folder: Path, recording: Path, format: str | None, zone: str, sources: Sequence[Source],  # noqa: A002 - the command line's word
    tell: Callable[[int], None],
) -> tuple[Spooled, datetime, datetime]:  # fmt: skip
    """Lay a recording down; gives where, and its first and last moment.

    Args:
        folder: Empty.
        tell: Told now and then how many messages have been read.

    Raises:
        ConfigurationError: It cannot be read, or holds no event.
    """
    registry = Registry(devices={}, residencies={}, units={})
    homes = _Homes(folder)
    first = last = None
    for number, one in enumerate(_events(recording, format, zone, sources, registry), 1):
        first, last = first or one.at, one.at
        homes.add(one)
        if number % 20_000 == 0:
            tell(number)
    if first is None or last is None:
        raise ConfigurationError(f"{recording} holds no event.")
    return homes.spooled(), first, last


def _events(
    recording: Path, format: str | None, zone: str, sources: Sequence[Source], registry: Registry  # noqa: A002
) -> Iterator[Event]:  # fmt: skip
    intake, seqs = Intake(sources, registry), count(1)
    for one in read_recording(recording, format, zone=zone, skipped=Skipped()):
        _furnish(registry, one)
        draft = intake.read(Message(topic=one.topic, payload=one.payload, received_at=one.at))
        for event in draft.events if draft else ():
            yield structs.replace(event, seq=next(seqs))


def _furnish(registry: Registry, one: Recorded) -> None:
    """A home, a resident and a place for each device, as if they had always been there."""
    source = "carehub_v1" if one.topic.startswith("carehub/v1/") else "zigbee2mqtt"
    if (source, one.device) not in registry.devices:
        home = f"home:{one.home}"
        place = Place(_LONG_AGO, None, home, one.home[:32], one.place)
        registry.devices[source, one.device] = KnownDevice(
            f"{one.device[:26]}-{len(registry.devices)}", one.device, source, can_alarm=True, places=[place]
        )


class _Homes:
    """A file for each home; written many events at a time, so that hundreds of homes need no hundred open files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._events: dict[str, int] = {}
        self._waiting: dict[str, list[bytes]] = defaultdict(list)

    def add(self, event: Event) -> None:
        waiting = self._waiting[event.scope]
        waiting.append(_encode(event))
        self._events[event.scope] = self._events.get(event.scope, 0) + 1
        if len(waiting) >= _AT_ONCE:
            self._write(event.scope)

    def spooled(self) -> Spooled:
        for scope in self._waiting:
            self._write(scope)
        return Spooled(self._folder, self._events)

    def _write(self, scope: str) -> None:
        with Spooled(self._folder, self._events).file(scope).open("ab") as file:
            file.writelines(line + b"\n" for line in self._waiting[scope])
        self._waiting[scope] = []
