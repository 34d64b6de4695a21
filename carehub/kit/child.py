"""A process that works beside the hub: it gives way to it, takes no more than it may, and leaves with it."""

import asyncio
import multiprocessing
import os
import resource
import sys
import threading
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

_LESS_URGENT = 10


def beside_its_parent() -> None:
    """Called first in the child. A parent that is killed tells nobody: its children would stay for ever."""
    os.nice(_LESS_URGENT)
    threading.Thread(target=_leave_with_parent, name="leave", daemon=True).start()


@asynccontextmanager
async def beside(module: str, within_s: float, **how: Any) -> AsyncIterator[Process]:
    """`python -m module` while the block lasts, with pipes for what it is given and what it says.

    Args:
        within_s: How long the block may last.
        how: More for `asyncio.create_subprocess_exec`.

    Raises:
        TimeoutError: It took longer.
    """
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, stdin=PIPE, stdout=PIPE, start_new_session=True, **how
    )
    try:
        async with asyncio.timeout(within_s):
            yield child
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()


def be_modest(less_urgent: int, memory: int, cpu_s: int, grace_s: int = 0) -> None:
    """Called first in such a process.

    Args:
        memory: In bytes; what asks for more gets MemoryError.
        cpu_s: Of the processor; it may go on for `grace_s` after the first warning.
    """
    os.nice(less_urgent)
    resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + grace_s))


def _leave_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
