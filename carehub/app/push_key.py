"""A key of our own for push services (RFC 8292). Whoever has it can send notifications in our name."""

import base64

from py_vapid import Vapid02


def push_key() -> str:
    """A new private key, as the settings take it."""
    vapid = Vapid02()
    vapid.generate_keys()
    secret = vapid.private_key.private_numbers().private_value.to_bytes(32, "big")
    return base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
