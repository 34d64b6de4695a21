"""A resident takes all that is kept along: JSON in its form, a PDF with Norwegian letters, and nobody else's data."""

import json
from datetime import time, timedelta

import msgspec
import pytest
from sqlmodel import SQLModel, select

from carehub.core.answers.alerts import Status
from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.folding.silence import Why
from carehub.core.people.access import Mark, Role
from carehub.core.people.basis import Basis
from carehub.core.people.consent import Standing
from carehub.core.people.kin import Sort
from carehub.core.people.legal import Function
from carehub.core.severity import Severity
from carehub.core.watching.rounds import How, Seen
from carehub.flow.hub import Hub
from carehub.store import record, tables
from carehub.store.tables.homecare import VisitState
from carehub.store.tables.stream import FoldInputKind
from carehub.web.rights import record_words
from tests.browser import seed_family
from tests.unit.web.conftest import Browse, Clock, logged_in

_HEAD = {"schema", "made_at", "municipality"}
_LEADS = ("resident_id", "alert_id", "scope_id", "device_id", "event_seq")


class Step(msgspec.Struct, forbid_unknown_fields=True):
    at: str
    step: str
    code: str | None
    text: str
    by_role: str | None


def _about_a_resident() -> set[str]:
    """Every table that leads to a resident, by its columns or through a table that does."""
    found = {"resident", "alert", "scope", "device", "event"}
    tables_ = SQLModel.metadata.sorted_tables
    found |= {one.name for one in tables_ if any(name in one.columns for name in _LEADS)}
    for one in tables_:  # sorted: whoever is referred to comes first
        if any(key.column.table.name in found for key in one.foreign_keys):
            found.add(one.name)
    return found


def test_no_table_about_a_resident_is_forgotten_gdpr_15() -> None:
    """A new table is given in a section of the record, or left out with a reason."""
    given = frozenset[str]().union(*record.EXPORTED.values())

    assert given & set(record.LEFT_OUT) == set()
    assert _about_a_resident() == given | set(record.LEFT_OUT)
    assert all(record.LEFT_OUT.values())


async def one_of_each(hub: Hub) -> None:
    """Something in every table that the invented night leaves empty."""
    now = hub.clock()
    usual = Usual(
        resident="astrid", until=now, of={"bedtime": Quantiles(days=30, p50=1320, p75=1330, p90=1350, p95=1380)}
    )
    async with hub.database.write() as session:
        alert = (await session.exec(select(tables.Alert).where(tables.Alert.resident_id == "astrid"))).first()
        assert alert is not None
        alert.status, alert.closed_at = Status.CLOSED, now
        session.add_all([
            tables.LegalBasis(
                id="b", resident_id="astrid", function=Function.ALARM, basis=Basis.CONSENT, since=now, made_at=now
            ),
            tables.RuleOverride(
                id="o", rule_id="night-exit", resident_id="astrid", body='{"x": 7}', was="{}", since=now,
                why="Uro", made_at=now,
            ),
            tables.Silence(id="s", why=Why.AWAY, resident_id="astrid", since=now, until=now, wanted_until=now),
            tables.HeldAlert(
                silence_id="s", resident_id="astrid", kind="held-kind", rule_id="r", severity=Severity.CRITICAL, at=now,
                scope_id="rom-104",
            ),
            tables.ModelFinding(
                key="k", module="m", version="1", at=now, resident_id="astrid", sort="s", score=1, words="Urolig"
            ),
            tables.Wish(resident_id="astrid", text="Snakk tydelig", changed_at=now),
            tables.Event(
                seq=90_001, at=now, kind="motion", source="zigbee2mqtt", scope_id="rom-104", resident_id="astrid",
                body_hash="1", outcome=Outcome.STATE_ONLY,
            ),
            seed_family.day_row("astrid", now, [3] * 48),
            tables.AccessLog(at=now - timedelta(hours=1), person_id="kari", action="days", resident_id="astrid"),
            tables.FamilyVisit(
                id="fv", resident_id="astrid", person_id="anne", sort=Sort.OUT, since=now, until=now, made_at=now
            ),
            tables.SharingPause(resident_id="astrid", since=now, until=now),
            tables.ShiftNote(
                id="n", unit_id="sol", resident_id="astrid", text="Sov lite", author_id="maria", at=now, written_at=now
            ),
            tables.Task(
                id="t", kind="review", subject="astrid", words="Se over", role=Role.COORDINATOR, resident_id="astrid",
                asked_at=now, due_at=now,
            ),
            tables.OpenedFile(id="f", person_id="jonas", resident_id="astrid", reason="Vikar", at=now, until=now),
            tables.LegalHold(id="h", resident_id="astrid", reason="Tilsyn", since=now, by_id="kari"),
            tables.AddressMark(
                id="am", resident_id="astrid", mark=Mark.CONFIDENTIAL, reason="Var sperret", since=now, by_id="kari",
                ended_at=now,
            ),
            tables.Erasure(id="e", resident_id="astrid", reason="Ba om det", asked_at=now, asked_by_id="kari"),
            tables.CareMessage(
                id="c", resident_id="astrid", person_id="anne", author_id="maria", by_staff=True, text="Hun har spist",
                sent_at=now,
            ),
            tables.PlannedVisit(
                id="pv", resident_id="astrid", unit_id="sol", at=now, until=now, title="Kveldsstell",
                state=VisitState.DONE, done_at=now, done_by_id="maria",
            ),
            tables.PlannedRound(
                id="pr", resident_id="astrid", opens=time(1), closes=time(3), how=How.SENSOR, made_at=now
            ),
            tables.WayIn(
                scope_id="rom-104", address="Solveien 1", key_box="Ved døren", door_code="4711#", changed_at=now
            ),
            tables.FoldInput(
                seq=90_002, at=now, scope_id="rom-104", kind=FoldInputKind.COMMAND, command=CommandKind.USUAL,
                usual=msgspec.json.encode(usual).decode(),
            ),
            tables.HeldBack(
                seq=90_003, rule_id="night-exit", body='{"why": "quiet"}', event_seq=1, at=now, scope_id="rom-104"
            ),
            tables.AlertEvent(alert_id=alert.id, event_seq=7, at=now, trace='{"rule": "trace"}'),
            tables.Notice(
                id="nt", alert_id=alert.id, person_id="maria", channel="sms", address="+4790000999", text="Rom 104",
                severity=Severity.CRITICAL, cycle="c", created_at=now, not_before=now,
            ),
        ])  # fmt: skip
        await session.flush()
        session.add(
            tables.RoundTurn(
                id="rt", round_id="pr", opens_at=now, due_at=now, done_at=now, done_by_id="maria", seen=Seen.ASLEEP
            )
        )


