"""Everything that is kept about one resident, field by field: what is not named here does not leave the house.

Others' personal data stays out (GDPR 15(4)): a colleague is their role, a relative is their kinship. Only the list of
who looked gives names, because the law gives the resident a right to them (pasientjournalloven § 18). What people wrote
is given as they wrote it.

`EXPORTED` and `LEFT_OUT` name every table that tells of a resident: a new table belongs in one of them.
"""

import json
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import tuple_
from sqlmodel import SQLModel, col, or_, select

from carehub.core.people.access import Errand, Where, tells
from carehub.store import protected, readings, record_parts, tables
from carehub.store.database import Database, Session
from carehub.store.record_parts import given, plain
from carehub.store.residencies import events_of

SCHEMA = "carehub-record/1"
"""Fields are added without a new number; one that is taken away or means something else gets a new one."""
_SLICE = 2000
Rows = AsyncIterator[list[Mapping[str, Any]]]

SECTIONS: dict[str, tuple[type[SQLModel], tuple[str, ...]]] = {
    "legal_bases": (tables.LegalBasis, (
        "function", "basis", "objection", "since", "until", "reference", "note", "made_at", "ended_at")),
    "decisions_about_rules": (tables.RuleOverride, (
        "rule_id", "body", "off", "since", "until", "why", "made_at", "ended_at")),
    "consents": (tables.Relation, (
        "kinship", "standing", "insight", "by_sms", "may_be_asked", "since", "until", "given_by", "ground", "reason",
        "end_reason")),
    "silences": (tables.Silence, ("why", "kind", "since", "until", "ended_at")),
    "held_by_silences": (tables.HeldAlert, ("at", "kind", "place", "rule_id", "severity")),
    "findings_of_models": (tables.ModelFinding, ("at", "module", "version", "sort", "score", "words", "spoken")),
    "protected_addresses": (tables.AddressMark, (
        "mark", "reason", "since", "ended_at", "lower_to", "lower_reason", "lower_asked_at")),
    "wishes": (tables.Wish, ("text", "changed_at")),
    "pauses_of_sharing": (tables.SharingPause, ("since", "until")),
    "notes_of_shifts": (tables.ShiftNote, ("at", "written_at", "text")),
    "tasks": (tables.Task, ("kind", "words", "asked_at", "due_at", "done_at")),
    "opened_across_units": (tables.OpenedFile, ("at", "until", "reason")),
    "legal_holds": (tables.LegalHold, ("reason", "since", "ended_at")),
    "erasures": (tables.Erasure, ("reason", "asked_at", "done_at", "withdrawn_at")),
}  # fmt: skip
"""What hangs on the resident by itself: the table, and the fields that are given."""
EXPORTED: dict[str, frozenset[str]] = {
    **{name: frozenset({str(table.__tablename__)}) for name, (table, _fields) in SECTIONS.items()},
    "resident": frozenset({"resident"}), "homes": frozenset({"residency", "scope", "sealed_home", "way_in"}),
    "devices": frozenset({"assignment", "device"}), "events": frozenset({"event"}),
    "days": frozenset({"daily_feature"}),
    "usual": frozenset({"fold_input"}), "rules_that_kept_quiet": frozenset({"trace"}),
    "alerts": frozenset({"alert", "alert_event", "alert_step", "notice"}),
    "who_looked": frozenset({"access_log", "access_reason"}),
    "messages": frozenset({"care_message"}), "planned_visits": frozenset({"planned_visit"}),
    "visits_of_family": frozenset({"family_visit"}), "rounds": frozenset({"planned_round", "round_turn"}),
}  # fmt: skip
"""Which tables each section is read from."""
LEFT_OUT: dict[str, str] = {
    "scope_state": "worked out of the events, which are given",
    "fold_deadline": "worked out of the events, which are given",
    "scope_tuning": "worked out of the decisions about rules, which are given",
    "reply_code": "a secret of whoever is asked; that they were is in the alert",
    "late_answer": "of a colleague's telephone; what it did stands in the alert's steps",
    "dead_letter": "could not be read, so nobody knows whom it is about",
    "battery_reading": "about a battery", "device_gap": "about a network", "incident_device": "about a network",
    "heard_kind": "about a device's abilities",
}  # fmt: skip
"""Tables that lead to a resident and are not given, and why. Codes of `way_in` stay out: they open doors."""
_EVENT = ("seq", "at", "device_at", "kind", "value", "unit", "detail", "source", "place", "alarm", "late", "outcome")


async def of_resident(
    session: Session, resident: tables.Resident, now: datetime, errand: Errand = Errand.SELF
) -> dict[str, Any]:
    """All but the events, which are many: `events` gives them.

    Args:
        errand: For whom: not everybody who may take a record along is told a protected address.
    """
    found: dict[str, Any] = {
        "resident": given(
            resident, ("id", "given_name", "family_name", "national_id", "phone", "born_year", "note", "risk")
        ),
    }
    for name, (table, fields) in SECTIONS.items():
        rows = await session.exec(select(table).where(table.resident_id == resident.id))  # type: ignore[attr-defined]
        found[name] = [given(row, fields) for row in rows.all()]
    grading = await protected.of_resident(session, resident.id)
    if grading and not tells(grading.mark, errand, Where.ADDRESS):  # why it is protected may name the reader
        found["protected_addresses"] = []
    found |= await record_parts.of_resident(session, resident.id, errand)
    found["alerts"] = await record_parts.alerts(session, resident.id)
    found["who_looked"] = await _who_looked(session, resident.id, now)
    return found


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


async def events(database: Database, resident: str) -> Rows:
    """Every event that is kept, in the hub's order, a slice at a time: each in a reading of its own."""
    last, event = 0, tables.Event
    while True:
        async with database.read() as session:
            asked = select(event).where(events_of(resident), event.seq > last).order_by(col(event.seq))
            rows = (await session.exec(asked.limit(_SLICE))).all()
        if not rows:
            return
        last = rows[-1].seq
        yield [given(row, _EVENT) for row in rows]


async def kept_quiet(database: Database, resident: str) -> Rows:
    """Why rules did not speak, where the resident lived then; in the hub's order, as `events`."""
    last, held, life = (0, "", 0), tables.HeldBack, tables.Residency
    lived = (
        select(life.id)
        .where(life.resident_id == resident, life.scope_id == held.scope_id, life.since <= held.at)
        .where(or_(col(life.until).is_(None), col(life.until) > held.at))
    )
    key = (col(held.seq), col(held.rule_id), col(held.event_seq))
    while True:
        async with database.read() as session:
            asked = select(held).where(tuple_(*key) > last, lived.exists()).order_by(*key)
            rows = (await session.exec(asked.limit(_SLICE))).all()
        if not rows:
            return
        last = (rows[-1].seq, rows[-1].rule_id, rows[-1].event_seq)
        yield [{**given(row, ("at", "rule_id")), "trace": json.loads(row.body)} for row in rows]
