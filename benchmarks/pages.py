"""The pages of the administration and of a nurse over 2,000 residents, a year of alerts and 100,000 events."""

import asyncio
import os
import random
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from typing import Any
from zoneinfo import ZoneInfo

from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import insert

from benchmarks.kit import ROOT, WORK
from carehub.app.serve import keep_collections_short
from carehub.core.answers.alerts import Aftermath, Cause, Status
from carehub.core.findings import Outcome
from carehub.core.people.access import Role
from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function, functions_of
from carehub.core.people.shifts import Why
from carehub.core.severity import Severity
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.hub import Health, Hub
from carehub.flow.watching import answer_days
from carehub.plugins import load_rulebook
from carehub.store import logins, tables
from carehub.store.database import Database
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind
from carehub.web import create_web
from carehub.web.security import LIMITS

TARGET_MS = 100.0
NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
RESIDENTS, UNITS, DEVICES_EACH, ALERTS, EVENTS, NOTICES, STAFF = 2_000, 20, 5, 60_000, 100_000, 20_000, 300
_PUBLIC = "http://127.0.0.1:8000"
PAGES = (
    "/admin", "/admin/tasks", "/admin/reviews?days=365", "/admin/residents", "/admin/residents?q=berg+hjem+19",
    "/admin/residents?page=20", "/admin/residents/r7/about", "/admin/residents/r7", "/admin/places",
    "/admin/places/s7", "/admin/devices", "/admin/devices?q=hjem+19", "/admin/devices?show=untested&page=3",
    "/admin/devices/d7", "/admin/join", "/admin/join/d7", "/admin/people", "/admin/people/p7", "/admin/shifts?unit=u3",
    "/admin/ladders/alle/40", "/admin/rules", "/admin/events", "/admin/events?q=hjem+19", "/admin/events?resident=r7",
    "/admin/events?outcome=alert", "/admin/ledger", "/admin/why-not", "/admin/dead-letters", "/admin/answers",
    "/admin/answers?days=365", "/admin/load", "/admin/promises", "/admin/transfer", "/admin/models", "/silences",
    "/admin/tablets", "/admin/retention", "/admin/rules/fall", "/admin/rules/backtest", "/admin/residents/new",
    "/admin/residents/r7/relatives", "/admin/events/90000", f"/nurse/{0:032x}", f"/alerts/{0:032x}/why",
)  # fmt: skip
WARD = (
    "/nurse", "/tablet?unit=u5", "/tablet/handover?unit=u5", "/tablet/wall?unit=u5", "/tablet/rounds?unit=u5",
    "/blind?unit=u5", "/silences", "/residents/r5/days", "/residents/r5/planned", "/nurse/visits", "/visits",
    "/messages", "/my",
)  # fmt: skip
"""What a nurse of one unit opens."""


def measure(many: int) -> dict[str, Any]:
    """Fill a store, ask for each page so many times, and print what each took."""
    return asyncio.run(_measure(many))


async def _measure(many: int) -> dict[str, Any]:
    folder = WORK / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    database = Database(f"sqlite:///{folder / 'carehub.db'}")
    await database.migrate()
    await fill(database)
    rulebook, _ = load_rulebook(ROOT / "rules", "Europe/Oslo")
    hub = Hub(
        database=database, clock=lambda: NOW, zone=ZoneInfo("Europe/Oslo"), public_url=_PUBLIC, municipality="Nordvik",
        rulebook=rulebook, health=Health(broker=True, beats={"worker": NOW}),
    )  # fmt: skip
    await answer_days.sum_up(hub)  # as the worker does each hour
    transport = ASGITransport(app=create_web(hub))
    keep_collections_short()  # as the served hub does
    async with AsyncClient(transport=transport, base_url=_PUBLIC, headers={"sec-fetch-site": "same-origin"}) as client:
        found: dict[str, dict[str, Any]] = {}
        for who, paths in (("p0", PAGES), ("p5", WARD)):
            async with database.write() as session:
                person = await session.get_one(tables.Person, who)
                secret = await logins.begin(session, person, LIMITS[person.role], NOW)
            client.cookies.set("carehub", secret)
            found |= {path if who == "p0" else f"{path} (a nurse)": await _one(client, path, many) for path in paths}
    await database.close()
    slow = sorted(path for path, one in found.items() if one["median_ms"] >= TARGET_MS)
    told = {
        "residents": RESIDENTS, "devices": RESIDENTS * DEVICES_EACH, "alerts": ALERTS, "events": EVENTS, "runs": many,
        "pages": found, "slow": slow, "target_ms": TARGET_MS, "load1": round(os.getloadavg()[0], 1),
    }  # fmt: skip
    print(said(told), flush=True)
    return told


