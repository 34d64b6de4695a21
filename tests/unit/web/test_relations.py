"""The access table against the running application: every route that reads of a resident by every relation (C31).

What is expected comes from the values that decide (`SEES`, `Consent`); what happens, from asking the application.
"""

from datetime import timedelta

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from httpx2 import AsyncClient

from carehub.core.folding.silence import Why
from carehub.core.people.access import SEES, About, Role, Tie
from carehub.core.people.consent import Consent, Insight, Standing
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import tables, tasks, ties
from carehub.store.tasks import Wanted
from carehub.web.rights.access_table import READS, By
from tests.unit.web.conftest import Browse, Clock, logged_in

FJORD = "c310".ljust(32, "0")
"""Odd Sæther's alert, in Fjordgløtt."""
_HIS = ("Sæther", "Odd S")
_HOUR = timedelta(hours=1)
_FORMS: dict[str, dict[str, str]] = {
    "/admin/residents/{resident_id}/state": {"state": "rehabilitation", "on": "true", "last": "2026-02-01"},
    "/admin/residents/{resident_id}/basis": {"function": "location", "basis": "consent"},
}
_FORMS |= {
    "/admin/residents/{resident_id}/erasure": {"reason": "Beboeren ber om det"},
    "/admin/residents/{resident_id}/hold": {"reason": "Tilsyn"},
    "/admin/residents/{resident_id}/about": {"given_name": "Odd", "family_name": "Sæther"},
    "/admin/residents/{resident_id}/move": {"scope_id": "rom-203"},
}
_FORMS |= {
    "/admin/residents/{resident_id}/address": {"mark": "confidential", "reason": "Brev", "checked": "true"},
    "/admin/residents/{resident_id}/address/lower": {"mark": "none", "reason": "Opphevet"},
}
_FORMS["/admin/residents/{resident_id}/relatives"] = {"person_id": "per"}
_ADDRESS = {
    "alert_id": FJORD,
    "resident_id": "odd",
    "silence_id": "s-odd",
    "act": "end",
    "basis_id": "none",
    "seq": "9",
    "person_id": "per",
    "relation_id": "none",
}
_MADE_HERE = {
    "/admin/tasks/{task_id}/{act}",
    "/admin/rules/decisions/{override_id}/{act}",
    "/nurse/visits/{visit_id}/access",
    "/nurse/visits/{visit_id}/done",
    "/nurse/visits/{visit_id}/move",
    "/nurse/visits/{visit_id}/undo",
    "/residents/{resident_id}/planned/{visit_id}/cancel",
    "/residents/{resident_id}/planned/{visit_id}/restore",
    "/tablet/handover/notes/{note_id}",
    "/tablet/rounds/{turn_id}/done",
    "/tablet/rounds/plans/{round_id}/end",
}
"""Their ids are made by the hub: asked for in test_near.py, test_admin_rules.py and in the tests of visits,
rounds and handovers."""


@pytest.fixture
async def odd(hub: Hub, clock: Clock) -> Hub:
    """Things about Odd on every page that could show him."""
    now = clock.now
    async with hub.database.write() as session:
        for who in ("maria", "jonas"):
            (await session.get_one(tables.Person, who)).role = Role.COORDINATOR
        session.add(
            tables.Silence(
                id="s-odd", resident_id="odd", scope_id="rom-203", why=Why.AWAY, since=now, until=now + 4 * _HOUR,
                wanted_until=now + 4 * _HOUR, asked_by_id="jonas",
            )
        )  # fmt: skip
        await tasks.ask(session, Wanted(kind="x", subject="odd", words="Se på.", due_at=now, resident="odd"), now)
        session.add(tables.DetectorState(module="models.daily_rhythm", version="1", since=now))
        session.add(
            tables.ModelFinding(
                key="odd", module="models.daily_rhythm", version="1", resident_id="odd", at=now, score=1.0,
                words="annen rytme", sort="sudden",
            )
        )  # fmt: skip
    return hub


async def _tie(hub: Hub, tie: Tie) -> str:
    """Who has this tie to Odd, a coordinator as the others."""
    now = hub.clock()
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, FJORD)
        if tie is Tie.ASKED:
            session.add(
                tables.Notice(
                    id="n1", alert_id=FJORD, person_id="maria", channel="sms", address="+4790000001", text="",
                    cycle="rung:1", severity=Severity.SERIOUS, created_at=now, not_before=now,
                )
            )  # fmt: skip
        if tie is Tie.UNANSWERED:
            alert.severity, alert.rung, alert.rungs = Severity.CRITICAL, 3, 3
        if tie is Tie.OPENED:
            ties.open_file(session, "maria", "odd", "Jeg hjelper en kollega", now)
    return "jonas" if tie is Tie.UNIT else "maria"


_ROWS = sorted(
    path
    for path, read in READS.items()
    if read.by in {By.ALERT, By.RESIDENT} and path not in _MADE_HERE and path != "/admin/events/{seq}"
)
_MASKED = (
    "/tablet",
    "/nurse",
    "/silences",
    "/admin/tasks",
    "/admin/models",
    "/admin/people",
    "/admin/why-not",
    "/admin/events",
    "/blind",
    "/visits",
    "/api/v1/alerts",
    "/api/v1/residents",
    "/api/v1/reports/load",
)


