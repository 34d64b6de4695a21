"""Whoever of a family said that they can go hears when staff are there, or it is over: at once, and by night too.

They may be on the road. The word that an alert was handled waits until eight, and not everybody is to have it.
"""

from datetime import datetime

from carehub.core.answers.alerts import FOLLOW_UP
from carehub.core.people.kin import Going
from carehub.core.showing.family_wording import RELIEVED
from carehub.flow.family.texts import understood
from carehub.flow.reaching.telling import about
from carehub.store import asked, outbox, tables
from carehub.store.database import Session


async def tell_who_goes(session: Session, alert: tables.Alert, now: datetime) -> None:
    """By the ways by which they were asked; once for each alert, however often somebody arrives.

    Of a follow-up also whoever answered to what was closed before it with nobody met: nobody has told them yet.
    """
    before = await _closed_before(session, alert)
    said = await asked.answers(session, [*before, alert.id])
    answered = {who: one for one in (*before, alert.id) for of, who in said if of == one}
    told = await asked.told(session, before, outbox.RELIEVED)
    going = [
        who for who, one in answered.items()
        if understood(said[one, who]) is Going.YES and (one == alert.id or who not in told)
    ]  # fmt: skip
    if not going:
        return
    telling = about(alert, outbox.RELIEVED, now)
    ways = await asked.ways(session, [*before, alert.id], going)
    await outbox.write(session, [telling.row(way.channel, way.address, RELIEVED, who) for who, way in ways])


async def _closed_before(session: Session, alert: tables.Alert) -> list[str]:
    """What this follows up, and what that did; the oldest first."""
    found: list[str] = []
    one: tables.Alert | None = alert
    while one and one.kind == FOLLOW_UP and one.parent_id and one.parent_id not in found:
        found.insert(0, one.parent_id)
        one = await session.get(tables.Alert, one.parent_id)
    return found
