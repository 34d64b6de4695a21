"""The plan from the command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.kit.clock import utc_now
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.places import UnitKind
from tests.journeys.building import OSLO, person


@pytest.fixture
async def ward(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ward with kari in it."""
    database, now = Database(sqlite_url), utc_now()
    async with database.write() as session:
        session.add(tables.Unit(id="sol", name="Sol", kind=UnitKind.WARD))
        await session.flush()
        session.add(person("kari", "sol", "+4790000004", on_duty=False))
        await session.flush()
        session.add(
            tables.ContactMethod(
                id="m", person_id="kari", channel="sms", address="+4790000004", created_at=now, verified_at=now
            )
        )
    await database.close()
    monkeypatch.setenv("CAREHUB_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path))


def run(*arguments: str, given: str | None = None) -> tuple[int, str]:
    result = CliRunner().invoke(commands(), ["shift", *arguments], input=given)
    return result.exit_code, result.output


def calendar(who: str, rule: str = "RRULE:FREQ=DAILY") -> str:
    start = f"{utc_now().astimezone(OSLO):%Y%m%d}T080000"  # today, also in the hours in which UTC still has yesterday
    return (
        "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTAMP:20260101T000000Z\r\n"
        f"DTSTART:{start}\r\nDURATION:PT24H\r\n{rule}\r\nATTENDEE:mailto:{who}@x\r\nSUMMARY:Vakt\r\n"
        "END:VEVENT\r\nEND:VCALENDAR\r\n"
    )


@pytest.mark.usefixtures("ward")
def test_a_calendar_is_read_listed_and_looked_through_for_gaps() -> None:
    """F53: `carehub shift coverage` ends with 1 while there is a gap."""
    code, said = run("import", "-", "--unit", "sol", "--days", "20", given=calendar("kari"))
    assert (code, "20 added" in said) == (0, True)

    listed = run("list", "--unit", "sol", "--days", "3")[1]
    assert "kanari-kari" in listed
    code, said = run("coverage")
    assert (code, "08:00" in said) in {(1, True), (0, False)}  # before eight in the morning today begins with a gap

    code, said = run("import", "-", "--unit", "sol", given=calendar("kari", "RRULE:FREQ=DAILY;COUNT=1"))
    assert "0 added, 1 as before, 19 fallen away" in said
    assert run("coverage")[0] == 1


@pytest.mark.usefixtures("ward")
def test_events_of_strangers_are_told_and_the_exit_says_so() -> None:
    code, said = run("import", "-", "--unit", "sol", "--days", "1", given=calendar("ukjent"))

    assert (code, "0 added" in said, "ukjent@x" in said) == (1, True, True)


@pytest.mark.usefixtures("ward")
@pytest.mark.parametrize("options", [("--unit", "ingen"), ("--unit", "sol", "--person", "ingen")])
def test_a_unit_or_user_that_is_not_there_is_said(options: tuple[str, ...]) -> None:
    assert run("import", "-", *options, given=calendar("kari"))[0] != 0
