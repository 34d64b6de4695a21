"""Part of station 1: the second road in, whose sender is told "stored" and believes it."""

from collections.abc import Sequence

from carehub.contracts import HubError, Message
from carehub.flow.hub import Hub
from carehub.flow.receiving.queue import Queue


class NoRoom(HubError):
    """Measurements were let go: the sender sends them again when there is room."""


async def submit(hub: Hub, queue: Queue, messages: Sequence[Message]) -> None:
    """Return when all of these are stored.

    Raises:
        NoRoom: The disk is nearly full, and not all of them may be alarms. Those that may are stored.
    """
    was_full = hub.health.no_room
    await queue.submit(messages)
    if was_full or hub.health.no_room:
        drafts = [queue.intake.read(message) for message in messages]
        if not all(draft and draft.may_be_an_alarm for draft in drafts):
            raise NoRoom("the disk is nearly full: only what may be an alarm is stored")
