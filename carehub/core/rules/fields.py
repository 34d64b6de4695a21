"""The small values of the rule language: lengths of time, times of day, matchers, texts."""

import re
from collections.abc import Callable
from datetime import time, timedelta
from typing import Annotated, Any, ClassVar, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    WithJsonSchema,
    model_validator,
)

from carehub.core.kinds import KNOWN_KINDS, EventKind
from carehub.core.rules.errors import did_you_mean
from carehub.core.severity import Severity
from carehub.core.watching.supervision import DeviceKind

PLACES = ("entrance", "hall", "bathroom", "bedroom", "living_room", "kitchen", "outside")
NAME = r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$"
"""How a rule and a kind of alert are named."""
INSIDE = "inside"
"""Any named place but `outside` and `entrance`: the entrance sees her on the way out as well as on the way in."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LONGEST = timedelta(days=7)
_UNITS = {"s": 1, "sec": 1, "min": 60, "h": 3600, "d": 86400}
_DURATION = re.compile(r"^([1-9][0-9]{0,5}) ?(s|sec|min|h|d)$")
_TIME = re.compile(r"^([01][0-9]|2[0-3]):([0-5][0-9])$")


def read_duration(text: Any) -> timedelta:
    """Read "5 min", "30 s", "2 h" or "1 d"; at most 7 days.

    Raises:
        ValueError: It is no such length of time.
    """
    found = _DURATION.match(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"'{text}' is not a length of time; write it like '30 s', '5 min' or '2 h'")
    length = timedelta(seconds=int(found[1]) * _UNITS[found[2]])
    if length > LONGEST:
        raise ValueError(f"'{text}' is longer than 7 days")
    return length


def write_duration(length: timedelta) -> str:
    """Write a length in the largest unit that needs no fraction: "5 min", "90 s"."""
    seconds = int(length.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds % size == 0 and (unit != "d" or seconds > size):
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def _read_time(text: Any) -> time:
    found = _TIME.match(text) if isinstance(text, str) else None
    if found is None:
        raise ValueError(f"'{text}' is not a time of day; write it like '22:00'")
    return time(int(found[1]), int(found[2]))


def _read_severity(word: Any) -> Severity:
    if word not in SEVERITIES:
        raise ValueError(f"'{word}' is not a severity; write one of {', '.join(SEVERITIES)}")
    return SEVERITIES[word]


def _one_of(known: tuple[str, ...], what: str) -> Callable[[Any], Any]:
    def check(word: Any) -> Any:
        if word not in known:
            near = did_you_mean(str(word), known) or f"; write one of {', '.join(known)}"
            raise ValueError(f"'{word}' is not {what}{near}")
        return word

    return check


def _read_kind(word: Any) -> EventKind:
    if not isinstance(word, str) or word not in KNOWN_KINDS:
        raise ValueError(f"'{word}' is not a kind of event{did_you_mean(str(word), KNOWN_KINDS)}")
    return EventKind(word)


def as_list(found: Any) -> Any:
    """Let one be written without the brackets of a list."""
    return [found] if isinstance(found, dict | str) else found


SEVERITIES = {level.name.lower(): level for level in Severity if level is not Severity.NOT_REPORTED}

Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(write_duration),
    WithJsonSchema({"type": "string", "pattern": _DURATION.pattern, "examples": ["5 min", "30 s", "2 h"]}),
]
TimeOfDay = Annotated[
    time,
    BeforeValidator(_read_time),
    PlainSerializer(lambda found: f"{found:%H:%M}"),
    WithJsonSchema({"type": "string", "pattern": _TIME.pattern, "examples": ["22:00"]}),
]
SeverityName = Annotated[
    Severity,
    BeforeValidator(_read_severity),
    PlainSerializer(lambda level: level.name.lower()),
    WithJsonSchema({"type": "string", "enum": list(SEVERITIES)}),
]
Kind = Annotated[EventKind, BeforeValidator(_read_kind)]
Place = Annotated[
    str,
    BeforeValidator(_one_of((*PLACES, INSIDE), "a place")),
    WithJsonSchema({"type": "string", "enum": [*PLACES, INSIDE]}),
]
Weekday = Annotated[
    str, BeforeValidator(_one_of(WEEKDAYS, "a weekday")), WithJsonSchema({"type": "string", "enum": list(WEEKDAYS)})
]
DEVICE_CLASSES = tuple(kind.value for kind in DeviceKind if kind is not DeviceKind.UNKNOWN)
DeviceClass = Annotated[
    str,
    BeforeValidator(_one_of(DEVICE_CLASSES, "a class of device")),
    WithJsonSchema({"type": "string", "enum": list(DEVICE_CLASSES)}),
]
Number = Annotated[StrictInt | StrictFloat, Field(allow_inf_nan=False)]


class Strict(BaseModel):
    """A frozen value that refuses words it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_by_name=False, validate_by_alias=True)


