"""Where the steps of all shapes end: a rule fires, or a condition holds it back."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.days.usual import Usual
from carehub.core.findings import Condition, Finding, Trace
from carehub.core.kinds import HUB_ONLY, PRESSES
from carehub.core.rules import traces
from carehub.core.rules.parts import Flag
from carehub.core.rules.program import Program
from carehub.core.rules.state import Hit, RuleState, Shape
from carehub.core.rules.windows import clock, contains

LATE = timedelta(minutes=2)
"""A deadline that is judged so long after its time makes a late finding."""
_LATE = "Skulle vært varslet kl. {}, men kommer sent etter et avbrudd."


class Situation(Struct, frozen=True):
    """What a step may look at besides the event.

    Attributes:
        flags: "away", "staff_present" and the like with their ends (None: until told otherwise).
        usual: By resident, what is usual for them.
        moment: The hub's time of the step.
    """

    scope: str
    zone: ZoneInfo
    flags: dict[str, datetime | None]
    moment: datetime
    usual: Mapping[str, Usual] = {}


class Stepped(Struct, frozen=True):
    """What came of a step.

    Attributes:
        state: What the rule remembers from now on; None for nothing.
        trace: Present when the rule fired or was held back.
        held: What a flag held back.
        waits: True when the rule waits because of this event.
    """

    state: RuleState | None
    finding: Finding | None = None
    trace: Trace | None = None
    waits: bool = False
    held: Finding | None = None


def in_window(program: Program, at: datetime, zone: ZoneInfo) -> bool:
    """Whether the rule is asked at this time of the day."""
    return program.window is None or contains(program.window, at, zone)


def at_rest(program: Program, state: RuleState | None, hit: Hit, situation: Situation) -> Stepped | None:
    """What comes of a start while the rule rests; None where it does not."""
    if state is None or state.rests_until is None or hit.at >= state.rests_until:
        return None
    told = (traces.of_watch(program, hit, situation.zone), traces.of_rest(program, state.rests_until, situation.zone))
    return Stepped(state, trace=_trace(program, (hit,), situation, told, fired=False))


def decide(
    program: Program,
    hits: tuple[Hit, ...],
    situation: Situation,
    told: tuple[Condition, ...],
    due: datetime | None = None,
) -> Stepped:
    """Fire, unless a flag holds the rule back; either way what led here is used up.

    What `unless` held back a silence may have to tell later; what `only_when` keeps quiet is over.
    """
    flags = traces.of_flags(program, situation.flags, situation.moment, situation.zone)
    last = hits[-1] if hits else None
    told = (*told, *(traces.of_window(program, hits[0], situation.zone) if hits else ()), *flags)
    broken = [flag for flag in flags if not flag.held]
    if broken:
        trace = _trace(program, hits, situation, told, fired=False)
        over = any(flag.name.startswith("only_when") for flag in broken)
        return Stepped(None, trace=trace, held=None if over else _finding(program, last, situation, trace, due))
    trace = _trace(program, hits, situation, told, fired=True)
    rests = None
    if program.rest:
        rests = RuleState(version=program.version, shape=program.shape, rests_until=situation.moment + program.rest)
    return Stepped(rests, _finding(program, last, situation, trace, due), trace)


def was_deaf(decided: Stepped) -> bool:
    """Whether nothing but an outage holds the rule back: nobody knows whether what waits is over."""
    broken = [one.name for one in decided.trace.conditions if not one.held] if decided.trace else []
    return broken == [f"unless.{Flag.UNHEARD}"]


def _trace(
    program: Program, hits: tuple[Hit, ...], situation: Situation, told: tuple[Condition, ...], *, fired: bool
) -> Trace:
    return Trace(
        rule=program.id,
        version=program.version,
        at=situation.moment,
        fired=fired,
        conditions=told,
        events=tuple(hit.seq for hit in hits),
    )


def _finding(program: Program, hit: Hit | None, situation: Situation, trace: Trace, due: datetime | None) -> Finding:
    overdue = due is not None and situation.moment - due > LATE
    absent = program.shape is Shape.ABSENT
    late = _LATE.format(clock(due, situation.zone)) if absent and overdue and due else None
    if hit is None:
        return Finding(
            kind=program.alert_kind, rule=program.id, version=program.version, severity=program.severity,
            at=situation.moment, scope=situation.scope, resident=None, trace=trace,
            alert_code=program.codes.get(None), detail=late, late=overdue,
        )  # fmt: skip
    return Finding(
        kind=program.alert_kind,
        rule=program.id,
        version=program.version,
        severity=program.severity,
        at=situation.moment,
        scope=situation.scope,
        resident=hit.resident,
        trace=trace,
        alert_code=program.codes.get(hit.kind) or program.codes.get(None),
        event=None if absent else hit.seq,
        device=None if absent else hit.device,
        place=None if absent else hit.place,
        # a press is a press, whatever the rule says of it (invariant 9)
        press=program.press or hit.kind in PRESSES,
        detail=late or (hit.detail if hit.kind in HUB_ONLY else None),
        value=hit.value,
        late=hit.late or overdue,
        causes=hit.causes,
    )
