"""What somebody outside the staff was asked, or is to be told, and of which residents.

An alert that is about nobody in particular, in a home that two share, is about each who lives there now: smoke in their
kitchen is at both. What is about one of them alone is not about the other.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam
from sqlalchemy.orm import aliased
from sqlmodel import col, func, or_, select

from carehub.core.answers.alerts import FOLLOW_UP, Contact, Status, Step
from carehub.core.answers.escalation import Method
from carehub.core.people.kin import ANSWER_WITHIN
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.kin import in_force
from carehub.store.outbox import RUNG
from carehub.store.residencies import lives_now
from carehub.store.tables.alerts import NoticeState

_columns: Any = select  # more columns than its types know
_ANSWERED = (
    _columns(
        tables.AlertStep.alert_id,
        tables.AlertStep.person_id,
        tables.Person.name,
        tables.Relation.kinship,
        tables.AlertStep.text,
        tables.AlertStep.at,
    )
    .select_from(tables.AlertStep)
    .join(tables.Alert, col(tables.Alert.id) == col(tables.AlertStep.alert_id))
    .join(tables.Person, col(tables.Person.id) == col(tables.AlertStep.person_id))
    .join(
        tables.Relation,
        (col(tables.Relation.person_id) == col(tables.AlertStep.person_id))
        & or_(
            col(tables.Relation.resident_id) == col(tables.Alert.resident_id),
            col(tables.Alert.resident_id).is_(None)
            & col(tables.Relation.resident_id).in_(
                select(tables.Residency.resident_id).where(
                    tables.Residency.scope_id == tables.Alert.scope_id, col(tables.Residency.until).is_(None)
                )
            ),
        ),
        isouter=True,
    )
    .where(
        col(tables.AlertStep.alert_id).in_(bindparam("ids", expanding=True)),
        col(tables.AlertStep.step) == Step.FAMILY,
    )
    .order_by(col(tables.AlertStep.at), col(tables.AlertStep.id), col(tables.Relation.since))
)
_REST = """
    UPDATE notice SET state = 'failed', reason = 'answered before it was sent', lease_until = NULL, pass_on_at = NULL
    WHERE id = ANY (?) AND cycle LIKE ? AND (SELECT status FROM alert WHERE alert.id = notice.alert_id) <> 'open'
    RETURNING id
"""


async def let_rest(session: Session, notices: Collection[str]) -> set[str]:
    """Those of these summonses whose alert somebody has by now: they are not sent once more."""
    found = await sql.ask(session, _REST, list(notices), f"{RUNG}%") if notices else ()
    return {notice for (notice,) in found}


def _at_home(now: datetime) -> ColumnElement[bool]:
    """Joins an alert that is about nobody in particular to whoever lives where it is."""
    lives, alert = tables.Residency, tables.Alert
    return col(alert.resident_id).is_(None) & (col(lives.scope_id) == col(alert.scope_id)) & lives_now(now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Something that is to be told to somebody outside the staff, in which step, and of which residents."""

    notice: str
    person: str
    step: str
    residents: frozenset[str]