class Text(Strict):
    """The same words in the three languages."""

    nb: str = Field(min_length=1, max_length=400, description="bokmål")
    nn: str = Field(min_length=1, max_length=400, description="nynorsk")
    en: str = Field(min_length=1, max_length=400, description="English")


class Matcher(Strict):
    """Which events are meant: every word that is given must fit."""

    BOUNDS: ClassVar[tuple[str, ...]] = ("below", "at_most", "above", "at_least", "equals")

    found: str | None = Field(
        None, pattern=NAME, max_length=40, description="what another rule finds, by its id; in place of a kind"
    )
    kind: Kind | None = Field(None, description="one kind of event, such as `door.opened`")
    kinds: tuple[Kind, ...] = Field((), max_length=20, description="several kinds; any of them will do")
    device_class: DeviceClass | None = Field(None, description="what the device is to the hub, as the registry says")
    device_classes: tuple[DeviceClass, ...] = Field((), max_length=20, description="several; any of them will do")
    place: Place | None = Field(None, description="one place; `inside` is every place but the entrance and outside")
    places: tuple[Place, ...] = Field((), max_length=20, description="several places; any of them will do")
    below: Number | None = Field(None, description="the value is lower than this")
    at_most: Number | None = Field(None, description="the value is this or lower")
    above: Number | None = Field(None, description="the value is higher than this")
    at_least: Number | None = Field(None, description="the value is this or higher")
    equals: StrictBool | Number | StrictStr | None = Field(None, description="the value is exactly this")

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if sum(map(bool, (self.kind, self.kinds, self.found))) != 1:
            raise ValueError("write either 'kind' or 'kinds', or 'found' with the id of a rule")
        if self.device_class and self.device_classes:
            raise ValueError("write either 'device_class' or 'device_classes'")
        if self.place and self.places:
            raise ValueError("write either 'place' or 'places'")
        if self.equals is not None and len(self.bounds) > 1:
            raise ValueError("'equals' stands alone, without other bounds")
        if {"below", "at_most"} <= self.bounds.keys() or {"above", "at_least"} <= self.bounds.keys():
            raise ValueError("write one upper and one lower bound at most")
        return self

    @property
    def all_kinds(self) -> tuple[str, ...]:
        """The kinds, however they were written."""
        if self.found:
            return (f"found.{self.found}",)
        return (self.kind,) if self.kind else self.kinds

    @property
    def all_places(self) -> tuple[str, ...]:
        """The places, however they were written; empty for anywhere."""
        return (self.place,) if self.place else self.places

    @property
    def all_device_classes(self) -> tuple[str, ...]:
        """The classes of device, however they were written; empty for any."""
        return (self.device_class,) if self.device_class else self.device_classes

    @property
    def bounds(self) -> dict[str, Any]:
        """The bounds on the value that were written."""
        return {name: bound for name in self.BOUNDS if (bound := getattr(self, name)) is not None}


Matchers = Annotated[
    tuple[Matcher, ...],
    BeforeValidator(as_list, json_schema_input_type=Matcher | tuple[Matcher, ...]),
    Field(min_length=1, max_length=20),
]
