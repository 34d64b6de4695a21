"""Protected addresses (C39): what is told to whom, field by field, and homes of which the store itself says nothing."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from sqlalchemy import update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from carehub.core.people.access import TELLS, Errand, Errands, Mark, Role, Where, must_go, tells
from carehub.core.severity import Severity
from carehub.store import erasure, protected, residents, tables
from carehub.store.database import Database
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind
from carehub.web.rights.access_table import written

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
STREET = "Kanarigata 7"
_WAY = {Where.NAME, Where.ADDRESS, Where.ENTRY}


@pytest.mark.parametrize("mark", [Mark.CONFIDENTIAL, Mark.STRICT])
@pytest.mark.parametrize("what", Where)
def test_field_by_field_a_protected_address_is_told_where_it_must_be_and_nowhere_else(mark: Mark, what: Where) -> None:
    told = {errand for errand in Errand if tells(mark, errand, what)}

    guardian = {Errand.GUARDIAN} if mark is Mark.CONFIDENTIAL else set()
    expected = {
        Where.PRESENCE: {Errand.STAFF}, Where.ROUTE: set(), Where.POSITION: set(),
        **dict.fromkeys(_WAY, {Errand.GOING, Errand.SELF} | guardian),
    }  # fmt: skip
    assert told == expected[what]


def test_a_mark_never_tells_more_than_none_and_a_strict_one_never_more_than_a_confidential() -> None:
    for errand in Errand:
        assert TELLS[Mark.STRICT][errand] <= TELLS[Mark.CONFIDENTIAL][errand] <= TELLS[Mark.NONE][errand]


def test_nothing_of_where_somebody_lives_leaves_the_house_and_coordinates_are_told_nobody() -> None:
    assert [TELLS[mark][Errand.OUTSIDE] for mark in Mark] == [frozenset()] * 3
    assert not any(tells(mark, errand, Where.POSITION) for mark in Mark for errand in Errand)


def test_the_printed_table_holds_every_grading_by_every_errand() -> None:
    table = written([])

    assert "| strict, going | yes | yes | yes | – | – | – |" in table
    assert "| none, going | yes | yes | yes | yes | – | – |" in table
    assert all(f"| {mark}, {errand} |" in table for mark in Mark for errand in Errand)


_EVERY = [Errands(**dict(zip(Errands.__slots__, flags, strict=True))) for flags in product((False, True), repeat=6)]


@pytest.mark.parametrize("to", _EVERY)
def test_who_must_go_there_has_it_and_was_sent(to: Errands) -> None:
    """All 64 ways in which somebody can be near it."""
    sent = to.asked or to.reason
    confidential = (to.has and (sent or to.of_unit)) or (to.shared and to.of_unit)
    strict = to.has and (sent or (to.of_unit and to.on_duty))

    assert must_go(Mark.CONFIDENTIAL, to) == confidential
    assert must_go(Mark.STRICT, to) == strict


# --- homes ------------------------------------------------------------------------------------


async def _village(database: Database) -> None:
    async with database.write() as session:
        session.add(tables.Unit(id="u", name="Sør", kind=UnitKind.ZONE))
        session.add(tables.Person(id="kari", name="Kari", username="kari", role=Role.COORDINATOR))
        session.add_all(tables.Resident(id=who, given_name="Gerd", family_name="Li") for who in ("gerd", "odd"))
        await session.flush()
        session.add(tables.Scope(id="a", kind=ScopeKind.HOME, name=STREET, unit_id="u", access_note="Bak huset"))
        session.add(tables.Scope(id="b", kind=ScopeKind.HOME, name="Andre vei 2", unit_id="u"))
        session.add(tables.Scope(id="rom", kind=ScopeKind.ROOM, name="Rom 104", unit_id="u"))
        session.add(tables.Device(id="d", source="z", address="kanarigata_7/bad", status=DeviceStatus.IN_SERVICE))
        session.add(tables.Device(id="e", source="z", address="0x01", label="Dør", status=DeviceStatus.IN_SERVICE))
        await session.flush()
        session.add(tables.Assignment(id="sd", device_id="d", scope_id="a", since=NOW))
        session.add(tables.Assignment(id="se", device_id="e", scope_id="a", since=NOW))
        for who in ("gerd", "odd"):
            await residents.move_in(session, who, "a", NOW - timedelta(days=9))
        session.add(
            tables.Alert(
                id="x", dedup_key="x", kind="k", severity=Severity.NORMAL, scope_id="a", unit_id="u", rule_id="r",
                rule_version="1", raised_at=NOW, last_event_at=NOW, due_at=NOW, detail=f"Stille i {STREET}",
            )
        )  # fmt: skip


async def _grade(database: Database, who: str = "gerd", mark: Mark = Mark.STRICT) -> bool:
    async with database.write() as session:
        return await protected.grade(session, who, mark, "Brev", "kari", NOW)


async def _lift(database: Database, who: str = "gerd", to: Mark = Mark.NONE) -> None:
    async with database.write() as session:
        assert await protected.ask_to_lower(session, who, to, "Opphevet", "kari", NOW)
        assert await protected.agree(session, who, "tor", NOW)


async def _home(database: Database, scope: str = "a") -> tuple[str, str | None]:
    async with database.read() as session:
        home = await session.get_one(tables.Scope, scope)
        return home.name, home.access_note


async def test_a_sealed_home_says_nothing_and_is_as_it_was_when_two_have_lifted_it(database: Database) -> None:
    await _village(database)
    async with database.write() as session:
        session.add(tables.Person(id="tor", name="Tor", username="tor", role=Role.ADMINISTRATOR))

    assert await _grade(database)
    assert not await _grade(database), "it is so already"
    assert await _home(database) == ("Skjermet adresse 1", None)
    async with database.read() as session:
        assert [(await session.get_one(tables.Device, one)).label for one in "de"] == ["Utstyr 1", "Dør"]
        assert (await session.get_one(tables.Alert, "x")).detail == "Stille i Skjermet adresse 1"
        assert await protected.of_home(session, "a") is Mark.STRICT
        assert await protected.of_home(session, "b") is Mark.NONE

    await _lift(database, to=Mark.CONFIDENTIAL)
    assert (await _home(database))[0] == "Skjermet adresse 1"
    await _lift(database)
    assert await _home(database) == (STREET, "Bak huset")
    async with database.read() as session:
        assert (await session.get_one(tables.Device, "d")).label is None


@pytest.mark.parametrize("values", [{"name": "Kanarigata 7"}, {"access_note": "Kanarigata"}])
async def test_the_database_itself_refuses_to_put_an_address_back(database: Database, values: dict[str, str]) -> None:
    """Whatever road it takes: a form, a file, a later release."""
    await _village(database)
    await _grade(database)

    with pytest.raises(DBAPIError, match="cover name"):
        async with database.write() as session:
            await session.exec(update(tables.Scope).where(col(tables.Scope.id) == "a").values(**values))

    assert await _home(database) == ("Skjermet adresse 1", None)


async def test_of_two_in_one_home_the_strictest_holds_and_the_last_one_lifts(database: Database) -> None:
    await _village(database)
    async with database.write() as session:
        session.add(tables.Person(id="tor", name="Tor", username="tor", role=Role.ADMINISTRATOR))
    await _grade(database, "gerd", Mark.STRICT)
    await _grade(database, "odd", Mark.CONFIDENTIAL)
    async with database.read() as session:
        assert await protected.of_home(session, "a") is Mark.STRICT

    await _lift(database, "gerd")

    async with database.read() as session:
        assert await protected.of_home(session, "a") is Mark.CONFIDENTIAL
    assert (await _home(database))[0] == "Skjermet adresse 1"
    await _lift(database, "odd")
    assert (await _home(database))[0] == STREET


async def test_who_moves_is_hidden_there_too_and_who_leaves_stays_hidden(database: Database) -> None:
    await _village(database)
    await _grade(database)

    async with database.write() as session:
        await residents.move_in(session, "gerd", "b", NOW)
    assert [(await _home(database, one))[0] for one in "ab"] == ["Skjermet adresse 1", "Skjermet adresse 2"]
    async with database.write() as session:
        assert await protected.show_home(session, "a")
        await residents.end(session, "gerd", "kari", NOW)
        assert not await protected.show_home(session, "b"), "where she lived last"
    assert [(await _home(database, one))[0] for one in "ab"] == [STREET, "Skjermet adresse 2"]


async def test_a_room_of_the_care_centre_is_no_address(database: Database) -> None:
    await _village(database)
    async with database.write() as session:
        await residents.move_in(session, "gerd", "rom", NOW)

    await _grade(database)

    assert (await _home(database, "rom"))[0] == "Rom 104"
    async with database.read() as session:
        assert await protected.of_home(session, "rom") is Mark.STRICT


async def test_an_erasure_takes_the_grading_and_what_the_home_was_called(database: Database) -> None:
    await _village(database)
    async with database.write() as session:
        await residents.move_in(session, "gerd", "b", NOW)
    await _grade(database)

    for step in erasure.STEPS:
        async with database.write() as session:
            await step(session, "gerd")

    assert await _home(database, "b") == (erasure.NAMELESS, None)
    async with database.read() as session:
        assert (await session.exec(select(tables.SealedHome))).all() == []
        assert (await session.exec(select(tables.AddressMark))).all() == []


@pytest.mark.parametrize(
    ("text", "told"), [("storgata_5_b/kjøkken", True), ("STORGATA 5B", True), ("Storgata 6", False), ("0x0158", False)]
)
def test_a_devices_name_tells_the_address_however_it_is_written(text: str, *, told: bool) -> None:
    assert protected.names_it(text, "Storgata 5 B") is told
