"""What of a record hangs on the resident through something else: homes, devices, alerts, family, rounds, days."""

import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from enum import Enum
from typing import Any

from sqlmodel import SQLModel, col, or_, select

from carehub.core.answers.alerts import Status
from carehub.core.days.dayrow import LAYOUT, unpack
from carehub.core.people.access import Errand, Where, tells
from carehub.store import protected, tables
from carehub.store.database import Session

_ALERT = (
    "id", "kind", "severity", "alert_code", "status", "place", "detail", "raised_at", "happened_at", "presses",
    "taken_at", "arrived_at", "closed_at", "cause", "aftermath", "contact", "note",
)  # fmt: skip
_NOTICE = ("created_at", "channel", "state", "sent_at", "delivered_at", "seen_at")
_WAY_IN = ("address", "key_box", "pets", "oxygen", "smoking", "hazard")
_TURN = ("opens_at", "due_at", "done_at", "seen", "note", "missed_at")


def plain(value: Any) -> Any:
    """As JSON has it: moments in UTC, members by value."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def given(row: SQLModel, fields: tuple[str, ...]) -> dict[str, Any]:
    """These fields of a row, and no other."""
    return {name: plain(getattr(row, name)) for name in fields}


async def of_resident(session: Session, resident: str, errand: Errand) -> dict[str, Any]:
    """Each part by its name in the record, but for the alerts."""
    kin = await _kin(session, resident)
    return {
        "homes": await _homes(session, resident, errand),
        "devices": await _devices(session, resident),
        "messages": await _messages(session, resident, kin),
        "planned_visits": await _planned_visits(session, resident),
        "visits_of_family": await _visits_of_family(session, resident, kin),
        "rounds": await _rounds(session, resident),
        "days": await _days(session, resident),
        "usual": await _usual(session, resident),
    }


async def _kin(session: Session, resident: str) -> dict[str, str]:
    """What each relative is to the resident, as it was agreed last."""
    tie = tables.Relation
    asked = select(tie.person_id, tie.kinship).where(tie.resident_id == resident).order_by(col(tie.since))
    return dict((await session.exec(asked)).all())


async def _homes(session: Session, resident: str, errand: Errand) -> list[dict[str, Any]]:
    """Without the codes of doors and key boxes: a record is printed and handed on.

    Of a protected address only the cover name, for whoever is not told it.
    """
    life, scope, way_in = tables.Residency, tables.Scope, tables.WayIn
    asked = (
        select(life, scope, way_in)
        .join(scope, col(scope.id) == col(life.scope_id))
        .join(way_in, col(way_in.scope_id) == col(scope.id), isouter=True)
        .where(life.resident_id == resident)
    )
    rows: Sequence[Any] = (await session.exec(asked.order_by(col(life.since)))).all()
    return [{**given(row, ("since", "until")), **await _home(session, home, way, errand)} for row, home, way in rows]


async def _home(
    session: Session, scope: tables.Scope, way: tables.WayIn | None, errand: Errand
) -> dict[str, Any]:  # fmt: skip
    mark, sealed = await protected.of_home(session, scope.id), await protected.sealed(session, scope.id)
    name = sealed.name if sealed and tells(mark, errand, Where.NAME) else scope.name
    return {"name": name, **(given(way, _WAY_IN) if way and tells(mark, errand, Where.ADDRESS) else {})}


async def _devices(session: Session, resident: str) -> list[dict[str, Any]]:
    stands, device, life = tables.Assignment, tables.Device, tables.Residency
    homes = select(life.scope_id).where(life.resident_id == resident)
    theirs = or_(
        stands.resident_id == resident, col(stands.resident_id).is_(None) & col(stands.scope_id).in_(homes)
    )  # fmt: skip
    asked = select(stands, device).join(device, col(device.id) == col(stands.device_id)).where(theirs)
    return [
        {**given(it, ("kind", "label", "model", "can_alarm")), **given(row, ("place", "since", "until"))}
        for row, it in (await session.exec(asked)).all()
    ]


async def _messages(session: Session, resident: str, kin: dict[str, str]) -> list[dict[str, Any]]:
    """Every thread: whose it is by kinship, and which side wrote."""
    one = tables.CareMessage
    asked = select(one).where(one.resident_id == resident).order_by(col(one.sent_at), col(one.id))
    return [
        {**given(row, ("sent_at", "by_staff", "text", "read_at")), "with": kin.get(row.person_id)}
        for row in (await session.exec(asked)).all()
    ]


async def _planned_visits(session: Session, resident: str) -> list[dict[str, Any]]:
    visit, person = tables.PlannedVisit, tables.Person
    asked = (
        select(visit, person.role)
        .join(person, col(person.id) == col(visit.done_by_id), isouter=True)
        .where(visit.resident_id == resident)
        .order_by(col(visit.at))
    )
    fields = ("at", "until", "title", "state", "done_at", "moved_from")
    return [{**given(row, fields), "by_role": plain(role)} for row, role in (await session.exec(asked)).all()]


async def _visits_of_family(session: Session, resident: str, kin: dict[str, str]) -> list[dict[str, Any]]:
    visit = tables.FamilyVisit
    asked = select(visit).where(visit.resident_id == resident).order_by(col(visit.since))
    fields = ("sort", "since", "until", "note", "made_at", "cancelled_at")
    return [{**given(row, fields), "by": kin.get(row.person_id)} for row in (await session.exec(asked)).all()]


async def _rounds(session: Session, resident: str) -> list[dict[str, Any]]:
    """What was agreed, and each time that it was due: seen, missed, by whom."""
    agreed, turn, person = tables.PlannedRound, tables.RoundTurn, tables.Person
    asked = (
        select(turn, person.role)
        .join(agreed, col(agreed.id) == col(turn.round_id))
        .join(person, col(person.id) == col(turn.done_by_id), isouter=True)
        .where(agreed.resident_id == resident)
        .order_by(col(turn.opens_at))
    )
    turns: dict[str, list[dict[str, Any]]] = {}
    for row, role in (await session.exec(asked)).all():
        turns.setdefault(row.round_id, []).append({**given(row, _TURN), "by_role": plain(role)})
    every = (await session.exec(select(agreed).where(agreed.resident_id == resident))).all()
    fields = ("opens", "closes", "how", "note", "last_day", "made_at", "ended_at")
    return [{**given(row, fields), "turns": turns.get(row.id, [])} for row in every]


async def _days(session: Session, resident: str) -> list[dict[str, Any]]:
    """Each day as the models count it; one that was counted in another way says so."""
    row = tables.DailyFeature
    asked = select(row).where(row.resident_id == resident).order_by(col(row.day))
    return [
        {"day": plain(one.day), "layout": one.layout, **(_day(one.body) if one.layout == LAYOUT else {})}
        for one in (await session.exec(asked)).all()
    ]


def _day(body: bytes) -> dict[str, Any]:
    day = unpack(body)
    return {
        "parts": {f"{part}.{feature}": value for (part, feature), value in day.values.items()},
        "not_counted": {part.value: why for part, why in day.unusable.items() if why},
        "half_hours": day.slots, "rooms": dict(day.rooms), "meals": sorted(day.meals), "habits": dict(day.habits),
        "crowded": day.crowded,
    }  # fmt: skip


async def _usual(session: Session, resident: str) -> list[dict[str, Any]]:
    """What the hub took to be usual for them, each time that it was told."""
    told, life = tables.FoldInput, tables.Residency
    homes = select(life.scope_id).where(life.resident_id == resident)
    asked = select(told.at, told.usual).where(col(told.scope_id).in_(homes), col(told.usual).is_not(None))
    found = [(at, json.loads(body or "{}")) for at, body in (await session.exec(asked.order_by(col(told.seq)))).all()]
    return [
        {"at": plain(at), "until": said["until"], "of": said["of"]}
        for at, said in found
        if said.get("resident") == resident
    ]


async def alerts(session: Session, resident: str) -> list[dict[str, Any]]:
    """Each with its steps, whom it was told, and which events made it."""
    alert = tables.Alert
    asked = select(alert).where(alert.resident_id == resident).order_by(col(alert.raised_at))
    every = (await session.exec(asked)).all()
    steps, told = await _steps(session, resident), await _told(session, resident)
    why = await _why(session, resident)
    return [
        {
            **given(one, _ALERT), "steps": steps.get(one.id, []), "told": told.get(one.id, []),
            "because": why.get(one.id, []),
        }
        for one in every
    ]  # fmt: skip


def _alerts_of(resident: str) -> Any:
    return select(tables.Alert.id).where(tables.Alert.resident_id == resident)


async def _steps(session: Session, resident: str) -> dict[str, list[dict[str, Any]]]:
    """With what was written at each; a colleague's name in it is their role."""
    step, person = tables.AlertStep, tables.Person
    nameless = await _nameless(session)
    asked = (
        select(step, person.role)
        .join(person, col(person.id) == col(step.person_id), isouter=True)
        .where(col(step.alert_id).in_(_alerts_of(resident)))
        .order_by(col(step.id))
    )
    rows: Sequence[Any] = (await session.exec(asked)).all()
    return _by_alert(
        (
            row.alert_id,
            {**given(row, ("at", "step", "code")), "text": nameless(row.text or ""), "by_role": plain(role)},
        )
        for row, role in rows
    )


