from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from carehub.store import alerts, heard, outbox, sql, tables
from carehub.store import database as store
from carehub.store.database import Database, Session
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import UnitKind
from tests.journeys.building import NIGHT

_MINUTE = timedelta(minutes=1)


def _alert(name: str, at: datetime, status: Status = Status.OPEN) -> dict[str, Any]:
    return tables.Alert(
        id=name, dedup_key="kari/fall", kind="fall", severity=Severity.CRITICAL, status=status, scope_id="104",
        rule_id="fall", rule_version="1", raised_at=at, last_event_at=at, due_at=at,
    ).model_dump()  # fmt: skip


def _notice(name: str, severity: Severity, *, not_before: datetime = NIGHT) -> dict[str, Any]:
    return tables.Notice(
        id=name, alert_id="first", channel="tablet", address=name, text="A-1", severity=severity, cycle="rung:1",
        created_at=NIGHT, not_before=not_before,
    ).model_dump()  # fmt: skip


async def _fill(database: Database, *notices: dict[str, Any]) -> None:
    fresh = alerts.Fresh(alerts=[_alert("first", NIGHT)], notices=list(notices))
    async with database.write() as session:
        await alerts.add_fresh(session, fresh)


async def _notices(database: Database) -> dict[str, tables.Notice]:
    async with database.read() as session:
        return {one.id: one for one in (await session.exec(select(tables.Notice))).all()}


async def test_a_row_in_plain_sql_reads_as_if_the_orm_had_written_it(database: Database) -> None:
    await _fill(database)

    async with database.read() as session:
        alert = (await session.exec(select(tables.Alert).where(tables.Alert.raised_at == NIGHT))).one()

    assert (alert.severity, alert.status, alert.due_at) == (Severity.CRITICAL, Status.OPEN, NIGHT)


