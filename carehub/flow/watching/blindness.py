"""Which protections each resident does not have now: for the tablet, and for the list of the day."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from carehub.core.answers.escalation import Colleague
from carehub.core.rules.rulebook import Rulebook
from carehub.core.watching.blindness import Blindness, Risk, blind
from carehub.flow.hub import Hub
from carehub.flow.watching import protection
from carehub.store import blindness, people, staffing
from carehub.store.called import Home
from carehub.store.database import Session

_RANK = {Risk.HIGH: 0, Risk.NORMAL: 1, Risk.LOW: 2}


class Unwatched(Struct, frozen=True):
    """A resident with everything that does not look after them now, the critical first."""

    resident: blindness.Who
    scope: Home
    missing: Sequence[Blindness]

    @property
    def critical(self) -> bool:
        """Whether somebody should go there."""
        return bool(self.missing) and self.missing[0].critical


async def unwatched(hub: Hub, session: Session, now: datetime, unit: str | None = None) -> list[Unwatched]:
    """Everybody who lacks a protection (in a unit); those whose life hangs on it first, then by risk and home."""
    everybody = await blindness.watched(session, now, unit)
    able = await staffing.answering(session, now)
    staff = [one for one in await people.staff(session, now) if one.id in able]
    reached = {unit: _is_reached(unit, staff) for unit in {one.scope.unit_id for one in everybody}}
    off = _titles_off(hub.rulebook, await blindness.rules_off(session))
    whom = None if unit is None else [one.resident.id for one in everybody]
    mine = await protection.unprotected(hub, session, now, whom)
    alike = dict[tuple[int, bool], Sequence[Blindness]]()  # where all devices work: `mine` holds on to each id
    lacking = []
    for one in everybody:
        own, reachable = mine.get(one.resident.id, ()), reached[one.scope.unit_id]
        missing = None if one.guards else alike.get((id(own), reachable))
        if missing is None:
            missing = blind(one.guards, rules_off=off, reachable=reachable, now=now, own=own)
            if not one.guards:
                alike[id(own), reachable] = missing
        if missing:
            lacking.append(Unwatched(one.resident, one.scope, missing))
    return sorted(lacking, key=_urgency)


def _urgency(one: Unwatched) -> tuple[bool, int, str, str]:
    return not one.critical, _RANK[one.resident.risk], one.scope.name, one.resident.id


def _is_reached(unit: str | None, staff: Sequence[Colleague]) -> bool:
    return any(one.on_duty if unit is None else one.is_on_duty_in(unit) for one in staff)


def _titles_off(rulebook: Rulebook, failed: set[str]) -> list[str]:
    """Rules that nobody is looked after by: switched off by people, or because they failed; the weightiest first."""
    off = [rule for rule in rulebook.rules.values() if not rule.enabled or rule.id in failed]
    return [rule.title.nb for rule in sorted(off, key=lambda rule: -rule.severity)]
