"""Messages as a road would bring them."""

from datetime import UTC, datetime

from carehub.contracts import Message

NOW = datetime(2026, 1, 15, 2, 11, tzinfo=UTC)


def message(topic: str, payload: bytes | str) -> Message:
    """One message, received at NOW."""
    return Message(topic=topic, payload=payload.encode() if isinstance(payload, str) else payload, received_at=NOW)
