"""A resident's days in numbers: what the detectors compare, per local day and part of day. `tally` counts them.

Pure. Counts are of signs of life (`is_sign`); any message at all shows that somebody was listening. What
was not observed has no value: a part of day with an outage, with nobody seen in waking hours, or with too
few messages around it is unusable, and never a row of zeros.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Protocol

from carehub.core.kinds import KNOWN_KINDS, EventKind

FEWEST_MESSAGES = 12
"""In the 24 hours that end with the part of day; fewer tell nothing about a life."""

DEAF_AT_NIGHT = timedelta(hours=12)
DEAF_BY_DAY = timedelta(hours=4)
"""So long without any message: an outage, or nobody at home. The hub's watch speaks of it; we do not judge it."""

Span = tuple[datetime, datetime]


class Seen(Protocol):
    """One event as a detector sees it (`carehub.contracts.Activity`)."""

    @property
    def at(self) -> datetime: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102
    @property
    def place(self) -> str | None: ...  # noqa: D102


class Part(StrEnum):
    """The parts of a local day, six hours each (five or seven in the nights when the clock is changed)."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


class Feature(StrEnum):
    """What is measured in each part of day. Times are in minutes, the rest are counts."""

    BED_EXITS = "bed_exits"
    BATHROOM_VISITS = "bathroom_visits"
    KITCHEN_VISITS = "kitchen_visits"
    ENTRANCE_OPENINGS = "entrance_openings"
    FIRST_ACTIVITY = "first_activity"
    """Up for the day: from five o'clock, outside the bedroom; in minutes after midnight. The morning only."""
    LONGEST_QUIET = "longest_quiet"
    """The longest stretch without a sign, inside the part."""
    ROOM_CHANGES = "room_changes"
    ACTIVITY = "activity"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartOfDay:
    """One part of one local day.

    Attributes:
        unusable: "outage", "nobody seen" or "few messages"; None where there are values.
        values: Without the features whose sensor was away.
    """

    day: date
    part: Part
    ends_at: datetime
    unusable: str | None = None
    values: dict[Feature, float] = field(default_factory=dict)


_SIGNS = frozenset(
    {
        EventKind.MOTION_DETECTED, EventKind.PRESENCE_DETECTED, EventKind.DOOR_OPENED, EventKind.BED_ENTERED,
        EventKind.BED_LEFT, EventKind.CHAIR_ENTERED, EventKind.CHAIR_LEFT, EventKind.STOVE_ON,
        EventKind.BUTTON_PRESSED, EventKind.CORD_PULLED,
    }
)  # fmt: skip
_ENDINGS = (".off", ".cleared", ".closed")


def is_sign(kind: str) -> bool:
    """Whether a living person did this: a movement begins, a door is opened, a bed is left.

    An unknown kind that happens ("toilet.flushed") counts; one that measures ("skin_temperature") does not.
    """
    if kind in KNOWN_KINDS:
        return kind in _SIGNS
    return "." in kind and not kind.endswith(_ENDINGS)


NEEDS = {
    Feature.BED_EXITS: "bedroom", Feature.BATHROOM_VISITS: "bathroom", Feature.KITCHEN_VISITS: "kitchen",
    Feature.ENTRANCE_OPENINGS: "entrance",
}  # fmt: skip
"""Whose sensor a feature needs; the others need all."""


def shared_silences(
    homes: Iterable[Sequence[Seen]],
    *,
    fewest_homes: int = 10,
    longest: timedelta = timedelta(minutes=45),
    until: datetime | None = None,
) -> list[Span]:
    """When every home fell silent at once: a server's failure, not theirs.

    Claimed only where so many homes were heard in the day before: with five, a shared silence of hours
    happens by itself (TIHM).

    Args:
        homes: Each home's events in any order.
        fewest_homes: So many homes must have been heard in the day before.
        longest: A silence shorter than this is chance.
        until: Now. With it a silence that still lasts is one too, and later events are not looked at.
    """
    streams = [sorted(one.at for one in home if until is None or one.at < until) for home in homes]
    moments = sorted(at for stream in streams for at in stream)
    if moments and until is not None:
        moments.append(until)

    def heard(since: datetime, until: datetime) -> int:
        return sum(_count(stream, (since, until)) > 0 for stream in streams)

    return [
        (start, end)
        for start, end in pairwise(moments)
        if end - start >= longest and heard(start - timedelta(days=1), end) >= fewest_homes
    ]


def _count(moments: Sequence[datetime], span: Span) -> int:
    return bisect_left(moments, span[1]) - bisect_left(moments, span[0])
