"""What an event must fit, compiled: predicates made once, and where such an event may come from."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from math import isfinite

from carehub.core.events import Event, Value
from carehub.core.kinds import EventKind, aspect
from carehub.core.rules.fields import INSIDE, Matcher

Test = Callable[[Event], bool]
Places = Callable[[str | None], bool]
_NOT_INSIDE = frozenset({None, "entrance", "outside"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """Several matchers, any of which will do.

    Attributes:
        tests: Per kind, what else an event must fit; a kind that is missing never fits.
        wanted: The same in the rule's own words, for traces.
        places: Per kind, where it may come from; a kind that is missing may come from anywhere.
    """

    tests: dict[str, tuple[Test, ...]]
    wanted: str
    places: dict[str, tuple[Places, ...]] = field(default_factory=dict)
    _whole: dict[str, Test] = field(init=False, repr=False, compare=False)
    """Per kind, its tests as one: nearly all have one only, and each event asks three times."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_whole", {kind: _any_of(tests) for kind, tests in self.tests.items()})

    def may_fit(self, kind: str, place: str | None) -> bool:
        """Whether an event of this kind from this place can fit, whatever its value and its device."""
        if kind not in self.tests:
            return False
        places = self.places.get(kind, ())
        return not places or any(one(place) for one in places)

    def fits(self, event: Event) -> bool:
        """Whether any matcher fits the event."""
        test = self._whole.get(event.kind)
        return test is not None and test(event)


def matching(matchers: Iterable[Matcher]) -> Matching:
    """Compile matchers, any of which will do."""
    tests: dict[str, tuple[Test, ...]] = {}
    told = tuple(matchers)
    for matcher in told:
        for kind in matcher.all_kinds:
            where = _both(_place_test(matcher), _class_test(matcher))
            tests[str(kind)] = (*tests.get(kind, ()), _both(where, _value_test(matcher.bounds)))
    words = " or ".join(wanted(matcher) for matcher in told)
    return Matching(tests=tests, wanted=words, places=_allowed(told, itself))


def outside(matchers: Iterable[Matcher]) -> Matching:
    """Compile what no longer fits: a value of the same device outside the bounds."""
    tests: dict[str, tuple[Test, ...]] = {}
    for matcher in matchers:
        within = _value_test(matcher.bounds)
        for kind in matcher.all_kinds:
            where = _both(_place_test(matcher), _class_test(matcher))
            tests[str(kind)] = (*tests.get(kind, ()), _both(where, _not(within)))
    return Matching(tests=tests, wanted="a value outside the bounds")


def _any_of(tests: tuple[Test, ...]) -> Test:
    first, rest = tests[0], tests[1:]
    if not rest:
        return first
    others = _any_of(rest)
    return lambda event: first(event) or others(event)


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


def _allowed(matchers: Iterable[Matcher], kinds: Callable[[str], Iterable[str]]) -> dict[str, tuple[Places, ...]]:
    """Per kind, where it may come from: nothing for a kind that one of the matchers takes from anywhere."""
    found: dict[str, tuple[Places, ...]] = {}
    anywhere: set[str] = set()
    for matcher in matchers:
        for kind in (told for asked in matcher.all_kinds for told in kinds(asked)):
            if not matcher.all_places:
                anywhere.add(str(kind))
            found[str(kind)] = (*found.get(kind, ()), _place_set(frozenset(matcher.all_places)))
    return {kind: places for kind, places in found.items() if kind not in anywhere}


def _place_set(places: frozenset[str]) -> Places:
    if INSIDE in places:
        return lambda place: place in places or place not in _NOT_INSIDE
    return lambda place: place in places


def itself(kind: str) -> tuple[str, ...]:
    """This kind and no other."""
    return (kind,)


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


def followed(matchers: Iterable[Matcher], kinds: Callable[[str], Iterable[str]]) -> Matching:
    """Compile what must be followed whatever its value: the kinds that `kinds` gives for each that is asked for."""
    asked = tuple(matchers)
    tests: dict[str, tuple[Test, ...]] = {}
    for matcher in asked:
        here = _both(_place_test(matcher), _class_test(matcher))
        for told in (str(one) for kind in matcher.all_kinds for one in kinds(kind)):
            tests[told] = (*tests.get(told, ()), here)
    return Matching(tests=tests, wanted="", places=_allowed(asked, kinds))


def about_the_same(kind: str) -> tuple[str, ...]:
    """Every kind that tells of the same state: a door that is closed is no longer open."""
    told = aspect(kind)
    return (kind,) if told is None else tuple(one for one in EventKind if aspect(one) == told)
