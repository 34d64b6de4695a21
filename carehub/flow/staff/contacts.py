"""A way to reach somebody is used when they have shown that it reaches them: by a code, or in person."""

from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from carehub.core.answers.codes import codes_in, with_check
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.core.showing.wording import check_text, mail_check_text
from carehub.flow.hub import Hub
from carehub.flow.reaching.telling import GATEWAY, MAIL, PUSH, SMS, VOICE, notice_row
from carehub.kit.ids import new_code, new_id
from carehub.store import contacts, outbox, tables
from carehub.store.database import Session

CODE_LIVES = timedelta(minutes=30)
ALSO = frozenset({VOICE, GATEWAY})
"""Other roads to a telephone whose number has been proven: they need no code of their own."""
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
    made = _made(person_id, method, now)
    _put_in(session, ways, made, old)
    await session.flush()
    await _send(hub, session, made, None, now, old.id if old else None)
    return made


async def also(hub: Hub, session: Session, way: contacts.Way, channel: str, now: datetime) -> bool:
    """Another road to the same telephone, verified at once: its owner has shown that the number is theirs.

    False for a number that has shown nothing, a road that is not set up here, and one that is there already.
    """
    known, method = way.method, Method(channel=channel, address=way.method.address)
    may = known.channel == SMS and known.verified_at and not known.disabled_reason and channel in ALSO & {*hub.channels}
    ways = await contacts.of_person(session, known.person_id)
    if not may or any((one.method.channel, one.method.address) == (channel, known.address) for one in ways):
        return False
    made = _made(known.person_id, method, now)
    made.verified_at = now
    _put_in(session, ways, made, known)
    return True


def _made(person_id: str, method: Method, now: datetime) -> tables.ContactMethod:
    return tables.ContactMethod(
        id=new_id(), person_id=person_id, channel=method.channel, address=method.address, created_at=now
    )


def _put_in(
    session: Session, ways: list[contacts.Way], made: tables.ContactMethod, after: tables.ContactMethod | None
) -> None:
    """After the one that it belongs to; else last, but no telephone goes behind a browser because it is newer."""
    order = [way.method for way in ways]
    last = max((place for place, one in enumerate(order, 1) if one.channel != PUSH), default=0)
    place = [one.id for one in order].index(after.id) + 1 if after else last
    _number(session, [*order[:place], made, *order[place:]])


async def move(session: Session, way: contacts.Way, by: int) -> None:
    """Try it earlier (-1) or later (1)."""
    order = [one.method for one in await contacts.of_person(session, way.method.person_id)]
    place = [one.id for one in order].index(way.method.id)
    order.insert(max(place + by, 0), order.pop(place))
    _number(session, order)


def _number(session: Session, order: list[tables.ContactMethod]) -> None:
    for position, one in enumerate(order, 1):
        one.position = position
        session.add(one)


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
    text = mail_check_text(code=code) if method.channel == MAIL else check_text(code=code)
    row = notice_row(
        way, text, cycle=f"{outbox.CHECK}{new_id()[:12]}", severity=Severity.MODERATE, now=now,
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
        await _follow(session, old, way.method.address)
        await contacts.remove(session, [old.id])


async def _follow(session: Session, old: tables.ContactMethod, number: str) -> None:
    """A new number is called too, where the old one was: that one may soon be a stranger's."""
    methods = [way.method for way in await contacts.of_person(session, old.person_id)]
    has = {(one.channel, one.address) for one in methods}
    for one in methods:
        if one.channel not in ALSO or one.address != old.address:
            continue
        if (one.channel, number) in has:
            await contacts.remove(session, [one.id])
        else:
            one.address = number
            session.add(one)


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
