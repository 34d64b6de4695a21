"""How Solsiden is drawn in the invented night, its rounds and its notes. Fjordgløtt draws itself."""

from datetime import datetime, time, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.showing.floor_plan import Part, PartKind
from carehub.core.watching.rounds import How, Seen
from carehub.store import floor_plans, handover, tables

_SHARED = (("Kjøkken", 0, 0, 4), ("Stue", 16, 0, 8), ("Vaktrom", 0, 6, 4), ("Lager", 12, 6, 4), ("Bad", 16, 6, 8))
_ROOMS = (("rom-104", 4, 0), ("rom-108", 8, 0), ("rom-112", 4, 6))


async def draw(session: AsyncSession, now: datetime) -> None:
    """Three rooms on both sides of a corridor, and what lies between them."""
    shared = [Part(kind=PartKind.SHARED, name=name, x=x, y=y, w=w, h=4) for name, x, y, w in _SHARED]
    rooms = [Part(kind=PartKind.ROOM, scope=scope, x=x, y=y, w=4, h=4) for scope, x, y in _ROOMS]
    corridor = Part(kind=PartKind.CORRIDOR, name="Gang", x=0, y=4, w=24, h=2)
    door = Part(kind=PartKind.DOOR, x=0, y=4, w=1, h=2)
    await floor_plans.save(session, "sol", [*shared, *rooms, corridor, door], after=0, by=None, now=now)


_MIN = timedelta(minutes=1)


async def add_life(session: AsyncSession, now: datetime) -> None:
    """A round that is late, one that is due, one that was done; and a note for the next shift."""
    for who, opened, due, seen in (("ragnhild", 90, -5, None), ("kaare", 30, 20, None), ("astrid", 120, 30, "asleep")):
        session.add(
            tables.PlannedRound(
                id=f"runde-{who}", resident_id=who, opens=time(23), closes=time(2), how=How.CAMERA, made_at=now,
                note="Dør på gløtt",
            )
        )  # fmt: skip
        await session.flush()
        session.add(
            tables.RoundTurn(
                id=f"tilsyn-{who}", round_id=f"runde-{who}", opens_at=now - opened * _MIN, due_at=now + due * _MIN,
                seen=Seen(seen) if seen else None, done_at=now - 10 * _MIN if seen else None,
                done_by_id="maria" if seen else None,
            )
        )  # fmt: skip
    handover.write(
        session, unit="sol", resident="astrid", text="Har drukket lite i kveld.", by="maria", now=now - 40 * _MIN
    )
    handover.write(session, unit="sol", resident=None, text="Bytt batteri i døren ved stua.", by="maria", now=now)
