"""Erasing one resident: how much there is, what stands in the way, and doing it in one transaction a kind."""

from collections.abc import Awaitable, Callable, Collection
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, tuple_, update
from sqlmodel import SQLModel, col, func, select

from carehub.core.answers.alerts import Status
from carehub.core.people.erasure import Obstacle
from carehub.store import contacts, reasons, tables
from carehub.store.database import Session
from carehub.store.residencies import events_of

NAMELESS = "Slettet"


async def obstacles(session: Session, resident: str, now: datetime) -> list[Obstacle]:
    """Why this resident cannot be erased now: who still lives here is still looked after."""
    home, alert, hold = tables.Residency, tables.Alert, tables.LegalHold
    asked = (
        (Obstacle.LIVES_HERE, select(home.id).where(
            home.resident_id == resident, col(home.until).is_(None) | (col(home.until) > now))),
        (Obstacle.OPEN_ALERT, select(alert.id).where(alert.resident_id == resident, alert.status != Status.CLOSED)),
        (Obstacle.HELD, select(hold.id).where(hold.resident_id == resident, col(hold.ended_at).is_(None))),
    )  # fmt: skip
    return [which for which, rows in asked if (await session.exec(rows.limit(1))).first() is not None]


async def counts(session: Session, resident: str) -> dict[str, int]:
    """How many rows there are of each kind of `core.erasure.PLAN`."""
    return {
        "person": 1,
        "home": await _many(session, tables.Residency, tables.Residency.resident_id == resident),
        "events": await _many(session, tables.Event, *_loose(resident)),
        "days": await _many(session, tables.DailyFeature, tables.DailyFeature.resident_id == resident)
        + await _many(session, tables.ModelFinding, tables.ModelFinding.resident_id == resident),
        "relatives": await _many(session, tables.Relation, tables.Relation.resident_id == resident),
        "messages": await _many(session, tables.Notice, col(tables.Notice.alert_id).in_(_alerts(resident))),
        "alerts": await _many(session, tables.Alert, tables.Alert.resident_id == resident),
        "bases": await _many(session, tables.LegalBasis, tables.LegalBasis.resident_id == resident)
        + await _many(session, tables.RuleOverride, tables.RuleOverride.resident_id == resident),
        "readings": await _many(session, tables.AccessLog, tables.AccessLog.resident_id == resident),
    }  # fmt: skip


async def _many(session: Session, table: type[SQLModel], *which: Any) -> int:
    return (await session.exec(select(func.count()).select_from(table).where(*which))).one()


def _alerts(resident: str) -> Any:
    """None that is open: what a late event has opened meanwhile is somebody's to answer, with all that it needs."""
    return select(tables.Alert.id).where(tables.Alert.resident_id == resident, tables.Alert.status == Status.CLOSED)


def _loose(resident: str) -> tuple[Any, Any]:
    """Events that are no part of an alert."""
    event, part = tables.Event, tables.AlertEvent
    return events_of(resident), ~exists().where(col(part.event_seq) == col(event.seq))


Step = Callable[[Session, str], Awaitable[None]]


async def _person(session: Session, resident: str) -> None:
    blank = {"given_name": NAMELESS, "family_name": "", "national_id": None, "phone": None, "note": None,
             "born_year": None}  # fmt: skip
    await session.exec(update(tables.Resident).where(col(tables.Resident.id) == resident).values(**blank))


async def _home(session: Session, resident: str) -> None:
    """Homes in which nobody else lives or lived; a room of a ward belongs to the ward."""
    lives = tables.Residency
    theirs = select(lives.scope_id).where(lives.resident_id == resident)
    others = select(lives.scope_id).where(lives.resident_id != resident)
    scope, sealed = tables.Scope, tables.SealedHome
    await session.exec(delete(sealed).where(col(sealed.scope_id).in_(theirs), col(sealed.scope_id).not_in(others)))
    await session.exec(
        update(scope)
        .where(col(scope.id).in_(theirs), col(scope.id).not_in(others), col(scope.kind) == "home")
        .values(name=NAMELESS, access_note=None)
    )
    way_in = tables.WayIn
    await session.exec(delete(way_in).where(col(way_in.scope_id).in_(theirs), col(way_in.scope_id).not_in(others)))


async def _relatives(session: Session, resident: str) -> None:
    """Their logins too, where they are tied to nobody else."""
    tie, person = tables.Relation, tables.Person
    tied = frozenset((await session.exec(select(tie.person_id).where(tie.resident_id == resident))).all())
    await session.exec(delete(tie).where(col(tie.resident_id) == resident))
    others = frozenset((await session.exec(select(tie.person_id).where(col(tie.person_id).in_(tied)))).all())
    gone = tied - others
    await _messages_to(session, gone)
    await contacts.remove(session, (await session.exec(_ways_of(gone, tables.ContactMethod.id))).all())
    for table in (
        tables.LoginSession,
        tables.PersonIdentity,
        tables.SetupLink,
        tables.Factor,
        tables.RemovedWay,
        tables.Availability,
        tables.KinSettings,
    ):
        await session.exec(delete(table).where(col(table.person_id).in_(gone)))
    for who in gone:
        row = await session.get_one(person, who)
        row.name, row.username, row.phone, row.password_hash, row.active = NAMELESS, f"slettet-{who}", None, None, False
        session.add(row)


def _ways_of(who: Collection[str], column: Any) -> Any:
    return select(column).where(col(tables.ContactMethod.person_id).in_(who))


