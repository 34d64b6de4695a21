"""The auditor looks at the tables from outside, and shouts past the hub when people are not told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlmodel import delete, update

from carehub.app.audit import Auditor, read_state
from carehub.app.settings import Settings
from carehub.core.watching.audit import PARTS, Concern
from carehub.store import tables
from carehub.store.database import Database, Session
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import CANARY, NIGHT, Night, Phones, breaks

GUARD, DEPUTY = "+4790000009", "+4790000010"
_LOOK_S = 10


class Watched:
    """A night, and the auditor that looks at it."""

    def __init__(self, night: Night, folder: Path, url: str | None = None) -> None:
        self.night, self.folder = night, folder
        self.phones = Phones(night.clock)
        settings = Settings(
            data_dir=folder, database_url=url or night.database.url, auditor_phones=f"{GUARD}, {DEPUTY}",
            canary_every_s=0,
        )  # fmt: skip
        self.auditor = Auditor(settings, self.phones, night.clock)

    async def look(self, seconds: int = 0, *, alive: bool = True, every_s: int = _LOOK_S) -> set[Concern]:
        """The hub lives on (or not) for so long, and the auditor looks as often as it does."""
        concerns: set[Concern] = set()
        for _ in range(max(1, seconds // every_s)):
            if seconds:
                self.night.clock.advance(seconds=every_s)
            if alive:
                await self.beat()
            concerns = set(await self.auditor.attend())
        return concerns

    async def beat(self) -> None:
        """Every part of the hub writes down that it works."""
        async with self.night.database.write() as session:
            for part in PARTS:
                await session.merge(tables.Beat(name=part, at=self.night.clock()))

    async def change(self, statement: object) -> None:
        async with self.night.database.write() as session:
            await session.exec(statement)  # type: ignore[call-overload]

    @property
    def said(self) -> list[str]:
        """What the first of its telephones was told."""
        return [notice.text for _, notice in self.phones.sent if notice.address == GUARD]


@pytest.fixture
async def watched(night: Night, tmp_path: Path) -> AsyncIterator[Watched]:
    begun = Watched(night, tmp_path)
    await begun.beat()
    yield begun
    await begun.auditor.close()


async def test_a_hub_that_works_is_not_shouted_about(watched: Watched) -> None:
    await watched.night.press()
    await watched.night.take("ingrid")
    await watched.night.press("knapp-bjarne")
    for _ in range(20):
        await watched.night.pass_time(seconds=30)
        assert await watched.look() == set()

    assert watched.said == []
    state = read_state(watched.folder)
    assert state is not None
    assert (state.at, state.concerns) == (watched.night.clock(), {})


# --- what is found -------------------------------------------------------------------------------


async def _overdue(watched: Watched, session: Session) -> None:
    await session.exec(update(tables.Alert).values(due_at=watched.night.clock() - timedelta(seconds=31)))


async def _untold(watched: Watched, session: Session) -> None:
    await session.exec(delete(tables.Notice))


async def _all_failed(watched: Watched, session: Session) -> None:
    await session.exec(update(tables.Notice).values(state=NoticeState.FAILED))


async def _waits(watched: Watched, session: Session) -> None:
    await session.exec(update(tables.Notice).values(state=NoticeState.WAITING, not_before=NIGHT))


async def _sender_died(watched: Watched, session: Session) -> None:
    await session.exec(update(tables.Notice).values(state=NoticeState.SENDING, lease_until=NIGHT))


async def _no_alert(watched: Watched, session: Session) -> None:
    for table in (tables.ReplyCode, tables.Notice, tables.AlertStep, tables.AlertEvent, tables.Alert):
        await session.exec(delete(table))


async def _undecided(watched: Watched, session: Session) -> None:
    session.add(tables.FoldDeadline(scope_id="home:anna", key="x", due_at=NIGHT))
    await session.flush()
    await session.exec(update(tables.Event).values(outcome="pending", pending_until=NIGHT, kind="door.opened"))


@pytest.mark.parametrize(
    ("damage", "concern"),
    [
        (_overdue, Concern.OVERDUE),
        (_untold, Concern.UNTOLD),
        (_all_failed, Concern.UNTOLD),
        (_waits, Concern.STUCK),
        (_sender_died, Concern.STUCK),
        (_no_alert, Concern.LOST),
        (_undecided, Concern.UNACCOUNTED),
    ],
)
async def test_what_should_have_been_told_and_was_not_is_found(
    watched: Watched, damage: Callable[[Watched, Session], Awaitable[None]], concern: Concern
) -> None:
    """F82: the hub lives, but one part of the path is broken; the tables tell."""
    await watched.night.press()
    watched.night.clock.advance(seconds=40)
    async with watched.night.database.write() as session:
        await damage(watched, session)

    assert concern in await watched.look()
    await watched.look(20)
    assert len(watched.said) == 1


async def test_an_open_alert_without_a_deadline_is_found_where_the_database_lets_one_be(
    tmp_path: Path, sqlite_url: str
) -> None:
    """Invariant 5: our own tables refuse it, so the tables are made to forget that."""
    database = Database(sqlite_url)
    async with database.connect() as connection:
        await connection.execute(text("PRAGMA writable_schema=ON"))
        await connection.execute(
            text("UPDATE sqlite_master SET sql = replace(sql, 'due_at IS NOT NULL', '1') WHERE name = 'alert'")
        )
        await connection.commit()
    await database.close()
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as loose:
        loose.execute(
            "INSERT INTO alert (id, dedup_key, kind, severity, status, scope_id, rule_id, rule_version, raised_at, "
            "last_event_at, presses, rung) VALUES ('a', 'a', 'fall', 40, 'taken', 'x', 'r', 'v', ?, ?, 1, 1)",
            ("2026-01-15 01:00:00.000000",) * 2,
        )
    loose.close()
    settings = Settings(data_dir=tmp_path, database_url=sqlite_url, canary_every_s=0)
    auditor = Auditor(settings, None, lambda: NIGHT)

    assert Concern.NO_DEADLINE in await auditor.attend()
    await auditor.close()


async def test_a_hub_that_stands_still_is_found_and_so_is_one_whose_clock_went_back(watched: Watched) -> None:
    """F81: no part has written down that it works for a minute."""
    assert await watched.look() == set()
    assert await watched.look(50, alive=False) == set()
    assert await watched.look(30, alive=False) == {Concern.STILL}

    await watched.look()
    watched.night.clock.advance(hours=-1)
    assert await watched.look(alive=False) == {Concern.STILL}


async def test_an_auditor_whose_clock_is_set_back_shouts_as_soon_and_clears_as_soon(watched: Watched) -> None:
    """F34, F81: what it has seen for a while it has seen for a while; it does not keep quiet for an hour."""
    await watched.look(70, alive=False)
    watched.night.clock.advance(hours=-1)
    await watched.look(30, alive=False)
    assert len(watched.said) == 1

    await watched.look(30)
    watched.night.clock.advance(hours=-1)
    await watched.look(70)
    assert len(watched.said) == 2
    assert "varslingen går igjen" in watched.said[1]


async def test_a_database_that_cannot_be_read_is_shouted_about(night: Night, tmp_path: Path) -> None:
    """F81: whatever keeps the auditor from looking is itself told."""
    watched = Watched(night, tmp_path, "sqlite:////nowhere/carehub.db")
    await watched.look(30)

    (said,) = watched.said
    assert "Databasen kan ikke leses." in said
    await watched.auditor.close()


async def test_the_auditor_cannot_write(watched: Watched) -> None:
    async with watched.auditor._database.read() as session:
        with pytest.raises(Exception, match=r"read-?only"):
            await session.exec(delete(tables.Beat))


# --- how it is told ------------------------------------------------------------------------------


async def test_it_shouts_once_it_is_sure_repeats_every_quarter_and_gives_the_all_clear(watched: Watched) -> None:
    await watched.look()
    await watched.look(70, alive=False)
    assert watched.said == []
    await watched.look(20, alive=False)
    (said,) = watched.said
    assert said.startswith("CareHub Marker kl. 02:15: varslingen svikter. Huben gir ikke livstegn. Bruk reserve")
    await watched.look(14 * 60, alive=False)
    assert len(watched.said) == 1
    await watched.look(60, alive=False)
    assert len(watched.said) == 2

    await watched.look(50)
    assert len(watched.said) == 2
    await watched.look(30)
    assert watched.said[2:] == ["CareHub Marker kl. 02:31: varslingen går igjen. Se over åpne varsler."]
    await watched.look(3600, every_s=60)
    assert len(watched.said) == 3


async def test_what_is_only_so_for_a_moment_is_not_shouted(watched: Watched) -> None:
    """A planned restart takes seconds: it must not wake anybody."""
    await watched.look(70, alive=False)
    await watched.look(30)

    assert watched.said == []


async def test_a_new_trouble_is_told_at_once_beside_the_old(watched: Watched) -> None:
    await watched.look(100, alive=False)
    await watched.night.press()
    await watched.change(update(tables.Notice).values(state=NoticeState.WAITING, not_before=NIGHT))
    await watched.look(60, alive=False)

    assert len(watched.said) == 2
    assert "Meldinger som ikke blir sendt: " in watched.said[1]


async def test_a_provider_that_refuses_is_asked_again_at_the_next_look(watched: Watched) -> None:
    watched.phones.network = {GUARD: breaks, DEPUTY: breaks}
    await watched.look(100, alive=False)
    assert watched.said == []

    watched.phones.network = {DEPUTY: breaks}
    await watched.look(10, alive=False)
    assert len(watched.said) == 1


async def test_what_it_says_names_nobody(watched: Watched) -> None:
    """C24: what is shouted carries counts, never a person, a place or a health word."""
    await watched.night.press()
    watched.night.clock.advance(seconds=120)
    for damage in (_overdue, _waits, _undecided):
        async with watched.night.database.write() as session:
            await damage(watched, session)
    await watched.look(60, alive=False)

    assert watched.said
    for said in watched.said:
        assert CANARY not in said.casefold()
        assert "anna" not in said.casefold()
        assert len(said) <= 306


async def test_looking_takes_no_lock_that_an_alarm_would_wait_for(watched: Watched) -> None:
    async with watched.night.database.write():
        assert await asyncio.wait_for(watched.look(alive=False), 5) >= set()
