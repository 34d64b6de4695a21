"""At the start of a shift each telephone answers, or somebody is told; a new number is used when it has answered."""

from datetime import UTC, date, datetime, timedelta

import pytest

from carehub.core.answers.escalation import Method
from carehub.core.people.access import Role
from carehub.core.people.coverage import Horizon
from carehub.core.watching.blindness import Cause
from carehub.flow.staff import contacts, roll_call
from carehub.flow.staff.contacts import Checked
from carehub.flow.watching.blindness import unwatched
from carehub.store import contacts as ways
from carehub.store import people, roll_calls, staffing, tables
from tests.journeys.building import INGRID, KARI, MARIA, NIGHT, TOR, Night
from tests.unit.shifts.planning import plan, shift

MORNING = datetime(2026, 1, 15, 6, 30, tzinfo=UTC)  # 07:30 in Oslo
TODAY = date(2026, 1, 15)
NEW = "+4790000009"


async def called(night: Night) -> list[str]:
    """The station looks, and what it wrote is sent; gives who got what since, the same words together."""
    before = len(night.phones.sent)
    await roll_call.call(night.hub)
    await night.worker._deliver()
    got = [(notice.text.split(". ")[0], notice.address[-1]) for _, notice in night.phones.sent[before:]]
    return [f"{number} {words}" for words, number in sorted(got)]  # of one severity, any may go first


@pytest.fixture
async def morning(night: Night) -> Night:
    """Ingrid, maria and tor begin at 07:30; one coordinator."""
    async with night.database.write() as session:
        chief = tables.Person(id="astrid", name="kanari-astrid", username="astrid", role=Role.COORDINATOR, phone=KARI)
        session.add(chief)
        await session.flush()
        session.add(people.telephone(chief, NIGHT))
    await plan(night, *(shift(who, "07:30", "15:00", TODAY) for who in ("ingrid", "maria", "tor")))
    night.clock.now = MORNING
    return night


async def test_each_telephone_is_asked_once_as_its_shift_begins(morning: Night) -> None:
    """F54: a telephone that is off is found when the shift begins, not when somebody falls."""
    asked = await called(morning)
    morning.clock.advance(seconds=5)

    assert asked == [f"{n} Vakten din er i gang" for n in (1, 2, 3)]
    assert await called(morning) == []


async def test_whoever_is_silent_is_told_of_to_the_coordinator_and_to_the_others_on_duty(morning: Night) -> None:
    """F54: "2 av 3 har svart", and no name in it."""
    await called(morning)
    assert await morning.reply(INGRID, "ok!") == roll_call.THANKS
    asked = next(notice.text for _, notice in morning.phones.sent if notice.address == MARIA)
    code = asked.rsplit(" ", 1)[1]
    assert await morning.reply(MARIA, f"svar {code.lower()}") == roll_call.THANKS
    morning.clock.advance(minutes=9, seconds=59)
    assert await called(morning) == []
    morning.clock.advance(seconds=1)

    assert await called(morning) == [f"{n} Vaktstart: 2 av 3 har svart" for n in (1, 2, 4)]
    morning.clock.advance(minutes=5)
    assert await called(morning) == []
    async with morning.database.read() as session:
        now = await roll_calls.present(session, morning.clock(), "sol")
    assert [(one.person.id, one.is_silent) for one in now] == [("ingrid", False), ("maria", False), ("tor", True)]


async def test_a_silent_telephone_counts_as_nobody_in_the_coverage_until_it_answers(night: Night) -> None:
    """F53, F54: the only one on duty is silent."""
    await plan(night, shift("tor", "07:30", "15:00", TODAY))
    night.clock.now = MORNING
    await called(night)
    night.clock.advance(minutes=10)
    await called(night)

    async def first_gap() -> datetime:
        async with night.database.read() as session:
            return (await staffing.gaps_ahead(session, night.clock()))["sol"][Horizon.DAY][0].since

    assert await first_gap() == night.clock()
    assert await night.reply(TOR, "Ja") == roll_call.THANKS
    assert await first_gap() == MORNING + timedelta(hours=7, minutes=30)


