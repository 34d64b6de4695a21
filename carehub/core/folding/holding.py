"""What a silence does to findings: what may be held, whether it has ended meanwhile, and how it is told."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import structs

from carehub.core.events import Event
from carehub.core.findings import Condition, Finding, Held, Trace
from carehub.core.folding.silence import Silence, covering
from carehub.core.kinds import LIFE_SAFETY, MOMENTARY, EventKind, aspect
from carehub.core.rules.program import Program
from carehub.core.rules.state import Shape
from carehub.core.rules.windows import clock

_ENDS: dict[str, EventKind] = {
    EventKind.DEVICE_ONLINE: EventKind.DEVICE_OFFLINE,
    EventKind.PROTECTION_RESTORED: EventKind.PROTECTION_BLIND,
}
DEADLINE = "silence/"
"""Begins the key of a silence's deadline row."""
_NEVER = LIFE_SAFETY | {EventKind.HUB_FAULT}
_PASSING = MOMENTARY | {EventKind.BEHAVIOUR_CHANGED}


def silence_over(silences: Iterable[Silence], program: Program, finding: Finding) -> Silence | None:
    """The silence that holds this finding back; None for life safety, whatever anybody has silenced."""
    if finding.press or any(kind in _NEVER for step in program.steps for kind in step.tests):
        return None
    return covering(silences, finding.kind, finding.resident, finding.device, program.unless)


def held_trace(trace: Trace, silence: Silence, zone: ZoneInfo) -> Trace:
    """The same trace, with the silence as the reason why nobody was told."""
    return structs.replace(trace, fired=False, conditions=(*trace.conditions, _about(silence, zone, held=False)))


def _about(silence: Silence, zone: ZoneInfo, *, held: bool) -> Condition:
    seen = f"{silence.id} until {clock(silence.until, zone)}"
    return Condition(name="silence", wanted="no silence", seen=seen, held=held)


def released(held: Held, silence: Silence, moment: datetime, zone: ZoneInfo) -> Finding:
    """What was held and still holds, told now."""
    trace = held.finding.trace
    conditions = (*(one for one in trace.conditions if one.name != "silence"), _about(silence, zone, held=True))
    told = structs.replace(trace, at=moment, fired=True, conditions=conditions)
    return structs.replace(held.finding, at=moment, trace=told, late=True)


def lasts(program: Program) -> bool:
    """Whether what such a rule finds goes on until something ends it; a count or a passing event is over at once."""
    if program.shape in {Shape.WAIT, Shape.ABSENT, Shape.CHECK}:
        return True
    return program.shape is Shape.AT_ONCE and not all(kind in _PASSING for kind in program.steps[0].tests)


def is_over(held: Held, program: Program, event: Event) -> bool:
    """Whether this event ends what was held: it is as it should be again."""
    if program.shape is Shape.ABSENT:
        return program.steps[0].fits(event)
    if program.cancels is not None and program.cancels.fits(event):
        return True
    if event.device != held.finding.device or program.steps[0].fits(event):
        return False
    asked = program.steps[0].tests
    if event.kind in _ENDS:
        return _ENDS[event.kind] in asked
    told = aspect(event.kind)
    return event.kind in asked or (told is not None and told in {aspect(kind) for kind in asked})
