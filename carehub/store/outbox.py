"""The outbox: notices that wait, are being sent, were accepted, and what providers report of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, update
from sqlalchemy.orm import aliased
from sqlmodel import col, func, select

from carehub.contracts import Fate, OutgoingNotice
from carehub.core.answers.alerts import Status
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.stream import upsert
from carehub.store.tables.alerts import NoticeState


@dataclass(frozen=True, slots=True)
class Claimed:
    """A notice that is ours to send, and by which channel.

    Attributes:
        repeated: It may have gone before.
        was_held: A summons that the provider told to wait, or could not take.
        role: Of whom it is for; None where it is for nobody in the register.
        is_for_nobody: They are not let in any more, or may not be told this any more: it is not sent.
    """

    channel: str
    notice: OutgoingNotice
    repeated: bool
    was_held: bool
    role: Role | None = None
    is_for_nobody: bool = False


ONCE_A_STEP = "ON CONFLICT (alert_id, cycle, channel, address) DO NOTHING"
_CLAIM = """
    WITH mine AS (
        SELECT id AS wanted FROM notice
        WHERE (state = 'waiting' AND not_before <= ?) OR (state = 'sending' AND lease_until < ?)
        ORDER BY severity DESC, created_at LIMIT ? FOR UPDATE SKIP LOCKED
    )
    UPDATE notice
    SET pass_on_at = CASE WHEN attempts = 0 THEN ? ELSE pass_on_at END, repeated = (repeated OR state = 'sending'),
        state = 'sending', lease_until = ?, attempts = attempts + 1
    FROM mine WHERE id = wanted
    RETURNING severity, channel, id, address, text, repeated, cycle, attempts,
        (SELECT person.language FROM person WHERE person.id = notice.person_id),
        (SELECT CASE WHEN person.active THEN person.role ELSE '' END FROM person WHERE person.id = notice.person_id)
"""
_DELIVERED = """
    UPDATE notice SET state = 'delivered', sent_at = ?, delivered_at = ?, reason = NULL, lease_until = NULL,
        pass_on_at = NULL
    WHERE id = ? AND state = 'sending'
"""


_ACCEPTED = """
    UPDATE notice SET state = 'accepted', sent_at = ?, reference = ?, reason = ?, pass_on_at = ?, lease_until = NULL
    WHERE id = ? AND state = 'sending'
"""


_REPORTED = "SELECT reference FROM status_report WHERE reference = ANY (?) LIMIT 1"

LASTING = ("siren", "lamp")
"""Channels whose notices go on until they are switched off."""
RELIEVED, ANEW = "relieved", "anew:"
"""The steps in which whoever of a family goes there is told that staff are there, which asks nobody; and, where they
are not after all, is asked once more."""
RUNG, OFF, CHECK = "rung:", "off:", "check:"
"""How the steps of a ladder are named, the step that switches off what they began, and a code that proves an address.
"""
PASS_ON_AFTER = timedelta(seconds=20)
"""Not handed over this long after the first try: the person's next way starts beside it, within 30 s in all (G9)."""