async def _messages_to(session: Session, gone: Collection[str]) -> None:
    """What was sent to them about no alert; also what a number was answered that nobody else has."""
    notice, person, way = tables.Notice, tables.Person, tables.ContactMethod
    phones = select(person.phone).where(col(person.id).in_(gone), col(person.phone).is_not(None))
    theirs = {*(await session.exec(phones)).all(), *(await session.exec(_ways_of(gone, way.address))).all()}
    of_another = exists().where(col(way.address) == col(notice.address), col(way.person_id).not_in(gone)) | (
        exists().where(col(person.phone) == col(notice.address), col(person.id).not_in(gone))
    )
    to_the_number = col(notice.person_id).is_(None) & col(notice.address).in_(theirs) & ~of_another
    to_them = col(notice.person_id).in_(gone) | to_the_number
    await session.exec(delete(notice).where(to_them, col(notice.alert_id).is_(None)))


async def _messages(session: Session, resident: str) -> None:
    await _delete_of_alerts(session, resident, (tables.Notice, tables.ReplyCode))


async def _delete_of_alerts(session: Session, resident: str, which: Collection[Any]) -> None:
    for table in which:
        await session.exec(delete(table).where(col(table.alert_id).in_(_alerts(resident))))


async def _alert_words(session: Session, resident: str) -> None:
    """What somebody wrote may name anybody; the steps, their codes and their times stay."""
    step, alert = tables.AlertStep, tables.Alert
    await session.exec(update(step).where(col(step.alert_id).in_(_alerts(resident))).values(text=None))
    await session.exec(update(alert).where(col(alert.id).in_(_alerts(resident))).values(detail=None, note=None))


async def _base_words(session: Session, resident: str) -> None:
    basis, silence, task, hold = tables.LegalBasis, tables.Silence, tables.Task, tables.LegalHold
    decided, opened = tables.RuleOverride, tables.OpenedFile
    await session.exec(update(decided).where(col(decided.resident_id) == resident).values(why=""))
    await session.exec(update(opened).where(col(opened.resident_id) == resident).values(reason=""))
    await session.exec(update(basis).where(col(basis.resident_id) == resident).values(note=""))
    await session.exec(update(hold).where(col(hold.resident_id) == resident).values(reason=""))
    await session.exec(delete(task).where(col(task.resident_id) == resident))
    await session.exec(delete(silence).where(col(silence.resident_id) == resident))


async def some_events(session: Session, resident: str, many: int) -> int:
    """Erase so many events that are no part of an alert; gives how many went."""
    event = tables.Event
    rows = (await session.exec(select(event.seq).where(*_loose(resident)).order_by(col(event.seq)).limit(many))).all()
    await session.exec(delete(event).where(col(event.seq).in_(rows)))
    return len(rows)


async def some_traces(session: Session, resident: str, many: int) -> int:
    """Erase so many reasons why a rule kept quiet where they lived then; gives how many went."""
    held, life = tables.HeldBack, tables.Residency
    lived = exists().where(
        col(life.resident_id) == resident, col(life.scope_id) == col(held.scope_id), col(life.since) <= col(held.at),
        col(life.until).is_(None) | (col(life.until) > col(held.at)),
    )  # fmt: skip
    keys = (col(held.seq), col(held.rule_id), col(held.event_seq))
    rows = (await session.exec(select(*keys).where(lived).limit(many))).all()
    await session.exec(delete(held).where(tuple_(*keys).in_([tuple(one) for one in rows])))
    return len(rows)


async def _usual(session: Session, resident: str) -> None:
    """What the rules were told is usual for them; the model that knew it forgets with the next training."""
    told, life = tables.FoldInput, tables.Residency
    homes = select(life.scope_id).where(life.resident_id == resident)
    theirs = col(told.usual).contains(f'"resident":"{resident}"', autoescape=True)
    await session.exec(delete(told).where(col(told.scope_id).in_(homes), theirs))


KEPT = frozenset({
    "access_log", "access_reason", "alert", "alert_event", "alert_step", "assignment", "erasure", "event",
    "legal_basis", "legal_hold", "opened_file", "relation", "residency", "resident", "rule_override", "silence", "task",
})  # fmt: skip
"""Tables that name a resident and are not emptied of them: what stays of each says nothing of who it was."""


async def _rest(session: Session, resident: str) -> None:
    """Everything else that names them goes, whatever later releases add."""
    for table in reversed(SQLModel.metadata.sorted_tables):
        if "resident_id" in table.columns and table.name not in KEPT:
            await session.exec(delete(table).where(table.columns["resident_id"] == resident))


STEPS: tuple[Step, ...] = (
    _messages, _relatives, _alert_words, _base_words, reasons.erase, _usual, _rest, _home, _person,
)  # fmt: skip
"""In this order, after the events: the name goes last, so that whoever looks meanwhile sees whose it is."""


async def newest(session: Session, resident: str) -> tables.Erasure | None:
    """The last time that somebody asked."""
    one = tables.Erasure
    asked = select(one).where(one.resident_id == resident, col(one.withdrawn_at).is_(None))
    return (await session.exec(asked.order_by(col(one.asked_at).desc()).limit(1))).first()


async def hold_of(session: Session, resident: str) -> tables.LegalHold | None:
    """What holds everything about this resident."""
    hold = tables.LegalHold
    return (await session.exec(select(hold).where(hold.resident_id == resident, col(hold.ended_at).is_(None)))).first()
