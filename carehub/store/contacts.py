"""Ways to reach people, from the code that is sent to them until they are used."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session

UNDO_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Way:
    """A contact method, with the code that is on its way to it."""

    method: tables.ContactMethod
    check: tables.ContactCheck | None


async def of_person(session: Session, person_id: str) -> list[Way]:
    """Every way that somebody has, in the order in which they are tried; those that wait for a code too."""
    method, check = tables.ContactMethod, tables.ContactCheck
    statement = (
        select(method, check)
        .join(check, col(check.method_id) == col(method.id), isouter=True)
        .where(method.person_id == person_id)
        .order_by(col(method.position), method.id)
    )
    return [Way(one, code) for one, code in (await session.exec(statement)).all()]


async def pending(session: Session, channel: str, address: str) -> list[Way]:
    """Ways with this address that wait for their code."""
    method, check = tables.ContactMethod, tables.ContactCheck
    statement = (
        select(method, check)
        .join(check, col(check.method_id) == col(method.id))
        .where(method.channel == channel, method.address == address)
    )
    return [Way(one, code) for one, code in (await session.exec(statement)).all()]


async def remove(session: Session, method_ids: Sequence[str]) -> None:
    """Forget these ways, and the codes on their way to them."""
    await session.exec(delete(tables.ContactCheck).where(col(tables.ContactCheck.method_id).in_(method_ids)))
    await session.exec(delete(tables.ContactMethod).where(col(tables.ContactMethod.id).in_(method_ids)))


async def take_away(session: Session, method: tables.ContactMethod, now: datetime) -> None:
    """Use this way no more; it can be put back for a few minutes."""
    kept = method.model_dump_json()
    session.add(tables.RemovedWay(id=method.id, person_id=method.person_id, kept=kept, removed_at=now))
    await remove(session, [method.id])


async def removed(session: Session, person_id: str, now: datetime) -> list[tables.ContactMethod]:
    """What this person can still have back, the last one first."""
    gone = tables.RemovedWay
    statement = select(gone.kept).where(gone.person_id == person_id, gone.removed_at > now - UNDO_WITHIN)
    rows = (await session.exec(statement.order_by(col(gone.removed_at).desc()))).all()
    return [tables.ContactMethod.model_validate(json.loads(kept)) for kept in rows]


async def put_back(session: Session, method: tables.ContactMethod) -> None:
    """As it was, with its proof, unless the same address has been added anew since."""
    ways = await of_person(session, method.person_id)
    if all((way.method.channel, way.method.address) != (method.channel, method.address) for way in ways):
        session.add(method)
    await session.exec(delete(tables.RemovedWay).where(col(tables.RemovedWay.id) == method.id))


async def sweep(session: Session, now: datetime) -> None:
    """Forget what can no longer be put back."""
    gone = tables.RemovedWay
    await session.exec(delete(gone).where(col(gone.removed_at) <= now - UNDO_WITHIN))
