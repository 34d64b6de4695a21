"""A detector for stories: it finds what it is told to, and is trained where the story runs."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from carehub.contracts import Activity, Change
from carehub.core.days.usual import Quantiles
from carehub.flow.watching.training import Tell, Trained, TrainingFailed, Wanted


@dataclass
class TrialModel:
    """Finds that everybody's night was unusual, and whatever else it is made to."""

    more: dict[str, Any] = field(default_factory=dict)

    def changes(self, resident: str, activities: Sequence[Activity], now: datetime) -> list[Change]:
        usual: dict[str, Any] = {
            "day": now.date().isoformat(), "part": "night", "score": 0.9, "words": "oppe 5 ganger; vanlig 1-2",
            "measures": {},
        }  # fmt: skip
        return [Change(resident=resident, **(usual | self.more))]

    def to_bytes(self) -> bytes:
        return json.dumps(self.more).encode()


class TrialDetector:
    name, version = "trial", "1"

    def __init__(self) -> None:
        self.more: dict[str, Any] = {}

    def train(self, history: Mapping[str, Sequence[Activity]], now: datetime) -> TrialModel:
        return TrialModel(self.more)

    def from_bytes(self, stored: bytes) -> TrialModel:
        return TrialModel(json.loads(stored))


@dataclass
class Trainer:
    """Trains at once; or fails."""

    detector: TrialDetector
    strange: dict[str, float] = field(default_factory=dict)
    trends: list[Change] = field(default_factory=list)
    usual: dict[str, dict[str, Quantiles]] = field(default_factory=dict)
    fails: str | None = None

    async def __call__(self, wanted: Wanted, tell: Tell) -> Trained | None:
        if self.fails:
            raise TrainingFailed(self.fails)
        tell("lærer")
        stored = self.detector.train({}, wanted.now).to_bytes()
        wanted.file.parent.mkdir(parents=True, exist_ok=True)
        wanted.file.write_bytes(stored)
        return Trained(
            version=self.detector.version, sha256=hashlib.sha256(stored).hexdigest(), size=len(stored), residents=2,
            took_s=0.1, peak_mib=1, trends=self.trends, strange=self.strange, usual=self.usual,
        )  # fmt: skip


def slow(resident: str, day: str) -> Change:
    return Change(
        resident=resident, day=day, part="night.bed_exits", score=0.8, words="oftere oppe siden ca. 3. mars",
        measures={}, sort="slow",
    )  # fmt: skip
