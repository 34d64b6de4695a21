"""Station 2: what the fold found becomes alerts, in the same transaction as the events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from carehub.core.alerts import Status, Step
from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.severity import Severity
from carehub.flow import escalate
from carehub.flow.hub import Hub
from carehub.flow.respond import journal_line
from carehub.kit.ids import new_id
from carehub.store import alerts, tables
from carehub.store.database import Session

REPEAT_WINDOW = timedelta(minutes=10)
RAISE_WINDOW = timedelta(hours=8)
RAISE_AT = 3
_encode = msgspec.json.Encoder().encode


async def raise_alerts(
    hub: Hub, session: Session, findings: Sequence[tuple[Finding, Event | None]], units: Mapping[str, str | None]
) -> list[str]:
    """Raise a new alert for each finding, or add it to the open one; give the ids of those touched.

    Args:
        findings: With the event that made each, where one did.
        units: Scope → the unit whose staff answer.
    """
    return [await _raise_one(hub, session, finding, event, units.get(finding.scope)) for finding, event in findings]


async def _raise_one(hub: Hub, session: Session, finding: Finding, event: Event | None, unit: str | None) -> str:
    key = dedup_key(finding)
    alert = await alerts.open_alert(session, key)
    if alert is None:
        alert = await _try_new(session, finding, event, key, unit)
    if alert is None:  # another process was first: join its alert
        alert = await alerts.open_alert(session, key)
    if alert is None:
        raise RuntimeError(f"Alert {key} was neither there nor could be made.")
    await _record(session, alert, finding)
    if alert.rung == 0:
        await _begin(hub, session, alert, finding)
    else:
        await _repeat(hub, session, alert, finding)
    return alert.id


def dedup_key(finding: Finding) -> str:
    """One open alert per resident and kind; where nobody is known, per scope and kind."""
    return f"{finding.resident or finding.scope}/{finding.kind}"


async def _try_new(
    session: Session, finding: Finding, event: Event | None, key: str, unit: str | None
) -> tables.Alert | None:
    happened = event.device_at if event and event.late else None
    alert = tables.Alert(
        id=new_id(),
        dedup_key=key,
        kind=finding.kind,
        severity=finding.severity,
        alert_code=finding.alert_code,
        scope_id=finding.scope,
        unit_id=unit,
        resident_id=finding.resident,
        device_id=finding.device,
        place=finding.place,
        rule_id=finding.rule,
        rule_version=finding.version,
        detail=finding.detail[:400] if finding.detail else None,
        raised_at=finding.at,
        last_event_at=finding.at,
        happened_at=happened,
        due_at=finding.at,
        presses=0,
    )
    return alert if await alerts.add(session, alert) else None


async def _record(session: Session, alert: tables.Alert, finding: Finding) -> None:
    alert.presses += 1
    alert.last_event_at = max(alert.last_event_at, finding.at)
    session.add(
        tables.AlertEvent(
            alert_id=alert.id, event_seq=finding.event, at=finding.at, trace=_encode(finding.trace).decode()
        )
    )
    await session.flush()


async def _begin(hub: Hub, session: Session, alert: tables.Alert, finding: Finding) -> None:
    session.add(journal_line(alert.id, Step.REPORTED, finding.at))
    await _raise_level(session, alert, finding)
    await escalate.summon(hub, session, alert, finding.at)


async def _repeat(hub: Hub, session: Session, alert: tables.Alert, finding: Finding) -> None:
    """Every press counts: shown, counted, told to whoever has it, raised at the third within eight hours."""
    session.add(journal_line(alert.id, Step.REPEATED, finding.at, text=f"Meldt {alert.presses} ganger."))
    if finding.severity > alert.severity:
        await _raise_to(session, alert, finding.severity, finding.at)
    if not finding.press:
        return
    if await _raise_level(session, alert, finding) and alert.status is Status.OPEN:
        await escalate.summon(hub, session, alert, finding.at)
    recent = await alerts.reports_since(session, alert.dedup_key, finding.at - REPEAT_WINDOW)
    if recent > 1 or alert.status is not Status.OPEN:
        await escalate.remind_of_repeat(hub, session, alert, finding.at)


async def _raise_level(session: Session, alert: tables.Alert, finding: Finding) -> bool:
    """Three presses within eight hours raise the level, however the earlier ones were closed."""
    if not finding.press:
        return False
    presses = await alerts.reports_since(session, alert.dedup_key, finding.at - RAISE_WINDOW)
    if presses < RAISE_AT or _is_at_the_top(alert):
        return False
    await _raise_to(session, alert, alert.severity.raised(), finding.at)
    alert.rung = max(alert.rung, RAISE_AT - 1)  # the next step asks everybody on duty
    return True


def _is_at_the_top(alert: tables.Alert) -> bool:
    """Critical, and everybody on duty has been asked, or will be if whoever has it does not come."""
    asked = RAISE_AT if alert.status is Status.OPEN else RAISE_AT - 1
    return alert.severity is Severity.CRITICAL and alert.rung >= asked


async def _raise_to(session: Session, alert: tables.Alert, severity: Severity, now: datetime) -> None:
    alert.severity = severity
    session.add(alert)
    session.add(journal_line(alert.id, Step.RAISED, now, text="Meldt flere ganger: hevet."))
    await session.flush()
