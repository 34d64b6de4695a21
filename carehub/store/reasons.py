"""What somebody wrote when they looked or changed something: beside the log of readings, which keeps its hash alone.

So the words can be erased and the chain over the log still holds (docs/adr/0026).
"""

import hashlib
import secrets
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select

from carehub.store import tables
from carehub.store.database import Session

SAID = "said:"
"""How `AccessLog.because` begins where it is the hash of what was written; before 0039 it is the text itself."""
GONE = "said:gone"
"""What is given in the place of words that were erased."""
_KEY_LENGTH = len(SAID) + 64


def written(text: str, resident: str | None, now: datetime) -> tables.AccessReason:
    """The words as a row, whose `key` is for the log. The salt keeps a short text from being guessed by its hash."""
    salt = secrets.token_hex(16)
    return tables.AccessReason(key=_key(salt, text), salt=salt, text=text, at=now, resident_id=resident)


def _key(salt: str, text: str) -> str:
    return SAID + hashlib.sha256(f"{salt}{text}".encode()).hexdigest()


def is_key(because: str | None) -> bool:
    """Whether the log names words that stand beside it."""
    return because is not None and because.startswith(SAID) and len(because) == _KEY_LENGTH


async def hold(session: Session, named: Iterable[str | None]) -> bool:
    """Whether all words that the log names are there as they were written, or erased with their resident."""
    keys = {one for one in named if one is not None and is_key(one)}
    if not keys:
        return True
    reason, stone = tables.AccessReason, tables.Erasure
    found = {row.key: row for row in (await session.exec(select(reason).where(col(reason.key).in_(keys)))).all()}
    erased = frozenset(
        (await session.exec(select(stone.resident_id).where(col(stone.agreed_by_id).is_not(None)))).all()
    )
    return all(_holds(found.get(key), erased) for key in keys)


def _holds(row: tables.AccessReason | None, erased: Collection[str]) -> bool:
    if row is None:
        return False
    if not row.salt and not row.text:
        return row.resident_id in erased
    return _key(row.salt, row.text) == row.key


async def erase(session: Session, resident: str) -> None:
    """Blank everything that was written about a resident; the store lets it happen only once an erasure is agreed."""
    reason = tables.AccessReason
    await session.exec(update(reason).where(col(reason.resident_id) == resident).values(text="", salt=""))
