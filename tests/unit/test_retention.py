"""What grows old goes by kind, in small slices; what is held or open stays; the log's chain still holds (C80-C82)."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, col, delete, func, select

from carehub.core.answers.alerts import Status
from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.people.kin import Sort
from carehub.core.people.retention import KEPT, POLICIES, Kind, policies, read_days
from carehub.core.severity import Severity
from carehub.core.watching.canary import SCOPE as CANARY
from carehub.core.watching.rounds import How
from carehub.flow.watching import retention
from carehub.store import logins, seals, tables
from carehub.store import retention as kept
from carehub.store import retention_rows as rows
from carehub.store.database import Database
from carehub.store.tables.stream import FoldInputKind
from tests.browser.seed import fill

NOW = datetime(2026, 6, 1, 4, 20, tzinfo=UTC)
DAY = timedelta(days=1)
BOTH = pytest.mark.parametrize("kind", ["sqlite", "postgresql"])


def clock() -> datetime:
    return NOW


def test_the_municipality_sets_days_and_never_fewer_than_the_hub_works_from() -> None:
    given = {one.kind: one.days for one in policies(read_days("events=60, alerts=400"))}

    assert (given[Kind.EVENTS], given[Kind.ALERTS], given[Kind.MESSAGES]) == (60, 400, 90)
    for wrong in ("events=3", "nonsense=400", "events=many"):
        with pytest.raises(ValueError, match=r"days|kind|invalid"):
            policies(read_days(wrong))


def test_every_kind_has_one_policy_with_a_law_and_rows_that_go() -> None:
    assert sorted(one.kind for one in POLICIES) == sorted(Kind)
    assert set(rows.ROWS) == set(Kind)
    assert all("artikkel" in one.ground or "§" in one.ground for one in POLICIES)


def test_every_table_is_kept_for_ever_with_a_reason_or_grows_old_gdpr_5() -> None:
    """A new table gets a kind with days, or a line in `KEPT`."""
    tables_ = {table.name for table in SQLModel.metadata.sorted_tables}
    aging = {_name(table) for one in rows.ROWS.values() for table in (one.table, *(table for table, _ in one.hanging))}
    kept = [name for one in KEPT for name in one.tables]

    assert len(kept) == len(set(kept))
    assert aging & set(kept) == set()
    assert tables_ == aging | set(kept)
    assert all(one.title and one.ground for one in KEPT)


def _name(table: type[SQLModel]) -> str:
    return str(table.__tablename__)


def _command(
    seq: int, days: int, kind: CommandKind, until: int | None = None, scope: str = "rom-104"
) -> tables.FoldInput:
    """Given so many days ago, and until so many days ago (negative: ahead)."""
    return tables.FoldInput(
        seq=seq, at=NOW - days * DAY, scope_id=scope, kind=FoldInputKind.COMMAND, command=kind,
        until=None if until is None else NOW - until * DAY,
    )  # fmt: skip


@BOTH
async def test_what_a_person_decided_stays_in_the_journal_while_it_holds(database: Database) -> None:
    """Ticks go; a command goes when it is over, and what ended something never before what it ended."""
    old, young = 300, 10
    async with database.write() as session:
        session.add_all([
            tables.FoldInput(seq=1, at=NOW - old * DAY, scope_id="rom-104", kind=FoldInputKind.TICK),
            tables.FoldInput(seq=2, at=NOW - young * DAY, scope_id="rom-104", kind=FoldInputKind.TICK),
            _command(3, old, CommandKind.AWAY, until=old - 7),
            _command(4, old, CommandKind.HOME),
            _command(5, old, CommandKind.REHABILITATION, until=-60, scope="rom-112"),
            _command(6, old - 1, CommandKind.REHABILITATION_ENDED, scope="rom-112"),
            _command(7, old, CommandKind.TUNED), _command(8, old - 1, CommandKind.TUNED),
            tables.FoldInput(seq=9, at=NOW - old * DAY, scope_id="rom-203", kind=FoldInputKind.TICK),
            _event(320_000, NOW - DAY, "kaare"),
        ])  # fmt: skip

    await retention.clean(database, clock, policies({}))

    async with database.read() as session:
        left = set((await session.exec(select(tables.FoldInput.seq))).all())
    assert left == {2, 5, 6, 8, 9}, "9 is the home of somebody who is held"
    await database.close()


@BOTH
async def test_letters_visits_rounds_and_late_answers_grow_old_and_a_hold_keeps_them(database: Database) -> None:
    then = NOW - 1200 * DAY
    async with database.write() as session:
        alert = tables.Alert(
            id="held", dedup_key="k", kind="fall", severity=Severity.CRITICAL, status=Status.CLOSED, scope_id="rom-203",
            resident_id="odd", rule_id="r", rule_version="1", raised_at=then, last_event_at=then, closed_at=then,
        )  # fmt: skip
        session.add(alert)
        for who in ("astrid", "odd"):
            session.add_all([
                tables.CareMessage(
                    id=f"m-{who}", resident_id=who, person_id="anne", author_id="anne", by_staff=False, text="Hei",
                    sent_at=then,
                ),
                tables.FamilyVisit(
                    id=f"f-{who}", resident_id=who, person_id="anne", sort=Sort.VISIT, since=then, until=then,
                    made_at=then,
                ),
                tables.PlannedVisit(
                    id=f"v-{who}", resident_id=who, unit_id="sol", at=then, until=then, title="Morgenbesøk"
                ),
                tables.PlannedRound(
                    id=f"r-{who}", resident_id=who, opens=time(1), closes=time(3), how=How.SENSOR, made_at=then
                ),
                tables.LateAnswer(
                    id=f"l-{who}", person_id="maria", alert_id="held" if who == "odd" else "gone", action="take",
                    tapped_at=then, received_at=then, done=True, words="Du har varselet.",
                ),
            ])  # fmt: skip
            await session.flush()
            session.add(tables.RoundTurn(id=f"t-{who}", round_id=f"r-{who}", opens_at=then, due_at=then))
    would = {one.policy.kind: one.rows for one in await retention.count(database, clock, policies({}))}

    gone = await retention.clean(database, clock, policies({}))

    for kind in (Kind.LETTERS, Kind.FAMILY_VISITS, Kind.VISITS, Kind.TURNS, Kind.LATE_ANSWERS):
        assert (would[kind], gone[kind.value]) == (1, 1), kind
    async with database.read() as session:
        assert (await session.exec(select(tables.CareMessage.id))).all() == ["m-odd"]
        assert (await session.exec(select(tables.LateAnswer.id))).all() == ["l-odd"]
        assert {"r-astrid", "r-odd"} <= set((await session.exec(select(tables.PlannedRound.id))).all())
    await database.close()


def _event(seq: int, at: datetime, resident: str) -> tables.Event:
    return tables.Event(
        seq=seq, at=at, kind="motion", source="zigbee2mqtt", scope_id="rom-104", resident_id=resident,
        body_hash=str(seq), outcome=Outcome.STATE_ONLY,
    )  # fmt: skip


@pytest.fixture(autouse=True)
def _no_breath(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "_BREATH_S", 0.0)


@pytest.fixture
async def database(hub_url: str) -> Database:
    made = Database(hub_url)
    async with made.write() as session:
        await fill(session, NOW - 200 * DAY, stream=False)
        session.add_all([_event(one, NOW - 200 * DAY, "astrid") for one in range(1, 301)])
        session.add_all([_event(one, NOW - 200 * DAY, "odd") for one in range(301, 311)])
        session.add_all([_event(one, NOW - DAY, "astrid") for one in range(311, 321)])
        session.add(tables.LegalHold(id="h", resident_id="odd", reason="Tilsyn", since=NOW, by_id="kari"))
        alert = (await session.exec(select(tables.Alert).where(tables.Alert.status != Status.CLOSED))).first()
        assert alert is not None
        session.add(tables.AlertEvent(alert_id=alert.id, event_seq=7, at=NOW - 200 * DAY, trace="{}"))
    return made


@pytest.fixture
def hub_url(request: pytest.FixtureRequest, kind: str) -> str:
    return str(request.getfixturevalue("sqlite_url" if kind == "sqlite" else "postgres_url"))


@BOTH
async def test_old_events_go_and_what_is_young_held_or_part_of_an_alert_stays(database: Database) -> None:
    would = {one.policy.kind: one.rows for one in await retention.count(database, clock, policies({}))}
    gone = await retention.clean(database, clock, policies({}))

    async with database.read() as session:
        left = set((await session.exec(select(tables.Event.seq))).all())
    assert left == {7, *range(301, 321)}
    assert gone["events"] == would[Kind.EVENTS] == 299
    assert {one.policy.kind: one.rows for one in await retention.count(database, clock, policies({}))}[Kind.EVENTS] == 0
    await database.close()


@BOTH
async def test_what_would_go_is_asked_at_once_and_is_what_each_kind_would_lose_alone(database: Database) -> None:
    """The canary's own rows are no part of it, however many kinds are asked for together."""
    async with database.write() as session:
        session.add_all([_event(one, NOW - 200 * DAY, "astrid") for one in range(-9, 0)])
        for one in range(-9, -4):
            (await session.get_one(tables.Event, one)).scope_id = CANARY
    async with database.read() as session:
        together = await kept.would_go(session, policies({}), NOW)
        alone = [(await kept.would_go(session, [one], NOW))[0] for one in policies({})]

    assert together == alone
    assert {one.policy.kind: one.rows for one in together}[Kind.EVENTS] == 299 + 4
    await database.close()


