import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from carehub.app.rules_cli import app
from carehub.plugins import load_rulebook
from tests.unit.rules.building import HEAD, NIGHT, RULES, alerts, event, run
from tests.unit.rules.test_language import BROKEN

ZONE = "Europe/Oslo"
SOUND = f"""id: loud
{HEAD}watch: {{kind: sound.loud}}
examples:
  - {{name: loud, given: ["01:00 sound.loud"], expect: {{at: "01:00", alert: loud}}}}
  - {{name: quiet, given: ["01:00 device.heartbeat"], expect: nothing}}
"""


def test_the_shipped_folder_loads_without_a_fault() -> None:
    rulebook, faults = load_rulebook(RULES, ZONE)

    assert faults == []
    assert rulebook.rules.keys() == {path.stem for path in RULES.glob("*.yaml")}


@pytest.mark.parametrize("text", BROKEN.values(), ids=BROKEN.keys())
def test_one_broken_file_is_reported_and_the_rest_load_f23(tmp_path: Path, text: str) -> None:
    (tmp_path / "loud.yaml").write_text(SOUND, encoding="utf-8")
    (tmp_path / "test-rule.yaml").write_text(text, encoding="utf-8")

    rulebook, faults = load_rulebook(tmp_path, ZONE)

    assert set(rulebook.rules) == {"loud"}
    assert len(faults) == 1
    assert faults[0].startswith("test-rule.yaml: ")


@pytest.mark.parametrize("found", [b"\xff\xfe\x00binary", b"x" * 10_000_000, None], ids=["binary", "huge", "a folder"])
def test_what_is_no_text_is_reported_too_f23(tmp_path: Path, found: bytes | None) -> None:
    path = tmp_path / "odd.yaml"
    path.mkdir() if found is None else path.write_bytes(found)

    rulebook, faults = load_rulebook(tmp_path, ZONE)

    assert rulebook.version == "safe-mode"
    assert faults[0].startswith("odd.yaml: ")


def test_a_missing_folder_is_safe_mode_and_the_button_still_alerts_f23(tmp_path: Path) -> None:
    rulebook, faults = load_rulebook(tmp_path / "nowhere", ZONE)

    assert len(faults) == 2
    assert alerts(run(rulebook, event("button.pressed", None, NIGHT))) == ["social-alarm"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("other.yaml", SOUND),
        ("loud.yml", SOUND),
        ("loud.yaml", SOUND.replace('at: "01:00"', 'at: "01:01"')),
        ("loud.yaml", SOUND[: SOUND.index("examples")]),
    ],
    ids=["another name", "another ending", "a failing example", "no examples"],
)
def test_a_rule_that_may_not_be_switched_on_is_left_out_and_reported(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")

    rulebook, faults = load_rulebook(tmp_path, ZONE)

    assert rulebook.rules == {}
    assert faults[0].startswith(name)


def test_check_counts_and_succeeds_on_the_shipped_rules() -> None:
    result = CliRunner().invoke(app, ["check", str(RULES)])

    assert result.exit_code == 0
    assert "84 rules sound (84 switched on)" in result.output
    assert "0 faults" in result.output


def test_check_refuses_a_rule_without_a_legal_basis(tmp_path: Path) -> None:
    (tmp_path / "loud.yaml").write_text(SOUND, encoding="utf-8")

    result = CliRunner().invoke(app, ["check", str(tmp_path)])

    assert result.exit_code == 1
    assert "loud.yaml: no 'basis'" in result.output


def test_check_refuses_a_rule_that_no_source_can_feed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "loud.yaml").write_text(f"basis: none\n{SOUND}".replace("sound.loud", "seizure.detected"), "utf-8")
    monkeypatch.setenv("CAREHUB_SOURCES", "integrations.sources.zigbee2mqtt")

    result = CliRunner().invoke(app, ["check", str(tmp_path)])

    assert result.exit_code == 1
    assert "loud.yaml: no source can say seizure.detected" in result.output


def test_check_fails_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "loud.yaml").write_text(SOUND.replace("sound.loud}", "sound.lout}"), encoding="utf-8")

    result = CliRunner().invoke(app, ["check", str(tmp_path)])

    assert result.exit_code == 1
    assert "did you mean 'sound.loud'" in result.output


@pytest.mark.parametrize(("lang", "title"), [("nb", "Ute om natten"), ("nn", "Ute om natta"), ("en", "Out at night")])
def test_explain_tells_the_rule_in_each_language(lang: str, title: str) -> None:
    result = CliRunner().invoke(app, ["explain", "night-exit", "--lang", lang, "--folder", str(RULES)])

    assert result.exit_code == 0
    assert result.output.startswith(title)
    assert "- she only looked out" in result.output


def test_explain_of_an_unknown_or_faulty_rule_says_so(tmp_path: Path) -> None:
    (tmp_path / "loud.yaml").write_text("id: [", encoding="utf-8")
    folder = ["--folder", str(tmp_path)]

    unknown = CliRunner().invoke(app, ["explain", "teapot", *folder])
    faulty = CliRunner().invoke(app, ["explain", "loud", *folder])

    assert (unknown.exit_code, faulty.exit_code) == (1, 1)
    assert "There is no rule 'teapot'" in unknown.output
    assert "not YAML" in faulty.output


def test_reference_writes_what_the_folder_holds(tmp_path: Path) -> None:
    shutil.copytree(RULES, tmp_path, dirs_exist_ok=True)

    CliRunner().invoke(app, ["reference", str(tmp_path)])

    assert (tmp_path / "README.md").read_bytes() == (RULES / "README.md").read_bytes()
    assert (tmp_path / "schema.json").read_bytes() == (RULES / "schema.json").read_bytes()


def test_explain_needs_no_longer_text(tmp_path: Path) -> None:
    (tmp_path / "loud.yaml").write_text(SOUND, encoding="utf-8")

    result = CliRunner().invoke(app, ["explain", "loud", "--folder", str(tmp_path)])

    assert result.output.splitlines() == ["a", "Gir et alvorlig varsel når det er høy lyd.", "", "- loud", "- quiet"]
