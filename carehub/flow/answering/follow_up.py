"""Part of station 5: what closing leaves behind. What rests without contact is looked at again (F59)."""

from datetime import datetime, timedelta

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Contact, Status, Step, needs_contact
from carehub.core.showing.wording import AFTERMATH_NB, CAUSE_NB, alert_number
from carehub.flow.family.relieved import tell_who_goes
from carehub.flow.journal import journal_line
from carehub.flow.reaching.quiet import fall_quiet
from carehub.kit.ids import new_id
from carehub.store import alerts, tables
from carehub.store.database import Session

LOOK_AGAIN_IN = timedelta(minutes=15)
_VERSION = "1"


async def after_closing(session: Session, alert: tables.Alert, by: str, now: datetime) -> None:
    """Write cause and outcome under their national codes, and see to what belongs to the alert."""
    for step, text in _said(alert):
        session.add(journal_line(alert.id, step, now, person_id=by, text=text))
    for helping in await alerts.children(session, alert.id, HELP):
        await rest(session, helping, by, now, f"Avsluttet sammen med varsel {alert_number(alert.id)}.")
    if alert.contact is not Contact.NONE:
        for waiting in await alerts.open_of_kind(session, alert.resident_id, FOLLOW_UP):
            await rest(session, waiting, by, now, f"Kontakt på varsel {alert_number(alert.id)}.")
            await tell_who_goes(session, waiting, now)
    elif needs_contact(alert.kind, alert.severity, alert.resident_id):
        await _or_a_second_person(session, alert, by, now)


def _said(alert: tables.Alert) -> list[tuple[Step, str]]:
    said = []
    if alert.cause:
        said.append((Step.CAUSE, CAUSE_NB[alert.cause]))
    if alert.aftermath:
        said.append((Step.ACTION, AFTERMATH_NB[alert.aftermath]))
    if alert.contact is Contact.SPOKEN:
        said.append((Step.SPOKEN, "Snakket med beboeren."))
    return said


async def _or_a_second_person(session: Session, alert: tables.Alert, by: str, now: datetime) -> None:
    """Two people who agree are enough; one alone makes a follow-up."""
    before = await session.get(tables.Alert, alert.parent_id) if alert.parent_id else None
    if alert.kind == FOLLOW_UP and before is not None and before.closed_by_id != by:
        session.add(journal_line(alert.id, Step.CONFIRMED, now, person_id=by, text="Bekreftet av en til."))
        return
    follow = await _due_again(session, alert, now)
    words = f"Avsluttet uten kontakt: oppfølging {alert_number(follow.id)} om 15 minutter."
    session.add(journal_line(alert.id, Step.FOLLOWED_UP, now, person_id=by, text=words))


async def _due_again(session: Session, alert: tables.Alert, now: datetime) -> tables.Alert:
    """The follow-up of this resident: the one that waits already, or a new one."""
    key = f"{alert.resident_id or alert.scope_id}/{FOLLOW_UP}"
    words = f"Varsel {alert_number(alert.id)} ble avsluttet uten kontakt med beboeren."
    follow = await alerts.open_alert(session, key)
    if follow is not None:
        # of what came last two must be sure, and whoever closed that is one of them
        follow.parent_id, follow.severity = alert.id, max(follow.severity, alert.severity)
        session.add(follow)
        session.add(journal_line(follow.id, Step.REPEATED, now, text=words))
        return follow
    follow = tables.Alert(
        id=new_id(), dedup_key=key, kind=FOLLOW_UP, severity=alert.severity, scope_id=alert.scope_id,
        unit_id=alert.unit_id, resident_id=alert.resident_id, place=alert.place, rule_id=FOLLOW_UP,
        rule_version=_VERSION, raised_at=now, last_event_at=now, due_at=now + LOOK_AGAIN_IN, parent_id=alert.id,
    )  # fmt: skip
    session.add(follow)
    await session.flush()
    session.add(journal_line(follow.id, Step.REPORTED, now, text=words))
    return follow


async def rest(session: Session, alert: tables.Alert, by: str, now: datetime, why: str) -> None:
    """Close an alert that has nothing more to ask, with the reason in its journal."""
    if await alerts.move(session, alert, Status.CLOSED, due_at=None, remind_at=None, closed_at=now, closed_by_id=by):
        session.add(journal_line(alert.id, Step.CLOSED, now, person_id=by, text=why))
        await fall_quiet(session, alert.id, now)
