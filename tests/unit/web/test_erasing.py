"""Erasing a resident: a dry run, two persons, nothing left but what the law keeps, and seals that hold (C80)."""

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import SQLModel, select

from carehub.core.answers.alerts import Status
from carehub.core.days.usual import Quantiles, Usual
from carehub.core.events import CommandKind
from carehub.core.people.erasure import PLAN
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import erasure, logins, readings, reasons, seals, tables
from carehub.store.tables.stream import FoldInputKind
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

_CANARIES = (
    "Astrid", "Nordby", "+4791234567", "Hører dårlig", "Anne Nordby", "Søvngjengeren", "Kusinen", "anne-hos-idporten",
    "1337.25", "Sto opp klokka tre",
)  # fmt: skip


async def _moved_out(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Residency, "r-astrid")).until = clock.now - timedelta(days=1)
        for alert in (await session.exec(select(tables.Alert).where(tables.Alert.resident_id == "astrid"))).all():
            alert.status, alert.closed_at, alert.detail = Status.CLOSED, clock.now, "Astrid falt"
        for who in ("kari", "admin"):
            (await session.get_one(tables.Person, who)).unit_id = None
        now = clock.now
        session.add(
            tables.RuleOverride(
                id=new_id(), rule_id="night-exit", resident_id="astrid", body="{}", was="{}", since=now,
                why="Søvngjengeren", made_at=now,
            )
        )  # fmt: skip
        session.add(
            tables.OpenedFile(
                id=new_id(), person_id="jonas", resident_id="astrid", reason="Kusinen ringte", at=now, until=now
            )
        )  # fmt: skip
        session.add(
            tables.PersonIdentity(
                issuer="https://id.example", subject="anne-hos-idporten", person_id="anne", provider="idporten",
                linked_at=now,
            )
        )  # fmt: skip


async def _known_of(hub: Hub, clock: Clock) -> None:
    """What is usual for her, and why a rule kept quiet: in tables that do not name her."""
    usual = Quantiles(days=30, p50=1337.25, p75=1340, p90=1350, p95=1360)
    told = Usual(resident="astrid", until=clock.now, of={"bedtime": usual})
    async with hub.database.write() as session:
        session.add_all([
            tables.FoldInput(
                seq=91_000, at=clock.now - timedelta(days=2), scope_id="rom-104", kind=FoldInputKind.COMMAND,
                command=CommandKind.USUAL, usual=msgspec.json.encode(told).decode(),
            ),
            tables.FoldInput(
                seq=91_001, at=clock.now, scope_id="rom-112", kind=FoldInputKind.COMMAND, command=CommandKind.USUAL,
                usual=msgspec.json.encode(Usual(resident="kaare", until=clock.now, of={})).decode(),
            ),
            *(
                tables.HeldBack(
                    seq=seq, rule_id="night-exit", event_seq=1, at=clock.now - timedelta(days=days), scope_id=scope,
                    body=f'{{"why": "{words}"}}',
                )
                for seq, days, scope, words in (
                    (91_002, 2, "rom-104", "Sto opp klokka tre"), (91_003, 900, "rom-104", "den som bodde her før"),
                    (91_004, 2, "rom-112", "naboen"),
                )
            ),
        ])  # fmt: skip


async def _everything(hub: Hub) -> str:
    """Every row of every table, as text."""
    found = []
    async with hub.database.connect() as connection:
        for table in SQLModel.metadata.sorted_tables:
            found += [f"{table.name}: {row}" for row in (await connection.execute(table.select())).all()]
    return "\n".join(found)


