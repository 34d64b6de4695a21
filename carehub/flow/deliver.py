"""Station 4: the outbox. Claim, send, record; accepted is not delivered, and delivered is not answered."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from carehub.contracts import Fate, OutgoingNotice, Receipt
from carehub.core.alerts import Step
from carehub.core.escalation import Method, ladder_for
from carehub.flow.hub import Hub
from carehub.flow.respond import journal_line
from carehub.flow.telling import Telling, rung_of
from carehub.kit.failpoints import fail_at
from carehub.kit.log import log
from carehub.store import alerts, outbox, people, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

LEASE = timedelta(seconds=30)
SEND_WITHIN_S = 10.0
PROMPT_S = 0.5
"""How long the others' receipts wait for a slow channel before they are recorded without it."""
MOST_ATTEMPTS = 4
LONGEST_WAIT_S = 60.0
UNHEARD_AFTER = timedelta(seconds=60)
"""An SMS with no "delivered" after this long counts as not delivered."""
_LONGEST_REASON, _LONGEST_REFERENCE = 200, 80
_AT_ONCE = frozenset({Fate.DELIVERED, Fate.SEEN})
_ARRIVED = frozenset({NoticeState.DELIVERED, NoticeState.SEEN})
_MISSING_CHANNEL = Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the channel is not set up here")


async def deliver(hub: Hub) -> int:
    """Send everything that waits; give how many notices were tried. Whoever is slow is not waited for (F41)."""
    async with hub.database.write() as session:
        claimed = await outbox.claim(session, hub.clock(), LEASE)
    if not claimed:
        return 0
    fail_at("outbox.claimed")
    sending = {asyncio.create_task(_send(hub, one)): one.notice for one in claimed}
    try:
        prompt, slow = await asyncio.wait(sending, timeout=PROMPT_S)
    except asyncio.CancelledError:
        for task in sending:
            task.cancel()
        raise
    for task in slow:
        late = asyncio.create_task(_record_later(hub, sending[task], task))
        hub.sending.add(late)
        late.add_done_callback(hub.sending.discard)
    await _record(hub, [(notice, task.result()) for task, notice in sending.items() if task in prompt])
    return len(claimed)


async def _record_later(hub: Hub, notice: OutgoingNotice, sending: "asyncio.Task[Receipt]") -> None:
    """Wait for a slow channel beside the others. If the store fails then, the lease runs out and it is sent again."""
    try:
        await _record(hub, [(notice, await sending)])
    except asyncio.CancelledError:
        sending.cancel()
        raise
    except Exception as error:  # noqa: BLE001 - nobody waits for this task; the notice itself is in the outbox
        log.error("notice.not_recorded", notice=notice.id, error=type(error).__name__)


async def _record(hub: Hub, receipts: Sequence[tuple[OutgoingNotice, Receipt]]) -> None:
    async with hub.database.write() as session:
        arrived = [notice.id for notice, receipt in receipts if receipt.fate in _AT_ONCE]
        await outbox.note_delivered(session, arrived, hub.clock())
        for notice, receipt in receipts:
            if receipt.fate not in _AT_ONCE:
                await _note(session, notice, receipt, hub.clock())
    fail_at("notify.recorded")
    hub.live.change()


async def _send(hub: Hub, claimed: outbox.Claimed) -> Receipt:
    channel = hub.channels.get(claimed.channel)
    if channel is None:
        return _MISSING_CHANNEL
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            fail_at("notify.before_http")
            receipt = await channel.send(claimed.notice)
            fail_at("notify.after_http")
            return receipt
    except Exception as error:  # noqa: BLE001 - one broken channel must not take the others' notices with it
        log.error("channel.failed", channel=claimed.channel, notice=claimed.notice.id, error=type(error).__name__)
        return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)


async def _note(session: Session, sent: OutgoingNotice, receipt: Receipt, now: datetime) -> None:
    notice = await session.get(tables.Notice, sent.id, with_for_update=True)
    if notice is None or notice.state is not NoticeState.SENDING:
        return  # another sender was faster, after this one's lease had run out
    notice.reason, notice.lease_until = receipt.reason and receipt.reason[:_LONGEST_REASON], None
    reference = receipt.reference and receipt.reference[:_LONGEST_REFERENCE]
    match receipt.fate:
        case Fate.ACCEPTED:
            notice.state, notice.sent_at, notice.reference = NoticeState.ACCEPTED, now, reference
            await _reports_that_came_first(session, notice, now)
        case Fate.FAILED_FOR_NOW if notice.attempts < MOST_ATTEMPTS:
            wait = timedelta(seconds=min(receipt.retry_after_s or 2.0**notice.attempts, LONGEST_WAIT_S))
            notice.state, notice.not_before = NoticeState.WAITING, now + wait
        case _:
            await _give_up(session, notice, now)
    session.add(notice)


