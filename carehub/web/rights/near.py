"""Which residents a visitor on the staff may read about, outside of alerts: one answer for every page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from fastapi import HTTPException

from carehub.core.people.access import About, Permission, Sight, Tie
from carehub.store import places, tables, ties
from carehub.store.database import Session
from carehub.web.security import NotAllowed, Visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    """What ties a visitor to residents, read for one request.

    Attributes:
        live_in: By resident: the unit that looks after them; whoever is not there belongs to no unit.
    """

    sight: Sight
    live_in: Mapping[str, str | None]

    def tie(self, resident: str) -> Tie:
        """The strongest tie to a resident."""
        return self.sight.tie(unit=self.live_in.get(resident), resident=resident)

    def sees(self, resident: str | None, about: About = About.IDENTITY) -> bool:
        """Whether they may read this about a resident; what is about nobody, whoever may open the page reads."""
        return resident is None or self.sight.sees(about, self.tie(resident))


async def near(session: Session, visitor: Visitor, now: datetime) -> Near:
    """Read it once for a page."""
    return Near(
        sight=await ties.sight_of(session, visitor.person, now), live_in=await places.units_of_residents(session, now)
    )  # fmt: skip


async def must_see(
    session: Session, visitor: Visitor, resident_id: str, now: datetime, about: About = About.IDENTITY
) -> tables.Resident:
    """The resident, for whoever may read this about them.

    Raises:
        NotAllowed: They may not; whoever does not see every unit is told the same of one who is not there (C36).
        HTTPException: 404 where there is no such resident.
    """
    found, resident = await near(session, visitor, now), await session.get(tables.Resident, resident_id)
    if resident is None and found.sight.units is None and visitor.may(Permission.SEE_RESIDENTS):
        raise HTTPException(404)
    if resident is None or not found.sees(resident_id, about):
        raise NotAllowed
    return resident
