"""Several programs as one: started together, ended together, whatever happens to any of them."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from carehub.kit.log import log

_GRACE_S = 8.0


class Processes:
    """Children of this process. Leaving the block ends them all, the last started first.

    Attributes:
        told: The file that has what they say; what this process says to people stays before their eyes.
    """

    def __init__(self, told: Path) -> None:
        self.told = told
        self._children: list[_Child] = []
        self._keepers: dict[asyncio.Task[int], str] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_how: object) -> None:
        for keeper in self._keepers:  # else one that dies of being ended is started again, and nobody ends that one
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for child in reversed(self._children):
            await end(child.process)

    async def start(
        self, name: str, *arguments: str, environment: Mapping[str, str] | None = None, again: int = 0
    ) -> None:
        """Start `carehub ARGUMENTS` in a group of its own, so that Ctrl-C reaches us alone and we end it in order.

        Args:
            again: How often it is started anew when it ends with an error, as a service manager would.
        """
        child = _Child(name, arguments, {**os.environ, **(environment or {})}, again, self.told)
        child.process = await child.begun()
        self._children.append(child)
        self._keepers[asyncio.create_task(_kept(child))] = name

    async def first_to_end(self) -> str:
        """Wait until any child ends for good, and say which and how."""
        await asyncio.wait(self._keepers, return_when=asyncio.FIRST_COMPLETED)
        return self.ended()

    def ended(self) -> str:
        """Which child has ended for good, and how; empty where all run."""
        return next(
            (f"{name} ended with status {one.result()}" for one, name in self._keepers.items() if one.done()), ""
        )


@dataclass(slots=True)
class _Child:
    name: str
    arguments: tuple[str, ...]
    environment: Mapping[str, str]
    again: int
    told: Path
    process: asyncio.subprocess.Process = field(init=False)

    async def begun(self) -> asyncio.subprocess.Process:
        with self.told.open("ab") as told:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-m", "carehub.app", *self.arguments, env=self.environment, start_new_session=True,
                stdout=told, stderr=told,
            )  # fmt: skip


async def _kept(child: _Child) -> int:
    """Wait for the child; one that failed and may be started again is. Gives the last status."""
    status = await child.process.wait()
    while status and child.again:
        child.again -= 1
        log.warning("process.again", name=child.name, status=status)
        child.process = await child.begun()
        status = await child.process.wait()
    return status


async def end(child: asyncio.subprocess.Process, within_s: float = _GRACE_S) -> None:
    """Ask a child to end, also one that is frozen; one that does not is killed."""
    if child.returncode is not None:
        return
    child.send_signal(signal.SIGTERM)
    child.send_signal(signal.SIGCONT)
    try:
        async with asyncio.timeout(within_s):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
