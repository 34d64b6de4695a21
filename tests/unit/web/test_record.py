"""A resident takes all that is kept along: JSON in its form, a PDF with Norwegian letters, and nobody else's data."""

import json
from datetime import timedelta

import msgspec
import pytest
from sqlmodel import select

from carehub.core.people.consent import Standing
from carehub.flow.hub import Hub
from carehub.store import record, tables
from tests.unit.web.conftest import Browse, Clock, logged_in

_SECTIONS = {"schema", "made_at", "municipality", "resident", "homes", "devices", "alerts", "who_looked", "events"}


class Step(msgspec.Struct, forbid_unknown_fields=True):
    at: str
    step: str
    code: str | None
    by_role: str | None


async def test_the_json_has_every_section_of_its_schema_and_no_colleagues_name(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """C80, GDPR 15: in the journal a colleague is a role; who looked is given by name, as the law has it."""
    kari = await logged_in(browser(), hub, "kari")
    await kari.get("/admin/residents/astrid/readings")
    clock.passes(timedelta(minutes=1))

    answer = await kari.get("/admin/residents/astrid/export.json")

    found = json.loads(answer.text)
    assert answer.headers["content-disposition"].startswith("attachment")
    assert "astrid" not in answer.headers["content-disposition"].casefold()
    assert set(found) == _SECTIONS | set(record.SECTIONS)
    assert (found["schema"], found["resident"]["family_name"]) == ("carehub-record/1", "Nordby")
    assert found["alerts"]
    msgspec.convert([step for one in found["alerts"] for step in one["steps"]], list[Step])
    assert found["consents"][0]["kinship"] == "datter"
    rest = json.dumps({name: value for name, value in found.items() if name != "who_looked"}, ensure_ascii=False)
    assert [one for one in ("Anne", "Maria", "Hauge", "Kåre", "Bakke", "+4790000000") if one in rest] == []
    assert "Kari Åsen" in json.dumps(found["who_looked"], ensure_ascii=False)


async def test_the_pdf_is_one_with_its_language_and_an_outline(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    answer = await kari.get("/admin/residents/kaare/export.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
    assert b"/Lang (nb-NO)" in answer.content
    assert b"/Outlines" in answer.content
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog.action).where(tables.AccessLog.resident_id == "kaare"))).all()
    assert "record.exported" in log


async def test_somebodys_own_words_are_words_whatever_they_look_like(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        session.add(tables.Wish(resident_id="astrid", text="Ringte og Tove svarte", changed_at=hub.clock()))
    kari = await logged_in(browser(), hub, "kari")

    assert (await kari.get("/admin/residents/astrid/export.pdf")).content.startswith(b"%PDF")


async def test_everybody_who_looked_is_in_it_however_many_they_are(hub: Hub, browser: Browse) -> None:
    before = hub.clock() - timedelta(minutes=1)
    async with hub.database.write() as session:
        for _ in range(1001):
            session.add(tables.AccessLog(at=before, person_id="kari", action="days", resident_id="astrid"))
    kari = await logged_in(browser(), hub, "kari")

    assert len((await kari.get("/admin/residents/astrid/export.json")).json()["who_looked"]) >= 1001


@pytest.mark.parametrize(
    ("standing", "status"), [(Standing.SELF, 200), (Standing.GUARDIAN, 200), (Standing.RELATIVE, 404)]
)
async def test_the_resident_and_the_guardian_take_it_themselves(
    hub: Hub, browser: Browse, standing: Standing, status: int
) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-anne")).standing = standing
    anne = await logged_in(browser(), hub, "anne")

    for form in ("json", "pdf"):
        assert (await anne.get(f"/record/astrid/export.{form}")).status_code == status
        assert (await anne.get(f"/record/kaare/export.{form}")).status_code == 404
