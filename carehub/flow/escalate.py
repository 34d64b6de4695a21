"""Station 3: ask the next people, again and again, until somebody has been there."""

from datetime import datetime

from carehub.core.alerts import Status, Step
from carehub.core.canary import SCOPE as CANARY
from carehub.core.escalation import Group, asked, ladder_for, reach, when_to_tell_relatives
from carehub.core.wording import handled_text, repeat_text
from carehub.flow import canary
from carehub.flow.hub import Hub
from carehub.flow.respond import journal_line
from carehub.flow.telling import MESSAGES_FROM, SMS, about, link_to, rung, summons_rows
from carehub.kit.failpoints import fail_at
from carehub.store import alerts, outbox, people, tables
from carehub.store.database import Session


async def escalate(hub: Hub, session: Session, now: datetime) -> int:
    """Climb one step for every alert that is due; give how many there were.

    The notices and the new deadline are saved in one transaction, so a crash
    between deciding and sending loses nothing and repeats nothing.
    """
    due = await alerts.claim_due(session, now)
    if due:
        fail_at("escalate.due")
    for alert in due:
        if alert.scope_id == CANARY:
            await canary.ask_again(session, alert, now)
            continue
        if alert.status is not Status.OPEN:
            _reopen(session, alert, now)
        await summon(hub, session, alert, now)
    return len(due)


def _reopen(session: Session, alert: tables.Alert, now: datetime) -> None:
    """Taken but not arrived, or arrived but never closed: acknowledging is not helping."""
    said = "tok varselet, men er ikke fremme" if alert.status is Status.TAKEN else "er fremme, men har ikke avsluttet"
    session.add(journal_line(alert.id, Step.ESCALATED, now, person_id=alert.owner_id, text=f"Fristen gikk ut: {said}."))
    alert.status, alert.owner_id, alert.taken_at, alert.arrived_at = Status.OPEN, None, None, None


async def summon(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """Ask the next rung; an empty one is passed at once, and the journal says so."""
    reached = reach(ladder_for(alert.severity), alert.rung, alert.unit_id, await people.staff(session, now), now)
    alert.rung, alert.due_at = reached.summons.rung, reached.summons.look_again_at
    session.add(alert)
    for passed in reached.passed:
        session.add(journal_line(alert.id, Step.ESCALATED, now, text=passed_words(passed)))
    step = Step.NOTIFIED if alert.rung == 1 else Step.ESCALATED
    session.add(journal_line(alert.id, step, now, text=told_words(len(reached.people), alert.rung)))
    telling = about(alert, rung(alert.rung), now)
    notices, codes = summons_rows(hub, telling, reached.people, alert.raised_at, alert.rung)
    session.add_all(tables.ReplyCode(**code) for code in codes)
    await session.flush()
    await outbox.write(session, notices)


def passed_words(number: int) -> str:
    """What the journal says of a rung with nobody on it."""
    return f"Ingen å varsle på trinn {number}: gikk videre."


def told_words(count: int, number: int) -> str:
    """What the journal says of a rung that was asked."""
    return f"Varslet {count} på trinn {number}."


async def remind_of_repeat(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """Tell whoever has the alert that it was reported again; with no owner the ladder's own people."""
    staff = await people.staff(session, now)
    mine = tuple(one for one in staff if one.id == alert.owner_id)
    telling = about(alert, f"repeat:{alert.presses}", now)
    text = repeat_text(number=telling.number, presses=alert.presses, link=link_to(hub, telling.number))
    rows = [telling.tablet(text)]
    whom = mine or asked(Group.ON_DUTY, alert.unit_id, staff)
    rows += [telling.to(one, text) for one in whom if one.methods]
    await outbox.write(session, rows)


async def tell_relatives(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """An alert that mattered is over: those whom the resident lets know hear that it was handled, and no more."""
    if alert.resident_id is None or alert.severity < MESSAGES_FROM:
        return
    family = await people.followers(session, alert.resident_id, now)
    telling = about(alert, "handled", now, when_to_tell_relatives(now, hub.zone))
    text = handled_text(link=f"{hub.public_url}/relatives")
    rows = [telling.row(SMS, person.phone, text, person.id) for person in family if person.phone]
    if rows:
        await outbox.write(session, rows)
