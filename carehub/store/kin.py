"""Who is a resident's family to the hub, how much each may know now, and how that came to be."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, update
from sqlmodel import col, or_, select

from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import HANDLED, GivenBy, Ground
from carehub.kit.ids import new_id
from carehub.store import logins, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

MESSAGE = "letter:"
"""How notices of a message are named (`Notice.cycle`): which resident it is about, and which message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bond:
    """One person's tie to one resident, in force now.

    Attributes:
        paused_until: The resident hides their day until then; None while they do not.
    """

    relation: tables.Relation
    resident: tables.Resident
    paused_until: datetime | None

    @property
    def insight(self) -> Insight:
        """What may be told now; whoever acts for the resident is told everything that a relative may be."""
        if self.relation.standing is not Standing.RELATIVE:
            return Insight.HANDLED_ALERTS
        return Insight.NOTHING if self.paused_until else self.relation.insight

    @property
    def hides_itself(self) -> bool:
        """Whether something is agreed of which nothing is told just now."""
        return bool(self.paused_until) and not self.decides and self.relation.insight is not Insight.NOTHING

    @property
    def decides(self) -> bool:
        """Whether this is the resident, or somebody who acts for them."""
        return self.relation.standing is not Standing.RELATIVE


async def bonds(session: Session, person_id: str, now: datetime, resident_id: str | None = None) -> list[Bond]:
    """Everybody whom this person may know something of now; or this one only, if they may."""
    relation, pause = tables.Relation, tables.SharingPause
    statement = (
        select(relation, tables.Resident, pause.until)
        .join(tables.Resident, col(tables.Resident.id) == col(relation.resident_id))
        .join(pause, (col(pause.resident_id) == col(relation.resident_id)) & (col(pause.until) > now), isouter=True)
        .where(relation.person_id == person_id, *in_force(now))
        .order_by(col(tables.Resident.given_name), col(relation.id))
    )
    if resident_id is not None:
        statement = statement.where(relation.resident_id == resident_id)
    return [
        Bond(relation=row, resident=resident, paused_until=until)
        for row, resident, until in (await session.exec(statement)).all()
    ]


