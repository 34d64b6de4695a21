from datetime import date, timedelta

import pytest
from sqlmodel import col, select

from carehub.core.rules.language import parse_rule
from carehub.core.rules.rule_drafts import DraftState, written
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.flow.watching import bounds
from carehub.store import tables
from carehub.web.wording.tuning_words import midnight, read_value, value_words
from tests.unit.rules.building import OSLO, shipped
from tests.unit.web.conftest import BOTH, Browse, logged_in

GERD = {"whom": "resident:gerd", "why": "Hun lufter mye", "value:for": "2 timer", "value:watch.below": "13,5"}
PAGE = "/admin/rules/cold-home"


@pytest.fixture
def ruled(hub: Hub) -> Hub:
    hub.rulebook = Rulebook.of(shipped())
    return hub


async def decisions(hub: Hub) -> list[tables.RuleOverride]:
    async with hub.database.read() as session:
        return list((await session.exec(select(tables.RuleOverride))).all())


@BOTH
async def test_a_rule_is_tuned_for_a_resident_ended_and_taken_up_again(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    assert "Alle har regelen slik den står" in (await kari.get(PAGE)).text
    assert (await kari.post(f"{PAGE}/decide", data=GERD)).headers["location"] == PAGE

    (one,) = await decisions(ruled)
    assert (one.body, one.was) == ('{"for":"2 h","watch.below":13.5}', '{"for":"1 h","watch.below":16}')
    shown = (await kari.get(PAGE)).text
    for words in ("Så lenge må det vare: 2 t (regelboken: 1 t)", "Lavere enn: 13,5", "Hun lufter mye", "Øverland"):
        assert words in shown
    assert ">1</td>" in (await kari.get("/admin/rules")).text

    assert (await kari.post(f"/admin/rules/decisions/{one.id}/end")).status_code == 303
    assert "Angre: la det gjelde igjen" in (await kari.get(PAGE)).text
    await kari.post(f"/admin/rules/decisions/{one.id}/resume")
    assert "Avslutt nå" in (await kari.get(PAGE)).text
    async with ruled.database.read() as session:
        log = (await session.exec(select(tables.AccessLog.action).where(tables.AccessLog.resident_id == "gerd"))).all()
    assert {"override.decided", "override.end", "override.resume", "rule"} <= set(log)


async def test_what_is_out_of_bounds_is_said_and_what_was_written_stays(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    answer = await kari.post(f"{PAGE}/decide", data={**GERD, "value:for": "9 timer"})
    assert answer.status_code == 422
    for words in ("fra 30 min til 6 t", "Hun lufter mye", 'value="9 timer"'):
        assert words in answer.text
    assert await decisions(ruled) == []
    assert (await kari.post("/admin/rules/nothing/decide", data=GERD)).status_code == 404
    assert (await kari.post("/admin/rules/decisions/none/end")).status_code == 404
    assert (await kari.post("/admin/rules/decisions/none/shout")).status_code == 404


async def test_a_technician_reads_the_rules_and_sees_nobody_s_name(ruled: Hub, browser: Browse) -> None:
    kari, tor = await logged_in(browser(), ruled, "kari"), await logged_in(browser(), ruled, "tor")
    await kari.post(f"{PAGE}/decide", data=GERD)
    shown = (await tor.get(PAGE)).text
    assert "En beboer" in shown
    assert "Øverland" not in shown
    assert (await tor.post(f"{PAGE}/decide", data=GERD)).status_code == 403


@BOTH
async def test_a_coordinator_of_a_unit_reads_nobody_s_name_in_another_and_decides_nothing_there_c37(
    ruled: Hub, browser: Browse
) -> None:
    kari, admin = await logged_in(browser(), ruled, "kari"), await logged_in(browser(), ruled, "admin")
    await kari.post(f"{PAGE}/decide", data=GERD)
    await kari.post(f"{PAGE}/decide", data={**GERD, "whom": "resident:astrid", "why": "Astrid fryser"})
    gerds = next(one.id for one in await decisions(ruled) if one.resident_id == "gerd")
    async with ruled.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
    hers = ("Øverland", "Gerd", "Hun lufter mye", f"decisions/{gerds}/end", "residents/gerd", "resident:gerd")

    for page in (PAGE, "/admin/rules"):
        shown = (await kari.get(page)).text
        assert [one for one in hers if one in shown] == [], page
        assert "Nordby" in shown
    shown = (await kari.get(PAGE)).text
    assert "En beboer i Fjordgløtt" in shown
    assert "Astrid fryser" in shown
    assert (await kari.post(f"{PAGE}/decide", data=GERD)).status_code == 403
    assert (await kari.post(f"/admin/rules/decisions/{gerds}/end")).status_code == 403
    assert all(one.ended_at is None for one in await decisions(ruled))
    async with ruled.database.read() as session:
        log = select(tables.AccessLog.resident_id).where(
            tables.AccessLog.action == "rule", tables.AccessLog.person_id == "kari"
        )
        assert set((await session.exec(log)).all()) == {"astrid"}

    assert (await admin.post(f"/admin/rules/decisions/{gerds}/end")).status_code == 303
    shown = (await kari.get(PAGE)).text
    assert [one for one in hers if one in shown] == []
    assert "<strong>En beboer i Fjordgløtt</strong>" in shown


@BOTH
async def test_a_value_that_the_changed_rule_no_longer_allows_is_a_task_and_a_mark_until_it_is_mended(
    ruled: Hub, browser: Browse
) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    await kari.post(f"{PAGE}/decide", data=GERD)
    book = ruled.rulebook
    await bounds.review(ruled)
    assert await asked(ruled) == []
    assert MARK not in (await kari.get(PAGE)).text

    text = (
        written(book.rules["cold-home"]).replace("least: 30 min", "least: 45 min").replace("most: 6 h", "most: 90 min")
    )
    ruled.rulebook = Rulebook.of([parse_rule(text)])
    for _ in range(2):
        await bounds.review(ruled)
    (one,) = await decisions(ruled)
    (task,) = await asked(ruled)
    assert (task.subject, task.resident_id, task.link) == (one.id, "gerd", PAGE)
    assert "«for» må være fra 45 min til 90 min; 2 h går ikke" in task.words
    assert "Gerd" not in task.words
    for page in (PAGE, "/admin/residents/gerd"):
        assert MARK in (await kari.get(page)).text, page

    ruled.rulebook = book
    await bounds.review(ruled)
    assert await asked(ruled) == []
    ruled.rulebook = Rulebook.of([parse_rule(text)])
    await bounds.review(ruled)
    assert len(await asked(ruled)) == 1
    await kari.post(f"/admin/rules/decisions/{one.id}/end")
    await bounds.review(ruled)
    assert await asked(ruled) == []


MARK = "Gjelder ikke: utenfor grensene"


async def asked(hub: Hub) -> list[tables.Task]:
    """Open tasks about values out of bounds."""
    task = tables.Task
    async with hub.database.read() as session:
        found = select(task).where(task.kind == "override-out-of-bounds", col(task.done_at).is_(None))
        return list((await session.exec(found)).all())


async def test_a_rule_that_is_taken_back_on_the_pages_asks_at_once_for_what_it_no_longer_allows(
    ruled: Hub, browser: Browse
) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    await kari.post(f"{PAGE}/decide", data=GERD)
    text = written(ruled.rulebook.rules["cold-home"])
    ruled.filed = Rulebook.of([parse_rule(text.replace("most: 6 h", "most: 90 min"))])
    async with ruled.database.write() as session:
        session.add(
            tables.RuleDraft(
                id="d", rule_id="cold-home", body=text, why="x", state=DraftState.ACTIVE, made_by_id="kari",
                made_at=ruled.clock(), changed_at=ruled.clock(),
            )
        )  # fmt: skip
    assert (await kari.post("/admin/rules/drafts/d/end", data={"why": "For mange"})).status_code == 303
    assert [one.kind for one in await asked(ruled)] == ["override-out-of-bounds"]


async def test_the_alarm_button_has_no_switch(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    assert "kan verken tilpasses eller slås av" in (await kari.get("/admin/rules/social-alarm")).text
    answer = await kari.post("/admin/rules/social-alarm/decide", data={**GERD, "state": "off", "value:for": ""})
    assert answer.status_code == 422


async def test_a_unit_s_decision_is_dated_by_days_on_the_wall(ruled: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), ruled, "kari")
    dated = {"whom": "unit:sol", "why": "Påskeuken", "state": "off", "first": "2026-03-29", "last": "2026-03-29"}
    await kari.post("/admin/rules/device-silent/decide", data=dated)
    (one,) = await decisions(ruled)
    assert one.until is not None
    assert (one.until - one.since, one.since) == (timedelta(hours=23), midnight(date(2026, 3, 29), OSLO))
    assert "Begynner" in (await kari.get("/admin/rules/device-silent")).text


@pytest.mark.parametrize(
    ("text", "value"),
    [("2 timer", "2 h"), ("20  min", "20 min"), ("1 døgn", "1 d"), ("90 sekunder", "90 s"), ("18,5", 18.5), ("x", "x")],
)
def test_lengths_and_numbers_are_read_as_people_write_them(text: str, value: float | str) -> None:
    assert read_value(text) == value


def test_values_are_written_as_people_read_them() -> None:
    assert [value_words(one) for one in ("2 h", "90 s", 18.5, 3, "x")] == ["2 t", "90 s", "18,5", "3", "x"]