async def test_who_still_lives_there_is_not_erased_and_a_hold_keeps_everything(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    page = "/admin/residents/astrid/erasure"

    assert "bor fortsatt her" in (await kari.get(page)).text
    assert (await kari.post(page, data={"reason": "Ønsker det"})).status_code == 409
    assert (await kari.post("/admin/residents/astrid/hold", data={"reason": "Tilsyn pågår"})).status_code == 303
    assert "Tilsyn pågår" in (await kari.get(page)).text
    assert (await kari.post("/admin/residents/astrid/hold/end")).status_code == 303
    assert "Tilsyn pågår" not in (await kari.get(page)).text


async def test_one_asks_another_confirms_and_nothing_of_them_is_left_c82(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    await _moved_out(hub, clock)
    await _known_of(hub, clock)
    kari, admin = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "admin")
    page = "/admin/residents/astrid/erasure"
    shown = (await kari.get(page)).text
    assert [line.title for line in PLAN if line.title not in shown] == []
    before = await _everything(hub)
    assert [one for one in _CANARIES if one not in before] == []

    assert (await kari.post(page, data={"reason": "Dødsfall"})).status_code == 303
    assert (await kari.post(f"{page}/agree")).status_code == 409
    still = await _everything(hub)
    assert [one for one in _CANARIES if one not in still] == []
    assert (await admin.post(f"{page}/agree")).status_code == 303

    async with hub.database.read() as session:
        resident = await session.get_one(tables.Resident, "astrid")
        stone = await erasure.newest(session, "astrid")
        anne = await session.get_one(tables.Person, "anne")
        assert (resident.given_name, resident.phone, resident.note) == ("Slettet", None, None)
        assert (anne.active, anne.name) == (False, "Slettet")
        assert stone is not None
        assert stone.done_at == clock.now
        assert (stone.asked_by_id, stone.agreed_by_id) == ("kari", "admin")
        assert (await seals.check(session)).broken_at is None
    rest = "\n".join(line for line in (await _everything(hub)).splitlines() if "'astrid'" in line)
    assert [one for one in _CANARIES if one in rest] == []
    assert "Anne Nordby" not in await _everything(hub)
    left = await _everything(hub)
    assert [one for one in ("anne-hos-idporten", "1337.25", "Sto opp klokka tre") if one in left] == []
    assert [one for one in ("den som bodde her før", "naboen", '"resident":"kaare"') if one not in left] == []
    assert "slettet" in (await admin.get(page)).text


@BOTH
async def test_no_message_keeps_the_number_of_a_relative_who_is_erased_c82(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """C82: messages of no alert, by the number alone where nobody else has it; a way that waits for its code."""
    await _moved_out(hub, clock)
    hers, shared, now = "+4799911111", "+4799922222", clock.now
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "anne")).phone = hers
        ways = (("hers", "anne", "+4799933333"), ("ours", "anne", shared), ("his", "jonas", shared))
        session.add_all([
            tables.ContactMethod(id=name, person_id=who, channel="sms", address=number, created_at=now)
            for name, who, number in ways
        ])  # fmt: skip
        await session.flush()
        session.add(tables.ContactCheck(method_id="hers", code_hash="0" * 64, sent_at=now, expires_at=now))
        told = (
            ("letter", "anne", hers), ("answer", None, hers), ("code", "anne", "+4799933333"),
            ("to-both", None, shared), ("to-him", "jonas", shared), ("reminder", "jonas", "+4790000001"),
        )  # fmt: skip
        session.add_all([
            tables.Notice(
                id=name, person_id=who, channel="sms", address=number, text="", severity=Severity.NORMAL, cycle=name,
                created_at=now, not_before=now,
            )
            for name, who, number in told
        ])  # fmt: skip
    kari, admin = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "admin")
    page = "/admin/residents/astrid/erasure"
    assert (await kari.post(page, data={"reason": "Dødsfall"})).status_code == 303

    assert (await admin.post(f"{page}/agree")).status_code == 303

    left = await _everything(hub)
    assert [number for number in (hers, "+4799933333") if number in left] == []
    async with hub.database.read() as session:
        names = set((await session.exec(select(tables.Notice.id))).all())
    assert {name for name, *_ in told} & names == {"to-both", "to-him", "reminder"}


