"""The key to what somebody had begun to write when their login ended: it lies sealed in the browser till they are back.

Only a page of their own holds it, so what lies there is no word to anybody else. It is new with each start of the hub:
then what was begun is lost, as it was before, and nothing of it can be read.
"""

import hmac
from base64 import b64encode
from secrets import token_bytes, token_hex

from carehub.web.security import Visitor

_OURS = token_bytes(32)
START = token_hex(4)
"""Which start of the hub the key is of: a login page says that words are kept only while they can be opened."""


def key_of(visitor: Visitor) -> str:
    """The same for each login of a person, and nobody else's."""
    return b64encode(hmac.digest(_OURS, visitor.person.id.encode(), "sha256")).decode()
