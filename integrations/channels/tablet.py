"""The care centre's tablet: the page itself shows the alert, so a notice to it has arrived at once.

That a tablet is really there is watched elsewhere: it calls home, and its silence becomes an event.
"""

from typing import ClassVar

from carehub.contracts import ChannelTools, Fate, OutgoingNotice, Receipt


class TabletChannel:
    """Works with no network to any provider, which is why the floor of each ladder stands on it (invariant 7)."""

    name: ClassVar[str] = "tablet"
    heard_within_s: ClassVar[float | None] = 60.0

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Delivered: it was committed with the alert that the page reads."""
        return Receipt(fate=Fate.DELIVERED, reference=notice.id)

    async def close(self) -> None:
        """Nothing is held."""


class _Factory:
    """Always in use where it is named."""

    name = TabletChannel.name

    def __call__(self, tools: ChannelTools) -> TabletChannel:  # noqa: ARG002 - the contract's signature
        """Build it; it needs no settings."""
        return TabletChannel()


CHANNEL = _Factory()
