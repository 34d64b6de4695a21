"""The nurse's telephone: late answers, planned visits, the way in, and what a telephone may keep."""

import json
import re
from datetime import timedelta
from html import unescape
from uuid import uuid4

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import col, select

from carehub.core.answers.alerts import Status, Step
from carehub.flow.hub import Hub
from carehub.store import tables, visits
from carehub.store.tables.homecare import VisitState
from carehub.web.telephone.offline import key_of
from tests.unit.web.conftest import Browse, Clock, logged_in

FALL, HELD = (key.ljust(32, "0") for key in ("a4f2", "b7c1"))


async def nurse(hub: Hub, browser: Browse, username: str = "ingrid") -> AsyncClient:
    return await logged_in(browser(), hub, username)


async def alert_of(hub: Hub, alert_id: str) -> tables.Alert:
    async with hub.database.read() as session:
        return await session.get_one(tables.Alert, alert_id)


def late(hub: Hub, *, ago: timedelta, who: str = "ingrid", action: str = "take", alert: str = FALL) -> dict[str, str]:
    tapped = (hub.clock() - ago).isoformat()
    return {"id": str(uuid4()), "person": key_of(who), "alert": alert, "action": action, "tapped_at": tapped}


async def send(client: AsyncClient, answer: dict[str, str]) -> Response:
    return await client.post("/api/v1/answers", json=answer)


# --- answers given without coverage --------------------------------------------------------------


async def test_a_late_answer_counts_from_when_it_came_and_the_journal_says_when_it_was_tapped(
    hub: Hub, browser: Browse
) -> None:
    answer = await send(await nurse(hub, browser), late(hub, ago=timedelta(minutes=6)))

    assert answer.json() == {"done": True, "words": "Du har varselet."}
    alert = await alert_of(hub, FALL)
    assert (alert.status, alert.owner_id, alert.taken_at) == (Status.TAKEN, "ingrid", hub.clock())
    async with hub.database.read() as session:
        steps = select(tables.AlertStep).where(tables.AlertStep.alert_id == FALL, tables.AlertStep.step == Step.TAKEN)
        step = (await session.exec(steps)).one()
    assert (step.at, step.text) == (hub.clock(), "Trykket kl. 02:08, uten dekning.")


async def test_whoever_answers_late_is_told_who_took_it_meanwhile(hub: Hub, browser: Browse) -> None:
    await (await nurse(hub, browser, "maria")).post(f"/alerts/{FALL}/take", data={"back": "/tablet"})

    answer = await send(await nurse(hub, browser), late(hub, ago=timedelta(minutes=6)))

    assert answer.json() == {"done": False, "words": "Maria Hauge har allerede tatt dette varselet."}
    assert (await alert_of(hub, FALL)).owner_id == "maria"


async def test_the_same_answer_sent_again_is_answered_as_the_first_time(hub: Hub, browser: Browse) -> None:
    client, answer = await nurse(hub, browser), late(hub, ago=timedelta(minutes=6))
    first = await send(client, answer)
    await client.post(f"/alerts/{FALL}/release", data={"back": "/nurse"})

    again = await send(client, answer)

    assert again.json() == first.json()
    assert (await alert_of(hub, FALL)).status is Status.OPEN
    async with hub.database.read() as session:
        assert len((await session.exec(select(tables.LateAnswer))).all()) == 1


async def test_what_got_through_without_its_receipt_is_hers_already(hub: Hub, browser: Browse) -> None:
    client = await nurse(hub, browser)
    await client.post(f"/alerts/{FALL}/take", data={"back": "/nurse"})

    answer = await send(client, late(hub, ago=timedelta(seconds=20)))

    assert answer.json()["done"] is True


async def test_a_late_arrival_is_an_arrival(hub: Hub, browser: Browse) -> None:
    answer = await send(await nurse(hub, browser), late(hub, ago=timedelta(minutes=2), action="arrive", alert=HELD))

    assert answer.json() == {"done": True, "words": "Huben vet at du er der."}
    assert (await alert_of(hub, HELD)).status is Status.ARRIVED


@pytest.mark.parametrize(("who", "ago", "status"), [("emir", 1, 403), ("ingrid", 241, 410)])
async def test_another_persons_answer_and_an_old_one_change_nothing(
    hub: Hub, browser: Browse, who: str, ago: int, status: int
) -> None:
    answer = await send(await nurse(hub, browser), late(hub, ago=timedelta(minutes=ago), who=who))

    assert answer.status_code == status
    assert (await alert_of(hub, FALL)).status is Status.OPEN


async def test_a_login_that_has_ended_is_said_and_nothing_is_lost_by_it(hub: Hub, browser: Browse) -> None:
    answer = await send(browser(), late(hub, ago=timedelta(minutes=6)))

    assert answer.status_code == 401


@pytest.mark.parametrize("wrong", [{"action": "close"}, {"id": "x"}, {"alert": "../x"}, {"tapped_at": "2026-01-15"}])
async def test_what_is_no_answer_is_refused(hub: Hub, browser: Browse, wrong: dict[str, str]) -> None:
    answer = await send(await nurse(hub, browser), {**late(hub, ago=timedelta(minutes=1)), **wrong})

    assert answer.status_code == 422


