"""What people see and do on the pages: one winner, no health word to relatives, every look logged."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from carehub.core.answers.alerts import Aftermath, Cause, Status
from carehub.core.people.consent import Insight
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import words
from tests.unit.web.conftest import Browse, Clock, logged_in

FALL, HELD, CLOSED, THEIRS = (key.ljust(32, "0") for key in ("a4f2", "b7c1", "9a01", "e0b4"))


async def alert_of(hub: Hub, alert_id: str) -> tables.Alert:
    async with hub.database.read() as session:
        return await session.get_one(tables.Alert, alert_id)


async def log_of(hub: Hub, username: str) -> list[tuple[str, str | None, str | None]]:
    async with hub.database.read() as session:
        statement = (
            select(tables.AccessLog).where(tables.AccessLog.person_id == username).order_by(col(tables.AccessLog.id))
        )
        return [(row.action, row.resident_id, row.subject) for row in (await session.exec(statement)).all()]


async def test_the_tablet_shows_who_where_what_and_what_happens_next(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "kari")).get("/tablet")).text

    assert "6 åpne varsler" in text
    assert "4 venter på noen" in text
    first = text[text.index("board__first") : text.index("board__rest")]
    for words_ in (
        "Kritisk",
        "Ingen har tatt det",
        "Rom 104",
        "bad",
        "Fall",
        "Astrid N.",
        "Varsler vakten igjen",
        "Ta varselet",
    ):
        assert words_ in first
    for words_ in (
        "Ingrid S. er på vei",
        "3 trykk",
        "Emir H. er der",
        "Skjedde for 6 timer siden",
        "2 sensorer er stille",
    ):
        assert words_ in text
    assert "Nordby" not in text


async def test_what_is_serious_and_waits_comes_before_what_is_critical_and_has_somebody(
    hub: Hub, browser: Browse
) -> None:
    maria = await logged_in(browser(), hub, "maria")
    await maria.post(f"/alerts/{FALL}/take")
    async with hub.database.write() as session:
        for one in await session.exec(select(tables.Alert).where(col(tables.Alert.status) == Status.OPEN)):
            one.severity = Severity.SERIOUS if one.unit_id == "sol" else Severity.MODERATE
    text = (await maria.get("/tablet?unit=sol")).text
    first = text[text.index("board__first") : text.index("board__rest")]

    assert "Ingen har tatt det" in first
    assert "Du er på vei" in text[text.index("board__rest") :]


async def test_only_what_somebody_pressed_is_counted_in_presses(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, FALL)).presses = 2
    text = (await (await logged_in(browser(), hub, "kari")).get("/tablet")).text

    assert "Meldt 2 ganger" in text
    assert "3 trykk" in text
    assert "2 trykk" not in text


async def test_a_closed_alert_says_when_it_was_and_its_age_has_stopped(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "maria")).get(f"/nurse/{CLOSED}")).text
    card = text[text.index("<article") : text.index("</article>")]

    assert "data-age" not in card
    assert 'class="alert__age"' in card
    assert ".." not in card


async def test_the_way_back_is_to_the_face_from_which_one_came(hub: Hub, browser: Browse) -> None:
    found = {
        who: (await (await logged_in(browser(), hub, who)).get(f"/nurse/{FALL}")).text.partition(" Alle varsler</a>")[0]
        for who in ("maria", "ingrid", "kari")
    }

    assert {who: text.rpartition('href="')[2].partition('"')[0] for who, text in found.items()} == {
        "maria": "/tablet", "ingrid": "/nurse", "kari": "/nurse",
    }  # fmt: skip


async def test_a_taken_alert_keeps_its_urgency_and_names_its_owner(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    answer = await client.post(f"/alerts/{FALL}/take", data={"back": "/tablet?unit=sol"})

    assert (answer.status_code, answer.headers["location"]) == (303, f"/tablet?unit=sol#alert-{FALL}")
    text = (await client.get("/tablet?unit=sol")).text
    assert "Du er på vei" in text
    assert "Kritisk" in text
    assert (await alert_of(hub, FALL)).severity is Severity.CRITICAL


async def test_whoever_comes_second_is_told_who_has_it(hub: Hub, browser: Browse) -> None:
    await (await logged_in(browser(), hub, "maria")).post(f"/alerts/{FALL}/take", data={"back": "/tablet"})

    answer = await (await logged_in(browser(), hub, "jonas")).post(f"/alerts/{FALL}/take", data={"back": "/tablet"})

    assert answer.status_code == 409
    assert "Maria Hauge har allerede tatt dette varselet." in answer.text
    assert (await alert_of(hub, FALL)).owner_id == "maria"


async def test_an_alert_is_closed_with_its_cause_and_what_was_done(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    await client.post(f"/alerts/{FALL}/arrive", data={"back": "/tablet"})

    without = await client.post(f"/alerts/{FALL}/close", data={"back": "/tablet"})
    done = await client.post(
        f"/alerts/{FALL}/close",
        data={"cause": "fall", "aftermath": "called_doctor", "note": " Hoven hofte ", "back": "/tablet"},
    )

    assert without.status_code == 422
    assert done.status_code == 303
    closed = await alert_of(hub, FALL)
    assert (closed.status, closed.cause, closed.aftermath, closed.note) == (
        Status.CLOSED, Cause.FALL, Aftermath.CALLED_DOCTOR, "Hoven hofte",
    )  # fmt: skip
    assert "Fall – Ringte lege/legevakt" in (await client.get("/tablet")).text


async def test_every_action_tells_the_pages_and_a_release_wakes_the_ladder(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    before = hub.live.version

    await client.post(f"/alerts/{HELD}/release", data={"back": "/nurse"})

    assert hub.live.version == before + 1
    assert hub.wake.escalate.is_set()
    assert (await alert_of(hub, HELD)).status is Status.OPEN


@pytest.mark.parametrize("path", ["/tablet", "/nurse", "/a/A4F2", f"/nurse/{FALL}"])
async def test_looking_changes_nothing(hub: Hub, browser: Browse, path: str) -> None:
    before = await alert_of(hub, FALL)

    await (await logged_in(browser(), hub, "ingrid")).get(path, follow_redirects=True)

    assert await alert_of(hub, FALL) == before


async def test_the_short_link_of_an_sms_finds_the_alert(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")

    assert (await client.get("/a/a4f2")).headers["location"] == f"/nurse/{FALL}"
    for nothing in ("ZZZZ", "%25", "a_f2"):
        assert (await client.get(f"/a/{nothing}")).status_code == 404


async def test_what_is_open_elsewhere_is_counted_and_never_hidden(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "maria")).get("/tablet?unit=sol")).text

    assert "2 åpne varsler" in text
    assert "4 åpne varsler i andre enheter" in text
    assert "2 venter på noen" in text


async def test_an_unknown_unit_shows_everything(hub: Hub, browser: Browse) -> None:
    assert "6 åpne varsler" in (await (await logged_in(browser(), hub, "maria")).get("/tablet?unit=nowhere")).text


async def test_the_nurse_sees_her_own_first_then_who_waits_then_whom_somebody_helps(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "kari")).get("/nurse")).text
    mine = (await (await logged_in(browser(), hub, "ingrid")).get("/nurse")).text

    assert mine.index("Dine varsler") < mine.index("Storgata 5 B") < mine.index("venter på noen")
    waiting, held = text.index("4 venter på noen"), text.index("Noen er på vei eller der")
    assert waiting < text.index("Rom 104") < held < text.index("Ingrid S. er på vei")
    assert "Ingen har tatt det" not in text[held:]
    assert "2580" not in mine
    assert "+4791234567" not in mine


async def test_who_is_busy_sees_at_the_head_of_the_telephone_that_somebody_else_calls_and_where(
    hub: Hub, browser: Browse
) -> None:
    ingrid, emir = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "emir")
    assert 'id="urgent"' not in (await ingrid.get("/nurse")).text

    await emir.post(f"/alerts/{THEIRS}/release", data={"back": "/nurse"})

    mine = (await ingrid.get("/nurse")).text
    head = mine[mine.index('id="urgent"') : mine.index("Dine varsler")]
    assert "1 venter på noen</strong>: Bakkeveien 12" in head
    assert 'href="#others"' in head
    assert mine.count('id="others"') == 1
    assert 'id="urgent"' not in (await emir.get("/nurse")).text  # whoever has none reads them as they stand


async def test_key_box_and_telephone_need_a_tap_that_is_logged_each_time(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "ingrid")
    page = await client.get(f"/nurse/{HELD}")

    first = await client.post(f"/nurse/{HELD}/access")
    await client.post(f"/nurse/{HELD}/access")

    assert "2580" not in page.text
    assert "kode 2580" in first.text
    assert "tel:+4791234567" in first.text
    assert (await log_of(hub, "ingrid")) == [
        ("alert", "arne", f"alert:{HELD}"),
        ("access_note", "arne", f"alert:{HELD}"),
        ("access_note", "arne", f"alert:{HELD}"),
    ]


async def test_what_a_screen_shows_is_logged_once_a_login(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    for _ in range(3):
        await client.get("/tablet?unit=sol")

    log = await log_of(hub, "maria")
    assert ("tablet", "astrid", f"alert:{FALL}") in log
    assert len(log) == len(set(log))


async def test_trouble_with_the_hub_is_unmistakable(hub: Hub, browser: Browse, clock: Clock) -> None:
    client = await logged_in(browser(), hub, "maria")
    hub.health.broker = False
    clock.passes(timedelta(minutes=5))

    text = (await client.get("/tablet")).text

    for words_ in ("Huben hører ikke sensorene", "Varslingen står stille", "Reglene er ute av drift"):
        assert words_ in text


async def test_calm_is_said_calmly_and_truly(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        for alert in (await session.exec(select(tables.Alert))).all():
            alert.status, alert.closed_at = Status.CLOSED, alert.closed_at or hub.clock()

    text = (await (await logged_in(browser(), hub, "maria")).get("/tablet")).text

    assert "Ingen åpne varsler" in text
    assert "Ingen hendelser er mottatt ennå." in text


# --- relatives -------------------------------------------------------------------------------


async def test_a_relative_learns_that_it_was_followed_up_and_when(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert "Personalet følger opp et varsel hos Astrid nå." in text
    assert "Fulgt opp av personalet kl. 00:25." in text


async def test_a_relative_never_sees_a_health_word(hub: Hub, browser: Browse) -> None:
    canary = "KANARIFUGL"
    async with hub.database.write() as session:
        for alert in (await session.exec(select(tables.Alert))).all():
            alert.note = alert.detail = alert.kind = canary
        for resident in (await session.exec(select(tables.Resident))).all():
            resident.note = resident.phone = resident.national_id = canary[:11]
        for scope in (await session.exec(select(tables.Scope))).all():
            scope.access_note = canary
        for relation in (await session.exec(select(tables.Relation))).all():
            relation.insight = Insight.HANDLED_ALERTS
    told = [
        *words.CAUSES.values(),
        *words.AFTERMATHS.values(),
        *words.KINDS.values(),
        "Kritisk",
        "Alvorlig",
        "Rom 1",
        "Maria",
    ]

    for username in ("anne", "per", "lise"):
        text = (await (await logged_in(browser(), hub, username)).get("/relatives")).text
        main = text[text.index("<main") :]
        assert canary not in text
        assert [word for word in told if word in main and word not in {"Annet", "trykk", "puls", "strøm"}] == []


async def test_without_consent_a_relative_learns_nothing(hub: Hub, browser: Browse) -> None:
    text = (await (await logged_in(browser(), hub, "lise")).get("/relatives")).text

    assert "ikke avtalt" in text
    assert "varsel" not in text[text.index("<main") :]


async def test_consent_that_has_ended_shows_nobody(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-anne")).until = hub.clock()

    text = (await (await logged_in(browser(), hub, "anne")).get("/relatives")).text

    assert "Astrid" not in text
    assert "Ingen deler noe med deg her nå." in text


async def test_a_hub_that_hears_nothing_calms_nobody(hub: Hub, browser: Browse) -> None:
    hub.health.broker = False

    text = (await (await logged_in(browser(), hub, "per")).get("/relatives")).text

    assert "Vi får ikke oppdateringer akkurat nå, så vi vet ikke." in text


async def test_what_a_relative_reads_is_logged(hub: Hub, browser: Browse) -> None:
    await (await logged_in(browser(), hub, "per")).get("/relatives")

    assert await log_of(hub, "per") == [("relatives", "kaare", "all_is_well")]


async def test_the_alert_one_has_just_taken_stays_the_large_one(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    await client.post(f"/alerts/{FALL}/take", data={"back": "/tablet"})

    text = (await client.get("/tablet")).text

    assert text.index(f"alert-{FALL}") < text.index(f"alert-{HELD}")
