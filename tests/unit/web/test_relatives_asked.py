"""That a relative may be asked is agreed when they are entered, and their number counts once it is confirmed.

What the page says to whoever is asked follows what staff do meanwhile.
"""

import re
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response
from sqlmodel import select

from carehub.core.answers.alerts import Aftermath, Cause, Contact, Status, Step
from carehub.core.people.consent import Insight
from carehub.core.severity import Severity
from carehub.flow import respond
from carehub.flow.family import texts
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState
from tests.unit.web.conftest import Browse, Clock, logged_in

_HOUR = timedelta(hours=1)


def text_of(answer: Response) -> str:
    """What one reads, without the markup."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.mark.parametrize("agreed", [True, False])
async def test_a_relative_may_be_asked_only_where_that_was_ticked(hub: Hub, browser: Browse, *, agreed: bool) -> None:
    client = await logged_in(browser(), hub, "kari")
    data = {
        "name": "Per Nordby", "username": "per.nordby", "role": "relative", "phone": "90000077",
        "resident_id": "astrid", "kinship": "sønn", "insight": "all_is_well",
    }  # fmt: skip

    answer = await client.post("/admin/people", data=data | ({"may_be_asked": "true"} if agreed else {}))

    assert answer.status_code == 200
    async with hub.database.read() as session:
        person = (await session.exec(select(tables.Person).where(tables.Person.username == "per.nordby"))).one()
        relation = (await session.exec(select(tables.Relation).where(tables.Relation.person_id == person.id))).one()
        ways = (
            await session.exec(select(tables.ContactMethod).where(tables.ContactMethod.person_id == person.id))
        ).all()
    assert (relation.may_be_asked, [way.verified_at for way in ways]) == (agreed, [None] if agreed else [])


async def ask_anne(hub: Hub, about: str | None = "astrid") -> str:
    alert = "a4f2".ljust(32, "0")
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, alert)).resident_id = about
        session.add(
            tables.Notice(
                id="n", alert_id=alert, person_id="anne", channel="sms", address="+4790000101", text="x",
                severity=Severity.CRITICAL,
                cycle="rung:2", state=NoticeState.DELIVERED, created_at=hub.clock(), not_before=hub.clock(), attempts=1,
            )
        )  # fmt: skip
    return alert


@pytest.mark.parametrize("about", ["astrid", None], ids=["hers", "her home's"])
async def test_who_is_asked_on_the_page_answers_there_too(hub: Hub, browser: Browse, about: str | None) -> None:
    alert = await ask_anne(hub, about)
    anne = await logged_in(browser(), hub, "anne")
    assert "Kan du dra dit?" in (await anne.get("/relatives")).text

    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})

    async with hub.database.read() as session:
        steps = (await session.exec(select(tables.AlertStep).where(tables.AlertStep.step == Step.FAMILY))).all()
    assert [(one.person_id, one.text) for one in steps] == [("anne", "Kan dra dit.")]
    going = (await anne.get("/relatives")).text
    await anne.post(f"/relatives/asked/{alert}", data={"going": "no"})
    not_going = (await anne.get("/relatives")).text
    for text, said, offered in (
        (going, "Du har svart at du drar dit.", 'value="no">Jeg kan ikke likevel'),
        (not_going, "Du har svart at du ikke kan.", 'value="yes">Jeg kan dra likevel'),
    ):
        assert said in text
        assert offered in text
        assert "Kan du dra dit?" not in text


@pytest.mark.parametrize("about", ["astrid", None], ids=["hers", "her home's"])
async def test_what_they_answer_stands_on_the_card_with_who_they_are_and_when(
    hub: Hub, browser: Browse, about: str | None
) -> None:
    """It stood in the journal alone, and a nurse drove where the daughter was already."""
    alert = await ask_anne(hub, about)
    anne, maria = await logged_in(browser(), hub, "anne"), await logged_in(browser(), hub, "maria")
    jonas = await logged_in(browser(), hub, "jonas")  # of another unit

    read = [text_of(await maria.get(page)) for page in ("/tablet", "/nurse")]
    for going, words in (("no", "kan ikke:"), ("yes", "er på vei:"), ("there", "er der:")):
        await anne.post(f"/relatives/asked/{alert}", data={"going": going})
        said = f"Pårørende {words} Anne N. (datter) svarte kl. 02:14"
        assert all([said in text_of(await maria.get(page)) for page in ("/tablet", "/nurse", f"/nurse/{alert}")]), going
    far = text_of(await jonas.get("/nurse"))
    async with hub.database.write() as session:
        found = await session.get_one(tables.Alert, alert)
        found.rung, found.rungs = 6, 4
    unanswered = text_of(await maria.get("/tablet?unit=sol"))

    assert not any(f"Pårørende {words}" in text for text in [*read, far] for words in ("er", "kan"))
    assert unanswered.count("Pårørende er der:") == 2, "on the whole screen, and on the card behind it"
    assert "Alle på stigen er varslet." in unanswered


async def test_the_question_on_the_page_follows_what_staff_do(hub: Hub, browser: Browse) -> None:
    """It said that they had not answered while they were with her, and was gone when it was over."""
    alert = await ask_anne(hub)
    anne = await logged_in(browser(), hub, "anne")
    unanswered = (await anne.get("/relatives")).text
    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})
    going = (await anne.get("/relatives")).text
    async with hub.database.write() as session:
        await respond.take(session, alert, "maria", hub.clock())
    taken = (await anne.get("/relatives")).text
    async with hub.database.write() as session:
        await respond.arrive(session, alert, "maria", hub.clock())
    there = (await anne.get("/relatives")).text
    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})
    async with hub.database.write() as session:
        await respond.close(
            session, alert, "maria", hub.clock(), cause=Cause.OTHER, aftermath=Aftermath.HELPED_ON_SITE
        )  # fmt: skip

    assert "Et varsel hos Astrid venter på svar." in unanswered
    assert "Personalet følger opp et varsel hos Astrid nå." not in unanswered
    assert "Ingen ansatte har svart ennå." in going
    assert "En ansatt har tatt varselet nå." in taken
    assert "Vi fortsetter å spørre" not in taken
    for text in (there, (await anne.get("/relatives")).text):
        assert "Personalet har tatt over. Du trenger ikke dra dit." in text
        assert 'name="going"' not in text
    async with hub.database.read() as session:
        steps = (await session.exec(select(tables.AlertStep).where(tables.AlertStep.step == Step.FAMILY))).all()
    assert len(steps) == 1, "what is said once staff are there is about nothing"


async def test_what_was_closed_with_nobody_met_ends_with_a_sentence(hub: Hub, browser: Browse, clock: Clock) -> None:
    """The card was gone, and whoever sat in the car knew nothing."""
    alert = await ask_anne(hub)
    anne, page = await logged_in(browser(), hub, "anne"), "/relatives"
    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})
    nobody: Any = {"cause": Cause.OTHER, "aftermath": Aftermath.NO_CONTACT, "contact": Contact.NONE}
    async with hub.database.write() as session:
        await respond.close(session, alert, "maria", hub.clock(), **nobody)
    unmet = (await anne.get(page)).text
    maria = await logged_in(browser(), hub, "maria")
    follow_up = text_of(await maria.get("/tablet"))
    await anne.post(f"/relatives/asked/{alert}", data={"going": "there"})
    there = text_of(await maria.get("/tablet"))
    async with hub.database.write() as session:
        again = (await session.exec(select(tables.Alert.id).where(tables.Alert.parent_id == alert))).one()
        await respond.close(session, again, "ingrid", hub.clock(), **nobody)
    two_agreed = (await anne.get(page)).text
    clock.passes(timedelta(minutes=1))
    await anne.post(f"/relatives/asked/{alert}", data={"going": "no"})
    handed = text_of(await maria.get("/tablet/handover?unit=sol"))
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, again)).contact = Contact.VISITED
    met = (await anne.get(page)).text

    sentence = "Varselet er avsluttet, men personalet har ikke hatt kontakt med Astrid."
    assert [sentence in text for text in (unmet, two_agreed, met)] == [True, True, False]
    assert ["De følger opp videre." in text for text in (unmet, two_agreed)] == [True, False]
    assert "Det er fint om du drar dit." in unmet
    assert "Oppfølging uten kontakt" in follow_up
    assert "Pårørende er på vei: Anne N. (datter)" in follow_up
    assert 'value="there">Jeg er der nå' in unmet
    assert "Takk. Du har sagt fra at du er der." in two_agreed
    assert "Pårørende er der: Anne N. (datter)" in there
    assert "Pårørende er på vei" not in there
    assert "Pårørende kan ikke: Anne N. (datter)" in handed.split("Avsluttet i vakten")[1]
    assert "Personalet har tatt over. Du trenger ikke dra dit." in met


async def test_a_question_that_is_old_is_not_shown(hub: Hub, browser: Browse, clock: Clock) -> None:
    await ask_anne(hub)
    clock.passes(2 * _HOUR + timedelta(minutes=1))

    assert "Kan du dra dit?" not in (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text


async def test_who_is_there_says_so_and_staff_read_it(hub: Hub, browser: Browse) -> None:
    alert = await ask_anne(hub)
    anne = await logged_in(browser(), hub, "anne")
    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})

    await anne.post(f"/relatives/asked/{alert}", data={"going": "there"})

    assert "Du har sagt fra at du er der." in (await anne.get("/relatives")).text
    assert "Er der nå." in (await (await logged_in(browser(), hub, "maria")).get(f"/alerts/{alert}/why")).text
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Alert, alert)).status is Status.OPEN


@pytest.mark.parametrize("of", ["astrid", "kaare"], ids=["of the same family", "of another"])
async def test_who_is_asked_hears_that_somebody_else_of_the_family_goes_and_not_who(
    hub: Hub, browser: Browse, of: str
) -> None:
    alert = await ask_anne(hub)
    async with hub.database.write() as session:
        session.add(
            tables.Relation(
                id="too", person_id="lise", resident_id=of, kinship="datter", insight=Insight.NOTHING, since=hub.clock()
            )
        )  # fmt: skip
        session.add(journal_line(alert, Step.FAMILY, hub.clock(), person_id="lise", text=texts.CAN_GO))

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert ("Noen andre i familien har svart at de drar dit." in text) is (of == "astrid")
    assert "Lise" not in text


async def test_a_yes_that_an_older_release_wrote_down_is_a_yes(hub: Hub, browser: Browse) -> None:
    alert = await ask_anne(hub)
    anne = await logged_in(browser(), hub, "anne")
    await anne.post(f"/relatives/asked/{alert}", data={"going": "yes"})
    async with hub.database.write() as session:
        (step,) = (await session.exec(select(tables.AlertStep).where(tables.AlertStep.step == Step.FAMILY))).all()
        step.text = "Kan gå bort."

    assert "Du har svart at du drar dit." in (await anne.get("/relatives")).text
