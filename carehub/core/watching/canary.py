"""The canary: an alarm that the hub sends to itself every minute, round the whole path and back.

Its scope and its device exist for nobody else. What it leaves is never shown to people and never counted.
"""

SCOPE = "canary"
"""The scope of its fold, and the mark on its alert."""
CHANNEL = "canary"
"""Its recipient: the channel and the address in the outbox."""
SOURCE = "carehub_v1"
DEVICE = "carehub-canary"
"""The name under which it presses. A real device of this name would be nobody's."""
KIND = "button.pressed"
"""A press: the floor alerts on it, so that it gets through with a broken rulebook too."""


def topic() -> str:
    """Where it presses."""
    return f"carehub/v1/{DEVICE}/alarm"


def dedup_key(song: str) -> str:
    """How the stream knows this song."""
    return f"{SOURCE}/{DEVICE}/{song}"
