from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.database import Session
from tests.unit.rules.building import shipped
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

PAGE = "/admin/residents/gerd"
NO = {"function": "doors", "basis": "objection", "note": "Hun vil ikke"}


@pytest.fixture
def ruled(hub: Hub) -> Hub:
    hub.rulebook = Rulebook.of(shipped())
    return hub


async def rows(session: Session) -> list[tables.LegalBasis]:
    return list((await session.exec(select(tables.LegalBasis))).all())


async def test_each_page_about_a_resident_leads_to_all_the_others(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    rest = ("/about", "", "/relatives", "/address", "/readings", "/erasure")
    pages = [*(f"{PAGE}{one}" for one in rest), "/residents/gerd/days", "/residents/gerd/planned"]
    for page in pages:
        text = (await kari.get(page)).text

        assert [one for one in pages if f'href="{one}"' not in text] == [], page
        assert f'href="{page}" aria-current="page"' in text
        assert text.count("<h1") == 1
        assert text.index("Gerd") < text.index('aria-label="Om beboeren"')  # whose they are, then what there is


@BOTH
async def test_a_no_is_written_down_makes_a_task_and_can_be_taken_back(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    assert "Ingenting er skrevet inn" in (await kari.get(PAGE)).text
    assert (await kari.post(f"{PAGE}/basis", data=NO)).headers["location"] == PAGE
    shown = (await kari.get(PAGE)).text
    for words in ("Dører og låser: har sagt nei", "Ute om natten", "beboeren har sagt nei", "Hun vil ikke"):
        assert words in shown
    assert "har sagt nei til dører og låser" in (await kari.get("/admin/tasks")).text
    assert "slått av: beboeren har sagt nei" in (await kari.get("/blind")).text
    english = {
        page: (await kari.get(page, headers={"accept-language": "en"})).text for page in ("/blind", "/admin/tasks")
    }
    assert "Ute om natten" not in english["/blind"]
    assert "The resident has said no to doors and locks." in english["/admin/tasks"]
    assert "Slått av for 1 beboer" in (await kari.get("/tablet")).text

    async with ruled.database.read() as session:
        (one,) = await rows(session)
    assert (await kari.post(f"{PAGE}/basis/{one.id}/end")).status_code == 303
    assert "har sagt nei til dører" not in (await kari.get("/admin/tasks")).text.partition("Gjort siste uke")[0]
    assert "Angre" in (await kari.get(PAGE)).text
    await kari.post(f"{PAGE}/basis/{one.id}/resume")
    assert "Trekk tilbake" in (await kari.get(PAGE)).text


async def test_a_decision_needs_a_date_and_one_that_has_run_out_says_that_it_alerts(
    ruled: Hub, browser: Browse, clock: Clock
) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    decision = {"function": "doors", "basis": "decision_4_6a", "reference": "2026/17"}
    answer = await kari.post(f"{PAGE}/basis", data=decision)
    assert (answer.status_code, "må ha en dato" in answer.text) == (422, True)
    assert (await kari.post(f"{PAGE}/basis", data={**decision, "last": "2025-01-01"})).status_code == 422
    await kari.post(f"{PAGE}/basis", data={**decision, "last": "2026-01-20"})
    assert "2026/17" in (await kari.get(PAGE)).text
    clock.passes(timedelta(days=10))
    kari = await logged_in(browser(), ruled, "kari")
    assert "Gått ut, varsler fortsatt" in (await kari.get(PAGE)).text


async def test_nobody_is_found_who_is_not_there(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    assert (await kari.get("/admin/residents/nobody")).status_code == 404
    assert (await kari.post("/admin/residents/nobody/basis", data=NO)).status_code == 404
    assert (await kari.post(f"{PAGE}/basis/none/end")).status_code == 404
    assert (await kari.post(f"{PAGE}/basis/none/shout")).status_code == 404
