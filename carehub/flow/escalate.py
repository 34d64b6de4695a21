"""Station 3: ask the next people, again and again, until somebody has been there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carehub.core.alerts import Status, Step
from carehub.core.escalation import Group, Rung, Summons, climb, ladder_for, when_to_tell_relatives
from carehub.core.severity import Severity
from carehub.core.wording import alert_number, handled_text, repeat_text, summons_text
from carehub.flow.hub import Hub
from carehub.flow.respond import journal_line
from carehub.kit.ids import new_code, new_id
from carehub.store import alerts, outbox, tables
from carehub.store.database import Session
from carehub.store.people import followers
from carehub.store.tables.alerts import NoticeState

SMS, TABLET = "sms", "tablet"
EVERYWHERE = "all"
"""The tablet's address where no unit is known: every tablet shows it."""
_RUNG = "rung:"
CODE_LIVES = timedelta(hours=12)
_SMS_FROM = Severity.SERIOUS
"""Below this a notice waits on the tablet: what can wait until morning wakes nobody."""


async def escalate(hub: Hub, session: Session, now: datetime) -> int:
    """Climb one step for every alert that is due; give how many there were.

    The notices and the new deadline are saved in one transaction, so a crash
    between deciding and sending loses nothing and repeats nothing.
    """
    due = await alerts.claim_due(session, now)
    for alert in due:
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
    summons, people = await _reachable_rung(session, alert, now)
    alert.rung, alert.due_at = summons.rung, summons.look_again_at
    session.add(alert)
    await session.flush()
    await _write_notices(hub, session, people, _Telling(alert, f"{_RUNG}{summons.rung}", now))
    step = Step.NOTIFIED if summons.rung == 1 else Step.ESCALATED
    session.add(journal_line(alert.id, step, now, text=f"Varslet {len(people)} på trinn {summons.rung}."))


async def _reachable_rung(
    session: Session, alert: tables.Alert, now: datetime
) -> tuple[Summons, Sequence[tables.Person]]:
    ladder: tuple[Rung, ...] = ladder_for(alert.severity)
    rung = alert.rung
    for _ in ladder:
        summons = climb(ladder, rung, now)
        people = await alerts.people_of(session, summons.group, alert.unit_id)
        if people:
            return summons, people
        session.add(
            journal_line(alert.id, Step.ESCALATED, now, text=f"Ingen å varsle på trinn {summons.rung}: gikk videre.")
        )
        rung = summons.rung
    # Nobody at all: the tablets still speak, everybody with a login is asked, and we look again soon.
    people = await alerts.everybody(session)
    return Summons(group=Group.UNIT, rung=rung, look_again_at=now + timedelta(minutes=1)), people


async def _write_notices(hub: Hub, session: Session, people: Sequence[tables.Person], telling: "_Telling") -> None:
    alert = telling.alert
    rows = [telling.row(TABLET, alert.unit_id or EVERYWHERE, alert_number(alert.id))]
    for person in people:
        if person.phone and alert.severity >= _SMS_FROM:
            code = await _reply_code(session, alert, person, telling.now)
            text = summons_text(
                severity=alert.severity,
                raised_at=alert.raised_at,
                number=alert_number(alert.id),
                code=code,
                link=link_to(hub, alert),
                attempt=alert.rung,
                zone=hub.zone,
            )
            rows.append(telling.row(SMS, person.phone, text, person))
    await outbox.write(session, rows)


async def remind_of_repeat(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """Tell whoever has the alert that it was reported again; with no owner the ladder's own people."""
    owner = await session.get(tables.Person, alert.owner_id) if alert.owner_id else None
    people = [owner] if owner else await alerts.people_of(session, Group.ON_DUTY, alert.unit_id)
    text = repeat_text(number=alert_number(alert.id), presses=alert.presses, link=link_to(hub, alert))
    telling = _Telling(alert, f"repeat:{alert.presses}", now)
    rows = [telling.row(TABLET, alert.unit_id or EVERYWHERE, text)]
    rows += [telling.row(SMS, person.phone, text, person) for person in people if person.phone]
    await outbox.write(session, rows)


def rung_of(cycle: str) -> int | None:
    """Which rung a notice was written for; None for what is no rung's, such as the word of another press."""
    return int(cycle.removeprefix(_RUNG)) if cycle.startswith(_RUNG) else None


async def tell_relatives(hub: Hub, session: Session, alert: tables.Alert, now: datetime) -> None:
    """An alert that mattered is over: those whom the resident lets know hear that it was handled, and no more."""
    if alert.resident_id is None or alert.severity < _SMS_FROM:
        return
    family = await followers(session, alert.resident_id, now)
    telling = _Telling(alert, "handled", now, when_to_tell_relatives(now, hub.zone))
    text = handled_text(link=f"{hub.public_url}/relatives")
    rows = [telling.row(SMS, person.phone, text, person) for person in family if person.phone]
    if rows:
        await outbox.write(session, rows)


def link_to(hub: Hub, alert: tables.Alert) -> str:
    """The short link in a text: the alert's number, no more."""
    return f"{hub.public_url}/a/{alert_number(alert.id)}"


@dataclass(frozen=True, slots=True)
class _Telling:
    """One step of one alert, told to several people.

    Attributes:
        cycle: Names the step, so that nobody is told of it twice.
        not_before: When it may go out; None for at once.
    """

    alert: tables.Alert
    cycle: str
    now: datetime
    not_before: datetime | None = None

    def row(self, channel: str, address: str, text: str, person: tables.Person | None = None) -> dict[str, object]:
        """One notice, as the outbox keeps it."""
        return {
            "id": new_id(),
            "alert_id": self.alert.id,
            "person_id": person.id if person else None,
            "channel": channel,
            "address": address,
            "text": text,
            "severity": self.alert.severity,
            "cycle": self.cycle,
            "state": NoticeState.WAITING,
            "created_at": self.now,
            "not_before": self.not_before or self.now,
            "attempts": 0,
        }


async def _reply_code(session: Session, alert: tables.Alert, person: tables.Person, now: datetime) -> str:
    """A fresh code for this alert and this person; codes are never used for another alert."""
    while await session.get(tables.ReplyCode, code := new_code()) is not None:
        continue
    session.add(
        tables.ReplyCode(code=code, alert_id=alert.id, person_id=person.id, created_at=now, expires_at=now + CODE_LIVES)
    )
    return code
