"""How one field of a zigbee2mqtt payload is read; which field is read how stands in `_zigbee_fields`."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from msgspec import Struct

from carehub.contracts import DecodeError
from carehub.core.events import Value
from carehub.core.kinds import EventKind as K
from carehub.core.kinds import aspect
from integrations.sources._zigbee_actions import Meaning, meaning

UNNAMED = "?"
"""The key of an alarm that does not say what it is about."""

_ABSURD = 1e12
_NO_WORDS: Mapping[str, bool | None] = {}
_NO_KINDS: Mapping[str, K] = {}
HAZARD: Mapping[str, bool | None] = {
    "ON": True, "OFF": False, "on": True, "off": False, "true": True, "false": False, "True": True, "False": False,
    "alarm": True, "detected": True, "DETECTED": True, "Leak": True, "water_leakage_yes": True,
    "normal": False, "none": False, "clear": False, "NOT_DETECTED": False, "Dry": False, "water_leakage_no": False,
    "detecting": None, "unknown": None, "": None,
}  # fmt: skip
"""What hazard fields say in words; None says nothing. A word outside the list is unreadable."""


class Fact(Struct, frozen=True):
    """One thing that a payload says."""

    kind: K
    value: Value = None
    unit: str | None = None
    detail: str | None = None


Found = dict[str, Fact]
"""What was found, by what it is about: several fields about one thing give one fact, and the worse one holds."""


class Field(Protocol):
    """How one field is read."""

    def read(self, value: Any, found: Found) -> None:
        """Add what the value says; raises DecodeError where silence could hide an alarm."""
        ...

    def kinds(self) -> Iterable[K]:
        """Every kind that `read` can add."""
        ...


_ABOUT: dict[K, str] = {kind: aspect(kind) or kind.value for kind in K}
"""What each kind is about: the key of `Found`."""


class TwoState(Struct, frozen=True):
    """True means `on`, False means `off` (nothing, where there is no such kind)."""

    on: K
    off: K | None = None
    words: Mapping[str, bool | None] = _NO_WORDS
    vital: bool = False
    """A value that cannot be read makes the message unreadable."""
    measured: bool = False
    """Some models use the same name for a concentration, which is no state."""

    def read(self, value: Any, found: Found) -> None:
        """Detected beats cleared, whichever field of the message comes first."""
        state = value if value is True or value is False else self._said(value)
        if state:
            found[_ABOUT[self.on]] = Fact(self.on)
        elif state is False and self.off:
            found.setdefault(_ABOUT[self.on], Fact(self.off))

    def kinds(self) -> Iterable[K]:
        """Its two states, or the one."""
        return (self.on,) if self.off is None else (self.on, self.off)

    def _said(self, value: Any) -> bool | None:
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        if self.vital and not (self.measured and isinstance(value, int | float)):
            raise DecodeError(f"a field about {self.on} holds what nobody knows")
        return None


class Words(Struct, frozen=True):
    """Each word means some kinds, or none; other words are another model's business unless `vital`."""

    meaning: Mapping[str, tuple[K, ...]]
    vital: bool = False

    def read(self, value: Any, found: Found) -> None:
        """Add every kind of the word."""
        kinds = self.meaning.get(value) if isinstance(value, str) else None
        if kinds is None and self.vital:
            raise DecodeError("a field about a fall holds what nobody knows")
        for kind in kinds or ():
            found[_ABOUT[kind]] = Fact(kind)

    def kinds(self) -> Iterable[K]:
        """The kinds of all its words."""
        return (kind for kinds in self.meaning.values() for kind in kinds)


class Number(Struct, frozen=True):
    """A measurement. What lies outside the sensor's world (65535, -327.68) is its way of saying nothing."""

    kind: K
    unit: str
    least: float
    most: float

    def read(self, value: Any, found: Found) -> None:
        """Add the value as it stands; a number that no sensor can mean makes the message unreadable."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        if abs(value) > _ABSURD:
            raise DecodeError(f"{self.kind} holds an absurd number")
        if self.least <= value <= self.most:
            found[self.kind] = Fact(self.kind, value, self.unit)

    def kinds(self) -> Iterable[K]:
        """What it measures."""
        return (self.kind,)


class Pressure(Struct, frozen=True):
    """`pressure` is the air's in hPa, or on a pad (Tuya C3007) whether somebody sits there."""

    air: Number
    pad: TwoState

    def read(self, value: Any, found: Found) -> None:
        """Tell the two apart by the type."""
        (self.pad if isinstance(value, bool) else self.air).read(value, found)

    def kinds(self) -> Iterable[K]:
        """Those of both."""
        return (*self.air.kinds(), *self.pad.kinds())


class Action(Struct, frozen=True):
    """What a button was told; see `_zigbee_actions`."""

    def read(self, value: Any, found: Found) -> None:
        """Empty says nothing: zigbee2mqtt clears the action after each press."""
        if not value:
            return
        said = meaning(value) if isinstance(value, str) else Meaning.UNKNOWN
        if said is Meaning.UNKNOWN:
            raise DecodeError(f"an action that nobody knows: {value!r:.64}")
        kind = _ACTION_KINDS.get(said)
        if kind:
            found[_ABOUT[kind]] = Fact(kind, detail=value)

    def kinds(self) -> Iterable[K]:
        """What a button or the keypad of a lock can mean."""
        return _ACTION_KINDS.values()


class Sos(Struct, frozen=True):
    """`sos: true` is a press; the false that follows is the button coming back."""

    def read(self, value: Any, found: Found) -> None:
        """Anything else than true or false is unreadable."""
        if value is True:
            found[K.BUTTON_PRESSED] = Fact(K.BUTTON_PRESSED, detail="sos")
        elif value is not False:
            raise DecodeError("sos holds what nobody knows")

    def kinds(self) -> Iterable[K]:
        """A press."""
        return (K.BUTTON_PRESSED,)


class Alarm(Struct, frozen=True):
    """An alarm that does not say which: heat (Heiman HM-5HA-E), a heard siren, the zone of some door contacts."""

    named: Mapping[str, K] = _NO_KINDS
    """Words that do say which."""

    def read(self, value: Any, found: Found) -> None:
        """Leave the nameless to `decode`, which knows whether another field names it."""
        if isinstance(value, str) and value in self.named:
            found[self.named[value]] = Fact(self.named[value])
        elif value is True or value in _ALARM_WORDS:
            found[UNNAMED] = Fact(K.ALARM_UNREADABLE)

    def kinds(self) -> Iterable[K]:
        """Those that its words name; the nameless becomes a dead letter."""
        return self.named.values()


_ALARM_WORDS = ("ON", "ALARM", "alarm", "alarmed", "warning_alarm", "critical_alarm")
_ACTION_KINDS = {
    Meaning.PRESSED: K.BUTTON_PRESSED,
    Meaning.CANCELLED: K.BUTTON_CANCELLED,
    Meaning.LOCKED: K.LOCK_LOCKED,
    Meaning.UNLOCKED: K.LOCK_UNLOCKED,
}
