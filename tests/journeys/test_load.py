"""What a night asked of people, counted from what was stored."""

import asyncio
import csv
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from carehub.app import load_cli
from carehub.app.cli import commands
from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.answers.shares import Share
from carehub.core.people.shifts import Why
from carehub.flow import respond
from carehub.flow.watching.load import Report, as_csv, report
from carehub.store import tables
from tests.journeys.building import NIGHT, OSLO, Night


async def closed(night: Night, cause: Cause, aftermath: Aftermath) -> None:
    await night.press()
    await night.pass_time(seconds=20)
    (alert,) = [one for one in await night.alerts() if one.closed_at is None]
    async with night.database.write() as session:
        await respond.close(session, alert.id, "ingrid", night.clock(), cause=cause, aftermath=aftermath)


async def on_duty(night: Night, person: str, hours: float) -> None:
    start = NIGHT - timedelta(hours=4)
    async with night.database.write() as session:
        session.add(
            tables.Duty(
                person_id=person, unit_id="sol", since=start, until=start + timedelta(hours=hours), why=Why.ROTATION,
                line_id="x", day=start.date(),
            )
        )  # fmt: skip


async def told(night: Night) -> Report:
    return await report(night.database, OSLO, NIGHT - timedelta(hours=1), night.clock() + timedelta(seconds=1))


async def test_a_night_is_told_by_rule_device_and_resident_and_by_who_was_woken(night: Night) -> None:
    await on_duty(night, "ingrid", 10)
    await on_duty(night, "tor", 2)  # his shift was over long before
    await closed(night, Cause.TOILET, Aftermath.HELPED_ON_SITE)
    await closed(night, Cause.UNINTENDED, Aftermath.SPOKE_WITH)

    await night.press("knapp-bjarne")
    await night.pass_time(40)  # nobody answers: the ladder asks whoever belongs to the unit

    found = await told(night)

    (rule,) = found.rules
    assert (rule.key, rule.alerts, rule.useful, rule.false) == ("social-alarm", 3, Share(1, 2), Share(1, 2))
    assert dict(rule.false_by_cause) == {Cause.UNINTENDED: 1}
    assert [(one.key, one.alerts) for one in found.devices] == [("knapp-anna", 2), ("knapp-bjarne", 1)]
    assert [(one.key, one.alerts) for one in found.residents] == [("anna", 2), ("bjarne", 1)]
    (asleep,) = found.nights
    assert (asleep.unit, asleep.nights) == ("sol", 1)
    assert set(asleep.woken) == {"tor"}
    assert found.names["people"] == {"tor": "kanari-tor"}
    assert found.hours[2].alerts == 3
    (times,) = found.answers
    assert (times.alerts, times.unanswered, times.quick, times.median) == (3, 1, Share(2, 3), None)


async def test_alerts_that_people_make_and_tests_of_equipment_are_no_rules_load(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.call_help("ingrid")
    await night.close("ingrid", aftermath=Aftermath.NO_CONTACT)

    assert [(one.key, one.alerts) for one in (await told(night)).rules] == [("social-alarm", 1)]


async def test_the_table_in_a_file_names_nobody_and_has_no_residents_for_a_technician(night: Night) -> None:
    await closed(night, Cause.UNINTENDED, Aftermath.SPOKE_WITH)
    found = await told(night)

    rows = list(csv.DictReader(as_csv(found, residents=True).splitlines(), delimiter=";"))
    without = as_csv(found, residents=False)

    assert [(row["hva"], row["id"], row["varsler"], row["falske: ikke ment"], row["natt"]) for row in rows] == [
        ("regel", "social-alarm", "1", "1", "1"), ("utstyr", "knapp-anna", "1", "1", "1"),
        ("beboer", "anna", "1", "1", "1"),
    ]  # fmt: skip
    assert "kanari" not in as_csv(found, residents=True)
    assert "beboer" not in without


async def test_the_command_line_tells_the_same_and_writes_the_file(
    night: Night, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await closed(night, Cause.UNINTENDED, Aftermath.SPOKE_WITH)
    monkeypatch.setattr(load_cli, "utc_now", night.clock)
    monkeypatch.setenv("CAREHUB_DATABASE_URL", database_url)

    result = await asyncio.to_thread(CliRunner().invoke, commands(), ["load", "--csv", str(tmp_path / "load.csv")])

    assert result.exit_code == 0, result.exception
    assert "social-alarm: 1 varsler (dag 0, kveld 0, natt 1); til nytte 0 av 1; falske 1 av 1 (ikke ment 1)" in (
        result.output
    )
    assert "kanari" not in result.output
    assert "regel;social-alarm;1;1" in (tmp_path / "load.csv").read_text(encoding="utf-8-sig")