async def test_the_list_of_the_day_asks_the_same_question_as_the_coverage(night: Night) -> None:
    """F53, F54: silent at the roll-call, with no way that works or under suspicion is nobody; until they answer."""
    await plan(night, shift("tor", "07:30", "15:00", TODAY))
    night.clock.now = MORNING
    async with night.database.write() as session:
        for who in ("ingrid", "maria"):
            (await session.get_one(tables.Person, who)).on_duty = False
    assert not await nobody_for_anna(night)

    await called(night)
    night.clock.advance(minutes=10)
    await called(night)
    assert await nobody_for_anna(night)
    assert await night.reply(TOR, "Ja") == roll_call.THANKS
    assert not await nobody_for_anna(night)

    async with night.database.write() as session:
        (way,) = await ways.of_person(session, "tor")
        way.method.suspect_since = night.clock()
    assert await nobody_for_anna(night)
    async with night.database.write() as session:
        (way,) = await ways.of_person(session, "tor")
        await ways.take_away(session, way.method, night.clock())
        (await session.get_one(tables.Person, "ingrid")).on_duty = True
    assert not await nobody_for_anna(night)


async def nobody_for_anna(night: Night) -> bool:
    async with night.database.read() as session:
        rows = await unwatched(night.hub, session, night.clock())
    return any(one.cause is Cause.NOBODY for row in rows if row.resident.id == "anna" for one in row.missing)


async def test_a_person_without_a_telephone_that_works_is_told_of_at_once(morning: Night) -> None:
    async with morning.database.write() as session:
        await people.disable(session, "tor", Method(channel="sms", address=TOR), "STOP")

    assert await called(morning) == [
        "1 Vakten din er i gang", "2 Vakten din er i gang",
        "1 Vaktstart: 0 av 3 har svart", "2 Vaktstart: 0 av 3 har svart", "4 Vaktstart: 0 av 3 har svart",
    ]  # fmt: skip


async def test_a_unit_may_do_without_the_roll_call(morning: Night) -> None:
    async with morning.database.write() as session:
        (await session.get_one(tables.Unit, "sol")).roll_call = False

    assert await called(morning) == []


async def test_a_hub_that_was_down_asks_late_and_after_half_an_hour_not_at_all(morning: Night) -> None:
    """F54: the deadline is a row; a restart asks whoever has not been asked."""
    morning.clock.advance(minutes=20)
    await morning.die()
    await morning.start()
    assert len(await called(morning)) == 3
    morning.clock.advance(days=7, minutes=11)

    assert [line for line in await called(morning) if "Vakten din" in line] == []


async def test_a_night_nurse_with_two_units_is_asked_once(night: Night) -> None:
    rows = [shift("tor", "07:30", "15:00", TODAY, unit_id=unit) for unit in ("nord", "sol")]
    rows[0].id = "tor-nord"
    await plan(night, *rows)
    night.clock.now = MORNING

    assert await called(night) == ["3 Vakten din er i gang"]


@pytest.mark.parametrize("body", ["", "hei", "OKKUPERT", "K7M2PT"])
async def test_what_is_no_answer_does_not_count_as_one(morning: Night, body: str) -> None:
    await called(morning)

    assert await morning.reply(TOR, body) != roll_call.THANKS
    assert await waits(morning, "tor")


async def waits(night: Night, who: str) -> bool:
    async with night.database.read() as session:
        return who in await roll_calls.waiting(session, night.clock())


async def test_an_ok_while_an_alert_waits_takes_no_alert_and_does_not_sound_like_it(morning: Night) -> None:
    """F54: it answers the roll-call, and what is sent back asks for the alert's code."""
    await called(morning)
    await morning.press()

    answer = await morning.reply(INGRID, "OK")

    assert "Svar med koden til varselet du tar" in answer
    assert not await waits(morning, "ingrid")
    assert (await morning.alerts())[0].owner_id is None


async def test_the_code_of_an_alert_with_an_ok_beside_it_takes_the_alert(morning: Night) -> None:
    await called(morning)
    await morning.press()

    assert "Du har varsel" in await morning.reply(INGRID, f"OK {morning.code_for(INGRID)}")


