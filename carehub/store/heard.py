"""Which kinds of event a device has been heard to tell: what it can feed, wherever it stands."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from carehub.store import sql
from carehub.store.database import Session

FORGOTTEN_AFTER = timedelta(days=90)
"""A kind that a device has not told for so long, it may no longer be able to tell."""
_DAY = timedelta(days=1)
Told = Mapping[tuple[str, str], datetime]
"""By device and kind of event: when it was told last."""
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


_WRITTEN = "SELECT device_id, kind FROM heard_kind WHERE device_id = ANY (?) AND last_at >= ?"
_LISTED = "SELECT id FROM device WHERE id = ANY (?)"


async def news(session: Session, told: Told) -> dict[tuple[str, str], datetime]:
    """What of it is to be written: of devices in the register, and what is written already only once a day.

    For a session that only reads: of thousands of reports hardly one is news, and an alarm waits for the writer.
    """
    if not told:
        return {}
    devices, kinds = await sql.columns(
        session, _WRITTEN, ("device_id", "kind"), list({device for device, _ in told}), max(told.values()) - _DAY
    )
    written = set(zip(devices, kinds, strict=True))
    fresh = {one: at for one, at in told.items() if one not in written}
    listed = {name for (name,) in await sql.ask(session, _LISTED, list({device for device, _ in fresh}))}
    return {(device, kind): at for (device, kind), at in fresh.items() if device in listed}


async def note(session: Session, fresh: Told) -> None:
    """Write down what `news` has found."""
    await sql.write(session, _NOTE, [(device, kind, at, at - _DAY) for (device, kind), at in fresh.items()])


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
    for scope, resident, kind in zip(*columns, strict=True):  # thousands, of which most add to what is there already
        home = found.get(scope)
        if home is None:
            home = found[scope] = {}
        kinds = home.get(resident)
        if kinds is None:
            home[resident] = {kind}
        else:
            kinds.add(kind)
    return found
