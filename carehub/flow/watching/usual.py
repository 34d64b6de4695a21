"""What is usual for each resident is told to their fold by a stored command: a replay judges by what was known."""

from collections.abc import Mapping
from datetime import timedelta

from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import CommandKind
from carehub.flow.hub import Hub
from carehub.store import history

HOLDS = timedelta(days=30)
ROUND = 7
"""Nights in which everybody is told once: thousands of residents are thousands of lines in the journal."""


async def tell(hub: Hub, known: Mapping[str, Mapping[str, Quantiles]], *, everybody: bool) -> int:
    """Tell tonight's seventh of the residents, or all of them; gives how many were told."""
    now, told = hub.clock(), 0
    tonight = now.astimezone(hub.zone).date().toordinal() % ROUND
    for resident, of in sorted(known.items()):
        if hub.command is None or not (everybody or sum(resident.encode()) % ROUND == tonight):
            continue
        async with hub.database.read() as session:
            scope = await history.scope_of(session, resident, now)
        if scope is not None:
            kept = {feature: found for feature, found in of.items() if found.can_be_kept()}
            usual = Usual(resident=resident, until=now + HOLDS, of=kept)
            await hub.command(scope, CommandKind.USUAL, usual=usual)
            told += 1
    return told
