"""Several tasks that are one: when any of them ends, for whatever reason, all do."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, Never


class TaskEnded(Exception):
    """A task that should never end did, without an error of its own."""


async def together(work: Mapping[str, Coroutine[Any, Any, object]]) -> Never:
    """Run all of it until one part ends: by an error, by itself, or cancelled by somebody else.

    A TaskGroup would go on without a part that merely ends or is cancelled, and leave the whole half alive.

    Raises:
        ExceptionGroup: With the error of each part that failed, and TaskEnded for one that ended without.
    """
    tasks = [asyncio.create_task(one, name=name) for name, one in work.items()]
    try:
        ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    raise ExceptionGroup("A part has ended, and all end with it.", [_why(task) for task in ended])


def _why(task: "asyncio.Task[object]") -> Exception:
    error = None if task.cancelled() else task.exception()
    return error if isinstance(error, Exception) else TaskEnded(task.get_name())
