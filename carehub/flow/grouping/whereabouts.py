"""Part of station 2: where an alert is, when somebody presses in another place than the one it was reported from.

It goes along with whoever presses. Two buttons of one person that stick in two homes would send it to and fro with
each press, and staff with it: then it stays where it is, and both places are told.
"""

from datetime import timedelta
from enum import Enum

from carehub.core.findings import Finding
from carehub.store import reports, tables
from carehub.store.database import Session

SETTLED_AFTER = timedelta(minutes=5)
"""So long nothing has come from where an alert is before it goes back to where it was."""


class Found(Enum):
    """Where a report puts its alert."""

    HERE = "here"
    MOVED = "moved"
    """Where it was not yet, or not lately: the alert is there from now on, and asks there."""
    BOTH = "both"
    """From two places within a few minutes."""


async def follow(session: Session, alert: tables.Alert, finding: Finding, unit: str | None) -> Found:
    """Let the alert go where it was pressed now; one that is told hours late tells where somebody was.

    Args:
        unit: Of the place of this report.
    """
    if finding.late or finding.scope == alert.scope_id:
        return Found.HERE
    lately = await reports.reported_from(session, alert.id, finding.at - SETTLED_AFTER, but=finding.event)
    if {alert.scope_id, finding.scope} <= lately:
        place = await session.get(tables.Scope, finding.scope)
        name = place.name if place else finding.scope
        alert.detail = f"Meldt fra to steder på kort tid, også fra {name}. Se til begge."[:400]
        session.add(alert)
        return Found.BOTH
    alert.scope_id, alert.unit_id = finding.scope, unit
    alert.device_id, alert.place, alert.detail = finding.device, finding.place, finding.detail
    session.add(alert)
    return Found.MOVED
