"""Station 2: what the fold found becomes alerts, in the same transaction as the events."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from carehub.core.answers.alerts import Status, Step
from carehub.core.answers.escalation import Circle, Concern, Place, reach
from carehub.core.answers.ladders import below_wide
from carehub.core.events import Event
from carehub.core.findings import Finding
from carehub.core.rules.rulebook import SAFE_MODE
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.flow import escalate
from carehub.flow.grouping import crowd, equipment, incidents, unstable
from carehub.flow.grouping.whereabouts import Found, follow
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line, step_row
from carehub.flow.reaching import technical
from carehub.flow.reaching.telling import Telling, rung, summons_rows
from carehub.flow.watching import canary
from carehub.kit.ids import new_id
from carehub.store import alerts, ladders, reports, stream, tables
from carehub.store.database import Session
from carehub.store.incidents import SILENCES

REPEAT_WINDOW = timedelta(minutes=10)
RAISE_WINDOW = timedelta(hours=8)
RAISE_AT = 3


Finds = Sequence[tuple[Finding, Event | None]]


async def raise_alerts(
    hub: Hub, session: Session, findings: Finds, units: Mapping[str, str | None],
    beside: stream.Unwritten | None = None,
) -> None:  # fmt: skip
    """Raise a new alert for each finding, or add it to the open one.

    New alerts are gathered and written table by table: an alarm storm must not cost a dozen statements a press.

    Args:
        findings: With the event that made each, where one did.
        units: Scope → the unit whose staff answer.
        beside: The batch that they are of: it is written before whatever asks for its events, and else with them.
    """
    findings, units = await _grouped(session, findings, units, beside)
    if not findings:
        return
    circle, before = await _known(session, findings)
    open_as = {key: one.open_as for key, one in before.items() if one.open_as is not None}
    fresh, many = alerts.Fresh(), crowd.Crowd(before)
    if hub.rulebook.version == SAFE_MODE:
        units = {}  # everybody on duty is asked, whatever their unit
    for finding, event in findings:
        key, unit = dedup_key(finding), units.get(finding.scope)
        first, reports = key not in open_as, before[key].reports if key in before else 0
        if finding.scope != CANARY and many.takes(key, finding, open_as.get(key)):
            continue
        open_as[key] = max(finding.severity, open_as.get(key, finding.severity))
        if finding.scope == CANARY:
            fresh = await _of_canary(session, fresh, finding, beside, first=first)
        elif first and not (finding.press and reports + 1 >= RAISE_AT):
            _begin(hub, fresh, finding, event, unit, circle)
            if finding.kind == technical.KIND:
                fresh.notices += technical.notices(hub, fresh.alerts[-1], circle.staff)
        else:
            await alerts.add_fresh(session, fresh, beside)
            fresh = alerts.Fresh()
            await _again(hub, session, finding, event, unit)
    await alerts.add_fresh(session, fresh, beside, last=not many.findings)
    await _count(hub, session, many, findings, units)


async def _grouped(
    session: Session, findings: Finds, units: Mapping[str, str | None], beside: stream.Unwritten | None
) -> tuple[Finds, Mapping[str, str | None]]:
    """What is one trouble becomes one finding, and equipment is named; silences are counted from the stored events."""
    if beside is not None and any(finding.kind in SILENCES for finding, _ in findings):
        await beside.write(session)
    findings = await unstable.fold_together(session, findings)
    findings, units = await incidents.gather(session, findings, units)
    return await equipment.named(session, findings), units


async def _known(session: Session, findings: Finds) -> tuple[Circle, dict[str, alerts.Before]]:
    """Who can be asked, and what was reported under these keys before: asked for at once."""
    moments = [finding.at for finding, _ in findings]
    asked = alerts.asking_before({dedup_key(finding) for finding, _ in findings}, min(moments) - RAISE_WINDOW)
    about = [(finding.resident, finding.scope) for finding, _ in findings]
    circle, known = await ladders.circle_beside(session, max(moments), about, asked)
    return circle, alerts.before_in(known)


async def _count(
    hub: Hub, session: Session, many: crowd.Crowd, findings: Finds, units: Mapping[str, str | None]
) -> None:
    """Write down what only adds to an open alert; where that was closed meanwhile, somebody is told of a new one."""
    closed_meanwhile = await crowd.count(hub, session, many.findings)
    events = {event.seq: event for _, event in findings if event} if closed_meanwhile else {}
    for finding in closed_meanwhile:
        await _again(hub, session, finding, events.get(finding.event or 0), units.get(finding.scope))


def dedup_key(finding: Finding) -> str:
    """One open alert per resident and kind; where nobody is known, per scope and kind."""
    return f"{finding.resident or finding.scope}/{finding.kind}"


def _begin(
    hub: Hub, fresh: alerts.Fresh, finding: Finding, event: Event | None, unit: str | None, circle: Circle
) -> None:
    """A new alert with its first summons, as rows."""
    now, alert = finding.at, _new(finding, event, unit)
    concern = Concern(unit=unit, severity=finding.severity, resident=finding.resident, scope=finding.scope)
    reached = reach(circle.plan(unit, finding.severity).ladder, Place(), concern, circle, now)
    number = reached.place.rung
    telling = Telling(alert_id=alert["id"], severity=finding.severity, unit_id=unit, cycle=rung(reached.place), now=now)
    notices, codes = summons_rows(hub, telling, reached, now, circle.phone(concern))
    place = {"rung": number, "turn": reached.place.turn, "rungs": reached.rungs}
    fresh.alerts.append(alert | place | {"presses": 1, "due_at": reached.look_again_at})
    fresh.codes += codes
    fresh.notices += [*notices, *escalate.unmanned_rows(hub, telling, reached, concern, circle)]
    fresh.events.append(_event_row(alert["id"], finding))
    fresh.steps.append(step_row(alert["id"], Step.REPORTED, now))
    fresh.steps += [step_row(alert["id"], Step.ESCALATED, now, escalate.passed_words(one)) for one in reached.passed]
    step = Step.NOTIFIED if number == 1 else Step.ESCALATED
    fresh.steps.append(step_row(alert["id"], step, now, escalate.told_words(reached)))


async def _of_canary(
    session: Session, fresh: alerts.Fresh, finding: Finding, beside: stream.Unwritten | None, *, first: bool
) -> alerts.Fresh:
    """The hub's own alarm is an alert as any other, but asks its own recipient and nobody else."""
    if first:
        alert = _new(finding, None, None)
        fresh.notices.append(canary.summons(alert["id"], 1, finding.at))
        fresh.alerts.append(alert | canary.first_step(finding.at))
    else:
        await alerts.add_fresh(session, fresh, beside)
        fresh, open_one = alerts.Fresh(), await alerts.open_alert(session, dedup_key(finding))
        alert = {"id": open_one.id if open_one else ""}
    fresh.events.append(_event_row(alert["id"], finding))
    return fresh


