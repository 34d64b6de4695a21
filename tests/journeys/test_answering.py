"""Taking an alert: one winner, and an SMS that takes its own alert and nothing else (F50, F57, P6)."""

import asyncio

import pytest

from carehub.core.alerts import Action, Status, after
from carehub.flow import respond
from carehub.store import tables
from tests.journeys.building import INGRID, KARI, MARIA, TOR, Night


async def test_two_nurses_take_at_once_and_the_second_learns_who_has_it_f57(night: Night) -> None:
    await night.press()

    answers = await asyncio.gather(night.take("ingrid"), night.take("maria"))

    (winner,) = [answer.owner for answer in answers if answer.done]
    (told,) = [answer.owner for answer in answers if not answer.done]
    assert winner is not None
    assert told is not None
    assert told.id == winner.id == (await night.the_alert()).owner_id
    assert sum("taken" in line for line in await night.journal()) == 1


async def test_of_fifty_who_take_at_once_exactly_one_wins_f57(night: Night) -> None:
    await night.press()
    who = ["ingrid", "maria", "tor", "kari"] * 12 + ["ingrid", "maria"]

    answers = await asyncio.gather(*(night.take(one) for one in who))

    assert sum(answer.done for answer in answers) == 1
    owner = (await night.the_alert()).owner_id
    assert {answer.owner.id for answer in answers if answer.owner} == {owner}
    assert sum("taken" in line for line in await night.journal()) == 1


async def test_taking_and_climbing_at_once_leave_one_owner_or_one_more_rung_f57(night: Night) -> None:
    await night.press()
    night.clock.advance(minutes=2)

    answer, _ = await asyncio.gather(night.take("ingrid"), night.worker._escalate())
    await night.work()

    alert = await night.the_alert()
    assert answer.done
    assert (alert.status, alert.owner_id) == (Status.TAKEN, "ingrid")
    await night.pass_time(9)
    assert alert.rung == (await night.the_alert()).rung


async def test_nobody_takes_what_is_not_there(night: Night) -> None:
    async with night.database.write() as session:
        assert await respond.take(session, "no-such-alert", "ingrid", night.clock()) == respond.Answer(
            done=False, alert=None
        )


async def test_a_colleague_may_arrive_and_close_but_not_give_back_f57(night: Night) -> None:
    await night.press()
    await night.take("ingrid")

    assert not (await night.release("maria")).done
    assert (await night.arrive("maria")).done
    assert (await night.the_alert()).owner_id == "maria"
    assert (await night.close("ingrid")).done
    assert not (await night.close("ingrid")).done
    assert after(Status.CLOSED, Action.TAKE) is None


async def test_what_has_been_taken_before_it_was_sent_is_not_sent(night: Night) -> None:
    night.ingest.deliver(night.pressed())
    await night.fold()

    await night.take("ingrid")
    await night.work()

    assert night.told == []
    assert {notice.reason for notice in await night.notices()} == {"answered before it was sent"}


# --- SMS -------------------------------------------------------------------------------------

_TAKES = [
    "{code}",
    "{lower}",
    " {code} ",
    "{code}.",
    "{code}\n",
    "\t{lower}\r\n",
    "{code}!",
    "Ja {code}",
    "ok {lower}",
    "jeg tar {code}",
    "{code}, på vei",
    "kode:{code}",
    "({code})",
    "«{code}»",
    "{code}😊",
    "ok\u00a0{code}",
    "{code}\x00",
    "HASTER: varsel A4F2 kl. 02:14 venter på deg. https://hub.example/a/A4F2 Svar med koden for å ta det: {code}",
]
_TAKES_NOTHING = [
    "",
    " ",
    "ok",
    "OK.",
    "ja",
    "Ja takk!",
    "1",
    "👍",
    "på vei",
    "K7M2",
    "KKKKK",
    "{cut}",
    "{code}X",
    "X{code}",
    "stopp",
    "\x00",
    "'; DROP TABLE alert; --",
    "æøå " * 400,
    "{spaced}",
    "%",
    "_____",
]


