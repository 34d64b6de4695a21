"""What Mosquitto says of itself on `$SYS/broker/log/N` (its setting `log_dest topic`): whose message was too large.

Such a message never reaches us. Its sender is disconnected without a confirmation and may not tell anybody; the
broker's own line is all that is left of it (F7).
"""

import re

LOG = "$SYS/broker/log/N"
"""Its notices. Heard at QoS 0: what it said while we were away is no message, and must not wait for us."""
_LONGEST_NAME = 100
_TOO_LARGE = re.compile(r"Client (?P<name>.+?) disconnected (?:due to |: ?)?oversize packet", re.IGNORECASE)


def too_large_from(line: bytes) -> str | None:
    """Whose connection was ended for a packet that is too large; None for every other line.

    >>> too_large_from(b"1795802901: Client pendant-1 disconnected due to oversize packet.")
    'pendant-1'
    """
    found = _TOO_LARGE.search(line[:1000].decode(errors="replace"))
    if found is None:
        return None
    name = found["name"][:_LONGEST_NAME]
    return "".join(sign if sign.isprintable() else "?" for sign in name)
