"""Which kinds of event a device has been heard to tell: what it can feed, wherever it stands."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from sqlmodel import select

from carehub.store import sql, tables
from carehub.store.database import Session

FORGOTTEN_AFTER = timedelta(days=90)
"""A kind that a device has not told for so long, it may no longer be able to tell."""
_DAY = timedelta(days=1)
_NOTE = (
    "INSERT INTO heard_kind (device_id, kind, last_at) VALUES (?, ?, ?) ON CONFLICT (device_id, kind) "
    "DO UPDATE SET last_at = excluded.last_at WHERE heard_kind.last_at < ?"
)

_TOLD = """
    SELECT stands.scope_id, stands.resident_id, heard_kind.kind
    FROM assignment AS stands JOIN heard_kind ON heard_kind.device_id = stands.device_id
    WHERE stands.until IS NULL AND heard_kind.last_at > ?
"""
_TOLD_IN = f"{_TOLD} AND stands.scope_id = ANY (?)"


async def note(session: Session, told: Mapping[tuple[str, str], datetime]) -> None:
    """Write down what was told; what is written already, only once a day."""
    if told:
        known = set((await session.exec(select(tables.Device.id))).all())
        rows = [(device, kind, at, at - _DAY) for (device, kind), at in told.items() if device in known]
        await sql.write(session, _NOTE, rows)


async def by_home(
    session: Session, now: datetime, only: Collection[str] | None = None
) -> dict[str, dict[str | None, set[str]]]:
    """By home, and by whose the device is (None: everybody's there): the kinds that are told; in these, or in all."""
    told, values = ("scope_id", "resident_id", "kind"), (now - FORGOTTEN_AFTER,)
    if only is None:
        columns = await sql.columns(session, _TOLD, told, *values)
    else:
        columns = await sql.columns(session, _TOLD_IN, told, *values, tuple(only))
    found: dict[str, dict[str | None, set[str]]] = {}
    for scope, resident, kind in zip(*columns, strict=True):
        found.setdefault(scope, {}).setdefault(resident, set()).add(kind)
    return found