@BOTH
async def test_what_was_written_in_the_log_is_erased_and_its_chain_holds_c81_c82(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    """The log keeps a hash; a row from before keeps its text, and the seals of both verify. ADR 26."""
    async with hub.database.write() as session:
        session.add(
            tables.AccessLog(at=clock.now, action="file.opened", resident_id="astrid", because="Fra den gamle tiden")
        )
        about: list[tuple[str | None, str]] = [("astrid", "alert:1")]
        logins.log_reading(session, "jonas", "file.opened", about, clock.now, said="Kusinen Berit ringte")
        logins.log_reading(session, "jonas", "file.opened", [("odd", "alert:2")], clock.now, said="Odd ropte")
    assert [one for one in ("Kusinen Berit",) if one not in await _everything(hub)] == []
    clock.passes(timedelta(minutes=11))
    async with hub.database.write() as session:
        assert await seals.seal(session, clock.now) > 0
    await _moved_out(hub, clock)
    kari, admin = await logged_in(browser(), hub, "kari"), await logged_in(browser(), hub, "admin")
    page = "/admin/residents/astrid/erasure"
    looks = "/admin/residents/astrid/readings"
    assert "Kusinen Berit ringte" in (await kari.get(looks)).text
    assert (await kari.post(page, data={"reason": "Dødsfall"})).status_code == 303
    assert (await admin.post(f"{page}/agree")).status_code == 303

    left = await _everything(hub)
    assert "Kusinen Berit" not in left
    assert "Odd ropte" in left
    assert "Fra den gamle tiden" in left, "it is in the seals of old: said on the page"
    assert "før november 2026" in (await admin.get(page)).text
    async with hub.database.read() as session:
        assert (await seals.check(session)).broken_at is None
        told = await readings.about(session, "astrid", clock.now - timedelta(days=1), clock.now)
    assert reasons.GONE in [one.because for one in told]


@BOTH
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE access_reason SET text = 'noe annet'",
        "UPDATE access_reason SET text = '', salt = ''",
        "DELETE FROM access_reason",
    ],
)
async def test_nobody_blanks_what_was_written_without_an_agreed_erasure_c41(
    hub: Hub, clock: Clock, change: str
) -> None:
    async with hub.database.write() as session:
        logins.log_reading(session, "jonas", "file.opened", [("odd", "alert:2")], clock.now, said="Odd ropte")

    with pytest.raises(DBAPIError, match="can only be erased"):
        async with hub.database.write() as session:
            await (await session.connection()).exec_driver_sql(change)


@pytest.mark.parametrize("change", ["UPDATE access_reason SET text = 'Løgn'", "DELETE FROM access_reason"])
async def test_words_that_were_changed_past_the_triggers_break_the_seal_c81(
    hub: Hub, clock: Clock, change: str
) -> None:
    async with hub.database.write() as session:
        logins.log_reading(session, "jonas", "file.opened", [("odd", "alert:2")], clock.now, said="Odd ropte")
    clock.passes(timedelta(minutes=11))
    async with hub.database.write() as session:
        await seals.seal(session, clock.now)
        assert (await seals.check(session)).broken_at is None
        connection = await session.connection()
        for trigger in ("access_reason_blank_only", "access_reason_no_delete"):
            await connection.exec_driver_sql(f"DROP TRIGGER {trigger}")
        await connection.exec_driver_sql(change)

    async with hub.database.read() as session:
        assert (await seals.check(session)).broken_at is not None


async def test_a_question_can_be_taken_back(hub: Hub, browser: Browse, clock: Clock) -> None:
    await _moved_out(hub, clock)
    kari = await logged_in(browser(), hub, "kari")
    page = "/admin/residents/astrid/erasure"
    await kari.post(page, data={"reason": "Feil person"})

    assert (await kari.post(f"{page}/withdraw")).status_code == 303

    assert "Feil person" not in (await kari.get(page)).text
    assert (await kari.post(f"{page}/agree")).status_code == 409


def test_every_table_that_names_a_resident_is_erased_or_kept_on_purpose() -> None:
    """A new table is emptied by itself; what is kept must be named, and must exist."""
    naming = {table.name for table in SQLModel.metadata.sorted_tables if "resident_id" in table.columns}

    assert naming >= erasure.KEPT - {"resident", "alert_event", "alert_step"}


@pytest.mark.parametrize("path", ["/admin/retention"])
async def test_the_page_says_what_goes_tonight_and_by_which_law(hub: Hub, browser: Browse, path: str) -> None:
    shown = (await (await logged_in(browser(), hub, "kari")).get(path)).text

    assert "Pasientjournalloven" in shown
    assert "Hendelser fra sensorer" in shown
