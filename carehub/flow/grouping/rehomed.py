"""Part of station 3: open alerts of a home that another unit looks after from now on. They go along with it."""

from datetime import datetime

from carehub.core.answers.alerts import Status, Step
from carehub.core.answers.ladders import below_wide
from carehub.flow import escalate
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.store import alerts, ladders, tables
from carehub.store.database import Session


async def follow_unit(hub: Hub, session: Session, scope: tables.Scope, before: str | None, now: datetime) -> None:
    """Let what is open there stand on the lists of its new unit, and ask the people there at once.

    Whoever has taken one keeps it. What had been raised, or had climbed, past those on duty in the unit goes on there.
    What asks elsewhere already, everybody on duty while the rules are in safe mode, goes on as it is.

    Args:
        before: The unit that looked after it until now.
    """
    if before == scope.unit_id:
        return
    for alert in await alerts.open_in_scope(session, scope.id):
        if alert.unit_id != before:
            continue
        alert.unit_id = scope.unit_id
        session.add(alert)
        words = "En annen enhet har nå ansvar for stedet: varselet følger med dit."
        session.add(journal_line(alert.id, Step.ESCALATED, now, text=words))
        if alert.status is Status.OPEN:
            near = below_wide((await ladders.plan(session, alert.unit_id, alert.severity)).ladder)
            # Not down to a step that was asked before: whoever has its text is not told it twice.
            alert.rung, alert.turn = (alert.rung if alert.rung > near else 0), 0
            await escalate.summon(hub, session, alert, now)
