"""Everything that is kept about one resident, field by field: what is not named here does not leave the house.

Others' personal data stays out (GDPR 15(4)): a colleague is their role, a relative is their kinship. Only the list of
who looked gives names, because the law gives the resident a right to them (pasientjournalloven § 18).
"""

from collections.abc import AsyncIterator, Mapping
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlmodel import SQLModel, col, or_, select

from carehub.store import readings, tables
from carehub.store.database import Database, Session

SCHEMA = "carehub-record/1"
"""Fields are added without a new number; one that is taken away or means something else gets a new one."""
_SLICE = 2000

SECTIONS: dict[str, tuple[type[SQLModel], tuple[str, ...]]] = {
    "legal_bases": (tables.LegalBasis, (
        "function", "basis", "objection", "since", "until", "reference", "note", "made_at", "ended_at")),
    "decisions_about_rules": (tables.RuleOverride, (
        "rule_id", "off", "since", "until", "why", "made_at", "ended_at")),
    "consents": (tables.Relation, (
        "kinship", "standing", "insight", "by_sms", "may_be_asked", "since", "until", "given_by", "ground")),
    "silences": (tables.Silence, ("why", "kind", "since", "until", "ended_at")),
    "planned_visits": (tables.PlannedVisit, ("at", "until", "title", "state", "done_at")),
    "findings_of_models": (tables.ModelFinding, ("at", "module", "version", "sort", "score", "words", "spoken")),
    "wishes": (tables.Wish, ("text", "changed_at")),
    "opened_across_units": (tables.OpenedFile, ("at", "until", "reason")),
}  # fmt: skip
"""What hangs on the resident by itself: the table, and the fields that are given."""
_ALERT = (
    "id", "kind", "severity", "alert_code", "status", "place", "detail", "raised_at", "happened_at", "presses",
    "taken_at", "arrived_at", "closed_at", "cause", "aftermath", "contact", "note",
)  # fmt: skip
_EVENT = ("seq", "at", "device_at", "kind", "value", "unit", "detail", "source", "place", "alarm", "late", "outcome")


def plain(value: Any) -> Any:
    """As JSON has it: moments in UTC, members by value."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _given(row: SQLModel, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: plain(getattr(row, name)) for name in fields}


async def of_resident(session: Session, resident: tables.Resident, now: datetime) -> dict[str, Any]:
    """All but the events, which are many: `events` gives them."""
    found: dict[str, Any] = {
        "resident": _given(
            resident, ("id", "given_name", "family_name", "national_id", "phone", "born_year", "note", "risk")
        ),
        "homes": await _homes(session, resident.id),
        "devices": await _devices(session, resident.id),
    }
    for name, (table, fields) in SECTIONS.items():
        rows = await session.exec(select(table).where(table.resident_id == resident.id))  # type: ignore[attr-defined]
        found[name] = [_given(row, fields) for row in rows.all()]
    found["alerts"] = await _alerts(session, resident.id)
    found["who_looked"] = await _who_looked(session, resident.id, now)
    return found


async def _homes(session: Session, resident: str) -> list[dict[str, Any]]:
    life, scope = tables.Residency, tables.Scope
    asked = select(life, scope).join(scope, col(scope.id) == col(life.scope_id)).where(life.resident_id == resident)
    rows = (await session.exec(asked.order_by(col(life.since)))).all()
    return [{"name": home.name, **_given(row, ("since", "until"))} for row, home in rows]


async def _devices(session: Session, resident: str) -> list[dict[str, Any]]:
    stands, device, life = tables.Assignment, tables.Device, tables.Residency
    homes = select(life.scope_id).where(life.resident_id == resident)
    theirs = or_(
        stands.resident_id == resident, col(stands.resident_id).is_(None) & col(stands.scope_id).in_(homes)
    )  # fmt: skip
    asked = select(stands, device).join(device, col(device.id) == col(stands.device_id)).where(theirs)
    return [
        {**_given(it, ("kind", "label", "model", "can_alarm")), **_given(row, ("place", "since", "until"))}
        for row, it in (await session.exec(asked)).all()
    ]


async def _alerts(session: Session, resident: str) -> list[dict[str, Any]]:
    alert, step, person = tables.Alert, tables.AlertStep, tables.Person
    every = (
        await session.exec(select(alert).where(alert.resident_id == resident).order_by(col(alert.raised_at)))
    ).all()
    asked = (
        select(step, person.role)
        .join(person, col(person.id) == col(step.person_id), isouter=True)
        .where(col(step.alert_id).in_(select(alert.id).where(alert.resident_id == resident)))
        .order_by(col(step.id))
    )
    steps: dict[str, list[dict[str, Any]]] = {}
    for row, role in (await session.exec(asked)).all():
        steps.setdefault(row.alert_id, []).append({**_given(row, ("at", "step", "code")), "by_role": plain(role)})
    return [{**_given(one, _ALERT), "steps": steps.get(one.id, [])} for one in every]


async def _who_looked(session: Session, resident: str, now: datetime) -> list[dict[str, Any]]:
    first = datetime.min.replace(tzinfo=now.tzinfo)
    rows = await readings.everything(session, readings.Wanted(since=first, until=now, resident=resident, most=None))
    return [
        {
            "at": plain(row.at), "action": row.action, "because": row.because, "unit": row.unit,
            "name": row.person.name if row.person else None, "role": plain(row.person.role) if row.person else None,
        }
        for row in rows
    ]  # fmt: skip


async def events(database: Database, resident: str) -> AsyncIterator[list[Mapping[str, Any]]]:
    """Every event that is kept, in the hub's order, a slice at a time: each in a reading of its own."""
    last, event = 0, tables.Event
    while True:
        async with database.read() as session:
            asked = select(event).where(event.resident_id == resident, event.seq > last).order_by(col(event.seq))
            rows = (await session.exec(asked.limit(_SLICE))).all()
        if not rows:
            return
        last = rows[-1].seq
        yield [_given(row, _EVENT) for row in rows]