async def _nameless(session: Session) -> Callable[[str], str]:
    """Puts a role in the place of each full name that the hub knows."""
    person = tables.Person
    roles = dict((await session.exec(select(person.name, person.role))).all())
    names = re.compile("|".join(re.escape(name) for name in sorted(roles, key=len, reverse=True)) or r"(?!)")
    return lambda text: names.sub(lambda found: str(plain(roles[found.group()])), text)


async def _told(session: Session, resident: str) -> dict[str, list[dict[str, Any]]]:
    """Not by which number or address: that is the reader's own. An open alert's text holds the code that takes it."""
    notice, person = tables.Notice, tables.Person
    asked = (
        select(notice, person.role, tables.Alert.status)
        .join(tables.Alert, col(tables.Alert.id) == col(notice.alert_id))
        .join(person, col(person.id) == col(notice.person_id), isouter=True)
        .where(tables.Alert.resident_id == resident)
        .order_by(col(notice.created_at), col(notice.id))
    )
    rows: Sequence[Any] = (await session.exec(asked)).all()
    return _by_alert(
        (
            row.alert_id,
            {
                **given(row, _NOTICE), "text": row.text if status is Status.CLOSED else None,
                "to_role": plain(role),
            },
        )
        for row, role, status in rows
    )  # fmt: skip


async def _why(session: Session, resident: str) -> dict[str, list[dict[str, Any]]]:
    part = tables.AlertEvent
    asked = select(part).where(col(part.alert_id).in_(_alerts_of(resident))).order_by(col(part.id))
    rows = (await session.exec(asked)).all()
    return _by_alert(
        (row.alert_id, {**given(row, ("at", "event_seq")), "trace": json.loads(row.trace or "{}")}) for row in rows
    )


def _by_alert(rows: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for alert, row in rows:
        found.setdefault(alert, []).append(row)
    return found
