"""Real databases for the tests: SQLite, and a PostgreSQL cluster of our own on loopback.

A database is migrated once for each run; every test gets a copy of it.
"""

import asyncio
import getpass
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from uuid import uuid4

import pytest

from carehub.store.database import Database

_TEMPLATE = "carehub_template"
_STARTS_WITHIN_S = 30.0
_DONE = "-- done --"
_MEMORY = Path("/dev/shm")  # noqa: S108 - a test has many commits, and what it asks does not hang on the disk

_SERVER_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    # Tests prove what the hub does when *it* dies, not when the machine loses power: the disk may be lazy.
    # synchronous_commit stays on, because the hub refuses to start without it.
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "log_min_messages": "fatal",
}


def programs() -> Path:
    """The folder of Debian's newest PostgreSQL; skips where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not folders:
        pytest.skip("PostgreSQL is absent")
    return folders[-1]


Work = Callable[[Database], Awaitable[object]]
"""What is done once in a database, before others are copied from it."""


def prepare(url: str, work: Work = Database.migrate) -> None:
    """Bring an empty database to the newest schema, or do other work in it, from code that has no event loop."""

    async def _prepare() -> None:
        database = Database(url)
        try:
            await work(database)
        finally:
            await database.close()

    with ThreadPoolExecutor(max_workers=1) as thread:
        thread.submit(lambda: asyncio.run(_prepare())).result()


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder until the block ends; on the disk where the system has none in memory."""
    with tempfile.TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        yield Path(folder)


class Sqlite:
    """A migrated file, and copies of it."""

    def __init__(self, folder: Path) -> None:
        self.template = folder / "template.db"
        prepare(f"sqlite:///{self.template}")

    def filled(self, folder: Path, work: Work) -> "Sqlite":
        """The same with some work done in it, to be copied from."""
        other = copy(self)
        other.template = Path(self.copy_to(folder).removeprefix("sqlite:///"))
        prepare(f"sqlite:///{other.template}", work)
        return other

    def copy_to(self, folder: Path) -> str:
        """A fresh database in `folder`; gives its URL."""
        folder.mkdir(parents=True, exist_ok=True)
        copy = folder / "carehub.db"
        shutil.copyfile(self.template, copy)
        return f"sqlite:///{copy}"


class Postgres:
    """A cluster in a temporary folder, run by the user postgres where we are root."""

    def __init__(self) -> None:
        self.bin = programs()
        self.user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self.folder = Path(tempfile.mkdtemp(prefix="carehub-postgres-"))
        shutil.chown(self.folder, self.user)
        self.port = _free_port()
        self.server: subprocess.Popen[bytes] | None = None
        self._session: Session | None = None

    def url(self, name: str) -> str:
        """Where a database of this cluster is."""
        return f"postgresql://carehub@127.0.0.1:{self.port}/{name}"

    def start(self) -> None:
        """Make the cluster, start it, and migrate the template."""
        self._run(
            "initdb", "--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "carehub", self._data
        )
        self._serve()
        self.sql(f"CREATE DATABASE {_TEMPLATE}")
        prepare(self.url(_TEMPLATE))

    def stop(self) -> None:
        """End the server and forget everything."""
        if self._session is not None:
            self._session.end()
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)  # "fast": does not wait for clients
            self.server.wait(timeout=_STARTS_WITHIN_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def filled(self, work: Work) -> str:
        """A template with some work done in it, for `copy`; gives its name."""
        name = f"template_{uuid4().hex}"
        self._copy(_TEMPLATE, name)
        prepare(self.url(name), work)
        return name

    @contextmanager
    def copy(self, template: str = _TEMPLATE) -> Iterator[str]:
        """A fresh database; gives its URL, and drops it at the end."""
        name = f"test_{uuid4().hex}"
        self._copy(template, name)
        yield self.url(name)
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    @contextmanager
    def empty(self) -> Iterator[str]:
        """A database without any table; gives its URL, and drops it at the end."""
        name = f"empty_{uuid4().hex}"
        self.sql(f"CREATE DATABASE {name}")
        yield self.url(name)
        self.sql(f"DROP DATABASE {name} WITH (FORCE)")

    def speak_to(self, url: str) -> "Session":
        """A session of one's own with one of the databases; to be ended."""
        return Session(self.bin / "psql", url)

    def sql(self, statement: str) -> None:
        """Run one statement as the cluster's owner, in a session that lasts as long as the cluster."""
        if self._session is None or self._session.has_ended:
            self._session = Session(self.bin / "psql", self.url("postgres"))
        self._session.run(statement)

    def _copy(self, template: str, name: str) -> None:
        # PostgreSQL 15 would write every block to its log, at twice the processor time; before 15 there is no choice.
        how = "STRATEGY file_copy" if int(self.bin.parent.name) >= 15 else ""
        self.sql(f"CREATE DATABASE {name} TEMPLATE {template} {how}")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self.bin / program, *arguments],
            user=self.user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")

    def _serve(self) -> None:
        settings = {**_SERVER_SETTINGS, "port": str(self.port), "unix_socket_directories": str(self.folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        log = self.folder / "log"
        with log.open("ab") as output:
            self.server = subprocess.Popen(
                [self.bin / "postgres", "-D", self._data, *options], user=self.user, stdout=output, stderr=output
            )
        until = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until and self.server.poll() is None:
            if self._accepts():
                return
            time.sleep(0.02)
        raise RuntimeError(f"PostgreSQL did not start: {log.read_text()}")

    def _accepts(self) -> bool:
        asked: list[str | Path] = [self.bin / "pg_isready", "--quiet", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


class Session:
    """One psql that is told statement after statement: each of its own cost more than the database that it made."""

    def __init__(self, program: Path, url: str) -> None:
        command = [str(program), "--quiet", "--no-psqlrc", "-v", "ON_ERROR_STOP=1", url]
        self._psql = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    @property
    def has_ended(self) -> bool:
        """Whether a statement failed."""
        return self._psql.poll() is not None

    def run(self, statement: str) -> None:
        """Until it is done; psql ends with the first that fails, and says why.

        Raises:
            RuntimeError: It failed.
        """
        if self._psql.stdin is None or self._psql.stdout is None:
            raise RuntimeError("psql has no pipes")
        self._psql.stdin.write(f"{statement};\n\\echo {_DONE}\n")
        self._psql.stdin.flush()
        said: list[str] = []
        for line in self._psql.stdout:
            if line.strip() == _DONE:
                return
            said.append(line)
        self.end()
        raise RuntimeError(f"psql failed: {''.join(said)}")

    def end(self) -> None:
        """Let it go."""
        self._psql.communicate()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
