"""A road whose messages end the hub that reads them: for tests of crash loops, loaded by the hub's process by name."""

import os
import signal
import time
from collections.abc import Sequence

from carehub.contracts import Message, Source
from carehub.core.events import Reading


def decode(message: Message) -> Sequence[Reading]:
    """b"kill" ends the process as a fault in a library would; b"hang" blocks its event loop."""
    if message.payload == b"kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if message.payload == b"hang":
        time.sleep(60)
    return ()


SOURCE = Source(
    name="poison",
    filters=("poison/+",),
    decode=decode,
    is_alarm_path=lambda _: True,
    device_of=lambda topic: topic.removeprefix("poison/"),
)
