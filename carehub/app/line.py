"""The hub's own road to the broker, as channels know it: they are built before the transport is."""

from dataclasses import dataclass, field

from carehub.contracts import ChannelTools, Transport, TransportError
from carehub.flow.live import Live


@dataclass(slots=True)
class Line:
    """Leads to the transport as soon as there is one."""

    transport: Transport | None = None
    live: Live = field(default_factory=Live)

    async def publish(self, topic: str, payload: bytes) -> None:
        """Send one message at QoS 1; raises TransportError where the broker cannot be reached now."""
        if self.transport is None:
            raise TransportError("there is no broker")
        await self.transport.publish(topic, payload, qos=1)

    def tools(self, public_url: str) -> ChannelTools:
        """What a channel gets to work with."""
        return ChannelTools(public_url=public_url.rstrip("/"), publish=self.publish, shows=self.live.shows)
