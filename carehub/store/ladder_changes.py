"""Changing ladders: each change keeps how it was before, so that it can be undone."""

from datetime import datetime, timedelta

import msgspec
from sqlmodel import col, delete, select

from carehub.core.answers.ladders import AnswerTimes, Plan, Rung
from carehub.core.severity import Severity
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.ladders import ladder_id, read, rung_in


class _Kept(msgspec.Struct):
    """A ladder as its history keeps it."""

    arrive_s: int
    finish_s: int
    rungs: list[tuple[str, int, bool, str, bool]]


async def save(
    session: Session, unit: str | None, severity: Severity, wanted: Plan | None, *, by: str, now: datetime
) -> None:
    """Replace a unit's ladder, or take it away; how it was before is kept. The caller has looked for faults."""
    key = ladder_id(unit, severity)
    await _keep(session, key, by, now)
    await _replace(session, key, unit, severity, wanted)


async def _keep(session: Session, key: str, by: str, now: datetime) -> None:
    head = await session.get(tables.LadderRow, key, with_for_update=True)
    before = None
    if head is not None:
        rows = (await session.exec(select(tables.LadderRung).where(tables.LadderRung.ladder_id == key))).all()
        before = msgspec.json.encode(_kept(read(head, sorted(rows, key=lambda row: row.position)).plan)).decode()
    session.add(tables.LadderChange(ladder_id=key, at=now, person_id=by, before=before))
    await session.flush()


def _kept(plan: Plan) -> _Kept:
    seconds = [round(time.total_seconds()) for time in (plan.times.arrive, plan.times.finish)]
    return _Kept(arrive_s=seconds[0], finish_s=seconds[1], rungs=[_columns(rung) for rung in plan.ladder])


def _columns(rung: Rung) -> tuple[str, int, bool, str, bool]:
    asks = " ".join(str(one) for one in rung.asks)
    return asks, round(rung.patience.total_seconds()), rung.in_turn, " ".join(rung.methods), rung.siren


async def _replace(session: Session, key: str, unit: str | None, severity: Severity, wanted: Plan | None) -> None:
    await session.exec(delete(tables.LadderRung).where(col(tables.LadderRung.ladder_id) == key))
    await session.exec(delete(tables.LadderRow).where(col(tables.LadderRow.id) == key))
    if wanted is None:
        return
    kept = _kept(wanted)
    session.add(
        tables.LadderRow(
            id=key, unit_id=unit, severity=severity, arrive_within_s=kept.arrive_s, finish_within_s=kept.finish_s
        )
    )
    await session.flush()
    for position, (asks, patience, in_turn, methods, siren) in enumerate(kept.rungs, 1):
        session.add(
            tables.LadderRung(
                ladder_id=key, position=position, asks=asks, patience_s=patience, in_turn=in_turn, methods=methods,
                siren=siren,
            )
        )  # fmt: skip
    await session.flush()


async def undo(session: Session, unit: str | None, severity: Severity) -> bool:
    """Put a ladder back as it was before its last change; False where there is none to undo."""
    change = await last_change(session, unit, severity)
    if change is None:
        return False
    before = None if change.before is None else _restored(change.before)
    await session.delete(change)
    await session.flush()
    await _replace(session, ladder_id(unit, severity), unit, severity, before)
    return True


def _restored(before: str) -> Plan:
    kept = msgspec.json.decode(before, type=_Kept)
    rungs = tuple(
        rung_in(
            tables.LadderRung(
                ladder_id="", position=0, asks=asks, patience_s=patience, in_turn=in_turn, methods=methods, siren=siren
            )
        )
        for asks, patience, in_turn, methods, siren in kept.rungs
    )
    times = AnswerTimes(arrive=timedelta(seconds=kept.arrive_s), finish=timedelta(seconds=kept.finish_s))
    return Plan(ladder=rungs, times=times)


async def last_change(session: Session, unit: str | None, severity: Severity) -> tables.LadderChange | None:
    """The newest change of a ladder that can be undone."""
    change = tables.LadderChange
    statement = (
        select(change).where(change.ladder_id == ladder_id(unit, severity)).order_by(col(change.id).desc()).limit(1)
    )
    return (await session.exec(statement)).first()
