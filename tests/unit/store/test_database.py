import asyncio
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError
from sqlmodel import col, select

from carehub.contracts import ConfigurationError
from carehub.core.answers.alerts import Status
from carehub.core.events import Event, Value
from carehub.core.findings import Outcome
from carehub.core.severity import Severity
from carehub.store import alerts, errors, ownership, rulebooks, stream, tables
from carehub.store import database as database_module
from carehub.store.database import _CHECKPOINT, Database, async_url
from carehub.store.journal import event_of
from carehub.store.ownership import OwnershipLost
from carehub.store.types import EnumValue, UtcDateTime
from tests.databases import Postgres
from tests.journeys.building import NIGHT, shipped

# --- durability ------------------------------------------------------------------------------


async def test_a_database_as_we_open_it_is_durable(database: Database) -> None:
    await database.check_durable()


@pytest.mark.parametrize(
    ("pragma", "seen"), [("synchronous=NORMAL", "synchronous=1"), ("journal_mode=DELETE", "journal_mode=delete")]
)
async def test_sqlite_that_may_forget_is_refused(sqlite_url: str, pragma: str, seen: str) -> None:
    database = Database(sqlite_url)

    @event.listens_for(database.engine.sync_engine, "connect")
    def _hasten(connection: Any, _: object) -> None:
        connection.cursor().execute(f"PRAGMA {pragma}")

    with pytest.raises(ConfigurationError, match=seen):
        await database.check_durable()
    await database.close()


