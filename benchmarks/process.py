"""Processes that the bench starts, measures and ends: always by their own id."""

import getpass
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Self

import httpx2

from benchmarks.kit import ROOT
from carehub.app.broker import free_port

_STARTS_WITHIN_S = 60.0
_TICKS = os.sysconf("SC_CLK_TCK")
_MOSQUITTO = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 1000
max_queued_messages 0
persistence true
persistence_location {folder}/
autosave_interval 5
"""


def _zone_at_noon() -> str:
    """Where it is about noon now.

    By night each door that the load opens tells of an open alert once more, which is another load: 2,500 events a
    second after ten in the evening, 8,100 by day. `CAREHUB_ZONE=Europe/Oslo` measures whatever hour it is.
    """
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"  # noqa: TID251 - the bench's own clock; the sign is POSIX's


def memory_mib(pid: int, what: str = "VmRSS") -> float:
    """Memory of a process: VmRSS now, VmHWM at its peak."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def cpu_s(pid: int) -> float:
    """Processor time that a process has used, all its threads together."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


class Program:
    """One child process, ended with the block that it runs in."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Its process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        """Whether it still runs."""
        return self._process is not None and self._process.poll() is None

    @property
    def said(self) -> str:
        """What it has written so far."""
        return (self.folder / "log").read_text(errors="replace")

    def _start(self, *arguments: str, environment: dict[str, str] | None = None) -> None:
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                arguments, stdout=log, stderr=log, cwd=ROOT, env=environment, start_new_session=True
            )

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, politely first."""
        if self._process is None:
            return
        if self.runs:
            self._process.send_signal(how)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()


class Broker(Program):
    """A real Mosquitto with the shipped settings, that keeps its sessions on disk."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.port = free_port()
        config = folder / "mosquitto.conf"
        config.write_text(_MOSQUITTO.format(user=getpass.getuser(), port=self.port, folder=folder))
        program = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "mosquitto"
        self._start(program, "-c", str(config))
        wait_until(lambda: _listens(self.port) or not self.runs, "Mosquitto")
        if not self.runs:
            raise RuntimeError(f"Mosquitto did not start: {self.said[-500:]}")

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"mqtt://127.0.0.1:{self.port}"


class HubProcess(Program):
    """`carehub serve` as an operator runs it, on one store and one broker.

    Attributes:
        address: Where its pages are.
        start_s: From the start of the process until it answers "ready" and the broker has taken it in.
    """

    def __init__(self, folder: Path, broker: Broker, database_url: str, module: str = "carehub.app") -> None:
        super().__init__(folder)
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith("CAREHUB_")} | {
            "CAREHUB_DATA_DIR": str(folder), "CAREHUB_DATABASE_URL": database_url, "CAREHUB_MQTT_URL": broker.url,
            "CAREHUB_PORT": str(port), "CAREHUB_CHANNELS": "integrations.channels.tablet",
            "CAREHUB_AUDITOR": "off", "CAREHUB_ZONE": os.environ.get("CAREHUB_ZONE") or _zone_at_noon(),
        }  # fmt: skip
        began = time.monotonic()
        self._start(sys.executable, "-m", module, "serve", environment=environment)
        wait_until(lambda: not self.runs or self._ready(port), "the hub")
        self.start_s = time.monotonic() - began
        if not self.runs:
            raise RuntimeError(f"The hub did not start:\n{self.said[-2000:]}")

    def _ready(self, port: int) -> bool:
        if "broker.connected" not in self.said:
            return False
        try:
            return httpx2.get(f"http://127.0.0.1:{port}/readyz", timeout=2).status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False


def fsync_ms(folder: Path) -> float:
    """What the disk takes to keep 64 KiB, the median of 50: where it is shared, it is another disk each minute."""
    path, took = folder / "fsync.probe", []
    with path.open("wb", buffering=0) as file:
        for _ in range(50):
            file.write(bytes(1 << 16))
            began = time.monotonic()
            os.fdatasync(file.fileno())
            took.append(time.monotonic() - began)
    path.unlink()
    return median(took) * 1000


def _listens(port: int) -> bool:
    """Whether somebody listens, read from the kernel so that nobody is disturbed."""
    wanted = f":{port:04X}"
    rows = Path("/proc/net/tcp").read_text().splitlines()[1:]
    return any(row.split()[1].endswith(wanted) and row.split()[3] == "0A" for row in rows)


def wait_until(condition: Callable[[], bool], what: str, within_s: float = _STARTS_WITHIN_S) -> None:
    """Look every 20 ms; raise TimeoutError when it has taken too long."""
    until = time.monotonic() + within_s
    while not condition():
        if time.monotonic() > until:
            raise TimeoutError(f"{what}: nothing within {within_s:.0f} s")
        time.sleep(0.02)
