"""What people do and what devices report meet in one moment: PostgreSQL lets both be written at once."""

import asyncio
from collections.abc import Coroutine
from typing import Any

from sqlalchemy import text

from carehub.core.answers.alerts import HELP, Aftermath, Cause, Status
from carehub.flow import deliver, respond
from carehub.flow.grouping.crowd import COUNTED_FROM
from carehub.flow.respond import Answer
from carehub.kit.ids import new_id
from carehub.store import tables
from tests.journeys.building import INGRID, MARIA, Night, refuses_for_now

_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted")


async def _begun(night: Night, doing: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
    """It has begun, and waits for what somebody else holds; on SQLite one writer waits for the other to begin."""
    task = asyncio.create_task(doing)
    await asyncio.sleep(0.02)
    while not (night.database.is_sqlite or task.done()):
        async with night.database.connect() as connection:
            if (await connection.execute(_WAITING)).scalar_one():
                break
        await asyncio.sleep(0.02)
    return task


async def test_an_undo_that_meets_a_new_press_is_refused_in_words_and_the_press_stands(night: Night) -> None:
    """The store refuses a second open alert of one resident and kind: whoever undoes reads that it is too late."""
    await night.press()
    await night.close("ingrid")
    (first,) = await night.alerts()
    async with night.database.write() as session:
        fresh = {"id": new_id(), "status": Status.OPEN, "due_at": night.clock(), "closed_at": None, "answered_at": None}
        session.add(tables.Alert(**(first.model_dump() | fresh)))
        await session.flush()
        undoing = await _begun(night, night.undo("ingrid"))

    answer: Answer = await undoing

    assert not answer.done
    assert answer.alert is not None
    assert answer.alert.status is Status.CLOSED
    assert sorted(one.status for one in await night.alerts()) == [Status.CLOSED, Status.OPEN]
    assert not [line for line in await night.journal() if "undone" in line]


async def test_a_press_that_is_only_counted_and_meets_the_closing_is_an_alert_of_its_own(night: Night) -> None:
    """Invariant 9: it came after the closing, as far as the store knows, and belongs to nobody's alert."""
    for _ in range(COUNTED_FROM):
        await night.press()
    (alert,) = await night.alerts()
    await night.take("ingrid")
    async with night.database.write() as session:
        await respond.close(
            session, alert.id, "ingrid", night.clock(), cause=Cause.TOILET, aftermath=Aftermath.HELPED_ON_SITE
        )
        night.clock.advance(minutes=2)
        pressing = await _begun(night, night.press())
    await pressing
    await night.work()

    first, second = await night.alerts()
    assert (first.status, first.presses) == (Status.CLOSED, COUNTED_FROM)
    assert (second.status, second.presses) == (Status.OPEN, 1)
    asked = {notice.address for notice in await night.notices() if notice.alert_id == second.id}
    assert {INGRID, MARIA} <= asked


async def test_a_call_for_help_that_is_taken_while_its_alert_is_closed_keeps_nobody_from_either(night: Night) -> None:
    """PostgreSQL ends one of two that wait for each other, and whoever pressed read that something went wrong."""
    await night.press()
    await night.arrive("ingrid")
    await night.call_help("ingrid")
    first, calling = sorted(await night.alerts(), key=lambda one: one.kind == HELP)
    async with night.database.write() as session:
        await session.get(tables.Alert, first.id, with_for_update=True)
        taking = await _begun(night, night.take("maria", (await night.alerts()).index(calling)))
        closed = await respond.close(
            session, first.id, "ingrid", night.clock(), cause=Cause.TOILET, aftermath=Aftermath.HELPED_ON_SITE
        )
    taken: Answer = await taking

    assert closed.done
    assert not taken.done
    assert {one.status for one in await night.alerts()} == {Status.CLOSED}


async def test_an_alert_that_is_taken_while_its_texts_are_given_up_is_taken(night: Night) -> None:
    """As above: a provider that says "later" for twenty seconds, and a nurse who answers on the tablet meanwhile."""
    night.phones.network = {INGRID: refuses_for_now(60), MARIA: refuses_for_now(60)}
    await night.press()
    (alert,) = await night.alerts()
    night.clock.advance(seconds=25)

    async def give_up() -> None:
        async with night.database.write() as session:
            await deliver.give_up_unheard(night.hub, session, night.clock())

    async with night.database.write() as session:
        await session.get(tables.Alert, alert.id, with_for_update=True)
        giving_up = await _begun(night, give_up())
        answer = await respond.take(session, alert.id, "maria", night.clock())
    await giving_up

    assert answer.done
    assert (await night.the_alert()).owner_id == "maria"