@pytest.mark.parametrize("words", _TAKES)
async def test_a_reply_with_the_code_takes_the_alert_f50(quick_night: Night, words: str) -> None:
    night = quick_night
    await night.press()
    code = night.code_for(INGRID)

    answer = await night.reply(INGRID, words.format(code=code, lower=code.lower()))

    assert answer.startswith("Du har varsel ")
    assert (await night.the_alert()).owner_id == "ingrid"


async def test_replies_without_the_code_take_nothing_f50(night: Night) -> None:
    await night.press()
    code = night.code_for(INGRID)
    for words in _TAKES_NOTHING:
        said = words.format(code=code, cut=code[:4], spaced=" ".join(code))
        answer = await night.reply(INGRID, said)

        assert answer.startswith("Koden er ikke kjent."), said
    assert (await night.the_alert()).status is Status.OPEN


async def test_a_code_from_another_number_takes_nothing_f50(night: Night) -> None:
    await night.press()
    code = night.code_for(INGRID)

    for number in (MARIA, TOR, "+4799999999", "", INGRID[1:], f" {INGRID}"):
        assert (await night.reply(number, code)).startswith("Koden hører til et annet nummer.")

    assert (await night.the_alert()).status is Status.OPEN


async def test_a_code_of_somebody_who_has_left_takes_nothing_f50(night: Night) -> None:
    await night.press()
    async with night.database.write() as session:
        (await session.get_one(tables.Person, "ingrid")).active = False

    assert (await night.reply(INGRID, night.code_for(INGRID))).startswith("Koden hører til et annet nummer.")


async def test_a_reply_takes_its_own_alert_and_not_the_other_one_p6(night: Night) -> None:
    await night.press("knapp-anna")
    first = night.code_for(INGRID)
    await night.press("knapp-bjarne")

    await night.reply(INGRID, first)

    assert {alert.resident_id: alert.owner_id for alert in await night.alerts()} == {"anna": "ingrid", "bjarne": None}


async def test_a_late_reply_to_a_closed_alert_never_hits_the_next_one_p6(night: Night) -> None:
    await night.press()
    old = night.code_for(INGRID)
    await night.close("maria")
    await night.press()

    answer = await night.reply(INGRID, old)

    assert "er allerede avsluttet" in answer
    assert [(alert.status, alert.owner_id) for alert in await night.alerts()] == [
        (Status.CLOSED, None),
        (Status.OPEN, None),
    ]


async def test_a_code_of_yesterday_is_too_old_f50(night: Night) -> None:
    await night.press()
    code = night.code_for(INGRID)
    night.clock.advance(hours=13)

    assert (await night.reply(INGRID, code)).startswith("Koden er for gammel.")
    assert (await night.the_alert()).status is Status.OPEN


async def test_the_same_reply_twice_says_that_it_is_hers_already_f50(night: Night) -> None:
    await night.press()
    code = night.code_for(INGRID)

    first, second = await night.reply(INGRID, code), await night.reply(INGRID, code)

    assert first.startswith("Du har varsel ")
    assert second.startswith("Du har allerede varsel ")
    assert sum("taken" in line for line in await night.journal()) == 1


async def test_the_second_to_reply_learns_that_a_colleague_has_it_f57(night: Night) -> None:
    await night.press()

    await night.reply(INGRID, night.code_for(INGRID))
    answer = await night.reply(MARIA, night.code_for(MARIA))

    assert answer.startswith("En kollega har allerede varsel ")
    assert "kanari" not in answer
    assert (await night.the_alert()).owner_id == "ingrid"


async def test_an_older_code_of_the_same_alert_still_takes_it_p6(night: Night) -> None:
    await night.press()
    await night.pass_time(3)
    assert night.code_for(INGRID, 0) != night.code_for(INGRID, -1)

    assert (await night.reply(INGRID, night.code_for(INGRID, 0))).startswith("Du har varsel ")


async def test_every_text_has_a_code_of_its_own_p6(night: Night) -> None:
    await night.press("knapp-anna")
    await night.press("knapp-kåre")
    await night.pass_time(10)

    codes = [notice.text.rsplit(" ", 1)[-1] for _, notice in night.phones.sent if "koden" in notice.text]
    assert len(codes) == len(set(codes)) > 10
    assert night.code_for(KARI) in codes
