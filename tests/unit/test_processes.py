"""Children of the demo: what ends for good ends everything, and what fails is started again."""

import asyncio
import signal

from carehub.app.processes import Processes


async def test_a_child_that_fails_is_started_again_as_often_as_was_said() -> None:
    async with Processes() as children:
        await children.start("unwilling", "no-such-command", again=1)
        first = children._children[0].process.pid

        async with asyncio.timeout(30):
            told = await children.first_to_end()

        assert told == "unwilling ended with status 2"
        assert children._children[0].process.pid != first
        assert children._children[0].again == 0


async def test_a_child_that_dies_when_it_is_asked_to_end_is_not_started_again() -> None:
    """Here it dies of the signal, for which it does not listen yet; a busy hub died of being killed."""
    async with Processes() as children:
        await children.start("hub", "no-such-command", again=1)
        ended = asyncio.create_task(children.first_to_end())
        await asyncio.sleep(0.01)
        ended.cancel()
    await asyncio.sleep(0.01)

    child = children._children[0]
    assert child.process.returncode == -signal.SIGTERM
    assert child.again == 1
