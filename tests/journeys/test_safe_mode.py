"""A rulebook that cannot be read, and a rule that raises: life-critical alarms get through, and somebody is told."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from carehub.app.compose import opened
from carehub.app.settings import Settings
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import SAFE_MODE
from carehub.flow.watching.ruleguard import stay_off
from carehub.store import tables
from carehub.web.wording.troubles import troubles
from tests.databases import Sqlite
from tests.journeys.building import ROOT, Night

# --- F23: twenty broken rulebooks --------------------------------------------------------------

_SOUND = (ROOT / "rules" / "social-alarm.yaml").read_text(encoding="utf-8")
BROKEN: dict[str, Callable[[Path], object]] = {
    "empty folder": lambda _: None,
    "missing folder": lambda folder: folder.rmdir(),
    "a file for a folder": lambda folder: folder.rename(folder.with_name("away")).with_name("rules").write_text("x"),
    "empty file": lambda folder: _write(folder, ""),
    "only a comment": lambda folder: _write(folder, "# nothing\n"),
    "binary": lambda folder: (folder / "social-alarm.yaml").write_bytes(bytes(range(256)) * 8),
    "zeros": lambda folder: (folder / "social-alarm.yaml").write_bytes(bytes(4096)),
    "half a file": lambda folder: _write(folder, _SOUND[: len(_SOUND) // 3]),
    "huge": lambda folder: _write(folder, _SOUND + "#" * 5_000_000),
    "syntax": lambda folder: _write(folder, _SOUND.replace("watch: {", "watch: [")),
    "tabs": lambda folder: _write(folder, _SOUND.replace("  nb:", "\tnb:")),
    "a list": lambda folder: _write(folder, "- social-alarm\n"),
    "a number": lambda folder: _write(folder, "42\n"),
    "wrong type": lambda folder: _write(folder, _SOUND.replace("press: true", "press: {a: 1}")),
    "unknown word": lambda folder: _write(folder, _SOUND + "surprise: true\n"),
    "unknown kind": lambda folder: _write(folder, _SOUND.replace("cord.pulled", "cord.pushed")),
    "unknown severity": lambda folder: _write(folder, _SOUND.replace("severity: critical", "severity: terrible")),
    "another name": lambda folder: _write(folder, _SOUND.replace("id: social-alarm", "id: other")),
    "no examples": lambda folder: _write(folder, _SOUND[: _SOUND.index("examples:")]),
    "an example that fails": lambda folder: _write(folder, _SOUND.replace("alert: social-alarm}", "alert: fall}")),
    "aliases without end": lambda folder: _write(folder, "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"),
    "a folder named as a file": lambda folder: (folder / "social-alarm.yaml").mkdir(),
    "only .yml": lambda folder: (folder / "social-alarm.yml").write_text(_SOUND, encoding="utf-8"),
}


def _write(folder: Path, text: str) -> None:
    (folder / "social-alarm.yaml").write_text(text, encoding="utf-8")


@pytest.mark.parametrize("broken", BROKEN)
async def test_a_broken_rulebook_keeps_no_hub_from_starting_f23(broken: str, tmp_path: Path, sqlite: Sqlite) -> None:
    """F23: the hub starts in safe mode, says so on its pages, and tells somebody."""
    folder = tmp_path / "rules"
    folder.mkdir()
    BROKEN[broken](folder)
    sqlite.copy_to(tmp_path)  # to make a store anew is what costs when a hub starts
    settings = Settings(data_dir=tmp_path, rules_dir=folder, detectors="", channels="integrations.channels.tablet")

    async with opened(settings, with_broker=False) as running:
        while running.ingest.waiting:
            await running.ingest.step()
        assert running.hub.rulebook.version == SAFE_MODE
        titles = [trouble.title for trouble in troubles(running.hub, running.hub.clock()) if trouble.danger]
        async with running.hub.database.read() as session:
            told = (await session.exec(select(tables.Alert))).all()

    assert "Reglene er ute av drift" in titles
    assert [(alert.kind, alert.scope_id) for alert in told] == [("hub-fault", "hub:rules")]


async def test_without_rules_everybody_on_duty_is_asked_whatever_their_unit(night: Night) -> None:
    """F23: the floor alerts on a press, a fall and smoke, and asks all who are on duty."""
    night.rulebook = night.rulebook.safe_mode()
    await night.start()
    await night.press()
    await night.hear(night.message("zigbee2mqtt/røyk", {"smoke": True}))

    assert sorted(await night.kinds()) == ["fire", "social-alarm"]
    assert sorted(night.told) == sorted(["02:14 ingrid HASTER 1", "02:14 kari HASTER 1", "02:14 maria HASTER 1"] * 2)


# --- F71: a rule that raises ---------------------------------------------------------------------


class _Broken:
    """A rule that raises for each event it is shown."""

    id, version, per_device, kinds = "broken", "v1", False, ("button.pressed",)

    def may_fit(self, _kind: str, _place: str | None) -> bool:
        return True

    may_begin = may_fit

    @property
    def shape(self) -> str:
        raise ZeroDivisionError("half a rule")


async def _with_broken_rule(night: Night, version: str = "v1") -> None:
    rule = _Broken()
    rule.version = version
    broken: Program = rule  # type: ignore[assignment]
    sound = night.rulebook
    pressed = (broken, *sound.asking["button.pressed"])
    night.hub.rulebook = replace(
        sound, asking=sound.asking | {"button.pressed": pressed}, programs=sound.programs | {"broken": broken}
    )


async def test_a_rule_that_raised_three_times_is_switched_off_and_told_of(night: Night) -> None:
    """F71: its events alert all the while; the coordinator is told once; it is shown."""
    await _with_broken_rule(night)
    for device in ("knapp-anna", "knapp-bjarne", "knapp-kåre", "knapp-liv"):
        await night.press(device)

    assert "broken" not in night.hub.rulebook.programs
    assert len([kind for kind in await night.kinds() if kind == "social-alarm"]) == 4
    (fault,) = [alert for alert in await night.alerts() if alert.kind == "hub-fault"]
    assert fault.detail == "Regelen «broken» feilet 3 ganger og er slått av til den endres."
    assert fault.detail in night.hub.health.rulebook_faults
    assert night.hub.health.rule_faults["broken", "v1"] == 3


async def test_it_stays_off_over_a_restart_until_it_is_changed(night: Night) -> None:
    """F71: the version is what is switched off, not the name."""
    await _with_broken_rule(night)
    for device in ("knapp-anna", "knapp-bjarne", "knapp-kåre"):
        await night.press(device)
    await night.die()
    await night.start()

    await _with_broken_rule(night)
    assert [(one.kind, one.subject, one.done_at) for one in await night.rows(tables.Task)] == [
        ("rule-failed", "broken", None)
    ]
    await stay_off(night.hub)
    assert "broken" not in night.hub.rulebook.programs
    await _with_broken_rule(night, "v2")
    await stay_off(night.hub)
    assert "broken" in night.hub.rulebook.programs
    assert [one.done_at for one in await night.rows(tables.Task)] == [night.clock()]


async def test_what_is_switched_off_is_part_of_the_order_of_the_fold(night: Night) -> None:
    """Invariant 3: a replay must judge what came after without the rule, too."""
    await _with_broken_rule(night)
    before = len(await night.rows(tables.Activation))
    for device in ("knapp-anna", "knapp-bjarne", "knapp-kåre"):
        await night.press(device)

    assert len(await night.rows(tables.Activation)) == before + 1
