"""Working together on the pages: who was asked, handing over, a second person, contact, undoing, UBESVART."""

from datetime import timedelta

from httpx2 import AsyncClient
from sqlmodel import select

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Contact, Status
from carehub.flow.hub import Hub
from carehub.store import tables
from tests.unit.web.conftest import Browse, Clock, logged_in
from tests.unit.web.test_alert_pages import FALL, HELD, alert_of

_CLOSING = {"cause": "other", "aftermath": "no_contact", "contact": "none", "back": "/tablet"}


async def _child(hub: Hub, kind: str) -> tables.Alert:
    async with hub.database.read() as session:
        return (await session.exec(select(tables.Alert).where(tables.Alert.kind == kind))).one()


async def _text(client: AsyncClient, address: str) -> str:
    return (await client.get(address)).text


async def test_handing_over_is_asked_for_and_answered_on_the_page(hub: Hub, browser: Browse) -> None:
    ingrid, jonas = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "jonas")

    asked = await ingrid.post(f"/alerts/{HELD}/hand-over", data={"to": "jonas", "back": "/nurse"})

    assert asked.status_code == 303
    assert "Jonas L. er bedt om å overta, og har ikke svart." in await _text(ingrid, f"/nurse/{HELD}")
    assert "Ta over" in await _text(jonas, f"/nurse/{HELD}")
    assert (await jonas.post(f"/alerts/{HELD}/take", data={"back": "/nurse"})).status_code == 303
    assert (await alert_of(hub, HELD)).owner_id == "jonas"
    refused = await ingrid.post(f"/alerts/{HELD}/hand-over", data={"to": "maria", "back": "/nurse"})
    assert refused.status_code == 409
    assert (await ingrid.post("/alerts/ingen/hand-over", data={"to": "maria", "back": "/"})).status_code == 404


async def test_a_second_person_is_called_and_shown_on_the_first_alert(hub: Hub, browser: Browse) -> None:
    ingrid, maria = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "maria")
    assert "Trenger en til" in await _text(ingrid, f"/nurse/{HELD}")

    assert (await ingrid.post(f"/alerts/{HELD}/help", data={"back": "/nurse"})).status_code == 303

    calling = await _child(hub, HELP)
    assert "En til er tilkalt, ingen har svart ennå." in await _text(ingrid, f"/nurse/{HELD}")
    assert "Kollegaen har" in await _text(maria, f"/nurse/{calling.id}")
    await maria.post(f"/alerts/{calling.id}/take", data={"back": "/nurse"})
    assert "Maria H. kommer for å hjelpe." in await _text(ingrid, f"/nurse/{HELD}")
    assert (await ingrid.post(f"/alerts/{calling.id}/arrive", data={"back": "/nurse"})).status_code == 409
    await maria.post(f"/alerts/{calling.id}/arrive", data={"back": "/nurse"})
    assert "Maria H. er der og hjelper." in await _text(ingrid, f"/nurse/{HELD}")


async def test_whoever_called_for_a_second_person_does_not_answer_the_call_but_may_call_it_off(
    hub: Hub, browser: Browse
) -> None:
    ingrid, maria = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "maria")
    await ingrid.post(f"/alerts/{HELD}/help", data={"back": "/nurse"})
    calling = await _child(hub, HELP)
    here, take = f"/nurse/{calling.id}", f'action="/alerts/{calling.id}/take"'

    mine, theirs = await _text(ingrid, here), await _text(maria, here)

    assert (take in mine, take in theirs) == (False, True)
    assert ("Trenger ingen likevel" in mine, "Trenger ingen likevel" in theirs) == (True, False)
    assert "Du har bedt om en til på" in mine
    assert not any([take in await _text(ingrid, path) for path in ("/nurse", "/tablet")])
    assert "Trenger en til" not in await _text(ingrid, f"/nurse/{HELD}")  # somebody is being asked already
    for answer in ("take", "arrive"):  # from a page that was opened before, or by the API
        refused = await ingrid.post(f"/alerts/{calling.id}/{answer}", data={"back": "/nurse"})
        assert (refused.status_code, "En annen må svare." in refused.text) == (409, True)
    assert (await alert_of(hub, calling.id)).status is Status.OPEN
    called_off = {"cause": "other", "aftermath": "no_action_needed", "back": "/nurse"}
    assert (await ingrid.post(f"/alerts/{calling.id}/close", data=called_off)).status_code == 303
    assert (await alert_of(hub, calling.id)).status is Status.CLOSED
    assert (await alert_of(hub, HELD)).owner_id == "ingrid"
    assert "Trenger en til" in await _text(ingrid, f"/nurse/{HELD}")


async def test_whoever_is_at_work_stands_first_among_those_who_may_take_over(hub: Hub, browser: Browse) -> None:
    ingrid = await logged_in(browser(), hub, "ingrid")

    asked = (await _text(ingrid, f"/nurse/{HELD}")).partition('<optgroup label="På vakt nå">')[2]

    at_work, others = asked.split('<optgroup label="Ikke på vakt">')
    assert ("Jonas Lie" in at_work, "Emir Hodžić" in at_work) == (True, False)
    assert "Emir Hodžić" in others


