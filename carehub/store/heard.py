"""Which kinds of event a device has been heard to tell: what it can feed, wherever it stands."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

import msgspec

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
    SELECT stands.scope_id, stands.resident_id, heard.kinds
    FROM (
        SELECT device_id, CAST(json_agg(kind) AS TEXT) AS kinds FROM heard_kind WHERE last_at > ? GROUP BY device_id
    ) AS heard JOIN assignment AS stands ON stands.device_id = heard.device_id
    WHERE stands.until IS NULL
"""
_TOLD_IN = """
    SELECT stands.scope_id, stands.resident_id, CAST(json_agg(heard_kind.kind) AS TEXT) AS kinds
    FROM assignment AS stands JOIN heard_kind ON heard_kind.device_id = stands.device_id
    WHERE stands.until IS NULL AND heard_kind.last_at > ? AND stands.scope_id = ANY (?)
    GROUP BY stands.scope_id, stands.resident_id
"""


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
) -> dict[str, dict[str | None, frozenset[str]]]:
    """By home, and by whose the device is (None: everybody's there): the kinds that are told; in these, or in all.

    Whose devices tell the same share one set: of two thousand homes there are a few.
    """
    told, values = ("scope_id", "resident_id", "kinds"), (now - FORGOTTEN_AFTER,)
    asked, where = (_TOLD, ()) if only is None else (_TOLD_IN, (tuple(only),))
    found: dict[str, dict[str | None, frozenset[str]]] = {}
    alike: dict[str, frozenset[str]] = {}
    for scope, resident, written in zip(*await sql.columns(session, asked, told, *values, *where), strict=True):
        kinds = alike.get(written)
        if kinds is None:
            kinds = alike[written] = frozenset(msgspec.json.decode(written))
        home = found.setdefault(scope, {})
        home[resident] = home[resident] | kinds if resident in home else kinds
    return found