# --- what a telephone keeps ------------------------------------------------------------------------


async def test_the_list_that_a_telephone_keeps_names_nobody_and_nothing_of_health_c68(
    hub: Hub, browser: Browse
) -> None:
    """C68: number, urgency, unit and since when; no name, no place, no kind of alert."""
    text = (await (await nurse(hub, browser)).get("/nurse")).text

    told = unescape(re.search(r'data-kept="([^"]*)"', text)[1])  # type: ignore[index]

    kept = json.loads(told)
    assert len(kept) == 6
    assert set(kept[0]) == {"id", "number", "urgency", "severity", "unit", "since", "waits", "mine", "may"}
    assert kept[0]["number"] == "B7C1"
    for never in ("Arne", "Fossum", "Storgata", "Rom 104", "Fall", "Nordby", "trykk"):
        assert never not in told


async def test_the_page_for_no_coverage_is_the_same_for_everybody(hub: Hub, browser: Browse) -> None:
    mine, nobodys = await (await nurse(hub, browser)).get("/nurse/offline"), await browser().get("/nurse/offline")

    assert mine.text == nobodys.text
    assert "UTEN DEKNING" in mine.text
    assert "data-person" not in mine.text


async def test_it_can_be_installed_and_its_worker_speaks_for_the_telephone_only(hub: Hub, browser: Browse) -> None:
    manifest = (await browser().get("/manifest.webmanifest")).json()
    worker = await browser().get("/sw.js")

    assert (manifest["start_url"], manifest["display"], manifest["lang"]) == ("/nurse", "standalone", "nb")
    assert {(icon["sizes"], icon["purpose"]) for icon in manifest["icons"]} >= {
        ("192x192", "any"), ("512x512", "any"), ("512x512", "maskable"),
    }  # fmt: skip
    for icon in manifest["icons"]:
        assert (await browser().get(icon["src"])).status_code == 200
    assert worker.headers["service-worker-allowed"] == "/nurse"
    for kept in json.loads(re.search(r"FILES = (\[.*\]);", worker.text)[1]):  # type: ignore[index]
        assert (await browser().get(kept)).status_code == 200


# --- the way in -------------------------------------------------------------------------------------


async def test_the_way_in_stands_behind_a_tap_that_is_logged(hub: Hub, browser: Browse) -> None:
    hub.route_link = "geo:0,0?q={address}"
    client = await nurse(hub, browser)
    page = (await client.get(f"/nurse/{HELD}")).text

    shown = (await client.post(f"/nurse/{HELD}/access")).text

    for secret in ("4711", "0815", "9999 Nordvik", "geo:", "+4791234567", "Oksygen"):
        assert secret not in page
    for told in (
        "4711", "0815", "Til venstre for døren", "Oksygen i bruk: ingen åpen ild.", "Dyr: hund i gangen",
        "geo:0,0?q=Storgata%205%20B%2C%209999%20Nordvik", "tel:+4791234567",
    ):  # fmt: skip
        assert told in shown
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog).where(tables.AccessLog.action == "access_note"))).all()
    assert [(row.person_id, row.resident_id, row.because) for row in log] == [("ingrid", "arne", "unit")]


async def test_where_nobody_can_go_no_way_in_is_offered(hub: Hub, browser: Browse) -> None:
    """The hub's own fault is mended at a desk: it has no key box, and nobody lives in it."""
    client = await nurse(hub, browser)
    assert "#reveal" in (await client.get(f"/nurse/{HELD}")).text
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, HELD)
        alert.scope_id, alert.resident_id, alert.kind = "hub", None, "hub.fault"

    text = (await client.get(f"/nurse/{HELD}")).text

    assert "Det neste du gjør" in text
    assert "reveal" not in text
    assert "Adkomst" not in text


async def test_without_the_municipalitys_word_no_address_leaves_the_hub(hub: Hub, browser: Browse) -> None:
    shown = (await (await nurse(hub, browser)).post(f"/nurse/{HELD}/access")).text

    assert 'id="route"' not in shown
    assert "Storgata 5 B, 9999 Nordvik" in shown


async def test_another_units_way_in_asks_for_a_reason_first(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, HELD)).owner_id = None
    answer = await (await nurse(hub, browser, "jonas")).post(f"/nurse/{HELD}/access")

    assert answer.status_code == 403
    assert "4711" not in answer.text


