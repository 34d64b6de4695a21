"""What alerts asked of people: each alert with how it ended, and each message that made a sound."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import compress
from types import MappingProxyType

from sqlmodel import col, select

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Aftermath, Cause
from carehub.core.answers.caseload import Cases
from carehub.core.answers.local_hours import LocalHour
from carehub.core.answers.summons import Summons, summoned
from carehub.core.answers.usefulness import Case
from carehub.core.people.access import PRIVATE
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.store import sql, tables
from carehub.store.database import Session

_BY_PEOPLE = (FOLLOW_UP, HELP)
"""Alerts that people make are no rule's doing."""
TEST = "test-alarm"
SILENT_WAYS = ("tablet", "lamp", "siren")
"""Ways that ask a room and no person."""
_PLANNED = timedelta(days=14)
"""Whoever had a shift so lately is in the plan, and outside of it off duty."""


# Plain SQL goes past the one place that hides the canary (`unseen`); of messages it has none to a person.
_ANSWERED = """
    (SELECT min(alert_step.at) FROM alert_step
     WHERE alert_step.alert_id = alert.id AND step IN ('taken', 'arrived', 'closed') AND person_id IS NOT NULL)
"""  # in the words of the index that has just these, without which each was looked up in its table
_RAISED = """
    SELECT id, rule_id, device_id, resident_id, unit_id, severity, raised_at, {answered} AS answered_at,
        cause, aftermath
    FROM alert
    WHERE raised_at >= ? AND raised_at < ? AND rule_id <> ? AND rule_id <> ? AND kind <> ? AND scope_id <> ?
"""
_CASES = f"{_RAISED.format(answered=_ANSWERED)} ORDER BY raised_at"
_CASELOAD = _RAISED.format(answered=f"CASE WHEN severity >= ? THEN {_ANSWERED} ELSE NULL END")
_SUMMONS = """
    SELECT person_id, alert_id, sent_at FROM notice
    WHERE sent_at >= ? AND sent_at < ? AND NOT (channel = ANY (?)) AND person_id IS NOT NULL AND alert_id IS NOT NULL
"""  # an index has all of it: to ask for each one's alert too took 37 ms of a fortnight, where this takes 8
_AT_HOME = "SELECT id FROM person WHERE id = ANY (?) AND role = ANY (?)"
_ASKED = """
    SELECT notice.person_id, alert.unit_id, count(*) AS many
    FROM notice JOIN alert ON alert.id = notice.alert_id
    WHERE notice.sent_at >= ? AND notice.sent_at < ? AND NOT (notice.channel = ANY (?))
        AND notice.person_id IS NOT NULL AND notice.person_id NOT IN (SELECT id FROM person WHERE role = ANY (?))
    GROUP BY notice.person_id, alert.unit_id
"""
_UNITS = "SELECT id, unit_id FROM alert WHERE id = ANY (?)"
_DUTIES = """
    SELECT person_id, since, until FROM duty WHERE until > ? AND since < ? AND person_id = ANY (?)
    UNION ALL
    SELECT person_id, max(since), max(until) FROM duty WHERE until > ? AND until <= ? AND person_id = ANY (?)
    GROUP BY person_id
"""  # of the time before, only who was in the plan
_SEVERITIES = {int(one): one for one in Severity}
_CAUSES: Mapping[str | None, Cause | None] = {None: None, **{one.value: one for one in Cause}}
_AFTERMATHS: Mapping[str | None, Aftermath | None] = {None: None, **{one.value: one for one in Aftermath}}
"""As they are stored: of thousands of rows, a look costs a tenth of asking the enumeration."""


async def cases(session: Session, since: datetime, until: datetime, zone: tzinfo = UTC) -> list[Case]:
    """Every alert that a rule or the floor raised in this time; tests of equipment are no load of any rule.

    Args:
        zone: In which moments are told: to ask many for their local hour, again and again, then costs nothing.
    """
    rows = await sql.ask(session, _CASES, since, until, *_BY_PEOPLE, TEST, CANARY)
    return [
        Case(
            alert, rule, device, resident, unit, _SEVERITIES[int(severity)], sql.moment(at).astimezone(zone),
            sql.moment(answered) if answered else None, _CAUSES[cause], _AFTERMATHS[aftermath],
        )
        for alert, rule, device, resident, unit, severity, at, answered, cause, aftermath in rows
    ]  # fmt: skip


