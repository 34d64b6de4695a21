"""A start loads what the first message needs, and still finds what is missing."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from typer.main import get_group

from carehub.app import cli, doctor
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit.late import late
from carehub.store.migrations import alembic_config
from carehub.store.schema import newest_version, scripts_folder
from tests.brokers import Mosquitto
from tests.databases import Sqlite
from tests.hubs import HubProcess

_PUT_OFF = ("aiohttp", "alembic", "carehub.village", "carehub.web", "fastapi", "icalendar", "sklearn", "twilio")


def _python(words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", words], capture_output=True, text=True, check=False, env=os.environ)


def test_serve_loads_neither_pages_nor_providers_before_it_hears() -> None:
    loading = (
        "import sys; from carehub.app import cli; cli.commands('serve');"
        "from carehub.app.settings import Settings, names; from carehub.plugins import load_module;"
        "s = Settings(); [load_module(one) for one in (*names(s.sources), *names(s.channels), s.sms_webhooks)];"
        f"print([one for one in {_PUT_OFF} if one in sys.modules])"
    )
    done = _python(loading)
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def test_each_command_is_found_alone_and_among_all() -> None:
    together = get_group(cli.commands()).commands
    assert set(together) == set(cli.ROOMS)
    for name in cli.ROOMS:
        assert name in get_group(cli.commands(name)).commands


@pytest.mark.parametrize(("typed", "told"), [("restor", "Did you mean 'restore'?"), ("no-such", "'no-such'. `carehub")])
def test_what_is_no_command_is_said_at_once(
    typed: str, told: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["carehub", typed])
    others_may = os.umask(0o022)
    try:
        with pytest.raises(SystemExit) as ended:
            cli.main()
    finally:
        os.umask(others_may)  # the command's files are its owner's alone, and this process goes on
    assert (ended.value.code, told in capsys.readouterr().err) == (2, True)


def test_a_library_that_is_missing_is_missed_at_once_and_one_that_is_there_waits_for_its_use() -> None:
    with pytest.raises(ModuleNotFoundError):
        late("no_such_library.at_all")
    done = _python(
        "import sys; from carehub.kit.late import late, load_late; wave = late('wave'); print('wave' in sys.modules);"
        "print(wave.Error.__module__, 'wave' in sys.modules)"
    )
    assert done.stdout.split() == ["False", "wave", "True"], done.stderr


def test_a_library_that_few_pages_use_is_not_loaded_at_leisure_either() -> None:
    done = _python(
        "import sys, carehub.core.answers.answer_times; from carehub.kit.late import late, load_late;"
        "wave = late('wave', at_leisure=False); load_late(); print('numpy' in sys.modules, 'wave' in sys.modules);"
        "load_late(everything=True); print('numpy' in sys.modules, 'wave' in sys.modules)"
    )
    assert done.stdout.split() == ["False", "False", "True", "True"], done.stderr


def test_a_library_that_is_broken_ends_the_hub_when_it_has_time_to_look(tmp_path: Path) -> None:
    (tmp_path / "broken_inside.py").write_text("raise ImportError('no crypto here')\n")
    done = _python(
        f"import sys; sys.path.insert(0, {str(tmp_path)!r});"
        "from carehub.kit.late import late, load_late; late('broken_inside'); load_late()"
    )
    assert done.returncode
    assert "no crypto here" in done.stderr


def test_the_first_text_of_a_start_never_loads_a_library_on_the_loop() -> None:
    done = _python(
        "import asyncio, sys, threading; from carehub.contracts import OutgoingNotice;"
        "from carehub.core.severity import Severity;"
        "from integrations.channels.sms import SmsChannel; from integrations.channels._twilio import TwilioSettings;"
        "found = []; main = threading.main_thread();"
        "seen = lambda event, args: event == 'import' and threading.current_thread() is main and found.append(args[0]);"
        "told = dict(twilio_account_sid='AC1', twilio_auth_token='t', twilio_from='+4799900001');"
        "told['twilio_base_url'] = 'http://127.0.0.1:9';"
        "text = OutgoingNotice(id='n', address='+4799900111', text='x', severity=Severity.CRITICAL);"
        "sms = SmsChannel(TwilioSettings(**told), 'https://x'); sys.addaudithook(seen);"
        "print(asyncio.run(sms.send(text)).reason, [one for one in found if one.startswith(('twilio', 'aiohttp'))][:3])"
    )
    assert done.stdout.split(maxsplit=1) == ["ClientConnectorError", "[]\n"], done.stdout + done.stderr


async def test_the_doctor_loads_what_a_start_puts_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings(data_dir=tmp_path, detectors="")
    (tmp_path / "a_broken_detector.py").write_text("raise RuntimeError('built for another Python')\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [one.well async for one in doctor.examine(settings) if one.what == "program"] == [True]
    broken = settings.model_copy(update={"detectors": "a_broken_detector"})
    (found,) = [one async for one in doctor.examine(broken) if one.what == "program"]
    assert not found.well
    assert "built for another Python" in found.words


async def test_the_doctor_loads_what_models_are_read_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a_detector.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setitem(sys.modules, "skops.io", None)  # as where it cannot be loaded
    settings = Settings(data_dir=tmp_path, detectors="a_detector")
    (found,) = [one async for one in doctor.examine(settings) if one.what == "program"]
    assert not found.well
    assert "skops" in found.words


def test_the_newest_version_is_the_one_that_alembic_names() -> None:
    assert newest_version(scripts_folder()) == ScriptDirectory.from_config(alembic_config()).get_current_head()


def test_two_last_versions_are_refused(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    for name in ("0002_a", "0002_b"):
        (tmp_path / "versions" / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = "0001"\n')
    with pytest.raises(ConfigurationError):
        newest_version(tmp_path)
    assert newest_version(tmp_path / "nothing") is None


def test_a_hub_that_asks_its_models_never_loads_what_they_are_made_of(tmp_path: Path, sqlite: Sqlite) -> None:
    """In its own process it would stand still for seconds, and need twice the memory."""
    sqlite.copy_to(tmp_path / "hub")
    with Mosquitto(tmp_path / "broker") as broker:
        models = "models.daily_rhythm,models.restlessness"
        hub = HubProcess(tmp_path / "hub", broker.url, CAREHUB_DETECTORS=models, CAREHUB_LEARN_AFTER_S="0")
        with hub:
            hub.wait_until_ready()
            assert hub.process
            assert hub.log.count("/setup/") == 1  # C52: on a fresh store, and nowhere else
            until = time.monotonic() + 60
            while not any("sklearn" in _loaded(one) for one in _children(hub.process.pid)):
                assert time.monotonic() < until, "no model was asked"
                time.sleep(0.2)
            assert "sklearn" not in _loaded(hub.process.pid)
            assert "scipy" not in _loaded(hub.process.pid)
            beside = [one for one in _children(hub.process.pid) if "sklearn" in _loaded(one)]
            hub.kill()
        until = time.monotonic() + 20
        while any("sklearn" in _loaded(one) for one in beside):
            assert time.monotonic() < until, "what works beside a hub stays when it is killed"
            time.sleep(0.1)


def _children(pid: int) -> list[int]:
    told = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(one) for one in told.read_text().split()] if told.exists() else []


def _loaded(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/maps").read_text()
    return ""
