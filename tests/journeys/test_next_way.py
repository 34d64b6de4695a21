"""No line to a person is waited for: the next way or the next person is asked within 30 s (F40-F43, F51, F54, G9)."""

from datetime import timedelta

import pytest

from carehub.contracts import Fate, Lost, OutgoingNotice, Receipt
from carehub.core.answers.escalation import Method
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.flow import deliver
from carehub.flow.answering import replies
from carehub.store import people, tables
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import INGRID, KARI, MARIA, Night, hangs, refuses_for_good, refuses_for_now

_BOTH = (INGRID, MARIA)


async def ways(night: Night, who: str = "ingrid", cycle: str = "rung:1") -> dict[str, tuple[NoticeState, float]]:
    """By channel: the state, and seconds from the press until it was written."""
    rows, began = await night.notices(), (await night.the_alert()).raised_at
    return {
        one.channel: (one.state, (one.created_at - began).total_seconds())
        for one in rows
        if one.person_id == who and one.cycle == cycle
    }


async def method_of(night: Night, who: str, channel: str = "sms") -> tables.ContactMethod:
    rows = await night.rows(tables.ContactMethod)
    (found,) = [one for one in rows if (one.person_id, one.channel) == (who, channel)]
    method: tables.ContactMethod = found
    return method


async def test_told_to_wait_the_next_way_starts_at_once_and_the_first_is_tried_again_f42(night: Night) -> None:
    """F42: a rate limit holds nobody up, and drops nothing."""
    await night.reach_by_mail("ingrid", "ingrid@example.no")
    night.phones.network = {INGRID: refuses_for_now(50)}

    await night.press()
    assert await ways(night) == {"sms": (NoticeState.WAITING, 0), "mail": (NoticeState.DELIVERED, 0)}
    night.phones.network = {}
    await night.pass_time(seconds=51)

    assert await ways(night) == {"sms": (NoticeState.DELIVERED, 0), "mail": (NoticeState.DELIVERED, 0)}


async def test_a_line_that_hangs_starts_the_next_way_after_twenty_seconds_f41(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F41, G9: the first is still being tried when the second starts."""
    monkeypatch.setattr(deliver, "PROMPT_S", 0.01)
    await night.reach_by_mail("ingrid", "ingrid@example.no")
    night.phones.network = {INGRID: hangs}

    await night.press()
    await night.pass_time(seconds=19)
    assert set(await ways(night)) == {"sms"}
    await night.pass_time(seconds=2)

    sms, mail = (await ways(night))["sms"], (await ways(night))["mail"]
    assert sms[0] is NoticeState.SENDING
    assert mail[0] is NoticeState.DELIVERED
    assert mail[1] <= 30
    night.phones.let_go.set()
    await night.die()


async def test_whoever_has_no_other_way_makes_the_next_rung_be_asked_within_thirty_seconds_f54(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F54: both telephones are dead, so everybody else hears of it."""
    monkeypatch.setattr(deliver, "PROMPT_S", 0.01)
    night.phones.network = dict.fromkeys(_BOTH, hangs)

    await night.press()
    await night.pass_time(seconds=30)

    assert (await night.the_alert()).rung >= 2
    night.phones.let_go.set()
    await night.die()


async def test_of_two_the_one_who_was_reached_gives_the_ladder_time_f54(night: Night) -> None:
    night.phones.network = {INGRID: refuses_for_good}

    await night.press()
    await night.pass_time(seconds=30)

    assert (await night.the_alert()).rung == 1


async def test_a_failing_provider_is_passed_over_and_told_of_and_its_return_too_f40(night: Night) -> None:
    """F40: the breaker opens, a technical alert is raised, and its journal says when it is over."""
    await night.reach_by_mail("ingrid", "ingrid@example.no")
    await night.reach_by_mail("kari", "kari@example.no")
    night.phones.network = dict.fromkeys((*_BOTH, KARI), refuses_for_now())
    await night.press()
    await night.pass_time(seconds=8)
    assert is_open(night)
    tried = len(night.phones.tried)

    await night.press("knapp-kåre")

    assert len(night.phones.tried) == tried
    assert KARI not in [notice.address for _, notice in night.phones.sent]
    (mail,) = [one for one in await night.notices() if one.person_id == "kari" and one.channel == "mail"]
    assert mail.state is NoticeState.DELIVERED
    assert "hub-fault" in await night.kinds()
    night.phones.network = {}
    await night.pass_time(seconds=20)
    assert not is_open(night)
    assert any("Kanalen «sms» virker igjen." in line for line in await night.journal())


async def test_what_got_lost_makes_the_telephone_suspect_and_what_arrives_clears_it_f43(night: Night) -> None:
    """F43: a suspect way is tried last, until something comes through."""
    await night.reach_by_mail("ingrid", "ingrid@example.no")
    night.phones.silent = {INGRID}
    await night.press()
    await night.pass_time(seconds=61)
    assert (await method_of(night, "ingrid")).suspect_since is not None
    assert (await ways(night))["mail"][0] is NoticeState.DELIVERED

    await night.pass_time(2)
    assert set(await ways(night, cycle="rung:2")) == {"mail"}
    (lost,) = [one for one in await night.notices() if one.address == INGRID and one.cycle == "rung:1"]
    await deliver.receive_status(night.hub, lost.reference or "", "delivered", None, Fate.DELIVERED)

    assert (await method_of(night, "ingrid")).suspect_since is None


async def test_texts_that_were_held_up_go_as_one_and_none_is_dropped_f42(night: Night) -> None:
    """F42: bundled; the codes are listed for whoever asks, and every notice gets its receipt."""
    night.phones.network = dict.fromkeys(_BOTH, refuses_for_now(10))
    night.ingest.deliver(night.pressed("knapp-anna"))
    night.ingest.deliver(night.pressed("knapp-bjarne"))
    await night.work()
    night.phones.network = {}

    await night.pass_time(seconds=11)

    texts = [told.text for _, told in night.phones.sent if told.address == INGRID]
    assert texts == ["HASTER: 2 varsler venter på deg. https://hub.example/nurse Svar LISTE for å få kodene."]
    mine = [one for one in await night.notices() if one.address == INGRID]
    assert {one.state for one in mine} == {NoticeState.DELIVERED}
    assert len(mine) == 2
    listed = await night.reply(INGRID, "LISTE")
    assert listed.count("kl. 02:14: ") == 2


def is_open(night: Night) -> bool:
    return night.hub.breakers["sms"].opened_at is not None


def says_stop(_: OutgoingNotice) -> Receipt:
    return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="Twilio 21610", lost=Lost.STOPPED)


