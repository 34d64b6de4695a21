"""Taking an alert: one winner, and an SMS that takes its own alert and nothing else (F50, F57, P6)."""

import asyncio
from datetime import timedelta

import pytest

from carehub.contracts import Fate
from carehub.core.answers.alerts import Action, Status, after
from carehub.core.answers.codes import with_check
from carehub.core.languages import Language
from carehub.flow import deliver, respond
from carehub.flow.answering import replies
from carehub.flow.reaching import telling
from carehub.kit.ids import new_code, new_id
from carehub.store import codes, tables
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


async def test_of_a_hundred_who_take_at_once_exactly_one_wins_f57_c77(night: Night) -> None:
    """F57: one owner, everybody else is told who, and the ladder stops once."""
    await night.press()
    who = ["ingrid", "maria", "tor", "kari"] * 25

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
    "{spaced}",
    "  {spaced} ",
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
    "{swapped}",
    "{slip}",
    "{code} {other}",
    "Steng varselet",
    "avslutt",
    "lukk 1",
    "slett alt",
    "låse opp",
    "%",
    "_____",
]


@pytest.mark.parametrize("words", _TAKES)
async def test_a_reply_with_the_code_takes_the_alert_f50(quick_night: Night, words: str) -> None:
    night = quick_night
    await night.press()
    code = night.code_for(INGRID)

    answer = await night.reply(INGRID, words.format(code=code, lower=code.lower(), spaced=" ".join(code)))

    assert answer.startswith("Du har varsel ")
    assert (await night.the_alert()).owner_id == "ingrid"


async def test_replies_without_the_code_take_nothing_and_are_told_which_there_are_f50(night: Night) -> None:
    """F50, C23: an SMS takes by its code and does nothing else; every other word is answered with the list."""
    await night.press()
    await night.press("knapp-bjarne")
    code, other = night.code_for(INGRID, 0), night.code_for(INGRID, 1)
    at = next(place for place in range(5) if code[place] != code[place + 1])
    swapped = code[:at] + code[at + 1] + code[at] + code[at + 2 :]
    slip = ("3" if code[0] != "3" else "4") + code[1:]
    for words in _TAKES_NOTHING:
        said = words.format(code=code, cut=code[:4], swapped=swapped, slip=slip, other=other)
        answer = await night.reply(INGRID, said)

        assert f"kl. 02:14: {code}" in answer, words
        assert f"kl. 02:14: {other}" in answer, words
        # Letters alone may be a word, and nobody is told that their word is a wrong code.
        assert answer.startswith("Koden ble ikke riktig.") or words not in {"{swapped}", "{slip}"} or said.isalpha()
    assert {alert.status for alert in await night.alerts()} == {Status.OPEN}


async def test_a_stranger_learns_no_code_f50(night: Night) -> None:
    await night.press()

    for words in ("ok", "1", "liste"):
        assert (await night.reply("+4799999999", words)).startswith("Ingen varsler venter på svar fra dette nummeret.")


async def test_whoever_is_told_to_ring_the_duty_room_is_told_its_number_and_a_stranger_is_not_f50(night: Night) -> None:
    async with night.database.write() as session:
        (await session.get_one(tables.Unit, "sol")).phone = "+4799900701"
        (await session.get_one(tables.Person, "maria")).language = Language.EN

    assert (await night.reply(INGRID, "hei")).endswith("Trenger du hjelp, ring vaktrommet på +4799900701")
    assert (await night.reply(MARIA, "hei")).endswith("If you need help, call the duty room on +4799900701")
    assert (await night.reply(KARI, "hei")).endswith("ring vaktrommet.")  # her zone has none
    assert (await night.reply("+4799999998", "hei")).endswith("ring vaktrommet.")


@pytest.mark.parametrize(
    ("language", "number"),
    [(Language.NB, "vaktrommet på +4799900701"), (Language.NN, "vaktrommet på +4799900701"),
     (Language.EN, "the duty room on +4799900701")],
)  # fmt: skip
async def test_every_answer_that_takes_nothing_and_shows_no_way_names_the_number_f50(
    quick_night: Night, language: Language, number: str
) -> None:
    night = quick_night
    async with night.database.write() as session:
        (await session.get_one(tables.Unit, "sol")).phone = "+4799900701"
        (await session.get_one(tables.Person, "ingrid")).language = language
    await night.press()

    given = {one.person_id: one.code for one in await night.rows(tables.ReplyCode)}

    not_yours = await night.reply(INGRID, given["maria"])
    night.clock.advance(hours=13)
    old = await night.reply(INGRID, given["ingrid"])
    for guess in ("22222", "33333", "44444", "55555", "66666"):
        await night.reply(INGRID, with_check(guess))
    wait = await night.reply(INGRID, given["ingrid"])

    said = [not_yours, old, wait]
    assert len(set(said)) == len(said)
    assert [words for words in said if not words.endswith(number)] == []
    assert (await night.the_alert()).status is Status.OPEN


