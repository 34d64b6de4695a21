"""A browser's subscription and our own key, made anew for each run: they open nothing."""

import base64
import json
import os

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


PRIVATE_KEY = _text(ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32, "big"))
BROWSER = ec.generate_private_key(ec.SECP256R1())
AUTH = os.urandom(16)


def subscription(endpoint: str) -> str:
    """As `PushSubscription.toJSON()` gives it."""
    point = BROWSER.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return json.dumps({"endpoint": endpoint, "keys": {"p256dh": _text(point), "auth": _text(AUTH)}})