def _new(finding: Finding, event: Event | None, unit: str | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "dedup_key": dedup_key(finding),
        "kind": finding.kind,
        "severity": finding.severity,
        "alert_code": finding.alert_code,
        "status": Status.OPEN,
        "scope_id": finding.scope,
        "unit_id": unit,
        "resident_id": finding.resident,
        "device_id": finding.device,
        "place": finding.place,
        "rule_id": finding.rule,
        "rule_version": finding.version,
        "detail": finding.detail[:400] if finding.detail else None,
        "raised_at": finding.at,
        "last_event_at": finding.at,
        "happened_at": event.device_at if event and event.late else None,
        "due_at": finding.at,
        "presses": 0,
        "rung": 0,
        "turn": 0,
        "rungs": 0,
    }


_event_row = reports.report_row


async def _again(hub: Hub, session: Session, finding: Finding, event: Event | None, unit: str | None) -> None:
    """Reported again: on the open alert, or on a new one that starts higher than the ones before."""
    alert = await alerts.open_alert(session, dedup_key(finding))
    if alert is None:
        alert = tables.Alert(**_new(finding, event, unit))
        session.add(alert)
        await session.flush()
        await _record(session, alert, finding)
        session.add(journal_line(alert.id, Step.REPORTED, finding.at))
        await _raise_level(session, alert, finding)
        await escalate.summon(hub, session, alert, finding.at)
    else:
        await _record(session, alert, finding)
        await _repeat(hub, session, alert, finding, unit)


