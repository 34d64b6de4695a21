"""Station 5: a person takes an alert, arrives, gives it back, closes it. One winner each time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from carehub.core.alerts import COMPOSITION_EVENT, NEXT, Action, Aftermath, Cause, Status, Step
from carehub.core.escalation import deadline_after
from carehub.kit.failpoints import fail_at
from carehub.store import alerts, outbox, tables
from carehub.store.database import Session

_STEP = {Action.TAKE: Step.TAKEN, Action.ARRIVE: Step.ARRIVED, Action.CLOSE: Step.CLOSED, Action.RELEASE: Step.RELEASED}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of it.

    Attributes:
        done: Whether this person's action took effect.
        alert: The alert as it is now; None if there is no such alert.
        owner: Who has it now, to tell whoever came second.
    """

    done: bool
    alert: tables.Alert | None
    owner: tables.Person | None = None


async def take(session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """Say "I take it": from now on `by` owns it, and must arrive within the severity's time."""
    return await _act(session, alert_id, Action.TAKE, by, now, owner_id=by, taken_at=now)


async def arrive(session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """Say "I am there"; whoever is there owns it."""
    return await _act(session, alert_id, Action.ARRIVE, by, now, owner_id=by, arrived_at=now)


async def release(session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """Give it back: open again, and the ladder climbs at once."""
    return await _act(session, alert_id, Action.RELEASE, by, now, owner_id=None, taken_at=None, arrived_at=None)


async def close(  # noqa: PLR0913 - cause and outcome are what closing means
    session: Session,
    alert_id: str,
    by: str,
    now: datetime,
    *,
    cause: Cause,
    aftermath: Aftermath,
    note: str | None = None,
) -> Answer:
    """Handled: with the cause and what was done. Its codes stop working; its notices stop."""
    return await _act(
        session, alert_id, Action.CLOSE, by, now,
        closed_at=now, closed_by_id=by, cause=cause, aftermath=aftermath, note=note,
    )  # fmt: skip


async def _act(session: Session, alert_id: str, action: Action, by: str, now: datetime, **changes: object) -> Answer:
    """Compare and set: only from a status that allows it, and only one person wins."""
    fail_at("ack.begin")
    before = await session.get(tables.Alert, alert_id, with_for_update=True)
    if before is None:
        return Answer(done=False, alert=None)
    allowed = NEXT.get((before.status, action))
    mine = before.owner_id in {None, by} or action in {Action.ARRIVE, Action.CLOSE}
    if allowed is None or not mine:
        return await _refused(session, before)
    due_at = deadline_after(allowed, before.severity, now)
    if not await alerts.move(session, before, allowed, due_at=due_at, **changes):
        return await _refused(session, before)
    session.add(journal_line(alert_id, _STEP[action], now, person_id=by))
    if allowed is not Status.OPEN:
        await outbox.stop_asking(session, alert_id)
    await session.refresh(before)
    return Answer(done=True, alert=before, owner=await _owner(session, before))


async def _refused(session: Session, alert: tables.Alert) -> Answer:
    await session.refresh(alert)
    return Answer(done=False, alert=alert, owner=await _owner(session, alert))


async def _owner(session: Session, alert: tables.Alert) -> tables.Person | None:
    return await session.get(tables.Person, alert.owner_id) if alert.owner_id else None


def journal_line(
    alert_id: str, step: Step, now: datetime, *, person_id: str | None = None, text: str | None = None
) -> tables.AlertStep:
    """One line in an alert's journal, with its national code where there is one."""
    return tables.AlertStep(**step_row(alert_id, step, now, text, person_id))


def step_row(
    alert_id: str, step: Step, now: datetime, text: str | None = None, person_id: str | None = None
) -> dict[str, Any]:
    """The same line as a row."""
    return {
        "alert_id": alert_id, "at": now, "step": step, "code": COMPOSITION_EVENT[step], "person_id": person_id,
        "text": text,
    }  # fmt: skip