async def caseload(session: Session, since: datetime, until: datetime) -> tuple[Sequence[str], Cases]:
    """The same as columns, with their ids: for thousands of them. When they were answered only of what is serious."""
    values = (Severity.SERIOUS.value, since, until, *_BY_PEOPLE, TEST, CANARY)
    ids, rule, device, resident, unit, severity, at, answered, cause, aftermath = await sql.columns(
        session, _CASELOAD, _COLUMNS, *values, order="raised_at"
    )
    return ids, Cases(rule, device, resident, unit, severity, at, answered, cause, aftermath)


_COLUMNS = (
    "id", "rule_id", "device_id", "resident_id", "unit_id", "severity", "raised_at", "answered_at", "cause",
    "aftermath",
)  # fmt: skip


def case_of(row: tables.Alert, answered_at: datetime | None) -> Case:
    """An alert, as far as its load is concerned."""
    return Case(
        alert=row.id, rule=row.rule_id, device=row.device_id, resident=row.resident_id, unit=row.unit_id,
        severity=row.severity, at=row.raised_at, answered_at=answered_at, cause=row.cause, aftermath=row.aftermath,
    )  # fmt: skip


async def summons(
    session: Session, since: datetime, until: datetime, hours: Sequence[tuple[datetime, LocalHour]],
    known: Mapping[str, str | None] = MappingProxyType({}),
) -> tuple[Summons, list[str | None]]:  # fmt: skip
    """Every message about an alert that was sent to a person's own device in this time, in order.

    Of those at night also the alert's unit.

    Args:
        hours: When each local hour of that time begins (`local_hours`).
        known: Units of alerts, so that they need not be asked.
    """
    told = ("person_id", "alert_id", "sent_at")
    people, alerts, sent = await sql.columns(session, _SUMMONS, told, since, until, SILENT_WAYS, order="sent_at")
    asked = set(people)
    # Asked of the hundreds who were told, and not of each of thousands of messages.
    if others := {who for (who,) in await sql.ask(session, _AT_HOME, asked, tuple(PRIVATE))}:
        asked -= others
        to_staff = list(map(asked.__contains__, people))
        people, alerts, sent = (list(compress(column, to_staff)) for column in (people, alerts, sent))
    spans = ("person_id", "since", "until")
    planned = await sql.columns(session, _DUTIES, spans, since, until, asked, since - _PLANNED, since, asked)
    found = await asyncio.to_thread(summoned, people, sent, (planned[0], planned[1], planned[2]), hours, until)
    at_night = list(compress(alerts, found.at_night.tolist()))
    unknown = set(at_night).difference(known)
    units: dict[str, str | None] = dict(await sql.ask(session, _UNITS, unknown)) if unknown else {}  # type: ignore[arg-type]
    return found, [known[alert] if alert in known else units[alert] for alert in at_night]


async def asked(session: Session, since: datetime, until: datetime) -> Sequence[tuple[str, str | None, int]]:
    """The same counted: how many messages each person was sent about each unit's alerts."""
    rows = await sql.ask(session, _ASKED, since, until, SILENT_WAYS, tuple(PRIVATE))
    return [(person, unit, many) for person, unit, many in rows]


async def names(session: Session, residents: Collection[str], devices: Collection[str]) -> tuple[dict[str, str], ...]:
    """What staff call these residents, and these devices with where they stand now."""
    resident, device, stands, scope = tables.Resident, tables.Device, tables.Assignment, tables.Scope
    who = select(resident.id, resident.given_name, resident.family_name).where(col(resident.id).in_(residents))
    what = (
        select(device.id, device.label, device.address, scope.name)
        .join(stands, (col(stands.device_id) == col(device.id)) & col(stands.until).is_(None), isouter=True)
        .join(scope, col(scope.id) == col(stands.scope_id), isouter=True)
        .where(col(device.id).in_(devices))
    )
    return (
        {key: f"{given} {family}" for key, given, family in (await session.exec(who)).all()},
        {
            key: ", ".join(part for part in (label or address, where) if part)
            for key, label, address, where in (await session.exec(what)).all()
        },
    )


async def people(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of staff."""
    person = tables.Person
    rows = (await session.exec(select(person.id, person.name).where(col(person.id).in_(ids)))).all()
    return dict(rows)