async def test_a_moment_without_a_zone_is_refused_by_plain_sql_too(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    await database.migrate()
    async with database.read() as session:
        with pytest.raises(ValueError, match="without a time zone"):
            await sql.ask(session, "SELECT ?", NIGHT.replace(tzinfo=None))
    await database.close()


async def _before(session: Session, keys: set[str], since: datetime) -> dict[str, alerts.Before]:
    (found,) = await sql.ask_all(session, alerts.asking_before(keys, since))
    return alerts.before_in(found)


async def test_reports_count_within_the_window_and_whether_an_alert_is_open_however_old(database: Database) -> None:
    closed = _alert("closed", NIGHT, Status.CLOSED) | {"last_event_at": NIGHT + 2 * _MINUTE}
    reports = [{"alert_id": "closed", "event_seq": seq, "at": NIGHT + seq * _MINUTE, "trace": "{}"} for seq in range(3)]
    async with database.write() as session:
        await alerts.add_fresh(session, alerts.Fresh(alerts=[closed], events=reports))
        before = await _before(session, {"kari/fall", "ola/fall"}, NIGHT)
        await alerts.add_fresh(session, alerts.Fresh(alerts=[_alert("open", NIGHT)]))
        after = await _before(session, {"kari/fall"}, NIGHT + 9 * _MINUTE)

    assert before == {"kari/fall": alerts.Before(reports=2)}
    assert after == {"kari/fall": alerts.Before(open_as=Severity.CRITICAL, where="104", reports=0)}


async def test_what_is_most_urgent_is_claimed_first_and_nothing_before_its_time(database: Database) -> None:
    later = _notice("later", Severity.CRITICAL, not_before=NIGHT + _MINUTE)
    await _fill(database, _notice("calm", Severity.MODERATE), _notice("urgent", Severity.CRITICAL), later)

    async with database.write() as session:
        claimed = await outbox.claim(session, NIGHT, _MINUTE)
        again = await outbox.claim(session, NIGHT, _MINUTE)

    assert [one.notice.id for one in claimed] == ["urgent", "calm"]
    assert again == []
    assert {one.id: (one.state, one.attempts) for one in (await _notices(database)).values()} == {
        "urgent": (NoticeState.SENDING, 1), "calm": (NoticeState.SENDING, 1), "later": (NoticeState.WAITING, 0),
    }  # fmt: skip


async def test_a_step_that_is_written_twice_is_told_once(database: Database) -> None:
    await _fill(database, _notice("once", Severity.CRITICAL))

    async with database.write() as session:
        await outbox.write(session, [_notice("once", Severity.CRITICAL) | {"id": "twice"}])

    assert list(await _notices(database)) == ["once"]


async def test_what_another_has_settled_meanwhile_is_not_called_delivered(database: Database) -> None:
    await _fill(database, _notice("mine", Severity.CRITICAL), _notice("waits", Severity.CRITICAL))

    async with database.write() as session:
        await outbox.claim(session, NIGHT, _MINUTE, limit=1)
        await outbox.note_delivered(session, ["mine", "waits"], NIGHT)

    states = {one.id: one.state for one in (await _notices(database)).values()}
    assert sorted(states.values()) == [NoticeState.DELIVERED, NoticeState.WAITING]


def _step(text: str) -> dict[str, Any]:
    return {"alert_id": "first", "at": NIGHT, "step": "reported", "code": None, "person_id": None, "text": text}


async def test_several_tables_written_together_read_as_if_one_by_one(database: Database) -> None:
    steps = [_step("æøå, ' \" $1 ?"), _step("")]
    fresh = alerts.Fresh(alerts=[_alert("first", NIGHT)], steps=steps, notices=[_notice("a", Severity.SERIOUS)] * 2)
    async with database.write() as session:
        await alerts.add_fresh(session, fresh)
        await alerts.add_fresh(session, alerts.Fresh())
    async with database.read() as session:
        found = (await session.exec(select(tables.AlertStep).order_by(col(tables.AlertStep.id)))).all()
        notice = (await session.exec(select(tables.Notice))).one()
        alert = (await session.exec(select(tables.Alert))).one()

    assert [(one.text, one.at, one.code) for one in found] == [("æøå, ' \" $1 ?", NIGHT, None), ("", NIGHT, None)]
    assert (notice.severity, notice.repeated, notice.pass_on_at) == (Severity.SERIOUS, False, None)
    assert (alert.due_at, alert.owner_id) == (NIGHT, None)


async def test_of_several_tables_none_is_written_where_one_row_is_refused(database: Database) -> None:
    fresh = alerts.Fresh(alerts=[_alert("first", NIGHT)], steps=[{**_step("x"), "alert_id": "nobody's"}])
    with pytest.raises(DBAPIError):
        async with database.write() as session:
            await alerts.add_fresh(session, fresh)
    async with database.read() as session:
        assert (await session.exec(select(tables.Alert))).all() == []


async def test_a_text_that_is_too_long_is_refused_and_never_cut(postgres_url: str) -> None:
    database = Database(postgres_url)
    await database.migrate()
    with pytest.raises(DBAPIError, match="too long"):
        async with database.write() as session:
            await alerts.add_fresh(session, alerts.Fresh(alerts=[{**_alert("first", NIGHT), "detail": "x" * 401}]))
    await database.close()


async def test_several_questions_are_answered_as_if_one_by_one(database: Database) -> None:
    await _fill(database, _notice("a", Severity.MODERATE), _notice("b", Severity.CRITICAL))
    asked = "SELECT id, severity, repeated, reference FROM notice WHERE severity >= ? ORDER BY id DESC"
    none = "SELECT id FROM alert WHERE id = ANY (?)"
    async with database.read() as session:
        found = await sql.ask_all(session, (asked, 0), (none, ["æ"]), (none, ["first", "second"]))

    assert [list(map(tuple, rows)) for rows in found] == [
        [("b", 40, False, None), ("a", 20, False, None)], [], [("first",)],
    ]  # fmt: skip


async def test_a_connection_that_died_while_it_rested_is_replaced_and_one_just_used_is_not_asked(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Database(postgres_url)
    asked = 0

    def count(*_: Any) -> None:
        nonlocal asked
        asked += 1

    async def own_process() -> int:
        async with database.write() as session:
            return int((await sql.ask(session, "SELECT pg_backend_pid()"))[0][0])

    first = await own_process()
    with monkeypatch.context() as patched:
        patched.setattr(AsyncAdapt_asyncpg_connection, "ping", count)
        assert await own_process() == first
    assert asked == 0

    other = Database(postgres_url)
    async with other.write() as session:
        await sql.ask(session, "SELECT pg_terminate_backend(?)", first)
    await other.close()
    monkeypatch.setattr(store, "_RESTED_S", 0.0)
    assert await own_process() != first
    await database.close()


async def test_a_connection_that_knows_our_statements_is_used_again_before_one_that_rests(postgres_url: str) -> None:
    """Each learns them anew: a press met that ten times for each statement."""
    database = Database(postgres_url)
    async with AsyncExitStack() as all_at_once:
        for _ in range(5):
            await sql.ask(await all_at_once.enter_async_context(database.write()), "SELECT 1")
    used: set[int] = set()
    for _ in range(5):
        async with database.write() as session:
            used.add((await sql.ask(session, "SELECT pg_backend_pid()"))[0][0])
    await database.close()

    assert len(used) == 1


async def test_no_row_is_no_call_and_what_an_unknown_device_told_is_not_kept(database: Database) -> None:
    """The canary speaks as a device that no register knows."""
    async with database.write() as session:
        await sql.write(session, "INSERT INTO no_such_table VALUES (?)", [])
        await heard.note(session, await heard.news(session, {("canary", "button.pressed"): NIGHT}))
        kept = (await session.exec(select(tables.HeardKind))).all()

    assert kept == []


async def test_columns_are_put_in_order_by_one_of_them_however_the_rows_came(database: Database) -> None:
    asked = "SELECT id, name FROM unit WHERE id = ANY (?)"
    async with database.write() as session:
        for number, name in enumerate(["Tor", "Anna", "Kari", "Bo"]):
            session.add(tables.Unit(id=f"x{number}", name=name, kind=UnitKind.ZONE))

    async with database.read() as session:
        some = [f"x{number}" for number in range(4)]
        by_name = await sql.columns(session, asked, ("id", "name"), some, order="name")
        by_id = await sql.columns(session, asked, ("id", "name"), some, order="id")
        none = await sql.columns(session, asked, ("id", "name"), ["y"], order="name")

    assert [list(one) for one in by_name] == [["x1", "x3", "x2", "x0"], ["Anna", "Bo", "Kari", "Tor"]]
    assert [list(one) for one in by_id] == [some, ["Tor", "Anna", "Kari", "Bo"]]
    assert [list(one) for one in none] == [[], []]


async def test_columns_are_those_of_the_rows_in_their_order_and_empty_where_there_are_none(database: Database) -> None:
    async with database.write() as session:
        session.add_all(
            tables.Unit(id=f"u{n}", name=f'Øst "{n}", \\', kind=UnitKind.ZONE, phone=None if n % 2 else "22 00")
            for n in range(30)
        )

    async with database.read() as session:
        asked = "SELECT id, name, phone FROM unit WHERE id = ANY (?) ORDER BY id DESC"
        some = [f"u{n}" for n in range(5, 30)]
        rows = await sql.ask(session, asked, some)
        columns = await sql.columns(session, asked, ("id", "name", "phone"), some)
        none = await sql.columns(session, asked, ("id", "name", "phone"), ["x"])

    assert [list(one) for one in columns] == [list(one) for one in zip(*rows, strict=True)]
    assert len(rows) == 25
    assert [list(one) for one in none] == [[], [], []]
