"""Part of station 2: further reports of one alert, written together.

A stuck button reports hundreds of times; in an outage hundreds of devices report to one alert. Whoever
is asked for the first time is never here: a new alert, and the presses that raise it, go their own way.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from carehub.core.answers.alerts import Step
from carehub.core.findings import Finding
from carehub.core.watching import outage
from carehub.flow import escalate
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.store import alerts
from carehub.store.database import Session

COUNTED_FROM = 10
"""So many reports of one alert are told one by one; the level has been raised by then, and the rest are counted."""
REMIND_EVERY = timedelta(minutes=1)


@dataclass(slots=True)
class Crowd:
    """Further reports of alerts that are open, by the alert's key."""

    reports: Mapping[str, int]
    findings: dict[str, list[Finding]] = field(default_factory=lambda: defaultdict(list))
    _seen: Counter[str] = field(default_factory=Counter)

    def takes(self, key: str, finding: Finding) -> bool:
        """Whether this report is one of many; then it waits here to be written with the others."""
        self._seen[key] += 1
        if finding.kind == outage.KIND:
            self.findings[key].append(finding)
            return True
        if not finding.press or self.reports.get(key, 0) + self._seen[key] <= COUNTED_FROM:
            return False
        self.findings[key].append(finding)
        return True


async def count(hub: Hub, session: Session, crowd: Mapping[str, Sequence[Finding]]) -> None:
    """Write further reports down: each with its trace, one line in the journal, at most one reminder a minute."""
    for key, findings in crowd.items():
        alert = await alerts.open_alert(session, key)
        if alert is None:
            continue
        last = max(finding.at for finding in findings)
        await alerts.add_reports(session, alert.id, findings)
        alert.presses += len(findings)
        alert.last_event_at, alert.stale_since = max(alert.last_event_at, last), None
        session.add(journal_line(alert.id, Step.REPEATED, last, text=f"Meldt {alert.presses} ganger."))
        if findings[-1].kind == outage.KIND:
            alert.detail = findings[-1].detail
        await session.flush()
        if findings[-1].press and not await alerts.was_reminded(session, alert.id, last - REMIND_EVERY):
            await escalate.remind_of_repeat(hub, session, alert, last)
