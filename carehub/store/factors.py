"""Second factors, links that work once, and what a login remembers between two requests."""

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import delete, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from carehub.kit.ids import new_id, new_token
from carehub.store import tables
from carehub.store.logins import hash_of
from carehub.store.tables.logins import FactorKind

LINK_LIVES = timedelta(days=3)
"""A colleague may be off tomorrow; a link in a drawer must be worth nothing."""
STEP_LIVES = timedelta(minutes=10)


async def of_person(session: AsyncSession, person_id: str) -> list[tables.Factor]:
    """A person's second factors, oldest first."""
    asked = select(tables.Factor).where(tables.Factor.person_id == person_id).order_by(col(tables.Factor.created_at))
    return list((await session.exec(asked)).all())


async def with_credential(session: AsyncSession, credential: str) -> tables.Factor | None:
    """The passkey of this id."""
    return (await session.exec(select(tables.Factor).where(tables.Factor.credential == credential))).first()


def add(  # noqa: PLR0913 - one row
    session: AsyncSession, person_id: str, kind: FactorKind, name: str, secret: str, now: datetime,
    *, credential: str | None = None, counter: int = 0,
) -> None:  # fmt: skip
    """A new factor, which its owner has just shown to work."""
    session.add(
        tables.Factor(
            id=new_id(), person_id=person_id, kind=kind, name=name, secret=secret, credential=credential,
            counter=counter, created_at=now,
        )
    )  # fmt: skip


async def used(session: AsyncSession, factor: tables.Factor, counter: int, now: datetime) -> bool:
    """Note that it was used; False where somebody has used the same code, or a newer one, in the meantime."""
    is_next = tables.Factor.counter < counter if factor.kind is FactorKind.TOTP else tables.Factor.counter <= counter
    done = await session.exec(
        update(tables.Factor).where(col(tables.Factor.id) == factor.id, is_next).values(counter=counter, used_at=now)  # type: ignore[arg-type]
    )
    return bool(done.rowcount)


async def remove(session: AsyncSession, person_id: str, factor_id: str) -> None:
    """Take one away; nothing where it is somebody else's."""
    await session.exec(
        delete(tables.Factor).where(col(tables.Factor.id) == factor_id, col(tables.Factor.person_id) == person_id)
    )


async def remove_all_of(session: AsyncSession, person_id: str) -> None:
    """A lost telephone: the next login begins anew."""
    await session.exec(delete(tables.Factor).where(col(tables.Factor.person_id) == person_id))


async def issue_link(session: AsyncSession, person_id: str, made_by: str | None, now: datetime) -> str:
    """The secret of a link that lets the person choose a password, once; earlier ones are worth nothing."""
    token = new_token()
    await session.exec(delete(tables.SetupLink).where(col(tables.SetupLink.person_id) == person_id))
    session.add(
        tables.SetupLink(
            token_hash=hash_of(token), person_id=person_id, made_by=made_by, created_at=now, expires_at=now + LINK_LIVES
        )
    )
    return token


async def of_link(session: AsyncSession, token: str, now: datetime) -> tables.Person | None:
    """Whose link it is; None where it has been used, replaced, or is too old."""
    asked = (
        select(tables.Person)
        .join(tables.SetupLink, col(tables.SetupLink.person_id) == col(tables.Person.id))
        .where(
            tables.SetupLink.token_hash == hash_of(token), col(tables.SetupLink.expires_at) > now, tables.Person.active
        )
    )
    return (await session.exec(asked)).first()


async def use_link(session: AsyncSession, token: str, now: datetime) -> bool:
    """Spend it; False where somebody was quicker."""
    done = await session.exec(
        delete(tables.SetupLink).where(
            col(tables.SetupLink.token_hash) == hash_of(token), col(tables.SetupLink.expires_at) > now
        )
    )
    return bool(done.rowcount)


async def begin_step(session: AsyncSession, kind: str, data: dict[str, str], now: datetime) -> str:
    """Remember something for the answer to come; gives the secret by which it is found. Old ones are swept away."""
    token = new_token()
    await session.exec(delete(tables.LoginStep).where(col(tables.LoginStep.expires_at) <= now))
    session.add(
        tables.LoginStep(
            token_hash=hash_of(token), kind=kind, data=msgspec.json.encode(data).decode(), expires_at=now + STEP_LIVES
        )
    )
    return token


async def look_at_step(session: AsyncSession, kind: str, token: str, now: datetime) -> dict[str, str] | None:
    """What was remembered; it stays for whoever takes it."""
    step = await session.get(tables.LoginStep, hash_of(token))
    held = step is not None and step.kind == kind and step.expires_at > now
    return msgspec.json.decode(step.data, type=dict[str, str]) if step is not None and held else None


async def take_step(session: AsyncSession, kind: str, token: str, now: datetime) -> dict[str, str] | None:
    """What was remembered, once: the second to ask gets None."""
    asked = select(tables.LoginStep).where(
        tables.LoginStep.token_hash == hash_of(token),
        tables.LoginStep.kind == kind,
        col(tables.LoginStep.expires_at) > now,
    )
    step = (await session.exec(asked)).first()
    if step is None:
        return None
    gone = await session.exec(delete(tables.LoginStep).where(col(tables.LoginStep.token_hash) == step.token_hash))
    return msgspec.json.decode(step.data, type=dict[str, str]) if gone.rowcount else None
