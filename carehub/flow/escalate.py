"""Station 3: ask the next people, again and again, until somebody has been there."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from carehub.core.answers.alerts import HELP, Status, Step
from carehub.core.answers.answering import deadline_after, remind_at, when_to_tell_relatives
from carehub.core.answers.escalation import (
    Circle,
    Colleague,
    Concern,
    Place,
    Reached,
    asked,
    on_rung,
    reach,
)
from carehub.core.answers.ladders import Audience, Group, Rung
from carehub.core.people.kin import HANDLED
from carehub.core.severity import Severity
from carehub.core.showing.wording import (
    again_text,
    elsewhere_text,
    handled_text,
    reminder_text,
    repeat_text,
    stale_text,
    unmanned_text,
    worse_text,
)
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.flow.reaching.telling import MESSAGES_FROM, SMS, Telling, about, link_to, rung, summons_rows
from carehub.flow.respond import UNDO_WITHIN
from carehub.flow.watching import canary
from carehub.kit.failpoints import fail_at
from carehub.store import alerts, codes, kin, ladders, outbox, people, tables
from carehub.store.database import Session

STALE_AFTER = timedelta(hours=24)
"""A deadline that passed longer ago than this is from another time: it is listed, not paged blindly (F60)."""
_DAY = timedelta(days=1)
_COORDINATORS = Audience(Group.ROLE, "coordinator")


async def escalate(hub: Hub, session: Session, now: datetime) -> int:
    """Climb one step for every alert that is due, and remind who is late; give how many there were.

    The notices and the new deadline are saved in one transaction, so a crash
    between deciding and sending loses nothing and repeats nothing.
    """
    due = await alerts.claim_due(session, now)
    if due:
        fail_at("escalate.due")
        await _climb(hub, session, due, now)
    return len(due) + await _remind(hub, session, now)


async def _climb(hub: Hub, session: Session, due: Sequence[tables.Alert], now: datetime) -> None:
    circle = await ladders.circle(session, now, [(alert.resident_id, alert.scope_id) for alert in due])
    told: list[_Told] = []
    for alert in due:
        if alert.scope_id == CANARY:
            await canary.ask_again(session, alert, now)
            continue
        if alert.stale_since or (alert.due_at and now - alert.due_at > STALE_AFTER):
            await _list_as_stale(hub, session, alert, circle, now)
            continue
        if alert.status is not Status.OPEN:
            _reopen(session, alert, now)
        told.append(await _next(hub, session, alert, now, circle))
    await _write(session, told)


def _reopen(session: Session, alert: tables.Alert, now: datetime) -> None:
    """Taken but not arrived, or arrived but never closed: acknowledging is not helping."""
    said = "tok varselet, men er ikke fremme" if alert.status is Status.TAKEN else "er fremme, men har ikke avsluttet"
    session.add(journal_line(alert.id, Step.ESCALATED, now, person_id=alert.owner_id, text=f"Fristen gikk ut: {said}."))
    alert.status, alert.owner_id, alert.taken_at, alert.arrived_at = Status.OPEN, None, None, None
    alert.remind_at, alert.handed_to_id = None, None


class _Told(NamedTuple):
    """What a step writes besides the alert itself, as rows."""

    codes: list[dict[str, Any]]
    notices: list[dict[str, Any]]


async def summon(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """Ask the next rung; one that reaches nobody is passed at once, and journal and coordinator are told."""
    circle = await ladders.circle(session, now, [(alert.resident_id, alert.scope_id)])
    await _write(session, [await _next(hub, session, alert, now, circle)])


async def _next(hub: Hub, session: Session, alert: tables.Alert, now: datetime, circle: Circle) -> _Told:
    concern, before = await _concern(session, alert), Place(alert.rung, alert.turn)
    reached = reach(circle.plan(alert.unit_id, alert.severity).ladder, before, concern, circle, now)
    late = now - (alert.due_at or now)
    alert.rung, alert.turn, alert.rungs = reached.place.rung, reached.place.turn, reached.rungs
    alert.due_at, alert.stale_since = reached.look_again_at, None
    session.add(alert)
    for passed in reached.passed:
        session.add(journal_line(alert.id, Step.ESCALATED, now, text=passed_words(passed)))
    step = Step.NOTIFIED if alert.rung == 1 else Step.ESCALATED
    session.add(journal_line(alert.id, step, now, text=told_words(reached)))
    telling = replace(about(alert, rung(reached.place), now), late=late)
    notices, given = summons_rows(hub, telling, reached, alert.raised_at, circle.phone(concern))
    return _Told(given, [*notices, *unmanned_rows(hub, telling, reached, concern, circle)])


async def _write(session: Session, told: Sequence[_Told]) -> None:
    """All at once: fifty that are due, one by one, would keep the next alarm waiting for a tenth of a second."""
    notices = [notice for one in told for notice in one.notices]
    await session.flush()
    await codes.add(session, [code for one in told for code in one.codes], notices)
    await outbox.write(session, notices)


async def _concern(session: Session, alert: tables.Alert) -> Concern:
    """Whoever called for help is there already."""
    caller = None
    if alert.kind == HELP and alert.parent_id:
        parent = await session.get(tables.Alert, alert.parent_id)
        caller = parent.owner_id if parent else None
    asked_yet = await ladders.asked_in_turn(session, alert.id, alert.rung) if alert.turn else frozenset()
    return Concern(
        unit=alert.unit_id, severity=alert.severity, resident=alert.resident_id, scope=alert.scope_id, besides=caller,
        asked=asked_yet,
    )  # fmt: skip


def passed_words(number: int) -> str:
    """What the journal says of a rung with nobody on it."""
    return f"Ingen å varsle på trinn {number}: gikk videre."


def told_words(reached: Reached) -> str:
    """What the journal says of a rung that was asked."""
    turn = f", nummer {reached.place.turn} etter tur" if reached.place.turn else ""
    return f"Varslet {len(reached.people)} på trinn {reached.place.rung}{turn}."


def unmanned_rows(
    hub: Hub, telling: Telling, reached: Reached, concern: Concern, circle: Circle
) -> list[dict[str, Any]]:
    """Tell the coordinators of rungs that reached nobody; of the repetitions at the top, once is enough."""
    new = [number for number in reached.passed if number <= reached.rungs]
    if not new or concern.severity < MESSAGES_FROM:
        return []
    own = Telling(
        alert_id=telling.alert_id, severity=telling.severity, unit_id=telling.unit_id, cycle=f"passed:{new[0]}",
        now=telling.now,
    )  # fmt: skip
    text = unmanned_text(number=telling.number, rungs=" og ".join(map(str, new)), link=link_to(hub, telling.number))
    return [own.to(one, text) for one in asked(_COORDINATORS, concern, circle) if one.methods]


# --- what else is told ---------------------------------------------------------------------


async def _remind(hub: Hub, session: Session, now: datetime) -> int:
    """One word to whoever is on the way, before the time to arrive runs out."""
    late = await alerts.claim_reminders(session, now)
    for alert in late:
        taken_at = alert.taken_at or now
        alert.remind_at = None
        session.add(alert)
        session.add(journal_line(alert.id, Step.REMINDED, now, person_id=alert.owner_id))
        telling = about(alert, f"remind:{int(taken_at.timestamp())}", now)
        text = reminder_text(number=telling.number, link=link_to(hub, telling.number))
        await outbox.write(session, await _to_owner(session, alert, telling, text, now))
    return len(late)


async def _to_owner(
    session: Session, alert: tables.Alert, telling: Telling, text: str, now: datetime
) -> list[dict[str, Any]]:
    rows = [telling.tablet(text)]
    if alert.severity >= MESSAGES_FROM:
        staff = (await ladders.circle(session, now)).staff
        owner = [one for one in staff if one.id == alert.owner_id and one.methods]
        rows += [row for one in owner for row in telling.by_enough_ways(one, text)]
    return rows


async def _list_as_stale(hub: Hub, session: Session, alert: tables.Alert, circle: Circle, now: datetime) -> None:
    """An alert from another time: the coordinators go through it; it comes back each day until somebody has."""
    alert.stale_since, alert.due_at = alert.stale_since or alert.due_at, now + _DAY
    session.add(alert)
    words = "Fristen gikk ut for mer enn et døgn siden: står på listen, ingen er vekket."
    session.add(journal_line(alert.id, Step.ESCALATED, now, text=words))
    telling = about(alert, f"stale:{now.date()}", now)
    text = stale_text(number=telling.number, link=link_to(hub, telling.number))
    whom = _who_sorts_out(await _concern(session, alert), circle)
    await session.flush()
    await outbox.write(session, [telling.tablet(text), *(telling.to(one, text) for one in whom)])


def _who_sorts_out(concern: Concern, circle: Circle) -> Sequence[Colleague]:
    found = [one for one in asked(_COORDINATORS, concern, circle) if one.methods]
    return found or [one for one in asked(Audience(Group.ON_DUTY), concern, circle) if one.methods]


async def remind_of_repeat(
    hub: Hub, session: Session, alert: tables.Alert, now: datetime, *, press: bool, besides: str | None = None
) -> None:
    """Tell whoever has the alert that it was reported again; with no owner the ladder's own people.

    Args:
        press: Somebody has pressed for help; else it was reported by other means.
        besides: The unit of another place from which it was reported too: its people are told likewise.
    """
    circle = await ladders.circle(session, now)
    telling, concern = about(alert, f"repeat:{alert.presses}", now), await _concern(session, alert)
    link, where = link_to(hub, telling.number), {alert.unit_id, besides or alert.unit_id}
    text = (
        repeat_text(number=telling.number, presses=alert.presses, link=link, both=besides is not None)
        if press
        else again_text(number=telling.number, presses=alert.presses, link=link)
    )
    whom = {one.id: one for one in _who_has(alert, concern, circle)}
    if not whom:
        whom = {one.id: one for unit in where for one in _ladders_own(replace(concern, unit=unit), circle)}
    rows = [row for one in whom.values() if one.methods for row in telling.by_enough_ways(one, text)]
    screens = [replace(telling, unit_id=unit).tablet(text) for unit in where]
    await outbox.write(session, [*screens, *rows])


def _who_has(alert: tables.Alert, concern: Concern, circle: Circle) -> list[Colleague]:
    """Its owner; one who is not on duty may have gone home since, and then those on duty hear too."""
    owner = [one for one in circle.staff if one.id == alert.owner_id]
    gone = owner and not owner[0].on_duty
    return [*owner, *(asked(Audience(Group.ON_DUTY), concern, circle) if gone else ())]


def _ladders_own(concern: Concern, circle: Circle) -> Sequence[Colleague]:
    for group in (Group.ON_DUTY, Group.UNIT, Group.EVERYBODY):
        if whom := on_rung(Rung(asks=(Audience(group),), patience=_DAY), concern, circle):
            return whom
    return ()


async def ask_as_worse(hub: Hub, session: Session, alert: tables.Alert, before: Severity, now: datetime) -> None:
    """It is more serious than those who were asked, or who have it, were told: it waits no longer as what it was.

    Where it stood on tablets alone, the ladder begins with telephones. Whoever has it hears, and has the shorter time.
    """
    if alert.status is Status.OPEN:
        if before < MESSAGES_FROM:
            alert.rung = alert.turn = 0
        await summon(hub, session, alert, now)
        return
    times = (await ladders.plan(session, alert.unit_id, alert.severity)).times
    due = deadline_after(alert.status, times, now) or now
    alert.due_at = min(alert.due_at or due, due)
    alert.remind_at = alert.remind_at and min(alert.remind_at, remind_at(times, now))
    session.add(alert)
    telling = about(alert, f"worse:{int(alert.severity)}", now)
    text = worse_text(severity=alert.severity, number=telling.number, link=link_to(hub, telling.number))
    await outbox.write(session, await _to_owner(session, alert, telling, text, now))


async def tell_of_place(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """Whoever is on the way is on the way to where the alert is no longer."""
    telling = about(alert, f"place:{int(now.timestamp())}", now)
    text = elsewhere_text(number=telling.number, link=link_to(hub, telling.number))
    await outbox.write(session, await _to_owner(session, alert, telling, text, now))


async def tell_relatives(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """An alert that mattered is over: those whom the resident lets know hear that it was handled, and no more.

    Not before the closing can no longer be undone; if it was, the next closing is told.
    """
    if alert.resident_id is None or alert.severity < MESSAGES_FROM:
        return
    family = await people.followers(session, alert.resident_id, now)
    telling = about(alert, f"{HANDLED}{int(now.timestamp())}", now, when_to_tell_relatives(now + UNDO_WITHIN, hub.zone))
    text = handled_text(link=f"{hub.public_url}/relatives")
    soon = await kin.hear_soon(session, alert.resident_id)  # one text in the morning, however many alerts there were
    rows = [telling.row(SMS, one.phone, text, one.id) for one in family if one.phone and one.id not in soon]
    if rows:
        await outbox.write(session, rows)
