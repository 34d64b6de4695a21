"""Logins: sessions kept on the server, and the log of who looked at what."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import bindparam, delete, update
from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.core.people.access import Role
from carehub.kit.ids import new_token
from carehub.store import reasons, sql, tables
from carehub.store.tables.logins import Proof

_SEEN_EVERY, _SEEN_EVERY_ON_TABLETS = timedelta(minutes=1), timedelta(seconds=5)
"""How often a login's last use is written; a tablet that locks after a minute must know better."""


LAPSED_FOR = timedelta(hours=12)
"""So long a browser whose login ended by itself is still told that something waits: no shift is longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a login lives: unused, and at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """How a login came about, where it was not by our own password or passkey.

    Attributes:
        issuer: The provider that vouched for the person.
        subject: Its name for the person.
        sid: Its name for the session.
        tablet: The shared tablet, for a login by PIN.
    """

    issuer: str | None = None
    subject: str | None = None
    sid: str | None = None
    tablet: str | None = None


HERE = Origin()


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login that holds now, and whose it is."""

    person: tables.Person
    token_hash: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proof: Proof = Proof.WHOLE
    idle: timedelta | None = None
    """How long it may lie unused, where that is not the role's own."""
    origin: Origin = HERE
    unit_phone: str | None = None
    """Which one rings where pages say so: of the person's unit, or on a shared tablet of the tablet's. In E.164."""

    @property
    def tablet_id(self) -> str | None:
        """The shared tablet on which it was opened with a PIN."""
        return self.origin.tablet


