"""Station 4: the outbox. Claim, send, record; accepted is not delivered, and delivered is not answered."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from carehub.contracts import Channel, Fate, OutgoingNotice, Receipt
from carehub.core.answers.alerts import Status, Step
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.core.showing.spoken import in_language
from carehub.core.showing.wording import bundle_text, repeated_text
from carehub.flow.hub import Hub
from carehub.flow.reaching import addressees, lines
from carehub.flow.reaching.lost_ways import close_way
from carehub.flow.reaching.telling import PUSH, SMS, notice_row, rung_of
from carehub.flow.respond import journal_line
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
HURRIES_FROM = Severity.SERIOUS
"""From here on nobody waits for a provider that says "later": the next way is tried at once (F42)."""
_BUNDLED = frozenset({SMS, "sms_gateway"})
_LONGEST_REASON, _LONGEST_REFERENCE = 200, 80
_AT_ONCE = frozenset({Fate.DELIVERED, Fate.SEEN})
_WENT_WELL = _AT_ONCE | {Fate.ACCEPTED}
_ARRIVED = frozenset({NoticeState.DELIVERED, NoticeState.SEEN})
_MISSING_CHANNEL = Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the channel is not set up here")


async def deliver(hub: Hub) -> int:
    """Send everything that waits; give how many notices were tried. Whoever is slow is not waited for (F41)."""
    async with hub.database.write() as session:
        claimed = await outbox.claim(session, hub.clock(), LEASE)
        claimed = await addressees.as_agreed(session, await _with_details(session, claimed), hub.clock())
    if not claimed:
        return 0
    fail_at("outbox.claimed")
    sending = {asyncio.create_task(_send(hub, one)): (one.channel, them) for one, them in _bundled(hub, claimed)}
    try:
        prompt, slow = await asyncio.wait(sending, timeout=PROMPT_S)
    except asyncio.CancelledError:
        for task in sending:
            task.cancel()
        raise
    for task in slow:
        late = asyncio.create_task(_record_later(hub, *sending[task], task))
        hub.sending.add(late)
        late.add_done_callback(hub.sending.discard)
    done = [(channel, them, task.result()) for task, (channel, them) in sending.items() if task in prompt]
    await _record(hub, [_Sent(channel, one, receipt) for channel, them, receipt in done for one in them])
    return len(claimed)


def _bundled(hub: Hub, claimed: Sequence[outbox.Claimed]) -> list[tuple[outbox.Claimed, list[OutgoingNotice]]]:
    """What goes out, and for which notices: texts that one telephone was kept waiting for go as one (F42)."""
    held: dict[tuple[str, str], list[outbox.Claimed]] = defaultdict(list)
    for one in claimed:
        if one.was_held and one.channel in _BUNDLED and not one.is_for_nobody:
            held[one.channel, one.notice.address].append(one)
    many = {key: ones for key, ones in held.items() if len(ones) > 1}
    together = {one.notice.id for ones in many.values() for one in ones}
    alone = [one for one in claimed if one.notice.id not in together]
    text = partial(bundle_text, link=f"{hub.public_url}/nurse")
    return [
        *(
            (replace(first, notice=replace(first.notice, text=text(first.notice.severity, len(rest) + 1))),
             [first.notice, *(one.notice for one in rest)])
            for first, *rest in many.values()
        ),
        *((one, [one.notice]) for one in alone),
    ]  # fmt: skip


async def _with_details(session: Session, claimed: list[outbox.Claimed]) -> list[outbox.Claimed]:
    """A browser is reached by more than its address."""
    browsers = [one.notice.address for one in claimed if one.channel == PUSH]
    if not browsers:
        return claimed
    found = await people.details_of(session, PUSH, browsers)
    return [
        replace(one, notice=replace(one.notice, details=found.get(one.notice.address))) if one.channel == PUSH else one
        for one in claimed
    ]


class _Sent(NamedTuple):
    channel: str
    notice: OutgoingNotice
    receipt: Receipt


async def _record_later(
    hub: Hub, channel: str, notices: Sequence[OutgoingNotice], sending: "asyncio.Task[Receipt]"
) -> None:
    """Wait for a slow channel beside the others. If the store fails then, the lease runs out and it is sent again."""
    try:
        receipt = await sending
        await _record(hub, [_Sent(channel, notice, receipt) for notice in notices])
    except asyncio.CancelledError:
        sending.cancel()
        raise
    except Exception as error:  # noqa: BLE001 - nobody waits for this task; the notice itself is in the outbox
        log.error("notice.not_recorded", notices=[notice.id for notice in notices], error=type(error).__name__)


async def _record(hub: Hub, sent: Sequence[_Sent]) -> None:
    """What went well is written together, since an alarm waits for the same writer; what did not, one by one."""
    now = hub.clock()
    async with hub.database.write() as session:
        await outbox.note_delivered(session, [one.notice.id for one in sent if one.receipt.fate in _AT_ONCE], now)
        taken = [_accepted(hub, one, now) for one in sent if one.receipt.fate is Fate.ACCEPTED]
        for row in await outbox.note_accepted(session, taken):
            await _reports_that_came_first(session, row, now)
        for one in sent:
            if one.receipt.fate not in _WENT_WELL:
                await _note_failed(hub, session, one.notice, one.receipt)
    fail_at("notify.recorded")
    hub.live.change()


async def _send(hub: Hub, claimed: outbox.Claimed) -> Receipt:
    if claimed.is_for_nobody:
        return addressees.NOT_ANY_MORE
    channel = hub.channels.get(claimed.channel)
    if channel is None:
        return _MISSING_CHANNEL
    receipt = lines.over_the_cap(hub, channel, claimed.notice.severity, hub.clock())
    receipt = receipt or lines.passed_over(hub, claimed.channel, hub.clock())
    if receipt is None:
        receipt = await _hand_over(hub, channel, claimed)
        lines.note(hub, claimed.channel, receipt, hub.clock())
        lines.count(hub, channel, receipt, hub.clock())
    return receipt


async def _hand_over(hub: Hub, channel: Channel, claimed: outbox.Claimed) -> Receipt:
    notice = claimed.notice
    if claimed.repeated:
        notice = replace(notice, text=repeated_text(notice.text))
    notice = replace(notice, text=in_language(notice.text, notice.language))
    if hub.name:  # two hubs that cannot see each other both tell: people must see that it is one alarm
        notice = replace(notice, text=f"{hub.name}: {notice.text}")
    try:
        async with asyncio.timeout(SEND_WITHIN_S):
            fail_at("notify.before_http")
            receipt = await channel.send(notice)
            fail_at("notify.after_http")
            return receipt
    except Exception as error:  # noqa: BLE001 - one broken channel must not take the others' notices with it
        log.error("channel.failed", channel=claimed.channel, notice=notice.id, error=type(error).__name__)
        return Receipt(fate=Fate.FAILED_FOR_NOW, reason=type(error).__name__)


def _accepted(hub: Hub, sent: _Sent, now: datetime) -> outbox.Accepted:
    reference, reason = sent.receipt.reference, sent.receipt.reason
    return outbox.Accepted(
        at=now, reference=reference and reference[:_LONGEST_REFERENCE], reason=reason and reason[:_LONGEST_REASON],
        silent_at=lines.silent_at(hub, sent.channel, now), notice=sent.notice.id,
    )  # fmt: skip


async def _note_failed(hub: Hub, session: Session, sent: OutgoingNotice, receipt: Receipt) -> None:
    notice, now = await session.get(tables.Notice, sent.id, with_for_update=True), hub.clock()
    if notice is None or notice.state is not NoticeState.SENDING:
        return  # another sender was faster, after this one's lease had run out
    notice.reason, notice.lease_until = receipt.reason and receipt.reason[:_LONGEST_REASON], None
    match receipt.fate:
        case Fate.FAILED_FOR_NOW if await _comes_too_late(session, notice):
            notice.state, notice.reason = NoticeState.FAILED, "answered before it was sent"
        case Fate.FAILED_FOR_NOW if notice.attempts < MOST_ATTEMPTS or sent.ends:  # a siren is not left howling
            backoff = 2.0 ** min(notice.attempts, MOST_ATTEMPTS)
            wait = timedelta(seconds=min(receipt.retry_after_s or backoff, LONGEST_WAIT_S))
            notice.state, notice.not_before = NoticeState.WAITING, now + wait
            hurries = receipt.retry_after_s is not None and notice.pass_on_at and notice.severity >= HURRIES_FROM
            if hurries and await _tell_by_the_next_way(session, notice, now):
                notice.pass_on_at = None
        case _:
            if receipt.lost and notice.person_id:
                method = Method(channel=notice.channel, address=notice.address)
                await close_way(hub, session, notice.person_id, method, receipt.lost, now)
            await _give_up(session, notice, now)
    session.add(notice)


async def _comes_too_late(session: Session, notice: tables.Notice) -> bool:
    """A summons that could not be sent before somebody took the alert: nobody need come any more."""
    if notice.alert_id is None or rung_of(notice.cycle) is None:
        return False
    alert = await session.get(tables.Alert, notice.alert_id)
    return alert is not None and alert.status is not Status.OPEN


async def _give_up(session: Session, notice: tables.Notice, now: datetime) -> None:
    """This way is closed: the journal says so, and the ladder climbs now instead of waiting."""
    notice.state = NoticeState.FAILED
    if notice.alert_id is not None:
        words = f"{notice.channel}: kom ikke frem."
        session.add(journal_line(notice.alert_id, Step.NOT_DELIVERED, now, person_id=notice.person_id, text=words))
    await _pass_on(session, notice, now)


async def _pass_on(session: Session, notice: tables.Notice, now: datetime) -> None:
    """By their next way; where they have none, and nobody else was reached either, by the ladder's next rung."""
    notice.pass_on_at = None
    if notice.alert_id is None or await _tell_by_the_next_way(session, notice, now):
        return
    place = rung_of(notice.cycle)
    if place is None or await outbox.others_may_answer(session, notice):
        return
    await alerts.hurry(session, notice.alert_id, place, now)


