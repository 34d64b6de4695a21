"""What stands outside a hub: starts it again when it ended, as a supervisor does, and thaws what a point froze."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import httpx2

from carehub.kit.failpoints import LIST
from tests.faults.exchange import browser
from tests.hubs import HubProcess

FROZEN_FOR_S = 1.0


class Warden:
    """Watches one hub.

    Attributes:
        ended: The exit status of each end that nobody outside asked for.
        frozen: How many times it was found frozen.
        complaints: What a frozen hub did all the same.
    """

    def __init__(self, hub: HubProcess) -> None:
        self._hub = hub
        self.ended: list[int] = []
        self.frozen = 0
        self.complaints: list[str] = []
        self._away = False

    async def watch(self) -> None:
        """Look fifty times a second until cancelled."""
        while True:
            await asyncio.sleep(0.02)
            process = self._hub.process
            if process is None or self._away:
                continue
            status = process.poll()
            if status is not None:
                self.ended.append(status)
                self._hub.set(**{LIST: ""})
                self._hub.start()
            elif _state(process.pid) == "T":
                self.frozen += 1
                await self._thaw(process.pid)

    async def stop(self) -> int:
        """End the hub politely, and for good; gives its exit status."""
        self._away = True
        return await asyncio.to_thread(self._hub.stop)

    def start(self) -> None:
        """Start it again after `stop`."""
        self._hub.start()
        self._away = False

    async def _thaw(self, pid: int) -> None:
        """Frozen, it must answer nobody: that is how an outside watcher knows. Then it goes on where it was."""
        with suppress(httpx2.HTTPError):
            async with browser(FROZEN_FOR_S) as client:
                await client.get(f"{self._hub.url}/healthz")
            self.complaints.append("a frozen hub answered")
        os.kill(pid, signal.SIGCONT)


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


@asynccontextmanager
async def watched(hub: HubProcess) -> AsyncIterator[Warden]:
    """Keep the hub alive for as long as the block lasts."""
    warden = Warden(hub)
    task = asyncio.create_task(warden.watch())
    try:
        yield warden
    finally:
        task.cancel()
        await asyncio.wait({task})
