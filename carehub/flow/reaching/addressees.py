"""Part of station 4: whether what waits is still to be told, and to a family may be. It is asked as the words go out.

Hours may lie between the two: by night a family is not woken, a provider says "later", and an agreement runs out by
itself with nobody there who would take the text back.
"""

from dataclasses import replace
from datetime import datetime

from carehub.contracts import Fate, Receipt
from carehub.core.people.access import PRIVATE
from carehub.core.people.consent import Insight
from carehub.core.people.kin import HANDLED
from carehub.store import asked, kin, outbox
from carehub.store.database import Session
from carehub.store.kin import Bond

NOT_ANY_MORE = Receipt(fate=Fate.FAILED_FOR_GOOD, reason="not let in or agreed any more")


async def as_agreed(session: Session, claimed: list[outbox.Claimed], now: datetime) -> list[outbox.Claimed]:
    """The same, with what may not be told any more marked so; a code that proves an address is nobody's secret.

    Without what may have gone already, and of which somebody has the alert by now.
    """
    answered = await asked.let_rest(session, [one.notice.id for one in claimed if one.repeated])
    claimed = [one for one in claimed if one.notice.id not in answered]
    private = [one.notice.id for one in claimed if one.role in PRIVATE and not one.notice.proves]
    if not private:
        return claimed
    over = {
        waits.notice
        for waits in await asked.waiting(session, private, now)
        if not any(_holds(bond, waits) for bond in await kin.bonds(session, waits.person, now))
    }
    return [replace(one, is_for_nobody=True) if one.notice.id in over else one for one in claimed]


def _holds(bond: Bond, waits: asked.Waiting) -> bool:
    """Whether this tie allows it: the word of another press and a summons alike to whoever agreed to be asked."""
    about = bond.resident.id
    if waits.step.startswith(kin.MESSAGE):
        return bond.relation.by_sms and waits.step.startswith(f"{kin.MESSAGE}{about[:20]}:")
    if about not in waits.residents:
        return False
    if waits.step.startswith(HANDLED):
        return bond.relation.by_sms and bond.insight is Insight.HANDLED_ALERTS
    return bond.relation.may_be_asked
