"""Station 5: a person takes an alert, arrives, gives it back, closes it. One winner each time."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from carehub.core.answers.alerts import (
    CONTACT_IN,
    FOLLOW_UP,
    HELD,
    HELP,
    NEXT,
    Action,
    Aftermath,
    Cause,
    Contact,
    Status,
    Step,
)
from carehub.core.answers.answering import deadline_after, remind_at
from carehub.flow.answering.follow_up import after_closing, rest
from carehub.flow.family.relieved import call_back, tell_who_goes
from carehub.flow.journal import journal_line, step_row
from carehub.flow.reaching.quiet import fall_quiet
from carehub.kit.failpoints import fail_at
from carehub.store import alerts, ladders, outbox, tables
from carehub.store.database import Session
from carehub.store.errors import USED_ALREADY

__all__ = ["Answer", "NotUndone", "arrive", "close", "confirm", "journal_line", "release", "step_row", "take", "undo"]

UNDO_WITHIN = timedelta(minutes=5)
_STEP = {
    Action.TAKE: Step.TAKEN, Action.ACCEPT: Step.ACCEPTED, Action.ARRIVE: Step.ARRIVED, Action.CLOSE: Step.CLOSED,
    Action.RELEASE: Step.RELEASED,
}  # fmt: skip


class NotUndone(StrEnum):
    """Why a closed alert stays closed."""

    REPORTED_ANEW = "reported_anew"
    TOO_LATE = "too_late"
    ANOTHERS = "anothers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it.

    Attributes:
        done: Whether this person's action took effect.
        alert: The alert as it is now; None if there is no such alert.
        owner: Who has it now, to tell whoever came second.
        not_undone: Of an undo that was refused: why.
        newer: The alert that was reported anew meanwhile, and stands instead.
    """

    done: bool
    alert: tables.Alert | None
    owner: tables.Person | None = None
    not_undone: NotUndone | None = None
    newer: tables.Alert | None = None


async def take(session: Session, alert_id: str, by: str, now: datetime, *, text: str | None = None) -> Answer:
    """Say "I take it": from now on `by` owns it, and must arrive within the severity's time.

    What somebody was asked to take over, they take from its owner. `text` stands in the journal beside it.
    """
    alert = await _locked(session, alert_id)
    offered = alert is not None and alert.handed_to_id == by and alert.status is not Status.OPEN
    action = Action.ACCEPT if offered else Action.TAKE
    return await _act(session, alert_id, action, by, now, text=text, owner_id=by, taken_at=now, arrived_at=None)


async def arrive(session: Session, alert_id: str, by: str, now: datetime, *, text: str | None = None) -> Answer:
    """Say "I am there"; whoever is there owns it."""
    answer = await _act(session, alert_id, Action.ARRIVE, by, now, text=text, owner_id=by, arrived_at=now)
    if answer.done and answer.alert:
        await tell_who_goes(session, answer.alert, now)
    return answer


async def release(session: Session, alert_id: str, by: str, now: datetime, *, text: str | None = None) -> Answer:
    """Give it back: open again, and the ladder climbs at once. `text` stands in the journal beside it."""
    answer = await _act(
        session, alert_id, Action.RELEASE, by, now, text=text, owner_id=None, taken_at=None, arrived_at=None
    )
    if answer.done and answer.alert:
        await call_back(session, answer.alert, now)
    return answer


async def close(  # noqa: PLR0913 - cause and outcome are what closing means
    session: Session,
    alert_id: str,
    by: str,
    now: datetime,
    *,
    cause: Cause,
    aftermath: Aftermath,
    contact: Contact | None = None,
    note: str | None = None,
) -> Answer:
    """Handled: with the cause and what was done. Its codes stop working; its notices stop.

    Args:
        contact: Whether the resident was seen or spoken with; None to read it from the outcome.
    """
    alert = await _locked(session, alert_id)
    met = contact or (_contact(alert, aftermath) if alert else None)
    answer = await _act(
        session, alert_id, Action.CLOSE, by, now,
        closed_at=now, closed_by_id=by, cause=cause, aftermath=aftermath, contact=met, note=note,
    )  # fmt: skip
    if answer.done and answer.alert:
        await after_closing(session, answer.alert, by, now)
        if met is not Contact.NONE:  # where nobody was met, it is good that somebody of theirs goes
            await tell_who_goes(session, answer.alert, now)
    return answer


def _contact(alert: tables.Alert, aftermath: Aftermath) -> Contact:
    """Whoever said "I am there" was there, unless they say that they found nobody."""
    if alert.status is Status.ARRIVED and aftermath is not Aftermath.NO_CONTACT:
        return Contact.VISITED
    return CONTACT_IN.get(aftermath, Contact.NONE)


