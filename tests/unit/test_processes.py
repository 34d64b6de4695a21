"""Children of the demo: what ends for good ends everything, and what fails is started again."""

import asyncio
import signal
from pathlib import Path

import pytest

from carehub.app import demo
from carehub.app.broker import free_port
from carehub.app.processes import Processes
from carehub.contracts import ConfigurationError


async def test_a_child_that_fails_is_started_again_as_often_as_was_said(tmp_path: Path) -> None:
    async with Processes(tmp_path / "log.txt") as children:
        await children.start("unwilling", "no-such-command", again=1)
        first = children._children[0].process.pid

        async with asyncio.timeout(30):
            told = await children.first_to_end()

        assert told == "unwilling ended with status 2"
        assert children._children[0].process.pid != first
        assert children._children[0].again == 0
    assert (tmp_path / "log.txt").read_text().count("no-such-command") == 2


async def test_a_hub_that_ends_before_its_pages_answer_is_told_at_once_with_the_end_of_its_log(tmp_path: Path) -> None:
    async with Processes(tmp_path / "log.txt") as children:
        await children.start("hub", "no-such-command")

        with pytest.raises(ConfigurationError, match=r"(?s)hub ended with status 2\. .*log\.txt:.*no-such-command"):
            async with asyncio.timeout(30):
                await demo._wait_for_pages(free_port(), asyncio.Event(), children)


async def test_a_child_that_dies_when_it_is_asked_to_end_is_not_started_again(tmp_path: Path) -> None:
    """Here it dies of the signal, for which it does not listen yet; a busy hub died of being killed."""
    async with Processes(tmp_path / "log.txt") as children:
        await children.start("hub", "no-such-command", again=1)
        ended = asyncio.create_task(children.first_to_end())
        await asyncio.sleep(0.01)
        ended.cancel()
    await asyncio.sleep(0.01)

    child = children._children[0]
    assert child.process.returncode == -signal.SIGTERM
    assert child.again == 1
