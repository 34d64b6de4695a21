"""Fills a database with a believable night in an invented municipality, and serves it on loopback.

    python tests/browser/seed.py 8123 [calm|broker|evening|a file.db]
    python tests/browser/seed.py make a file.db

Nobody here exists.
"""

import asyncio
import random
import socket
import sys
import tempfile
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.findings import Outcome
from carehub.core.people.access import Role
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import GivenBy, Ground
from carehub.core.rules.rulebook import Rulebook
from carehub.core.showing.terms import PLACES
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Health, Hub
from carehub.kit import log
from carehub.kit.clock import utc_now
from carehub.plugins import load_rulebook
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind
from carehub.village.people import national_id
from integrations.channels.console import ConsoleChannel
from integrations.sources import carehub_v1, zigbee2mqtt
from tests.browser import seed_alerts, seed_backtests, seed_family, seed_homecare, seed_models, seed_ward
from tests.passwords import QUICK, quick_web

PASSWORD = "solskinn-om-natten"
ZONE = "Europe/Oslo"
_HASH = QUICK.hash(PASSWORD)
_MIN = timedelta(minutes=1)
_HOUR = timedelta(hours=1)

_UNITS = (
    ("sol", "Solsiden", UnitKind.WARD, "+4799900701"),
    ("fjord", "Fjordgløtt", UnitKind.WARD, None),
    ("sentrum", "Hjemme sentrum", UnitKind.ZONE, "+4799900703"),
)
_PEOPLE = (
    ("maria", "Maria Hauge", Role.CARE_CENTRE, "sol", True),
    ("jonas", "Jonas Lie", Role.CARE_CENTRE, "fjord", True),
    ("ingrid", "Ingrid Solbakken", Role.NURSE, "sentrum", True),
    ("emir", "Emir Hodžić", Role.NURSE, "sentrum", False),
    ("kari", "Kari Åsen", Role.COORDINATOR, None, True),
    ("tor", "Tor Berget", Role.TECHNICIAN, None, False),
    ("admin", "Øystein Vik", Role.ADMINISTRATOR, None, False),
    ("anne", "Anne Nordby", Role.RELATIVE, None, False),
    ("per", "Per Bakke", Role.RELATIVE, None, False),
    ("lise", "Lise Dahl", Role.RELATIVE, None, False),
    ("gro", "Gro Myhre", Role.RELATIVE, None, False),
    ("ragnhild-selv", "Ragnhild Dahl", Role.RESIDENT, None, False),
    ("rune", "Rune Moe", Role.AUDITOR, None, False),
)
_RESIDENTS = (
    ("astrid", "Astrid", "Nordby", "rom-104", "Rom 104", "sol"),
    ("kaare", "Kåre", "Bakke", "rom-112", "Rom 112", "sol"),
    ("ragnhild", "Ragnhild", "Dahl", "rom-108", "Rom 108", "sol"),
    ("odd", "Odd", "Sæther", "rom-203", "Rom 203", "fjord"),
    ("gerd", "Gerd", "Øverland", "rom-207", "Rom 207", "fjord"),
    ("arne", "Arne", "Fossum", "storgata-5b", "Storgata 5 B", "sentrum"),
    ("solveig", "Solveig", "Myhre", "bakkeveien-12", "Bakkeveien 12", "sentrum"),
)
_STANDING = {"seg selv": Standing.SELF, "verge": Standing.GUARDIAN}
_FAMILY_PHONES = {"anne": "+4790000101", "per": "+4790000102", "lise": "+4790000103"}
_PLACES = ("bedroom", "bathroom", "living_room", "kitchen", "entrance")


async def fill(session: AsyncSession, now: datetime, *, calm: bool = False, stream: bool = True) -> None:
    """Units, people, rooms, devices and a night's events; with alerts unless it is a calm one."""
    for unit_id, name, kind, phone in _UNITS:
        session.add(tables.Unit(id=unit_id, name=name, kind=kind, phone=phone))
    await session.flush()
    for username, name, role, unit, duty in _PEOPLE:
        session.add(
            tables.Person(
                id=username,
                name=name,
                username=username,
                role=role,
                unit_id=unit,
                on_duty=duty,
                password_hash=_HASH,
                phone="+4790000000" if role is Role.NURSE else _FAMILY_PHONES.get(username),
            )
        )
    _homes(session)
    _devices(session, now)
    await session.flush()
    await seed_ward.draw(session, now)
    _settle(session, now)
    _relations(session, now)
    if stream:
        _stream(session, now)
        _ways(session, now)
        await seed_ward.add_life(session, now)
        await seed_alerts.add_fortnight(session, now)
        seed_models.add(session, now)
        seed_family.add(session, now)
    await seed_homecare.add(session, now)
    await seed_alerts.add_closed(session, now)
    if not calm:
        await seed_alerts.add_open(session, now)
        if stream:
            seed_family.ask(session, now)


