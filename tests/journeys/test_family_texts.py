"""What a family answers by SMS, on both databases: STOPP, START, STATUS, JA, NEI, HJELP, and what is none of it.

C18 and C22–C26: a signed webhook, a number that proves nothing, no verb that changes an alert, no name in any text,
a cap on what one number is answered.
"""

from collections.abc import AsyncIterator
from datetime import timedelta

import httpx2
import pytest
from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.people.consent import Insight
from carehub.core.people.kin import MOST_ANSWERS
from carehub.core.severity import Severity
from carehub.flow import escalate
from carehub.store import kin, tables
from tests.journeys.building import CANARY, INGRID, Night
from tests.journeys.telephones import OURS, Exchange, telephones

DAUGHTER, STRANGER = "+4799999999", "+4791111111"
_LADDER = ("on_duty", "relative", "unit")


async def follows(night: Night, insight: Insight = Insight.HANDLED_ALERTS, *, asked: bool = True) -> None:
    """The daughter follows Anna, and stands on the ladder where that is agreed."""
    async with night.database.write() as session:
        session.add(tables.LadderRow(id="*/40", unit_id=None, severity=Severity.CRITICAL))
        await session.flush()
        for position, asks in enumerate(_LADDER, 1):
            session.add(tables.LadderRung(ladder_id="*/40", position=position, asks=asks, patience_s=120))
        session.add(
            tables.ContactMethod(
                id="m", person_id="datter", channel="sms", address=DAUGHTER, created_at=night.clock(),
                verified_at=night.clock(),
            )
        )  # fmt: skip
        session.add(
            tables.Relation(
                id="rel", person_id="datter", resident_id="anna", kinship="datter", insight=insight, by_sms=True,
                may_be_asked=asked, since=night.clock(),
            )
        )  # fmt: skip


async def test_yes_is_a_line_in_the_journal_and_takes_nothing_c22_c23(night: Night) -> None:
    """C22, C23: whoever forges her number makes a line that says so, and the ladder goes on."""
    await follows(night)
    await night.press()
    await night.pass_time(3)

    said = await night.reply(DAUGHTER, "Ja, jeg går nå")
    await night.pass_time(2)

    assert said.startswith("Takk. Personalet ser at du kan dra dit")
    assert "02:17 family: Kan dra dit." in await night.journal()
    assert (await night.the_alert()).status is Status.OPEN
    assert [line for line in night.told if line.startswith("02:18")]
    assert CANARY not in said


async def test_no_is_written_down_too_and_later_it_is_about_nothing(night: Night) -> None:
    await follows(night)
    assert await night.reply(DAUGHTER, "JA") == "Du er ikke spurt om noe nå. Haster det: ring 113."
    await night.press()
    await night.pass_time(3)

    said = await night.reply(DAUGHTER, "nei")
    await night.take("ingrid")
    await night.close("ingrid")

    assert said == "Takk for svaret. Personalet fortsetter å spørre andre."
    assert "02:17 family: Kan ikke dra dit." in await night.journal()
    assert (await night.reply(DAUGHTER, "Ja")).startswith("Personalet har tatt over nå.")
    await night.pass_time(2 * 60)
    assert (await night.reply(DAUGHTER, "Ja")).startswith("Du er ikke spurt")


@pytest.mark.parametrize(
    ("insight", "words"),
    [
        (Insight.NOTHING, "Det er ikke avtalt at noe sendes på SMS."),
        (Insight.ALL_IS_WELL, "Personalet følger opp et varsel hos dine nå."),
        (Insight.HANDLED_ALERTS, "Personalet følger opp et varsel hos dine nå."),
    ],
)
async def test_status_says_one_sentence_at_the_level_c24(night: Night, insight: Insight, words: str) -> None:
    """C24: no name, no room, no kind, at any level."""
    await follows(night, insight)
    await night.press()

    said = await night.reply(DAUGHTER, "Status?")

    assert said == f"{words} Mer: https://hub.example/relatives"


@pytest.mark.parametrize(
    ("insight", "words"),
    [(Insight.ALL_IS_WELL, "Dagen deles ikke akkurat nå."), (Insight.NOTHING, "Det er ikke avtalt")],
)
async def test_status_of_a_day_that_is_hidden_for_a_while_says_so(night: Night, insight: Insight, words: str) -> None:
    """It said that nothing was agreed: their page said what is so."""
    await follows(night, insight)
    later = night.clock() + timedelta(days=1)
    async with night.database.write() as session:
        session.add(tables.SharingPause(resident_id="anna", since=night.clock(), until=later))

    assert (await night.reply(DAUGHTER, "STATUS")).startswith(words)


async def test_stop_ends_every_text_to_her_and_to_nobody_on_the_staff(night: Night) -> None:
    await follows(night)
    said = await night.reply(DAUGHTER, "STOPP")

    await night.press()
    await night.pass_time(5)
    await night.take("ingrid")
    await night.close("ingrid")
    async with night.database.write() as session:
        await escalate.tell_relatives(night.hub, session, await night.the_alert(), night.clock())
    await night.pass_time(8 * 60)

    assert said.startswith("Du får ikke flere SMS fra oss.")
    assert [notice.address for _, notice in night.phones.sent if notice.address == DAUGHTER] == []
    assert INGRID in {notice.address for _, notice in night.phones.sent}
    assert [one.text for one in await night.notices() if "En ansatt tar ikke" in one.text] == []
    assert (await night.reply(DAUGHTER, "start")).startswith("Du får SMS fra oss igjen.")
    await night.press()
    await night.pass_time(3)
    assert DAUGHTER in {notice.address for _, notice in night.phones.sent}