async def waiting(session: Session, notices: Collection[str], now: datetime) -> list[Waiting]:
    """These notices, as far as they are for a person; of no alert a message, whose step names the resident."""
    notice, alert, lives = tables.Notice, tables.Alert, tables.Residency
    whose = func.coalesce(alert.resident_id, lives.resident_id)
    statement = (
        select(notice.id, notice.person_id, notice.cycle, whose)
        .join(alert, col(alert.id) == col(notice.alert_id), isouter=True)
        .join(lives, _at_home(now), isouter=True)
        .where(col(notice.id).in_(notices))
    )
    found: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
    for name, who, step, about in (await session.exec(statement)).all():
        if who:
            found[name, who, step].update({about} - {None})
    return [
        Waiting(notice=name, person=who, step=step, residents=frozenset(about))
        for (name, who, step), about in found.items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An alert of which a relative was told, about whom of theirs, and how it goes.

    Attributes:
        at: When they were told of it last.
        unmet: It was closed, and staff have not been in touch with anybody there, nor since: who goes there does well.
        again: Of that: the alert by which staff look again, if they do.
    """

    alert: str
    residents: frozenset[str]
    status: Status
    at: datetime
    unmet: bool = False
    again: str | None = None

    @property
    def waits(self) -> bool:
        """Neither are staff there, nor is it over."""
        return self.status in {Status.OPEN, Status.TAKEN}

    @property
    def matters(self) -> bool:
        """Whether it matters that they go: it waits, or ended and nobody has been met."""
        return self.waits or self.unmet


async def lately(session: Session, person_id: str, now: datetime) -> list[Asked]:
    """Alerts of which this relative was told since then, and still may be, the one told of last first.

    What is over is among them as long as they may be on the road. Whose agreement is over is asked about nothing any
    more.
    """
    notice, alert, lives, relation = tables.Notice, tables.Alert, tables.Residency, tables.Relation
    agreed = select(relation.resident_id).where(relation.person_id == person_id, relation.may_be_asked, *in_force(now))
    theirs = func.coalesce(alert.resident_id, lives.resident_id)
    statement = (
        _columns(alert.id, theirs, alert.status, notice.created_at, *_unmet())
        .join(notice, col(notice.alert_id) == col(alert.id))
        .join(lives, _at_home(now), isouter=True)
        .where(
            notice.person_id == person_id, col(notice.created_at) >= now - ANSWER_WITHIN,
            col(notice.state) != NoticeState.FAILED, col(notice.cycle).startswith(RUNG), theirs.in_(agreed),
        )
        .order_by(col(notice.created_at).desc())
    )  # fmt: skip
    about: defaultdict[str, set[str]] = defaultdict(set)
    told: dict[str, tuple[Any, ...]] = {}
    for name, who, *last in (await session.exec(statement)).all():
        about[name].add(who)
        told.setdefault(name, tuple(last))
    return [
        Asked(
            alert=name, residents=frozenset(about[name]), status=Status(status), at=at, unmet=bool(unmet),
            again=again if unmet else None,
        )
        for name, (status, at, unmet, again) in told.items()
    ]  # fmt: skip


def _unmet() -> tuple[ColumnElement[bool], Any]:
    """Of an alert: whether it was closed and nobody has been met, then or since; and by which one staff look again."""
    alert, later = tables.Alert, aliased(tables.Alert)
    same = or_(
        col(later.resident_id) == col(alert.resident_id),
        col(alert.resident_id).is_(None) & (col(later.scope_id) == col(alert.scope_id)),
    )
    met = (
        select(later.id)
        .where(same, col(later.closed_at) >= col(alert.closed_at), col(later.contact) != Contact.NONE)
        .correlate(alert)
    )
    again = select(func.max(later.id)).where(same, later.kind == FOLLOW_UP, later.status != Status.CLOSED)
    return (col(alert.contact) == Contact.NONE) & ~met.exists(), again.correlate(alert).scalar_subquery()


async def answers(session: Session, alerts: Collection[str]) -> dict[tuple[str, str], str]:
    """What relatives answered last, as it stands in the journals: by alert and person."""
    step = tables.AlertStep
    statement = (
        select(step.alert_id, step.person_id, step.text)
        .where(col(step.alert_id).in_(alerts), col(step.step) == Step.FAMILY)
        .order_by(col(step.at), col(step.id))
    )
    rows = (await session.exec(statement)).all() if alerts else ()
    return {(alert, who): text or "" for alert, who, text in rows if who}


class Answer(NamedTuple):
    """What one of a family answered last, as the staff read it; what they are to the resident as it was agreed last."""

    person: str
    name: str
    kinship: str
    said: str
    at: datetime


async def answered(session: Session, alerts: Collection[str]) -> dict[str, list[Answer]]:
    """Of these alerts: the last answer of each whom it has one of, the last one last."""
    rows = (await session.exec(_ANSWERED, params={"ids": [*alerts]})).all() if alerts else ()
    found: defaultdict[str, dict[str, Answer]] = defaultdict(dict)
    for alert, who, name, kinship, said, at in rows:
        found[alert].pop(who, None)
        found[alert][who] = Answer(who, name, kinship or "", said or "", at)
    return {alert: [*by_person.values()] for alert, by_person in found.items()}


async def told(session: Session, alerts: Collection[str], step: str) -> dict[str, datetime]:
    """Who has been told in this step of one of these alerts, and when last."""
    notice = tables.Notice
    statement = (
        select(notice.person_id, notice.created_at)
        .where(col(notice.alert_id).in_(alerts), col(notice.cycle).startswith(step))
        .order_by(col(notice.created_at))
    )
    return {who: at for who, at in (await session.exec(statement)).all() if who}


async def ways(session: Session, alerts: Collection[str], people: Collection[str]) -> list[tuple[str, Method]]:
    """By which ways these were asked about them, but whoever has said STOPP since."""
    notice, settings = tables.Notice, tables.KinSettings
    stopped = select(settings.person_id).where(col(settings.texts_stopped_at).is_not(None))
    statement = (
        select(notice.person_id, notice.channel, notice.address)
        .where(
            col(notice.alert_id).in_(alerts), col(notice.person_id).in_(people), col(notice.person_id).not_in(stopped),
            col(notice.cycle).startswith(RUNG),
        )
        .distinct()
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    return [(who, Method(channel=channel, address=address)) for who, channel, address in rows if who]