async def test_another_telephone_cannot_answer_for_a_colleague(morning: Night) -> None:
    await called(morning)
    code = morning.phones.sent[2][1].text.rsplit(" ", 1)[1]

    assert "ikke kjent" in await morning.reply(KARI, code)
    async with morning.database.read() as session:
        calls = [one.call for one in await roll_calls.present(session, morning.clock(), "sol")]
    assert all(one and one.answered_at is None for one in calls)


# --- a new number --------------------------------------------------------------------------


async def new_number(night: Night, replaces: str | None = None) -> str:
    """Tor gets a new telephone; gives the code that was sent to it."""
    async with night.database.write() as session:
        await contacts.add(night.hub, session, "tor", Method(channel="sms", address=NEW), night.clock(), replaces)
    await night.worker._deliver()
    return sent_code(night)


def sent_code(night: Night) -> str:
    return night.phones.sent[-1][1].text.removeprefix("Koden din er ").split(".")[0]


async def usable(night: Night) -> list[str]:
    async with night.database.read() as session:
        return [method.address for method in await people.methods_of(session, "tor")]


async def way(night: Night) -> ways.Way:
    async with night.database.read() as session:
        return next(one for one in await ways.of_person(session, "tor") if one.method.address == NEW)


async def tried(night: Night, code: str) -> Checked:
    async with night.database.write() as session:
        return await contacts.confirm(session, await way(night), code, night.clock())


async def test_a_number_is_used_when_its_owner_has_typed_the_code(night: Night) -> None:
    """F54: only verified ways are used by ladders."""
    code = await new_number(night)
    assert await usable(night) == [TOR]

    assert await tried(night, f" {code.lower()} ") is Checked.VERIFIED
    assert await usable(night) == [TOR, NEW]


async def test_a_changed_number_takes_over_when_it_has_answered_and_the_old_one_works_until_then(night: Night) -> None:
    """F54: answered by SMS, in the old one's place."""
    async with night.database.read() as session:
        old = (await ways.of_person(session, "tor"))[0].method.id
    code = await new_number(night, old)
    assert await usable(night) == [TOR]

    assert await night.reply(NEW, f"Her er den: {code}") == contacts.CONFIRMED
    assert await usable(night) == [NEW]
    async with night.database.read() as session:
        assert (await session.get_one(tables.Person, "tor")).phone == NEW


async def test_a_code_from_another_telephone_confirms_nothing(night: Night) -> None:
    code = await new_number(night)

    assert "ikke kjent" in await night.reply(MARIA, code)
    assert await usable(night) == [TOR]


async def test_five_guesses_or_half_an_hour_and_the_code_is_worth_nothing(night: Night) -> None:
    code = await new_number(night)
    guesses = [await tried(night, "AAAAAA") for _ in range(6)]
    assert guesses == [Checked.WRONG] * 5 + [Checked.TOO_LATE]
    assert await tried(night, code) is Checked.TOO_LATE
    night.clock.advance(minutes=2)
    for is_sent in (True, False):
        async with night.database.write() as session:
            assert await contacts.send_again(night.hub, session, await way(night), night.clock()) is is_sent
    await night.worker._deliver()
    night.clock.advance(minutes=31)

    assert await tried(night, sent_code(night)) is Checked.TOO_LATE


async def test_codes_are_not_sent_to_a_number_for_ever(night: Night) -> None:
    """C25: a form on a page must not become a pump for messages."""
    await new_number(night)
    sent = 0
    for _ in range(10):
        night.clock.advance(minutes=2)
        async with night.database.write() as session:
            sent += await contacts.send_again(night.hub, session, await way(night), night.clock())

    assert sent == 4


async def test_a_number_that_somebody_has_already_is_not_added_twice(night: Night) -> None:
    async with night.database.write() as session:
        assert await contacts.add(night.hub, session, "tor", Method(channel="sms", address=TOR), NIGHT) is None


async def test_whoever_is_verified_gets_no_more_codes(night: Night) -> None:
    assert await tried(night, await new_number(night)) is Checked.VERIFIED
    night.clock.advance(minutes=2)

    async with night.database.write() as session:
        assert not await contacts.send_again(night.hub, session, await way(night), night.clock())
