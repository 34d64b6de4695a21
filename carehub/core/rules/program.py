"""Rules compiled for the hot path: predicates made once, indexed by kind of event.

Nothing here meets pydantic again: a fold asks a few dictionaries and closures.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from math import isfinite

from carehub.core.events import Event, Value
from carehub.core.kinds import EventKind, aspect
from carehub.core.rules.fields import INSIDE, Matcher, write_duration
from carehub.core.rules.language import Rule, content_hash
from carehub.core.rules.personal import Personal, compiled_bound
from carehub.core.rules.state import Shape
from carehub.core.rules.windows import Window
from carehub.core.severity import Severity

Test = Callable[[Event], bool]
_NOT_INSIDE = frozenset({None, "entrance", "outside"})
_NO_TIME = timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Several matchers, any of which will do.

    Attributes:
        tests: Per kind, what else an event must fit; a kind that is missing never fits.
        wanted: The same in the rule's own words, for traces.
    """

    tests: dict[str, tuple[Test, ...]]
    wanted: str

    def fits(self, event: Event) -> bool:
        """Whether any matcher fits the event."""
        for test in self.tests.get(event.kind, ()):  # noqa: SIM110 - any() costs a generator here
            if test(event):
                return True
        return False


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
    tests: dict[str, tuple[Test, ...]] = {}
    for matcher in asked:
        here = _both(_place_test(matcher), _class_test(matcher))
        for kind in matcher.all_kinds:
            for told in _about_the_same(kind) if rule.check else (kind,):
                tests[str(told)] = (*tests.get(str(told), ()), here)
    return Matching(tests=tests, wanted="")


def _about_the_same(kind: str) -> tuple[str, ...]:
    told = aspect(kind)
    return (kind,) if told is None else tuple(one for one in EventKind if aspect(one) == told)


def _cancels(rule: Rule) -> Matching | None:
    if rule.then_missing:
        return matching((rule.then_missing,))
    if rule.until:
        return matching(rule.until)
    return _outside(rule.watch or ()) if rule.for_ else None


def _wait(rule: Rule) -> timedelta:
    parts = (rule.then_missing, rule.count, rule.sequence, rule.change)
    spans = (rule.for_, *(part.within for part in parts if part))
    return next((span for span in spans if span), _NO_TIME)


def matching(matchers: Iterable[Matcher]) -> Matching:
    """Compile matchers, any of which will do."""
    tests: dict[str, tuple[Test, ...]] = {}
    told = tuple(matchers)
    for matcher in told:
        for kind in matcher.all_kinds:
            where = _both(_place_test(matcher), _class_test(matcher))
            tests[str(kind)] = (*tests.get(kind, ()), _both(where, _value_test(matcher.bounds)))
    return Matching(tests=tests, wanted=" or ".join(wanted(matcher) for matcher in told))


def _outside(matchers: Iterable[Matcher]) -> Matching:
    tests: dict[str, tuple[Test, ...]] = {}
    for matcher in matchers:
        within = _value_test(matcher.bounds)
        for kind in matcher.all_kinds:
            where = _both(_place_test(matcher), _class_test(matcher))
            tests[str(kind)] = (*tests.get(kind, ()), _both(where, _not(within)))
    return Matching(tests=tests, wanted="a value outside the bounds")


def _both(place: Test | None, value: Test | None) -> Test:
    if place is None or place is _always:
        return value or _always
    if value is None or value is _always:
        return place
    return lambda event: place(event) and value(event)


def _not(test: Test | None) -> Test | None:
    # A value that is no number ("unavailable", NaN) tells nothing, so it ends no waiting.
    return None if test is None else lambda event: _tells(event.value) and not test(event)


def _tells(value: Value) -> bool:
    return isinstance(value, bool | int) or (isinstance(value, float) and isfinite(value))


def _always(_: Event) -> bool:
    return True


def _place_test(matcher: Matcher) -> Test | None:
    places = frozenset(matcher.all_places)
    if not places:
        return None
    if INSIDE in places:
        return lambda event: event.place in places or event.place not in _NOT_INSIDE
    return lambda event: event.place in places


def _class_test(matcher: Matcher) -> Test | None:
    classes = frozenset(matcher.all_device_classes)
    return (lambda event: event.device_class in classes) if classes else None


def fits_place(matcher: Matcher, event: Event) -> bool:
    """Whether the event came from a place that the matcher asks for."""
    test = _place_test(matcher)
    return test is None or test(event)


def fits_class(matcher: Matcher, event: Event) -> bool:
    """Whether the event came from a device of a class that the matcher asks for."""
    test = _class_test(matcher)
    return test is None or test(event)


def _value_test(bounds: dict[str, Value]) -> Test | None:
    if not bounds:
        return None
    if "equals" in bounds:
        wanted_value = bounds["equals"]
        return lambda event: (
            event.value == wanted_value and isinstance(event.value, bool) == isinstance(wanted_value, bool)
        )
    below, at_most = bounds.get("below"), bounds.get("at_most")
    above, at_least = bounds.get("above"), bounds.get("at_least")

    def fits(event: Event) -> bool:
        value = event.value
        if not isinstance(value, int | float) or isinstance(value, bool):
            return False
        return (
            (below is None or value < below)  # type: ignore[operator]
            and (at_most is None or value <= at_most)  # type: ignore[operator]
            and (above is None or value > above)  # type: ignore[operator]
            and (at_least is None or value >= at_least)  # type: ignore[operator]
        )

    return fits


def wanted(matcher: Matcher) -> str:
    """Write a matcher in the rule's own words: "temperature bedroom below 16"."""
    words = ["/".join(matcher.all_kinds), "/".join(matcher.all_device_classes), "/".join(matcher.all_places)]
    words += [f"{name.replace('_', ' ')} {bound}" for name, bound in matcher.bounds.items()]
    return " ".join(word for word in words if word)


def wait_in_words(program: Program) -> str:
    """Write the wait as the rule does: "5 min"."""
    return write_duration(program.wait)