async def test_closing_asks_for_contact_and_without_it_a_second_person_confirms_f59(hub: Hub, browser: Browse) -> None:
    """F59: on the page as in the store."""
    maria, jonas = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "jonas")
    await maria.post(f"/alerts/{FALL}/take", data={"back": "/tablet"})
    assert "Har du sett eller snakket med beboeren?" in await _text(maria, f"/nurse/{FALL}")

    assert (await maria.post(f"/alerts/{FALL}/close", data=_CLOSING)).status_code == 303

    follow = await _child(hub, FOLLOW_UP)
    assert (await alert_of(hub, FALL)).contact is Contact.NONE
    assert "følges opp kl." in await _text(maria, "/tablet")
    assert "Bekreft uten kontakt" not in await _text(maria, f"/nurse/{follow.id}")
    alone = await maria.post(f"/alerts/{follow.id}/confirm", data={"back": "/tablet"})
    assert "En annen enn den som avsluttet, må bekrefte." in alone.text
    assert "Bekreft uten kontakt" not in await _text(jonas, f"/nurse/{follow.id}"), "unseen, of another unit"
    await jonas.post(f"/alerts/{follow.id}/open", data={"reason": "Jeg bekrefter for Maria"})
    assert "Bekreft uten kontakt" in await _text(jonas, f"/nurse/{follow.id}")
    assert (await jonas.post(f"/alerts/{follow.id}/confirm", data={"back": "/tablet"})).status_code == 303
    assert (await alert_of(hub, follow.id)).status is Status.CLOSED


async def test_whoever_closed_it_can_undo_for_five_minutes(hub: Hub, browser: Browse, clock: Clock) -> None:
    maria = await logged_in(browser(), hub, "maria")
    await maria.post(f"/alerts/{FALL}/arrive", data={"back": "/tablet"})
    await maria.post(f"/alerts/{FALL}/close", data={**_CLOSING, "contact": "visited"})
    assert "Angre" in await _text(maria, "/tablet")

    assert (await maria.post(f"/alerts/{FALL}/undo", data={"back": "/tablet"})).status_code == 303
    assert (await alert_of(hub, FALL)).status is Status.ARRIVED

    await maria.post(f"/alerts/{FALL}/close", data={**_CLOSING, "contact": "visited"})
    clock.passes(timedelta(minutes=6))
    assert "Angre" not in await _text(maria, "/tablet")
    assert (await maria.post(f"/alerts/{FALL}/undo", data={"back": "/tablet"})).status_code == 409


async def test_an_undo_that_is_refused_says_why(hub: Hub, browser: Browse, clock: Clock) -> None:
    """Not that it is closed already, when somebody has called again: that alert stands, and is a press away."""
    maria, ingrid = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "ingrid")
    await maria.post(f"/alerts/{FALL}/close", data={**_CLOSING, "contact": "visited"})

    anothers = await ingrid.post(f"/alerts/{FALL}/undo", data={"back": "/tablet"})
    assert "Bare den som avsluttet varselet, kan angre." in anothers.text
    assert "Varselet er fortsatt avsluttet. Trengs det noen likevel, ring en kollega." in anothers.text
    assert "Du trenger ikke gjøre noe mer" not in anothers.text
    async with hub.database.write() as session:
        closed = await session.get_one(tables.Alert, FALL)
        again = {**closed.model_dump(), "id": "e" * 32, "status": Status.OPEN, "due_at": clock(), "closed_at": None}
        session.add(tables.Alert(**again | {"closed_by_id": None, "cause": None, "aftermath": None, "contact": None}))
    for passed in (timedelta(), timedelta(minutes=6)):
        clock.passes(passed)
        anew = await maria.post(f"/alerts/{FALL}/undo", data={"back": "/tablet?unit=sol#main"})
        assert anew.status_code == 409
        assert "meldt på nytt. Varsel EEEE er åpent, ta det i stedet." in anew.text
        assert f'href="/tablet?unit=sol#alert-{"e" * 32}"' in anew.text  # where they were, and not the telephone's page
        assert "Du trenger ikke gjøre noe mer" not in anew.text
    by_phone = await maria.post(f"/alerts/{FALL}/undo", data={"back": f"/nurse/{FALL}"})
    assert f'href="/nurse/{"e" * 32}"' in by_phone.text
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, "e" * 32)).dedup_key = "another"

    late = await maria.post(f"/alerts/{FALL}/undo", data={"back": "/tablet"})

    assert "Det er for sent å angre." in late.text


async def test_what_nobody_answers_takes_the_whole_screen_and_the_board_is_a_tap_away_f55(
    hub: Hub, browser: Browse
) -> None:
    """F55: UBESVART, full-screen, on the unit's tablet."""
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, FALL)
        alert.rung, alert.rungs = 6, 4
        session.add(
            tables.Notice(
                id="n", alert_id=FALL, person_id="maria", channel="sms", address="+47", text="",
                severity=alert.severity, cycle="rung:1", created_at=hub.clock(), not_before=hub.clock(),
            )
        )  # fmt: skip
    maria, jonas = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "jonas")

    text, raw = await _text(maria, "/tablet?unit=sol"), (await maria.get("/tablet?unit=sol")).text

    assert 'class="unanswered"' in text
    assert "Alle på stigen er varslet. Ingen har tatt det." in text
    said_at_once = raw.split('<div role="alert">')[1].partition("</div>")[0]
    assert "Rom 104" in said_at_once
    assert "<time" not in said_at_once  # a screen reader would say all of it again with each second
    assert "Trinn 4 av 4, gjentatt 2 ganger · spurt: Maria H." in text
    calm = await _text(maria, "/tablet?unit=sol&board=true")
    assert 'class="unanswered"' not in calm
    assert "1 UBESVART." in calm
    assert 'class="unanswered"' not in await _text(jonas, "/tablet?unit=fjord")
    await maria.post(f"/alerts/{FALL}/take", data={"back": "/tablet"})
    assert "UBESVART" not in await _text(maria, "/tablet?unit=sol")