async def confirm(session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """A second person agrees that a follow-up may rest without contact; whoever closed the first one cannot."""
    follow = await session.get(tables.Alert, alert_id, with_for_update=True)
    if follow is None:
        return Answer(done=False, alert=None)
    before = await session.get(tables.Alert, follow.parent_id) if follow.parent_id else None
    if follow.kind != FOLLOW_UP or before is None or before.closed_by_id == by:
        return await _refused(session, follow)
    return await close(
        session, alert_id, by, now, cause=before.cause or Cause.OTHER, contact=Contact.NONE,
        aftermath=before.aftermath or Aftermath.NO_CONTACT,
    )  # fmt: skip


async def undo(session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """Closed by mistake a moment ago: as it was before, with its history and a fresh deadline."""
    alert = await session.get(tables.Alert, alert_id, with_for_update=True)
    if alert is None:
        return Answer(done=False, alert=None)
    newer = await alerts.open_alert(session, alert.dedup_key)
    if not may_undo(alert, by, now) or newer is not None:
        return await _stays_closed(session, alert, by, newer)
    status = _status_before(alert)
    deadlines = await _deadlines(session, alert, status, now)
    try:
        async with session.begin_nested():
            moved = await alerts.move(
                session, alert, status, **deadlines, closed_at=None, closed_by_id=None, cause=None, aftermath=None,
                contact=None,
            )  # fmt: skip
    except USED_ALREADY:  # reported anew in this very moment: that alert stands
        moved = False
    if not moved:
        return await _stays_closed(session, alert, by, await alerts.open_alert(session, alert.dedup_key))
    session.add(journal_line(alert_id, Step.UNDONE, now, person_id=by))
    await outbox.stop_asking(session, alert_id)
    for follow in await alerts.children(session, alert_id, FOLLOW_UP):
        await rest(session, follow, by, now, "Avslutningen ble angret.")
    if status is Status.OPEN:
        await call_back(session, alert, now)
    return await _done(session, alert)


async def _stays_closed(session: Session, alert: tables.Alert, by: str, newer: tables.Alert | None) -> Answer:
    """That somebody called again weighs more than whose closing it was, and when."""
    answer = await _refused(session, alert)
    if alert.status is not Status.CLOSED:
        return answer
    late = NotUndone.TOO_LATE if alert.closed_by_id == by else NotUndone.ANOTHERS
    return replace(answer, not_undone=NotUndone.REPORTED_ANEW if newer else late, newer=newer)


def may_undo(alert: tables.Alert, by: str, now: datetime) -> bool:
    """Whether this person closed it, and did so only just now."""
    return alert.closed_at is not None and alert.closed_by_id == by and now - alert.closed_at <= UNDO_WITHIN


def _status_before(alert: tables.Alert) -> Status:
    if alert.owner_id is None:
        return Status.OPEN
    return Status.ARRIVED if alert.arrived_at else Status.TAKEN


async def _act(
    session: Session, alert_id: str, action: Action, by: str, now: datetime, *, text: str | None = None,
    **changes: object,
) -> Answer:  # fmt: skip
    """Compare and set: only from a status that allows it, and only one person wins."""
    fail_at("ack.begin")
    before = await _locked(session, alert_id)
    if before is None:
        return Answer(done=False, alert=None)
    allowed = NEXT.get((before.status, action))
    if allowed is None or not _may(before, action, by) or await _answers_own_call(session, before, action, by):
        return await _refused(session, before)
    deadlines = await _deadlines(session, before, allowed, now)
    if not await alerts.move(session, before, allowed, **deadlines, handed_to_id=None, **changes):
        return await _refused(session, before)
    session.add(journal_line(alert_id, _STEP[action], now, person_id=by, text=text))
    if before.kind == HELP and before.parent_id and action is Action.TAKE:
        session.add(journal_line(before.parent_id, Step.HELPER, now, person_id=by, text="Kommer for å hjelpe."))
    if allowed is not Status.OPEN:
        await fall_quiet(session, alert_id, now)
    return await _done(session, before)


async def _locked(session: Session, alert_id: str) -> tables.Alert | None:
    """The alert as it stands, locked for us; of a call for help the alert that it belongs to first, as closing does."""
    alert = await session.get(tables.Alert, alert_id)
    if alert is not None and alert.kind == HELP and alert.parent_id:
        await session.get(tables.Alert, alert.parent_id, with_for_update=True, populate_existing=True)
    return await session.get(tables.Alert, alert_id, with_for_update=True, populate_existing=True)


def _may(alert: tables.Alert, action: Action, by: str) -> bool:
    """A colleague may arrive and close, and take over what they were asked to; the rest is the owner's."""
    return alert.owner_id in {None, by} or action in {Action.ARRIVE, Action.CLOSE, Action.ACCEPT}


async def _answers_own_call(session: Session, alert: tables.Alert, action: Action, by: str) -> bool:
    """Taken by whoever called, the call would stop with nobody on the way; they may call it off."""
    if alert.kind != HELP or alert.parent_id is None or action not in {Action.TAKE, Action.ARRIVE}:
        return False
    return called_by(alert, await session.get(tables.Alert, alert.parent_id), by)


def called_by(alert: tables.Alert, parent: tables.Alert | None, who: str) -> bool:
    """Whether this is a call for a second person that still stands, and theirs: they are there already.

    Args:
        parent: The alert for which it calls.
    """
    calls = alert.kind == HELP and alert.status is not Status.CLOSED
    return calls and parent is not None and parent.owner_id == who and parent.status in HELD


async def _deadlines(session: Session, alert: tables.Alert, status: Status, now: datetime) -> dict[str, Any]:
    """When the hub looks again, and when it reminds whoever is on the way."""
    times = (await ladders.plan(session, alert.unit_id, alert.severity)).times
    remind = remind_at(times, now) if status is Status.TAKEN else None
    return {"due_at": deadline_after(status, times, now), "remind_at": remind}


async def _done(session: Session, alert: tables.Alert) -> Answer:
    await session.refresh(alert)
    return Answer(done=True, alert=alert, owner=await _owner(session, alert))


async def _refused(session: Session, alert: tables.Alert) -> Answer:
    await session.refresh(alert)
    return Answer(done=False, alert=alert, owner=await _owner(session, alert))


async def _owner(session: Session, alert: tables.Alert) -> tables.Person | None:
    return await session.get(tables.Person, alert.owner_id) if alert.owner_id else None
