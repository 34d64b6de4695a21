from datetime import UTC, datetime, timedelta

from carehub.core.people.access import Role
from carehub.store import tables, tasks
from carehub.store.database import Database
from carehub.store.tasks import Wanted

NOW = datetime(2026, 1, 15, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_task_is_asked_for_once_and_again_where_it_still_holds(database: Database) -> None:
    wanted = Wanted(kind="basis-expired", subject="anna/fall", words="Se på vedtaket.", due_at=NOW + DAY)
    async with database.write() as session:
        session.add(tables.Person(id="kari", name="Kari", username="kari", role=Role.COORDINATOR))
        await session.flush()
        first = await tasks.ask(session, wanted, NOW)
        again = await tasks.ask(session, wanted, NOW + DAY)
        assert first is not None
        assert again is not None
        assert first.id == again.id
        assert await tasks.how_many(session, [Role.COORDINATOR]) == 1
        assert await tasks.how_many(session, [Role.TECHNICIAN]) == 0

        assert await tasks.do(session, first.id, "kari", NOW + DAY)
        assert not await tasks.do(session, first.id, "kari", NOW + DAY)
        assert await tasks.ask(session, wanted, NOW + 2 * DAY) is None
        assert await tasks.undo(session, first.id)
        assert await tasks.do(session, first.id, "kari", NOW + DAY)

        new = await tasks.ask(session, wanted, NOW + 9 * DAY)
        assert new is not None
        assert new.id != first.id
        assert not await tasks.undo(session, first.id)  # there is an open one of its kind
        lines = await tasks.shown(session, [Role.COORDINATOR], NOW + 2 * DAY)
        assert [(one.task.id, one.done_by) for one in lines] == [(new.id, None), (first.id, "Kari")]


async def test_what_has_mended_itself_is_settled_and_comes_back_at_once(database: Database) -> None:
    wanted = Wanted(kind="rule-faulty", subject="cold-home", words="Se på regelen.", due_at=NOW)
    async with database.write() as session:
        assert not await tasks.settle(session, "rule-faulty", "cold-home", NOW)
        await tasks.ask(session, wanted, NOW)
        assert await tasks.settle(session, "rule-faulty", "cold-home", NOW)
        assert await tasks.how_many(session, list(Role)) == 0
        assert await tasks.ask(session, wanted, NOW + timedelta(minutes=1)) is not None
