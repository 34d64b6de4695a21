"""Part of station 6: a hole in a device's running numbers is told, and told as filled when they come after all (F13).

The numbers are read from the stored events behind the last look, so neither a restart nor a second road
makes a hole, and the road of an alarm pays for one more column.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from carehub.core.answers.alerts import Step
from carehub.core.events import Event
from carehub.core.watching.numbering import Count, hear
from carehub.flow.journal import journal_line
from carehub.flow.receiving.batch import hub_fault, hub_scope
from carehub.store import alerts, numbers, stream, tables
from carehub.store.database import Database, Session

TOLD_AFTER = timedelta(seconds=30)
"""Messages that overtake each other, or are sent again, have this long."""


async def count(database: Database, now: datetime) -> list[Event]:
    """Follow every device's count; gives an event for each gap that has not been told."""
    async with database.read() as session:
        heard, newest = await numbers.unread(session)
    async with database.write() as session:
        before = await numbers.counts(session, {device for device, _ in heard})
        after = dict(before)
        for device, number in heard:
            if device in after:
                after[device] = hear(after[device], number)
        changed = {device: count for device, count in after.items() if count != before[device]}
        closed = await numbers.note(session, changed, now)
        await _tell_of_filled(session, [gap for gap in closed if _is_filled(gap, changed)], now)
        await numbers.read_to(session, newest)
    async with database.read() as session:
        return await _untold(session, now)


def _is_filled(gap: tables.DeviceGap, counted: dict[str, Count]) -> bool:
    """Not where the device merely began to count anew."""
    return (counted[gap.device_id].last or 0) > gap.newest


async def _tell_of_filled(session: Session, gaps: Iterable[tables.DeviceGap], now: datetime) -> None:
    filled = [gap.device_id for gap in gaps]
    names = await numbers.names(session, filled) if filled else {}
    for device in filled:
        for alert in await alerts.open_in_scope(session, hub_scope(_about(device))):
            words = f"Meldingene som manglet fra {names[device]}, er kommet."
            session.add(journal_line(alert.id, Step.RESOLVED, now, text=words))


async def _untold(session: Session, now: datetime) -> list[Event]:
    """Each gap once, and once more when it has grown, also when we died before it was stored."""
    events = [_missing(gap, device, now) for gap, device in await numbers.open_gaps(session, now - TOLD_AFTER)]
    told = await stream.known_keys(session, [event.dedup_key for event in events if event.dedup_key])
    return [event for event in events if event.dedup_key not in told]


def _missing(gap: tables.DeviceGap, device: tables.Device, now: datetime) -> Event:
    missing = numbers.missing_of(gap)
    lost = Count(gap.newest, missing).lost
    what = "1 melding" if lost == 1 else f"{lost} meldinger"
    which = ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in missing[-5:])
    words = f"{what} mangler fra {device.label or device.address} (nr. {which}). Sjekk enheten og veien hit."
    return hub_fault(now, words, about=_about(device.id), key=f"gap/{device.id}/{gap.newest}/{gap.since.isoformat()}")


def _about(device: str) -> str:
    return f"gap/{device}"
