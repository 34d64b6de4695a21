"""Part of station 6: what devices have shown of themselves since it was last written down."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from carehub.core.events import Event
from carehub.core.kinds import EventKind
from carehub.core.watching.supervision import LIFE_CRITICAL, DeviceKind, kind_told_by

_ON_BATTERY_H = 24.0
"""How long a device without mains is taken to run that does not say it."""
_LONGEST_H = 24.0 * 30


@dataclass(slots=True)
class Signs:
    """By device, from its own genuine messages only.

    Attributes:
        batteries: Per cent.
        runs_until: Without mains: when its battery will be empty; None where the mains are back.
        kinds: What a device must be, by what it sent.
        told: Which kinds of event it told, and when last.
    """

    heard: dict[str, datetime] = field(default_factory=dict)
    batteries: dict[str, float] = field(default_factory=dict)
    runs_until: dict[str, datetime | None] = field(default_factory=dict)
    kinds: dict[str, DeviceKind] = field(default_factory=dict)
    told: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def note(self, events: Iterable[Event]) -> None:
        """Take in what was stored just now."""
        for event in events:
            if event.device is None or event.source == "hub" or event.kind == EventKind.DEVICE_OFFLINE:
                continue  # that it is gone is said by whoever misses it
            self.heard[event.device] = self.told[event.device, event.kind] = event.at
            if (kind := kind_told_by(event.kind)) is not None:
                if self.kinds.get(event.device) not in LIFE_CRITICAL:
                    self.kinds[event.device] = kind
            elif event.kind in _TELLING:
                self._note_power(event, event.device)

    def _note_power(self, event: Event, device: str) -> None:
        number = float(event.value) if isinstance(event.value, int | float) else None
        if event.kind == EventKind.BATTERY and number is not None:
            self.batteries[device] = number
        elif event.kind == EventKind.MAINS_LOST:
            hours = number if number is not None and 0 < number <= _LONGEST_H else _ON_BATTERY_H
            self.runs_until[device] = event.at + timedelta(hours=hours)
        elif event.kind == EventKind.MAINS_RESTORED:
            self.runs_until[device] = None

    def move(self, step: timedelta) -> None:
        """The clock was set: when somebody was heard is told by the new one."""
        self.heard = {device: at + step for device, at in self.heard.items()}

    def after(self, older: "Signs") -> "Signs":
        """These signs with older ones that could not be written down; the newer word stands."""
        return Signs(
            heard=older.heard | self.heard,
            batteries=older.batteries | self.batteries,
            runs_until=older.runs_until | self.runs_until,
            kinds=older.kinds | self.kinds,
            told=older.told | self.told,
        )


_TELLING = frozenset({EventKind.BATTERY, EventKind.MAINS_LOST, EventKind.MAINS_RESTORED})