def hash_of(token: str) -> str:
    """What is stored of a secret: it has 256 random bits, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def person_named(session: AsyncSession, username: str) -> tables.Person | None:
    """The active person with this user name, however it is capitalised."""
    statement = select(tables.Person).where(tables.Person.username == username.strip().casefold(), tables.Person.active)
    return (await session.exec(statement)).first()


async def begin(  # noqa: PLR0913 - one row
    session: AsyncSession, person: tables.Person, limits: Limits, now: datetime,
    *, proof: Proof = Proof.WHOLE, browser: str = "", origin: Origin = HERE,
) -> str:  # fmt: skip
    """Open a session and give its secret, which is nowhere stored; those that ended long ago are swept away."""
    token = new_token()
    await session.exec(delete(tables.LoginSession).where(col(tables.LoginSession.expires_at) <= now - LAPSED_FOR))
    session.add(
        tables.LoginSession(
            token_hash=hash_of(token),
            person_id=person.id,
            proof=proof,
            browser=browser[:60],
            role=person.role,
            idle_s=int(limits.idle.total_seconds()) if origin.tablet else None,
            issuer=origin.issuer,
            subject=origin.subject,
            sid=origin.sid,
            tablet_id=origin.tablet,
            created_at=now,
            seen_at=now,
            expires_at=now + limits.absolute,
        )
    )
    return token


async def lapsed(session: AsyncSession, token_hash: str, now: datetime) -> tables.Person | None:
    """Whose login it was that ended by itself, or is half of one: not of somebody who logged out or was shut out.

    It opens nothing: it says whose screen this is.
    """
    login = tables.LoginSession
    statement = (
        select(login, tables.Person)
        .join(tables.Person, col(tables.Person.id) == col(login.person_id))
        .where(login.token_hash == token_hash, col(login.tablet_id).is_(None), tables.Person.active)
    )
    found = (await session.exec(statement)).first()
    if found is None or found[0].role not in {None, found[1].role}:
        return None
    row, person = found
    until = row.expires_at + (LAPSED_FOR if row.proof is Proof.WHOLE else timedelta(0))
    return person if now < until else None


_HOLDING = (
    select(tables.LoginSession, tables.Person, tables.Unit.phone)
    .join(tables.Person, col(tables.Person.id) == col(tables.LoginSession.person_id))
    .join(tables.Tablet, col(tables.Tablet.id) == col(tables.LoginSession.tablet_id), isouter=True)
    .join(
        tables.Unit,
        col(tables.Unit.id) == func.coalesce(col(tables.Tablet.unit_id), col(tables.Person.unit_id)),
        isouter=True,
    )
    .where(
        col(tables.LoginSession.token_hash).in_(bindparam("hashes", expanding=True)),
        col(tables.LoginSession.expires_at) > bindparam("now"),
        tables.Person.active,
    )
)
"""Made once: every page asks it, and to put it together took longer than to ask."""


async def find(session: AsyncSession, token_hash: str, now: datetime) -> Login | None:
    """The login of this hash, if it has not ended, and its person is active and has the role that they entered with.

    Idleness is the caller's.
    """
    return (await find_all(session, [token_hash], now)).get(token_hash)


async def find_all(session: AsyncSession, hashes: Collection[str], now: datetime) -> dict[str, Login]:
    """The same of many at once: by hash, those that hold."""
    found = await session.exec(_HOLDING, params={"hashes": list(hashes), "now": now})
    rows = [row for row in found.all() if row[0].role in {None, row[1].role}]
    shared = await _tablets(session, {login.tablet_id for login, _, _ in rows if login.tablet_id})
    return {
        login.token_hash: Login(
            person=who if login.tablet_id is None else _as_on_tablet(who, shared[login.tablet_id]),
            token_hash=login.token_hash, created_at=login.created_at, seen_at=login.seen_at,
            expires_at=login.expires_at, proof=login.proof,
            idle=timedelta(seconds=login.idle_s) if login.idle_s is not None else None,
            origin=Origin(issuer=login.issuer, subject=login.subject, sid=login.sid, tablet=login.tablet_id),
            unit_phone=phone,
        )
        for login, who, phone in rows if login.tablet_id is None or login.tablet_id in shared
    }  # fmt: skip


async def _tablets(session: AsyncSession, ids: Collection[str]) -> dict[str, tables.Tablet]:
    """Those that have not been revoked."""
    if not ids:
        return {}
    tablet = tables.Tablet
    rows = await session.exec(select(tablet).where(col(tablet.id).in_(ids), col(tablet.revoked_at).is_(None)))
    return {one.id: one for one in rows.all()}


def _as_on_tablet(person: tables.Person, tablet: tables.Tablet) -> tables.Person:
    """On a shared tablet everybody is care-centre staff of its unit, and no more. A copy, which is never written."""
    return tables.Person(**person.model_dump() | {"role": Role.CARE_CENTRE, "unit_id": tablet.unit_id})


async def of_person(session: AsyncSession, person_id: str, now: datetime) -> list[tables.LoginSession]:
    """Where a person is logged in now, the newest first."""
    asked = (
        select(tables.LoginSession)
        .where(
            tables.LoginSession.person_id == person_id,
            tables.LoginSession.proof == Proof.WHOLE,
            col(tables.LoginSession.expires_at) > now,
        )
        .order_by(col(tables.LoginSession.created_at).desc())
    )
    return list((await session.exec(asked)).all())


def is_worth_noting(login: Login, now: datetime) -> bool:
    """Whether the last use is so long ago that it should be written again."""
    return now - login.seen_at >= (_SEEN_EVERY_ON_TABLETS if login.tablet_id else _SEEN_EVERY)


async def note_seen(session: AsyncSession, token_hash: str, now: datetime) -> None:
    """Remember that the login was used by a person now."""
    await session.exec(
        update(tables.LoginSession).where(col(tables.LoginSession.token_hash) == token_hash).values(seen_at=now)
    )


async def end(session: AsyncSession, token_hash: str) -> None:
    """Log out: the cookie is worth nothing from the commit on."""
    await session.exec(delete(tables.LoginSession).where(col(tables.LoginSession.token_hash) == token_hash))


async def end_all_of(session: AsyncSession, person_id: str, *, but: str = "") -> None:
    """Log a person out everywhere, or everywhere `but` here (a session's hash)."""
    await session.exec(
        delete(tables.LoginSession).where(
            col(tables.LoginSession.person_id) == person_id, col(tables.LoginSession.token_hash) != but
        )
    )


async def end_by_provider(session: AsyncSession, issuer: str, *, sid: str | None, subject: str | None) -> bool:
    """End what a provider vouched for: its session `sid`, or all of `subject` where it names none; False for nothing.

    The half of a login that owes a second factor ends too.
    """
    named = col(tables.LoginSession.sid) == sid if sid else col(tables.LoginSession.subject) == subject
    done = await session.exec(delete(tables.LoginSession).where(col(tables.LoginSession.issuer) == issuer, named))
    return bool(done.rowcount)


async def end_on_tablet(session: AsyncSession, tablet_id: str) -> None:
    """Whoever is logged in on this shared tablet is out."""
    await session.exec(delete(tables.LoginSession).where(col(tables.LoginSession.tablet_id) == tablet_id))


def log_reading(  # noqa: PLR0913 - one look
    session: AsyncSession, person_id: str, action: str, seen: Iterable[tuple[str | None, str]], now: datetime,
    *, because: str | None = None, said: str | None = None,
) -> None:  # fmt: skip
    """Log that a person looked at residents' data: pairs of resident and what was looked at, and what let them.

    Args:
        said: What somebody wrote as the reason, in the place of `because`: kept where it can be erased.
    """
    seen = list(seen)
    if said and seen:
        words = reasons.written(said, seen[0][0], now)
        session.add(words)
        because = words.key
    session.add_all(
        tables.AccessLog(
            at=now, person_id=person_id, action=action, resident_id=resident, subject=subject, because=because
        )
        for resident, subject in seen
    )


class Look(NamedTuple):
    """One thing about a resident that somebody was shown, where, and what let them."""

    person: str
    action: str
    resident: str | None
    subject: str
    because: str | None = None


async def log_list(
    session: AsyncSession, person_id: str, action: str, seen: Iterable[tuple[str | None, str]], now: datetime
) -> None:
    """The same for a page that lists many, at once: as objects, each cost more than its row in the list."""
    await log_looks(session, [Look(person_id, action, resident, subject) for resident, subject in seen], now)


async def log_looks(session: AsyncSession, looks: Iterable[Look], now: datetime) -> None:
    """The same of several people, whose pages show it at the same moment."""
    rows = [
        {"at": now, "person_id": one.person, "action": one.action, "resident_id": one.resident,
         "subject": one.subject, "because": one.because}
        for one in looks
    ]  # fmt: skip
    await sql.add(session, tables.AccessLog, rows)
