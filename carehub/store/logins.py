"""Logins: sessions kept on the server, and the log of who looked at what."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.kit.ids import new_token
from carehub.store import tables
from carehub.store.tables.logins import Proof

_SEEN_EVERY = timedelta(minutes=1)
"""How often a login's last use is written: a page that refreshes itself is not a write each time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long a login lives: unused, and at most."""

    idle: timedelta
    absolute: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """A login that holds now, and whose it is."""

    person: tables.Person
    token_hash: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    proof: Proof = Proof.WHOLE


def hash_of(token: str) -> str:
    """What is stored of a secret: it has 256 random bits, so one fast hash is enough."""
    return hashlib.sha256(token.encode()).hexdigest()


async def person_named(session: AsyncSession, username: str) -> tables.Person | None:
    """The active person with this user name, however it is capitalised."""
    statement = select(tables.Person).where(tables.Person.username == username.strip().casefold(), tables.Person.active)
    return (await session.exec(statement)).first()


async def begin(
    session: AsyncSession, person: tables.Person, limits: Limits, now: datetime,
    *, proof: Proof = Proof.WHOLE, browser: str = "",
) -> str:  # fmt: skip
    """Open a session and give its secret, which is nowhere stored; finished ones are swept away."""
    token = new_token()
    await session.exec(delete(tables.LoginSession).where(col(tables.LoginSession.expires_at) <= now))
    session.add(
        tables.LoginSession(
            token_hash=hash_of(token),
            person_id=person.id,
            proof=proof,
            browser=browser[:60],
            created_at=now,
            seen_at=now,
            expires_at=now + limits.absolute,
        )
    )
    return token


async def find(session: AsyncSession, token_hash: str, now: datetime) -> Login | None:
    """The login of this hash, if it has not ended and its person is still active; idleness is the caller's."""
    statement = (
        select(tables.LoginSession, tables.Person)
        .join(tables.Person, col(tables.Person.id) == col(tables.LoginSession.person_id))
        .where(
            tables.LoginSession.token_hash == token_hash,
            col(tables.LoginSession.expires_at) > now,
            tables.Person.active,
        )
    )
    row = (await session.exec(statement)).first()
    if row is None:
        return None
    login, person = row
    return Login(
        person=person, token_hash=login.token_hash, created_at=login.created_at, seen_at=login.seen_at,
        expires_at=login.expires_at, proof=login.proof,
    )  # fmt: skip


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
    return now - login.seen_at >= _SEEN_EVERY


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


def log_reading(
    session: AsyncSession, person_id: str, action: str, seen: Iterable[tuple[str | None, str]], now: datetime,
    *, because: str | None = None,
) -> None:  # fmt: skip
    """Log that a person looked at residents' data: pairs of resident and what was looked at, and what let them."""
    session.add_all(
        tables.AccessLog(
            at=now, person_id=person_id, action=action, resident_id=resident, subject=subject, because=because
        )
        for resident, subject in seen
    )
