"""Home care in the seeded night: planned visits, and how one gets in."""

from datetime import datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.store import tables
from carehub.store.tables.homecare import VisitState

_VISITS = (
    ("arne", "ingrid", -90, "Kveldsbesøk", VisitState.DONE), ("solveig", "ingrid", -50, "Tilsyn", VisitState.PLANNED),
    ("arne", "ingrid", 40, "Tilsyn om natten", VisitState.PLANNED),
    ("solveig", None, 75, "Morgenbesøk", VisitState.PLANNED), ("arne", "emir", 90, "Frokost", VisitState.PLANNED),
)  # fmt: skip


async def add(session: AsyncSession, now: datetime) -> None:
    """Ingrid's list and her colleague's, and Arne's door."""
    for number, (who, by, minutes, title, state) in enumerate(_VISITS, 1):
        at = now + timedelta(minutes=minutes)
        is_done = state is VisitState.DONE
        session.add(
            tables.PlannedVisit(
                id=f"visit-{number}", resident_id=who, unit_id="sentrum", person_id=by, at=at,
                until=at + timedelta(minutes=20), title=title, state=state, done_at=at if is_done else None,
                done_by_id=by if is_done else None,
            )
        )  # fmt: skip
    session.add(
        tables.WayIn(
            scope_id="storgata-5b", address="Storgata 5 B, 9999 Nordvik", key_box="Til venstre for døren",
            key_box_code="4711", door_code="0815", pets="hund i gangen", oxygen=True, changed_at=now,
            changed_by_id="kari",
        )
    )  # fmt: skip
