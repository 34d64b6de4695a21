"""Whoever of a family said that they can go hears when staff are there, or it is over: at once, and by night too.

They may be on the road. The word that an alert was handled waits until eight, and not everybody is to have it.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from carehub.core.answers.alerts import FOLLOW_UP
from carehub.core.answers.escalation import Method
from carehub.core.people.kin import Going
from carehub.core.showing.family_wording import ASKED_ANEW, RELIEVED
from carehub.flow.family.texts import understood
from carehub.flow.reaching.telling import about
from carehub.store import asked, outbox, tables
from carehub.store.database import Session


async def tell_who_goes(session: Session, alert: tables.Alert, now: datetime) -> None:
    """By the ways by which they were asked; once, however often somebody arrives, as long as they do not answer anew.

    Of a follow-up also whoever answered to what was closed before it with nobody met: nobody has told them yet.
    """
    alerts = [*await _closed_before(session, alert), alert.id]
    told = await asked.told(session, alerts, outbox.RELIEVED)
    going = await _going(session, alerts, lambda who, at: who not in told or at > told[who])
    if going:
        ways = await asked.ways(session, alerts, going)
        await _tell(session, alert, ways, outbox.RELIEVED, RELIEVED, now)


async def call_back(session: Session, alert: tables.Alert, now: datetime) -> None:
    """Whoever heard that nobody needs to go, and now nobody has it after all: they are asked once more."""
    told = await asked.told(session, [alert.id], outbox.RELIEVED)
    asked_anew = await asked.told(session, [alert.id], outbox.ANEW)
    turned = await _going(
        session, [alert.id], lambda who, at: who in told and told[who] >= max(at, asked_anew.get(who, at))
    )
    if turned:
        ways = await asked.ways(session, [alert.id], turned)
        await _tell(session, alert, ways, outbox.ANEW, ASKED_ANEW, now)


async def _going(session: Session, alerts: Sequence[str], wanted: Callable[[str, datetime], bool]) -> list[str]:
    """Who answered last that they go, and when, as far as that is wanted."""
    said = await asked.answered(session, alerts)
    last = {one.person: one for alert in alerts for one in said.get(alert, [])}
    return [one.person for one in last.values() if understood(one.said) is Going.YES and wanted(one.person, one.at)]


async def _tell(
    session: Session, alert: tables.Alert, ways: Sequence[tuple[str, Method]], step: str, text: str, now: datetime
) -> None:  # fmt: skip
    telling = about(alert, f"{step}{now.timestamp():.0f}", now)
    await outbox.write(session, [telling.row(way.channel, way.address, text, who) for who, way in ways])


async def _closed_before(session: Session, alert: tables.Alert) -> list[str]:
    """What this follows up, and what that did; the oldest first."""
    found: list[str] = []
    one: tables.Alert | None = alert
    while one and one.kind == FOLLOW_UP and one.parent_id and one.parent_id not in found:
        found.insert(0, one.parent_id)
        one = await session.get(tables.Alert, one.parent_id)
    return found
