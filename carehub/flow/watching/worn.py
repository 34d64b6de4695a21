"""Batteries that will not last are a technician's task in working hours, once; changed, it is over by itself."""

from datetime import datetime, timedelta

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.flow.watching.fitting import end_alerts
from carehub.store import batteries, tasks
from carehub.store.tasks import Wanted

KIND = "battery-change"
_WORDS, _CHANGED = "Bytt batteriet.", "Batteriet er byttet."
_WITHIN = timedelta(days=1)
_ASK_AGAIN = timedelta(days=2)
"""A device tells of its battery once a day, or twice: so long it may take before it says that it is full."""


async def review(hub: Hub) -> None:
    """Ask for a change where one is due, and settle what was changed, or stands nowhere any more."""
    now = hub.clock()
    async with hub.database.read() as session:
        changed = await batteries.changed(session)
    if changed:
        async with hub.database.write() as session:
            for device in changed:
                await end_alerts(session, device, now, _CHANGED, (batteries.LOW,))
        hub.live.change()
    async with hub.database.read() as session:
        worn = await batteries.worn(session, now)
        waiting = {subject for _kind, subject in await tasks.waiting(session, [KIND])} - {one.device for one in worn}
        over = waiting - await batteries.still_low(session, waiting)
    if worn or over:
        async with hub.database.write() as session:
            for one in worn:
                await tasks.ask(session, _wanted(one, now), now)
            for subject in over:
                await tasks.settle(session, KIND, subject, now)


def _wanted(one: batteries.Worn, now: datetime) -> Wanted:
    """The words name no device: what and where it is stands on the list, as it is called by then."""
    return Wanted(
        kind=KIND, subject=one.device, words=_WORDS, due_at=now + _WITHIN, role=Role.TECHNICIAN, unit=one.unit,
        link=f"/admin/devices/{one.device}", again_after=_ASK_AGAIN,
    )  # fmt: skip
