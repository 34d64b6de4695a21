"""The house itself: names, floors, and documents that keep up with the code."""

import ast
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import alembic
import pytest

import integrations
import models
from carehub.app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]


def text(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def files_of_ours() -> list[Path]:
    """What git tracks, or would track."""
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [path for name in listed.split("\0") if name and (path := ROOT / name).is_file()]


# --- names -----------------------------------------------------------------------------------


def test_alembic_is_the_library_and_not_our_folder() -> None:
    assert not Path(alembic.__file__).is_relative_to(ROOT / "alembic")


@pytest.mark.parametrize("folder", ["alembic", "alembic/versions", "rules", "docker", "tests"])
def test_folders_of_data_and_scripts_are_no_packages(folder: str) -> None:
    assert not (ROOT / folder / "__init__.py").exists()


def test_there_is_no_python_in_docker_and_rules() -> None:
    assert [path for folder in ("docker", "rules") for path in (ROOT / folder).rglob("*.py")] == []


def test_our_plain_names_are_ours() -> None:
    for package in (integrations, models):
        assert Path(str(package.__file__)).is_relative_to(ROOT)


def test_no_page_gives_something_of_its_own_the_name_of_what_every_page_has() -> None:
    """A home called `home` stood whole in the way back to the start, and a login's mark where a language leads back."""
    (page,) = (one for one in ast.walk(ast.parse(text("carehub/web/render.py"))) if getattr(one, "name", "") == "page")
    common = next(one for one in ast.walk(page) if isinstance(one, ast.Dict))
    every = {str(key.value) for key in common.keys if isinstance(key, ast.Constant)} - {
        "message"
    }  # None until it is set
    calls = (
        (path, call)
        for path in sorted((ROOT / "carehub" / "web").rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"page", "board_page"}
    )

    assert {"home", "here", "path"} < every
    assert [(path.name, one.arg) for path, call in calls for one in call.keywords if one.arg in every] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    here = re.escape(str(ROOT))
    homes = r"/home/[a-z]\w*/|/Users/\w+/|/tmp/\w+/\w"
    host = rf"\b{re.escape(name)}\b" if len(name := socket.gethostname()) > 5 and name != "localhost" else here
    machine = re.compile(f"{here}|{homes}|{host}")

    found = [
        f"{path.relative_to(ROOT)}: {hit.group()}"
        for path in files_of_ours()
        if path != Path(__file__) and (hit := machine.search(path.read_text(encoding="utf-8", errors="ignore")))
    ]

    assert found == []


def test_nothing_that_was_built_or_downloaded_is_tracked() -> None:
    built = {".whl", ".gz", ".zip", ".pyc", ".so", ".db", ".log"}

    assert [str(path.relative_to(ROOT)) for path in files_of_ours() if path.suffix in built] == []


def test_every_file_that_is_installed_is_known_by_its_hash_c86() -> None:
    files = re.findall(r'\{ url = "[^"]+"[^}]*\}', text("uv.lock"))
    bootstrap = re.sub(r"\\\n", " ", text("requirements-bootstrap.txt"))
    pins = [line for line in bootstrap.splitlines() if "==" in line]

    assert len(files) > 300
    assert not [one for one in files if 'hash = "sha256:' not in one]
    assert pins
    assert not [line for line in pins if "--hash=sha256:" not in line]


def test_the_lock_knows_only_the_public_index() -> None:
    hosts = set(re.findall(r"https?://([^/\"]+)", text("uv.lock")))

    assert hosts == {"pypi.org", "files.pythonhosted.org"}


# --- documents -------------------------------------------------------------------------------


def test_every_setting_is_in_the_readme() -> None:
    readme = text("README.md")

    assert [name for field in Settings.model_fields if (name := f"CAREHUB_{field.upper()}") not in readme] == []


@pytest.mark.parametrize(
    ("readme", "pattern"),
    [
        ("integrations/README.md", "integrations/sources/*.py"),
        ("integrations/README.md", "integrations/channels/*.py"),
        ("rules/README.md", "rules/*.yaml"),
    ],
)
def test_everything_that_can_be_added_is_in_its_readme(readme: str, pattern: str) -> None:
    names = [path.stem for path in ROOT.glob(pattern) if not path.stem.startswith("_")]

    assert names
    assert [name for name in names if name not in text(readme)] == []


def test_every_detector_has_its_card() -> None:
    detectors = [
        path
        for path in ROOT.glob("models/*.py")
        if re.search(r"^DETECTOR\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]

    assert detectors
    assert [path.name for path in detectors if not (path.parent / "cards" / f"{path.stem}.md").exists()] == []


def test_every_decision_has_the_four_parts() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("0*.md"))

    assert [path.name[:4] for path in decisions] == [f"{number:04}" for number in range(1, len(decisions) + 1)]
    for path in decisions:
        parts = re.findall(r"^## (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
        assert parts == ["Context", "Decision", "Consequences", "Alternatives"], path.name


def test_every_file_that_a_document_names_exists() -> None:
    documents = ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "docker/README.md"]
    named = {
        (document, link)
        for document in documents
        for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)#]+)", text(document))
    }

    assert sorted(pair for pair in named if not (ROOT / pair[0]).parent.joinpath(pair[1]).exists()) == []


_NAMES_A_FILE = re.compile(r"[\w./*-]+\.(?:py|md|toml|ya?ml|conf|acl|po|html|css|ini|sh)|[\w-]+/[\w./*-]*")
_NO_PATHS = re.compile(
    r"\.|build/|data/|carehub/v1|carehub-record/|zigbee2mqtt/|owntracks/|application/|Europe/|dist/|web/Inter|icons/"
)
"""What looks like one: what is made here, an MQTT topic, a zone, a file in somebody else's package."""


def _lead_nowhere(document: Path, words: str) -> list[str]:
    """The paths in `code` that lead nowhere: from the root, from the document's folder, or a folder by its end."""
    ours = [path.relative_to(ROOT) for path in files_of_ours()]
    there = {str(path) for path in ours} | {str(folder) for path in ours for folder in path.parents}
    lost = []
    for said in re.findall(r"`([^`\n]+)`", words):
        if not _NAMES_A_FILE.fullmatch(said) or _NO_PATHS.match(said):
            continue
        name = said.rstrip("/")
        found = {name, str(document.parent / name)} & there
        found |= {folder for folder in there if said.endswith("/") and folder.endswith(f"/{name}")}
        if not found and not ("*" in name and list(ROOT.glob(name))):
            lost.append(said)
    return lost


def test_every_path_in_a_document_exists() -> None:
    """Files move, and a decision record that names yesterday's place leads nowhere."""
    documents = [path.relative_to(ROOT) for path in files_of_ours() if path.suffix == ".md"]
    lost = {str(one): _lead_nowhere(one, text(str(one))) for one in documents if one.name != "CHANGELOG.md"}

    assert {document: paths for document, paths in lost.items() if paths} == {}


def test_a_path_that_leads_nowhere_is_found() -> None:
    words = "`carehub/core/wording.py`, `flow/nowhere/`, `carehub/flow/`, `answering/`, `rules/*.yaml`, `carehub/v1`"

    assert _lead_nowhere(Path("docs/adr/0001.md"), words) == ["carehub/core/wording.py", "flow/nowhere/"]


# --- floors ----------------------------------------------------------------------------------

BREACHES = {
    "floors": ("carehub/core/severity.py", "import carehub.store"),
    "pure-core": ("carehub/core/severity.py", "import asyncio"),
    "hub-without-extensions": ("carehub/flow/__init__.py", "import integrations"),
    "extensions-see-contracts": ("integrations/sources/__init__.py", "import carehub.store"),
    "extensions-apart": ("models/__init__.py", "import integrations"),
    "integrations-apart": ("integrations/channels/__init__.py", "import integrations.mqtt"),
    "one-mqtt-file": ("integrations/sources/__init__.py", "import aiomqtt"),
    "village-apart": ("carehub/village/__init__.py", "import carehub.core"),
    "village-only-for-app": ("carehub/web/__init__.py", "import carehub.village"),
    "sql-on-one-floor": ("carehub/flow/__init__.py", "import sqlalchemy"),
}
"""For each contract a file and the line that breaks it."""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The house once more, to be broken, and to be mended again by whoever broke it."""
    house = tmp_path_factory.mktemp("house")
    for package in ("carehub", "integrations", "models"):
        shutil.copytree(ROOT / package, house / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", house)
    return house


def broken_contracts(house: Path) -> list[str]:
    """The names of the contracts that do not hold there."""
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=house,
        env={"PYTHONPATH": str(house), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts:" in run.stdout, run.stdout + run.stderr
    return re.findall(r"^(.+) BROKEN$", run.stdout, flags=re.MULTILINE)


def test_the_floors_hold(copy: Path) -> None:
    assert broken_contracts(copy) == []


def test_every_contract_is_broken_once_on_purpose() -> None:
    assert {contract["id"] for contract in CONTRACTS} == set(BREACHES)


@pytest.mark.parametrize("contract", CONTRACTS, ids=lambda contract: contract["id"])
def test_a_breach_is_caught(copy: Path, contract: dict[str, str]) -> None:
    file, line = BREACHES[contract["id"]]
    offender = copy / file
    whole = offender.read_bytes()
    try:
        offender.write_bytes(whole + f"\n{line}\n".encode())

        assert contract["name"] in broken_contracts(copy)
    finally:
        offender.write_bytes(whole)