async def coordinator(night: Night) -> None:
    async with night.database.write() as session:
        session.add(tables.Person(id="leder", name="kanari-leder", username="leder", role=Role.COORDINATOR))
        await session.flush()
    await night.reach_by_mail("leder", "leder@example.no")


async def test_a_number_that_says_stop_is_used_no_more_and_the_coordinator_is_told_f51(night: Night) -> None:
    """F51: by the provider's error 21610."""
    await coordinator(night)
    night.phones.network = {INGRID: says_stop}

    await night.press()
    await night.pass_time(3)

    assert (await method_of(night, "ingrid")).disabled_reason == "STOP"
    told = [notice.text for _, notice in night.mail.sent if notice.address == "leder@example.no"]
    assert len([text for text in told if text.startswith("En ansatt tar ikke lenger imot varsler på sms.")]) == 1
    assert [n.address for _, n in night.phones.tried].count(INGRID) == 1


async def test_stop_and_start_by_sms_close_and_open_the_telephone_f51(night: Night) -> None:
    """F51: by the telephone itself; with no coordinator to tell it becomes a technical alert."""
    await replies.receive_wish(night.hub, INGRID, wants_texts=False)
    await night.press()
    assert [notice.address for _, notice in night.phones.sent] == [MARIA]
    await night.work()
    assert "hub-fault" in await night.kinds()
    assert (await night.reply(INGRID, "STATUS")).startswith("Ingen varsler kommer hit: du har stoppet SMS.")

    await replies.receive_wish(night.hub, INGRID, wants_texts=True)
    await night.pass_time(3)

    assert INGRID in [notice.address for _, notice in night.phones.sent]


async def test_stop_holds_for_the_second_gateway_too_and_calls_go_on_f51(night: Night) -> None:
    """F51: whoever wants no texts gets none by another road; START opens both again."""
    async with night.database.write() as session:
        for place, channel in enumerate(("sms_gateway", "voice"), 1):
            method = Method(channel=channel, address=INGRID)
            await people.put_method(session, "ingrid", method, None, place, night.clock())
            await session.flush()
            await people.verify(session, "ingrid", method, night.clock())

    for wants, channels in ((False, ["voice"]), (True, ["sms", "sms_gateway", "voice"])):
        await replies.receive_wish(night.hub, INGRID, wants_texts=wants)
        async with night.database.read() as session:
            assert [one.channel for one in await people.methods_of(session, "ingrid")] == channels


async def test_start_does_not_open_what_was_closed_for_another_reason_f51(night: Night) -> None:
    async with night.database.write() as session:
        await people.disable(session, "ingrid", Method(channel="sms", address=INGRID), "left")

    await replies.receive_wish(night.hub, INGRID, wants_texts=True)

    assert (await method_of(night, "ingrid")).disabled_reason == "left"


async def test_a_notice_of_no_alert_is_sent_and_given_up_without_one(night: Night) -> None:
    night.phones.silent = {INGRID}
    row = tables.Notice(
        id="n1", person_id="ingrid", channel="sms", address=INGRID, text="Kode 1234", cycle="verify:1",
        severity=Severity.MODERATE, created_at=night.clock(), not_before=night.clock(),
    )  # fmt: skip
    async with night.database.write() as session:
        session.add(row)

    await night.work()
    night.clock.advance(seconds=61)
    await night.work()

    assert [(one.state, one.sent_at) for one in await night.notices()] == [
        (NoticeState.FAILED, night.clock() - timedelta(seconds=61))
    ]
