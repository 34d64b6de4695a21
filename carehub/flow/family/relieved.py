"""Whoever of a family said that they can go hears when staff are there, or it is over: at once, and by night too.

They may be on the road. The word that an alert was handled waits until eight, and not everybody is to have it.
"""

from datetime import datetime

from carehub.core.people.kin import Going
from carehub.core.showing.family_wording import RELIEVED
from carehub.flow.family.texts import understood
from carehub.flow.reaching.telling import about
from carehub.store import asked, outbox, tables
from carehub.store.database import Session

_ONCE = "relieved"
"""The step of an alert in which they are told."""


async def tell_who_goes(session: Session, alert: tables.Alert, now: datetime) -> None:
    """By the ways by which they were asked; once for each alert, however often somebody arrives."""
    said = await asked.answers(session, [alert.id])
    going = [who for (_, who), words in said.items() if understood(words) is Going.YES]
    if not going:
        return
    telling = about(alert, _ONCE, now)
    ways = await asked.ways(session, alert.id, going)
    await outbox.write(session, [telling.row(way.channel, way.address, RELIEVED, who) for who, way in ways])
