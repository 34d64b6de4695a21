"""What the data has taught: what a detector sees, what it finds, and how it is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar, Protocol, runtime_checkable

from carehub.core.days.usual import Quantiles


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
class Outcome:
    """What staff said, afterwards, of one resident's day: a detector may learn from it on the days that follow.

    Attributes:
        day: The local day that it is about.
        useful: Whether something was found that needed somebody.
    """

    resident: str
    day: date
    useful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A detector's finding about one resident.

    Attributes:
        resident: Whose days changed.
        day: Local date as ISO text; with `part` it names the finding, so that it is made once.
        score: 0 (as usual) to 1 (never seen).
        words: In bokmål, with the person's own normal beside it.
        measures: feature name → (seen, usual low, usual high).
        sort: "sudden" (a day unlike the others), "slow" (over weeks) or "rhythm" (nights, meals, regularity).
    """

    resident: str
    day: str
    part: str
    score: float
    words: str
    measures: dict[str, tuple[float, float, float]]
    sort: str = "sudden"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayTable:
    """Everybody's stored days (`carehub.core.days.dayrow`) as one table, ascending by resident, then by day.

    Attributes:
        residents: Each once.
        counts: How many days each has.
        days: Proleptic ordinals as little-endian 32-bit numbers.
        values: The rows, one after the other.
    """

    residents: tuple[str, ...]
    counts: tuple[int, ...]
    days: bytes
    values: bytes


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

    def train(
        self, history: Mapping[str, Sequence[Activity]], now: datetime, outcomes: Sequence[Outcome] = ()
    ) -> TrainedModel:
        """Learn each resident's own normal from finished days before `now`, and from outcomes of such days."""
        ...

    def from_bytes(self, stored: bytes) -> TrainedModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        ...


@runtime_checkable
class DayModel(TrainedModel, Protocol):
    """A model that judges stored days, everybody's at once."""

    def findings(self, days: DayTable, now: datetime) -> list[Change]:
        """What is unlike each resident's own normal in the newest finished part of day."""
        ...

    def trends(self, days: DayTable) -> list[Change]:
        """What has changed over weeks, and rhythms that come apart."""
        ...

    def quantiles(self, days: DayTable) -> dict[str, dict[str, Quantiles]]:
        """Resident → what is usual, by the names that rules ask for."""
        ...

    def strangeness(self, days: DayTable) -> dict[str, float]:
        """Feature → population stability index of the last week against the training."""
        ...


@runtime_checkable
class DayDetector(Detector, Protocol):
    """A detector that learns from stored days: what a large municipality's training needs."""

    def learn(self, days: DayTable, now: datetime) -> DayModel:
        """Like `train`, from days that are already numbers. Runs in parallel by joblib's backend."""
        ...

    def from_bytes(self, stored: bytes) -> DayModel:
        """Read back what `to_bytes` wrote; raises ValueError for anything else."""
        ...
