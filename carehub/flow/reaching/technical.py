"""What the hub tells of itself also goes to a coordinator's telephone: a tablet may be what it speaks of."""

from collections.abc import Mapping, Sequence
from typing import Any

from carehub.core.answers.escalation import Colleague
from carehub.core.people.access import Role
from carehub.core.showing.wording import local_time, technical_text
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import Telling, link_to

KIND = "hub-fault"


def leaders(staff: Sequence[Colleague]) -> list[Colleague]:
    """Coordinators on duty; all of them where none is."""
    coordinators = [one for one in staff if one.role is Role.COORDINATOR and one.methods]
    return [one for one in coordinators if one.on_duty] or coordinators


def notices(hub: Hub, alert: Mapping[str, Any], staff: Sequence[Colleague]) -> list[dict[str, Any]]:
    """One message to each, when the alert is new; what it says stands behind the link."""
    now = alert["raised_at"]
    telling = Telling(alert_id=alert["id"], severity=alert["severity"], unit_id=None, cycle="technical", now=now)
    text = technical_text(
        number=telling.number, when=local_time(now, hub.zone), link=link_to(hub, telling.number)
    )  # fmt: skip
    return [telling.to(one, text) for one in leaders(staff)]
