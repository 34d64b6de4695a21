"""What has grown old goes at night, in slices so small that nobody who writes an alarm waits for them."""

import asyncio
import time
from collections.abc import Sequence
from datetime import timedelta

from carehub.core.people.retention import Kind, Policy
from carehub.flow.hub import Hub
from carehub.kit.clock import Clock
from carehub.kit.log import log
from carehub.store import logins, retention
from carehub.store.database import Database
from carehub.store.retention import Aged, Key

HOLD_S = 0.02
"""So long a slice may hold the writer. Each aims at half of it, by what a row of the slice before took."""
_FIRST, _MOST, _LEAST = 10, 200, 5
_BREATH_S = 0.05
"""Between two slices: whoever waits for the writer gets it."""
_WITHIN = timedelta(hours=2)
"""What is left after so long is for the next night."""


LEAP, DOUBTED_FOR = timedelta(days=7), timedelta(days=2)
"""A clock that says so much more than it should is told of; somebody has so long to set it right."""


def doubt(hub: Hub, leap: timedelta) -> None:
    """The clock leapt ahead, or nobody was here for so long: by a wrong year everything would be old, and gone.

    Set back again, it is believed again.
    """
    if leap > LEAP:
        hub.clock_doubted = hub.passed()
    elif leap < -LEAP:
        hub.clock_doubted = None


async def clean_at_night(hub: Hub) -> None:
    """`clean`, unless the clock that says what is old is in doubt: then on a later night."""
    if hub.clock_doubted is not None and hub.passed() - hub.clock_doubted < DOUBTED_FOR:
        log.warning("retention.waits", because="the clock leapt")
        return
    hub.clock_doubted = None
    await clean(hub.database, hub.clock, hub.retention)


async def count(database: Database, clock: Clock, policies: Sequence[Policy]) -> list[Aged]:
    """What would go now, by kind; nothing is changed."""
    async with database.read() as session:
        return await retention.would_go(session, policies, clock())


async def clean(database: Database, clock: Clock, policies: Sequence[Policy], *, by: str = "hub") -> dict[str, int]:
    """Delete what is older than its policy says; gives how many rows of each kind went."""
    began, gone = clock(), dict[str, int]()
    for policy in policies:
        if policy.kind is Kind.READINGS:
            async with database.write() as session:
                await retention.begin(session, policy, clock())
        many, after = _FIRST, None
        while clock() - began < _WITHIN:
            async with database.read() as session:
                old = await retention.old_keys(session, policy, clock(), many, after)
            if not old:
                break
            after, asked = old[-1], many
            went, took = await _slice(database, clock, policy, old)
            gone[policy.kind.value] = gone.get(policy.kind.value, 0) + went
            if len(old) < asked:
                break
            many = _next(many, took)
            await asyncio.sleep(_BREATH_S)
    told = {kind: many for kind, many in gone.items() if many}
    if told:
        log.info("retention.cleaned", **told)
        async with database.write() as session:
            seen: list[tuple[str | None, str]] = [(None, f"{kind}:{many}") for kind, many in told.items()]
            logins.log_reading(session, by, "retention", seen, clock())
    return told


def _next(many: int, took: float) -> int:
    """How many rows the next slice has: at the most twice as many, where they are quick."""
    return max(_LEAST, min(_MOST, 2 * many, int(many * HOLD_S / 2 / max(took, 0.0001))))


async def _slice(database: Database, clock: Clock, policy: Policy, old: Sequence[Key]) -> tuple[int, float]:
    """One slice in a transaction of its own: how many rows went, and how long it held the writer, with its commit."""
    async with database.write() as session:
        started = time.perf_counter()
        went = await retention.go(session, policy, clock(), old)
    return went, time.perf_counter() - started
