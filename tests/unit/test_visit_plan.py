"""A plan of visits from another system: read line by line, and twice is once."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from carehub.app.visits_cli import commands
from carehub.core.people.visit_plan import Fault, Row, read

OSLO = ZoneInfo("Europe/Oslo")
HEAD = "beboer;enhet;brukernavn;fra;til;tittel\n"


def test_a_line_is_read_in_the_municipalitys_time_and_lasts_a_quarter() -> None:
    (row,) = read("\ufeff" + HEAD + "arne;sentrum;;2026-01-15T08:00;;Morgenbesøk\n", OSLO)

    assert isinstance(row, Row)
    assert row.at.astimezone(UTC) == datetime(2026, 1, 15, 7, tzinfo=UTC)
    assert ((row.until - row.at).seconds, row.person, row.title) == (900, None, "Morgenbesøk")


@pytest.mark.parametrize(
    "cells",
    [
        ";sentrum;;2026-01-15T08:00;;Middag", "arne;sentrum;;i morgen;;Middag",
        "arne;sentrum;;2026-01-15T08:00;2026-01-15T07:00;Middag", f"arne;sentrum;;2026-01-15T08:00;;{'x' * 61}",
        "arne;sentrum",
    ],
)  # fmt: skip
def test_a_line_that_cannot_be_read_is_a_fault_of_its_own(cells: str) -> None:
    good = "arne;sentrum;;2026-01-15T08:00;;Middag"

    found = list(read(f"{HEAD}{cells}\n{good}\n", OSLO))

    assert [type(one) for one in found] == [Fault, Row]
    assert [one.line for one in found] == [2, 3]


def test_a_table_without_its_columns_is_one_fault() -> None:
    (fault,) = read("resident,unit\na,b\n", OSLO)

    assert isinstance(fault, Fault)
    assert "brukernavn, fra, til, tittel" in fault.why


def test_the_command_tells_what_it_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path / "data"))
    plan = tmp_path / "plan.csv"
    plan.write_text(HEAD + "nobody;nowhere;;2026-01-15T08:00;;Middag\n", encoding="utf-8")

    done = CliRunner().invoke(commands, ["visits", "import", str(plan)])

    assert done.exit_code == 1
    assert "0 added" in done.output
    assert "Line 2: Beboer, enhet eller person finnes ikke" in done.output
