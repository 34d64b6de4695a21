"""Two families: each reads what its own resident lets it know, for as long as that lasts, and nothing of the other's.

C32 (ten ways to the other's data), C33 (consent and its end), C34 (what no relative is given), C36, C80.
"""

from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.people.consent import Insight
from carehub.core.people.kin import GivenBy, Ground, Sort
from carehub.flow.hub import Hub
from carehub.store import kin, logins, messages, people, tables
from carehub.store.kin import Decision
from carehub.web import live
from carehub.web.security import LIMITS
from tests.browser import seed_family
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

_HOUR = timedelta(hours=1)


async def level(hub: Hub, relation: str, insight: Insight) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, relation)).insight = insight


async def usual_days(hub: Hub, *residents: str) -> None:
    """Four weeks in which every half hour of the waking day has four signs of life."""
    async with hub.database.write() as session:
        for who in residents:
            for back in range(1, 29):
                slots = [4 if 14 <= slot < 44 else 0 for slot in range(48)]
                session.add(seed_family.day_row(who, hub.clock() - back * timedelta(days=1), slots))


async def logged(hub: Hub, person: str) -> list[tuple[str, str | None]]:
    log = tables.AccessLog
    async with hub.database.read() as session:
        rows = await session.exec(select(log).where(log.person_id == person).order_by(log.id))  # type: ignore[arg-type]
        return [(one.action, one.resident_id) for one in rows.all()]


# --- the level -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("insight", "shown", "hidden"),
    [
        (Insight.NOTHING, ["ikke avtalt"], ["day__svg", "Siste 30 dager", "varsel"]),
        (Insight.ALL_IS_WELL, ["day__svg", "viser ingen målinger"], ["Ved siden av andre dager", "Siste 30 dager"]),
        (Insight.DAILY_RHYTHM, ["Ved siden av andre dager"], ["Siste 30 dager"]),
        (Insight.HANDLED_ALERTS, ["Ved siden av andre dager", "Siste 30 dager", "Personalet var innom."], []),
    ],
)
async def test_a_relative_sees_as_much_as_was_agreed(
    hub: Hub, browser: Browse, insight: Insight, shown: list[str], hidden: list[str]
) -> None:
    await usual_days(hub, "astrid")
    await level(hub, "rel-anne", insight)

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    main = text[text.index("<main") :]
    assert [words for words in shown if words not in main] == []
    assert [words for words in hidden if words in main] == []


@pytest.mark.parametrize(
    ("insight", "said"),
    [(Insight.ALL_IS_WELL, False), (Insight.DAILY_RHYTHM, True), (Insight.HANDLED_ALERTS, True)],
)
async def test_in_the_first_days_it_is_said_when_what_is_usual_will_be_shown(
    hub: Hub, browser: Browse, insight: Insight, *, said: bool
) -> None:
    """Only to whom it will be: whoever is told no rhythm is promised none."""
    await level(hub, "rel-anne", insight)

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert "Ved siden av andre dager" not in text
    assert ("når det er målt i minst en uke" in text) is said


