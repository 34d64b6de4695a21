"""Where recorded history is not whole: a backtest over it may look better than the past was."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta

from carehub.core.backtest.report import Hole

QUIET = timedelta(hours=24)
"""So long without a single event of a whole home is no life that was merely quiet."""
_MOST_EACH = 20


class Silences:
    """Watches one scope's events go by, and remembers when none came for long."""

    def __init__(self, scope: str, since: datetime) -> None:
        self._scope, self._since = scope, since
        self._last: datetime | None = None
        self._resident: str | None = None
        self._found: list[Hole] = []

    def hear(self, at: datetime, resident: str | None) -> None:
        """An event; events of the time before the question tell only that something was heard."""
        before = self._last or self._since
        if at - before > QUIET and at > self._since and len(self._found) < _MOST_EACH:
            self._note(max(before, self._since), at)
        self._last = at
        self._resident = resident or self._resident

    def end(self, until: datetime) -> list[Hole]:
        """Nothing more will come."""
        if self._last is None:
            return [Hole(why="nothing_at_all", since=self._since, until=until, scope=self._scope)]
        if until - self._last > QUIET:
            self._note(max(self._last, self._since), until)
        return [one if one.resident else _with(one, self._resident) for one in self._found]

    def _note(self, since: datetime, until: datetime) -> None:
        self._found.append(
            Hole(why="nothing_heard", since=since, until=until, scope=self._scope, resident=self._resident)
        )


def _with(hole: Hole, resident: str | None) -> Hole:
    return Hole(why=hole.why, since=hole.since, until=hole.until, scope=hole.scope, resident=resident)


def within(holes: Iterable[Hole], since: datetime, until: datetime) -> Iterator[Hole]:
    """Each hole as far as it lies inside the time that is looked at; what lies outside is left out."""
    for one in holes:
        first, last = max(one.since, since), min(one.until, until)
        if first < last:
            yield Hole(why=one.why, since=first, until=last, scope=one.scope, resident=one.resident, device=one.device)


def in_order(holes: Iterable[Hole]) -> Sequence[Hole]:
    """What concerns all first, then home by home."""
    return sorted(holes, key=lambda one: (one.scope or "", one.since, one.device or ""))
