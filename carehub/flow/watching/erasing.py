"""Erasing a resident, when a second person has agreed: in small transactions, and the stone that says so last."""

import asyncio

import msgspec

from carehub.core.people.erasure import Obstacle
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import erasure, logins, tables

_SLICE = 200
_BREATH_S = 0.05


async def ask(hub: Hub, resident: str, reason: str, by: str) -> list[Obstacle]:
    """Somebody asks; nothing is erased before another agrees. Where something stands in the way, nothing is asked."""
    now = hub.clock()
    async with hub.database.write() as session:
        found = await erasure.obstacles(session, resident, now)
        if not found and await erasure.newest(session, resident) is None:
            session.add(tables.Erasure(id=new_id(), resident_id=resident, reason=reason, asked_at=now, asked_by_id=by))
            logins.log_reading(session, by, "erasure.asked", [(resident, "erasure")], now, said=reason)
    return found


async def withdraw(hub: Hub, resident: str, by: str) -> bool:
    """It is not to be; False where it is done, or nobody asked."""
    async with hub.database.write() as session:
        row = await erasure.newest(session, resident)
        if row is None or row.agreed_by_id is not None:
            return False
        row.withdrawn_at = hub.clock()
        session.add(row)
        logins.log_reading(session, by, "erasure.withdrawn", [(resident, "erasure")], hub.clock())
    return True


async def agree(hub: Hub, resident: str, by: str) -> bool:
    """The second person agrees, and it is done; False for the one who asked, or where something stands in the way.

    Killed halfway, or held up by an alert that a late event has opened, it is done to its end when somebody agrees
    again: each step does nothing the second time.
    """
    async with hub.database.read() as session:  # counting takes longer than whoever writes an alarm should wait
        counted = msgspec.json.encode(await erasure.counts(session, resident)).decode()
    async with hub.database.write() as session:
        row = await erasure.newest(session, resident)
        if row is None or row.done_at is not None or row.asked_by_id == by:
            return False
        if await erasure.obstacles(session, resident, hub.clock()):
            return False
        row.agreed_by_id = row.agreed_by_id or by
        row.counts = counted if row.counts == "{}" else row.counts
        session.add(row)
    if not await _erase(hub, resident):
        return False
    async with hub.database.write() as session:
        done = await session.get_one(tables.Erasure, row.id)
        done.done_at = hub.clock()
        session.add(done)
        logins.log_reading(session, by, "erasure.done", [(resident, f"erasure:{row.id}")], hub.clock())
    hub.live.change()
    return True


async def _erase(hub: Hub, resident: str) -> bool:
    """False where something has come in the way meanwhile; what was not done yet stays."""
    for some in (erasure.some_events, erasure.some_traces):
        went = _SLICE
        while went == _SLICE:
            async with hub.database.write() as session:
                if await erasure.obstacles(session, resident, hub.clock()):
                    return False
                went = await some(session, resident, _SLICE)
            await asyncio.sleep(_BREATH_S)
    for step in erasure.STEPS:
        async with hub.database.write() as session:
            if await erasure.obstacles(session, resident, hub.clock()):
                return False
            await step(session, resident)
        await asyncio.sleep(_BREATH_S)
    return True


async def hold(hub: Hub, resident: str, reason: str, by: str) -> None:
    """From now on nothing about them is deleted."""
    async with hub.database.write() as session:
        if await erasure.hold_of(session, resident) is None:
            now = hub.clock()
            session.add(tables.LegalHold(id=new_id(), resident_id=resident, reason=reason, since=now, by_id=by))
            logins.log_reading(session, by, "hold.begun", [(resident, "hold")], now, said=reason)


async def release(hub: Hub, resident: str, by: str) -> None:
    """What held it is over."""
    async with hub.database.write() as session:
        row = await erasure.hold_of(session, resident)
        if row is not None:
            row.ended_at, row.ended_by_id = hub.clock(), by
            session.add(row)
            logins.log_reading(session, by, "hold.ended", [(resident, "hold")], hub.clock())
