"""The care centre's tablet: the page itself shows the alert, so a notice has arrived where a tablet is live.

Where none is, the notice still stands on the page for whoever opens it, and counts as accepted only (F79).
"""

from collections.abc import Callable
from typing import ClassVar

from carehub.contracts import ChannelTools, Fate, OutgoingNotice, Receipt


class TabletChannel:
    """Works with no network to any provider, which is why the floor of each ladder stands on it (invariant 7)."""

    name: ClassVar[str] = "tablet"
    heard_within_s: ClassVar[float | None] = None

    def __init__(self, shows: Callable[[str], bool]) -> None:
        self._shows = shows

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Delivered where a live page shows this unit: it reads what was committed with the alert."""
        fate = Fate.DELIVERED if self._shows(notice.address) else Fate.ACCEPTED
        return Receipt(fate=fate, reference=notice.id)

    async def close(self) -> None:
        """Nothing is held."""


class _Factory:
    """Always in use where it is named."""

    name = TabletChannel.name

    def __call__(self, tools: ChannelTools) -> TabletChannel:
        """Build it; it needs no settings."""
        return TabletChannel(tools.shows)


CHANNEL = _Factory()
