"""What every test may ask for."""

import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
import structlog
from hypothesis import settings

from carehub.core.languages import Language
from carehub.store import database as its_store
from carehub.store.database import Database
from carehub.web import tongue
from tests import dialects, once, templates
from tests.databases import Postgres, Sqlite, folder_in_memory
from tests.emptied import Emptied
from tests.journeys.building import Night, night_at, prepare
from tests.skips import pytest_sessionfinish, pytest_terminal_summary

__all__ = ["pytest_sessionfinish", "pytest_terminal_summary"]

gc.disable()  # until all is collected: to look for garbage in what stays took a fifth of it

# Each run tries other examples; `make proofs` tries many at once. No deadline: a slow machine has not found a fault.
settings.register_profile("carehub", deadline=None, max_examples=int(os.environ.get("EXAMPLES", "20")))
settings.load_profile("carehub")

dialects.share()
templates.share()
once.share()

# Whoever makes a client for https reads every authority that the machine trusts, fifty times as long as the client
# takes. No test speaks with the world outside, so that it may trust one authority, which signs nothing.
os.environ["SSL_CERT_FILE"] = str(Path(__file__).with_name("nobody.pem"))

# The client that speaks to an application in its own process looks for Trio at each request, through every folder
# that Python knows. Where there is none, None says so at once: a twentieth of what such a request costs.
if find_spec("sniffio") is None:
    sys.modules["sniffio"] = None  # type: ignore[assignment]

# PostgreSQL promises no order that was not asked for, and SQLite keeps one that hides who forgot to ask.
its_store._SQLITE_PRAGMAS += ("PRAGMA reverse_unordered_selects=ON",)

structlog.configure(  # a traceback as the hub writes it: a rich one with every local costs the loop most of a second
    processors=[
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.dev.ConsoleRenderer(colors=False),
    ]
)


def pytest_collection_finish() -> None:
    """What collecting made stays until the end: nobody need look through it for garbage, again and again."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)  # as in the hub
    gc.enable()


# --- the process, which all tests of a worker share ------------------------------------------


def _state_of_the_process() -> dict[str, object]:
    return {
        "environment": {name: os.environ[name] for name in os.environ if name.startswith(("CAREHUB_", "LC_", "TZ"))},
        "folder": Path.cwd(),
        "garbage is looked for": gc.isenabled(),
        "log": structlog.get_config()["processors"],
        "signals": [signal.getsignal(one) for one in (signal.SIGHUP, signal.SIGTERM)],
        "turns of threads": sys.getswitchinterval(),
        "who may read new files": _umask(),
    }


def _umask() -> int:
    """It can only be read by setting it."""
    found = os.umask(0o077)
    os.umask(found)
    return found


@pytest.fixture(autouse=True)
def nothing_left_changed() -> Iterator[None]:
    """The test that changes what all share fails, and not whichever one is dealt out after it."""
    before = _state_of_the_process()
    yield
    assert _state_of_the_process() == before


@pytest.fixture(autouse=True)
def clean_environment(nothing_left_changed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the developer's reaches a test."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")  # commands speak as the locale says
    for name in [name for name in os.environ if name.startswith("CAREHUB_")]:
        monkeypatch.delenv(name)


@pytest.fixture(autouse=True)
def bokmaal_again() -> Iterator[None]:
    """A command speaks as asked until its process ends, and tests without a loop share the context of all others."""
    yield
    tongue.speak(Language.NB)


# --- databases -------------------------------------------------------------------------------


def _asks_for_a_night(request: pytest.FixtureRequest) -> bool:
    return bool({"night", "quick_night"} & set(request.fixturenames))


@pytest.fixture(scope="session")
def sqlite() -> Iterator[Sqlite]:
    """The migrated SQLite file that others are copied from."""
    with folder_in_memory() as folder:
        yield Sqlite(folder)


@pytest.fixture(scope="session")
def sqlite_with_a_night(sqlite: Sqlite, tmp_path_factory: pytest.TempPathFactory) -> Sqlite:
    """The night is furnished once; every test has a copy."""
    return sqlite.filled(tmp_path_factory.mktemp("night"), prepare)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL cluster of our own, started when the first test asks for it."""
    cluster = Postgres()
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.fixture(scope="session")
def postgres_for_nights(postgres: Postgres) -> Iterator[Emptied]:
    """Furnished once, and for each test again."""
    nights = Emptied(postgres, prepare)
    yield nights
    nights.end()


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """For databases that end with their test."""
    with folder_in_memory() as folder:
        yield folder


@pytest.fixture
def sqlite_url(request: pytest.FixtureRequest, sqlite: Sqlite, quick_folder: Path) -> str:
    """A fresh, migrated SQLite database; prepared for who has a night."""
    template = request.getfixturevalue("sqlite_with_a_night") if _asks_for_a_night(request) else sqlite
    return str(template.copy_to(quick_folder))


@pytest.fixture
def postgres_url(request: pytest.FixtureRequest, postgres_for_nights: Emptied) -> str:
    """A migrated PostgreSQL database: empty, or prepared for who has a night."""
    postgres_for_nights.empty(but_filled=_asks_for_a_night(request))
    return postgres_for_nights.url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """A fresh, migrated database; the test runs once for each kind."""
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, quick_folder: Path) -> Iterator[str]:
    """A database without tables; the test runs once for each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{quick_folder / 'empty.db'}"
    else:
        with request.getfixturevalue("postgres").empty() as url:
            yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open hub database; the test runs once for each kind."""
    opened = Database(database_url)
    yield opened
    await opened.close()


# --- the night in which the stories happen ---------------------------------------------------


@pytest.fixture
async def night(database: Database) -> AsyncIterator[Night]:
    """A hub on SQLite and on PostgreSQL, at 02:14 on a January night."""
    async with night_at(database, prepared=True) as begun:
        yield begun


@pytest.fixture
async def quick_night(sqlite_url: str) -> AsyncIterator[Night]:
    """The same on SQLite alone, for what no database can change."""
    database = Database(sqlite_url)
    async with night_at(database, prepared=True) as begun:
        yield begun
    await database.close()
