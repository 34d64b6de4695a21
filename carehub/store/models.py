"""Trained models, what they found, and whether they may speak."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlmodel import col, func, select

from carehub.core.answers.usefulness import Case
from carehub.core.days.judging import Checks
from carehub.store import sql, tables
from carehub.store.database import Session
from carehub.store.load import case_of
from carehub.store.tables.learning import Voice

_UNLESS_KNOWN = "ON CONFLICT (key) DO NOTHING"


async def newest(session: Session, detector: str, limit: int = 3) -> Sequence[tables.Model]:
    """The newest models of a detector, newest first."""
    statement = (
        select(tables.Model)
        .where(tables.Model.detector == detector)
        .order_by(col(tables.Model.trained_at).desc())
        .limit(limit)
    )
    return (await session.exec(statement)).all()


async def state(session: Session, module: str) -> tables.DetectorState | None:
    """What has been decided of a detector."""
    return await session.get(tables.DetectorState, module)


async def states(session: Session) -> Sequence[tables.DetectorState]:
    """All detectors that were ever trained."""
    return (await session.exec(select(tables.DetectorState).order_by(tables.DetectorState.module))).all()


def checks_of(row: tables.DetectorState) -> Checks:
    """The last night's checks."""
    return msgspec.json.decode(row.checks, type=Checks)


async def begin(session: Session, module: str, version: str, now: datetime, shadow: timedelta) -> tables.DetectorState:
    """A detector that is new, or of a new version, begins in the shadow; another one stays as it is."""
    row = await state(session, module)
    if row is not None and row.version == version:
        return row
    row = row or tables.DetectorState(module=module, version=version, since=now)
    row.version, row.voice, row.since, row.ready_at = version, Voice.SHADOW, now, now + shadow
    row.decided_by_id, row.reason, row.checks = None, "Ny versjon: lytter, og sier ingenting.", "{}"
    session.add(row)
    await session.flush()
    return row


async def decide(session: Session, module: str, voice: Voice, reason: str, now: datetime, by: str | None) -> bool:
    """Let a detector speak, or silence it; False where there is none or it is so already."""
    row = await state(session, module)
    if row is None or row.voice is voice:
        return False
    row.voice, row.reason, row.since, row.decided_by_id, row.checks = voice, reason[:400], now, by, "{}"
    session.add(row)
    return True


async def note_refused(session: Session, row: tables.DetectorState, many: int) -> None:
    """Findings without a proper score: the night's check switches their detector off."""
    checks = checks_of(row)
    row.checks = msgspec.json.encode(msgspec.structs.replace(checks, refused=checks.refused + many)).decode()
    session.add(row)
    await session.flush()


async def note_findings(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write findings down, each once."""
    await sql.add(session, tables.ModelFinding, list(rows), _UNLESS_KNOWN)


async def findings(session: Session, module: str, since: datetime) -> Sequence[tables.ModelFinding]:
    """What a detector has found since then, newest first."""
    finding = tables.ModelFinding
    statement = (
        select(finding)
        .where(finding.module == module, finding.at >= since)
        .order_by(col(finding.at).desc(), col(finding.key))
    )
    return (await session.exec(statement)).all()


async def many(session: Session, module: str, since: datetime, until: datetime) -> int:
    """How many there were."""
    finding = tables.ModelFinding
    statement = select(func.count()).where(finding.module == module, finding.at >= since, finding.at < until)
    return (await session.exec(statement)).one()


async def first_at(session: Session, module: str, version: str) -> datetime | None:
    """When this version found something for the first time."""
    finding = tables.ModelFinding
    statement = select(func.min(finding.at)).where(finding.module == module, finding.version == version)
    return (await session.exec(statement)).one()


async def cases(session: Session, module: str, since: datetime) -> list[Case]:
    """The alerts that came of what a detector found."""
    finding, event, made, alert = tables.ModelFinding, tables.Event, tables.AlertEvent, tables.Alert
    statement = (
        select(alert)
        .join(made, col(made.alert_id) == col(alert.id))
        .join(event, col(event.seq) == col(made.event_seq))
        .join(finding, col(finding.key) == col(event.dedup_key))
        .where(finding.module == module, finding.at >= since)
        .distinct()
    )
    return [case_of(row, None) for row in (await session.exec(statement)).all()]
