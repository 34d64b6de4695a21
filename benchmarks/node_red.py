"""The peer: Node-RED doing the same work, beside us, in the same run."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import load
from benchmarks.kit import WORK, Kit
from benchmarks.process import Broker, cpu_s, fsync_ms, memory_mib, wait_until
from benchmarks.runs import Latency, Throughput, Untrue
from benchmarks.stores import reader
from carehub.app.broker import free_port

VARIANTS = {"default": "as it comes", "wal": "WAL and synchronous=NORMAL set by hand"}
_PACKAGES = ("node-red@4", "node-red-node-sqlite")
_INSTALL_WITHIN_S = 600
_STALLED_S = 20.0
_ROWS = "SELECT count(*) FROM ev"


@dataclass(slots=True, kw_only=True)
class Flow:
    """A Node-RED that runs."""

    pid: int
    port: int
    database: str
    start_s: float
    idle_mib: float


def missing(kit: Kit) -> str | None:
    """Why Node-RED cannot be measured here, in a word; None when it can (it is installed where it is not yet)."""
    if kit.lacks:
        return f"the kit lacks {', '.join(kit.lacks)}"
    home = WORK / "nodered"
    if (home / "node_modules" / "node-red" / "red.js").exists():
        return None
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    home.mkdir(parents=True, exist_ok=True)
    command = [npm, "install", "--prefix", str(home), "--no-audit", "--no-fund", *_PACKAGES]
    try:
        done = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=_INSTALL_WITHIN_S, check=False)
    except subprocess.TimeoutExpired:
        return f"npm took longer than {_INSTALL_WITHIN_S} s"
    return None if done.returncode == 0 else f"npm failed: {done.stderr.strip()[-200:]}"


@contextmanager
def running(kit: Kit, folder: Path, variant: str) -> Iterator[Flow]:
    """The kit's flow on a fresh broker and a fresh file; ended by its own id."""
    shutil.rmtree(folder, ignore_errors=True)
    environment = {**os.environ, "BENCH_HOME": str(WORK)}
    with Broker(folder / "broker") as broker:
        arguments = ["--mqtt", str(broker.port), "--http", str(free_port()), "--sqlite", variant, "--clean", "0"]
        command = [sys.executable, str(kit.folder / "nr_flow.py"), str(folder / "flow"), *arguments]
        subprocess.run(command, check=True, env=environment)
        began = time.monotonic()
        with (folder / "start").open("wb") as said:
            command = ["bash", str(kit.folder / "nr_start.sh"), str(folder / "flow")]
            subprocess.run(command, env=environment, stdout=said, stderr=said, timeout=60, check=False)
        start_s = time.monotonic() - began
        pid = int((folder / "flow" / "pid").read_text())
        try:
            if "Connected to broker" not in (folder / "flow" / "log.txt").read_text():
                raise RuntimeError(f"Node-RED did not start: {(folder / 'flow' / 'log.txt').read_text()[-500:]}")
            time.sleep(3)
            database = f"sqlite:///{folder / 'flow' / 'events.db'}"
            yield Flow(pid=pid, port=broker.port, database=database, start_s=start_s, idle_mib=memory_mib(pid))
        finally:
            _end(pid)
    shutil.rmtree(folder, ignore_errors=True)


def throughput(kit: Kit, flow: Flow, many: int) -> Throughput:
    """The same number of messages a second until the rows are on disk."""
    asking, before = reader(flow.database), cpu_s(flow.pid)
    sender = load.Sender(kit, flow.port, "care", many=many)
    seen, since = 0, time.monotonic()
    while (rows := asking.number(_ROWS)) < many:
        if rows != seen:
            seen, since = rows, time.monotonic()
        if time.monotonic() - since > _STALLED_S:
            raise Untrue(f"{rows} of {many} rows after {_STALLED_S:.0f} s of standstill")
        time.sleep(0.05)
    seconds = time.monotonic() - (sent := sender.ended()).began
    asking.close()
    return Throughput(
        events_per_s=sent.messages / seconds,
        messages_per_s=sent.messages / seconds,
        cpu_us=(cpu_s(flow.pid) - before) / many * 1e6,
        start_s=flow.start_s,
        idle_mib=flow.idle_mib,
        peak_mib=memory_mib(flow.pid, "VmHWM"),
        load1=os.getloadavg()[0],
        fsync_ms=fsync_ms(WORK),
    )


def latency(kit: Kit, flow: Flow, rate: int, alarms: int, interval_s: float) -> Latency:
    """Press to alert, by the kit's own black box. Node-RED answers without waiting for its store."""
    options = {"port": flow.port, "bg": rate, "alarms": alarms, "interval": interval_s}
    arguments = [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(
        [sys.executable, str(kit.folder / "hubbench.py"), "latency", *arguments],
        capture_output=True, text=True, check=False, timeout=alarms * interval_s + 180,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"hubbench.py failed: {done.stderr[-500:]}")
    told = json.loads(done.stdout.strip().splitlines()[-1])
    return Latency(
        p50=told["p50"], p95=told["p95"], p99=told["p99"], most=told["max"], background=told["bg_actual"],
        sent=told["alarms"], answered=told["answered"], peak_mib=memory_mib(flow.pid, "VmHWM"), load1=told["load1"],
    )  # fmt: skip


def _end(pid: int) -> None:
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, how)
            wait_until(lambda: not Path(f"/proc/{pid}").exists(), "Node-RED's end", 10)
        except ProcessLookupError:
            return
        except TimeoutError:
            continue
        return
