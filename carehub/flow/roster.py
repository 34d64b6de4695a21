"""The roster: duties are made of the plan daily, however seldom anybody changes it."""

from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import shifts


async def renew(hub: Hub) -> int:
    """Write down the duties of the next fortnight; gives how many rows that changed."""
    async with hub.database.write() as session:
        changed = await shifts.rebuild(session, hub.zone, hub.clock())
    if changed:
        log.info("roster.renewed", rows=changed)
        hub.live.change()
    return changed
