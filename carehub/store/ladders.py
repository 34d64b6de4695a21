"""Questions about ladders: what each unit has decided, and whom a ladder can choose from now."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlmodel import col, select

from carehub.core.answers.escalation import Bond, Circle, Colleague, Method
from carehub.core.answers.ladders import AnswerTimes, Group, Plan, Rung, audience, built_in, faults_of, time_faults
from carehub.core.people.access import PRIVATE, Role
from carehub.core.severity import Severity
from carehub.store import people, places, sql, tables
from carehub.store.database import Session
from carehub.store.outbox import RUNG

ALL_UNITS = "*"


def ladder_id(unit: str | None, severity: Severity) -> str:
    """The key of a unit's ladder for a severity."""
    return f"{unit or ALL_UNITS}/{int(severity)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A ladder as its rows say; with faults it is not followed, and the built-in one holds."""

    unit: str | None
    severity: Severity
    plan: Plan
    faults: tuple[str, ...]


About = Collection[tuple[str | None, str]]
"""Whose relatives may have to be asked, and whose unit a contact outside may have to ring: resident and scope.

Without a resident it is about whoever lives there.
"""


async def circle(session: Session, now: datetime, about: About = ()) -> Circle:
    """Everybody whom a ladder may choose from now, and what each unit has decided."""
    return (await circle_beside(session, now, about, ("SELECT 1 AS one",)))[0]


async def circle_beside(
    session: Session, now: datetime, about: About, question: tuple[Any, ...]
) -> tuple[Circle, sql.Rows]:
    """The circle, and what else is asked with it: a server is asked once."""
    rows, duties, ways, outside, answer = await sql.ask_all(
        session, (_LADDERS_AND_RUNGS,), *people.asking_for_staff(now), (_CONTACTS,), question
    )
    plans = _plans(tuple(map(tuple, rows)))
    wanted = {who.group for plan in plans.values() for rung in plan.ladder for who in rung.asks}
    asks_kin, rings_out = Group.RELATIVE in wanted, Group.ALARM_CENTRE in wanted
    shared = {scope for who, scope in about if not who} if asks_kin or rings_out else set()
    together = await places.who_lives_in(session, shared, now) if shared else {}
    residents = {who for who, _ in about if who}.union(*together.values())
    circle = Circle(
        staff=people.staff_in(duties, ways),
        plans=plans,
        neighbours=await _neighbours(session) if Group.NEAREST in wanted else {},
        relatives=await people.relatives_to_ask(session, residents, now) if residents and asks_kin else {},
        together=together,
        contacts=_contacts(outside),
        phones=await places.phones_told_outside(session, residents, now) if rings_out else {},
    )
    return circle, answer


_LADDERS_AND_RUNGS = """
    SELECT ladder.unit_id, ladder.severity, ladder.arrive_within_s, ladder.finish_within_s, ladder.id,
           rung.position, rung.asks, rung.patience_s, rung.in_turn, rung.methods, rung.siren
    FROM ladder LEFT JOIN ladder_rung AS rung ON rung.ladder_id = ladder.id ORDER BY ladder.id, rung.position
"""


@lru_cache(maxsize=4)
def _plans(rows: tuple[tuple[Any, ...], ...]) -> Mapping[tuple[str | None, Severity], Plan]:
    """What these rows decide. Remembered by the rows themselves, so it is never older than what is stored."""
    rungs: dict[tuple[Any, ...], list[tables.LadderRung]] = defaultdict(list)
    for unit, severity, arrive, finish, name, *step in rows:
        head = (name, unit, severity, arrive, finish)
        rungs[head] += [] if step[0] is None else [_rung_row(name, step)]
    found = [
        read(
            tables.LadderRow(
                id=name, unit_id=unit, severity=Severity(severity), arrive_within_s=arrive, finish_within_s=finish
            ),
            steps,
        )
        for (name, unit, severity, arrive, finish), steps in rungs.items()
    ]
    return {(one.unit, one.severity): one.plan for one in found if not one.faults}


def _rung_row(ladder: str, step: Sequence[Any]) -> tables.LadderRung:
    position, asks, patience_s, in_turn, methods, siren = step
    return tables.LadderRung(
        ladder_id=ladder, position=position, asks=asks, patience_s=patience_s, in_turn=bool(in_turn),
        methods=methods, siren=bool(siren),
    )  # fmt: skip


