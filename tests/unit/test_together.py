"""One question for all who ask at the same moment, and nothing that is older than their asking."""

import asyncio
from collections.abc import Collection, Mapping

import pytest

from carehub.kit.together import Together


class Store:
    """Doubles a number, and says how often it was asked, and of what."""

    def __init__(self) -> None:
        self.asked: list[set[int]] = []
        self.gate = asyncio.Event()
        self.fails = False

    async def __call__(self, numbers: Collection[int]) -> Mapping[int, int]:
        self.asked.append(set(numbers))
        await self.gate.wait()
        if self.fails:
            raise OSError("gone")
        return {one: 2 * one for one in numbers if one}


async def test_those_who_ask_at_the_same_moment_are_one_question() -> None:
    store = Store()
    store.gate.set()

    assert await asyncio.gather(*(Together(store).get(1) for _ in range(2))) == [2, 2]
    together = Together(store)
    assert await asyncio.gather(*(together.get(one) for one in (1, 2, 2, 0))) == [2, 4, 4, None]
    assert store.asked[2:] == [{0, 1, 2}]


async def test_whoever_asks_while_a_question_is_out_is_answered_by_the_next_one() -> None:
    store = Store()
    together = Together(store)
    first = asyncio.create_task(together.get(1))
    while not store.asked:  # noqa: ASYNC110
        await asyncio.sleep(0)
    later = [asyncio.create_task(together.get(one)) for one in (1, 3)]
    await asyncio.sleep(0)
    store.gate.set()

    assert [await first, *await asyncio.gather(*later)] == [2, 2, 6]
    assert store.asked == [{1}, {1, 3}]


async def test_a_question_that_fails_fails_for_all_who_asked_and_for_nobody_else() -> None:
    store = Store()
    store.gate.set()
    together, store.fails = Together(store), True
    failed = await asyncio.gather(together.get(1), together.get(2), return_exceptions=True)
    store.fails = False

    assert [type(one) for one in failed] == [OSError, OSError]
    assert await together.get(1) == 2


async def test_whoever_goes_away_takes_nothing_from_the_others() -> None:
    store = Store()
    together = Together(store)
    gone, stays = asyncio.create_task(together.get(1)), asyncio.create_task(together.get(2))
    await asyncio.sleep(0)
    gone.cancel()
    store.gate.set()

    assert await stays == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
