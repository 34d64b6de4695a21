"""Rules compiled for the hot path: predicates made once, indexed by kind of event.

Nothing here meets pydantic again: a fold asks a few dictionaries and closures.
"""

from dataclasses import dataclass
from datetime import timedelta

from carehub.core.events import Event
from carehub.core.rules.fields import write_duration
from carehub.core.rules.language import Rule, content_hash
from carehub.core.rules.matching import Matching, about_the_same, followed, itself, matching, outside
from carehub.core.rules.personal import Personal, compiled_bound
from carehub.core.rules.state import RuleState, Shape, claim_of
from carehub.core.rules.windows import Window
from carehub.core.severity import Severity

_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """One rule, ready to be stepped.

    Attributes:
        codes: Alert code per kind of event; the key None holds the code for all others.
        steps: What starts the rule; for a sequence, each step in order; for an absence, what is expected.
        cancels: What ends the waiting of a `for` or a `then_missing`.
        wait: How long is waited, or the span of a count or a sequence.
        window: `between`, or the daily window of an absence.
        only_when: What must be so, where `unless` is what must not.
        base: For a change: what is compared, whatever its value. For a check: whatever tells of the same thing.
        by: For a change: how much; negative for a fall.
        personal: Where the wait, the window's end or the count follows the person.
        never_seen: An absence that is judged also where it was never seen.
        missing: True where `cancels` is what should have come (`then_missing`), for the words of the trace.
    """

    id: str
    version: str
    shape: Shape
    alert_kind: str
    severity: Severity
    codes: dict[str | None, str]
    steps: tuple[Matching, ...]
    cancels: Matching | None = None
    wait: timedelta = _NO_TIME
    rest: timedelta = _NO_TIME
    least: int = 1
    window: Window | None = None
    unless: tuple[str, ...] = ()
    only_when: tuple[str, ...] = ()
    base: Matching | None = None
    by: float = 0.0
    personal: Personal | None = None
    never_seen: bool = False
    per_device: bool = False
    press: bool = False
    missing: bool = False

    def ends(self, event: Event, begun: RuleState | None) -> bool:
        """Whether this ends what waits; what happened before that began is no answer to it, however late it comes."""
        if self.cancels is None or not self.cancels.fits(event):
            return False
        return begun is None or not begun.hits or (claim_of(event) or event.at) >= begun.hits[0].happened

    def may_fit(self, kind: str, place: str | None) -> bool:
        """Whether an event of this kind from this place can be anything to the rule."""
        parts = (*self.steps, self.cancels, self.base)
        return any(part.may_fit(kind, place) for part in parts if part is not None)

    def may_begin(self, kind: str, place: str | None) -> bool:
        """Whether such an event can be anything to a rule that remembers nothing yet."""
        first = self.base if self.shape is Shape.CHANGE and self.base is not None else self.steps[0]
        return first.may_fit(kind, place)

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind that the rule must be shown."""
        parts = (*self.steps, self.cancels, self.base)
        return frozenset(kind for part in parts if part is not None for kind in part.tests)


def compiled(rule: Rule) -> Program:
    """Make a rule ready to be stepped; its meaning is settled here, once."""
    shape = rule.shape
    window = rule.absent or rule.check or rule.between
    return Program(
        id=rule.id,
        version=content_hash(rule),
        shape=shape,
        alert_kind=rule.alert_kind,
        severity=rule.severity,
        codes=_codes(rule),
        steps=_steps(rule),
        cancels=_cancels(rule),
        wait=_wait(rule),
        rest=rule.rest or _NO_TIME,
        least=rule.count.at_least if rule.count else 1,
        window=window.window if window else None,
        unless=tuple(str(flag) for flag in rule.unless),
        only_when=tuple(str(flag) for flag in rule.only_when),
        base=_base(rule),
        by=rule.change.by if rule.change else 0.0,
        personal=compiled_bound(rule),
        never_seen=rule.absent is not None and rule.absent.although_never_seen,
        per_device=rule.per == "device" or rule.change is not None,
        press=rule.press,
        missing=rule.then_missing is not None,
    )


def _codes(rule: Rule) -> dict[str | None, str]:
    if isinstance(rule.alert_code, dict):
        return {str(kind): code for kind, code in rule.alert_code.items()}
    return {None: rule.alert_code} if rule.alert_code else {}


def _steps(rule: Rule) -> tuple[Matching, ...]:
    if rule.sequence:
        return tuple(matching((step,)) for step in rule.sequence.steps)
    asked = rule.absent.of if rule.absent else rule.check.is_ if rule.check else rule.watch
    return (matching(asked or ()),)


def _base(rule: Rule) -> Matching | None:
    """What must be followed besides what fits: the values between, or whatever ends what is so."""
    asked = rule.watch if rule.change else rule.check.is_ if rule.check else None
    if asked is None:
        return None
    return followed(asked, about_the_same if rule.check else itself)


def _cancels(rule: Rule) -> Matching | None:
    if rule.then_missing:
        return matching((rule.then_missing,))
    if rule.until:
        return matching(rule.until)
    return outside(rule.watch or ()) if rule.for_ else None


def _wait(rule: Rule) -> timedelta:
    parts = (rule.then_missing, rule.count, rule.sequence, rule.change)
    spans = (rule.for_, *(part.within for part in parts if part))
    return next((span for span in spans if span), _NO_TIME)


def wait_in_words(program: Program) -> str:
    """Write the wait as the rule does: "5 min"."""
    return write_duration(program.wait)
