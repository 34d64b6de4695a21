"""What else the invented municipality has: families, their letters, what was looked up, planned, agreed and tried."""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import insert

from benchmarks.kit import ROOT
from benchmarks.municipality import EVENTS, NOW, RESIDENTS, STAFF, UNITS
from carehub.core.backtest import report
from carehub.core.backtest.values import Alerted
from carehub.core.folding.silence import Why
from carehub.core.people.access import Role, Tie
from carehub.core.people.consent import Insight, Standing
from carehub.core.people.kin import GivenBy, Ground, Sort
from carehub.core.rules.rule_drafts import DraftState
from carehub.core.severity import Severity
from carehub.core.watching.rounds import How
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Database
from carehub.store.tables.backtests import BacktestState
from carehub.store.tables.homecare import VisitState

KIN, SELF, DRAFT = "kin7", "self7", "utkast"
RUN = "prove"
"""A backtest with as much in it as one can have."""
_LOOKS, _LOOKS_AT_ONE, _LETTERS = 50_000, 3_000, 200
_DAY, _HOUR = timedelta(days=1), timedelta(hours=1)
_ROLES = {"adm": Role.ADMINISTRATOR, "aud": Role.AUDITOR, "tek": Role.TECHNICIAN, SELF: Role.RESIDENT}


async def fill(database: Database) -> None:
    """Rows beside those of `municipality.fill`, of which resident 7 and their family have the most."""
    dice = random.Random(2)
    for table, rows in (
        (tables.Person, [*_people(), *_kin()]), (tables.Relation, _relations()), (tables.CareMessage, _letters()),
        (tables.FamilyVisit, _family_visits()), (tables.AccessLog, _looks(dice)), (tables.Silence, _silences()),
        (tables.PlannedVisit, _visits()), (tables.PlannedRound, list(_rounds())), (tables.RoundTurn, _turns()),
        (tables.ShiftNote, _notes()), (tables.Tablet, _tablets()), (tables.WayIn, _ways_in()),
        (tables.RuleDraft, _drafts()), (tables.BacktestRun, _runs()),
        (tables.DetectorState, [{"module": "models.daily_rhythm", "version": "1", "since": NOW - 90 * _DAY}]),
    ):  # fmt: skip
        await _store(database, table, list(rows))


async def _store(database: Database, table: type[Any], rows: list[dict[str, Any]]) -> None:
    async with database.write() as session:
        await (await session.connection()).execute(insert(table), rows)


def _people() -> Iterator[dict[str, Any]]:
    for who, role in _ROLES.items():
        yield _person(who, role)


def _kin() -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield _person(f"kin{n}", Role.RELATIVE)


def _person(who: str, role: Role) -> dict[str, Any]:
    return {
        "id": who, "name": f"Prøve {who}", "username": who, "role": role, "on_duty": False, "active": True,
        "unit_id": None,
    }  # fmt: skip


def _relations() -> Iterator[dict[str, Any]]:
    for person, resident, standing in (
        *((f"kin{n}", n, Standing.RELATIVE) for n in range(RESIDENTS)), (SELF, 7, Standing.SELF),
    ):  # fmt: skip
        yield {
            "id": f"rel-{person}", "person_id": person, "resident_id": f"r{resident}", "kinship": "datter",
            "standing": standing, "insight": Insight.HANDLED_ALERTS, "by_sms": False, "may_be_asked": False,
            "since": NOW - 300 * _DAY, "given_by": GivenBy.RESIDENT, "ground": Ground.WRITTEN,
        }  # fmt: skip


def _letters() -> Iterator[dict[str, Any]]:
    """A long thread of one family, and one letter of every fourth that waits for an answer."""
    for n in range(_LETTERS):
        yield _letter(7, NOW - n * 12 * _HOUR, by_staff=bool(n % 2), waits=False)
    for n in range(0, RESIDENTS, 4):
        yield _letter(n, NOW - timedelta(minutes=n), by_staff=False, waits=True)


def _letter(n: int, at: datetime, *, by_staff: bool, waits: bool) -> dict[str, Any]:
    return {
        "id": new_id(), "resident_id": f"r{n}", "person_id": f"kin{n}", "author_id": "p1" if by_staff else f"kin{n}",
        "by_staff": by_staff, "text": "Takk for sist. Mor har fått nye sko.", "sent_at": at,
        "read_at": None if waits else at,
    }  # fmt: skip


def _family_visits() -> Iterator[dict[str, Any]]:
    for n in range(RESIDENTS):
        yield {
            "id": f"f{n}", "resident_id": f"r{n}", "person_id": f"kin{n}", "sort": Sort.OUT, "note": "",
            "since": NOW + n % 30 * _DAY, "until": NOW + n % 30 * _DAY + 3 * _HOUR, "made_at": NOW - _DAY,
        }  # fmt: skip


