"""Part of station 1: while the store keeps one batch, the telemetry of the next is read and folded.

A busy hub waits for its store a third of the time. What is folded here builds on a batch that may yet fail, so it
counts for nothing until its own turn: where anything is not as it was, it is let go, and its messages, which have not
left the queue, are read again. Nothing that may be an alarm, or that the store must be asked about, is taken.
"""

import asyncio
from collections.abc import Callable, Sequence
from operator import is_

from carehub.contracts import Message
from carehub.core.folding.fold import ScopeState
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.receiving.batch import Folder, Load, Work
from carehub.flow.receiving.intake import Draft
from carehub.kit.log import log
from carehub.store.registry import Registry

_AT_ONCE = 10
"""Messages between two looks at what else there is to do: about half a millisecond."""


class Ahead:
    """At most one batch, folded upon the one that is being stored.

    Args:
        next_telemetry: Gives messages from the head of the queue without taking them: from which place, and how many.
    """

    def __init__(self, folder: Folder, next_telemetry: Callable[[int, int], Sequence[Message]]) -> None:
        self._folder, self._next = folder, next_telemetry
        self._work: Work | None = None
        self._book: Rulebook | None = None
        self._registry: Registry | None = None
        self._from_seq = self._most = 0
        self._may_go_on = False
        self._soon: asyncio.Handle | None = None

    @property
    def folded(self) -> int:
        """How many messages from the head of the queue of telemetry are in it: the next batch takes them all."""
        return len(self._work.drafts) if self._work else 0

    def begin(self, upon: Work, most: int) -> None:
        """Fold up to so many upon this batch, a few at a time between all else, until `end`."""
        self._work = Work(upon.now, upon.seq, upon=upon)
        self._book, self._registry = self._folder.rulebook(), self._folder.intake.registry
        self._from_seq, self._most = upon.seq, most
        self._may_go_on = True
        self.look()

    def look(self) -> None:
        """There may be something to fold."""
        if self._may_go_on and self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._few)

    def end(self, *, is_stored: bool) -> None:
        """The batch below is stored, or is not: then nothing can stand on it."""
        self._may_go_on = False
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
        if not is_stored or not self.folded:
            self._work = None

    def claim(self, load: Load, seq: int) -> Work | None:
        """What these messages have become, if all is still as it was when they were folded; given once."""
        work, self._work = self._work, None
        if work is None or self._from_seq != seq or len(work.drafts) > len(load.messages):
            return None
        if self._book is not self._folder.rulebook() or self._registry is not self._folder.intake.registry:
            return None
        if any(not note.is_tick for note in load.notes):
            return None  # what somebody decided, and a clock that was set, come before all that is heard
        if not all(map(is_, load.messages, (draft.message for draft in work.drafts))):
            return None
        work.upon = None  # it is what was, by now, and would keep the one before it
        return work

    def _few(self) -> None:
        self._soon = None
        work = self._work
        if work is None:
            return
        messages = self._next(len(work.drafts), min(_AT_ONCE, self._most - len(work.drafts)))
        try:
            drafts = self._read(work, messages)
            for draft in drafts:
                self._folder.draft(work, draft, {})
        except Exception as error:  # noqa: BLE001 - read again in its turn, where what nobody foresaw is set aside
            log.warning("ingest.not_ahead", error=repr(error)[:200])
            self._work, self._may_go_on = None, False
            return
        work.drafts += drafts
        self._may_go_on = len(drafts) == len(messages) and len(work.drafts) < self._most and not work.faults
        if drafts:
            self.look()

    def _read(self, work: Work, messages: Sequence[Message]) -> list[Draft]:
        """Drafts up to the first message that must wait for its turn."""
        drafts: list[Draft] = []
        for message in messages:
            draft = self._folder.intake.read(message)
            if draft is None or not self._may_go(work, draft):
                break
            drafts.append(draft)
        return drafts

    def _may_go(self, work: Work, draft: Draft) -> bool:
        if draft.letter is not None or draft.ids or draft.may_be_an_alarm:
            return False
        for event in draft.events:  # noqa: SIM110 - all() costs a generator for each message
            if not self._knows(work, event.scope):
                return False
        return True

    def _knows(self, work: Work, scope: str) -> bool:
        found: ScopeState | None = self._folder.states.get(scope)
        return found is not None or (work.upon is not None and scope in work.upon.states)
