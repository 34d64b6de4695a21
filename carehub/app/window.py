"""Whether the showcase may open: it is for everybody, so nobody in the store may be a real person."""

from carehub.contracts import ConfigurationError
from carehub.flow.hub import Hub
from carehub.store import village


async def refuse_real_people(hub: Hub) -> None:
    """Keep a hub from starting that would show real people to everybody.

    Raises:
        ConfigurationError: The showcase is asked for, and a resident has no synthetic national id.
    """
    if not hub.showcase:
        return
    async with hub.database.read() as session:
        real = await village.real_people(session)
    if real:
        raise ConfigurationError(
            f"CAREHUB_SHOWCASE=village, but {real} residents have no synthetic national id (month 81 to 92). "
            "Set it to off, or give the showcase a hub and a store of its own."
        )
