"""Findings become alerts as station 2 makes them: one open alert for a resident and kind, presses counted and raised.

What people did with an alert that was really raised is taken as it was; of any other it is taken that they come
and finish as quickly as they usually do.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from statistics import median

from msgspec import Struct

from carehub.core.backtest.values import Alerted, Raised
from carehub.core.findings import Finding
from carehub.core.severity import Severity

NEAR = timedelta(seconds=5)
"""An alert that was really raised this near is the very same."""
RAISE_WINDOW, RAISE_AT = timedelta(hours=8), 3
"""As in station 2: the third press within so long raises the level."""
_ENOUGH = 5
"""From so many answers on, a median says what is usual."""
_ANSWER, _HANDLE = timedelta(minutes=5), timedelta(minutes=30)
"""Where nothing is recorded at all."""


class Usual(Struct, frozen=True):
    """How long it usually takes until somebody answers, and until it is finished; by severity, and in general."""

    answer: dict[int, timedelta]
    handle: dict[int, timedelta]

    @classmethod
    def of(cls, raised: Iterable[Raised]) -> "Usual":
        """The medians of what was recorded; where there is too little of it, of all severities, or a fixed time."""
        answers: dict[int, list[timedelta]] = defaultdict(list)
        handled: dict[int, list[timedelta]] = defaultdict(list)
        for one in raised:
            for what, at in ((answers, one.taken_at or one.closed_at), (handled, one.closed_at)):
                if at is not None:
                    for severity in (int(one.severity), 0):
                        what[severity].append(max(at - one.raised_at, timedelta(0)))
        return cls(_medians(answers, _ANSWER), _medians(handled, _HANDLE))

    def answered(self, severity: Severity) -> timedelta:
        """Until somebody takes it."""
        return self.answer.get(int(severity), self.answer[0])

    def finished(self, severity: Severity) -> timedelta:
        """Until it is closed; never before it is taken."""
        return max(self.handle.get(int(severity), self.handle[0]), self.answered(severity))


def _medians(found: dict[int, list[timedelta]], otherwise: timedelta) -> dict[int, timedelta]:
    enough = {
        severity: timedelta(seconds=median(time.total_seconds() for time in times))
        for severity, times in found.items()
        if len(times) >= _ENOUGH
    }
    return {0: otherwise} | enough


def dedup_key(resident: str | None, scope: str, kind: str) -> str:
    """As station 2 names it: one open alert for each."""
    return f"{resident or scope}/{kind}"


class Desk:
    """Station 2 for one scope or several: gives an alert for each finding that is not part of an open one."""

    def __init__(self, raised: Iterable[Raised], usual: Usual) -> None:
        self._usual = usual
        self._raised: dict[str, list[Raised]] = defaultdict(list)
        for one in sorted(raised, key=lambda one: one.raised_at):
            self._raised[one.key].append(one)
        self._open: dict[str, Alerted] = {}
        self._presses: dict[str, list[datetime]] = defaultdict(list)
        self.alerts: list[Alerted] = []

    def take(self, finding: Finding) -> None:
        """One finding, not earlier than the one before."""
        key = dedup_key(finding.resident, finding.scope, finding.kind)
        open_one = self._open.get(key)
        if open_one is None or (open_one.until is not None and open_one.until <= finding.at):
            open_one = self._begin(key, finding)
        else:
            open_one.reports += 1
            open_one.highest = max(open_one.highest, finding.severity)
        self._raise(key, open_one, finding)

    def _begin(self, key: str, finding: Finding) -> Alerted:
        alert = Alerted(
            key=key, kind=finding.kind, rule=finding.rule, severity=finding.severity, highest=finding.severity,
            at=finding.at, scope=finding.scope, resident=finding.resident, place=finding.place,
            conditions=finding.trace.conditions, events=finding.trace.events,
        )  # fmt: skip
        was = nearest(self._raised.get(key, ()), finding.at, NEAR)
        if was is not None:
            alert.recorded, alert.until = was.id, was.closed_at
            alert.answered_at = was.taken_at or was.closed_at
        else:
            alert.answered_at = finding.at + self._usual.answered(finding.severity)
            alert.until = finding.at + self._usual.finished(finding.severity)
        self._open[key] = alert
        self.alerts.append(alert)
        return alert

    def _raise(self, key: str, alert: Alerted, finding: Finding) -> None:
        """Every report counts, and from the third within eight hours on, a press raises the level."""
        since = finding.at - RAISE_WINDOW
        recent = [at for at in self._presses[key] if at > since]
        self._presses[key] = [*recent, finding.at][-RAISE_AT:]
        if finding.press and len(recent) + 1 >= RAISE_AT:
            alert.highest = alert.highest.raised()


def nearest(raised: Sequence[Raised], at: datetime, within: timedelta) -> Raised | None:
    """The one raised nearest to a moment, if any was near enough; they are in order of time."""
    place = bisect_left(raised, at, key=lambda one: one.raised_at)
    found = [one for one in raised[max(0, place - 1) : place + 1] if abs(one.raised_at - at) <= within]
    return min(found, key=lambda one: abs(one.raised_at - at), default=None)


def alerts_of(findings: Iterable[Finding], raised: Iterable[Raised], usual: Usual) -> list[Alerted]:
    """The alerts that these findings come to."""
    desk = Desk(raised, usual)
    for finding in findings:
        desk.take(finding)
    return desk.alerts
