"""How Solsiden is drawn in the invented night. Fjordgløtt is not: it draws itself."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.floor_plan import Part, PartKind
from carehub.store import floor_plans

_SHARED = (("Kjøkken", 0, 0, 4), ("Stue", 16, 0, 8), ("Vaktrom", 0, 6, 4), ("Lager", 12, 6, 4), ("Bad", 16, 6, 8))
_ROOMS = (("rom-104", 4, 0), ("rom-108", 8, 0), ("rom-112", 4, 6))


async def draw(session: AsyncSession, now: datetime) -> None:
    """Three rooms on both sides of a corridor, and what lies between them."""
    shared = [Part(kind=PartKind.SHARED, name=name, x=x, y=y, w=w, h=4) for name, x, y, w in _SHARED]
    rooms = [Part(kind=PartKind.ROOM, scope=scope, x=x, y=y, w=4, h=4) for scope, x, y in _ROOMS]
    corridor = Part(kind=PartKind.CORRIDOR, name="Gang", x=0, y=4, w=24, h=2)
    door = Part(kind=PartKind.DOOR, x=0, y=4, w=1, h=2)
    await floor_plans.save(session, "sol", [*shared, *rooms, corridor, door], after=0, by=None, now=now)