async def _one(client: AsyncClient, path: str, many: int) -> dict[str, Any]:
    """Wall time and processor time of one page, after a first time that does not count."""
    walls, works, size = [], [], 0
    for number in range(many + 1):
        wall, work = time.perf_counter(), time.process_time()
        answer = await client.get(path)
        if answer.status_code != 200:
            raise RuntimeError(f"{path}: {answer.status_code}")
        if number:
            walls.append(1000 * (time.perf_counter() - wall))
            works.append(1000 * (time.process_time() - work))
            size = len(answer.content)
    return {
        "median_ms": round(median(walls), 1), "p90_ms": round(quantiles(walls, n=10)[-1], 1),
        "cpu_ms": round(median(works), 1), "kib": round(size / 1024),
    }  # fmt: skip


def said(found: dict[str, Any]) -> str:
    """The figures in words, the slowest page first."""
    rows = sorted(found["pages"].items(), key=lambda item: -item[1]["median_ms"])
    over = ", ".join(f"{found[name]} {name}" for name in ("residents", "devices", "alerts", "events"))
    lines = [
        f"pages: {over}; {found['runs']} times each, load {found['load1']}",
        *(
            f"  {one['median_ms']:7.1f} ms, p90 {one['p90_ms']}, processor {one['cpu_ms']}: {path}"
            for path, one in rows
        ),
        f"  target: each median under {found['target_ms']:g} ms: "
        + (f"MISSED by {', '.join(found['slow'])}" if found["slow"] else "reached"),
    ]
    return "\n".join(lines)


# --- the municipality ------------------------------------------------------------------------

_FAMILIES = ("Berg", "Haugen", "Dahl", "Øverland", "Ås", "Lie", "Moen", "Solbakken", "Nygård", "Fossum")


async def fill(database: Database) -> None:
    """Invented people, homes, devices, and a year of what befell them."""
    dice = random.Random(1)
    alerts, bases = list(_alerts(dice)), list(_bases(dice))
    for table, rows in (
        (tables.Unit, list(_units())), (tables.Scope, list(_scopes())), (tables.Resident, list(_residents(dice))),
        (tables.Residency, list(_residencies())), (tables.Device, list(_devices(dice))),
        (tables.Assignment, list(_assignments())), (tables.Person, list(_staff())), (tables.ShiftLine, list(_shifts())),
        (tables.LegalBasis, bases), (tables.HeardKind, list(_heard(bases))), (tables.Duty, list(_duties())),
        (tables.Alert, alerts), (tables.Notice, list(_notices(dice, alerts))), (tables.Event, list(_events(dice))),
        (tables.DeadLetter, list(_letters())), (tables.Task, list(_tasks())),
    ):  # fmt: skip
        async with database.write() as session:
            await (await session.connection()).execute(insert(table), rows)


def _units() -> Iterator[dict[str, Any]]:
    for n in range(UNITS):
        yield {"id": f"u{n}", "name": f"Sone {n}", "kind": UnitKind.ZONE, "roll_call": True}


def _scopes() -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield {"id": f"s{n}", "kind": ScopeKind.HOME, "name": f"Hjem {n}", "unit_id": f"u{n % UNITS}"}