async def test_a_coordinator_writes_the_way_in_and_never_sees_a_code_again(hub: Hub, browser: Browse) -> None:
    client, path = await logged_in(browser(), hub, "kari"), "/admin/homes/storgata-5b/way-in"
    before = (await client.get(path)).text

    await client.post(
        path, data={"key_box": "Ved porten", "door_code": "1234", "no_key_box_code": "true", "note": "Ring på"}
    )

    assert "4711" not in before
    assert "en kode er lagret" in before
    assert '<a class="ds-link" href="/admin/places/storgata-5b">' in before  # the way back
    async with hub.database.read() as session:
        way = await session.get_one(tables.WayIn, "storgata-5b")
        scope = await session.get_one(tables.Scope, "storgata-5b")
        log = select(tables.AccessLog.action, tables.AccessLog.resident_id).order_by(col(tables.AccessLog.id))
        actions = (await session.exec(log)).all()
    assert (way.key_box, way.key_box_code, way.door_code, way.oxygen) == ("Ved porten", None, "1234", False)
    assert (scope.access_note, way.changed_by_id) == ("Ring på", "kari")
    assert [*actions][-2:] == [("way_in", "arne"), ("way_in.changed", "arne")]
    assert f'href="{path}"' in (await client.get("/admin/places/storgata-5b")).text


async def test_colleagues_at_work_can_be_called(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "emir")).on_duty = True
    text = (await (await nurse(hub, browser)).get(f"/nurse/{HELD}")).text

    assert "Ring en kollega" in text
    assert 'href="tel:+4790000000"' in text


# --- planned visits ----------------------------------------------------------------------------------


async def test_my_visits_and_nobodys_are_on_my_list_and_a_colleagues_are_not(hub: Hub, browser: Browse) -> None:
    client = await nurse(hub, browser)
    text = (await client.get("/nurse/visits")).text

    assert (
        text.index("Ikke gjort")
        < text.index("Tilsyn om natten")
        < text.index("Ingen er satt opp (1)")
        < text.index("Morgenbesøk")
        < text.index("Kveldsbesøk")
    )
    assert "Frokost" not in text
    assert "3 besøk igjen." in text
    async with hub.database.read() as session:
        log = select(tables.AccessLog.resident_id, tables.AccessLog.subject).where(tables.AccessLog.action == "planned")
        seen = (await session.exec(log)).all()
    assert {subject for _who, subject in seen} == {"visit:visit-1", "visit:visit-2", "visit:visit-3", "visit:visit-4"}


async def test_however_many_are_on_nobodys_list_my_own_are_there_and_come_first(hub: Hub, browser: Browse) -> None:
    """Two hundred at most are shown, by the clock, and her own later ones were the ones that were left out."""
    async with hub.database.write() as session:
        for number in range(visits.MOST + 10):
            at = hub.clock() + number * timedelta(seconds=10)
            session.add(
                tables.PlannedVisit(
                    id=f"v{number}", resident_id="solveig", unit_id="sentrum", at=at,
                    until=at + timedelta(minutes=20), title="Medisin",
                )
            )  # fmt: skip
    client = await nurse(hub, browser)
    text, board = (await client.get("/nurse/visits")).text, (await client.get("/nurse")).text

    assert text.index("Tilsyn om natten") < text.index("Medisin")
    assert f"{visits.MOST - 3} besøk" in text
    assert "Tilsyn om natten" in board


async def test_a_visit_is_done_undone_and_moved(hub: Hub, browser: Browse) -> None:
    client = await nurse(hub, browser)

    async def visit() -> tables.PlannedVisit:
        async with hub.database.read() as session:
            return await session.get_one(tables.PlannedVisit, "visit-2")

    planned = (await visit()).at
    await client.post("/nurse/visits/visit-2/done")
    done = await visit()
    await client.post("/nurse/visits/visit-2/undo")
    await client.post("/nurse/visits/visit-2/move", data={"minutes": "60"})
    moved = await visit()
    await client.post("/nurse/visits/visit-2/move", data={"minutes": "-60"})
    back = await visit()

    assert (done.state, done.done_by_id, done.done_at) == (VisitState.DONE, "ingrid", hub.clock())
    assert (moved.state, moved.at, moved.moved_from) == (VisitState.PLANNED, planned + timedelta(hours=1), planned)
    assert moved.until - moved.at == timedelta(minutes=20)
    assert (back.at, back.moved_from) == (planned, None)


async def test_another_units_visit_is_not_there(hub: Hub, browser: Browse) -> None:
    client = await nurse(hub, browser, "jonas")

    assert (await client.post("/nurse/visits/visit-2/done")).status_code == 404
    assert "Solveig" not in (await client.get("/nurse/visits")).text


async def test_the_next_visits_stand_under_the_alerts(hub: Hub, browser: Browse) -> None:
    text = (await (await nurse(hub, browser)).get("/nurse")).text

    assert text.index("Dine varsler") < text.index("Neste besøk") < text.index("Tilsyn om natten")
    assert "Kveldsbesøk" not in text


async def test_a_plan_read_twice_is_one_plan(hub: Hub, clock: Clock) -> None:
    line = visits.Line(
        resident_id="arne", unit_id="sentrum", person_id=None, at=clock(), until=clock() + timedelta(minutes=15),
        title="Middag",
    )  # fmt: skip
    async with hub.database.write() as session:
        first = await visits.write_plan(session, [line, line])
    async with hub.database.write() as session:
        second = await visits.write_plan(session, [line])
        found = await visits.planned_for(session, "arne", clock(), clock() + timedelta(minutes=1))

    assert (first, second, [one.title for one in found]) == (1, 0, ["Middag"])