async def test_after_five_wrong_codes_a_number_is_not_listened_to_for_ten_minutes_c22(night: Night) -> None:
    """C22: whoever guesses from a forged number gets five tries, and even the right code then waits."""
    await night.press()
    right = night.code_for(INGRID)
    for guess in ("22222", "33333", "44444", "55555", "66666"):
        assert (await night.reply(INGRID, with_check(guess))).startswith("Koden er ikke kjent.")

    assert (await night.reply(INGRID, right)).startswith("Det kom for mange feil koder")
    assert (await night.the_alert()).status is Status.OPEN
    assert (await night.reply(MARIA, night.code_for(MARIA))).startswith("Du har varsel ")
    night.clock.advance(minutes=10)

    assert (await night.reply(INGRID, right)).startswith("En kollega har allerede varsel ")


async def test_what_a_provider_sends_three_times_counts_once_c20(night: Night) -> None:
    """C20: a text with a code takes once and is answered each time; a report moves its notice once."""
    await night.press()
    right = night.code_for(INGRID)

    first, *again = [await night.reply(INGRID, right) for _ in range(3)]
    (notice,) = [one for one in await night.rows(tables.Notice) if one.address == INGRID][:1]
    for _ in range(3):
        await deliver.receive_status(night.hub, notice.reference or "", "delivered", None, Fate.DELIVERED)

    assert first.startswith("Du har varsel ")
    assert len(again) == 2
    assert sum("taken" in line for line in await night.journal()) == 1
    reports = [one for one in await night.rows(tables.StatusReport) if one.reference == notice.reference]
    assert [(one.status, one.fate) for one in reports] == [("delivered", Fate.DELIVERED)]


async def test_a_slip_of_the_thumb_is_no_guess_c22(night: Night) -> None:
    await night.press()
    right = night.code_for(INGRID)
    slip = ("2" if right[0] != "2" else "3") + right[1:]
    for _ in range(9):
        await night.reply(INGRID, slip)

    assert (await night.reply(INGRID, right)).startswith("Du har varsel ")


async def test_only_the_last_senders_of_wrong_codes_are_remembered_c22(
    quick_night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "_MOST_SENDERS", 3)

    for number in range(5):
        await quick_night.reply(f"+4790000{number:03}", with_check("22222"))

    assert list(quick_night.hub.wrong_codes) == ["+4790000002", "+4790000003", "+4790000004"]


async def test_with_many_alerts_the_most_urgent_are_listed_and_the_page_named_f50(night: Night) -> None:
    for device in ("knapp-anna", "knapp-bjarne"):
        await night.press(device)
    for number in range(4):
        async with night.database.write() as session:
            alert = (await night.alerts())[0]
            fields = alert.model_dump() | {"id": new_id(), "dedup_key": f"more/{number}"}
            session.add(tables.Alert(**fields))
            await session.flush()
            session.add(
                tables.ReplyCode(
                    code=with_check(new_code()), alert_id=fields["id"], person_id="ingrid", created_at=night.clock(),
                    expires_at=night.clock() + timedelta(hours=1),
                )
            )  # fmt: skip

    answer = await night.reply(INGRID, "ok")

    assert answer.count("kl. ") == 4
    assert answer.endswith("Se også https://hub.example/nurse")


async def test_a_code_is_given_to_nobody_else_for_a_fortnight_after_it_ran_out_f50(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F50, C22: whoever digs out an old message never takes today's alert with it."""
    drawn = iter(["AAAAA", "BBBBB", "AAAAA", "BBBBB", "CCCCC", "DDDDD", *["AAAAA"] * 2, *["EEEEE", "FFFFF"] * 3])
    monkeypatch.setattr(telling, "new_code", lambda: next(drawn))
    monkeypatch.setattr(codes, "new_code", lambda: next(drawn))
    await night.press()
    first = {night.code_for(INGRID), night.code_for(MARIA)}
    await night.close("maria")
    night.clock.advance(days=13)
    await sweep(night)

    await night.press()
    second = {night.code_for(INGRID), night.code_for(MARIA)}

    assert first == {with_check("AAAAA"), with_check("BBBBB")}
    assert second == {with_check("CCCCC"), with_check("DDDDD")}
    await night.close("maria", number=1)
    night.clock.advance(days=15)
    await sweep(night)
    assert [row for row in await night.rows(tables.ReplyCode) if row.code in first] == []
    await night.press()
    assert with_check("AAAAA") in {night.code_for(INGRID), night.code_for(MARIA)}


async def sweep(night: Night) -> None:
    async with night.database.write() as session:
        await codes.sweep(session, night.clock())


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
