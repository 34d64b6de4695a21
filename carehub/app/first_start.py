"""The first start: there is nobody, and one link by which the first administrator chooses a password (C52)."""

import sys

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import factors, people, tables
from carehub.store.errors import STORE_FAILED

USERNAME = "administrator"


async def offer_login(hub: Hub) -> None:
    """Print the link, once in the life of a store: an account without a password, and no other way in.

    A store that takes nothing keeps nobody from hearing alarms: the link then comes at the next start.
    """
    try:
        token = await _first(hub)
    except STORE_FAILED as error:
        log.error("first_start.not_stored", error=type(error).__name__)
        return
    if token is not None:
        sys.stdout.write(
            f"\nNobody can log in yet. {USERNAME!r} chooses a password here, once, "
            f"within {factors.LINK_LIVES.days} days (a new link: carehub user link {USERNAME}):\n"
            f"  {hub.public_url}/setup/{token}\n\n"
        )
        sys.stdout.flush()


async def _first(hub: Hub) -> str | None:
    async with hub.database.read() as session:
        if await people.is_anybody(session):
            return None
    async with hub.database.write() as session:
        if await people.is_anybody(session):
            return None
        person = tables.Person(id=new_id(), username=USERNAME, name="Administrator", role=Role.ADMINISTRATOR)
        session.add(person)
        await session.flush()
        return await factors.issue_link(session, person.id, None, hub.clock())