async def test_what_waited_when_consent_ended_is_not_sent_c33(night: Night) -> None:
    """C33: at night the word that it was handled waits until eight; at three she is no longer let to know."""
    await follows(night)
    await night.press()
    await night.take("ingrid")
    await night.close("ingrid")
    async with night.database.write() as session:
        await escalate.tell_relatives(night.hub, session, await night.the_alert(), night.clock())
    async with night.database.write() as session:
        await kin.end(session, await session.get_one(tables.Relation, "rel"), "ingrid", "ba om det", night.clock())

    await night.pass_time(8 * 60)

    assert DAUGHTER not in {notice.address for _, notice in night.phones.sent}
    assert (await night.reply(DAUGHTER, "STATUS")).startswith("Ingen varsler venter på svar fra dette nummeret.")


async def test_the_rest_is_answered_politely_and_not_for_ever_c25(night: Night) -> None:
    """C25: each answer costs money; a machine at the other end would ask all night."""
    await follows(night)

    said = [await night.reply(DAUGHTER, "hvordan går det med mor?") for _ in range(MOST_ANSWERS + 2)]
    strange = [await night.reply(STRANGER, "STATUS") for _ in range(MOST_ANSWERS + 2)]

    assert {one[:40] for one in said[:MOST_ANSWERS]} == {"Svar STATUS, JA, NEI, STOPP eller START."}
    assert said[MOST_ANSWERS:] == ["", ""]
    assert strange[MOST_ANSWERS:] == ["", ""]
    assert len(set(strange[:MOST_ANSWERS])) == 1
    night.clock.advance(hours=1, seconds=1)
    assert await night.reply(DAUGHTER, "?") != ""


async def test_she_is_asked_only_when_she_said_that_she_can_be(night: Night) -> None:
    await follows(night)
    async with night.database.write() as session:
        session.add(
            tables.Availability(
                id="a", person_id="datter", days=0b1111111, since_minute=16 * 60, until_minute=22 * 60,
                zone="Europe/Oslo",
            )
        )  # fmt: skip

    await night.press()
    await night.pass_time(4)

    assert DAUGHTER not in {notice.address for _, notice in night.phones.sent}
    async with night.database.write() as session:
        (await session.get_one(tables.Availability, "a")).until_minute = 3 * 60
    await night.press("knapp-anna")
    await night.take("ingrid")
    await night.close("ingrid")
    await night.press()
    await night.pass_time(4)
    assert DAUGHTER in {notice.address for _, notice in night.phones.sent}


@pytest.fixture
async def exchange(quick_night: Night) -> AsyncIterator[Exchange]:
    async with telephones(quick_night) as built:
        yield built


async def test_a_nurse_who_is_a_relative_too_has_the_text_with_the_code_where_a_step_asks_both(night: Night) -> None:
    """One telephone has one text of a step, and only the one to staff takes the alert."""
    await follows(night)
    async with night.database.write() as session:
        rung = (await session.exec(select(tables.LadderRung).where(tables.LadderRung.position == 1))).one()
        rung.asks = "relative on_duty"
        (await session.get_one(tables.ContactMethod, "m")).address = INGRID
        (await session.get_one(tables.Person, "datter")).phone = INGRID
    await night.press()

    assert [notice.address for _, notice in night.phones.sent].count(INGRID) == 1
    assert (await night.reply(INGRID, night.code_for(INGRID))).startswith("Du har varsel ")
    assert (await night.the_alert()).owner_id == "ingrid"


async def test_stop_from_a_nurse_who_is_a_relative_too_ends_the_familys_texts_and_says_so(night: Night) -> None:
    """She was told that no more texts would come, and the next alarm on her shift was one."""
    await follows(night)
    async with night.database.write() as session:
        (await session.get_one(tables.ContactMethod, "m")).address = INGRID
        (await session.get_one(tables.Person, "datter")).phone = INGRID

    said = await night.reply(INGRID, "STOPP")
    await night.press()

    assert said.startswith("Du får ikke flere SMS om dine nærmeste. Varsler på vakt kommer fortsatt.")
    assert [notice.person_id for notice in await night.notices() if notice.address == INGRID] == ["ingrid"]


async def test_it_works_over_a_signed_webhook_and_over_no_other_c18(quick_night: Night, exchange: Exchange) -> None:
    """C18: from the telephone in the village, through the provider's double, to the hub's door and back."""
    await follows(quick_night)

    report = await exchange.board.receive(DAUGHTER, OURS, "STATUS")
    async with httpx2.AsyncClient() as client:
        forged = await client.post(
            f"{exchange.board.settings.reach}/webhooks/twilio/sms",
            data={"MessageSid": "SM1", "From": DAUGHTER, "Body": "STOPP"}, headers={"x-twilio-signature": "AAAA"},
        )  # fmt: skip

    assert "Vi får ikke målinger akkurat nå" in report.answer or "Ingen varsler venter" in report.answer
    assert forged.status_code == 403
    assert await quick_night.rows(tables.KinSettings) == []
