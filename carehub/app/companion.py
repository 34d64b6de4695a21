"""The auditor beside a hub: started with it, started again when it dies or stands still, ended with it.

When the hub is killed the auditor stays, since that is when it is needed; the next hub takes its place over.
"""

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path

from carehub.app.audit import pid_path, read_state
from carehub.app.processes import end
from carehub.app.settings import Settings
from carehub.core.events import Event
from carehub.flow.hub import Hub
from carehub.flow.receiving.batch import hub_fault
from carehub.kit.lock import Held, only_process
from carehub.kit.log import log

LOOK_EVERY_S = 5.0
_SILENT_AFTER = timedelta(seconds=60)
_GRACE_S = 3.0
_NOT_AGAIN_WITHIN = timedelta(seconds=15)
"""An auditor that cannot start must not be started all the time."""


class Companion:
    """Keeps the auditor alive, and lets the hub's pages know what it says."""

    def __init__(self, settings: Settings, hub: Hub, observe: Callable[[Event], None]) -> None:
        self._settings, self._hub, self._observe = settings, hub, observe
        self._child: asyncio.subprocess.Process | None = None
        self._started_at = hub.clock()
        self._told = False

    async def look(self) -> None:
        """Read what the auditor last wrote; one that is dead or silent is started anew, and told of."""
        state, now = read_state(self._settings.data_dir), self._hub.clock()
        self._hub.health.auditor = state
        last = max(self._started_at, state.at) if state else self._started_at
        is_silent = now - last > _SILENT_AFTER
        if is_silent and not self._told:
            log.error("auditor.silent")
            self._observe(hub_fault(now, "Kontrolløren av huben svarer ikke.", about="auditor"))
        self._told = is_silent
        is_ours = self._settings.auditor == "child" and now - self._started_at >= _NOT_AGAIN_WITHIN
        if is_ours and (is_silent or not self._lives()):
            await self.start()

    def _lives(self) -> bool:
        return self._child is not None and self._child.returncode is None

    async def begin(self) -> None:
        """Start ours, where the settings want one; until then whoever an earlier hub left behind goes on watching."""
        if self._settings.auditor == "child":
            await self.start()

    async def start(self) -> None:
        """Start a fresh auditor in the place of whichever is there."""
        await self.stop()
        await asyncio.to_thread(_clear_the_place, self._settings.data_dir)
        self._child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "carehub.app", "audit", env=_environment(self._settings), start_new_session=True
        )
        self._started_at = self._hub.clock()

    async def stop(self) -> None:
        """End our own auditor."""
        if self._child is not None:
            await end(self._child, _GRACE_S)


@asynccontextmanager
async def auditor_beside(
    settings: Settings, hub: Hub, observe: Callable[[Event], None]
) -> AsyncIterator[Companion | None]:
    """An auditor for as long as the block lasts, once it is begun; None where the settings want none."""
    if settings.auditor == "off":
        yield None
        return
    companion = Companion(settings, hub, observe)
    try:
        yield companion
    finally:
        await companion.stop()


def _environment(settings: Settings) -> dict[str, str]:
    """Ours, with the same store whatever its folder is called from there."""
    return {**os.environ, "CAREHUB_DATA_DIR": str(settings.data_dir), "CAREHUB_DATABASE_URL": settings.database}


def _clear_the_place(folder: Path) -> None:
    """End an auditor that an earlier hub left behind: only a process that holds the lock is one."""
    for how in (signal.SIGTERM, signal.SIGCONT, signal.SIGKILL):
        try:
            with only_process(folder / "auditor.lock"):
                return
        except Held:
            with suppress(OSError, ValueError):
                os.kill(int(pid_path(folder).read_text()), how)
        _wait_for_the_lock(folder)


def _wait_for_the_lock(folder: Path, within_s: float = 2.0) -> None:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        with suppress(Held), only_process(folder / "auditor.lock"):
            return
        time.sleep(0.05)
