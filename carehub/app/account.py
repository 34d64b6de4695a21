"""What became of every input of a replay, and whether anything is unaccounted for."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from carehub.app.recordings import Skipped


class Raised(NamedTuple):
    """One alert of a replay.

    Attributes:
        at: Local time, to the second.
        activity: What the recording says that the person was doing; empty where it says nothing.
    """

    at: str
    home: str
    rule: str
    kind: str
    severity: str
    code: str
    place: str
    activity: str


@dataclass(slots=True, kw_only=True)
class Account:
    """What came of every input.

    Attributes:
        sent: Messages given to the hub.
        taken: Messages that it stored, recognised as duplicates, or set aside.
        readings: What it read in them.
        outcomes: Stored events by outcome.
        raised: Every alert, with what the person was doing according to the recording.
        home_days: Days on which a home was heard, over all homes; 0 where they were not counted.
        overdue: Events that wait for a deadline which has passed.
    """

    sent: int = 0
    taken: int = 0
    readings: int = 0
    events: int = 0
    duplicates: int = 0
    letters: int = 0
    seconds: float = 0.0
    outcomes: dict[str, int] = field(default_factory=dict)
    raised: list[Raised] = field(default_factory=list)
    home_days: int = 0
    skipped: Skipped = field(default_factory=Skipped)
    overdue: int = 0

    @property
    def unaccounted(self) -> int:
        """Messages not taken, readings neither stored nor known before, and events whose deadline has passed."""
        return (self.sent - self.taken) + (self.readings - self.events - self.duplicates) + self.overdue

    def lines(self) -> Iterator[str]:
        """The account as text, a line each."""
        rate = self.sent / self.seconds if self.seconds else 0
        yield f"messages given       {self.sent:>10}   in {self.seconds:.1f} s ({rate:.0f}/s)"
        yield f"readings in them     {self.readings:>10}"
        yield f"events stored        {self.events:>10}"
        yield f"duplicates           {self.duplicates:>10}"
        yield f"dead letters         {self.letters:>10}"
        yield f"lines not readable   {self.skipped.count:>10}"
        for outcome, count in sorted(self.outcomes.items(), key=lambda item: -item[1]):
            yield f"  outcome {outcome:<12} {count:>9}"
        yield from self._alerts()
        yield f"unaccounted for      {self.unaccounted:>10}"

    def _alerts(self) -> Iterator[str]:
        """Alerts by rule, a day in a home, and what was going on then."""
        by_rule = Counter(one.rule for one in self.raised)
        for rule, count in by_rule.most_common():
            a_day = f"{count / self.home_days:8.2f} a day" if self.home_days else ""
            doing = Counter(one.activity.rpartition(" after ")[2] for one in self.raised if one.rule == rule)
            told = ", ".join(f"{name} {times}" for name, times in doing.most_common(4) if name)
            yield f"  alerts  {rule:<20} {count:>5} {a_day}   {told}".rstrip()

    def write_alerts(self, path: Path) -> None:
        """Every alert as a line of CSV, to be read one by one."""
        with path.open("w", encoding="utf-8", newline="") as out:
            table = csv.writer(out)
            table.writerow(Raised._fields)
            table.writerows(self.raised)
