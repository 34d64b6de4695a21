"""The link by which somebody new chooses a password: it works once, for a while, and is nowhere stored (C43, C52)."""

import re
from datetime import timedelta

import pytest

from carehub.core.answers.escalation import Method
from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import contacts, factors, people, tables
from carehub.store.tables.logins import FactorKind
from carehub.web.entering.passwords import weakness
from tests.unit.web.conftest import BOTH, PUBLIC, Browse, Clock, logged_in

GOOD = "kaffe-vaffel-snø"


async def a_link(hub: Hub, person: str = "maria") -> str:
    async with hub.database.write() as session:
        return f"/setup/{await factors.issue_link(session, person, None, hub.clock())}"


@BOTH
async def test_the_link_sets_a_password_once_c52(hub: Hub, browser: Browse) -> None:
    link = await a_link(hub)
    client = browser()
    assert "maria" in (await client.get(link)).text

    done = await client.post(link, data={"new": GOOD, "again": GOOD})

    assert done.headers["location"] == "/tablet?unit=sol"
    again = await browser().post(link, data={"new": GOOD, "again": GOOD})
    assert again.status_code == 410
    assert "gjelder ikke lenger" in again.text
    assert (await browser().post("/login", data={"username": "maria", "password": GOOD})).status_code == 303


async def test_an_old_a_replaced_and_an_invented_link_look_the_same(hub: Hub, browser: Browse, clock: Clock) -> None:
    replaced = await a_link(hub)
    late = await a_link(hub)
    clock.passes(factors.LINK_LIVES + timedelta(seconds=1))

    paths = (replaced, late, "/setup/oppdiktet")
    answers = [await browser().get(path) for path in paths]

    assert {answer.status_code for answer in answers} == {410}
    # The foot leads back to the page's own address.
    assert len({answer.text.replace(path, "") for answer, path in zip(answers, paths, strict=True)}) == 1


async def test_two_passwords_that_differ_spend_nothing(hub: Hub, browser: Browse) -> None:
    link = await a_link(hub)

    wrong = await browser().post(link, data={"new": GOOD, "again": GOOD + "x"})

    assert wrong.status_code == 422
    assert (await browser().post(link, data={"new": GOOD, "again": GOOD})).status_code == 303


async def test_the_link_asks_for_the_second_factor_too(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        factors.add(session, "maria", FactorKind.TOTP, "App", "JBSWY3DPEHPK3PXP", hub.clock())
    link = await a_link(hub)

    done = await browser().post(link, data={"new": GOOD, "again": GOOD})

    assert done.headers["location"].startswith("/login/second")


async def test_a_lost_telephone_ends_everything_and_begins_anew(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        factors.add(session, "maria", FactorKind.TOTP, "App", "JBSWY3DPEHPK3PXP", hub.clock())
        for channel in ("push", "sms"):
            await people.put_method(session, "maria", Method(channel=channel, address="x"), "{}", 9, hub.clock())
    thief, admin = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "admin")

    assert 'action="/admin/people/maria/password"' in (await admin.get("/admin/people/maria")).text
    shown = await admin.post("/admin/people/maria/password", data={"lost": "true"})

    link = re.search(rf"{PUBLIC}(/setup/[\w-]+)", shown.text)
    assert link
    assert (await thief.get("/tablet")).status_code == 303
    async with hub.database.read() as session:  # whoever found it reads nothing more there
        assert {one.method.channel for one in await contacts.of_person(session, "maria")} == {"sms"}
    done = await browser().post(link[1], data={"new": GOOD, "again": GOOD})
    assert done.headers["location"] == "/tablet?unit=sol"


_MARIA = tables.Person(id="m", name="Maria Fjellstad", username="maria", role=Role.CARE_CENTRE)


@pytest.mark.parametrize(
    "password",
    [
        "kort",
        "q7!Vz#pX2",
        "password12",
        "1234567890",
        "passord1234",
        "mariafjellstad",
        "Marker2026!",
        "qwertyuiop",
        "sommer2026",
        "a" * 40,
    ],
)
def test_a_password_that_is_short_leaked_or_about_oneself_is_refused_c43(password: str) -> None:
    assert weakness(password, _MARIA, "Marker") is not None


@pytest.mark.parametrize(
    "password",
    ["kaffe-vaffel-snø", "tre gamle ender hopper", "æøå grønn hest på loftet", "x9$kLm2!qRt7", "grå hund " * 20],
)
def test_any_good_sentence_will_do_and_nobody_asks_for_special_signs_c43(password: str) -> None:
    assert weakness(password, _MARIA, "Marker") is None