def _homes(session: AsyncSession) -> None:
    session.add(tables.Scope(id="hub", kind=ScopeKind.HUB, name="Huben"))
    for index, (who, given, family, scope, name, unit) in enumerate(_RESIDENTS):
        kind = ScopeKind.HOME if unit == "sentrum" else ScopeKind.ROOM
        note = "Nøkkelboks ved døren, kode 2580. Hund i gangen." if unit == "sentrum" else None
        session.add(tables.Scope(id=scope, kind=kind, name=name, unit_id=unit, access_note=note))
        session.add(
            tables.Resident(
                id=who,
                given_name=given,
                family_name=family,
                phone="+4791234567",
                note="Hører dårlig på venstre øre.",
                national_id=national_id(random.Random(index), 1938, is_woman=True),
            )
        )


def _settle(session: AsyncSession, now: datetime) -> None:
    """Who lives where, and what stands where: after both exist."""
    since = now - 90 * 24 * _HOUR
    for who, *_, scope, _name, _unit in _RESIDENTS:
        session.add(tables.Residency(id=f"r-{who}", resident_id=who, scope_id=scope, since=since))
        for place in _PLACES:
            device = f"{who}-{place}"
            session.add(tables.Assignment(id=f"a-{device}", device_id=device, scope_id=scope, place=place, since=since))


def _devices(session: AsyncSession, now: datetime) -> None:
    for index, (who, *_, scope, _name, _unit) in enumerate(_RESIDENTS):
        for place in _PLACES:
            silent = now - 3 * _HOUR if (who, place) in {("odd", "bathroom"), ("arne", "entrance")} else None
            device = f"{who}-{place}"
            session.add(
                tables.Device(
                    id=device,
                    source="zigbee2mqtt",
                    address=f"zigbee2mqtt/{scope}/{place}",
                    label=f"Bevegelse {PLACES[place]}",
                    model="SNZB-03P",
                    kind=DeviceKind.SENSOR,
                    status=DeviceStatus.IN_SERVICE,
                    first_seen_at=now - 90 * 24 * _HOUR,
                    last_seen_at=silent or now - index * _MIN,
                    silent_since=silent,
                    battery=80.0 - index * 9,
                )
            )
    session.add(
        tables.Device(
            id="ukjent",
            source="zigbee2mqtt",
            address="0x00158d0001a2b3c4",
            status=DeviceStatus.UNKNOWN,
            first_seen_at=now - 20 * _MIN,
            last_seen_at=now - 2 * _MIN,
        )
    )
    session.add(tables.Scope(id="device:ukjent", kind=ScopeKind.DEVICE, name="0x00158d0001a2b3c4"))


def _ways(session: AsyncSession, now: datetime) -> None:
    """How Ingrid is reached, each in another state; Kari only by her browser."""
    for place, (who, channel, address, verified) in enumerate((
        ("ingrid", "sms", "+4790055444", True), ("ingrid", "voice", "+4790055444", True),
        ("ingrid", "email", "ingrid@nordvik.example", False), ("kari", "push", "netbrett", True),
    ), 1):  # fmt: skip
        session.add(
            tables.ContactMethod(
                id=f"way-{place}", person_id=who, channel=channel, address=address, position=place, created_at=now,
                verified_at=now if verified else None,
            )
        )  # fmt: skip
    gone = tables.ContactMethod(id="gone", person_id="ingrid", channel="sms", address="+4790055445", created_at=now)
    session.add(tables.RemovedWay(id="gone", person_id="ingrid", kept=gone.model_dump_json(), removed_at=now + _HOUR))


