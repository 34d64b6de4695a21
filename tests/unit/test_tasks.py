"""Several tasks that are one (F19)."""

import asyncio

import pytest

from carehub.kit.tasks import TaskEnded, together


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _ends() -> None:
    await asyncio.sleep(0)


async def _fails() -> None:
    await asyncio.sleep(0)
    raise OSError("x")


async def _is_cancelled() -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


@pytest.mark.parametrize("part", [_ends, _fails, _is_cancelled])
async def test_a_part_that_ends_however_it_does_ends_the_whole_f19(part: object) -> None:
    """F19: by itself, by an error, or cancelled by somebody else: never half alive."""
    stopped = asyncio.Event()

    async def neighbour() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(together({"it": part(), "neighbour": neighbour()}), 5)  # type: ignore[operator]

    assert stopped.is_set()
    assert ended.group_contains(OSError if part is _fails else TaskEnded)


async def test_a_whole_that_is_cancelled_takes_its_parts_along() -> None:
    whole = asyncio.create_task(together({"one": _for_ever(), "two": _for_ever()}))
    await asyncio.sleep(0)
    whole.cancel()
    await asyncio.wait({whole})

    assert whole.cancelled()
