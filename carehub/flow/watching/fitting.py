"""Part of station 6: devices that were replaced go when their successor has proven itself; what told of them ends."""

from datetime import datetime

from carehub.core.answers.alerts import Aftermath, Cause, Status, Step
from carehub.core.events import CommandKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.journal import journal_line
from carehub.flow.reaching.quiet import fall_quiet
from carehub.flow.receiving.batch import Note
from carehub.store import alerts, equipment, fitting
from carehub.store.database import Session

OF_A_DEVICE = ("device-silent", "device-unstable", "device-fault", "battery-low")
UNPROTECTED = "protection-blind"
"""Ends only where another alarm was seen to arrive: somebody without one is not helped by a shorter list."""


async def finish(hub: Hub, ingest: Ingest) -> None:
    """Put those out of use whose successor was tried and answered for."""
    async with hub.database.read() as session:
        gone = await fitting.replaced(session)
    if not gone:
        return
    now, touched = hub.clock(), dict[str, set[str]]()
    async with hub.database.write() as session:
        for device in gone:
            touched[device] = await fitting.retire(session, device, now)
            words = "Utstyret er byttet ut, og det nye virker."
            await end_alerts(session, device, now, words, (*OF_A_DEVICE, UNPROTECTED))
    if hub.reload is not None:
        await hub.reload()
    for device, scopes in touched.items():
        for scope in sorted(scopes):
            ingest.note(Note(scope, command=CommandKind.REFITTED, device=device))
    hub.live.change()


async def end_alerts(
    session: Session, device: str, now: datetime, words: str, kinds: tuple[str, ...] = OF_A_DEVICE,
    by: str | None = None,
) -> None:  # fmt: skip
    """End what is told of a device that is gone.

    Where somebody has it already, or it tells of another device too, its journal says so, and they end it.
    """
    for alert, told in await equipment.open_about(session, {device}, kinds):
        if await fitting.is_said(session, alert.id, words):
            continue
        if told != {device} or alert.status is not Status.OPEN:
            session.add(journal_line(alert.id, Step.RESOLVED, now, person_id=by, text=words))
            continue
        ended = await alerts.move(
            session, alert, Status.CLOSED, due_at=None, remind_at=None, closed_at=now, closed_by_id=by,
            cause=Cause.TECHNICAL, aftermath=Aftermath.DEVICE_FIXED,
        )  # fmt: skip
        if ended:
            session.add(journal_line(alert.id, Step.CLOSED, now, person_id=by, text=words))
            await fall_quiet(session, alert.id, now)
