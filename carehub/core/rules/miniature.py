"""A hub in miniature: one scope, its deadline rows, and a clock that stops at every due tick."""

from datetime import datetime

from carehub.core.events import Input, Tick
from carehub.core.folding.fold import Folded, ScopeState, fold
from carehub.core.rules.errors import RuleError
from carehub.core.rules.rulebook import Rulebook

_MOST_TICKS = 1000


class Miniature:
    """Plays inputs in order of time through the real fold, and keeps nothing but the state of one scope."""

    def __init__(self, rulebook: Rulebook, scope: str) -> None:
        self.rulebook = rulebook
        self.state = ScopeState(scope=scope)
        self.rows: dict[str, datetime] = {}

    def copy(self) -> "Miniature":
        """Another that goes on from here: what it meets changes nothing in this one."""
        other = Miniature(self.rulebook, self.state.scope)
        other.state, other.rows = self.state, dict(self.rows)
        return other

    def take(self, given: Input) -> Folded:
        """Fold one input; its deadlines become rows."""
        folded = fold(self.state, given, self.rulebook, given.at)
        self.state = folded.state
        self.rows |= {deadline.key: deadline.due_at for deadline in folded.deadlines}
        return folded

    def wait(self, end: datetime) -> list[Folded]:
        """Let time pass, with a tick at each deadline.

        Raises:
            RuleError: The deadlines come without end.
        """
        ticked: list[Folded] = []
        while (due := min(self.rows.values(), default=None)) is not None and due <= end:
            if len(ticked) == _MOST_TICKS:
                raise RuleError(
                    "the rule never comes to rest"
                )  # pragma: no cover - a guard; days, not years, are played
            self.rows = {key: row for key, row in self.rows.items() if row > due}
            ticked.append(self.take(Tick(seq=0, at=due, scope=self.state.scope)))
        return ticked
