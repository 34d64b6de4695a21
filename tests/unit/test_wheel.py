"""What ships: the wheel, installed somewhere else, migrates a database and checks the rulebook."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder into which the wheel was installed, without its dependencies."""
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    [wheel] = folder.glob("*.whl")
    target = folder / "site"
    uv = shutil.which("uv", path=f"{Path(sys.prefix, 'uv', 'bin')}{os.pathsep}{os.environ['PATH']}")
    assert uv, "make install puts it in .venv/uv"
    run(
        uv, "pip", "install", "--quiet", "--offline", "--no-cache", "--no-config", "--no-deps", "--no-index",
        "--python", sys.executable, "--target", str(target), str(wheel), cwd=folder, UV_COMPILE_BYTECODE="0",
    )  # fmt: skip
    return target


def run(*command: str, cwd: Path, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def carehub(installed: Path, code: str) -> str:
    """Run a line of Python that sees the installed wheel and not this repository."""
    return run(sys.executable, "-c", code, cwd=installed.parent, PYTHONPATH=str(installed))


def test_the_wheel_brings_only_our_packages(installed: Path) -> None:
    ours = {path.name for path in installed.iterdir() if path.is_dir() and not path.name.endswith(".dist-info")}

    assert ours - {"bin"} == {"carehub", "integrations", "models"}


def test_migrations_and_rules_travel_as_data(installed: Path) -> None:
    data = installed / "carehub" / "_data"

    for folder in ("alembic", "rules"):
        shipped = {path.relative_to(data) for path in (data / folder).rglob("*") if path.suffix != ".pyc"}
        ours = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if "__pycache__" not in path.parts}
        assert shipped - {Path(folder, "versions", "__pycache__"), Path(folder, "__pycache__")} == ours


def test_the_wheel_is_what_is_imported(installed: Path) -> None:
    where = carehub(installed, "import carehub, integrations, models; print(carehub.__file__, models.__file__)")

    assert all(Path(file).is_relative_to(installed) for file in where.split())


def test_the_wheel_migrates(installed: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'wheel.db'}"

    carehub(
        installed,
        f"import asyncio; from carehub.store.database import Database; asyncio.run(Database({url!r}).migrate())",
    )

    assert (tmp_path / "wheel.db").stat().st_size > 0


def test_the_wheel_checks_its_rulebook(installed: Path) -> None:
    said = carehub(
        installed, "import sys; sys.argv = ['carehub', 'rules', 'check']; from carehub.app.cli import main; main()"
    )

    assert said


def test_the_wheel_sets_a_paper(installed: Path) -> None:
    """Its template and its fonts travel with it."""
    said = carehub(
        installed,
        "import json; from carehub.kit.paper import compiled; from carehub.web.rights import record_pdf as it;"
        "from carehub.web.rights.record_words import SECTIONS; from zoneinfo import ZoneInfo;"
        "found = dict.fromkeys(SECTIONS, []) | {'resident': {'given_name': 'Ásta', 'family_name': 'Biŋŋá'},"
        " 'municipality': 'Solberg', 'made_at': '2026-11-27T09:30:00+00:00', 'schema': 's'};"
        "print(it.TEMPLATE, compiled(it.TEMPLATE, it.FONTS, 0,"
        " json.dumps(it.held(found, {}, {}, ZoneInfo('Europe/Oslo'), str)))[:5])",
    )

    template, paper = said.split()
    assert Path(template).is_relative_to(installed)
    assert paper == "b'%PDF-'"