async def _tell_by_the_next_way(session: Session, notice: tables.Notice, now: datetime) -> bool:
    """The same words by the person's next way that this step has not tried; False where there is none."""
    if notice.person_id is None:
        return False
    if await outbox.another_way_is_open(session, notice):
        return True
    tried = await outbox.ways_tried(session, notice)
    for method in await people.methods_of(session, notice.person_id):
        if (method.channel, method.address) not in tried:
            again = notice_row(
                method, notice.text, cycle=notice.cycle, severity=notice.severity, now=now, person_id=notice.person_id
            )
            await outbox.write(session, [again | {"alert_id": notice.alert_id}])
            return True
    return False


async def give_up_unheard(hub: Hub, session: Session, now: datetime) -> int:
    """Accepted and never delivered is as good as not sent; what is still being tried goes another way beside it."""
    late = await outbox.not_through(session, now)
    for notice in late:
        if notice.state is NoticeState.ACCEPTED:
            notice.reason = "no delivery report in time"
            await people.suspect(session, notice, now)
            await _give_up(session, notice, now)
        else:
            await _pass_on(session, notice, now)
        session.add(notice)
    if late:
        hub.wake.escalate.set()
        hub.wake.deliver.set()
    return len(late)


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
    if fate in {Fate.DELIVERED, Fate.SEEN}:
        await _note_arrived(session, notice, now)
    if fate is Fate.SEEN:  # shown on the device, or heard: more than delivered, and still no answer
        notice.state, notice.seen_at = NoticeState.SEEN, notice.seen_at or now
    elif fate in {Fate.FAILED_FOR_GOOD, Fate.FAILED_FOR_NOW} and notice.state is NoticeState.ACCEPTED:
        notice.reason = "the provider could not deliver it"
        if fate is Fate.FAILED_FOR_GOOD:  # a call that nobody takes says nothing against the number
            await people.suspect(session, notice, now)
        await _give_up(session, notice, now)
    session.add(notice)


async def _note_arrived(session: Session, notice: tables.Notice, now: datetime) -> None:
    if notice.state in _ARRIVED:
        return
    notice.state, notice.delivered_at, notice.pass_on_at = NoticeState.DELIVERED, now, None
    await people.trust(session, notice)
    if notice.alert_id is not None:
        session.add(journal_line(notice.alert_id, Step.REACHED, now, person_id=notice.person_id))