async def plan(session: Session, unit: str | None, severity: Severity) -> Plan:
    """What one unit has decided about one severity, or the floor."""
    found = {one.unit: one.plan for one in await stored(session, severity) if not one.faults}
    return found.get(unit) or found.get(None) or built_in(severity)


async def stored(session: Session, severity: Severity | None = None) -> list[Stored]:
    """Every ladder that has rows, those with faults too."""
    ladder, rung = tables.LadderRow, tables.LadderRung
    statement = select(ladder, rung).join(rung, col(rung.ladder_id) == col(ladder.id), isouter=True)
    if severity is not None:
        statement = statement.where(ladder.severity == severity)
    rungs: dict[str, list[tables.LadderRung]] = defaultdict(list)
    heads: dict[str, tables.LadderRow] = {}
    for head, step in (await session.exec(statement.order_by(ladder.id, col(rung.position)))).all():
        heads[head.id] = head
        if step is not None:
            rungs[head.id].append(step)
    return [read(head, rungs[head.id]) for head in heads.values()]


def read(head: tables.LadderRow, rows: Iterable[tables.LadderRung]) -> Stored:
    """Rows as a plan; what cannot be read is a fault like any other, and never stops an alert."""
    faults: list[str] = []
    rungs: list[Rung] = []
    for row in rows:
        try:
            rungs.append(rung_in(row))
        except ValueError:
            faults.append(f"Trinn {row.position} kan ikke leses.")
    usual = built_in(head.severity).times
    times = AnswerTimes(
        arrive=_time(head.arrive_within_s, usual.arrive), finish=_time(head.finish_within_s, usual.finish)
    )
    faults += [*faults_of(head.severity, rungs), *time_faults(head.severity, times)]
    return Stored(
        unit=head.unit_id, severity=head.severity, plan=Plan(ladder=tuple(rungs), times=times), faults=tuple(faults)
    )


def _time(seconds: int | None, usual: timedelta) -> timedelta:
    return usual if seconds is None else timedelta(seconds=seconds)


def rung_in(row: tables.LadderRung) -> Rung:
    """A row as a rung; ValueError where it names a group that there is not."""
    return Rung(
        asks=tuple(audience(words) for words in row.asks.split()),
        patience=timedelta(seconds=row.patience_s),
        in_turn=row.in_turn,
        methods=tuple(row.methods.split()),
        siren=row.siren,
    )


async def _neighbours(session: Session) -> dict[str, list[str]]:
    near, found = tables.UnitNeighbour, defaultdict(list)
    for one in (await session.exec(select(near).order_by(near.unit_id, col(near.position)))).all():
        found[one.unit_id].append(one.neighbour_id)
    return found


_CONTACTS = "SELECT id, channel, address FROM fixed_contact ORDER BY name"


def _contacts(rows: sql.Rows) -> dict[str, Colleague]:
    return {
        name: Colleague(
            id=name, unit=None, role=None, on_duty=True, bond=Bond.OUTSIDE,
            methods=(Method(channel=channel, address=address),),
        )
        for name, channel, address in rows
    }  # fmt: skip


async def contacts(session: Session) -> Sequence[tables.FixedContact]:
    """The fixed contacts outside the house, by name."""
    return (await session.exec(select(tables.FixedContact).order_by(tables.FixedContact.name))).all()


async def asked_in_turn(session: Session, alert_id: str, rung: int) -> frozenset[str]:
    """Whom this rung has asked one after another, by id: people, and contacts outside."""
    notice, contact = tables.Notice, tables.FixedContact
    statement = (
        select(notice.person_id, contact.id)
        .join(contact, col(contact.address) == col(notice.address), isouter=True)
        .where(notice.alert_id == alert_id, col(notice.cycle).startswith(f"{RUNG}{rung}."))
    )
    return frozenset(who or outside for who, outside in (await session.exec(statement)).all() if who or outside)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """Whom whoever edits a ladder can choose: names for ids, and what people may do."""

    people: dict[str, str]
    competences: Sequence[str]
    contacts: dict[str, str]


async def choices(session: Session) -> Choices:
    """The staff by name, every competence that somebody has, and the fixed contacts."""
    person = tables.Person
    staff = col(person.role).not_in([*PRIVATE, Role.AUDITOR])
    named = select(person.id, person.name).where(person.active, staff).order_by(person.name)
    able = select(tables.Competence.name).distinct().order_by(tables.Competence.name)
    return Choices(
        people=dict((await session.exec(named)).all()),
        competences=(await session.exec(able)).all(),
        contacts={one.id: one.name for one in await contacts(session)},
    )
