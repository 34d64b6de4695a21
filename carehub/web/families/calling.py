"""Whom a family rings: the unit that looks after their resident, where they may know which that is."""

from collections.abc import Iterable
from datetime import datetime

from carehub.core.people.access import Errand
from carehub.core.people.consent import Standing
from carehub.store import places
from carehub.store.database import Session
from carehub.store.kin import Bond

_ERRANDS = {Standing.SELF: Errand.SELF, Standing.GUARDIAN: Errand.GUARDIAN, Standing.RELATIVE: Errand.OUTSIDE}


async def phone_for(session: Session, bond: Bond, now: datetime) -> str | None:
    """The number, in E.164."""
    return await places.unit_phone(session, bond.resident.id, _ERRANDS[bond.relation.standing], now)


def listed(asked: Iterable[tuple[Bond, str | None]]) -> dict[str, str]:
    """Each number once, with the given names of whom it is for; no names where it is for everybody on the page."""
    every = list(asked)
    names: dict[str, list[str]] = {}
    for bond, phone in every:
        if phone is not None:
            names.setdefault(phone, []).append(bond.resident.given_name)
    return {phone: "" if len(who) == len(every) else ", ".join(who) for phone, who in names.items()}