def _looks(dice: random.Random) -> Iterator[dict[str, Any]]:
    """Who looked at whom in the last ninety days, resident 7 the most."""
    for n in range(_LOOKS):
        whose = 7 if n < _LOOKS_AT_ONE else dice.randrange(RESIDENTS)
        yield {
            "at": NOW - timedelta(seconds=(_LOOKS - n) * 150), "person_id": f"p{dice.randrange(1, STAFF)}",
            "action": "tablet", "resident_id": f"r{whose}", "subject": f"alert:{n:032x}", "because": Tie.UNIT.value,
        }  # fmt: skip


def _silences() -> Iterator[dict[str, Any]]:
    for n in range(0, RESIDENTS, 20):
        yield {
            "id": f"q{n}", "why": Why.AWAY, "scope_id": f"s{n}", "resident_id": f"r{n}", "since": NOW - _HOUR,
            "until": NOW + 5 * _HOUR, "wanted_until": NOW + 5 * _HOUR, "asked_by_id": "p1",
        }  # fmt: skip


def _visits() -> Iterator[dict[str, Any]]:
    """Everybody has one today and tomorrow; resident 7 one an hour."""
    whom = [*((n, NOW + n % 40 * _HOUR) for n in range(RESIDENTS)), *((7, NOW + n * _HOUR) for n in range(48))]
    for place, (n, at) in enumerate(whom):
        yield {
            "id": f"w{place}", "resident_id": f"r{n}", "unit_id": f"u{n % UNITS}", "at": at,
            "person_id": f"p{n % UNITS or UNITS}", "until": at + timedelta(minutes=30), "title": "Morgenstell",
            "state": VisitState.PLANNED,
        }  # fmt: skip


def _rounds() -> Iterator[dict[str, Any]]:
    for n in range(0, RESIDENTS, 10):
        yield {
            "id": f"o{n}", "resident_id": f"r{n}", "opens": time(8), "closes": time(11), "how": How.CAMERA, "note": "",
            "made_at": NOW - 30 * _DAY, "made_by_id": "p0",
        }  # fmt: skip


def _turns() -> Iterator[dict[str, Any]]:
    for one in _rounds():
        for back in range(3):
            done = NOW - back * _DAY if back else None
            yield {
                "id": f"{one['id']}-{back}", "round_id": one["id"], "opens_at": NOW - _HOUR - back * _DAY,
                "due_at": NOW + _HOUR - back * _DAY, "done_at": done, "done_by_id": "p1" if done else None,
            }  # fmt: skip


def _notes() -> Iterator[dict[str, Any]]:
    for n in range(0, RESIDENTS, 10):
        yield {
            "id": f"m{n}", "unit_id": f"u{n % UNITS}", "resident_id": f"r{n}", "text": "Har drukket lite i natt.",
            "author_id": "p1", "at": NOW - 4 * _HOUR, "written_at": NOW - 4 * _HOUR,
        }  # fmt: skip


def _tablets() -> Iterator[dict[str, Any]]:
    for n in range(UNITS):
        yield {"id": f"b{n}", "name": f"Nettbrett {n}", "unit_id": f"u{n}", "created_at": NOW - 30 * _DAY}


def _ways_in() -> Iterable[dict[str, Any]]:
    return ({"scope_id": f"s{n}", "key_box": "Ved døren", "changed_at": NOW - _DAY} for n in range(RESIDENTS))


def _drafts() -> Iterator[dict[str, Any]]:
    yield {
        "id": DRAFT, "rule_id": "night-exit", "body": (ROOT / "rules" / "night-exit.yaml").read_text("utf-8"),
        "why": "Prøve", "state": DraftState.DRAFT, "made_by_id": "p0", "made_at": NOW, "changed_at": NOW,
    }  # fmt: skip


def _runs() -> Iterator[dict[str, Any]]:
    """Ninety days in which each home has alerts, and the draft other ones."""
    alerts = list(_alerted())
    side = report.counted(alerts, {f"s{n}": f"u{n % UNITS}" for n in range(RESIDENTS)}, ZoneInfo("Europe/Oslo"))
    summary = report.Summary(
        since=NOW - 90 * _DAY, until=NOW, zone="Europe/Oslo", scopes=RESIDENTS, events=EVENTS, faults=0, today=side,
        draft=side, counts={"same": RESIDENTS, "gained": RESIDENTS, "lost": RESIDENTS, "moved": 0, "changed": 0},
        listed={"gained": report.listed(alerts), "lost": report.listed(alerts)}, real=RESIDENTS, missed=(),
        holes=(), assumed={"answer": {"0": 60}, "handle": {"0": 900}},
    )  # fmt: skip
    yield {
        "id": RUN, "state": BacktestState.DONE, "since": NOW - 90 * _DAY, "until": NOW, "asked_at": NOW,
        "finished_at": NOW, "done": RESIDENTS, "total": RESIDENTS, "summary": msgspec.json.encode(summary).decode(),
    }  # fmt: skip


def _alerted() -> Iterator[Alerted]:
    for n in range(RESIDENTS):
        yield Alerted(
            key=f"r{n}", scope=f"s{n}", resident=f"r{n}", place="hall", kind="fall", rule="fall",
            severity=Severity.CRITICAL, at=NOW - n * _HOUR, highest=Severity.CRITICAL,
        )  # fmt: skip
