"""Whose events are whose: found by where people have lived and by what was their own, and by nothing else."""

from sqlmodel import col, select

from carehub.core.findings import Outcome
from carehub.store import registry, tables
from carehub.store.residencies import events_of
from tests.journeys.building import Night, add


async def theirs(night: Night, *residents: str) -> set[int]:
    async with night.database.read() as session:
        return set((await session.exec(select(tables.Event.seq).where(events_of(*residents)))).all())


async def named(night: Night, *residents: str) -> set[int]:
    asked = select(tables.Event.seq).where(col(tables.Event.resident_id).in_(residents))
    async with night.database.read() as session:
        return set((await session.exec(asked)).all())


async def moves(night: Night, who: str, home: str) -> None:
    async with night.database.write() as session:
        (lives,) = (await session.exec(select(tables.Residency).where(tables.Residency.resident_id == who))).all()
        lives.until = night.clock()
        await add(session, tables.Residency(id=f"{who}-2", resident_id=who, scope_id=home, since=night.clock()))
    await night.reload()


async def test_a_move_a_shared_home_and_a_pendant_of_ones_own_lose_nothing(night: Night) -> None:
    await night.press("knapp-anna", id="1")
    await night.press("knapp-kåre", id="2")
    await night.press("knapp-liv", id="3")
    await night.hear(night.message("zigbee2mqtt/røyk-par", {"smoke": True}))
    await night.pass_time(minutes=1)
    await moves(night, "anna", "home:tom")
    await night.press("knapp-anna", id="4")
    async with night.database.write() as session:  # she is on a visit, and wears it
        await registry.assign_device(session, "knapp-liv", "home:bjarne", "liv", None, night.clock())
    await night.reload()
    await night.press("knapp-liv", id="5")
    await night.work()

    seen = {who: await theirs(night, who) for who in ("anna", "bjarne", "kåre", "liv")}

    assert seen == {who: await named(night, who) for who in seen}
    assert all(seen[who] for who in ("anna", "kåre", "liv"))
    assert await theirs(night, "anna", "liv") == seen["anna"] | seen["liv"]
    rows = await night.rows(tables.Event)
    assert {row.scope_id for row in rows if row.seq in seen["liv"]} == {"home:par", "home:bjarne"}
    assert any(row.resident_id is None and row.outcome is not Outcome.STATE_ONLY for row in rows), "a home of two"
