"""What a hub finds when it comes back: steps that fell due meanwhile, notices that waited, what is long forgotten."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import chain

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.core.answers.ladders import ARRIVE_BOUNDS, FINISH_BOUNDS, PATIENCE
from carehub.core.showing.wording import LATE, late_text
from carehub.core.watching.canary import CHANNEL, SCOPE
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

_LONGEST_TEXT = 600
_ON_THEIR_WAY = (NoticeState.WAITING, NoticeState.SENDING)


async def beat(session: Session, beats: Mapping[str, datetime]) -> None:
    """Write down when each part last worked."""
    await sql.write(session, _BEAT, list(beats.items()))


_BEAT = "INSERT INTO beat (name, at) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at = excluded.at"


async def last_beat(session: Session) -> datetime | None:
    """When a hub on this store last wrote that it works; None where none ever has."""
    return (await session.exec(select(tables.Beat.at).where(tables.Beat.name == "worker"))).first()


async def overdue(session: Session, now: datetime) -> set[str]:
    """Which alerts should have asked somebody by now."""
    alert = tables.Alert
    statement = select(alert.id).where(alert.status != Status.CLOSED, alert.scope_id != SCOPE, col(alert.due_at) <= now)
    return set((await session.exec(statement)).all())


async def mark_late(session: Session, now: datetime, after: timedelta) -> set[str]:
    """Notices that should have gone long ago say so, once; gives which alerts they are of."""
    notice = tables.Notice
    statement = select(notice).where(
        col(notice.state).in_(_ON_THEIR_WAY),
        col(notice.not_before) < now - after,
        col(notice.person_id).is_not(None),
        notice.channel != CHANNEL,
        ~col(notice.text).startswith(LATE),
    )
    found = (await session.exec(statement)).all()
    for one in found:
        one.text = late_text(one.text, now - one.not_before)[:_LONGEST_TEXT]
    return {one.alert_id for one in found if one.alert_id}


async def release(session: Session, now: datetime) -> int:
    """What the hub before us was sending when it died is ours now: sent again at once, not when its lease runs out."""
    notice = tables.Notice
    found = (await session.exec(select(notice).where(notice.state == NoticeState.SENDING))).all()
    for one in found:
        one.lease_until = now - timedelta(seconds=1)
    return len(found)


async def forgotten(session: Session, before: datetime) -> Sequence[tables.Alert]:
    """Open alerts whose deadline is older than that, the oldest first."""
    alert = tables.Alert
    statement = select(alert).where(
        alert.status != Status.CLOSED, alert.scope_id != SCOPE, col(alert.due_at) < before
    )  # fmt: skip
    return (await session.exec(statement.order_by(col(alert.due_at)))).all()


async def drop_old_notices(session: Session, before: datetime) -> int:
    """Notices that have waited since before then are not sent any more; gives how many."""
    notice = tables.Notice
    statement = select(notice).where(col(notice.state).in_(_ON_THEIR_WAY), col(notice.not_before) < before)
    found = (await session.exec(statement)).all()
    for one in found:
        one.state, one.lease_until, one.reason = NoticeState.FAILED, None, "too old when the hub came back"
    return len(found)


# --- when the clock on the wall is set -----------------------------------------------------------

_TIMES = chain(PATIENCE.values(), ARRIVE_BOUNDS.values(), FINISH_BOUNDS.values())
_LONGEST_DEADLINE = max(one.most for one in _TIMES) + timedelta(hours=1)
"""No unit may give longer than this: a deadline beyond it was written under yet another clock."""


async def rebase(session: Session, before: datetime, now: datetime) -> int:
    """Move what waits with the clock: deadlines, notices, codes, logins. What was left to wait is left still.

    Args:
        before: What the clock would say now, had nobody set it.
        now: What it says.

    Returns:
        How many alerts were moved.
    """
    by, alert = now - before, tables.Alert
    waiting = (await session.exec(select(alert).where(alert.status != Status.CLOSED))).all()
    for one in waiting:
        if one.due_at is not None:
            one.due_at = _moved(one.due_at, before, now)
        one.remind_at = one.remind_at and one.remind_at + by
    await _rebase_notices(session, before, now)
    await _rebase_ways_in(session, before, by)
    roll_call = tables.RollCall
    for call in (await session.exec(select(roll_call).where(_is_waited_for(roll_call)))).all():
        call.due_at += by
    for device in (await session.exec(select(tables.Device))).all():  # else all would fall silent at once
        device.last_seen_at = device.last_seen_at and device.last_seen_at + by
    for song in (await session.exec(select(tables.CanarySong))).all():  # else one is missed; or not, for an hour
        song.sung_at, song.returned_at = song.sung_at + by, song.returned_at and song.returned_at + by
    return len(waiting)


async def _rebase_notices(session: Session, before: datetime, now: datetime) -> None:
    by, notice = now - before, tables.Notice
    for message in (await session.exec(select(notice).where(col(notice.state).in_(_ON_THEIR_WAY)))).all():
        message.not_before = _moved(message.not_before, before, now)
        message.lease_until = message.lease_until and message.lease_until + by
    accepted = select(notice).where(notice.state == NoticeState.ACCEPTED, col(notice.sent_at).is_not(None))
    for message in (await session.exec(accepted)).all():
        message.sent_at = message.sent_at and message.sent_at + by
    # else what was just accepted would count as lost, and its number as suspect; or as on its way for an hour
    for message in (await session.exec(select(notice).where(col(notice.pass_on_at).is_not(None)))).all():
        message.pass_on_at = message.pass_on_at and message.pass_on_at + by


async def _rebase_ways_in(session: Session, before: datetime, by: timedelta) -> None:
    """Codes that answer an alert, and logins: neither void at once, nor open for an hour on a tablet left lying."""
    code, login = tables.ReplyCode, tables.LoginSession
    for one in (await session.exec(select(code).where(col(code.expires_at) > before))).all():
        one.created_at, one.expires_at = one.created_at + by, one.expires_at + by
    for held in (await session.exec(select(login).where(col(login.expires_at) > before))).all():
        held.created_at, held.seen_at, held.expires_at = held.created_at + by, held.seen_at + by, held.expires_at + by


def _is_waited_for(call: type[tables.RollCall]) -> ColumnElement[bool]:
    return col(call.answered_at).is_(None) & col(call.told_at).is_(None)


def _moved(due: datetime, before: datetime, now: datetime) -> datetime:
    return now if due - before > _LONGEST_DEADLINE else due + (now - before)


async def heal(session: Session, now: datetime) -> int:
    """Deadlines that no clock of ours could have set come now; gives how many. In doubt somebody is asked."""
    alert = tables.Alert
    statement = select(alert).where(alert.status != Status.CLOSED, col(alert.due_at) > now + _LONGEST_DEADLINE)
    found = (await session.exec(statement)).all()
    for one in found:
        one.due_at = now
    return len(found)
