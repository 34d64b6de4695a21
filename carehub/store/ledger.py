"""What became of everything: why an alert rose and who was told, what was held back, and what waits."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from carehub.core.findings import Outcome
from carehub.core.kinds import HUB_ONLY
from carehub.core.rules.language import Rule
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.rulebooks import read_body

BATCH = timedelta(minutes=5)
"""Within a batch, what may be an alarm goes first: places and moments differ by no more than this."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A stored event with the device that told it and where that was."""

    event: tables.Event
    device: tables.Device | None
    scope: tables.Scope | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A rule as it was, and how long that held.

    Attributes:
        rule: None where this release cannot read what an earlier one wrote.
    """

    row: tables.RuleVersion
    rule: Rule | None


async def told(session: Session, seqs: Collection[int]) -> dict[int, Told]:
    """These events, by number; one that is no longer stored is left out."""
    statement = (
        select(tables.Event, tables.Device, tables.Scope)
        .join(tables.Device, col(tables.Device.id) == col(tables.Event.device_id), isouter=True)
        .join(tables.Scope, col(tables.Scope.id) == col(tables.Event.scope_id), isouter=True)
        .where(col(tables.Event.seq).in_(seqs))
    )
    rows = (await session.exec(statement)).all()
    return {event.seq: Told(event=event, device=device, scope=scope) for event, device, scope in rows}


async def held_back(session: Session, event_seq: int) -> Sequence[tables.HeldBack]:
    """Why rules that this event had started did not fire."""
    statement = select(tables.HeldBack).where(tables.HeldBack.event_seq == event_seq)
    return (await session.exec(statement.order_by(col(tables.HeldBack.seq)))).all()


async def alerts_of(session: Session, event_seq: int) -> Sequence[tables.Alert]:
    """The alerts that an event raised, or was added to."""
    mine = select(tables.AlertEvent.alert_id).where(tables.AlertEvent.event_seq == event_seq)
    statement = select(tables.Alert).where(col(tables.Alert.id).in_(mine)).order_by(col(tables.Alert.raised_at))
    return (await session.exec(statement)).all()


async def homes_of(session: Session, resident: str, start: datetime, end: datetime) -> list[str]:
    """Where a resident lived at any time between these."""
    lived = tables.Residency
    statement = select(lived.scope_id).where(
        lived.resident_id == resident, lived.since <= end, col(lived.until).is_(None) | (col(lived.until) >= start)
    )
    return sorted(set((await session.exec(statement)).all()))


async def reports(session: Session, alert_id: str) -> Sequence[tables.AlertEvent]:
    """Each time that an alert was reported, with its trace, in order."""
    statement = select(tables.AlertEvent).where(tables.AlertEvent.alert_id == alert_id)
    return (await session.exec(statement.order_by(col(tables.AlertEvent.id)))).all()


async def versions(session: Session, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], Version]:
    """These versions of rules, by rule and content hash."""
    wanted = {rule for rule, _ in keys}
    rows = (await session.exec(select(tables.RuleVersion).where(col(tables.RuleVersion.rule_id).in_(wanted)))).all()
    return {
        (row.rule_id, row.version): Version(row=row, rule=read_body(row.body))
        for row in rows if (row.rule_id, row.version) in keys
    }  # fmt: skip


async def notices(session: Session, alert_id: str) -> list[tuple[tables.Notice, str | None]]:
    """Everybody who was told of an alert, in order, with the person's name; a tablet is nobody."""
    statement = (
        select(tables.Notice, tables.Person.name)
        .join(tables.Person, col(tables.Person.id) == col(tables.Notice.person_id), isouter=True)
        .where(tables.Notice.alert_id == alert_id)
        .order_by(col(tables.Notice.created_at), col(tables.Notice.id))
    )
    return [(notice, name) for notice, name in (await session.exec(statement)).all()]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many events of one source came to one outcome."""

    source: str
    outcome: Outcome
    events: int


_NEXT = "SELECT seq, at FROM event WHERE seq > ? AND scope_id <> ? ORDER BY seq LIMIT 1"
"""In plain words: it is asked seventeen times of a hundred thousand events. It goes past what hides the canary."""


async def place_of(session: Session, moment: datetime) -> int:
    """The place in the order from which on events were received at or after this moment, give or take a batch.

    Found by halving: places and moments rise together, and the stream pays for no index on moments.
    """
    low, high = 0, (await session.exec(select(func.max(tables.Event.seq)))).one() or 0
    while low < high:
        middle = (low + high) // 2
        ((seq, at),) = await sql.ask(session, _NEXT, middle, CANARY)
        if sql.moment(at) < moment:
            low = seq
        else:
            high = middle
    return low + 1


async def counts(session: Session, since: datetime, until: datetime) -> list[Count]:
    """Events received in this time, by source and outcome."""
    event = tables.Event
    statement = (
        select(event.source, event.outcome, func.count())
        .where(
            event.seq >= await place_of(session, since - BATCH), event.seq < await place_of(session, until + BATCH),
            event.at >= since, event.at < until,
        )
        .group_by(col(event.source), col(event.outcome))
        .order_by(col(event.source))
    )  # fmt: skip
    rows = (await session.exec(statement)).all()
    return [Count(source=source, outcome=Outcome(outcome), events=many) for source, outcome, many in rows]


async def waiting(session: Session, now: datetime, limit: int = 50) -> list[Told]:
    """What waits for a deadline that is still to come, the next one first."""
    statement = select(tables.Event.seq).where(col(tables.Event.pending_until) >= now)
    seqs = (await session.exec(statement.order_by(col(tables.Event.pending_until)).limit(limit))).all()
    found = await told(session, seqs)
    return [found[seq] for seq in seqs]


async def outcomes(session: Session, since_seq: int = 0) -> dict[str, int]:
    """How many events had each outcome: the ledger in one line."""
    statement = (
        select(tables.Event.outcome, func.count()).where(tables.Event.seq > since_seq)
        .group_by(col(tables.Event.outcome))
    )  # fmt: skip
    return {str(outcome): count for outcome, count in (await session.exec(statement)).all()}


async def unaccounted(session: Session, now: datetime) -> int:
    """How many events wait for a deadline which should have been answered by `now` (invariant 12)."""
    return (await session.exec(select(func.count(func.distinct(tables.Event.seq))).where(*_overdue(now)))).one()


async def unaccounted_seqs(session: Session, now: datetime, limit: int = 100) -> list[int]:
    """Which they are, the longest overdue first."""
    statement = select(tables.Event.seq).where(*_overdue(now)).group_by(col(tables.Event.seq))
    return list((await session.exec(statement.order_by(col(tables.Event.seq)).limit(limit))).all())


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Begins with the deadlines that are overdue: in a sound hub there are none, and nothing else is looked at."""
    event, row = tables.Event, tables.FoldDeadline
    return (
        col(row.due_at) < now,
        col(event.scope_id) == col(row.scope_id),
        col(event.pending_until) >= col(row.due_at),
        col(event.pending_until) < now,
        col(event.outcome) == Outcome.PENDING,
    )


async def from_senders(session: Session) -> int:
    """How many events came from outside; what the hub itself observed is not counted."""
    statement = select(func.count()).where(tables.Event.source != "hub", col(tables.Event.kind).not_in(HUB_ONLY))
    return (await session.exec(statement)).one()
