"""Part of station 1: the store takes nothing. What came is kept, told from memory, and stored when it can be.

Nothing of it is acknowledged: a hub that dies meanwhile is told again by devices and broker.
"""

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Never

from carehub.contracts import Message
from carehub.core.events import Event
from carehub.core.showing.wording import local_time
from carehub.core.watching.canary import DEVICE as CANARY
from carehub.flow.hub import Hub, Unsaved, UnsavedAlarm, Word
from carehub.flow.live import EVERY_SCREEN
from carehub.flow.receiving import disk, sirens
from carehub.flow.receiving.intake import Intake, Letter, is_telemetry
from carehub.kit.log import log
from carehub.store import registry
from carehub.store.errors import STORE_FAILED, StoreDamaged, is_full

SEEN_WITHIN_S = 1.5
"""A screen fetches itself anew within this time."""
_WORTH_TELLING = timedelta(seconds=2)


async def store_failed(hub: Hub, intake: Intake, waiting: Iterable[Message], error: Exception) -> None:
    """The store did not take a batch: say so, and tell of each alarm in it, and of those that wait behind it."""
    unsaved = hub.unsaved
    unsaved.since, unsaved.tries = unsaved.since or hub.clock(), unsaved.tries + 1
    if is_full(error) and hub.make_room is not None:
        hub.make_room()
    disk.note_failure(hub, error)
    for message in waiting:
        if id(message) not in unsaved.heard:
            unsaved.heard.add(id(message))
            await _note(hub, intake, message)
    for alarm in unsaved.alarms.values():
        sirens.sound(hub, alarm.unit)
    hub.live.change()


async def store_damaged(hub: Hub, intake: Intake, waiting: Iterable[Message], error: Exception) -> Never:
    """It will never take anything again: tell of what came, give the screens a moment to show it, and end.

    Raises:
        StoreDamaged: The process is to end with it.
    """
    hub.health.damaged = True
    log.critical("store.malformed", error=repr(error)[:300])
    await store_failed(hub, intake, waiting, error)
    await asyncio.sleep(SEEN_WITHIN_S)
    raise StoreDamaged("The database turned malformed while the hub ran.") from error


async def _note(hub: Hub, intake: Intake, message: Message) -> None:
    for event in _alarms_in(intake, message):
        key = (event.scope, event.kind)
        known = hub.unsaved.alarms.get(key)
        if known is not None:
            known.times += 1
            continue
        where = await _where(hub, event.scope) or intake.listed_address(event.device) or event.scope
        hub.unsaved.alarms[key] = UnsavedAlarm(
            at=event.at, where=where, kind=event.kind, unit=intake.registry.units.get(event.scope) or EVERY_SCREEN
        )
        log.error("alarm.not_stored", scope=event.scope, kind=event.kind)


def _alarms_in(intake: Intake, message: Message) -> list[Event]:
    road = intake.road(message.topic)
    if road is None or message.retain or road.address == CANARY:
        return []
    try:
        draft = intake.read(message)
    except Exception as error:  # noqa: BLE001 - poison is set aside when the store is back; till then it may be an alarm
        letter: Letter | None = intake.set_aside(message, repr(error)[:400])
        events: list[Event] = []
    else:
        letter = draft.letter if draft else None
        events = [event for event in (draft.events if draft else ()) if not is_telemetry(event)]
    return [*events, intake.unreadable(letter)] if letter and letter.alarm_path else events


async def _where(hub: Hub, scope: str) -> str | None:
    """Its name, where the store can still be read: a full disk can."""
    try:
        async with hub.database.read() as session:
            return await registry.name_of(session, scope)
    except STORE_FAILED:
        return None


def stored_again(hub: Hub) -> None:
    """The store has taken a batch: the spell is over, and is told where it was one."""
    unsaved = hub.unsaved
    if unsaved.since is None:
        return
    if hub.clock() - unsaved.since >= _WORTH_TELLING or unsaved.alarms:
        since = local_time(unsaved.since, hub.zone)
        hub.faults.append(Word("store", f"Huben fikk ikke lagret noe fra kl. {since}. Alt som kom, er lagret nå."))
    log.info("store.takes_again", tries=unsaved.tries, alarms=len(unsaved.alarms))
    hub.unsaved = Unsaved()
    hub.live.change()
