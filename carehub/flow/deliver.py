"""Station 4: the outbox. Claim, send, record; accepted is not delivered, and delivered is not answered."""

import asyncio
from datetime import datetime, timedelta

from carehub.contracts import Fate, OutgoingNotice, Receipt
from carehub.core.alerts import Step
from carehub.flow.hub import Hub
from carehub.flow.respond import journal_line
from carehub.kit.log import log
from carehub.store import alerts, outbox, tables
from carehub.store.database import Session
from carehub.store.tables.alerts import NoticeState

LEASE = timedelta(seconds=30)
SEND_WITHIN_S = 10.0
MOST_ATTEMPTS = 4
UNHEARD_AFTER = timedelta(seconds=60)
"""An SMS with no "delivered" after this long counts as not delivered."""
_MISSING_CHANNEL = Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the channel is not set up here")


async def deliver(hub: Hub) -> int:
    """Send everything that waits; give how many notices were tried."""
    async with hub.database.write() as session:
        claimed = await outbox.claim(session, hub.clock(), LEASE)
    if not claimed:
        return 0
    receipts = await asyncio.gather(*(_send(hub, notice) for notice in claimed))
    async with hub.database.write() as session:
        for notice, receipt in zip(claimed, receipts, strict=True):
            await _record(session, notice, receipt, hub.clock())
    hub.live.change()
    return len(claimed)


async def _send(hub: Hub, notice: tables.Notice) -> Receipt:
    channel = hub.channels.get(notice.channel)
    if channel is None:
        return _MISSING_CHANNEL
    outgoing = OutgoingNotice(id=notice.id, address=notice.address, text=notice.text, severity=notice.severity)
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            return await channel.send(outgoing)
    except Exception as error:  # noqa: BLE001 - one broken channel must not take the others' notices with it
        log.error("channel.failed", channel=notice.channel, notice=notice.id, error=type(error).__name__)
        return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)


async def _record(session: Session, sent: tables.Notice, receipt: Receipt, now: datetime) -> None:
    notice = await session.get(tables.Notice, sent.id, with_for_update=True)
    if notice is None or notice.state is not NoticeState.SENDING:
        return  # a status report was faster than the answer
    notice.reason, notice.lease_until = receipt.reason, None
    match receipt.fate:
        case Fate.ACCEPTED:
            notice.state, notice.sent_at, notice.reference = NoticeState.ACCEPTED, now, receipt.reference
            await _reports_that_came_first(session, notice, now)
        case Fate.DELIVERED:
            notice.state, notice.sent_at, notice.delivered_at = NoticeState.DELIVERED, now, now
        case Fate.FAILED_FOR_NOW if notice.attempts < MOST_ATTEMPTS:
            wait = receipt.retry_after_s or 2.0**notice.attempts
            notice.state, notice.not_before = NoticeState.WAITING, now + timedelta(seconds=min(wait, 60))
        case _:
            await _give_up(session, notice, now)
    session.add(notice)


async def _give_up(session: Session, notice: tables.Notice, now: datetime) -> None:
    """This way is closed: the journal says so, and the ladder climbs now instead of waiting."""
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
    if await outbox.others_may_answer(session, notice):
        return
    await alerts.hurry(session, notice.alert_id, now)


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
    if notice.state is NoticeState.DELIVERED:
        return
    if fate is Fate.DELIVERED:
        notice.state, notice.delivered_at = NoticeState.DELIVERED, now
        session.add(journal_line(notice.alert_id, Step.REACHED, now, person_id=notice.person_id))
    elif fate in {Fate.FAILED_FOR_GOOD, Fate.FAILED_FOR_NOW} and notice.state is NoticeState.ACCEPTED:
        notice.reason = "the provider could not deliver it"
        await _give_up(session, notice, now)
    session.add(notice)
