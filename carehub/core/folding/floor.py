"""The life-safety floor: what alerts with no rule, a broken rulebook, or every rule tuned away.

The alert kinds are those of the shipped rules, so the floor and a rule never make two alerts
of one thing. Nothing edits this table away: it is code, not data (invariant 7).
"""

from collections.abc import Iterable

from msgspec import Struct, structs

from carehub.core.events import Event
from carehub.core.findings import Condition, Finding, Trace
from carehub.core.kinds import HUB_ONLY, LIFE_SAFETY, PRESSES, EventKind
from carehub.core.severity import Severity

FLOOR = "floor"
VERSION = "floor-1"
ENOUGH = Severity.SERIOUS
TESTABLE = frozenset(str(kind) for kind in LIFE_SAFETY if kind is not EventKind.ALARM_UNREADABLE)
"""What the test of a device may be: its alarm. What cannot be read is no test that was passed."""


class Floor(Struct, frozen=True):
    """What the floor raises for one kind of event."""

    alert: str
    alert_code: str | None
    severity: Severity = Severity.CRITICAL


TABLE: dict[str, Floor] = {
    str(kind): floor
    for kind, floor in {
        EventKind.BUTTON_PRESSED: Floor("social-alarm", "3"),
        EventKind.CORD_PULLED: Floor("social-alarm", "4.14"),
        EventKind.FALL_DETECTED: Floor("fall", "4.1"),
        EventKind.SMOKE_DETECTED: Floor("fire", "4.11"),
        EventKind.CARBON_MONOXIDE_DETECTED: Floor("fire", "4.11"),
        EventKind.GAS_DETECTED: Floor("fire", "4.11"),
        EventKind.ALARM_UNREADABLE: Floor("unreadable-alarm", None),
    }.items()
}
OWN = Floor("hub-fault", None, Severity.MODERATE)
"""The hub tells of its own trouble also where the rule for that is what is broken."""
COVERED = frozenset({*TABLE, str(EventKind.HUB_FAULT)})
"""Every kind that the floor may speak of."""
if TABLE.keys() != LIFE_SAFETY:  # pragma: no cover - a kind was added without its floor
    raise RuntimeError("The floor must cover every life-safety kind.")


def beneath(event: Event, findings: Iterable[Finding]) -> Finding | None:
    """Give the floor's finding for a life-safety event that the rules did not make serious enough.

    Args:
        event: Any event.
        findings: What the rules found because of this event.
    """
    if event.kind == EventKind.HUB_FAULT:
        return None if any(True for _ in findings) else _raised(event, OWN)
    floor = TABLE.get(event.kind)
    if floor is None or any(finding.severity >= ENOUGH for finding in findings):
        return None
    return _raised(event, floor)


def of_test(event: Event, test: str) -> Finding:
    """The alarm for which a device was put on test: it goes the whole way of an alarm, and wakes nobody.

    Args:
        test: The id of the test, for the trace.
    """
    told = Condition(name="test", wanted="the first alarm on test", seen=test, held=True, event=event.seq)
    return _finding(event, Floor("test-alarm", None, Severity.NORMAL), told)


def _raised(event: Event, floor: Floor) -> Finding:
    asked = Condition(
        name=FLOOR,
        wanted="a rule that finds this serious",
        seen="none",
        held=True,
        event=event.seq,
    )
    return structs.replace(_finding(event, floor, asked), press=event.kind in PRESSES)


def _finding(event: Event, floor: Floor, asked: Condition) -> Finding:
    return Finding(
        kind=floor.alert,
        rule=FLOOR,
        version=VERSION,
        severity=floor.severity,
        at=event.at,
        scope=event.scope,
        resident=event.resident,
        trace=Trace(rule=FLOOR, version=VERSION, at=event.at, fired=True, conditions=(asked,), events=(event.seq,)),
        alert_code=floor.alert_code,
        event=event.seq,
        device=event.device,
        place=event.place,
        detail=event.detail if event.kind in HUB_ONLY else None,
        value=event.value,
        late=event.late,
    )
