"""Between us and a telephone: failing, hanging, silent and doubling providers (F40-F46), and a crash between (P1)."""

import asyncio
import random
from datetime import timedelta

import pytest

from carehub.contracts import Fate, Receipt
from carehub.core.answers.alerts import Status
from carehub.flow import deliver
from carehub.store import outbox, tables
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import (
    INGRID,
    KARI,
    MARIA,
    Behaviour,
    Night,
    accepts,
    breaks,
    hangs,
    refuses_for_good,
    refuses_for_now,
)  # fmt: skip

_BOTH = (INGRID, MARIA)


async def test_a_failing_provider_is_tried_again_and_then_left_alone_and_the_ladder_climbs_f40(night: Night) -> None:
    """F40: 2, 4 and 8 s apart; after five failures one notice tries for all."""
    night.phones.network = dict.fromkeys(_BOTH, refuses_for_now())

    await night.press()
    await night.pass_time(seconds=30)

    tried = [int((at - night.phones.tried[0][0]).total_seconds()) for at, _ in night.phones.tried]
    assert tried[:5] == [0, 0, 2, 2, 6]
    assert len(tried) < 4 * len(_BOTH) + 2
    assert (await night.alerts())[0].rung >= 2


async def test_a_person_whose_first_way_is_closed_is_told_by_the_next_in_the_same_step_f43(night: Night) -> None:
    await night.reach_by_mail("ingrid", "ingrid@example.no")
    night.phones.network = {INGRID: refuses_for_good}

    await night.press()

    ways = {(n.channel, n.state) for n in await night.notices() if n.person_id == "ingrid"}
    assert ways == {("sms", NoticeState.FAILED), ("mail", NoticeState.DELIVERED)}
    assert (await night.the_alert()).rung == 1


async def test_a_way_that_is_not_verified_or_was_stopped_is_never_used_f51(night: Night) -> None:
    await night.reach_by_mail("ingrid", "stoppet@example.no", disabled_reason="STOP")
    await night.reach_by_mail("ingrid", "ny@example.no", verified=False)
    night.phones.network = {INGRID: refuses_for_good}

    await night.press()

    assert {n.channel for n in await night.notices() if n.person_id == "ingrid"} == {"sms"}


@pytest.mark.parametrize("network", [breaks, refuses_for_now(5)], ids=["exception", "429"])
async def test_a_line_that_comes_back_delivers_what_waited_f40_f42(night: Night, network: Behaviour) -> None:
    night.phones.network = dict.fromkeys(_BOTH, network)
    await night.press()
    assert night.told == []

    night.phones.network = {}
    await night.pass_time(seconds=10)

    assert sorted(line[6:] for line in night.told) == ["ingrid HASTER 1", "maria HASTER 1"]


async def test_retry_after_is_waited_for_but_never_longer_than_a_minute_f42(night: Night) -> None:
    night.phones.network = {INGRID: refuses_for_now(7), MARIA: refuses_for_now(86_400)}

    await night.press()

    waits = {n.address: n.not_before - night.clock() for n in await night.notices() if n.channel == "sms"}
    assert waits == {INGRID: timedelta(seconds=7), MARIA: timedelta(seconds=60)}


async def test_a_telephone_that_hangs_delays_nobody_else_f41(night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "PROMPT_S", 0.02)
    night.phones.network = {INGRID: hangs}
    await night.press("knapp-anna")

    await night.press("knapp-kåre")

    assert night.told == ["02:14 maria HASTER 1", "02:14 kari HASTER 1"]
    states = {n.address: n.state for n in await night.notices() if n.channel == "sms"}
    assert states == {
        INGRID: NoticeState.SENDING, MARIA: NoticeState.DELIVERED, KARI: NoticeState.DELIVERED
    }  # fmt: skip
    night.phones.let_go.set()
    await asyncio.gather(*night.hub.sending)
    await night.work()
    assert "02:14 ingrid HASTER 1" in night.told
    assert {n.state for n in await night.notices()} == {NoticeState.DELIVERED}


async def test_a_telephone_that_hangs_too_long_is_a_failure_for_now_f41(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliver, "SEND_WITHIN_S", 0.01)
    night.phones.network = {INGRID: hangs}

    await night.press()

    (notice,) = [one for one in await night.notices() if one.address == INGRID]
    assert (notice.state, notice.reason, notice.attempts) == (NoticeState.WAITING, "TimeoutError", 1)


@pytest.mark.parametrize("taken", [False, True])
async def test_a_store_that_fails_while_a_slow_receipt_comes_leaves_the_notice_to_its_lease(
    night: Night, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    """It may have gone or not: it goes once more, unless somebody has the alert by then."""
    monkeypatch.setattr(deliver, "PROMPT_S", 0.01)
    night.phones.network = {INGRID: hangs}
    await night.press()

    async def fails(*_: object) -> None:
        raise OSError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "note_accepted", fails)
        night.phones.let_go.set()
        await asyncio.gather(*night.hub.sending)
    if taken:
        await night.take("maria")
    await night.pass_time(seconds=31)

    again = [] if taken else ["ingrid HASTER 1 gjentatt"]
    assert [line[6:] for line in night.told if "ingrid" in line] == ["ingrid HASTER 1", *again]
    assert NoticeState.SENDING not in {one.state for one in await night.notices()}


