"""Sirens for alarms that only the hub's memory has: sounded past the outbox, silent when the outbox can tell again."""

import asyncio

from carehub.contracts import Fate, OutgoingNotice
from carehub.core.severity import Severity
from carehub.flow.hub import Hub, Unsaved
from carehub.flow.reaching.telling import SIREN
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import outbox

_WORDS = "Alarm som ikke er lagret. Se på skjermen."
_ACCEPTED = frozenset({Fate.ACCEPTED, Fate.DELIVERED, Fate.SEEN})


def sound(hub: Hub, unit: str) -> None:
    """Sound the unit's siren, where there is one; what does not go out is tried again with the store's next try."""
    if SIREN not in hub.channels or unit in hub.unsaved.sirens:
        return
    hub.unsaved.sirens.add(unit)
    task = asyncio.create_task(_sound(hub, hub.unsaved, unit))
    hub.sending.add(task)
    task.add_done_callback(hub.sending.discard)


async def _sound(hub: Hub, spell: Unsaved, unit: str) -> None:
    if await _switch(hub, unit, ends=False):
        hub.howling.add(unit)
    else:
        spell.sirens.discard(unit)


async def hush(hub: Hub) -> None:
    """What came is stored, and is told as any alarm: silent now, but for a siren that an open alert needs."""
    if not hub.howling or hub.unsaved.since is not None:
        return
    for unit in list(hub.howling):
        async with hub.database.read() as session:
            needed = await outbox.sounds_for_an_open_alert(session, SIREN, unit)
        if needed or await _switch(hub, unit, ends=True):
            hub.howling.discard(unit)


async def _switch(hub: Hub, unit: str, *, ends: bool) -> bool:
    notice = OutgoingNotice(id=new_id(), address=unit, text=_WORDS, severity=Severity.CRITICAL, ends=ends)
    try:
        receipt = await hub.channels[SIREN].send(notice)
    except Exception as error:  # noqa: BLE001 - a plugin may raise anything; it is tried again, and the screens tell too
        log.error("siren.not_switched", error=type(error).__name__)
        return False
    if receipt.fate not in _ACCEPTED:
        log.error("siren.not_switched", reason=receipt.reason)
    return receipt.fate in _ACCEPTED
