"""Ways to reach people, from the code that is sent to them until they are used."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session


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


async def last_position(session: Session, person_id: str) -> int:
    """The place of the way that is tried last; 0 where there is none."""
    method = tables.ContactMethod
    statement = select(func.max(method.position)).where(method.person_id == person_id)
    return (await session.exec(statement)).one() or 0


async def remove(session: Session, method_ids: Sequence[str]) -> None:
    """Forget these ways, and the codes on their way to them."""
    await session.exec(delete(tables.ContactCheck).where(col(tables.ContactCheck.method_id).in_(method_ids)))
    await session.exec(delete(tables.ContactMethod).where(col(tables.ContactMethod.id).in_(method_ids)))