def _residents(dice: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield {"id": f"r{n}", "given_name": f"Kari {n}", "family_name": dice.choice(_FAMILIES)}


def _residencies() -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield {"id": f"l{n}", "resident_id": f"r{n}", "scope_id": f"s{n}", "since": NOW - timedelta(days=400)}


def _devices(dice: random.Random) -> Iterator[dict[str, Any]]:
    kinds = (DeviceKind.BUTTON, DeviceKind.SENSOR, DeviceKind.SENSOR, DeviceKind.SMOKE, DeviceKind.GATEWAY)
    for n in range(RESIDENTS * DEVICES_EACH):
        yield {
            "id": f"d{n}", "source": "carehub_v1", "address": f"enhet-{n}", "label": f"Sensor {n}", "can_alarm": True,
            "kind": kinds[n % DEVICES_EACH], "status": DeviceStatus.IN_SERVICE, "last_seen_at": NOW,
            "tested_at": NOW - timedelta(days=dice.randrange(60)), "battery": float(dice.randrange(100)),
            "silent_since": NOW - timedelta(hours=5) if n % 97 == 0 else None,
        }  # fmt: skip


def _assignments() -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS * DEVICES_EACH):
        yield {
            "id": f"a{n}", "device_id": f"d{n}", "scope_id": f"s{n // DEVICES_EACH}", "place": "hall",
            "since": NOW - timedelta(days=400),
        }  # fmt: skip


def _staff() -> Iterator[dict[str, Any]]:
    for n in range(STAFF):
        role = Role.COORDINATOR if n == 0 else Role.NURSE
        yield {
            "id": f"p{n}", "name": f"Ola {n}", "username": f"ola{n}", "role": role, "on_duty": False, "active": True,
            "unit_id": None if n == 0 else f"u{n % UNITS}",
        }  # fmt: skip


def _shifts() -> Iterator[dict[str, Any]]:
    for n in range(1, STAFF):
        yield {
            "id": f"v{n}", "unit_id": f"u{n % UNITS}", "person_id": f"p{n}", "every_weeks": 1, "nights": 0,
            "first_day": (NOW - timedelta(days=n % 7)).date(), "starts": datetime(2026, 1, 1, 7, 30, tzinfo=UTC).time(),
            "ends": datetime(2026, 1, 1, 15, 30, tzinfo=UTC).time(), "created_at": NOW,
        }  # fmt: skip


def _duties() -> Iterator[dict[str, Any]]:
    """Every other day of the last four weeks, of each of them."""
    for n in range(1, STAFF):
        for back in range(n % 2, 28, 2):
            since = NOW - timedelta(days=back, hours=n % 24)
            yield {
                "id": n * 100 + back, "unit_id": f"u{n % UNITS}", "person_id": f"p{n}", "since": since,
                "until": since + timedelta(hours=8), "why": Why.ROTATION, "line_id": f"v{n}", "day": since.date(),
            }  # fmt: skip


