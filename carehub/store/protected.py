"""Protected addresses: who has one, and homes of which the register says nothing while somebody there has.

A sealed home has a cover name in `scope` and no note of how one gets in, so that no list, search, file or text can
tell what is not there; what it was called lies in `sealed_home`, which only the tap that is logged reads.
"""

import json
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import col, or_, select

from carehub.core.people.access import STRICTEST, Errand, Errands, Mark, Sight, Where, tells
from carehub.kit.ids import new_id
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind

COVER = "Skjermet adresse"
"""What a sealed home is called, with a number that tells nothing."""
_EQUIPMENT = "Utstyr"


async def marks(session: Session) -> dict[str, Mark]:
    """Everybody whose address is graded, by id."""
    one = tables.AddressMark
    found = await session.exec(select(one.resident_id, one.mark).where(col(one.ended_at).is_(None)))
    return {resident: Mark(mark) for resident, mark in found.all()}


async def of_resident(session: Session, resident: str) -> tables.AddressMark | None:
    """The grading that holds now."""
    one = tables.AddressMark
    return (await session.exec(select(one).where(one.resident_id == resident, col(one.ended_at).is_(None)))).first()


async def history(session: Session, resident: str) -> Sequence[tables.AddressMark]:
    """All there were, the newest first."""
    one = tables.AddressMark
    return (await session.exec(select(one).where(one.resident_id == resident).order_by(col(one.since).desc()))).all()


async def of_home(session: Session, scope_id: str | None) -> Mark:
    """The strictest grading of those whose home this is; a sealed one that is nobody's any more is still hidden."""
    if scope_id is None:
        return Mark.NONE
    graded = await marks(session)
    here = {graded[who] for who, home in (await _newest_homes(session)).items() if home == scope_id}
    if not here and await sealed(session, scope_id) is not None:
        return Mark.CONFIDENTIAL
    return next((one for one in STRICTEST if one in here), Mark.NONE)


async def sealed(session: Session, scope_id: str) -> tables.SealedHome | None:
    """What a home is called besides its cover name; None where it has none."""
    return await session.get(tables.SealedHome, scope_id)


async def _newest_homes(session: Session) -> dict[str, str]:
    """Where everybody who is graded lives, or lived last."""
    life, one = tables.Residency, tables.AddressMark
    asked = (
        select(life.resident_id, life.scope_id)
        .join(one, col(one.resident_id) == col(life.resident_id))
        .where(col(one.ended_at).is_(None))
        .order_by(col(life.since), col(life.id))
    )
    return dict((await session.exec(asked)).all())


# --- the grading ------------------------------------------------------------------------------


async def grade(session: Session, resident: str, mark: Mark, reason: str, by: str, now: datetime) -> bool:
    """From now on; False where it is graded so already, or would be lowered, which two agree to."""
    before = await of_resident(session, resident)
    if STRICTEST.index(mark) >= STRICTEST.index(before.mark if before else Mark.NONE):
        return False
    if before is not None:
        await _end(session, before, by, now)
    session.add(tables.AddressMark(id=new_id(), resident_id=resident, mark=mark, reason=reason, since=now, by_id=by))
    await session.flush()
    await hide_homes_of(session, resident, now)
    return True


async def _end(session: Session, row: tables.AddressMark, by: str, now: datetime) -> None:
    row.ended_at, row.ended_by_id = now, by
    session.add(row)
    await session.flush()  # at most one is open: the database refuses a second


async def ask_to_lower(session: Session, resident: str, to: Mark, reason: str, by: str, now: datetime) -> bool:
    """Somebody asks that it be lowered or lifted; nothing changes before another agrees."""
    row = await of_resident(session, resident)
    if row is None or row.lower_to is not None or STRICTEST.index(to) <= STRICTEST.index(row.mark):
        return False
    row.lower_to, row.lower_reason, row.lower_asked_at, row.lower_asked_by_id = to, reason, now, by
    session.add(row)
    return True


async def keep(session: Session, resident: str) -> bool:
    """It is not to be lowered after all."""
    row = await of_resident(session, resident)
    if row is None or row.lower_to is None:
        return False
    row.lower_to = row.lower_reason = row.lower_asked_at = row.lower_asked_by_id = None
    session.add(row)
    return True


async def agree(session: Session, resident: str, by: str, now: datetime) -> bool:
    """A second person agrees, and it is done; False for whoever asked. Lifted, the homes have their names again."""
    row = await of_resident(session, resident)
    if row is None or row.lower_to is None or row.lower_asked_by_id == by:
        return False
    await _end(session, row, by, now)
    if row.lower_to is not Mark.NONE:
        return await grade(session, resident, row.lower_to, row.lower_reason or "", by, now)
    homes = select(tables.Residency.scope_id).where(tables.Residency.resident_id == resident).distinct()
    for scope in (await session.exec(homes)).all():
        await show_home(session, scope)
    return True


# --- homes ------------------------------------------------------------------------------------


