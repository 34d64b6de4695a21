"""What sirens and lamps share: one MQTT message switches on, another off.

The broker's word is all that is known: it says that the message is with the broker, not that anything sounds.
"""

from carehub.contracts import ChannelTools, Fate, OutgoingNotice, Receipt, TransportError

_WILDCARDS = frozenset("+#")


class Switch:
    """Switches by a topic.

    Args:
        topic: With `{unit}` where the address goes; an address that holds a slash is a topic itself.
    """

    def __init__(self, tools: ChannelTools, topic: str, on: str, off: str) -> None:
        self._publish, self._topic = tools.publish, topic
        self._on, self._off = on.encode(), off.encode()

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """On for an alert; off when it is over."""
        topic = notice.address if "/" in notice.address else self._topic.replace("{unit}", notice.address)
        if not topic or _WILDCARDS & set(topic):
            return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the address makes no topic")
        try:
            await self._publish(topic, self._off if notice.ends else self._on)
        except TransportError as error:
            return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)
        return Receipt(fate=Fate.ACCEPTED, reference=notice.id)

    async def close(self) -> None:
        """Nothing is held."""
