"""What alerts asked of people: each alert with how it ended, and each message that made a sound."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo
from itertools import compress

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
_RAISED = """
    SELECT id, rule_id, device_id, resident_id, unit_id, severity, raised_at, answered_at, cause, aftermath
    FROM alert
    WHERE raised_at >= ? AND raised_at < ? AND rule_id <> ? AND rule_id <> ? AND kind <> ? AND scope_id <> ?
"""
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
_RESIDENTS = "SELECT id, given_name, family_name FROM resident WHERE id = ANY (?)"
_DEVICES = """
    SELECT device.id, device.label, device.address, scope.name FROM device
    LEFT JOIN assignment ON assignment.device_id = device.id AND assignment.until IS NULL
    LEFT JOIN scope ON scope.id = assignment.scope_id
    WHERE device.id = ANY (?)
"""
_PEOPLE = "SELECT id, name FROM person WHERE id = ANY (?)"
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
    rows = await sql.ask(session, f"{_RAISED} ORDER BY raised_at", since, until, *_BY_PEOPLE, TEST, CANARY)
    return [
        Case(
            alert, rule, device, resident, unit, _SEVERITIES[int(severity)], sql.moment(at).astimezone(zone),
            sql.moment(answered) if answered else None, _CAUSES[cause], _AFTERMATHS[aftermath],
        )
        for alert, rule, device, resident, unit, severity, at, answered, cause, aftermath in rows
    ]  # fmt: skip


async def caseload(session: Session, since: datetime, until: datetime) -> tuple[Sequence[str], Cases]:
    """The same as columns, with their ids: for thousands of them."""
    ids, rule, device, resident, unit, severity, at, answered, cause, aftermath = await sql.columns(
        session, _RAISED, _COLUMNS, since, until, *_BY_PEOPLE, TEST, CANARY, order="raised_at"
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
    session: Session, since: datetime, until: datetime, hours: Sequence[tuple[datetime, LocalHour]]
) -> tuple[Summons, list[str]]:
    """Every message about an alert that was sent to a person's own device in this time, in order.

    Of those at night also the alert.

    Args:
        hours: When each local hour of that time begins (`local_hours`).
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
    return found, list(compress(alerts, found.at_night.tolist()))


async def units(session: Session, alerts: Collection[str]) -> dict[str, str | None]:
    """Of each alert, whose it is."""
    return dict(await sql.ask(session, _UNITS, alerts)) if alerts else {}  # type: ignore[arg-type]


async def asked(session: Session, since: datetime, until: datetime) -> Sequence[tuple[str, str | None, int]]:
    """The same counted: how many messages each person was sent about each unit's alerts."""
    rows = await sql.ask(session, _ASKED, since, until, SILENT_WAYS, tuple(PRIVATE))
    return [(person, unit, many) for person, unit, many in rows]


async def names(session: Session, residents: Collection[str], devices: Collection[str]) -> tuple[dict[str, str], ...]:
    """What staff call these residents, and these devices with where they stand now."""
    who, what = await sql.ask(session, _RESIDENTS, residents), await sql.ask(session, _DEVICES, devices)
    return (
        {key: f"{given} {family}" for key, given, family in who},
        {key: ", ".join(part for part in (label or address, where) if part) for key, label, address, where in what},
    )


async def people(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Names of staff."""
    return dict(await sql.ask(session, _PEOPLE, ids))  # type: ignore[arg-type]
