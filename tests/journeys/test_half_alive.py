"""Each part of the hub that dies takes the process with it (F19)."""

import asyncio

import pytest

from carehub.kit.tasks import TaskEnded
from tests.journeys.building import Night

POSTS = ("escalate", "deliver", "tick", "watch", "beat", "extra")


@pytest.mark.parametrize("name", POSTS)
async def test_a_station_whose_task_dies_silently_ends_them_all_f19(quick_night: Night, name: str) -> None:
    """F19: cancelled by a stray hand, it ends without an error: the rest must not go on as if nothing were."""

    async def rests() -> None:
        await asyncio.sleep(0)

    quick_night.worker.add("extra", rests, 1)
    assert {post.name for post in quick_night.worker.posts} == set(POSTS)
    whole = asyncio.create_task(quick_night.worker.run())
    while not (parts := [task for task in asyncio.all_tasks() if task.get_name() == name]):  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    parts[0].cancel()

    with pytest.raises(ExceptionGroup) as ended:
        await asyncio.wait_for(whole, 10)
    assert ended.group_contains(TaskEnded, match=name)
    await asyncio.sleep(0.1)  # what SQLite's thread had in hand comes back to a loop that still lives


async def test_what_is_heavy_waits_until_the_hub_has_started(quick_night: Night) -> None:
    looked: list[str] = []

    async def light() -> None:
        looked.append("light")

    async def heavy() -> None:
        looked.append("heavy")

    quick_night.worker.add("heavy", heavy, 0.01, after_s=3600)
    quick_night.worker.add("light", light, 0.01)
    whole = asyncio.create_task(quick_night.worker.run())
    while len(looked) < 3:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    whole.cancel()
    await asyncio.gather(whole, return_exceptions=True)

    assert set(looked) == {"light"}
