import re

import pytest
from sqlmodel import select

from carehub.core.rules.drafting import draft_hash
from carehub.core.rules.language import parse_rule
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.tables.backtests import BacktestState
from tests.unit.rules.building import shipped
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in


@pytest.fixture
def ruled(hub: Hub) -> Hub:
    hub.rulebook = hub.filed = Rulebook.of(shipped())
    return hub


async def tried(hub: Hub, body: str, clock: Clock) -> None:
    async with hub.database.write() as session:
        session.add(
            tables.BacktestRun(
                id="run", state=BacktestState.DONE, draft=body, draft_hash=draft_hash([parse_rule(body)]),
                rulebook_version=hub.rulebook.version, since=clock.now, until=clock.now, asked_at=clock.now,
                finished_at=clock.now,
            )
        )  # fmt: skip


async def the_draft(hub: Hub) -> tables.RuleDraft:
    async with hub.database.read() as session:
        return (await session.exec(select(tables.RuleDraft))).one()


@BOTH
async def test_a_draft_goes_from_hand_to_hand_into_force_and_back(ruled: Hub, browser: Browse, clock: Clock) -> None:
    kari, admin = await logged_in(browser(), ruled, "kari"), await logged_in(browser(), ruled, "admin")
    page = (await kari.post("/admin/rules/cold-home/draft")).headers["location"]
    assert "Ingenting er endret" in (await kari.get(page)).text
    body = (await the_draft(ruled)).body.replace("severity: moderate", "severity: serious")
    assert (await kari.post(f"{page}/save", data={"body": body, "why": "Det er kaldt"})).status_code == 303
    shown = (await kari.get(page)).text
    assert "<td>moderat</td><td>alvorlig</td>" in shown
    assert "Prøv på de siste 30 døgnene" in shown
    assert (await kari.post(f"{page}/ask")).status_code == 422

    await tried(ruled, body, clock)
    assert (await kari.post(f"{page}/ask")).status_code == 303
    assert "sett i kraft nå" not in (await kari.get(page)).text
    assert (await kari.post(f"{page}/approve")).status_code == 422
    assert "sett i kraft nå" in (await admin.get(page)).text
    assert (await admin.post(f"{page}/approve")).status_code == 303
    assert ruled.rulebook.rules["cold-home"].severity.name == "SERIOUS"
    assert "I kraft" in (await kari.get("/admin/rules/cold-home")).text
    agreed = (await kari.get(page)).text
    assert ("Endret regel" in agreed, "Ingenting er endret" in agreed) == (True, False)

    assert (await kari.post(f"{page}/end", data={"why": ""})).status_code == 422
    await kari.post(f"{page}/end", data={"why": "For mange"})
    assert ruled.rulebook.rules["cold-home"].severity.name == "MODERATE"
    assert "Tatt tilbake: For mange" in (await kari.get(page)).text
    await kari.post(f"{page}/resume")
    assert "Forkast utkastet" in (await kari.get(page)).text


async def test_a_text_that_is_no_rule_is_kept_and_its_faults_are_said(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    page = (await kari.post("/admin/rules/cold-home/draft")).headers["location"]
    await kari.post(f"{page}/save", data={"body": "id: cold-home\nwach: 1", "why": "x"})
    shown = (await kari.get(page)).text
    assert re.search("wach.+er ikke et ord som kan stå her", shown)
    assert "Prøv på de siste" not in shown
    assert (await kari.post(f"{page}/values", data={"value:for": "2 timer"})).status_code == 422
    assert (await kari.post(f"{page}/shout")).status_code == 404
    assert (await kari.get("/admin/rules/drafts/none")).status_code == 404
    assert (await kari.post("/admin/rules/drafts/none/ask")).status_code == 404
    assert (await kari.post("/admin/rules/none/draft")).status_code == 404


async def test_values_are_changed_by_a_form_and_the_stories_that_no_longer_hold_are_said(
    ruled: Hub, browser: Browse
) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    page = (await kari.post("/admin/rules/cold-home/draft")).headers["location"]
    refused = await kari.post(f"{page}/values", data={"value:for": "9 timer", "why": "x"})
    assert refused.status_code == 422
    assert "«Så lenge må det vare» må være fra" in refused.text  # as the form calls it, and not «for»
    assert "fra 30 min til 6 t; 9 t går ikke" in refused.text
    assert "9 timer" in refused.text
    unread = await kari.post(f"{page}/values", data={"value:for": "en stund", "why": "x"})
    assert "Skriv for eksempel 30 min." in unread.text
    assert (await kari.post(f"{page}/values", data={"value:for": "2 timer", "why": "x"})).status_code == 303
    shown = (await kari.get(page)).text
    assert "<td>1 t</td><td>2 t</td>" in shown
    assert "skal gi cold-home 15.01. kl. 19:00, men gir cold-home 15.01. kl. 20:00." in shown


async def test_the_examples_follow_a_new_threshold_without_a_line_written_by_hand(ruled: Hub, browser: Browse) -> None:
    """Whoever changed a value by the form stood before YAML, and could go no further without it."""
    kari = await logged_in(browser(), ruled, "kari")
    page = (await kari.post("/admin/rules/cold-home/draft")).headers["location"]
    await kari.post(f"{page}/values", data={"value:for": "2 timer", "why": "x"})
    assert "Flytt tidspunktene i eksemplene" in (await kari.get(page)).text

    assert (await kari.post(f"{page}/stories")).status_code == 303

    shown = (await kari.get(page)).text
    assert "Flytt tidspunktene" not in shown
    assert "Dette må rettes" not in shown
    assert "Prøv på de siste 30 døgnene" in shown
    assert "<td>1 t</td><td>2 t</td>" in shown
    second = (await (await logged_in(browser(), ruled, "admin")).get(page)).text  # who agrees sees what was moved
    moved = re.findall(r"<td>Varsler kl. ([^<]+)</td><td>Varsler kl. ([^<]+)</td>", second)
    assert moved == [("19:00", "20:00")] * 2
