"""Several programs as one: started together, ended together, whatever happens to any of them."""

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from typing import Self

_GRACE_S = 8.0


class Processes:
    """Children of this process. Leaving the block ends them all, the last started first."""

    def __init__(self) -> None:
        self._children: list[tuple[str, asyncio.subprocess.Process]] = []

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_how: object) -> None:
        for _name, child in reversed(self._children):
            await _end(child)

    async def start(self, name: str, *arguments: str, environment: Mapping[str, str] | None = None) -> None:
        """Start `carehub ARGUMENTS` in a group of its own, so that Ctrl-C reaches us alone and we end it in order."""
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "carehub.app", *arguments,
            env={**os.environ, **(environment or {})}, start_new_session=True,
        )  # fmt: skip
        self._children.append((name, child))

    async def first_to_end(self) -> str:
        """Wait until any child ends, and say which and how."""
        waiting = {asyncio.create_task(child.wait()): name for name, child in self._children}
        done, pending = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        for task in pending:
            task.cancel()
        task = done.pop()
        return f"{waiting[task]} ended with status {task.result()}"


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is not None:
        return
    child.send_signal(signal.SIGTERM)
    try:
        async with asyncio.timeout(_GRACE_S):
            await child.wait()
    except TimeoutError:
        child.kill()
        await child.wait()
