"""Tablets that a ward shares, and the PINs by which people say who they are on them."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, func, select

from carehub.core.people.access import MAY, Permission
from carehub.core.people.shared_tablet import MOST_WRONG
from carehub.store import logins, tables
from carehub.store.database import Session

_STAFF = [role for role, may in MAY.items() if Permission.ANSWER_ALERTS in may]
_SEEN_EVERY = timedelta(minutes=1)


async def of_secret(session: Session, secret: str) -> tables.Tablet | None:
    """The tablet whose cookie this is, unless it was revoked."""
    asked = select(tables.Tablet).where(tables.Tablet.token_hash == logins.hash_of(secret))
    return (await session.exec(asked)).first()


def is_worth_noting(tablet: tables.Tablet, now: datetime) -> bool:
    """Whether it was last seen so long ago that it should be written again."""
    return tablet.seen_at is None or now - tablet.seen_at >= _SEEN_EVERY


async def every(session: Session) -> Sequence[tuple[tables.Tablet, tables.Unit]]:
    """All that are in use or were, by unit and name; the revoked ones last."""
    one, unit = tables.Tablet, tables.Unit
    asked = select(one, unit).join(unit, col(unit.id) == col(one.unit_id))
    return (await session.exec(asked.order_by(col(one.revoked_at).is_not(None), unit.name, one.name))).all()


async def enrol(session: Session, tablet: tables.Tablet, secret: str, now: datetime) -> None:
    """This device is the tablet from now on; one that was it before is out, and so is whoever used it."""
    tablet.token_hash, tablet.enrolled_at, tablet.seen_at, tablet.revoked_at = logins.hash_of(secret), now, now, None
    session.add(tablet)
    await logins.end_on_tablet(session, tablet.id)


async def revoke(session: Session, tablet: tables.Tablet, now: datetime) -> None:
    """Lost or worn out: its cookie is worth nothing, and whoever was logged in on it is out."""
    tablet.token_hash, tablet.revoked_at = None, now
    session.add(tablet)
    await logins.end_on_tablet(session, tablet.id)


async def people(session: Session, tablet: tables.Tablet, now: datetime) -> list[tuple[tables.Person, bool]]:
    """Who may log in there by PIN, and whether they belong to its unit or are on duty in it; these come first."""
    person, pin, duty = tables.Person, tables.TabletPin, tables.Duty
    here = select(duty.person_id).where(duty.unit_id == tablet.unit_id, duty.since <= now, duty.until > now)
    on_duty = set((await session.exec(here)).all())
    asked = select(person).join(pin, col(pin.person_id) == col(person.id))
    asked = asked.where(person.active, col(person.role).in_(_STAFF)).order_by(person.name)
    found = [(one, one.unit_id == tablet.unit_id or one.id in on_duty) for one in (await session.exec(asked)).all()]
    return sorted(found, key=lambda one: not one[1])


async def set_pin(session: Session, person_id: str, pin_hash: str, now: datetime) -> None:
    """Another PIN; whatever was tried before is forgiven, and who entered by the old one is out."""
    await _out(session, person_id)
    await session.merge(tables.TabletPin(person_id=person_id, pin_hash=pin_hash, chosen_at=now))
    await session.exec(delete(tables.PinTries).where(col(tables.PinTries.person_id) == person_id))


async def remove_pin(session: Session, person_id: str) -> None:
    """No shared tablet for them any more."""
    await _out(session, person_id)
    await session.exec(delete(tables.TabletPin).where(col(tables.TabletPin.person_id) == person_id))


async def _out(session: Session, person_id: str) -> None:
    login = tables.LoginSession
    mine = (col(login.person_id) == person_id, col(login.tablet_id).is_not(None))
    await session.exec(delete(login).where(*mine))


async def may_try(session: Session, person_id: str, tablet_id: str, now: datetime) -> bool:
    """Count a try before it is looked at; False where too many were wrong, here or on all tablets together.

    Counted first, so that a hundred tries at the same moment are a hundred, and not one.
    """
    tries = tables.PinTries
    total = select(func.coalesce(func.sum(tries.wrong), 0)).where(tries.person_id == person_id)
    row = await session.get(tries, (person_id, tablet_id), with_for_update=True)
    so_far = row.wrong if row else 0
    if so_far >= MOST_WRONG or (await session.exec(total)).one() >= 2 * MOST_WRONG:
        return False
    await session.merge(tries(person_id=person_id, tablet_id=tablet_id, wrong=so_far + 1, last_at=now))
    return True


async def forgive(session: Session, person_id: str, tablet_id: str) -> None:
    """The PIN was right: the slips on this tablet are forgiven."""
    tries = tables.PinTries
    await session.exec(delete(tries).where(col(tries.person_id) == person_id, col(tries.tablet_id) == tablet_id))


async def left(session: Session, person_id: str, tablet_id: str) -> int:
    """How many tries are left here."""
    row = await session.get(tables.PinTries, (person_id, tablet_id))
    return max(0, MOST_WRONG - (row.wrong if row else 0))
