"""What became of every input of a replay, and whether anything is unaccounted for."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from carehub.app.recordings import Skipped


@dataclass(slots=True, kw_only=True)
class Account:
    """What came of every input.

    Attributes:
        sent: Messages given to the hub.
        taken: Messages that it stored, recognised as duplicates, or set aside.
        readings: What it read in them.
        outcomes: Stored events by outcome.
        raised: Alerts by rule.
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
    raised: dict[str, int] = field(default_factory=dict)
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
        for rule, count in sorted(self.raised.items(), key=lambda item: -item[1]):
            yield f"  alerts  {rule:<16} {count:>5}"
        yield f"unaccounted for      {self.unaccounted:>10}"
