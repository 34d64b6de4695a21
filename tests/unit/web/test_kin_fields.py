"""C34: of everything that staff know, these fields reach no relative on any page, whatever the consent."""

from collections import defaultdict
from datetime import timedelta

from sqlmodel import select

from carehub.core.answers.alerts import Step
from carehub.core.people.consent import Insight, Standing
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import tables
from tests.unit.web.conftest import Browse, logged_in
from tests.unit.web.test_routes import _FILLED, EXPECTED, OWN

_CANARIES = {
    "the resident's note": "KANARI-NOTAT", "an alert's note": "KANARI-VARSEL", "a step's text": "KANARI-STEG",
    "a shift note": "KANARI-VAKT", "how one gets in": "KANARI-INNGANG", "the key box": "KANARI-BOKS",
    "its code": "KANARI-9911", "the door's code": "KANARI-7722", "a danger": "KANARI-FARE",
    "a colleague's telephone": "+4790009911", "another relative's telephone": "+4790009922",
    "another relative": "Kanari Nabonordby", "the national id": "KANARI-FNR",
}  # fmt: skip


async def _write_them(hub: Hub) -> None:
    now, said = hub.clock(), _CANARIES
    async with hub.database.write() as session:
        resident = await session.get_one(tables.Resident, "astrid")
        resident.note, resident.national_id = said["the resident's note"], "KANARI-FNR"[:11]
        (await session.get_one(tables.Scope, "rom-104")).access_note = said["how one gets in"]
        (await session.get_one(tables.Person, "maria")).phone = said["a colleague's telephone"]
        other = await session.get_one(tables.Person, "per")
        other.name, other.phone = said["another relative"], said["another relative's telephone"]
        (await session.get_one(tables.Relation, "rel-anne")).insight = Insight.HANDLED_ALERTS
        session.add_all([
            tables.Relation(
                id="rel-other", person_id="per", resident_id="astrid", kinship="bror", insight=Insight.HANDLED_ALERTS,
                since=now - timedelta(days=1),
            ),
            tables.WayIn(
                scope_id="rom-104", key_box=said["the key box"], key_box_code=said["its code"],
                door_code=said["the door's code"], hazard=said["a danger"], changed_at=now,
            ),
            tables.ShiftNote(
                id=new_id(), unit_id="sol", resident_id="astrid", text=said["a shift note"], author_id="maria", at=now,
                written_at=now,
            ),
        ])  # fmt: skip
        for alert in (await session.exec(select(tables.Alert).where(tables.Alert.resident_id == "astrid"))).all():
            alert.note = said["an alert's note"]
            session.add(tables.AlertStep(alert_id=alert.id, at=now, step=Step.TAKEN, text=said["a step's text"]))


_PATHS = sorted(
    path for (method, path), roles in EXPECTED.items() if method == "GET" and roles is not None and roles & OWN
)


async def test_no_page_gives_a_relative_what_only_staff_know_c34(hub: Hub, browser: Browse) -> None:
    """Every page that opens for a relative, about the own resident; none is JSON: a new one needs its keys here."""
    hub.live.close()
    await _write_them(hub)
    anne = await logged_in(browser(), hub, "anne")
    found: list[str] = []
    programs: set[str] = set()
    shown = 0
    filled = {**_FILLED, "resident_id": "astrid"}
    for pattern in _PATHS:
        answer = await anne.get(pattern.format_map(defaultdict(lambda: "none", filled)))
        shown += answer.status_code == 200 and "Astrid" in answer.text
        if answer.status_code == 200 and "json" in answer.headers.get("content-type", ""):
            programs.add(pattern)
        found += [f"{pattern}: {what}" for what, words in _CANARIES.items() if words in answer.text]

    assert found == []
    assert shown >= 3
    assert programs == set()


async def test_a_guardian_has_the_record_and_still_no_code_of_the_door_c34(hub: Hub, browser: Browse) -> None:
    """The resident's own rights, by GDPR 15: notes too. Codes, numbers and names of others stay out of it."""
    await _write_them(hub)
    async with hub.database.write() as session:
        (await session.get_one(tables.Relation, "rel-anne")).standing = Standing.GUARDIAN
    anne = await logged_in(browser(), hub, "anne")

    text = (await anne.get("/record/astrid/export.json")).text

    assert _CANARIES["the resident's note"] in text
    never = (
        "its code",
        "the door's code",
        "a colleague's telephone",
        "another relative's telephone",
        "another relative",
    )
    assert [what for what in never if _CANARIES[what] in text] == []