async def hide_homes_of(session: Session, resident: str, now: datetime) -> None:
    """Seal the home where somebody who is graded lives, or lived last; without a grading nothing happens."""
    scope = (await _newest_homes(session)).get(resident)
    mark = (await marks(session)).get(resident, Mark.NONE)
    if scope is not None and not tells(mark, Errand.STAFF, Where.NAME):
        await _seal(session, await session.get_one(tables.Scope, scope), now)


async def _seal(session: Session, scope: tables.Scope, now: datetime) -> None:
    """A room of a ward is no address, and keeps its name."""
    if scope.kind is not ScopeKind.HOME or await sealed(session, scope.id) is not None:
        return
    name, note, cover = scope.name, scope.access_note, await _cover(session)
    labels = await _rename_devices(session, scope.id, name)
    scope.name, scope.access_note = cover, None
    session.add(scope)
    await _forget(session, name, cover)
    await session.flush()  # first the cover, then the seal: the database refuses another name under it
    session.add(tables.SealedHome(scope_id=scope.id, name=name, access_note=note, labels=json.dumps(labels), since=now))
    await session.flush()


async def _cover(session: Session) -> str:
    scope = tables.Scope
    names = (await session.exec(select(scope.name).where(col(scope.name).startswith(f"{COVER} ")))).all()
    taken = [int(number) for name in names if (number := name.rpartition(" ")[2]).isdecimal()]
    return f"{COVER} {max(taken, default=0) + 1}"


async def _standing(session: Session, scope_id: str) -> Sequence[tables.Device]:
    stands, device = tables.Assignment, tables.Device
    asked = (
        select(device)
        .join(stands, col(stands.device_id) == col(device.id))
        .where(stands.scope_id == scope_id, col(stands.until).is_(None))
    )
    return (await session.exec(asked.order_by(device.id))).all()


async def telling_devices(session: Session, resident: str) -> list[tables.Device]:
    """Devices in the sealed home whose own names on their road tell the address: that the hub cannot change."""
    scope_id = (await _newest_homes(session)).get(resident, "")
    home = await sealed(session, scope_id)
    return [one for one in await _standing(session, scope_id) if home and names_it(one.address, home.name)]


async def _rename_devices(session: Session, scope_id: str, name: str) -> dict[str, str | None]:
    """Devices there that are called as the address is; gives what they were called."""
    telling = [one for one in await _standing(session, scope_id) if names_it(one.label or one.address, name)]
    labels = {one.id: one.label for one in telling}
    for number, one in enumerate(telling, 1):
        one.label = f"{_EQUIPMENT} {number}"
        session.add(one)
    return labels


def names_it(text: str, name: str) -> bool:
    """Whether a text holds a home's name, however it is written: "storgata_5_b/kjokken" tells of Storgata 5 B."""
    return _bare(name) in _bare(text)


def _bare(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


async def _forget(session: Session, name: str, cover: str) -> None:
    """What the hub itself has written of the home: details of alerts, and tasks. What people wrote is theirs."""
    detail, words = col(tables.Alert.detail), col(tables.Task.words)
    for table, column in ((tables.Alert, detail), (tables.Task, words)):
        stated = update(table).where(column.contains(name, autoescape=True))
        await session.exec(stated.values({column: func.replace(column, name, cover)}))


async def is_home_of_anybody(session: Session, scope_id: str) -> bool:
    """Whether somebody who is graded lives there, or lived there last."""
    return scope_id in (await _newest_homes(session)).values()


async def show_home(session: Session, scope_id: str) -> bool:
    """Its own name again; False where it is not sealed, or is the home of somebody who is graded."""
    row = await sealed(session, scope_id)
    if row is None or await is_home_of_anybody(session, scope_id):
        return False
    await session.delete(row)
    await session.flush()
    scope = await session.get_one(tables.Scope, scope_id)
    scope.name, scope.access_note = row.name, row.access_note
    session.add(scope)
    for device_id, label in json.loads(row.labels).items():
        device = await session.get(tables.Device, device_id)
        if device is not None and (device.label or "").startswith(f"{_EQUIPMENT} "):
            device.label = label
            session.add(device)
    return True


# --- who must go there ------------------------------------------------------------------------


async def errands(
    session: Session, person: tables.Person, alert: tables.Alert, sight: Sight, now: datetime, *, has: bool
) -> Errands:  # fmt: skip
    """What makes this person one who must go there for this alert, which they have or not."""
    notice = tables.Notice
    tablet = (col(notice.channel) == "tablet") & col(notice.address).in_(sight.units or ())
    told = select(notice.id).where(notice.alert_id == alert.id, or_(col(notice.person_id) == person.id, tablet))
    climbed = 0 < alert.rungs <= alert.rung
    return Errands(
        has=has, of_unit=sight.covers(alert.unit_id), on_duty=await at_work(session, person, now),
        asked=climbed or (await session.exec(told.limit(1))).first() is not None,
        reason=alert.resident_id in sight.opened,
    )  # fmt: skip


async def at_work(session: Session, person: tables.Person, now: datetime) -> bool:
    """Whether somebody has a shift now, or has said that they are on duty."""
    duty = tables.Duty
    asked = select(duty.person_id).where(duty.person_id == person.id, duty.since <= now, duty.until > now)
    return person.on_duty or (await session.exec(asked.limit(1))).first() is not None