@pytest.mark.parametrize("tie", list(Tie))
async def test_every_route_by_every_tie_of_staff_c31(odd: Hub, web: FastAPI, browser: Browse, tie: Tie) -> None:
    client = await logged_in(browser(), odd, await _tie(odd, tie))
    wrong = []
    for path in _ROWS:
        read = READS[path]
        seen = read.about in SEES[Tie.NONE if tie is Tie.UNANSWERED and read.by is By.RESIDENT else tie]
        for method in _methods(web, path):
            answer = await client.request(
                method, path.format(**_ADDRESS), data=_FORMS.get(path) if method == "POST" else None
            )
            if (answer.status_code != 403) != seen or (not seen and _names(answer.text)):
                wrong.append(f"{method} {path}: {answer.status_code}")

    assert not wrong


@pytest.mark.parametrize("tie", list(Tie))
async def test_every_list_names_him_to_those_with_a_tie_and_to_nobody_else_c31(
    odd: Hub, browser: Browse, tie: Tie
) -> None:
    client = await logged_in(browser(), odd, await _tie(odd, tie))
    named = {path for path in _MASKED if _names((await client.get(path)).text)}

    if tie is Tie.NONE:
        assert named == set()
    elif tie is Tie.UNANSWERED:
        assert named == {"/tablet"}
    else:
        assert {"/tablet", "/silences", "/admin/models", "/admin/why-not"} <= named
    assert set(_MASKED) <= {path for path, read in READS.items() if read.by is By.MASKED}


def _names(text: str) -> bool:
    return any(name in text for name in _HIS)


def _methods(web: FastAPI, path: str) -> list[str]:
    routes = [one for one in web.routes if isinstance(one, APIRoute) and one.path == path]
    return sorted({method for one in routes for method in one.methods or ()})


_SINCE = timedelta(days=-60)
_AGREED = [
    (standing, level, until)
    for standing, levels in ((Standing.RELATIVE, list(Insight)), (Standing.GUARDIAN, [Insight.NOTHING]),
                             (Standing.SELF, [Insight.NOTHING]))
    for level in levels for until in (None, timedelta(hours=1), timedelta(0))
]  # fmt: skip


@pytest.mark.parametrize(("standing", "level", "until"), _AGREED)
async def test_every_route_by_every_agreement_outside_the_staff_c33(  # noqa: PLR0913, PLR0917
    hub: Hub, web: FastAPI, browser: Browse, clock: Clock, standing: Standing, level: Insight, until: timedelta | None
) -> None:
    """A relative with consent, one whose consent ended, a guardian, the resident: on their own, and on another's."""
    end = None if until is None else clock.now + until
    consent = Consent(standing=standing, insight=level, since=clock.now + _SINCE, until=end)
    async with hub.database.write() as session:
        row = await session.get_one(tables.Relation, "rel-anne")
        row.standing, row.insight, row.since, row.until = standing, level, consent.since, end
        if standing is Standing.SELF:
            (await session.get_one(tables.Person, "anne")).role = Role.RESIDENT
    anne = await logged_in(browser(), hub, "anne")
    own = [path for path, read in READS.items() if read.by is By.CONSENT and "{resident_id}" in path]

    for path in own:
        about, method = READS[path].about, _methods(web, path)[0]
        mine = await anne.request(method, path.replace("{resident_id}", "astrid"))
        other = await anne.request(method, path.replace("{resident_id}", "odd"))
        assert (mine.status_code != 404) == consent.sees(about, clock.now), path
        assert other.status_code == 404, path
        assert not _names(other.text)
    assert await _refused_everywhere(anne, web) == []


async def _refused_everywhere(client: AsyncClient, web: FastAPI) -> list[str]:
    """Routes of the staff that answered somebody who is none."""
    staff = [path for path, read in READS.items() if read.by in {By.ALERT, By.RESIDENT, By.MASKED}]
    address = (
        dict.fromkeys(
            ("task_id", "visit_id", "override_id", "run_id", "sort", "note_id", "turn_id", "round_id"), "none"
        )
        | {"number": "1"}
        | _ADDRESS
    )
    found = []
    for path in staff:
        for method in _methods(web, path):
            answer = await client.request(method, path.format(**address))
            if answer.status_code not in {403, 404} or _names(answer.text):
                found.append(f"{method} {path}: {answer.status_code}")
    return found


async def test_somebody_with_no_relation_at_all_reads_nothing_of_anybody(
    hub: Hub, web: FastAPI, browser: Browse
) -> None:
    async with hub.database.write() as session:
        session.add(tables.Person(id="ingen", name="Ingen Slekt", username="ingen", role=Role.RELATIVE))
    nobody = await logged_in(browser(), hub, "ingen")

    assert await _refused_everywhere(nobody, web) == []
    for path in ("/relatives", "/record/astrid/readings"):
        assert "Nordby" not in (await nobody.get(path)).text
    assert About.RECORD not in {one.about for path, one in READS.items() if path == "/relatives"}
