"""Part of station 1: alarms that wait, so that one stuck button never stands before another resident's press."""

from collections import Counter, deque
from collections.abc import Iterator

from carehub.contracts import Message

ENOUGH = 10
"""So many of one topic wait in the front row; what comes beyond that goes to the back, and is heard a little later."""
BACK_ROW_AT_ONCE = 60
"""How much of the back row rides in one batch: the next press of somebody else waits for no more than that."""


class Alarms:
    """What may be alarms, first come first served within a topic; nothing is ever dropped."""

    def __init__(self) -> None:
        self._front: deque[Message] = deque()
        self._back: deque[Message] = deque()
        self._waiting: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}

    def append(self, message: Message) -> None:
        """One more."""
        topic = message.topic
        in_front = not self._waiting[False][topic] and self._waiting[True][topic] < ENOUGH
        (self._front if in_front else self._back).append(message)
        self._waiting[in_front][topic] += 1

    def take(self, most: int) -> list[Message]:
        """The next ones: the front row, then a piece of the back row."""
        taken = [self._pop(in_front=True) for _ in range(min(most, len(self._front)))]
        room = min(most - len(taken), BACK_ROW_AT_ONCE, len(self._back))
        return taken + [self._pop(in_front=False) for _ in range(room)]

    def _pop(self, *, in_front: bool) -> Message:
        message = (self._front if in_front else self._back).popleft()
        waiting = self._waiting[in_front]
        waiting[message.topic] -= 1
        if not waiting[message.topic]:
            del waiting[message.topic]
        return message

    def __len__(self) -> int:
        return len(self._front) + len(self._back)

    def __iter__(self) -> Iterator[Message]:
        yield from self._front
        yield from self._back
