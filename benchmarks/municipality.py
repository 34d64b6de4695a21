"""An invented municipality of 2,000 residents, with a year of alerts and 100,000 events, for a store."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from benchmarks.kit import ROOT
from carehub.core.answers.alerts import Aftermath, Cause, Status, Step
from carehub.core.findings import Outcome
from carehub.core.people.access import Role
from carehub.core.people.basis import Basis
from carehub.core.people.legal import Function, functions_of
from carehub.core.people.shifts import Why
from carehub.core.severity import Severity
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.journal import step_row
from carehub.plugins import load_rulebook
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
RESIDENTS, UNITS, DEVICES_EACH, ALERTS, EVENTS, NOTICES, STAFF = 2_000, 20, 5, 60_000, 100_000, 20_000, 300
_FAMILIES = ("Berg", "Haugen", "Dahl", "Øverland", "Ås", "Lie", "Moen", "Solbakken", "Nygård", "Fossum")


async def fill(database: Database) -> None:
    """Invented people, homes, devices, and a year of what befell them."""
    dice = random.Random(1)
    alerts, bases = list(_alerts(dice)), list(_bases(dice))
    in_time = sorted(alerts, key=lambda one: one["raised_at"])  # as a hub writes them, one after the other
    for table, rows in (
        (tables.Unit, list(_units())), (tables.Scope, list(_scopes())), (tables.Resident, list(_residents(dice))),
        (tables.Residency, list(_residencies())), (tables.Device, list(_devices(dice))),
        (tables.Assignment, list(_assignments())), (tables.Person, list(_staff())), (tables.ShiftLine, list(_shifts())),
        (tables.LegalBasis, bases), (tables.HeardKind, list(_heard(bases))), (tables.Duty, list(_duties())),
        (tables.Alert, in_time), (tables.AlertStep, list(_steps(in_time))),
        (tables.Notice, list(_notices(dice, alerts))), (tables.Event, list(_events(dice))),
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
            "taken_at": (taken_at := None if is_open else at + timedelta(seconds=dice.randrange(10, 600))),
            "answered_at": taken_at,
            "arrived_at": None if is_open or n % 2 else at + timedelta(seconds=dice.randrange(600, 1800)),
            "closed_at": None if is_open else at + timedelta(hours=1), "closed_by_id": None if is_open else "p1",
            "cause": None if is_open else Cause.FALL, "aftermath": None if is_open else Aftermath.HELPED_ON_SITE,
        }  # fmt: skip


def _steps(alerts: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What was written of each alert, the steps of all in the order in which they befell."""
    found = [
        step_row(one["id"], step, one[when], text, who)
        for one in alerts
        for step, when, text, who in (
            (Step.REPORTED, "raised_at", None, None), (Step.NOTIFIED, "raised_at", "Varslet 2 på trinn 1.", None),
            (Step.TAKEN, "taken_at", None, "p1"), (Step.ARRIVED, "arrived_at", None, "p1"),
            (Step.CLOSED, "closed_at", "Fall: hjulpet på stedet.", "p1"),
        )
        if one[when] is not None
    ]  # fmt: skip
    return iter(sorted(found, key=lambda one: one["at"]))


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
