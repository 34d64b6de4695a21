"""Commands speak to whoever reads them: as asked, else as the locale says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import icalendar
import pytest
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.app.speaking import of_locale
from carehub.core.languages import Language
from carehub.flow.staff.calendars import NotACalendar, read
from carehub.web import tongue
from carehub.web.wording.retold import retold


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "nn_NO.UTF-8"}, Language.NN), ({"LANG": "no_NO"}, Language.NB), ({"LANG": "C.UTF-8"}, Language.NB),
        ({"LANG": "nb_NO.UTF-8", "LC_ALL": "en_GB.UTF-8"}, Language.EN), ({}, Language.NB),
        ({"LC_ALL": "", "LC_MESSAGES": "nn_NO", "LANG": "en_US"}, Language.NN), ({"LANG": "de_DE"}, Language.NB),
    ],
)  # fmt: skip
def test_a_command_speaks_as_the_locale_says(environment: dict[str, str], language: Language) -> None:
    assert of_locale(environment) is language


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CAREHUB_DATABASE_URL", f"sqlite:///{tmp_path}/carehub.db")
    monkeypatch.setenv("CAREHUB_DATA_DIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("nb", "Kolonner mangler: til, tittel"), ("nn", "Kolonnar manglar: til, tittel"),
        ("en", "Columns are missing: til, tittel"),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_read_is_told_so_in_the_readers_language(store: Path, language: str, said: str) -> None:
    plan = store / "plan.csv"
    plan.write_text("resident,unit,person,at\n", encoding="utf-8")

    told = CliRunner().invoke(commands(), ["visits", "import", str(plan), "--language", language])

    assert (told.exit_code, said in told.output) == (1, True), told.output


@pytest.mark.parametrize(
    ("file", "english"),
    [
        (b"hei", "The file cannot be read as a calendar"),
        (b"long", "“Weekend” on"),
    ],
)
def test_a_calendar_that_cannot_be_a_plan_is_refused_in_words(file: bytes, english: str) -> None:
    today = datetime(2026, 1, 15, 8, tzinfo=UTC)
    if file == b"long":
        calendar, event = icalendar.Calendar(), icalendar.Event()
        for name, value in (("uid", "1"), ("summary", "Weekend"), ("dtstart", today), ("dtend", today + timedelta(20))):
            event.add(name, value)
        calendar.add_component(event)
        file = calendar.to_ical()

    with pytest.raises(NotACalendar) as refused:
        read(file, ZoneInfo("Europe/Oslo"), today.date() - timedelta(2), today.date() + timedelta(30))

    tongue.speak(Language.EN)
    told = retold(str(refused.value))
    assert told.startswith(english)
