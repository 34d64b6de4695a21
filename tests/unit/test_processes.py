"""Children of the demo: what ends for good ends everything, and what fails is started again."""

import asyncio

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
