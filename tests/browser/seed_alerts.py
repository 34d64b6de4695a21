"""The alerts of the invented night."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.answers.alerts import Aftermath, Cause, Status, Step
from carehub.core.severity import Severity
from carehub.flow.respond import journal_line
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState

_MIN = timedelta(minutes=1)
_HOUR = timedelta(hours=1)


async def _alert(
    session: AsyncSession, key: str, now: datetime, kind: str, severity: Severity, ago: timedelta, **more: Any
) -> None:
    scope, who = str(more.pop("scope")), more.pop("who", None)
    fields: dict[str, Any] = {
        "id": key.ljust(32, "0"),
        "dedup_key": f"{who or scope}/{kind}/{key}",
        "kind": kind,
        "severity": severity,
        "scope_id": scope,
        "resident_id": who,
        "rule_id": kind,
        "rule_version": "v1",
        "raised_at": now - ago,
        "last_event_at": now - ago,
        "due_at": now + 2 * _MIN,
        "rung": 1,
        **more,
    }
    session.add(tables.Alert(**fields))
    await session.flush()
    asked = {"name": "watch", "wanted": kind, "seen": "02:10 motion.detected bathroom", "held": True, "event": None}
    trace = {
        "rule": kind,
        "version": "v1",
        "at": now.isoformat(),
        "fired": True,
        "events": [],
        "conditions": [
            asked,
            {"name": "between", "wanted": "22:00-06:00", "seen": "02:10", "held": True, "event": None},
        ],
    }
    session.add(tables.AlertEvent(alert_id=fields["id"], at=now - ago, trace=json.dumps(trace)))
    session.add(journal_line(str(fields["id"]), Step.REPORTED, now - ago))
    session.add(journal_line(str(fields["id"]), Step.NOTIFIED, now - ago, text="Varslet 2 på trinn 1."))


async def add_open(session: AsyncSession, now: datetime) -> None:
    """One of each urgency and each step of its life."""
    await _alert(
        session,
        "a4f2",
        now,
        "fall",
        Severity.CRITICAL,
        timedelta(seconds=72),
        scope="rom-104",
        who="astrid",
        unit_id="sol",
        place="bathroom",
        rule_id="floor",
        presses=1,
        due_at=now + timedelta(seconds=108),
        detail="Ingen bevegelse i 40 sekunder etter fallet. Vanlig tid på badet nå: 3–6 min.",
    )
    await _alert(
        session,
        "b7c1",
        now,
        "social-alarm",
        Severity.CRITICAL,
        6 * _MIN,
        scope="storgata-5b",
        who="arne",
        unit_id="sentrum",
        place="living_room",
        presses=3,
        status=Status.TAKEN,
        owner_id="ingrid",
        taken_at=now - 4 * _MIN,
        due_at=now + 6 * _MIN,
    )
    await _alert(
        session,
        "c310",
        now,
        "night-exit",
        Severity.SERIOUS,
        9 * _MIN,
        scope="rom-203",
        who="odd",
        unit_id="fjord",
        place="entrance",
        due_at=now + _MIN,
        rung=2,
        detail="Døren ble åpnet, og ingen er sett inne siden.",
    )
    await _alert(
        session,
        "d9aa",
        now,
        "bed-exit-night",
        Severity.MODERATE,
        41 * _MIN,
        scope="rom-112",
        who="kaare",
        unit_id="sol",
        place="bedroom",
        detail="Oppe av sengen 5 ganger etter midnatt; vanlig 1–2.",
        due_at=now + 19 * _MIN,
    )
    await _alert(
        session,
        "e0b4",
        now,
        "social-alarm",
        Severity.SERIOUS,
        3 * _MIN,
        scope="bakkeveien-12",
        who="solveig",
        unit_id="sentrum",
        place="bedroom",
        status=Status.ARRIVED,
        owner_id="emir",
        taken_at=now - 2 * _MIN,
        arrived_at=now - _MIN,
        due_at=now + 80 * _MIN,
        happened_at=now - 6 * _HOUR,
    )
    await _alert(
        session,
        "f511",
        now,
        "device-silent",
        Severity.NORMAL,
        3 * _HOUR,
        scope="rom-203",
        who="odd",
        unit_id="fjord",
        place="bathroom",
        detail="Bevegelse bad har ikke vært hørt på 3 timer.",
        due_at=now + _HOUR,
    )


async def add_closed(session: AsyncSession, now: datetime) -> None:
    """What was handled earlier, and one message that nobody could read."""
    for key, who, scope, unit, ago, cause, did, by in (
        ("9a01", "astrid", "rom-104", "sol", 2 * _HOUR, Cause.TOILET, Aftermath.HELPED_ON_SITE, "maria"),
        ("9a02", "gerd", "rom-207", "fjord", 4 * _HOUR, Cause.UNINTENDED, Aftermath.SPOKE_WITH, "jonas"),
        ("9a03", "arne", "storgata-5b", "sentrum", 6 * _HOUR, Cause.ANXIETY, Aftermath.SPOKE_WITH, "ingrid"),
        ("9a04", "astrid", "rom-104", "sol", 50 * _HOUR, Cause.PAIN, Aftermath.CALLED_DOCTOR, "maria"),
    ):
        await _alert(
            session,
            key,
            now,
            "social-alarm",
            Severity.CRITICAL,
            ago,
            scope=scope,
            who=who,
            unit_id=unit,
            status=Status.CLOSED,
            due_at=None,
            owner_id=by,
            closed_by_id=by,
            closed_at=now - ago + 11 * _MIN,
            taken_at=now - ago + _MIN,
            cause=cause,
            aftermath=did,
        )
    session.add(
        tables.DeadLetter(
            id="d1",
            at=now - _HOUR,
            source="zigbee2mqtt",
            topic="zigbee2mqtt/Røykvarsler kjøkken/åpen",
            payload=b'{"smoke": tru\xff\x00<script>alert(1)</script>',
            error="uventet slutt på meldingen",
            alarm_path=True,
        )
    )


async def add_fortnight(session: AsyncSession, now: datetime) -> None:
    """What the last fortnight asked of people: a rule that mostly wakes for nothing, and one that is of use."""
    for number in range(36):
        at = now - timedelta(days=1 + number % 13, hours=number % 11)
        useful, kind = (
            number % 4 == 0,
            ("bed-exit-night", "social-alarm", "bed-exit-night", "bathroom-long")[number % 4],
        )
        who, scope = (("astrid", "rom-104"), ("kaare", "rom-112"), ("ragnhild", "rom-108"))[number % 3]
        alert = tables.Alert(
            id=f"f{number:02}".ljust(32, "0"), dedup_key=f"{who}/{kind}/f{number}", kind=kind, rule_id=kind,
            severity=Severity.SERIOUS, status=Status.CLOSED, scope_id=scope, resident_id=who, unit_id="sol",
            device_id=f"{who}-bedroom", rule_version="v1", raised_at=at, last_event_at=at, closed_at=at + 9 * _MIN,
            taken_at=at + (20 + number * 7) * timedelta(seconds=1), owner_id="maria", closed_by_id="maria",
            cause=Cause.TOILET if useful else Cause.NOTHING_FOUND if number % 3 else Cause.UNINTENDED,
            aftermath=Aftermath.HELPED_ON_SITE if useful else Aftermath.NO_ACTION_NEEDED,
        )  # fmt: skip
        session.add(alert)
        await session.flush()
        taken = journal_line(alert.id, Step.TAKEN, at + (20 + number * 7) * timedelta(seconds=1), person_id="maria")
        session.add(taken)
        for sent in range(1 + number % 3):
            session.add(
                tables.Notice(
                    id=f"n{number:02}{sent}".ljust(32, "0"), alert_id=alert.id, person_id=("maria", "jonas")[sent % 2],
                    channel="sms", address="+4790000000", text="Varsel", severity=Severity.SERIOUS,
                    cycle=f"rung:{sent + 1}", state=NoticeState.DELIVERED, created_at=at, not_before=at, sent_at=at,
                )
            )  # fmt: skip
