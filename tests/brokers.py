"""A real Mosquitto for each test: on a loopback port of its own, in a folder of its own."""

import getpass
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

MOSQUITTO = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "/usr/sbin/mosquitto"

_ENDS_WITHIN_S = 30.0
_STARTS_WITHIN_S = 10.0


def free_port() -> int:
    """A loopback port that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mosquitto:
    """One broker process. It keeps its port over restarts, so that clients find it again.

    Args:
        directory: Holds the configuration, the log and the stored sessions.
        persistence: Whether sessions survive `stop` and `start`; never `kill`, since it stores them only
            when it stops (to store them after each change makes it some hundred times slower).
        config: More lines of mosquitto.conf; they follow the listener, so TLS lines belong here.
        anonymous: Whether anybody may connect.
    """

    def __init__(self, directory: Path, *, persistence: bool = False, config: str = "", anonymous: bool = True) -> None:
        directory.mkdir(parents=True, exist_ok=True)
        self.directory = directory
        self.port = free_port()
        self.persistence, self.config, self.anonymous = persistence, config, anonymous
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where it listens, without TLS."""
        return f"mqtt://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """What it has written so far."""
        return (self.directory / "log").read_text(errors="replace")

    def config_text(self) -> str:
        """What the shipped configuration says too: no waiting, 1000 in flight, nothing thrown away."""
        lines = [
            f"user {getpass.getuser()}",
            "set_tcp_nodelay true",
            "max_inflight_messages 1000",
            "max_queued_messages 0",
            f"persistence {'true' if self.persistence else 'false'}",
            f"persistence_location {self.directory}/",
            f"allow_anonymous {'true' if self.anonymous else 'false'}",
            f"listener {self.port} 127.0.0.1",
            self.config,
        ]
        return "\n".join(lines) + "\n"

    def start(self) -> None:
        """Start it and wait until it accepts connections; raises RuntimeError with its log if it does not."""
        path = self.directory / "mosquitto.conf"
        path.write_text(self.config_text())
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen([MOSQUITTO, "-v", "-c", path], stdout=log, stderr=log)
        self._wait_until_it_listens(self.process)

    def stop(self) -> None:
        """End it politely (SIGTERM); with persistence it stores its sessions first."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """A power cut, as seen by the broker (SIGKILL)."""
        self._end(signal.SIGKILL)

    def sigstop(self) -> None:
        """Freeze it: the connection stays, the answers do not."""
        self._running().send_signal(signal.SIGSTOP)

    def sigcont(self) -> None:
        """Let it go on after `sigstop`."""
        self._running().send_signal(signal.SIGCONT)

    def empty(self) -> None:
        """Forget every stored session; call it between `stop` and `start`."""
        (self.directory / "mosquitto.db").unlink(missing_ok=True)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None:
            raise RuntimeError("mosquitto is not running")
        return self.process

    def _end(self, how: signal.Signals) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.send_signal(signal.SIGCONT)  # a frozen one dies only when it goes on
            self.process.wait(timeout=_ENDS_WITHIN_S)
            self.process = None

    def _wait_until_it_listens(self, process: subprocess.Popen[bytes]) -> None:
        until = time.monotonic() + _STARTS_WITHIN_S
        while time.monotonic() < until and process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.01)
        raise RuntimeError(f"mosquitto did not start: {self.log}")