def _bases(dice: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield {
            "id": f"b{n}", "resident_id": f"r{n}", "function": dice.choice(list(Function)), "basis": Basis.DECISION,
            "objection": False, "since": NOW - timedelta(days=100), "until": NOW + timedelta(days=dice.randrange(365)),
            "reference": "", "note": "", "made_at": NOW - timedelta(days=100),
        }  # fmt: skip


def _heard(bases: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The devices of 19 residents of 20 have told all that the rules of their function begin with."""
    rulebook, _ = load_rulebook(ROOT / "rules", "Europe/Oslo")
    begins: dict[Function, set[str]] = {one: set() for one in Function}
    for rule in rulebook.rules.values():
        program = rulebook.program(rule)
        for function in functions_of(rule, program):
            begins[function].update(program.steps[0].tests)
    for n, basis in enumerate(bases):
        for kind in sorted(begins[basis["function"]] if n % 20 else ()):
            yield {"device_id": f"d{n * DEVICES_EACH}", "kind": kind, "last_at": NOW - timedelta(hours=3)}


def _alerts(dice: random.Random) -> Iterator[dict[str, Any]]:
    for n in range(ALERTS):
        at, who = NOW - timedelta(minutes=dice.randrange(5, 525_600)), dice.randrange(RESIDENTS)
        is_open = n < 40
        yield {
            "id": f"{n:032x}", "dedup_key": f"k{n}", "kind": "fall", "scope_id": f"s{who}", "resident_id": f"r{who}",
            "severity": dice.choice([Severity.MODERATE, Severity.SERIOUS, Severity.CRITICAL]),
            "unit_id": f"u{who % UNITS}",
            "status": Status.OPEN if is_open else Status.CLOSED, "rule_id": "fall",
            "device_id": f"d{who * DEVICES_EACH}",
            "rule_version": "1", "raised_at": at, "last_event_at": at, "due_at": NOW if is_open else None, "presses": 1,
            "rung": 0, "turn": 0, "rungs": 3,
            "taken_at": None if is_open else at + timedelta(seconds=dice.randrange(10, 600)),
            "arrived_at": None if is_open or n % 2 else at + timedelta(seconds=dice.randrange(600, 1800)),
            "closed_at": None if is_open else at + timedelta(hours=1), "closed_by_id": None if is_open else "p1",
            "cause": None if is_open else Cause.FALL, "aftermath": None if is_open else Aftermath.HELPED_ON_SITE,
        }  # fmt: skip


def _notices(dice: random.Random, alerts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Of each alert of the last four weeks some four, a minute apart."""
    lately = [one for one in alerts if one["raised_at"] > NOW - timedelta(days=28)]
    for n in range(NOTICES):
        turn, place = divmod(n, len(lately))
        at = lately[place]["raised_at"] + timedelta(minutes=turn)
        yield {
            "id": f"n{n}", "alert_id": lately[place]["id"], "channel": "sms",
            "person_id": f"p{dice.randrange(1, STAFF)}", "address": f"+4790{n:06}", "text": "Varsel",
            "severity": Severity.CRITICAL, "cycle": "rung:0", "created_at": at,
            "state": NoticeState.DELIVERED, "not_before": at, "attempts": 1, "repeated": False, "sent_at": at,
        }  # fmt: skip


def _events(dice: random.Random) -> Iterator[dict[str, Any]]:
    outcomes = [*[Outcome.NO_RULE] * 60, *[Outcome.STATE_ONLY] * 30, Outcome.ALERT, Outcome.SUPPRESSED]
    for n in range(1, EVENTS + 1):
        home = dice.randrange(RESIDENTS)
        yield {
            "seq": n, "at": NOW - timedelta(seconds=(EVENTS - n) * 20), "kind": "motion.detected",
            "source": "carehub_v1", "device_id": f"d{home * DEVICES_EACH}", "scope_id": f"s{home}",
            "resident_id": f"r{home}", "place": "hall", "alarm": False, "late": False, "body_hash": f"{n:032x}",
            "outcome": dice.choice(outcomes),
        }  # fmt: skip


def _letters() -> Iterator[dict[str, Any]]:
    for n in range(2_000):
        yield {
            "id": f"x{n}", "at": NOW - timedelta(minutes=n), "source": "zigbee2mqtt", "topic": f"zigbee2mqtt/x{n}",
            "payload": b"\x00\x01" * 900, "error": "not an object", "alarm_path": False,
        }  # fmt: skip


def _tasks() -> Iterator[dict[str, Any]]:
    for n in range(200):
        yield {
            "id": f"t{n}", "kind": "basis-expired", "subject": f"b{n}", "words": f"Vurder grunnlaget på nytt ({n})",
            "role": Role.COORDINATOR, "asked_at": NOW, "due_at": NOW + timedelta(days=n % 30), "resident_id": f"r{n}",
        }  # fmt: skip
