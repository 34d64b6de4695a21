"""Part of station 5: colleagues. Handing an alert over, and calling for a second person."""

from datetime import datetime

from carehub.core.answers.alerts import HELD, HELP, Step
from carehub.core.answers.escalation import Colleague
from carehub.core.answers.ladders import LOUD_FROM
from carehub.core.showing.wording import alert_number, hand_over_text
from carehub.flow import escalate, respond
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.flow.reaching.telling import about, link_to
from carehub.flow.respond import Answer
from carehub.kit.ids import new_id
from carehub.store import alerts, outbox, people, tables
from carehub.store.database import Session

_VERSION = "1"


async def hand_over(hub: Hub, session: Session, alert_id: str, by: str, to: str, now: datetime) -> Answer:
    """Ask a named colleague to take an alert over. Until they have, its owner keeps it, with its deadlines."""
    alert = await session.get(tables.Alert, alert_id, with_for_update=True)
    colleague = next((one for one in await people.staff(session, now) if one.id == to and to != by), None)
    if alert is None or colleague is None or not _is_held_by(alert, by):
        return Answer(done=False, alert=alert)
    alert.handed_to_id = to
    session.add(alert)
    session.add(journal_line(alert_id, Step.HANDED_OVER, now, person_id=by, text="Venter på at kollegaen svarer."))
    await session.flush()
    await _ask(hub, session, alert, colleague, now)
    return Answer(done=True, alert=alert)


def _is_held_by(alert: tables.Alert, by: str) -> bool:
    return alert.status in HELD and alert.owner_id == by


async def _ask(hub: Hub, session: Session, alert: tables.Alert, colleague: Colleague, now: datetime) -> None:
    telling = about(alert, f"hand:{int(now.timestamp())}", now)
    rows = [telling.tablet(telling.number)]
    if colleague.methods:
        code = telling.code_for(colleague.id)
        session.add(tables.ReplyCode(**code))
        await session.flush()
        text = hand_over_text(number=telling.number, code=code["code"], link=link_to(hub, telling.number))
        rows.append(telling.to(colleague, text))
    await outbox.write(session, rows)


async def call_help(hub: Hub, session: Session, alert_id: str, by: str, now: datetime) -> Answer:
    """Call for a second person: an alert of its own climbs the same ladder, and the first one stays where it is."""
    alert = await session.get(tables.Alert, alert_id, with_for_update=True)
    if alert is None or not _is_held_by(alert, by) or await alerts.open_alert(session, _key(alert)) is not None:
        return Answer(done=False, alert=alert)
    calling = _call(alert, now)
    session.add(calling)
    await session.flush()
    words = f"Kalte på en til: varsel {alert_number(calling.id)}."
    session.add(journal_line(alert.id, Step.HELP_CALLED, now, person_id=by, text=words))
    words = f"En kollega på varsel {alert_number(alert.id)} trenger en til."
    session.add(journal_line(calling.id, Step.REPORTED, now, person_id=by, text=words))
    await escalate.summon(hub, session, calling, now)
    return Answer(done=True, alert=alert)


async def give_back_all(hub: Hub, session: Session, person_id: str, now: datetime) -> None:
    """Whoever is let in no longer comes to nobody: what they have taken is open again, and climbs at once.

    Their telephone may be in other hands, which took it; nobody would look before the time to arrive ran out.
    """
    for alert_id in await alerts.held_by(session, person_id):
        await respond.release(session, alert_id, person_id, now, text="Stengt ute: varselet er åpent igjen.")
        hub.wake.escalate.set()


def _key(alert: tables.Alert) -> str:
    return f"{alert.id}/{HELP}"


def _call(alert: tables.Alert, now: datetime) -> tables.Alert:
    """Loud, whatever the first alert was: somebody stands there and waits."""
    return tables.Alert(
        id=new_id(), dedup_key=_key(alert), kind=HELP, severity=max(alert.severity, LOUD_FROM),
        scope_id=alert.scope_id, unit_id=alert.unit_id, resident_id=alert.resident_id, place=alert.place, rule_id=HELP,
        rule_version=_VERSION, raised_at=now, last_event_at=now, due_at=now, parent_id=alert.id,
    )  # fmt: skip
