"""Part of station 5: a provider waits a second for our answer, and the store may take longer (C20).

What came is worked on in a task of its own, which goes on when nobody waits any more: a text that takes an alert takes
it, also when the store was locked, full or gone for a while. Until it is stored the provider is told that it is not:
whatever was answered with yes is kept.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

from carehub.contracts import HubError, InboundText, StatusReport
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.flow import deliver
from carehub.flow.answering import replies
from carehub.flow.hub import Brought, Hub
from carehub.flow.reaching.telling import SMS, notice_row
from carehub.kit.log import log
from carehub.store import outbox
from carehub.store.errors import STORE_FAILED, is_unavailable

ANSWER_WITHIN_S = 0.8
"""Of the second that a provider may wait; the rest is for the network."""
TRIED_FOR = timedelta(minutes=10)
"""So long a store that fails is asked again. Whoever texted has rung somebody else by then."""
AGAIN_AFTER_S = 1.0
MOST_AT_ONCE = 1000
"""Texts and reports that wait for the store; one more is told at once to come again."""

_ANSWER = "answer:"

Work = Callable[[], Awaitable[str]]
TooLate = Callable[[str], Awaitable[None]]


class NotStored(HubError):
    """Not within the second: the provider may send it again, and it is worked on all the same."""


async def note_status(hub: Hub, report: StatusReport) -> None:
    """What became of a message or a call; raises NotStored."""

    async def work() -> str:
        await deliver.receive_status(hub, report.reference, report.status, report.error, report.fate)
        return ""

    await promptly(hub, f"status:{report.reference}:{report.status}", work)


async def note_text(hub: Hub, text: InboundText) -> str:
    """A text from a telephone: the words to answer with, empty for none; raises NotStored.

    Whoever is answered by nobody in time is answered by a text of its own, once it is known what came of theirs.
    """

    async def work() -> str:
        if text.wants_texts is None:
            body = text.body.replace("\0", "")  # PostgreSQL keeps it in no text, and a reply must not be lost for it
            return await replies.receive_reply(hub, text.sender, body)
        await replies.receive_wish(hub, text.sender, wants_texts=text.wants_texts)
        return ""

    async def too_late(words: str) -> None:
        if not words:
            return
        way = Method(channel=SMS, address=text.sender)
        row = notice_row(
            way, words, cycle=f"{_ANSWER}{text.reference}"[:40], severity=Severity.CRITICAL, now=hub.clock()
        )
        async with hub.database.write() as session:
            await outbox.write(session, [row])
        hub.wake.deliver.set()

    return await promptly(hub, f"text:{text.reference}", work, too_late)


async def promptly(hub: Hub, key: str, work: Work, too_late: TooLate | None = None) -> str:
    """What came of the work, in words for the answer.

    Args:
        key: Names the message: while it is worked on, the same one again is not worked on twice.
        work: Stores it; done twice it must be as good as once.
        too_late: Called with the words when nobody waited for them any more.

    Raises:
        NotStored: It takes longer than a provider waits.
    """
    brought = hub.brought.get(key)
    if brought is None:
        if len(hub.brought) >= MOST_AT_ONCE:
            raise NotStored("too many wait")
        brought = hub.brought[key] = Brought()
        brought.task = asyncio.create_task(_worked_on(hub, brought, work, too_late))
        brought.task.add_done_callback(partial(_over, hub, key))
    brought.doors += 1
    try:
        await asyncio.wait({brought.task}, timeout=ANSWER_WITHIN_S)
    finally:
        brought.doors -= 1
    if not brought.task.done():
        log.warning("webhook.slow_store")
        raise NotStored("not within the second")
    return brought.task.result()


async def _worked_on(hub: Hub, brought: Brought, work: Work, too_late: TooLate | None) -> str:
    words = await _stored(hub, work)
    if too_late is not None and not brought.doors:
        await too_late(words)
    return words


async def _stored(hub: Hub, work: Work) -> str:
    until = hub.passed() + TRIED_FOR
    while True:
        try:
            return await work()
        except STORE_FAILED as error:
            if not is_unavailable(error) or hub.passed() >= until:
                raise
            log.warning("webhook.not_stored", error=type(error).__name__)
            await asyncio.sleep(AGAIN_AFTER_S)


def _over(hub: Hub, key: str, task: "asyncio.Task[str]") -> None:
    del hub.brought[key]
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("webhook.failed", error=type(error).__name__)
