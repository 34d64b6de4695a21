"""What the data has taught: what a detector sees, what it finds, and how it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Activity:
    """One event as a detector sees it: no names, only what, where and when.

    Attributes:
        at: Aware, UTC.
        kind: An `EventKind` value.
        place: "bathroom", "bedroom" ...; None if unknown.
    """

    at: datetime
    kind: str
    place: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A detector's finding about one resident.

    Attributes:
        resident: Whose days changed.
        day: Local date as ISO text; with `part` it names the finding, so that it is made once.
        score: 0 (as usual) to 1 (never seen).
        words: In bokmål, with the person's own normal beside it.
        measures: feature name → (seen, usual low, usual high).
    """

    resident: str
    day: str
    part: str
    score: float
    words: str
    measures: dict[str, tuple[float, float, float]]


class TrainedModel(Protocol):
    """A model in memory, ready to judge a day."""

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        """Judge the newest finished part of day; an empty list where nothing changed or too little is known."""
        ...

    def to_bytes(self) -> bytes:
        """Itself without pickle, for the model store."""
        ...


class Detector(Protocol):
    """What a model module offers as `DETECTOR`."""

    name: ClassVar[str]
    version: ClassVar[str]

    def train(self, history: Mapping[str, Sequence[Activity]], now: datetime) -> TrainedModel:
        """Learn each resident's own normal from finished days before `now`."""
        ...

    def from_bytes(self, stored: bytes) -> TrainedModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        ...
