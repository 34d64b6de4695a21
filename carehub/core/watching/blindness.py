"""Which protections a resident does not have now, and why: from plain values, for the tablet and the daily list."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from carehub.core.watching.supervision import BATTERY_EMPTY, LIFE_CRITICAL, UNPROVEN_FOR, DeviceKind


class Risk(StrEnum):
    """How soon somebody must come when a resident cannot be heard."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


class Cause(StrEnum):
    """Why a protection is off."""

    SILENT = "silent"
    NEVER_HEARD = "never_heard"
    BATTERY_EMPTY = "battery_empty"
    NOT_IN_SERVICE = "not_in_service"
    SILENCED = "silenced"
    """Somebody has set it on silent: an alarm still comes through, the rest is held."""
    RULE_OFF = "rule_off"
    OFF_HERE = "off_here"
    """Somebody decided so, for the resident or their unit."""
    OBJECTED = "objected"
    """The resident has said no to it."""
    EXPIRED = "expired"
    """Its legal basis has run out. It alerts all the same."""
    UNFED = "unfed"
    """It was decided that the resident has it, and no device of theirs can feed it."""
    NOBODY = "nobody"
    """The ladder of the resident's unit reaches nobody."""


class Guard(Struct, frozen=True, kw_only=True):
    """One device that looks after a resident, as far as its watching goes.

    Attributes:
        proven: Its alarm has been seen to arrive since it was put where it is.
        since: Since when it stands there.
        silenced_until: Until when a silence is about it, or about its whole home; None for no silence.
    """

    device: str
    name: str
    kind: DeviceKind
    proven: bool
    since: datetime | None = None
    silent_since: datetime | None = None
    last_heard: datetime | None = None
    battery: float | None = None
    silenced_until: datetime | None = None


class Blindness(Struct, frozen=True, kw_only=True):
    """One protection that is off.

    Attributes:
        name: The device's name, a rule's title, or empty for the people who should be reached.
        critical: Somebody must be told: life hangs on it, and it is really off.
    """

    cause: Cause
    name: str
    kind: DeviceKind = DeviceKind.UNKNOWN
    since: datetime | None = None
    critical: bool = False


def blind(
    guards: Sequence[Guard], *, rules_off: Sequence[str], reachable: bool, now: datetime, own: Sequence[Blindness] = ()
) -> list[Blindness]:
    """Everything that does not look after this resident now; the critical first.

    Args:
        rules_off: Titles of rules that are switched off or broken.
        own: What does not judge for this resident alone.
        reachable: Whether somebody is on duty who has a way that works and did not fail the roll-call.
    """
    found = [of for guard in guards for of in _of_guard(guard, now)]
    found += [Blindness(cause=Cause.RULE_OFF, name=title) for title in rules_off]
    found += own
    if not reachable:
        found.append(Blindness(cause=Cause.NOBODY, name="", critical=True))
    return sorted(found, key=lambda one: not one.critical)


def _of_guard(guard: Guard, now: datetime) -> list[Blindness]:
    critical = guard.kind in LIFE_CRITICAL
    cause, since = off(guard)
    found = []
    if cause is not None:
        old = cause is not Cause.NOT_IN_SERVICE or is_overdue(guard.since, now)
        found.append(Blindness(cause=cause, name=guard.name, kind=guard.kind, since=since, critical=critical and old))
    if guard.silenced_until is not None:
        found.append(Blindness(cause=Cause.SILENCED, name=guard.name, kind=guard.kind, since=guard.silenced_until))
    return found


def off(guard: Guard) -> tuple[Cause | None, datetime | None]:
    """Why a device does not look after anybody now, and since when; (None, None) where it does."""
    if guard.silent_since is not None:
        never = guard.last_heard is None
        return (Cause.NEVER_HEARD if never else Cause.SILENT), guard.silent_since if never else guard.last_heard
    if guard.battery is not None and guard.battery <= BATTERY_EMPTY:
        return Cause.BATTERY_EMPTY, None
    if not guard.proven:
        return Cause.NOT_IN_SERVICE, guard.since
    return None, None


def is_overdue(since: datetime | None, now: datetime) -> bool:
    """Whether a device has stood unproven for longer than a day."""
    return since is None or now - since > UNPROVEN_FOR