async def test_where_it_was_agreed_lately_nothing_is_said_of_the_days_before(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-anne")).since = hub.clock() - 48 * _HOUR

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert "Siden det ble avtalt, tirsdag 13. januar" in text
    assert "Siste 30 dager" not in text


async def test_a_home_that_is_not_heard_is_not_called_well(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        for device in (await session.exec(select(tables.Device))).all():
            device.silent_since = hub.clock() - _HOUR
        for alert in (await session.exec(select(tables.Alert))).all():
            alert.resident_id, alert.scope_id = None, "elsewhere"

    text = (await (await logged_in(browser(), hub, "per")).get("/relatives")).text

    assert "Vi vet ikke akkurat nå: vi får ikke målinger fra boligen til Kåre." in text
    assert "CheckmarkCircle" not in text
    assert "som vanlig hos" not in text


async def test_a_resident_may_hide_the_day_for_a_week_and_no_longer(hub: Hub, browser: Browse, clock: Clock) -> None:
    await level(hub, "rel-lise", Insight.HANDLED_ALERTS)
    herself, lise = await logged_in(browser(), hub, "ragnhild-selv"), await logged_in(browser(), hub, "lise")
    assert "Siste 30 dager" in (await lise.get("/relatives")).text

    assert (await herself.post("/resident/ragnhild/pause", data={"for_how_long": "year"})).status_code == 422
    await herself.post("/resident/ragnhild/pause", data={"for_how_long": "week"})

    text = (await lise.get("/relatives")).text
    assert "Ragnhild deler ikke dagen sin akkurat nå." in text
    assert "Siste 30 dager" not in text
    async with hub.database.read() as session:
        assert await people.followers(session, "ragnhild", clock.now) == []
    clock.passes(timedelta(days=7, seconds=1))
    assert "Siste 30 dager" in (await (await logged_in(browser(), hub, "lise")).get("/relatives")).text


# --- its end -----------------------------------------------------------------------------------


async def test_the_resident_ends_it_with_one_button_and_it_is_over_at_once_c33(hub: Hub, browser: Browse) -> None:
    """C33: the login, the live stream and the page; and what was agreed stays written down."""
    herself, lise = await logged_in(browser(), hub, "ragnhild-selv"), await logged_in(browser(), hub, "lise")
    async with hub.database.write() as session:
        lises = await session.get_one(tables.Person, "lise")
        token = await logins.begin(session, lises, LIMITS[lises.role], hub.clock())
    stream = live.stream(hub, logins.hash_of(token), beat_s=0.01)
    assert (await anext(stream)).event == "change"

    await herself.post("/resident/ragnhild/consent/rel-lise")

    assert (await anext(stream)).event == "ended"
    assert (await lise.get("/relatives")).headers["location"].startswith("/login")
    again = await logged_in(browser(), hub, "lise")
    assert "Ragnhild" not in (await again.get("/relatives")).text
    for path in ("messages", "visits", "about"):
        assert (await again.get(f"/relatives/ragnhild/{path}")).status_code == 404
    async with hub.database.read() as session:
        row = await session.get_one(tables.Relation, "rel-lise")
        assert (row.until, row.ended_by_id, row.insight) == (hub.clock(), "ragnhild-selv", Insight.NOTHING)
        assert len(await kin.history_of(session, "ragnhild")) == 1
    assert ("consent.ended", "ragnhild") in await logged(hub, "ragnhild-selv")


@BOTH
async def test_a_change_of_level_is_a_row_of_its_own_and_shows_nothing_older(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        row = await session.get_one(tables.Relation, "rel-per")
        clock.passes(_HOUR)
        await kin.decide(
            session, row,
            Decision(
                insight=Insight.HANDLED_ALERTS, given_by=GivenBy.RESIDENT, ground=Ground.SPOKEN, by="kari", why="sa ja"
            ), clock.now,
        )  # fmt: skip

    async with hub.database.read() as session:
        (bond,) = await kin.bonds(session, "per", clock.now)
        (before,) = await kin.bonds(session, "per", clock.now - timedelta(minutes=1))
    assert (bond.insight, bond.relation.since, bond.relation.entered_by_id) == (
        Insight.HANDLED_ALERTS, clock.now, "kari",
    )  # fmt: skip
    assert (before.insight, before.relation.until) == (Insight.ALL_IS_WELL, clock.now)


async def test_the_coordinator_changes_it_with_a_reason_only(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    here = "/admin/residents/kaare/relatives"

    refused = await kari.post(f"{here}/rel-per/change", data={"insight": "handled_alerts"})
    await kari.post(
        f"{here}/rel-per/change", data={"insight": "daily_rhythm", "ground": "law", "why": "Kan ikke samtykke selv"}
    )

    assert refused.status_code == 422
    listed = (await kari.get(here)).text
    assert "Døgnrytmen i grove trekk" in listed
    assert "den som handler for beboeren, pasient- og brukerrettighetsloven § 3-3" in listed
    assert "Avsluttet av Kari Åsen. Kan ikke samtykke selv" in listed
    assert "roligere eller livligere" in (await (await logged_in(browser(), hub, "per")).get(
        "/relatives/kaare/about")).text  # fmt: skip


async def test_a_relative_may_leave(hub: Hub, browser: Browse) -> None:
    per = await logged_in(browser(), hub, "per")

    await per.post("/relatives/kaare/leave")

    assert (await per.get("/relatives")).headers["location"].startswith("/login")
    assert "Kåre" not in (await (await logged_in(browser(), hub, "per")).get("/relatives")).text


# --- the other family ----------------------------------------------------------------------------


async def _write(hub: Hub, who: str, about: str, text: str) -> None:
    async with hub.database.write() as session:
        await messages.write(session, about, who, who, text, hub.clock(), by_staff=False)


async def test_ten_ways_to_the_other_familys_data_and_none_works_c32(hub: Hub, browser: Browse) -> None:
    """C32, C36: path, body, form, search, thread, visit, consent, export, live and alert ids; as for nobody at all."""
    await _write(hub, "per", "kaare", "KANARIFUGL")
    async with hub.database.write() as session:
        session.add(
            tables.FamilyVisit(
                id="pers", resident_id="kaare", person_id="per", sort=Sort.VISIT, since=hub.clock(),
                until=hub.clock() + _HOUR, made_at=hub.clock(),
            )
        )  # fmt: skip
    anne = await logged_in(browser(), hub, "anne")
    theirs = [
        ("GET", "/relatives/{}/messages", {}), ("POST", "/relatives/{}/messages", {"text": "hei"}),
        ("GET", "/relatives/{}/visits", {}), ("POST", "/relatives/{}/visits/pers/cancel", {}),
        ("GET", "/relatives/{}/about", {}), ("POST", "/relatives/{}/leave", {}),
        ("POST", "/resident/{}/consent/rel-per", {"insight": "nothing"}), ("POST", "/resident/{}/wish", {"text": "x"}),
        ("GET", "/record/{}/readings", {}), ("POST", f"/relatives/asked/{'a4f2'.ljust(32, '0')}", {"going": "yes"}),
    ]  # fmt: skip

    told = []
    for method, path, data in theirs:
        foreign = await anne.request(method, path.format("kaare"), data=data or None)
        missing = await anne.request(method, path.format("ingen"), data=data or None)
        told.append((foreign.status_code, foreign.text == missing.text.replace("ingen", "kaare")))
        assert "KANARIFUGL" not in foreign.text

    assert told == [(404, True)] * 10
    mine = await anne.get("/relatives?resident_id=kaare&person_id=per")
    assert "Kåre" not in mine.text
    async with hub.database.read() as session:
        assert (await session.get_one(tables.FamilyVisit, "pers")).cancelled_at is None
        assert (await session.get_one(tables.Relation, "rel-per")).until is None


async def test_two_relatives_of_one_resident_do_not_read_each_other_c34(hub: Hub, browser: Browse) -> None:
    """C34: neither the other's messages nor their name."""
    async with hub.database.write() as session:
        session.add(
            tables.Relation(
                id="rel-per-2", person_id="per", resident_id="astrid", kinship="nevø", insight=Insight.HANDLED_ALERTS,
                since=hub.clock(),
            )
        )  # fmt: skip
    await _write(hub, "anne", "astrid", "KANARIFUGL")
    per = await logged_in(browser(), hub, "per")

    seen = [(await per.get(path)).text for path in (
        "/relatives", "/relatives/astrid/messages", "/relatives/astrid/visits", "/relatives/astrid/about",
    )]  # fmt: skip

    assert not any("KANARIFUGL" in text or "Nordby" in text for text in seen)
    assert "1 til. Hvem det er, vises ikke." in seen[3]


async def test_a_relative_who_acts_for_nobody_has_no_last_word(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    assert (await anne.get("/resident")).headers["location"] == "/relatives"
    assert (await anne.post("/resident/astrid/consent/rel-anne")).status_code == 404
    assert (await anne.post("/resident/astrid/pause", data={"for_how_long": "day"})).status_code == 404


async def test_an_open_page_that_fetches_itself_is_no_new_look(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "anne")
    for headers in ({}, {"x-carehub-live": "1"}, {"x-carehub-live": "1"}, {}):
        await client.get("/relatives", headers=headers)

    assert await logged(hub, "anne") == [("relatives", "astrid")] * 2

    await level(hub, "rel-anne", Insight.DAILY_RHYTHM)
    await client.get("/relatives", headers={"x-carehub-live": "1"})

    assert len(await logged(hub, "anne")) == 3