async def test_accepted_but_never_delivered_makes_the_ladder_climb_after_a_minute_f43(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    await night.press()

    await night.pass_time(seconds=59)
    assert len(night.told) == 2
    await night.pass_time(seconds=2)

    assert sorted(night.told[2:]) == ["02:15 ingrid HASTER 2", "02:15 maria HASTER 2"]
    assert (await night.journal()).count("02:15 not_delivered: sms: kom ikke frem.") == 2


async def test_a_text_of_an_earlier_rung_that_never_came_does_not_hurry_the_next_f43(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    await night.press()
    await night.take("ingrid")
    night.phones.silent = set()

    await night.pass_time(11)

    assert sorted(night.told[3:]) == ["02:24 ingrid HASTER 2", "02:24 maria HASTER 2"]


async def test_an_undelivered_report_makes_the_ladder_climb_at_once_f43(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    await night.press()

    for reference in ("SM1", "SM2"):
        await deliver.receive_status(night.hub, reference, "undelivered", "30003", Fate.FAILED_FOR_GOOD)
    await night.pass_time(seconds=1)

    assert len(night.told) == 4
    assert (await night.the_alert()).rung == 2


async def test_doubled_and_shuffled_reports_only_move_a_notice_forward_f45(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    await night.press()
    reports = [("sent", None), ("delivered", Fate.DELIVERED), ("queued", None)] * 3
    random.Random(45).shuffle(reports)

    for word, fate in [*reports, ("undelivered", Fate.FAILED_FOR_GOOD), ("failed", Fate.FAILED_FOR_GOOD)]:
        await deliver.receive_status(night.hub, "SM1", word, None, fate)

    (notice,) = [one for one in await night.notices() if one.reference == "SM1"]
    assert (notice.state, notice.delivered_at) == (NoticeState.DELIVERED, night.clock())
    assert len(await night.rows(tables.StatusReport)) == 5
    assert sum("reached" in line for line in await night.journal()) == 1


async def test_delivered_after_all_is_delivered_f45(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    await night.press()
    await deliver.receive_status(night.hub, "SM1", "undelivered", None, Fate.FAILED_FOR_GOOD)

    await deliver.receive_status(night.hub, "SM1", "delivered", None, Fate.DELIVERED)

    assert [one.state for one in await night.notices() if one.reference == "SM1"] == [NoticeState.DELIVERED]


async def test_a_report_before_the_answer_counts_when_the_answer_comes_f45(night: Night) -> None:
    night.phones.silent = set(_BOTH)
    for reference in ("SM1", "SM2"):
        await deliver.receive_status(night.hub, reference, "delivered", None, Fate.DELIVERED)

    await night.press()

    assert {one.state for one in await night.notices()} == {NoticeState.DELIVERED}
    await night.pass_time(seconds=90)
    assert len(night.told) == 2


async def test_killed_between_claim_and_record_it_is_sent_again_after_the_lease_f46_p1(night: Night) -> None:
    night.phones.network = dict.fromkeys(_BOTH, hangs)
    night.ingest.deliver(night.pressed())
    await night.fold()
    sending = asyncio.create_task(deliver.deliver(night.hub))
    while len(night.phones.tried) < 2:  # noqa: ASYNC110 - what is waited for has no event
        await asyncio.sleep(0)
    sending.cancel()
    await asyncio.wait([sending])

    night.phones.network = {}
    await night.start()
    await night.pass_time(seconds=19)
    assert night.told == []
    await night.pass_time(seconds=2)
    assert sorted(line[6:] for line in night.told) == ["ingrid HASTER 2", "maria HASTER 2"]
    await night.pass_time(seconds=11)

    assert sorted(line[6:] for line in night.told[2:]) == ["ingrid HASTER 1 gjentatt", "maria HASTER 1 gjentatt"]
    assert {n.attempts for n in await night.notices() if n.cycle == "rung:1" and n.channel == "sms"} == {2}


@pytest.mark.parametrize("fate", [Fate.FAILED_FOR_GOOD, Fate.ACCEPTED])
async def test_an_answer_that_comes_after_the_lease_does_not_overwrite_the_second_sending_f46(
    night: Night, fate: Fate
) -> None:
    night.ingest.deliver(night.pressed())
    await night.fold()
    async with night.database.write() as session:
        claimed = await outbox.claim(session, night.clock(), deliver.LEASE)
    await night.pass_time(seconds=31)

    await deliver._record(night.hub, [deliver._Sent(one.channel, one.notice, Receipt(fate=fate)) for one in claimed])

    assert {one.state for one in await night.notices()} == {NoticeState.DELIVERED}


async def test_with_no_channel_at_all_the_alert_stays_open_and_climbs(night: Night) -> None:
    night.hub.channels = {}

    await night.press()
    await night.pass_time(5, seconds=1)

    alert = await night.the_alert()
    assert (alert.status, alert.rung) == (
        Status.OPEN,
        5,
    )  # four at once, then the last one again after its five minutes
    assert {one.reason for one in await night.notices()} == {"the channel is not set up here"}


async def test_without_a_provider_the_tablet_still_speaks_invariant_7(night: Night) -> None:
    night.hub.channels = {"tablet": night.tablets}

    await night.press()

    assert night.shown[0] == "02:14 sol"


async def test_words_that_are_longer_than_their_columns_do_no_harm(night: Night) -> None:
    night.phones.network = {
        INGRID: lambda _: Receipt(fate=Fate.ACCEPTED, reference="S" * 500, reason="x" * 5000),
        MARIA: refuses_for_good,
    }

    await night.press()

    states = {one.address: (one.state, len(one.reference or "")) for one in await night.notices() if one.person_id}
    assert states[INGRID] == (NoticeState.ACCEPTED, 80)
    assert states[MARIA][0] is NoticeState.FAILED


async def test_a_text_that_could_not_be_sent_before_it_was_taken_is_not_tried_again(night: Night) -> None:
    night.phones.network = {INGRID: accepts, MARIA: refuses_for_now()}
    await night.press()

    await night.take("ingrid")
    await night.pass_time(5)

    assert night.told == ["02:14 ingrid HASTER 1"]
    assert len(night.phones.tried) == 2