async def test_each_section_gives_what_there_is_and_the_paper_names_it(hub: Hub, browser: Browse) -> None:
    """GDPR 15 and 20: messages, visits, rounds, days and what is taken to be usual; no code, no colleague's name."""
    await one_of_each(hub)
    kari = await logged_in(browser(), hub, "kari")

    found = (await kari.get("/admin/residents/astrid/export.json")).json()

    assert [name for name in record.EXPORTED if not found[name]] == []
    told = next(one for one in found["alerts"] if any(note["text"] == "Rom 104" for note in one["told"]))
    assert told["because"][-1]["trace"] == {"rule": "trace"}
    message = found["messages"][-1]
    assert (message["text"], message["by_staff"], message["with"]) == ("Hun har spist", True, "datter")
    assert [(one["state"], one["by_role"]) for one in found["planned_visits"] if one["title"] == "Kveldsstell"] == [
        ("done", "care_centre")
    ]
    assert found["visits_of_family"][0]["by"] == "datter"
    turn = next(one for one in found["rounds"] if one["how"] == "sensor" and one["opens"] == "01:00:00")["turns"][0]
    assert (turn["seen"], turn["by_role"]) == ("asleep", "care_centre")
    assert found["days"][0]["half_hours"] == [3] * 48
    assert found["usual"][0]["of"]["bedtime"]["p50"] == 1320
    assert found["rules_that_kept_quiet"][-1]["trace"] == {"why": "quiet"}
    assert found["homes"][0]["address"] == "Solveien 1"
    rest = json.dumps({name: value for name, value in found.items() if name != "who_looked"}, ensure_ascii=False)
    assert [one for one in ("4711#", "+4790000999", "Maria Hauge", "Jonas Lie") if one in rest] == []
    paper = await kari.get("/admin/residents/astrid/export.pdf")
    assert paper.content.startswith(b"%PDF-")
    assert set(record_words.SECTIONS) == set(record.EXPORTED) - {"resident", "events", "rules_that_kept_quiet"}


async def test_what_kept_quiet_before_one_moved_in_is_anothers(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        home = await session.get_one(tables.Residency, "r-astrid")
        session.add(
            tables.HeldBack(
                seq=90_003,
                rule_id="night-exit",
                event_seq=1,
                at=home.since - timedelta(days=1),
                scope_id="rom-104",
                body="{}",
            )
        )
    kari = await logged_in(browser(), hub, "kari")

    assert (await kari.get("/admin/residents/astrid/export.json")).json()["rules_that_kept_quiet"] == []


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
    assert set(found) == _HEAD | set(record.EXPORTED)
    assert (found["schema"], found["resident"]["family_name"]) == ("carehub-record/1", "Nordby")
    assert found["alerts"]
    msgspec.convert([step for one in found["alerts"] for step in one["steps"]], list[Step])
    assert found["consents"][0]["kinship"] == "datter"
    rest = json.dumps({name: value for name, value in found.items() if name != "who_looked"}, ensure_ascii=False)
    assert [one for one in ("Anne", "Maria", "Hauge", "Kåre", "Bakke", "+4790000000") if one in rest] == []
    assert "Kari Åsen" in json.dumps(found["who_looked"], ensure_ascii=False)


async def test_whoever_takes_the_pdf_is_logged(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    answer = await kari.get("/admin/residents/kaare/export.pdf")

    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF-")
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