async def write(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add notices. One for one step, ever: a step that is decided twice is told once."""
    await sql.add(session, tables.Notice, rows, ONCE_A_STEP)


async def claim(session: Session, now: datetime, lease: timedelta, limit: int = 100) -> list[Claimed]:
    """Take waiting notices, and those whose sender died, for as long as the lease lasts; the most urgent first.

    A lease that ran out means that nobody knows whether the notice went: it is sent
    again and says so, since a nurse who is asked twice is better than one who is never asked.
    """
    found = await sql.ask(session, _CLAIM, now, now, limit, now + PASS_ON_AFTER, now + lease)
    return [
        Claimed(
            channel,
            OutgoingNotice(
                id=name,
                address=address,
                text=text,
                severity=Severity(severity),
                ends=cycle.startswith(OFF),
                proves=cycle.startswith(CHECK),
                language=Language(spoken or Language.NB),
            ),
            repeated=bool(again),
            was_held=attempts > 1 and not again and cycle.startswith(RUNG),
            role=Role(role) if role else None,
            is_for_nobody=role == "",
        )
        for severity, channel, name, address, text, again, cycle, attempts, spoken, role in sorted(
            found, key=lambda row: -row[0]
        )
    ]


async def note_delivered(session: Session, notices: Sequence[str], now: datetime) -> None:
    """These arrived with the sending; what another sender has taken over or noted is left as it is."""
    if notices:
        await sql.write(session, _DELIVERED, [(now, now, notice) for notice in notices])


class Accepted(NamedTuple):
    """A notice that a provider has taken."""

    at: datetime
    reference: str | None
    reason: str | None
    silent_at: datetime | None
    """When silence counts as a failure."""
    notice: str


async def note_accepted(session: Session, accepted: Sequence[Accepted]) -> list[tables.Notice]:
    """These were taken, all in one statement; gives those of which a report has come already."""
    await sql.write(session, _ACCEPTED, accepted)
    references = [one.reference for one in accepted if one.reference]
    if not references:
        return []
    if not await sql.ask(session, _REPORTED, references):
        return []
    notice = tables.Notice
    reported = select(tables.StatusReport.reference).where(col(tables.StatusReport.reference).in_(references))
    statement = select(notice).where(
        col(notice.id).in_([one.notice for one in accepted]), notice.state == NoticeState.ACCEPTED,
        col(notice.reference).in_(reported),
    )  # fmt: skip
    return list((await session.exec(statement.with_for_update())).all())


async def stop_asking(session: Session, alert_id: str) -> None:
    """Nobody who has not been asked yet needs to be: somebody has it."""
    statement = (
        update(tables.Notice)
        .where(
            col(tables.Notice.alert_id) == alert_id,
            col(tables.Notice.state) == NoticeState.WAITING,
            col(tables.Notice.cycle).not_like(f"{OFF}%"),
            col(tables.Notice.cycle).not_like(f"{RELIEVED}%"),
        )
        .values(state=NoticeState.FAILED, reason="answered before it was sent")
    )
    await session.exec(statement)


async def sounding(session: Session, alert_id: str) -> list[tuple[str, str, Severity]]:
    """Channel, address and severity of what was switched on for this alert and no other open one needs."""
    ours, theirs, other = tables.Notice, aliased(tables.Notice), tables.Alert
    needed = (
        select(theirs.id)
        .join(other, col(other.id) == col(theirs.alert_id))
        .where(
            theirs.alert_id != alert_id,
            theirs.channel == ours.channel,
            theirs.address == ours.address,
            other.status == Status.OPEN,
            col(theirs.cycle).not_like(f"{OFF}%"),
        )
        .exists()
    )
    statement = select(ours.channel, ours.address, func.max(ours.severity)).where(
        ours.alert_id == alert_id,
        col(ours.channel).in_(LASTING),
        ours.state != NoticeState.FAILED,
        col(ours.cycle).not_like(f"{OFF}%"),
        ~needed,
    )
    return list((await session.exec(statement.group_by(ours.channel, ours.address))).all())


async def not_through(session: Session, now: datetime, limit: int = 200) -> Sequence[tables.Notice]:
    """Notices that should have come through by now and have not, on alerts that nobody has; others are let rest.

    Their alerts are locked first, as by whoever takes one: an alert that somebody is just taking is left to them.
    """
    notice, alert = tables.Notice, tables.Alert
    about = select(notice.alert_id).where(col(notice.pass_on_at) < now, col(notice.alert_id).is_not(None))
    ours = select(alert.id).where(col(alert.id).in_(about)).order_by(alert.id).with_for_update(skip_locked=True)
    locked = (await session.exec(ours)).all()
    late = (
        select(notice, alert.status)
        .join(alert, col(alert.id) == col(notice.alert_id), isouter=True)
        .where(col(notice.pass_on_at) < now, col(notice.alert_id).is_(None) | col(notice.alert_id).in_(locked))
        .limit(limit)
        .with_for_update(of=notice, skip_locked=True)  # a report that is coming in just now goes first
    )
    found = []
    for row, status in (await session.exec(late)).all():
        if status in {Status.OPEN, None}:
            found.append(row)
        else:
            row.pass_on_at = None
    return found


async def sounds_for_an_open_alert(session: Session, channel: str, address: str) -> bool:
    """Whether an alert that nobody has yet has switched this siren on, or is about to."""
    notice = tables.Notice
    statement = (
        select(notice.id)
        .join(tables.Alert, col(tables.Alert.id) == col(notice.alert_id))
        .where(
            notice.channel == channel, notice.address == address, col(notice.cycle).startswith(RUNG),
            tables.Alert.status == Status.OPEN, notice.state != NoticeState.FAILED,
        )
    )  # fmt: skip
    return (await session.exec(statement)).first() is not None


async def others_may_answer(session: Session, notice: tables.Notice) -> bool:
    """Whether somebody else was asked in the same step and may still answer; a tablet or a siren is nobody."""
    statement = select(tables.Notice.id).where(
        tables.Notice.alert_id == notice.alert_id,
        tables.Notice.cycle == notice.cycle,
        tables.Notice.id != notice.id,
        col(tables.Notice.channel).not_in(("tablet", "siren")),
        _may_come_through(),
    )
    return (await session.exec(statement)).first() is not None


def _may_come_through() -> ColumnElement[bool]:
    """It came, or its time is not over yet."""
    notice = tables.Notice
    trying = col(notice.state).in_([NoticeState.WAITING, NoticeState.SENDING])
    return col(notice.state).in_([NoticeState.ACCEPTED, NoticeState.DELIVERED, NoticeState.SEEN]) | (
        trying & (col(notice.pass_on_at).is_not(None) | (col(notice.attempts) == 0))
    )


async def another_way_is_open(session: Session, notice: tables.Notice) -> bool:
    """Whether the same person is being told of this step by another way that may still come through."""
    statement = select(tables.Notice.id).where(
        tables.Notice.alert_id == notice.alert_id,
        tables.Notice.cycle == notice.cycle,
        tables.Notice.person_id == notice.person_id,
        tables.Notice.id != notice.id,
        _may_come_through(),
    )
    return (await session.exec(statement)).first() is not None


async def ways_tried(session: Session, notice: tables.Notice) -> set[tuple[str, str]]:
    """Channel and address of every notice that this step wrote to the same person."""
    statement = select(tables.Notice.channel, tables.Notice.address).where(
        tables.Notice.alert_id == notice.alert_id,
        tables.Notice.cycle == notice.cycle,
        tables.Notice.person_id == notice.person_id,
    )
    return set((await session.exec(statement)).all())


async def keep_report(
    session: Session, reference: str, status: str, fate: Fate | None, error: str | None, now: datetime
) -> None:
    """Keep a provider's report, once."""
    row = {"reference": reference, "status": status, "fate": fate, "error": error, "at": now}
    statement = upsert(session, tables.StatusReport).on_conflict_do_nothing(index_elements=["reference", "status"])
    await (await session.connection()).execute(statement, [row])


async def by_reference(session: Session, reference: str) -> Sequence[tables.Notice]:
    """The notices that a provider knows under this name, locked for us."""
    statement = select(tables.Notice).where(tables.Notice.reference == reference).with_for_update()
    return (await session.exec(statement)).all()


async def reports_of(session: Session, reference: str | None) -> Sequence[tables.StatusReport]:
    """What the provider has reported so far; reports may overtake the answer that names them."""
    if reference is None:
        return ()
    statement = select(tables.StatusReport).where(tables.StatusReport.reference == reference)
    return (await session.exec(statement)).all()