async def _record(session: Session, alert: tables.Alert, finding: Finding) -> None:
    alert.presses += 1
    if alert.stale_since is not None:  # it was to rest on a list until tomorrow, and is news again
        alert.due_at = finding.at
    alert.last_event_at, alert.stale_since = max(alert.last_event_at, finding.at), None
    session.add(tables.AlertEvent(**_event_row(alert.id, finding)))
    await session.flush()


async def _repeat(hub: Hub, session: Session, alert: tables.Alert, finding: Finding, unit: str | None) -> None:
    """Every press counts: shown, counted, told to whoever has it, raised at the third within eight hours."""
    fresh = equipment.news(alert.detail, [finding])
    alert.detail = equipment.with_too(alert.detail, fresh)
    text = equipment.words(fresh) if fresh else f"Meldt {alert.presses} ganger."
    session.add(journal_line(alert.id, Step.REPEATED, finding.at, text=text))
    if finding.severity > (before := alert.severity):
        await _raise_to(session, alert, finding.severity, finding.at, _WORSE)
        await escalate.ask_as_worse(hub, session, alert, before, finding.at)
    if not finding.press:  # what raises nothing is counted with the others, and never here
        return
    found = await follow(session, alert, finding, unit)
    if found is Found.MOVED:
        words = "Meldt fra et annet sted: varselet gjelder nå der."
        session.add(journal_line(alert.id, Step.REPEATED, finding.at, text=words))
    raised = await _raise_level(session, alert, finding)
    if (raised or found is Found.MOVED) and alert.status is Status.OPEN:
        await escalate.summon(hub, session, alert, finding.at)
    if found is Found.BOTH:
        await _tell_both(hub, session, alert, finding, unit)
        return
    recent = await reports.reports_since(session, alert.dedup_key, finding.at - REPEAT_WINDOW)
    if recent > 1 or alert.status is not Status.OPEN:
        await escalate.remind_of_repeat(hub, session, alert, finding.at, press=True)


async def _tell_both(hub: Hub, session: Session, alert: tables.Alert, finding: Finding, unit: str | None) -> None:
    """Both places are told that it came from both; of a great many, once a minute, as of one button that sticks."""
    since = finding.at - crowd.REMIND_EVERY
    if alert.presses > crowd.COUNTED_FROM and await alerts.was_reminded(session, alert.id, since):
        return
    await escalate.remind_of_repeat(hub, session, alert, finding.at, press=True, besides=unit)


async def _raise_level(session: Session, alert: tables.Alert, finding: Finding) -> bool:
    """Three presses within eight hours raise the level, however the earlier ones were closed."""
    if not finding.press:
        return False
    presses = await reports.reports_since(session, alert.dedup_key, finding.at - RAISE_WINDOW)
    if presses < RAISE_AT:
        return False
    raised = alert.severity.raised()
    wide = below_wide((await ladders.plan(session, alert.unit_id, raised)).ladder)
    if _is_at_the_top(alert, wide):
        return False
    await _raise_to(session, alert, raised, finding.at, _OFTEN)
    alert.rung, alert.turn = max(alert.rung, wide), 0  # the next step asks more than those on duty in the unit
    return True


def _is_at_the_top(alert: tables.Alert, wide: int) -> bool:
    """Critical, and everybody on duty has been asked, or will be if whoever has it does not come."""
    asked = wide + 1 if alert.status is Status.OPEN else wide
    return alert.severity is Severity.CRITICAL and alert.rung >= asked


_OFTEN, _WORSE = "Meldt flere ganger: hevet.", "Meldt som mer alvorlig: hevet."


async def _raise_to(session: Session, alert: tables.Alert, severity: Severity, now: datetime, why: str) -> None:
    alert.severity = severity
    session.add(alert)
    session.add(journal_line(alert.id, Step.RAISED, now, text=why))
    await session.flush()
