"""A coordinator of one unit reads of no resident of another on any page outside of alerts (C31, C37)."""

from datetime import timedelta

import pytest
from httpx2 import AsyncClient

from carehub.core.folding.silence import Why
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.flow.hub import Hub
from carehub.store import tables, tasks
from carehub.store.tasks import Wanted
from tests.unit.web.conftest import Browse, Clock, logged_in

_FAR = ("Sæther", "Odd S", "Rom 203", "odd-pårørende")
"""What stands of Odd in Fjordgløtt. Kari coordinates Solsiden here."""


@pytest.fixture
async def kari(hub: Hub, browser: Browse, clock: Clock) -> AsyncClient:
    now = clock.now
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
        session.add(tables.Person(id="far", name="odd-pårørende", username="fjern", role=Role.RELATIVE))
        await session.flush()
        for id_, who, scope in (("s-odd", "odd", "rom-203"), ("s-astrid", "astrid", "rom-104")):
            session.add(
                tables.Silence(
                    id=id_, resident_id=who, scope_id=scope, why=Why.AWAY, since=now, until=now + timedelta(hours=4),
                    wanted_until=now + timedelta(hours=4), asked_by_id="jonas",
                )
            )  # fmt: skip
            wanted = Wanted(kind="x", subject=who, words="Se på grunnlaget.", due_at=now, resident=who)
            await tasks.ask(session, wanted, now)
        session.add(
            tables.Relation(
                id="fjern", person_id="far", resident_id="odd", kinship="bror", insight=Insight.NOTHING, since=now
            )
        )
        session.add(tables.DetectorState(module="models.daily_rhythm", version="1", since=now))
        for who in ("odd", "astrid"):
            session.add(
                tables.ModelFinding(
                    key=who, module="models.daily_rhythm", version="1", resident_id=who, at=now, score=1.0,
                    words="annen rytme", sort="sudden",
                )
            )  # fmt: skip
    return await logged_in(browser(), hub, "kari")


@pytest.mark.parametrize(
    "page",
    ["/silences", "/admin/tasks", "/admin/models", "/admin/people", "/admin/why-not", "/admin/events", "/admin/ledger",
     "/admin/load", "/admin/rules", "/admin/rules/backtest", "/blind", "/visits"],
)  # fmt: skip
async def test_a_page_names_her_own_residents_and_no_other_c31(kari: AsyncClient, page: str) -> None:
    answer = await kari.get(page)

    assert answer.status_code == 200
    assert [one for one in _FAR if one in answer.text] == []


@pytest.mark.parametrize("page", ["/silences", "/admin/tasks", "/admin/models", "/admin/people", "/admin/why-not"])
async def test_her_own_stand_there_so_that_the_others_absence_proves_something(kari: AsyncClient, page: str) -> None:
    assert "Nordby" in (await kari.get(page)).text


_REFUSED: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("GET", "/admin/residents/odd", {}),
    ("GET", "/admin/residents/odd/readings", {}),
    ("POST", "/admin/residents/odd/state", {"state": "rehabilitation", "on": "true", "last": "2026-02-01"}),
    ("POST", "/admin/residents/odd/basis", {"function": "location", "basis": "consent"}),
    ("GET", "/admin/events?resident=odd", {}),
    ("GET", "/admin/why-not?resident=odd&rule=x", {}),
    ("GET", "/silences/s-odd", {}),
    ("POST", "/silences/s-odd/end", {}),
    ("POST", "/silences", {"resident_id": "odd", "why": "away", "hours": "4"}),
    ("GET", "/residents/odd/days", {}),
    ("POST", "/admin/people/far/password", {}),
    ("POST", "/admin/people/far/active", {"on": "false"}),
    ("POST", "/admin/devices/ukjent/assign", {"scope_id": "rom-203", "resident_id": "odd"}),
    ("POST", "/admin/people", {"name": "Ny Mann", "username": "nymann", "role": "relative", "resident_id": "odd"}),
)  # fmt: skip


@pytest.mark.parametrize(("method", "path", "form"), _REFUSED)
async def test_asking_for_him_by_name_is_refused_as_for_somebody_who_is_not_there_c36(
    kari: AsyncClient, method: str, path: str, form: dict[str, str]
) -> None:
    answer = await kari.request(method, path, data=form or None)

    assert answer.status_code == 403
    assert [one for one in _FAR if one in answer.text] == []


async def test_somebody_elses_task_cannot_be_done_by_its_id(hub: Hub, kari: AsyncClient) -> None:
    async with hub.database.read() as session:
        found = {
            one.task.resident_id: one.task.id for one in await tasks.shown(session, {Role.COORDINATOR}, hub.clock())
        }

    assert (await kari.post(f"/admin/tasks/{found['odd']}/done")).status_code == 403
    assert (await kari.post(f"/admin/tasks/{found['astrid']}/done")).status_code == 303


@pytest.mark.parametrize(
    ("standing", "until", "status"),
    [(Standing.SELF, None, 200), (Standing.GUARDIAN, None, 200), (Standing.RELATIVE, None, 404),
     (Standing.GUARDIAN, -1, 404)],
)  # fmt: skip
async def test_who_looked_is_for_the_resident_and_whoever_acts_for_them_while_it_lasts(
    hub: Hub, browser: Browse, clock: Clock, standing: Standing, until: int | None, status: int
) -> None:
    async with hub.database.write() as session:
        relation = await session.get_one(tables.Relation, "rel-anne")
        relation.standing = standing
        relation.until = None if until is None else clock.now + timedelta(seconds=until)
    anne = await logged_in(browser(), hub, "anne")

    mine, other = await anne.get("/record/astrid/readings"), await anne.get("/record/odd/readings")

    assert (mine.status_code, other.status_code) == (status, 404)
    assert ("Astrid Nordby" in mine.text) == (status == 200)
    assert (await anne.get("/record/nobody/readings")).text.replace("nobody", "odd") == other.text