async def _give_up(session: Session, notice: tables.Notice, now: datetime) -> None:
    """This way is closed: the journal says so, and the ladder climbs now instead of waiting.

    Not from its top: where nobody can be reached at all, the last rung repeats at its own pace, not in a storm.
    """
    notice.state = NoticeState.FAILED
    session.add(
        journal_line(
            notice.alert_id,
            Step.NOT_DELIVERED,
            now,
            person_id=notice.person_id,
            text=f"{notice.channel}: kom ikke frem.",
        )
    )
    if await _tell_by_the_next_way(session, notice, now):
        return
    rung = rung_of(notice.cycle)
    if rung is None or rung >= len(ladder_for(notice.severity)) or await outbox.others_may_answer(session, notice):
        return
    await alerts.hurry(session, notice.alert_id, rung, now)


async def _tell_by_the_next_way(session: Session, notice: tables.Notice, now: datetime) -> bool:
    """The same words by the person's next way that this step has not tried; False where there is none."""
    if notice.person_id is None:
        return False
    tried = await outbox.ways_tried(session, notice)
    for method in await people.methods_of(session, notice.person_id):
        if (method.channel, method.address) not in tried:
            await outbox.write(session, [_again_by(notice, method, now)])
            return True
    return False


def _again_by(notice: tables.Notice, method: Method, now: datetime) -> dict[str, Any]:
    telling = Telling(
        alert_id=notice.alert_id, severity=notice.severity, unit_id=None, cycle=notice.cycle, now=now
    )  # fmt: skip
    return telling.row(method.channel, method.address, notice.text, notice.person_id)


async def give_up_unheard(hub: Hub, session: Session, now: datetime) -> int:
    """Accepted long ago and never delivered: as good as not sent."""
    silent = await outbox.unheard(session, now - UNHEARD_AFTER)
    for notice in silent:
        notice.reason = "no delivery report in time"
        await _give_up(session, notice, now)
        session.add(notice)
    if silent:
        hub.wake.escalate.set()
    return len(silent)


# --- what providers tell us later -------------------------------------------------------


async def receive_status(hub: Hub, reference: str, status: str, error: str | None, fate: Fate | None) -> None:
    """Keep a provider's report, once; it moves the notice forward, never back."""
    now = hub.clock()
    async with hub.database.write() as session:
        await outbox.keep_report(session, reference, status, fate, error, now)
        for notice in await outbox.by_reference(session, reference):
            await _move(session, notice, fate, now)
    hub.live.change()
    hub.wake.escalate.set()


async def _reports_that_came_first(session: Session, notice: tables.Notice, now: datetime) -> None:
    """Reports may overtake the answer that names them."""
    for report in await outbox.reports_of(session, notice.reference):
        await _move(session, notice, report.fate, now)


async def _move(session: Session, notice: tables.Notice, fate: Fate | None, now: datetime) -> None:
    if fate is Fate.SEEN:
        _note_seen(session, notice, now)
        return
    if notice.state in _ARRIVED:
        return
    if fate is Fate.DELIVERED:
        notice.state, notice.delivered_at = NoticeState.DELIVERED, now
        session.add(journal_line(notice.alert_id, Step.REACHED, now, person_id=notice.person_id))
    elif fate in {Fate.FAILED_FOR_GOOD, Fate.FAILED_FOR_NOW} and notice.state is NoticeState.ACCEPTED:
        notice.reason = "the provider could not deliver it"
        await _give_up(session, notice, now)
    session.add(notice)


def _note_seen(session: Session, notice: tables.Notice, now: datetime) -> None:
    """Shown on the device, or heard: that is more than delivered, and still no answer."""
    if notice.state not in _ARRIVED:
        session.add(journal_line(notice.alert_id, Step.REACHED, now, person_id=notice.person_id))
    notice.state, notice.delivered_at = NoticeState.SEEN, notice.delivered_at or now
    notice.seen_at = notice.seen_at or now
    session.add(notice)