def in_force(now: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Where a relation has begun and is not over."""
    relation = tables.Relation
    return col(relation.since) <= now, or_(col(relation.until).is_(None), col(relation.until) > now)


async def family_of(session: Session, resident_id: str, now: datetime) -> list[tuple[tables.Relation, tables.Person]]:
    """Everybody outside the staff who has a tie to this resident now, the resident too."""
    relation, person = tables.Relation, tables.Person
    statement = (
        select(relation, person)
        .join(person, col(person.id) == col(relation.person_id))
        .where(relation.resident_id == resident_id, *in_force(now), person.active)
        .order_by(person.name)
    )
    return list((await session.exec(statement)).all())


async def history_of(
    session: Session, resident_id: str, limit: int = 50
) -> list[tuple[tables.Relation, tables.Person, str | None]]:
    """What was agreed before and is over, the newest end first, with the name of who ended it."""
    relation, person = tables.Relation, tables.Person
    statement = (
        select(relation, person)
        .join(person, col(person.id) == col(relation.person_id))
        .where(relation.resident_id == resident_id, col(relation.ended_by_id).is_not(None))
        .order_by(col(relation.until).desc())
        .limit(limit)
    )
    rows = (await session.exec(statement)).all()
    enders = {row.ended_by_id for row, _ in rows if row.ended_by_id}
    names = dict((await session.exec(select(person.id, person.name).where(col(person.id).in_(enders)))).all())
    return [(row, who, names.get(row.ended_by_id or "")) for row, who in rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """How much a relative may know from now on, who says so, and who wrote it down."""

    insight: Insight
    given_by: GivenBy
    ground: Ground
    by: str
    why: str = ""
    until: datetime | None = None


async def end(session: Session, relation: tables.Relation, by: str, why: str, now: datetime) -> None:
    """It is over now: what waits to be sent is not sent, and every login of theirs ends."""
    relation.until, relation.ended_by_id, relation.end_reason = now, by, why
    session.add(relation)
    await session.flush()
    await withdraw(session, relation.person_id, relation.resident_id)
    await logins.end_all_of(session, relation.person_id)


async def decide(session: Session, relation: tables.Relation, decision: Decision, now: datetime) -> tables.Relation:
    """Another level from now on: a row of its own, so that what was agreed when can be told for ever.

    Nothing that happened before is shown under it. With less than before, what waits to be sent is not sent.
    """
    after = tables.Relation(
        id=new_id(), person_id=relation.person_id, resident_id=relation.resident_id, kinship=relation.kinship,
        standing=relation.standing, by_sms=relation.by_sms, may_be_asked=relation.may_be_asked, since=now,
        insight=decision.insight, given_by=decision.given_by, ground=decision.ground, reason=decision.why,
        entered_by_id=decision.by, until=decision.until,
    )  # fmt: skip
    relation.until, relation.ended_by_id, relation.end_reason = now, decision.by, decision.why
    session.add(relation)
    session.add(after)
    await session.flush()
    if decision.insight is not Insight.HANDLED_ALERTS:
        await withdraw(session, relation.person_id, relation.resident_id)
    return after


async def withdraw(session: Session, person_id: str, resident_id: str, *, only: str = "") -> None:
    """What waits to be told to this person of this resident is not told any more.

    Args:
        only: The beginning of the steps that are meant ("handled:"); empty for all of them.
    """
    notice, alert = tables.Notice, tables.Alert
    theirs = select(alert.id).where(alert.resident_id == resident_id)
    statement = (
        update(notice)
        .where(
            col(notice.person_id) == person_id, col(notice.state) == NoticeState.WAITING,
            col(notice.alert_id).in_(theirs) | col(notice.cycle).startswith(f"{MESSAGE}{resident_id[:20]}:"),
            col(notice.cycle).startswith(only),
        )
        .values(state=NoticeState.FAILED, reason="consent ended")
    )  # fmt: skip
    await session.exec(statement)


async def hear_soon(session: Session, resident_id: str) -> set[str]:
    """To whom it waits to be told that an alert of this resident was handled: another text would say the same."""
    notice, alert = tables.Notice, tables.Alert
    statement = (
        select(notice.person_id)
        .join(alert, col(alert.id) == col(notice.alert_id))
        .where(
            alert.resident_id == resident_id, col(notice.state) == NoticeState.WAITING,
            col(notice.cycle).startswith(HANDLED),
        )
    )  # fmt: skip
    return {who for who in (await session.exec(statement)).all() if who}


async def withdraw_texts(session: Session, person_id: str) -> None:
    """No text that waits goes to this person."""
    notice = tables.Notice
    statement = (
        update(notice)
        .where(
            col(notice.person_id) == person_id, col(notice.state) == NoticeState.WAITING, col(notice.channel) == "sms"
        )
        .values(state=NoticeState.FAILED, reason="stopped")
    )  # fmt: skip
    await session.exec(statement)


async def settings_of(session: Session, person_id: str) -> tables.KinSettings:
    """What they decided for themselves; the usual where they decided nothing. It is stored once it is changed."""
    found = await session.get(tables.KinSettings, person_id)
    return found or tables.KinSettings(person_id=person_id)


async def with_number(session: Session, number: str, now: datetime) -> Sequence[tables.Person]:
    """Relatives and residents whose telephone this is, as far as they have any tie now."""
    relation, person = tables.Relation, tables.Person
    tied = select(relation.person_id).where(*in_force(now))
    statement = select(person).where(person.phone == number, person.active, col(person.id).in_(tied))
    return (await session.exec(statement.order_by(person.id))).all()


async def is_known(session: Session, number: str) -> bool:
    """Whether anybody is reached at this number, or colleagues call them there."""
    person, method = tables.Person, tables.ContactMethod
    way = await session.exec(select(method.id).where(method.address == number).limit(1))
    if way.first() is not None:
        return True
    return (await session.exec(select(person.id).where(person.phone == number).limit(1))).first() is not None


async def has_staff(session: Session, number: str) -> bool:
    """Whether this telephone is one by which somebody on the staff is reached."""
    relation, person, method = tables.Relation, tables.Person, tables.ContactMethod
    statement = (
        select(method.id)
        .join(person, col(person.id) == col(method.person_id))
        .where(method.address == number, col(person.id).not_in(select(relation.person_id)))
    )
    return (await session.exec(statement.limit(1))).first() is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensor:
    """One device of a home, as far as a family is told of it."""

    kind: str
    place: str | None
    silent_since: datetime | None


async def sensors_of(session: Session, resident_id: str, scope_id: str) -> list[Sensor]:
    """What listens in this home and is meant to, or is the resident's own."""
    device, stands = tables.Device, tables.Assignment
    statement = (
        select(device.kind, stands.place, device.silent_since)
        .join(stands, col(stands.device_id) == col(device.id))
        .where(
            stands.scope_id == scope_id, col(stands.until).is_(None), device.status != "retired",
            or_(col(stands.resident_id).is_(None), col(stands.resident_id) == resident_id),
        )
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    return [Sensor(kind=str(kind), place=place, silent_since=silent) for kind, place, silent in rows]
