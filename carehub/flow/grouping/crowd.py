"""Part of station 2: further reports of one alert, written together.

A stuck button reports hundreds of times, a door that matters at night whenever it opens; in an outage hundreds of
devices report to one alert. Whoever is asked for the first time is never here: a new alert, and what raises it, go
their own way.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from carehub.core.answers.alerts import HELD, PERSONAL, Step
from carehub.core.findings import Finding
from carehub.core.severity import Severity
from carehub.core.watching import outage
from carehub.flow import escalate
from carehub.flow.grouping import equipment
from carehub.flow.hub import Hub
from carehub.flow.journal import step_row
from carehub.flow.reaching import technical
from carehub.store import alerts, reports, sql, tables
from carehub.store.alerts import Before
from carehub.store.database import Session

COUNTED_FROM = 10
"""So many reports of one alert are told one by one; the level has been raised by then, and the rest are counted."""
REMIND_EVERY = timedelta(minutes=1)
TELL_AGAIN_EVERY = timedelta(minutes=10)
"""A smoke detector says what it says as long as it smokes, also to whoever stands beside it."""
_SAY_MORE = frozenset({outage.KIND, technical.KIND})
"""Each report of these says more than the one before it, and the alert says what the last one does."""


@dataclass(slots=True)
class Crowd:
    """Further reports of alerts that are open, by the alert's key."""

    before: Mapping[str, Before]
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    _seen: Counter[str] = field(default_factory=Counter)
    _where: dict[str, str | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._where = {key: one.where for key, one in self.before.items()}

    def takes(self, key: str, finding: Finding, open_as: Severity | None) -> bool:
        """Whether this report only adds to the open alert's number; then it waits here to be written with the others.

        Args:
            open_as: How serious the open alert is: whatever is more so raises it, and goes its own way. None where no
                alert is open, and this begins one.
        """
        if open_as is None:
            self._where[key] = finding.scope
            return False
        self._seen[key] += 1
        if finding.press:
            before = self.before[key].reports if key in self.before else 0
            is_one_of_many = not self._moves(key, finding) and before + self._seen[key] > COUNTED_FROM
        else:
            is_one_of_many = finding.kind == outage.KIND or finding.severity <= open_as
        if is_one_of_many:
            self.findings[key].append(finding)
        return is_one_of_many

    def _moves(self, key: str, finding: Finding) -> bool:
        """Pressed where the alert is not: it goes there, however often it was reported before."""
        moves = not finding.late and finding.scope != self._where.get(key)
        if moves:
            self._where[key] = finding.scope
        return moves


async def count(hub: Hub, session: Session, crowd: Mapping[str, Sequence[Finding]]) -> list[Finding]:
    """Write further reports down, all in three statements: each with its trace, one line an alert in the journal.

    Presses are told of too, at most once a minute. Gives what is not written down: its alert was closed meanwhile, and
    it belongs to a new one.
    """
    found = [(one, crowd[one.key]) for one in await reports.open_among(session, crowd.keys())]
    counted = [_counted(one, findings) for one, findings in found]
    await reports.count_reports(session, counted)
    rows = [reports.report_row(one.id, finding) for one, findings in found for finding in findings]
    await sql.add(session, tables.AlertEvent, rows)
    await sql.add(session, tables.AlertStep, [_line(*one) for one in zip(found, counted, strict=True)])
    for (one, findings), new in zip(found, counted, strict=True):
        await _tell(hub, session, one, findings, new.last)
    still_open = {one.key for one, _ in found}
    return [finding for key, findings in crowd.items() if key not in still_open for finding in findings]


async def _tell(hub: Hub, session: Session, one: reports.Known, findings: Sequence[Finding], now: datetime) -> None:
    """A press is told of; another fall, or what weighs as much, to whoever has the alert; and the hub's own news.

    Another room that burns is told at once, however lately the first was told again.
    """
    newest = findings[-1]
    if _is_news(one, newest):
        if alert := await alerts.open_alert(session, one.key):
            await technical.tell_news(hub, session, alert, now)
        return
    if not newest.press and newest.severity is not Severity.CRITICAL and newest.kind not in PERSONAL:
        return
    since = now - (REMIND_EVERY if newest.press else TELL_AGAIN_EVERY)
    if not equipment.news(one.detail, findings) and await alerts.was_reminded(session, one.id, since):
        return
    alert = await alerts.open_alert(session, one.key)
    if alert is not None and (newest.press or alert.status in HELD):  # what nobody has is asked about by its ladder
        await escalate.remind_of_repeat(hub, session, alert, now, press=newest.press)


def _is_news(one: reports.Known, newest: Finding) -> bool:
    """The hub says something else of the same part than those who read the alert know."""
    return newest.kind == technical.KIND and newest.detail is not None and newest.detail[:400] != one.detail


def _counted(one: reports.Known, findings: Sequence[Finding]) -> reports.Counted:
    detail = _said(one, findings)
    return reports.Counted(one.id, len(findings), max(finding.at for finding in findings), detail and detail[:400])


def _said(one: reports.Known, findings: Sequence[Finding]) -> str | None:
    """What the alert says from now on; None for what it says already."""
    if findings[-1].kind in _SAY_MORE:
        return findings[-1].detail
    return equipment.with_too(one.detail, equipment.news(one.detail, findings))


def _line(found: tuple[reports.Known, Sequence[Finding]], counted: reports.Counted) -> dict[str, Any]:
    known, findings = found
    text = f"Meldt {known.reports + counted.many} ganger."
    if _is_news(known, findings[-1]):
        text = counted.detail or text
    elif fresh := equipment.news(known.detail, findings):
        text = equipment.words(fresh)
    return step_row(counted.alert_id, Step.REPEATED, counted.last, text=text)