def _relations(session: AsyncSession, now: datetime) -> None:
    for person, resident, kin, insight in (
        ("anne", "astrid", "datter", Insight.HANDLED_ALERTS),
        ("per", "kaare", "sønn", Insight.ALL_IS_WELL),
        ("lise", "ragnhild", "datter", Insight.NOTHING),
        ("ragnhild-selv", "ragnhild", "seg selv", Insight.HANDLED_ALERTS),
        ("gro", "solveig", "verge", Insight.HANDLED_ALERTS),
    ):
        session.add(
            tables.Relation(
                id=f"rel-{person}",
                person_id=person,
                resident_id=resident,
                kinship=kin,
                standing=_STANDING.get(kin, Standing.RELATIVE),
                insight=insight,
                since=now - 60 * 24 * _HOUR,
                given_by=GivenBy.RESIDENT,
                ground=Ground.WRITTEN,
                may_be_asked=person in {"anne", "per"},
            )
        )


def _stream(session: AsyncSession, now: datetime) -> None:
    dice, seq = random.Random(4), 0
    rows: list[tuple[datetime, str, str, str]] = []
    for who, *_, scope, _name, _unit in _RESIDENTS:
        for minute in range(0, 13 * 60, 5):
            at = now - 13 * _HOUR + minute * _MIN
            hour = at.astimezone(ZoneInfo(ZONE)).hour
            place = "bedroom" if hour >= 22 or hour < 7 else dice.choice(_PLACES)
            if dice.random() < (0.08 if place == "bedroom" else 0.45):
                rows.extend((at + n * timedelta(seconds=40), who, scope, place) for n in range(dice.randint(1, 3)))
    rows += [(now - n * timedelta(minutes=17), "kaare", "rom-112", "bathroom") for n in range(1, 9, 2)]
    for at, who, scope, place in sorted(rows):
        if at < now:
            seq += 1
            _moved(session, seq, at, who, scope, place)


def _moved(session: AsyncSession, seq: int, at: datetime, who: str, scope: str, place: str) -> None:
    session.add(
        tables.Event(
            seq=seq,
            at=at,
            kind="motion.detected",
            source="zigbee2mqtt",
            device_id=f"{who}-{place}",
            scope_id=scope,
            resident_id=who,
            place=place,
            body_hash="x",
            outcome=Outcome.NO_RULE if seq % 3 else Outcome.UNCHANGED,
        )
    )


def hub_on(database: Database, *, broker: bool = True) -> Hub:
    """A hub with no stations: pages only."""
    return Hub(
        database=database,
        clock=utc_now,
        zone=ZoneInfo(ZONE),
        public_url="http://127.0.0.1:8000",
        municipality="Nordvik kommune",
        rulebook=rulebook(),
        health=Health(broker=broker),
        channels=dict.fromkeys(("sms", "voice", "sms_gateway", "email"), ConsoleChannel()),
        sources=(carehub_v1.SOURCE, zigbee2mqtt.SOURCE),
        showcase=True,
    )


@cache
def rulebook() -> Rulebook:
    """The real rulebook where it lies ready, so that the cards carry its titles."""
    book, _faults = load_rulebook(Path(__file__).parents[2] / "rules", ZONE)
    return book


async def make(path: str, mood: str = "evening") -> None:
    """Write a fresh night to a file."""
    database = Database(f"sqlite:///{path}")
    await database.migrate()
    async with database.write() as session:
        await fill(session, utc_now(), calm=mood == "calm")
    await seed_backtests.add_backtests(hub_on(database))
    await database.close()


def port_file(path: str) -> Path:
    """Where a night that chose its port says which."""
    return Path(f"{path}.port")


async def serve(port: int, mood: str) -> None:
    """Serve a night until stopped: a fresh one, or the one in the file that is named, which it writes to.

    Args:
        port: 0 for one that is free now, and told beside the file: what was free a moment ago may be another's.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = mood
        if not mood.endswith(".db"):
            path = f"{folder}/night.db"
            await make(path, mood)
        database = Database(f"sqlite:///{path}")
        hub = hub_on(database, broker=mood != "broker")
        door = socket.create_server(("127.0.0.1", port))
        port = door.getsockname()[1]
        hub.public_url = f"http://localhost:{port}"
        config = uvicorn.Config(quick_web(hub), log_level="warning", timeout_graceful_shutdown=1)
        half = port_file(path).with_suffix(".half")
        half.write_text(str(port), encoding="ascii")
        half.rename(port_file(path))
        await uvicorn.Server(config).serve(sockets=[door])
        await database.close()


if __name__ == "__main__":
    log.configure(as_json=False)
    if sys.argv[1] == "make":
        asyncio.run(make(sys.argv[2]))
    else:
        asyncio.run(serve(int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else "evening"))