@BOTH
async def test_an_alert_goes_with_all_that_hangs_on_it_and_an_open_one_never(database: Database) -> None:
    async with database.write() as session:
        await session.exec(delete(tables.LegalHold))
        for alert in (await session.exec(select(tables.Alert))).all():
            alert.raised_at = NOW - 5000 * DAY
            alert.closed_at = NOW - 4999 * DAY if alert.status is Status.CLOSED else None
        is_open = (await session.exec(select(tables.Alert.id).where(tables.Alert.status != Status.CLOSED))).all()

    await retention.clean(database, clock, policies({}))

    async with database.read() as session:
        assert set((await session.exec(select(tables.Alert.id))).all()) == set(is_open)
        steps = (await session.exec(select(tables.AlertStep.alert_id))).all()
    assert set(steps) <= set(is_open)
    await database.close()


@BOTH
async def test_the_log_is_trimmed_at_a_seal_and_the_chain_still_holds_c81(database: Database) -> None:
    async with database.write() as session:
        await session.exec(delete(tables.LegalHold))
        logins.log_reading(session, "kari", "tablet", [("astrid", f"alert:{n}") for n in range(5)], NOW - 3000 * DAY)
    async with database.write() as session:
        await seals.seal(session, NOW - 2999 * DAY)
        logins.log_reading(session, "kari", "tablet", [("astrid", f"alert:{n}") for n in range(3)], NOW - DAY)
    async with database.write() as session:
        await seals.seal(session, NOW)

    gone = await retention.clean(database, clock, policies({}))

    async with database.read() as session:
        assert gone["readings"] == 5
        assert (await seals.check(session)).broken_at is None
        assert (await seals.check(session)).sealed == 3
    with pytest.raises(DBAPIError):
        async with database.write() as session:
            await session.exec(delete(tables.AccessLog))
    with pytest.raises(DBAPIError):
        async with database.write() as session:
            await session.exec(delete(tables.AccessTrim))
    await database.close()


