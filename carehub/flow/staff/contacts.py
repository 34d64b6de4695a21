"""A way to reach somebody is used when they have shown that it reaches them: by a code, or in person."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from carehub.core.codes import codes_in, with_check
from carehub.core.escalation import Method
from carehub.core.severity import Severity
from carehub.core.wording import check_text
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import SMS, notice_row
from carehub.kit.ids import new_code, new_id
from carehub.store import contacts, outbox, tables
from carehub.store.database import Session

CODE_LIVES = timedelta(minutes=30)
SEND_AGAIN_AFTER = timedelta(minutes=1)
_MOST_SENDS, _MOST_TRIES = 5, 5
CONFIRMED = "Takk. Nummeret er bekreftet, og varsler kommer hit fra nå av."


class Checked(StrEnum):
    """What became of a code that somebody typed."""

    VERIFIED = "verified"
    WRONG = "wrong"
    TOO_LATE = "too_late"
    """Too old, or guessed at too often: a new one must be sent."""


async def add(
    hub: Hub, session: Session, person_id: str, method: Method, now: datetime, replaces_id: str | None = None
) -> tables.ContactMethod | None:
    """Send a code to a new address, which is not used before it comes back; None where the person has it already.

    What it replaces works until then.
    """
    ways = await contacts.of_person(session, person_id)
    if any((way.method.channel, way.method.address) == (method.channel, method.address) for way in ways):
        return None
    old = next((way.method for way in ways if way.method.id == replaces_id), None)
    position = old.position if old else await contacts.last_position(session, person_id) + 1
    made = tables.ContactMethod(
        id=new_id(), person_id=person_id, channel=method.channel, address=method.address, position=position,
        created_at=now,
    )  # fmt: skip
    session.add(made)
    await session.flush()
    await _send(hub, session, made, None, now, old.id if old else None)
    return made


async def send_again(hub: Hub, session: Session, way: contacts.Way, now: datetime) -> bool:
    """Another code, which alone is good from now on; False where one has just gone, or too many have."""
    check = way.check
    if way.method.verified_at or (check and now - check.sent_at < SEND_AGAIN_AFTER):
        return False
    if check and check.sends >= _MOST_SENDS and now - check.sent_at < timedelta(days=1):
        return False
    await _send(hub, session, way.method, check, now, check.replaces_id if check else None)
    return True


async def _send(
    hub: Hub, session: Session, method: tables.ContactMethod, check: tables.ContactCheck | None, now: datetime,
    replaces_id: str | None,
) -> None:  # fmt: skip
    code = with_check(new_code())
    is_today = check is not None and now - check.sent_at < timedelta(days=1)
    await session.merge(
        tables.ContactCheck(
            method_id=method.id, code_hash=_hash(code), sent_at=now, expires_at=now + CODE_LIVES, tries=0,
            sends=check.sends + 1 if check and is_today else 1, replaces_id=replaces_id,
        )
    )  # fmt: skip
    way = Method(channel=method.channel, address=method.address)
    row = notice_row(
        way, check_text(code=code), cycle=f"check:{new_id()[:12]}", severity=Severity.MODERATE, now=now,
        person_id=method.person_id,
    )  # fmt: skip
    await outbox.write(session, [row])
    hub.wake.deliver.set()


async def confirm(session: Session, way: contacts.Way, code: str, now: datetime) -> Checked:
    """Somebody typed the code that was sent to this address."""
    check = way.check
    if check is None or check.expires_at < now or check.tries >= _MOST_TRIES:
        return Checked.TOO_LATE
    if _hash(code.strip().upper()) != check.code_hash:
        check.tries += 1
        session.add(check)
        return Checked.WRONG
    await verify(session, way, now)
    return Checked.VERIFIED


async def verify(session: Session, way: contacts.Way, now: datetime) -> None:
    """It reaches them: from now on it is used, and what it replaces is not."""
    replaced = way.check.replaces_id if way.check else None
    old = await session.get(tables.ContactMethod, replaced) if replaced else None
    person = await session.get_one(tables.Person, way.method.person_id)
    if way.method.channel == SMS and (not person.phone or (old and person.phone == old.address)):
        person.phone = way.method.address
    way.method.verified_at, way.method.suspect_since, way.method.disabled_reason = now, None, None
    session.add_all([way.method, person])
    await session.flush()
    if way.check:
        await session.delete(way.check)
        await session.flush()
    if old:
        await contacts.remove(session, [old.id])


async def confirm_by_text(session: Session, sender: str, body: str, now: datetime) -> str | None:
    """The code came back from the telephone that it was sent to: the words to answer with; None for no such code."""
    written = codes_in(body)
    for way in await contacts.pending(session, SMS, sender) if written else ():
        if way.check and way.check.expires_at >= now and way.check.code_hash in map(_hash, written):
            await verify(session, way, now)
            return CONFIRMED
    return None


def _hash(code: str) -> str:
    return sha256(code.encode()).hexdigest()
