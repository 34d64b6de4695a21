"""What a family and the care team tell each other: messages, visits, times, and the resident's own page."""

from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.languages import Language
from carehub.core.people.access import Role, Sight
from carehub.core.people.consent import Insight
from carehub.core.people.kin import GivenBy
from carehub.core.showing.family_wording import letter_text
from carehub.flow.hub import Hub
from carehub.store import kin, messages, tables
from carehub.web.families import family_words
from carehub.web.tongue import Spoken, catalogue
from tests.browser import seed_family
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

_HOUR = timedelta(hours=1)


async def logged(hub: Hub, person: str) -> list[tuple[str, str | None]]:
    log = tables.AccessLog
    async with hub.database.read() as session:
        rows = await session.exec(select(log).where(log.person_id == person).order_by(log.id))  # type: ignore[arg-type]
        return [(one.action, one.resident_id) for one in rows.all()]


async def _write(hub: Hub, who: str, about: str, text: str) -> None:
    async with hub.database.write() as session:
        await messages.write(session, about, who, who, text, hub.clock(), by_staff=False)


# --- messages -----------------------------------------------------------------------------------


async def test_a_message_is_read_and_answered_and_the_text_tells_nothing_of_it_c24(hub: Hub, browser: Browse) -> None:
    """C24: an SMS says that something waits, once until it was read; not what, from whom or about whom."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-anne")).by_sms = True
    anne, maria = await logged_in(browser(), hub, "anne"), await logged_in(browser(), hub, "maria")

    await anne.post("/relatives/astrid/messages", data={"text": "Har mor sovet? <script>"})
    waiting = (await maria.get("/messages")).text
    thread = (await maria.get("/messages/astrid/anne")).text
    for text in ("Ja, godt.", "Hele natten."):
        await maria.post("/messages/astrid/anne", data={"text": text})

    assert "1 ulest" in waiting
    assert "Har mor sovet? &lt;script&gt;" in thread
    async with hub.database.read() as session:
        sent = [one for one in (await session.exec(select(tables.Notice))).all() if one.person_id == "anne"]
        assert (await messages.unread_by(session, "anne")) == {"astrid": 2}
    assert [(one.address, one.text) for one in sent] == [
        ("+4790000101", letter_text(link="https://hub.nordvik.example/relatives"))
    ]  # fmt: skip
    assert sent[0].not_before.astimezone(hub.zone).hour == 8  # it is night
    assert '2<span class="ds-sr-only"> nye</span>' in (await anne.get("/relatives")).text
    read = (await anne.get("/relatives/astrid/messages")).text
    assert "Hele natten." in read
    assert "Maria, ansatt" in read
    assert "Hauge" not in read
    assert "> nye<" not in (await anne.get("/relatives")).text
    assert ("messages", "astrid") in await logged(hub, "anne")


async def test_staff_of_another_ward_find_no_thread(hub: Hub, browser: Browse) -> None:
    await _write(hub, "anne", "astrid", "KANARIFUGL")
    jonas = await logged_in(browser(), hub, "jonas")

    assert "Astrid" not in (await jonas.get("/messages")).text
    assert (await jonas.get("/messages/astrid/anne")).status_code == 403
    assert (await jonas.post("/messages/astrid/anne", data={"text": "hei"})).status_code == 403


@BOTH
async def test_what_has_waited_longest_stands_above_all_that_was_read_and_is_counted(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """However many have written since: three hundred threads are listed, and those that wait are the first of them."""
    then = clock.now
    await _write(hub, "anne", "astrid", "Har mor sovet?")
    clock.passes(timedelta(hours=1))
    async with hub.database.write() as session:
        for n in range(300):
            session.add(tables.Person(id=f"k{n}", name=f"Prøve {n}", username=f"k{n}", role=Role.RELATIVE))
            await session.flush()
            one = await messages.write(session, "astrid", f"k{n}", f"k{n}", "Takk.", clock.now, by_staff=False)
            one.read_at = clock.now
    maria, jonas = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "jonas")

    listed, board = (await maria.get("/messages")).text, (await maria.get("/tablet")).text
    async with hub.database.read() as session:
        first = (await messages.threads(session, Sight(role=Role.NURSE, units=None), clock.now))[0]

    assert "1 ulest" in listed
    assert "1 melding fra familien venter på svar" in board
    assert (first.person.id, first.last_at) == ("anne", then)
    assert "venter på svar" not in (await jonas.get("/tablet")).text


async def test_nobody_answers_into_the_void(hub: Hub, browser: Browse) -> None:
    await _write(hub, "anne", "astrid", "Hei")
    async with hub.database.write() as session:
        await kin.end(session, await session.get_one(tables.Relation, "rel-anne"), "kari", "", hub.clock())
    maria = await logged_in(browser(), hub, "maria")

    shown = await maria.get("/messages/astrid/anne")

    assert "kan ikke lese svar" in shown.text
    assert (await maria.post("/messages/astrid/anne", data={"text": "hei"})).status_code == 403


async def test_a_relative_does_not_flood_the_care_team(hub: Hub, browser: Browse) -> None:
    for number in range(20):
        await _write(hub, "anne", "astrid", str(number))

    answer = await (await logged_in(browser(), hub, "anne")).post("/relatives/astrid/messages", data={"text": "en til"})

    assert answer.status_code == 422
    assert "mange meldinger" in answer.text


# --- visits and times ----------------------------------------------------------------------------


async def test_a_visit_is_told_to_the_care_team_and_silences_nothing(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")
    form = {"sort": "out", "day": "2026-01-16", "since": "14:00", "until": "18:00", "note": "Middag hos oss"}

    wrong = await anne.post("/relatives/astrid/visits", data=form | {"day": "2025-01-16"})
    await anne.post("/relatives/astrid/visits", data=form)

    assert wrong.status_code == 422
    told = (await (await logged_in(browser(), hub, "maria")).get("/messages")).text
    assert "Vi tar en tur ut" in told
    assert "Middag hos oss" in told
    assert "Middag" not in (await (await logged_in(browser(), hub, "jonas")).get("/messages")).text
    async with hub.database.read() as session:
        assert (await session.exec(select(tables.Silence))).all() == []
        (visit,) = (await session.exec(select(tables.FamilyVisit))).all()
    await anne.post(f"/relatives/astrid/visits/{visit.id}/cancel")
    assert "Middag" not in (await (await logged_in(browser(), hub, "maria")).get("/messages")).text


# --- the resident ---------------------------------------------------------------------------------


async def test_the_resident_reads_what_is_measured_who_looked_and_what_matters(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    async with hub.database.write() as session:
        seed_family.add_bases(session, hub.clock())
    await (await logged_in(browser(), hub, "lise")).get("/relatives")
    clock.passes(timedelta(minutes=1))
    herself = await logged_in(browser(), hub, "ragnhild-selv")

    await herself.post("/resident/ragnhild/wish", data={"text": "La meg sove lenge"})
    await herself.post("/resident/ragnhild/say-no", data={"function": "movement"})
    text = (await herself.get("/resident")).text

    for words in ("Trygghetsalarm", "Bevegelse i boligen", "samtykke", "Lise Dahl", "så siden for pårørende",
                  "La meg sove lenge", "Slutt å dele med Lise"):  # fmt: skip
        assert words in text
    thread = (await (await logged_in(browser(), hub, "maria")).get("/messages/ragnhild/ragnhild-selv")).text
    assert "si nei til: bevegelse i boligen" in thread
    assert "La meg sove lenge" in thread


async def test_a_guardian_decides_in_the_residents_place_until_it_ends(hub: Hub, browser: Browse, clock: Clock) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.Relation(
                id="nabo", person_id="per", resident_id="solveig", kinship="nabo", insight=Insight.NOTHING,
                since=hub.clock(),
            )
        )  # fmt: skip
    gro = await logged_in(browser(), hub, "gro")
    assert "Du handler for Solveig." in (await gro.get("/resident")).text

    await gro.post("/resident/solveig/consent/nabo", data={"insight": "all_is_well"})

    async with hub.database.read() as session:
        (bond,) = await kin.bonds(session, "per", clock.now, "solveig")
    assert (bond.insight, bond.relation.given_by) == (Insight.ALL_IS_WELL, GivenBy.GUARDIAN)
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-gro")).until = clock.now
    assert (await gro.post("/resident/solveig/wish", data={"text": "x"})).status_code == 404


@pytest.mark.parametrize("spoken", [Language.NN, Language.EN])
def test_every_word_to_a_family_is_translated(spoken: Language) -> None:
    texts = {
        text
        for name, said in vars(family_words).items()
        if name.isupper()
        for text in (said.source.values() if isinstance(said, Spoken) else said if isinstance(said, tuple) else ())
    }

    assert len(texts) > 50
    assert texts - set(catalogue(spoken)) == set()


async def test_the_pages_speak_english_and_nynorsk(hub: Hub, browser: Browse) -> None:
    anne, herself = await logged_in(browser(), hub, "anne"), await logged_in(browser(), hub, "ragnhild-selv")
    for client in (anne, herself):
        client.cookies.set("language", "en", domain="hub.nordvik.example", path="/")

    said = [
        (await anne.get(path)).text for path in ("/relatives", "/relatives/astrid/visits", "/relatives/astrid/about")
    ]
    own = (await herself.get("/resident")).text

    assert "The staff are dealing with an alert for Astrid now." in said[0]
    assert "When we can ask you" in said[1]
    assert "What the sensors notice" in said[2]
    assert "What is measured, and why" in own
    assert not any(word in own for word in ("Lagre", "Hvem", "familien", "Skjul"))


async def test_what_comes_while_a_page_stands_open_is_unread_and_is_no_new_look(hub: Hub, browser: Browse) -> None:
    """A tablet that fetches its page by itself has read nothing: an answer that nobody saw must not say "lest"."""
    maria, itself = await logged_in(browser(), hub, "maria"), {"x-carehub-live": "1"}
    await maria.get("/messages/astrid/anne")
    await _write(hub, "anne", "astrid", "Har mor spist?")
    looked = len(await logged(hub, "maria"))

    assert "Har mor spist?" in (await maria.get("/messages/astrid/anne", headers=itself)).text

    async with hub.database.read() as session:
        assert (await messages.thread(session, "astrid", "anne"))[-1].message.read_at is None
    assert len(await logged(hub, "maria")) == looked
    await maria.get("/messages/astrid/anne")
    async with hub.database.read() as session:
        assert (await messages.thread(session, "astrid", "anne"))[-1].message.read_at is not None
    assert len(await logged(hub, "maria")) == looked + 1