async def test_a_beginning_that_no_seal_says_is_a_broken_chain_c41(database: Database) -> None:
    async with database.write() as session:
        logins.log_reading(session, "kari", "tablet", [("astrid", "alert:1")], NOW - 3000 * DAY)
    async with database.write() as session:
        await seals.seal(session, NOW)
        session.add(tables.AccessTrim(up_to=99, chain="0" * 64, at=NOW, older_than=NOW))

    async with database.read() as session:
        assert (await seals.check(session)).broken_at == 0
    await database.close()


async def test_no_slice_holds_the_writer_for_long(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sizes follow the time that the last one took; a slow store gets small ones."""
    sizes, took = [], 0.2

    async def slow(_database: Database, _clock: object, _policy: object, old: Sequence[object]) -> tuple[int, float]:
        sizes.append(len(old))
        return len(old), took

    monkeypatch.setattr(retention, "_slice", slow)
    await retention.clean(database, clock, policies({})[:1])
    in_trouble, sizes[:] = sizes[:], []
    took = 0.001
    await retention.clean(database, clock, policies({})[:1])

    assert in_trouble[:3] == [10, 5, 5]
    assert sum(in_trouble) == 299
    assert sizes[:4] == [10, 20, 40, 80]
    await database.close()


@pytest.fixture
def kind() -> str:
    return "sqlite"


async def test_a_hold_keeps_the_whole_log_which_is_one_chain(database: Database) -> None:
    async with database.write() as session:
        logins.log_reading(session, "kari", "tablet", [("astrid", "alert:1")], NOW - 3000 * DAY)
    async with database.write() as session:
        await seals.seal(session, NOW)

    await retention.clean(database, clock, policies({}))

    async with database.read() as session:
        old = select(func.count()).select_from(tables.AccessLog).where(col(tables.AccessLog.at) < NOW - 2000 * DAY)
        assert (await session.exec(old)).one() == 1
    await database.close()
