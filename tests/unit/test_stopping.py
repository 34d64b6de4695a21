"""How a hub stops: what is being sent is finished before anything that would end it."""

import asyncio
from types import SimpleNamespace
from typing import Any

from carehub.app import serve
from carehub.kit.tasks import together


async def test_what_is_being_sent_is_finished_before_the_pages_may_end_everything_f21() -> None:
    """F21: the pages close at once, and with them all parts end; a notice half sent would be sent again."""
    said: list[str] = []
    pages_may_close, under_way = asyncio.Event(), asyncio.Event()

    async def stations() -> None:
        await asyncio.sleep(0.2)  # a provider that takes its time
        said.append("sent")
        under_way.set()
        await asyncio.Event().wait()

    async def pages() -> None:
        await pages_may_close.wait()
        said.append("pages closed")

    running: Any = SimpleNamespace(
        hub=SimpleNamespace(live=SimpleNamespace(close=lambda: said.append("streams closed"))),
        worker=SimpleNamespace(finish=under_way.wait), ingest=SimpleNamespace(stop=lambda: None),
    )  # fmt: skip
    house: Any = SimpleNamespace(close=pages_may_close.set)
    whole = asyncio.create_task(together({"stations": stations(), "pages": pages()}))
    await asyncio.sleep(0)

    await serve._stop(running, house, whole)

    assert said == ["streams closed", "sent", "pages closed"]
    assert whole.done()
