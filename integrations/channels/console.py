"""A channel that only writes to the log: for development, and where `CAREHUB_SILENT` is set."""

from typing import ClassVar

import structlog

from carehub.contracts import ChannelTools, Fate, OutgoingNotice, Receipt

_log = structlog.get_logger()


class ConsoleChannel:
    """Writes that a notice went; never its text or its number."""

    name: ClassVar[str] = "console"
    heard_within_s: ClassVar[float | None] = 60.0

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """Count as delivered: whoever reads the log has it."""
        _log.info("notice.sent", notice=notice.id, severity=int(notice.severity))
        return Receipt(fate=Fate.DELIVERED, reference=notice.id)

    async def close(self) -> None:
        """Nothing is held."""


class _Factory:
    """Always in use where it is named."""

    name = ConsoleChannel.name

    def __call__(self, tools: ChannelTools) -> ConsoleChannel:  # noqa: ARG002 - the contract's signature
        """Build it; it needs no settings."""
        return ConsoleChannel()


CHANNEL = _Factory()
