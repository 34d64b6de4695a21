"""The two stores, with full durability: a settled template of each, and a fresh copy for every run."""

import asyncio
import getpass
import os
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path
from typing import Any, Protocol, Self

import asyncpg

from benchmarks import household
from benchmarks.process import Program, wait_until
from carehub.app.broker import free_port

_SERVER = {
    "listen_addresses": "127.0.0.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "shared_buffers": "128MB",
    "log_min_messages": "fatal",
}


class Store(Protocol):
    """A settled template that can be copied."""

    name: str

    def fresh(self, folder: Path) -> str:
        """A copy for one run; gives its URL."""
        ...

    def forget(self, url: str) -> None:
        """The run is over."""
        ...


class Reader(Protocol):
    """Asks a store for numbers, and can change nothing."""

    def number(self, sql: str) -> int:
        """The one number that the question gives; 0 for none."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


class Sqlite:
    """One file, WAL and synchronous=FULL, which the hub itself sees to."""

    name = "sqlite"

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._template = folder / "template.db"
        asyncio.run(household.settle(f"sqlite:///{self._template}"))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._template.unlink(missing_ok=True)

    def fresh(self, folder: Path) -> str:
        """Copy the file."""
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self._template, folder / "carehub.db")
        return f"sqlite:///{folder / 'carehub.db'}"

    def forget(self, url: str) -> None:
        """The folder of the run goes as a whole."""


class Postgresql(Program):
    """A cluster of its own on loopback, with fsync and synchronous_commit on."""

    name = "postgresql"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._bin = postgresql_programs()
        self._user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self._port = free_port()
        self._copies = 0
        shutil.chown(folder, self._user)
        self._run("initdb", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "-U", "carehub", folder / "data")
        settings = {**_SERVER, "port": str(self._port), "unix_socket_directories": str(folder)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with (folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [self._bin / "postgres", "-D", folder / "data", *options], user=self._user, stdout=log, stderr=log
            )
        wait_until(lambda: not self.runs or self._answers(), "PostgreSQL")
        self._sql("CREATE DATABASE template_carehub")
        asyncio.run(household.settle(self._url("template_carehub")))

    def fresh(self, folder: Path) -> str:  # noqa: ARG002 - the protocol's
        """Copy the template database."""
        self._copies += 1
        self._sql(f"CREATE DATABASE run{self._copies} TEMPLATE template_carehub")
        self._sql("CHECKPOINT")
        return self._url(f"run{self._copies}")

    def forget(self, url: str) -> None:
        """Drop the copy."""
        self._sql(f"DROP DATABASE {url.rpartition('/')[2]} WITH (FORCE)")

    def __exit__(self, *_: object) -> None:
        self.end(signal.SIGINT)  # "fast": it does not wait for clients
        shutil.rmtree(self.folder, ignore_errors=True)

    def _url(self, name: str) -> str:
        return f"postgresql://carehub@127.0.0.1:{self._port}/{name}"

    def _sql(self, statement: str) -> None:
        self._run("psql", "-qX", "-h", "127.0.0.1", "-p", str(self._port), "-U", "carehub", "-d", "postgres",
                  "-v", "ON_ERROR_STOP=1", "-c", statement)  # fmt: skip

    def _answers(self) -> bool:
        asked: list[str | Path] = [self._bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self._port)]
        return subprocess.run(asked, check=False).returncode == 0

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [self._bin / program, *arguments]
        done = subprocess.run(command, user=self._user, cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")


def postgresql_programs() -> Path:
    """The folder of Debian's newest PostgreSQL; raises FileNotFoundError where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    if not folders:
        raise FileNotFoundError("PostgreSQL is not installed")
    return folders[-1]


class _SqliteReader:
    def __init__(self, url: str) -> None:
        path = url.removeprefix("sqlite:///")
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=30)

    def number(self, sql: str) -> int:
        row = self._connection.execute(sql).fetchone()
        return int(row[0] or 0)

    def close(self) -> None:
        self._connection.close()


class _PostgresqlReader:
    def __init__(self, url: str) -> None:
        self._runner = asyncio.Runner()
        settings = {"default_transaction_read_only": "on"}
        self._connection: Any = self._runner.run(asyncpg.connect(url, server_settings=settings))

    def number(self, sql: str) -> int:
        return int(self._runner.run(self._connection.fetchval(sql)) or 0)

    def close(self) -> None:
        self._runner.run(self._connection.close())
        self._runner.close()


def reader(url: str) -> Reader:
    """A connection that only reads."""
    return _SqliteReader(url) if url.startswith("sqlite") else _PostgresqlReader(url)
