"""A whole hub in a process of its own, to be started, stopped and killed."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Self

import httpx2

from tests import hub_nursery, nursery
from tests.brokers import free_port

_READY_WITHIN_S = 60.0


class HubProcess:
    """`carehub serve` on loopback. It keeps its port and its store over restarts.

    Args:
        folder: Its data folder; the log lies beside the store.
        mqtt_url: The broker; the hub reconnects by itself.
        environment: More CAREHUB_* settings.
    """

    def __init__(self, folder: Path, mqtt_url: str, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            "CAREHUB_DATA_DIR": str(folder),
            "CAREHUB_MQTT_URL": mqtt_url,
            "CAREHUB_PORT": str(self.port),
            "CAREHUB_PUBLIC_URL": self.url,
            "CAREHUB_DETECTORS": "",
            "CAREHUB_AUDITOR": "off",
            "CAREHUB_SECOND_FACTOR": "offered",
            **environment,
        }
        self.program: tuple[str, ...] = (sys.executable, "-m", "carehub.app", "serve")
        self.process: subprocess.Popen[bytes] | nursery.Child | None = None

    @property
    def database_url(self) -> str:
        """Where its store is."""
        return self._environment.get("CAREHUB_DATABASE_URL", f"sqlite:///{self.folder / 'carehub.db'}")

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.folder / "hub.log").read_text(errors="replace")

    def set(self, **environment: str) -> None:
        """More CAREHUB_* settings for the next start."""
        self._environment.update(environment)

    def start(self, *, forgets_crashes: bool = True) -> None:
        """Start it; `wait_until_ready` says when it hears.

        Args:
            forgets_crashes: A test that kills is no crash loop, in which the hub would go on without its rules.
        """
        if forgets_crashes:
            (self.folder / "starts.json").unlink(missing_ok=True)
        with (self.folder / "hub.log").open("ab") as log:
            self.process = self._begun(log, {**os.environ, **self._environment})

    def _begun(self, log: BinaryIO, environment: dict[str, str]) -> "subprocess.Popen[bytes] | nursery.Child":
        return subprocess.Popen(self.program, stdout=log, stderr=log, env=environment, start_new_session=True)

    def wait_until_ready(self) -> None:
        """Wait until it answers and hears the broker; raises RuntimeError with its log if it does not."""
        deadline = time.monotonic() + _READY_WITHIN_S
        with httpx2.Client(timeout=2, verify=False) as client:  # to read the certificates takes longer
            while time.monotonic() < deadline:
                if self.process is None or self.process.poll() is not None:
                    break
                with suppress(httpx2.TransportError):
                    if client.get(f"{self.url}/readyz").status_code == httpx2.codes.OK:
                        return
                time.sleep(0.1)
        raise RuntimeError(f"The hub did not get ready:\n{self.log[-3000:]}")

    def wait_until_dead(self, within_s: float) -> int:
        """Wait until it ends by itself; gives its exit status."""
        if self.process is None:
            raise RuntimeError("it was not started")
        return self.process.wait(timeout=within_s)

    def kill(self) -> None:
        """End it as a power cut would: SIGKILL, with no word to anybody."""
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        """End it politely; gives its exit status."""
        return self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> int:
        if self.process is None:
            return 0
        if self.process.poll() is None:
            self.process.send_signal(how)
        status = self.process.wait(timeout=20)
        self.process = None
        return status

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


class QuickHub(HubProcess):
    """The same, in a process that has loaded already what a hub loads: where a test kills it and starts it again.

    From the first line of `carehub serve` on it is the same program; what Python itself does before is left out.
    """

    def _begun(self, log: BinaryIO, environment: dict[str, str]) -> nursery.Child:
        return nursery.Child(hub_nursery.PROGRAM, {"log": log.name, "environment": environment})
