"""What is read by columns, or in another order, of a whole municipality: the same as row by row."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import delete, select

from carehub.core.folding.silence import Why
from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function
from carehub.core.watching.blindness import Guard, off
from carehub.core.watching.supervision import BATTERY_EMPTY, DeviceKind
from carehub.flow.watching import protection
from carehub.store import blindness, heard, legal, registers, tables
from carehub.store.database import Database, Session
from carehub.store.registers import Show
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind
from tests.journeys.building import Night

NOW = datetime(2026, 1, 15, 2, 14, tzinfo=UTC)
_HOMES, _DEVICES, _DAY = 6, 60, timedelta(days=1)
_NAMES = ("anna", "bjarne", "liv")
_WORDS = ("hjem 1", "HJEM", "Ø", "ø", "BLÅ", "dør 1", "sensor 1", "%", "_", "10", "finnes ikke")


async def town(database: Database, dice: random.Random) -> None:
    """Homes in which two live, with devices in every state, of one of them or of both, and silences."""
    async with database.write() as session:
        session.add(tables.Unit(id="u", name="Sone", kind=UnitKind.ZONE))
        await session.flush()
        for n in range(_HOMES):
            session.add(
                tables.Scope(id=f"s{n}", kind=ScopeKind.HOME, name=f"Hjem {n} Ø", unit_id=dice.choice(["u", None]))
            )
            session.add_all(tables.Resident(id=f"r{n}{x}", given_name=x, family_name="Berg") for x in "ab")
        await session.flush()
        for n in range(_HOMES):
            for x in "ab":
                session.add(
                    tables.Residency(id=f"l{n}{x}", resident_id=f"r{n}{x}", scope_id=f"s{n}", since=_some(dice))
                )
        for n in range(_DEVICES):
            session.add(_device(dice, n))
        await session.flush()
        for n in range(_DEVICES):
            home = dice.randrange(_HOMES)
            session.add(
                tables.Assignment(
                    id=f"a{n}", device_id=f"d{n}", scope_id=f"s{home}", since=NOW - timedelta(days=dice.randrange(3)),
                    resident_id=dice.choice([None, f"r{home}a", f"r{home}b"]), until=dice.choice([None, None, NOW]),
                )
            )  # fmt: skip
        for n in range(40):
            session.add(
                tables.Silence(
                    id=f"q{n}", why=dice.choice([Why.AWAY, Why.IN_SERVICE]), since=NOW - timedelta(hours=1),
                    until=NOW + timedelta(hours=dice.randrange(-1, 5)), wanted_until=NOW, asked_by_id=None,
                    scope_id=dice.choice([None, "s0", "s1"]), device_id=dice.choice([None, "d0", "d1", "d2"]),
                )
            )  # fmt: skip


def _some(dice: random.Random) -> datetime:
    return NOW + timedelta(days=dice.choice([-9, -1, 0, 1]))


def _device(dice: random.Random, n: int) -> tables.Device:
    return tables.Device(
        id=f"d{n}", source="x", address=f"enhet-{n}",
        label=dice.choice([None, "", f"Sensor {n}", f"Ø 100 % {n}", f"Blå dør {n}"]),
        model=dice.choice([None, "m_1"]), kind=dice.choice(list(DeviceKind)), status=dice.choice(list(DeviceStatus)),
        silent_since=dice.choice([None, None, NOW - timedelta(hours=n)]), last_seen_at=dice.choice([None, NOW]),
        battery=dice.choice([None, BATTERY_EMPTY, BATTERY_EMPTY + 0.5, 80.0]),
    )  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
async def test_a_search_finds_and_counts_what_looking_at_each_device_does(database: Database, seed: int) -> None:
    await town(database, random.Random(seed))
    async with database.read() as session:
        every = [row for show in (Show.ALL, Show.RETIRED) for row in await registers.devices(session, show, "")]
        for show in (Show.ALL, Show.SILENT, Show.RETIRED):
            listed = await registers.devices(session, show, "")
            for words in _WORDS:
                found, many = await registers.device_page(session, show, words, None, 1)

                wanted = [row.device.id for row in listed if _holds(row, words)]
                assert ([row.device.id for row in found], many) == (wanted, len(wanted)), (show, words)
                assert await registers.device_page(session, show, words, None, 2) == ([], many)
            assert (await registers.device_page(session, show, "", None, 1))[1] == len(listed)
    assert len(every) == _DEVICES


def _holds(row: registers.DeviceRow, words: str) -> bool:
    said = (row.device.address, row.device.label, row.device.model, row.scope and row.scope.name)
    return any(words.lower() in (one or "").lower() for one in said)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("silences", [True, False])
async def test_what_may_be_off_is_the_same_as_of_each_device_by_itself(
    database: Database, seed: int, *, silences: bool
) -> None:
    await town(database, random.Random(seed))
    if not silences:
        async with database.write() as session:
            await session.exec(delete(tables.Silence))
    for unit in (None, "u"):
        async with database.read() as session:
            found = {one.resident.id: one for one in await blindness.watched(session, NOW, unit)}
            wanted = await _guards_by_hand(session)
            living = (await session.exec(select(tables.Residency, tables.Scope).join(tables.Scope))).all()

        here = {one.resident_id for one, scope in living if one.since <= NOW and unit in {None, scope.unit_id}}
        assert set(found) == here
        for who, one in found.items():
            off_now = [guard for guard in one.guards if off(guard)[0] or guard.silenced_until]
            assert sorted(off_now, key=_name) == sorted(wanted.get(who, []), key=_name)


@pytest.mark.parametrize("seed", range(3))
async def test_what_a_home_is_heard_to_tell_is_the_same_as_of_each_kind_by_itself(
    database: Database, seed: int
) -> None:
    dice = random.Random(seed)
    await town(database, dice)
    kinds = ("motion.detected", "door.opened", 'a "word" of theirs', "[], ved døren", "power")
    told = [(f"d{n}", kind) for n in range(_DEVICES) for kind in kinds if dice.random() < 0.3]
    async with database.write() as session:
        for device, kind in told:
            ago = dice.choice([timedelta(hours=1), heard.FORGOTTEN_AFTER - _DAY, heard.FORGOTTEN_AFTER])
            session.add(tables.HeardKind(device_id=device, kind=kind, last_at=NOW - ago))
    for only in (None, ["s0", "s1", "elsewhere"]):
        async with database.read() as session:
            found = await heard.by_home(session, NOW, only)
            rows = (await session.exec(select(tables.HeardKind))).all()
            stands = (await session.exec(select(tables.Assignment))).all()

        wanted: dict[str, dict[str | None, set[str]]] = {}
        for where in (one for one in stands if one.until is None and (only is None or one.scope_id in only)):
            for one in rows:
                if one.device_id == where.device_id and one.last_at > NOW - heard.FORGOTTEN_AFTER:
                    wanted.setdefault(where.scope_id, {}).setdefault(where.resident_id, set()).add(one.kind)
        assert found == wanted
        assert wanted


def _name(one: Guard) -> str:
    return one.device


async def _guards_by_hand(session: Session) -> dict[str, list[Guard]]:
    """By resident: what is off, or silenced."""
    held = [one for one in (await session.exec(select(tables.Silence))).all() if one.why is not Why.AWAY]
    held = [one for one in held if one.since <= NOW < one.until]
    found: dict[str, list[Guard]] = {}
    for stands, device in (await session.exec(select(tables.Assignment, tables.Device).join(tables.Device))).all():
        if stands.until is not None or device.status not in {DeviceStatus.IN_SERVICE, DeviceStatus.NOT_IN_SERVICE}:
            continue
        ends = [
            one.until
            for one in held
            if one.device_id == device.id or (one.device_id is None and one.scope_id == stands.scope_id)
        ]
        guard = Guard(
            device=device.id, name=device.label or device.address, kind=device.kind,
            proven=device.status is DeviceStatus.IN_SERVICE, since=stands.since, silent_since=device.silent_since,
            last_heard=device.last_seen_at, battery=device.battery, silenced_until=max(ends, default=None),
        )  # fmt: skip
        if off(guard)[0] or ends:
            home = stands.scope_id.removeprefix("s")
            for who in [stands.resident_id] if stands.resident_id else [f"r{home}a", f"r{home}b"]:
                found.setdefault(who, []).append(guard)
    return found


@pytest.mark.parametrize("seed", range(3))
async def test_who_lacks_what_by_the_register_is_the_same_as_of_each_ground_by_itself(night: Night, seed: int) -> None:
    dice = random.Random(seed)
    async with night.database.write() as session:
        for n in range(60):
            session.add(
                tables.LegalBasis(
                    id=f"b{n}", resident_id=dice.choice(_NAMES), function=dice.choice(list(Function)),
                    basis=dice.choice(list(Basis)), objection=dice.random() < 0.1, since=_some(dice), made_at=NOW,
                    until=dice.choice([None, _some(dice), _some(dice)]), ended_at=dice.choice([None, NOW]),
                )
            )  # fmt: skip
    async with night.database.read() as session:
        for hours in (-30, 0, 30):
            now = NOW + timedelta(hours=hours)
            found = await protection.unprotected(night.hub, session, now)
            grounds, feeds = await legal.grounds(session), await heard.by_home(session, now)
            rules = protection._judging(night.rulebook)
            for who in _NAMES:
                mine = [one for one in grounds if one.resident == who]
                wanted = protection._unfounded(rules, mine, protection._kinds(feeds.get(f"home:{who}", {}), who), now)

                # What was decided away, or said no to, comes before and is told by other stories.
                assert [*found[who]][len(found[who]) - len(wanted) :] == wanted
