"""Part of station 6: a tablet that shows alarms and cannot be heard is told of where people are (F80)."""

from carehub.flow.hub import Hub, Word
from carehub.kit.log import log
from carehub.store import screens


async def look(hub: Hub) -> int:
    """Each tablet that has been mute for too long becomes a technical alert, once for a spell; gives how many."""
    async with hub.database.write() as session:
        found = await screens.mute(session, hub.clock())
    for screen, unit in found:
        log.warning("screen.mute", screen=screen.id, unit=screen.unit_id)
        where = f"i {unit}" if unit else "som viser alle enheter"
        hub.faults.append(
            Word("sound", f"Nettbrettet {where} kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den.")
        )
    if found:
        hub.wake.deliver.set()
    return len(found)
