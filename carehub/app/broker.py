"""The embedded broker: Mosquitto where it is installed, else a NATS server from a wheel; started and stopped by us."""

import asyncio
import getpass
import shutil
import signal
import socket
import sysconfig
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from carehub.contracts import ConfigurationError

_STARTS_WITHIN_S = 10.0
_MOSQUITTO = """\
user {user}
listener {port} 127.0.0.1
allow_anonymous true
set_tcp_nodelay true
max_inflight_messages 1000
max_queued_messages 0
max_queued_bytes 268435456
max_packet_size 1048576
persistence true
persistence_location {folder}/
autosave_interval 5
log_dest file {folder}/mosquitto.log
log_dest topic
log_type error
log_type warning
log_type notice
"""
_NATS = """\
host: 127.0.0.1
port: -1
server_name: carehub-embedded
jetstream {{ store_dir: "{folder}", max_mem: 64MB, max_file: 2GB, sync_interval: "1s" }}
mqtt {{ host: 127.0.0.1, port: {port}, ack_wait: "3s", max_ack_pending: 1000 }}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The broker that runs.

    Attributes:
        kind: "mosquitto" or "nats".
        takes_spaces: Whether topics may contain spaces; NATS drops the connection of whoever tries,
            and people name their sensors so.
    """

    kind: str
    url: str
    takes_spaces: bool


def find_broker() -> tuple[str, str] | None:
    """Which broker can run here, and its program; None when there is neither."""
    mosquitto = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
    if mosquitto:
        return "mosquitto", mosquitto
    nats = shutil.which("nats-server", path=sysconfig.get_path("scripts"))
    return ("nats", nats) if nats else None


@asynccontextmanager
async def embedded_broker(folder: Path, port: int) -> AsyncIterator[Broker]:
    """Run a broker on loopback for as long as the block lasts.

    Raises:
        ConfigurationError: No broker program is installed, or it did not start.
    """
    found = find_broker()
    if found is None:
        raise ConfigurationError("No broker here: install Mosquitto, or set CAREHUB_MQTT_URL to one that runs.")
    kind, program = found
    config = _write_config(folder, kind, port)
    with _output(folder) as output:
        process = await asyncio.create_subprocess_exec(
            program, "-c", str(config), stdout=output, stderr=output, start_new_session=True
        )
    try:
        await _wait_for_port(port, process, folder)
        yield Broker(kind=kind, url=f"mqtt://127.0.0.1:{port}", takes_spaces=kind == "mosquitto")
    finally:
        await _end(process)


def _write_config(folder: Path, kind: str, port: int) -> Path:
    folder = folder.absolute()
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / f"{kind}.conf"
    template = _MOSQUITTO if kind == "mosquitto" else _NATS
    config.write_text(template.format(port=port, folder=folder, user=getpass.getuser()))
    return config


def _output(folder: Path) -> BinaryIO:
    return (folder / "broker.out").open("ab")


async def _wait_for_port(port: int, process: asyncio.subprocess.Process, folder: Path) -> None:
    async with asyncio.timeout(_STARTS_WITHIN_S):
        while True:
            if process.returncode is not None:
                tail = (folder / "broker.out").read_text(errors="replace")[-300:]
                raise ConfigurationError(f"The broker ended at once on port {port}: {tail.strip() or 'no word'}")
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
                continue
            writer.close()
            return


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(5):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
