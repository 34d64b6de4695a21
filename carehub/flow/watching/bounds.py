"""Decisions whose values the rule no longer allows: a changed rulebook leaves them out, and somebody is to decide anew.

Each decision is judged by itself; that two of them cannot stand together is not found here.
"""

from datetime import datetime, timedelta

from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.tuning import faulty
from carehub.flow.hub import Hub
from carehub.store import tables, tasks, tuning
from carehub.store.tasks import Wanted

KIND = "override-out-of-bounds"
_DECIDE_WITHIN = timedelta(days=1)


def beyond(book: Rulebook, row: tables.RuleOverride) -> str | None:
    """Why a decision's values do not hold any more, in bokmål; None where they do, or the rule is gone."""
    rule = book.rules.get(row.rule_id)
    return faulty(rule, tuning.values_of(row.body).items()) if rule else None


async def review(hub: Hub) -> None:
    """Ask for a new decision in place of each that is out of bounds, and settle what has been mended or is over."""
    now = hub.clock()
    async with hub.database.write() as session:
        found = {
            row.id: _wanted(hub.rulebook, row, wrong, now)
            for row in await tuning.standing(session, now)
            if (wrong := beyond(hub.rulebook, row)) is not None
        }
        for one in found.values():
            await tasks.ask(session, one, now)
        for kind, subject in await tasks.waiting(session, [KIND]):
            if subject not in found:
                await tasks.settle(session, kind, subject, now)


def _wanted(book: Rulebook, row: tables.RuleOverride, wrong: str, now: datetime) -> Wanted:
    whom = "en beboer" if row.resident_id else "en enhet"
    words = (
        f"Det som er bestemt for {whom} i regelen «{book.rules[row.rule_id].title.nb}», er utenfor grensene etter at "
        f"regelen ble endret, og gjelder ikke: {wrong} Avslutt det, eller bestem noe nytt."
    )
    return Wanted(
        kind=KIND, subject=row.id, words=words, due_at=now + _DECIDE_WITHIN, unit=row.unit_id,
        resident=row.resident_id, link=f"/admin/rules/{row.rule_id}",
    )  # fmt: skip