async def test_the_log_begins_anew_while_others_write_and_read(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Left to itself SQLite does it within a commit, which takes so much longer; without either it grows for ever."""
    monkeypatch.setattr(database_module, "_MUCH", 300)
    database, statements = Database(sqlite_url), list[str]()
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *said: statements.append(said[2]))
    sizes = list[int]()
    for turn in range(20):
        writing = [asyncio.create_task(_beats(database, f"{turn}-{part}")) for part in range(10)]
        async with database.read() as session:
            await session.exec(select(tables.Beat).limit(5))
        await asyncio.gather(database.checkpoint(), *writing)
        sizes.append(_log_of(sqlite_url).stat().st_size)
    await database.checkpoint()
    moved = statements.count(_CHECKPOINT)
    await database.checkpoint()
    await database.close()

    assert sizes[-1] < 3 * sizes[1], "it is not what twenty turns wrote"
    assert moved >= 20
    assert statements.count(_CHECKPOINT) == moved, "nothing was written since"


def _log_of(url: str) -> Path:
    return Path(f"{make_url(url).database}-wal")


async def _beats(database: Database, name: str) -> None:
    async with database.write() as session:
        session.add_all(tables.Beat(name=f"{name}-{number}".ljust(60, "x"), at=NIGHT) for number in range(30))


@pytest.mark.parametrize("level", ["off", "local"])
async def test_postgresql_that_does_not_wait_for_the_disk_is_refused(postgres: Postgres, level: str) -> None:
    with postgres.copy() as url:
        postgres.sql(f"ALTER DATABASE {url.rpartition('/')[2]} SET synchronous_commit = {level}")
        database = Database(url)

        with pytest.raises(ConfigurationError, match=f"synchronous_commit={level}"):
            await database.check_durable()
        await database.close()


def test_other_databases_are_refused_with_a_word() -> None:
    with pytest.raises(ConfigurationError, match=r"mysql.*use sqlite:// or postgresql://"):
        async_url("mysql://localhost/x")


async def test_a_database_in_a_new_folder_gets_its_folder(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a' / 'b' / 'c.db'}")

    assert (tmp_path / "a" / "b").is_dir()
    await database.close()


async def test_the_schema_knows_its_version(database: Database) -> None:
    present, newest = await database.schema_versions()

    assert present == newest is not None


# --- transactions ----------------------------------------------------------------------------


async def test_concurrent_writers_lose_no_update(database: Database) -> None:
    async with database.write() as session:
        session.add(tables.Ownership(partition=7, owner="x", lease_until=NIGHT, next_seq=0))

    async def add_one() -> None:
        async with database.write() as session:
            row = await session.get_one(tables.Ownership, 7, with_for_update=True)
            await asyncio.sleep(0)
            row.next_seq += 1

    await asyncio.gather(*(add_one() for _ in range(40)))

    async with database.read() as session:
        assert (await session.get_one(tables.Ownership, 7)).next_seq == 40


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):  # noqa: PT012 - a transaction is all of it
        async with database.write() as session:
            session.add(tables.Beat(name="x", at=NIGHT))
            await session.flush()
            _ = 1 // 0

    async with database.write() as session:  # and the next writer has its turn
        assert (await session.exec(select(tables.Beat))).all() == []


async def test_the_database_itself_refuses_a_second_open_alert_of_a_resident_and_kind(database: Database) -> None:
    async with database.write() as session:
        session.add_all([_alert("a"), _alert("b", "somebody else")])

    with pytest.raises(IntegrityError):
        async with database.write() as session:
            session.add(_alert("c"))
    async with database.write() as session:
        first = await session.get_one(tables.Alert, "a")
        first.status, first.due_at = Status.CLOSED, None
        await session.flush()
        session.add(_alert("c"))

    async with database.read() as session:
        assert sorted((await session.exec(select(tables.Alert.id))).all()) == ["a", "b", "c"]


def _alert(identity: str, key: str = "anna/fall") -> tables.Alert:
    return tables.Alert(
        id=identity, dedup_key=key, kind="fall", severity=Severity.CRITICAL, scope_id="home:anna", rule_id="fall",
        rule_version="1", raised_at=NIGHT, last_event_at=NIGHT, due_at=NIGHT,
    )  # fmt: skip


# --- what the store refuses ------------------------------------------------------------------

_UNFIT: dict[str, dict[str, Any]] = {
    "NUL": {"name": "a\x00b", "at": NIGHT},
    "half a pair": {"name": "\ud800", "at": NIGHT},
    "too long": {"name": "x" * 5000, "at": NIGHT},
    "a moment of nowhere": {"name": "x", "at": datetime(2026, 1, 15, 2, 10)},  # noqa: DTZ001 - that is the point
    "no text": {"name": ["x"], "at": NIGHT},
    "nothing": {"name": "x", "at": None},
}


@pytest.mark.parametrize("fields", _UNFIT.values(), ids=_UNFIT.keys())
async def test_a_value_that_can_never_be_stored_is_not_waited_for(database: Database, fields: dict[str, Any]) -> None:
    try:
        async with database.write() as session:
            session.add(tables.Beat(**fields))
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be waited for
        assert not errors.is_unavailable(error), error  # noqa: PT017 - SQLite stores some of these
    else:
        assert database.is_sqlite


async def test_a_key_used_twice_is_not_waited_for(database: Database) -> None:
    with pytest.raises(DBAPIError) as refused:  # noqa: PT012 - a transaction is all of it
        async with database.write() as session:
            for _ in range(2):
                await stream.add_events(session, [(_event(), Outcome.NO_RULE, None)])

    assert not errors.is_unavailable(refused.value)


async def test_a_store_that_is_gone_is_waited_for(tmp_path: Path) -> None:
    database = Database("postgresql://nobody@127.0.0.1:9/nothing")
    with pytest.raises(OSError) as gone:  # noqa: PT011 - its words are the system's
        async with database.read() as session:
            await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
    await database.close()
    (tmp_path / "folder.db").mkdir()
    folder = Database(f"sqlite:///{tmp_path / 'folder.db'}")
    with pytest.raises(DBAPIError) as unreadable:
        async with folder.read() as session:
            await session.exec(text("SELECT 1"))  # type: ignore[call-overload]
    await folder.close()
    await asyncio.sleep(0.2)  # the thread of a connection that never opened takes its leave of this loop

    assert errors.is_unavailable(gone.value)
    assert errors.is_unavailable(unreadable.value)


# --- types -----------------------------------------------------------------------------------


async def test_a_moment_comes_back_aware_and_in_utc(database: Database) -> None:
    at = datetime(2026, 7, 15, 4, 10, 0, 123456, tzinfo=timezone(timedelta(hours=2)))

    async with database.write() as session:
        session.add(tables.Beat(name="x", at=at))
    async with database.read() as session:
        found = await session.get_one(tables.Beat, "x")

    assert (found.at, found.at.utcoffset()) == (at, timedelta(0))


def test_a_naive_moment_is_refused_and_none_stays_none() -> None:
    dialect: Any = None
    with pytest.raises(ValueError, match="without a time zone"):
        UtcDateTime().process_bind_param(datetime(2026, 1, 15), dialect)  # noqa: DTZ001 - that is the point
    assert UtcDateTime().process_bind_param(None, dialect) is None
    assert UtcDateTime().process_result_value(None, dialect) is None


async def test_a_choice_is_stored_by_value_and_anything_else_is_refused(database: Database) -> None:
    async with database.write() as session:
        session.add(_alert("a"))
    async with database.read() as session:
        raw = (await session.exec(text("SELECT severity, status FROM alert"))).one()  # type: ignore[call-overload]
        found = await session.get_one(tables.Alert, "a")

    assert tuple(raw) == (40, "open")
    assert found.severity is Severity.CRITICAL
    assert EnumValue(Severity).process_bind_param(None, None) is None  # type: ignore[arg-type]
    with pytest.raises(StatementError, match="41"):
        async with database.write() as session:
            (await session.get_one(tables.Alert, "a")).severity = 41  # type: ignore[assignment]


# --- events ----------------------------------------------------------------------------------


def _event(seq: int = 1, **fields: Any) -> Event:
    return Event(seq=seq, at=NIGHT, kind="pulse", scope="home:anna", source="trial", **fields)


_VALUES: list[Value] = [
    0,
    1,
    -1,
    1.0,
    0.1,
    1e300,
    2**53,
    True,
    False,
    "",
    "1",
    "null",
    "blåbærsyltetøy «æøå» 😊",
    '"\\',
    None,
]


@pytest.fixture
def full() -> list[Event]:
    return [
        _event(
            seq, value=value, device="d" * 32, resident="æøå", place="på badet", unit="°C", detail="Ærlig talt 😊",
            device_at=NIGHT - timedelta(hours=6, microseconds=1), alarm=True, late=True, dedup_key=f"a/{seq}",
            body_hash="abcd", delivery="mqtt1:7:abcd",
        )
        for seq, value in enumerate(_VALUES, 1)
    ]  # fmt: skip


async def test_an_event_comes_back_as_it_was(database: Database, full: list[Event]) -> None:
    until = NIGHT.astimezone(timezone(timedelta(hours=1)))
    async with database.write() as session:
        await stream.add_events(session, [])
        await stream.add_events(session, [(one, Outcome.PENDING, until) for one in full])
    async with database.read() as session:
        rows = (await session.exec(select(tables.Event).order_by(col(tables.Event.seq)))).all()

    assert [event_of(row) for row in rows] == full
    assert [type(event_of(row).value) for row in rows] == [type(one.value) for one in full]
    assert {(row.outcome, row.pending_until) for row in rows} == {(Outcome.PENDING, NIGHT)}


async def test_a_moment_of_the_stream_compares_with_one_of_the_orm(database: Database) -> None:
    async with database.write() as session:
        await stream.add_events(session, [(_event(), Outcome.NO_RULE, None)])
        session.add(tables.Beat(name="x", at=NIGHT))
    async with database.read() as session:
        same = select(tables.Event.seq).join(tables.Beat, col(tables.Beat.at) == col(tables.Event.at))
        assert (await session.exec(same)).all() == [1]
        assert (await session.exec(select(tables.Event.seq).where(tables.Event.at <= NIGHT))).all() == [1]


@pytest.mark.parametrize("value", ["æ" * 500, '"' * 500, "\x01" * 500, "a" * 198, "a" * 199], ids=repr)
async def test_a_long_text_loses_its_end_and_stays_json(database: Database, value: str) -> None:
    async with database.write() as session:
        await stream.add_events(session, [(_event(value=value), Outcome.NO_RULE, None)])
    async with database.read() as session:
        (row,) = (await session.exec(select(tables.Event))).all()

    kept = event_of(row).value
    assert isinstance(kept, str)
    assert kept
    assert value.startswith(kept)


async def test_an_empty_stream_has_no_last_place_and_asks_for_nothing(database: Database) -> None:
    async with database.read() as session:
        assert await stream.last_seq(session) == 0
        assert await stream.next_deadline(session) is None
        assert await stream.known_keys(session, []) == {}
        assert await stream.load_states(session, []) == {}
        assert await alerts.next_due(session) is None


# --- one owner -------------------------------------------------------------------------------


async def test_a_second_owner_is_refused_while_the_lease_runs_and_let_in_after_it(database: Database) -> None:
    async def claim(owner: str, now: datetime, *, alone: bool = False) -> int | None:
        async with database.write() as session:
            row = await ownership.claim(session, owner, now, alone=alone)
            return row.epoch if row else None

    assert await claim("first", NIGHT) == 1
    assert await claim("second", NIGHT + timedelta(seconds=4)) is None
    assert await claim("first", NIGHT + timedelta(seconds=4)) == 2
    assert await claim("second", NIGHT + timedelta(seconds=8)) is None
    assert await claim("second", NIGHT + timedelta(seconds=9)) == 3
    assert await claim("third", NIGHT + timedelta(seconds=9), alone=True) == 4


async def test_an_overtaken_owner_writes_nothing(database: Database) -> None:
    async with database.write() as session:
        await ownership.claim(session, "first", NIGHT, alone=False)
        await ownership.claim(session, "second", NIGHT, alone=True)

    with pytest.raises(OwnershipLost):  # noqa: PT012 - a transaction is all of it
        async with database.write() as session:
            session.add(tables.Beat(name="x", at=NIGHT))
            await session.flush()
            await ownership.hold(session, 1, NIGHT, next_seq=2)

    async with database.read() as session:
        assert (await session.exec(select(tables.Beat))).all() == []
    async with database.write() as session:
        await ownership.hold(session, 2, NIGHT + timedelta(seconds=3), next_seq=12)
        await ownership.hold(session, 2, NIGHT + timedelta(seconds=4))
    async with database.read() as session:
        row = await session.get_one(tables.Ownership, 0)
        assert (row.next_seq, row.lease_until) == (12, NIGHT + timedelta(seconds=9))


async def test_a_fresh_broker_session_has_a_number_of_its_own(database: Database) -> None:
    async with database.write() as session:
        await ownership.claim(session, "first", NIGHT, alone=True)
    numbers = []
    for fresh in (True, False, True):
        async with database.write() as session:
            numbers.append(await ownership.broker_session(session, fresh=fresh))

    assert numbers == [1, 1, 2]


# --- rulebooks -------------------------------------------------------------------------------


async def test_every_version_of_a_rule_stays_readable(database: Database) -> None:
    book, later = shipped(), NIGHT + timedelta(days=1)
    async with database.write() as session:
        first = await rulebooks.note_versions(session, book, NIGHT)
    async with database.write() as session:
        again = await rulebooks.note_versions(session, book, later)
    async with database.write() as session:
        none_left = await rulebooks.note_versions(session, type(book).safe_mode(), later)
    async with database.write() as session:
        back = await rulebooks.note_versions(session, book, later + timedelta(days=1))

    assert sorted(first) == sorted(back) == sorted(rule.id for rule in book.rules.values() if rule.enabled)
    assert (again, none_left) == ([], [])
    async with database.read() as session:
        rows = (await session.exec(select(tables.RuleVersion))).all()
    assert {(row.activated_at, row.deactivated_at) for row in rows} == {(later + timedelta(days=1), None)}
    assert UTC is NIGHT.tzinfo
