"""Messages to people, read for the load: the same as one by one, on both databases, over a change of the clock."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.answers.local_hours import LocalHour, local_hours
from carehub.core.answers.summons import Summons
from carehub.core.people.access import Role
from carehub.core.people.shifts import Why
from carehub.core.severity import Severity
from carehub.store import load, tables
from carehub.store.database import Database, Session
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import UnitKind

OSLO = ZoneInfo("Europe/Oslo")
NOW = datetime(2026, 3, 31, 12, 7, 3, 5, tzinfo=UTC)
BACK = timedelta(days=9)
"""The clock is set forward on 29 March."""
_ROLES = {"kari": Role.NURSE, "tor": Role.NURSE, "ola": Role.NURSE, "datter": Role.RELATIVE}


async def _municipality(session: Session) -> None:
    session.add_all(tables.Unit(id=unit, name=unit, kind=UnitKind.ZONE) for unit in ("sol", "fjord"))
    session.add_all(tables.Person(id=key, name=key, username=key, role=role) for key, role in _ROLES.items())
    await session.flush()


def _alert(number: int, unit: str | None) -> tables.Alert:
    return tables.Alert(
        id=f"a{number}", dedup_key=f"k{number}", kind="fall", severity=Severity.CRITICAL, status=Status.CLOSED,
        scope_id="rom-104", unit_id=unit, rule_id="fall", rule_version="1", raised_at=NOW, last_event_at=NOW,
    )  # fmt: skip


def _notice(dice: random.Random, number: int) -> tables.Notice:
    sent = NOW - timedelta(microseconds=dice.randrange(int(10 * 86_400e6))) if dice.random() < 0.95 else None
    return tables.Notice(
        id=f"n{number}", alert_id=f"a{dice.randrange(30)}" if dice.random() < 0.95 else None,
        person_id=dice.choice([*_ROLES, None]), channel=dice.choice(["sms", "push", "tablet", "lamp"]), address="x",
        text="Varsel", severity=Severity.CRITICAL, cycle=f"rung:{number}", state=NoticeState.DELIVERED,
        created_at=NOW, not_before=NOW, sent_at=sent,
    )  # fmt: skip


def _duty(dice: random.Random, number: int) -> tables.Duty:
    since = NOW - timedelta(minutes=dice.randrange(25 * 1440))
    return tables.Duty(
        person_id=dice.choice(["kari", "tor"]), unit_id="sol", since=since, until=since + timedelta(hours=8),
        why=Why.ROTATION, line_id=f"l{number}", day=since.date(),
    )  # fmt: skip


class _Message(NamedTuple):
    person: str
    unit: str | None
    when: LocalHour
    off_duty: bool


def _one_by_one(summons: Summons, units: list[str | None]) -> list[_Message]:
    at_night = iter(units)
    return [
        _Message(summons.people[person], next(at_night) if is_night else None, summons.hours[hour], bool(off_duty))
        for person, hour, off_duty, is_night in zip(*summons[2:], strict=True)
    ]


async def _plainly(session: Session) -> list[tuple[_Message, str | None]]:
    """One by one, by the definitions; each with its alert's unit, by day too."""
    alerts = {one.id: one.unit_id for one in (await session.exec(select(tables.Alert))).all()}
    duties = (await session.exec(select(tables.Duty))).all()
    found = []
    rows = (await session.exec(select(tables.Notice))).all()
    for one in sorted((row for row in rows if row.sent_at), key=lambda row: row.sent_at or NOW):
        at = one.sent_at or NOW
        if not NOW - BACK <= at < NOW or one.channel in {"tablet", "lamp"} or one.alert_id is None:
            continue
        if one.person_id is None or _ROLES[one.person_id] is Role.RELATIVE:
            continue
        local = at.astimezone(OSLO).replace(tzinfo=None)
        is_night = local.hour >= 22 or local.hour < 7
        night = (local - timedelta(hours=12)).date() if is_night else None
        mine = [duty for duty in duties if duty.person_id == one.person_id and duty.since < NOW]
        planned = [duty for duty in mine if duty.until > NOW - BACK - timedelta(days=14)]
        off_duty = bool(planned) and not any(duty.since <= at < duty.until for duty in planned)
        unit = alerts[one.alert_id]
        found.append(
            (_Message(one.person_id, unit if is_night else None, LocalHour(local.hour, night), off_duty), unit)
        )
    return found


async def test_messages_are_told_as_a_plain_computation_tells_them(database: Database) -> None:
    dice = random.Random(3)
    async with database.write() as session:
        await _municipality(session)
        session.add_all(_alert(number, dice.choice(["sol", "fjord", None])) for number in range(30))
        await session.flush()
        session.add_all(_notice(dice, number) for number in range(500))
        session.add_all(_duty(dice, number) for number in range(25))

    async with database.read() as session:
        plain = await _plainly(session)
        assert len(plain) > 100
        assert {(one.person, one.off_duty) for one, _ in plain} >= {("kari", True), ("kari", False)}
        assert {one.off_duty for one, _ in plain if one.person == "ola"} == {False}  # whom the plan does not know
        summons, at_night = await load.summons(session, NOW - BACK, NOW, local_hours(NOW - BACK, NOW, OSLO))
        whose = await load.units(session, set(at_night))
        assert _one_by_one(summons, [whose[one] for one in at_night]) == [one for one, _ in plain]
        counted = Counter((one.person, unit) for one, unit in plain)
        asked = await load.asked(session, NOW - BACK, NOW)
        assert {(person, unit): many for person, unit, many in asked} == counted
