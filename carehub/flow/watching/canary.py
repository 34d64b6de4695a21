"""The hub's own alarm: sung every minute into the broker, and heard again at the end of the outbox.

It takes the road of every press: MQTT, source, rule, alert, outbox, channel. Only its recipient is its own, and
the answer closes its alert. What it leaves is seen by nobody and swept away.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, ClassVar

import msgspec

from carehub.contracts import Fate, OutgoingNotice, Receipt, TransportError
from carehub.core.answers.alerts import Status
from carehub.core.answers.escalation import Place
from carehub.core.events import Event
from carehub.core.severity import Severity
from carehub.core.watching import canary
from carehub.flow.hub import CanaryHealth, Hub
from carehub.flow.reaching.telling import Telling, rung
from carehub.flow.receiving.batch import hub_fault
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import alerts, outbox, tables
from carehub.store import canary as rows
from carehub.store.database import Session

BACK_WITHIN = timedelta(seconds=30)
"""A song that takes longer than this has failed, whatever became of it."""
_ASK_AGAIN_AFTER = timedelta(seconds=30)
_GIVE_UP_AFTER = timedelta(minutes=10)
_SWEEP_AFTER, _SONGS_ARE_KEPT = timedelta(minutes=10), timedelta(days=1)

Publish = Callable[[str, bytes], Awaitable[None]]
Observe = Callable[[Event], None]


class Recipient:
    """The channel at the end of the canary's road."""

    name: ClassVar[str] = canary.CHANNEL
    heard_within_s: ClassVar[float | None] = 60.0

    async def send(self, notice: OutgoingNotice) -> Receipt:
        """It is always there."""
        return Receipt(fate=Fate.DELIVERED, reference=notice.id)

    async def close(self) -> None:
        """Nothing is held."""


# --- its alert: what the stations ask ----------------------------------------------------------


def summons(alert_id: str, number: int, now: datetime) -> dict[str, Any]:
    """The notice to its recipient. Behind every other: it must not delay an alarm."""
    telling = Telling(alert_id=alert_id, severity=Severity.NORMAL, unit_id=None, cycle=rung(Place(number)), now=now)
    return telling.row(canary.CHANNEL, canary.CHANNEL, telling.number)


def first_step(now: datetime) -> dict[str, Any]:
    """Where its ladder begins."""
    return {"severity": Severity.NORMAL, "presses": 1, "rung": 1, "rungs": 1, "due_at": now + _ASK_AGAIN_AFTER}


async def ask_again(session: Session, alert: tables.Alert, now: datetime) -> None:
    """Its notice has not arrived: once more, until the path is open again or the next song is enough."""
    if now - alert.raised_at > _GIVE_UP_AFTER:
        await alerts.move(session, alert, Status.CLOSED, due_at=None, closed_at=now)
        return
    alert.rung, alert.due_at = alert.rung + 1, now + _ASK_AGAIN_AFTER
    session.add(alert)
    await outbox.write(session, [summons(alert.id, alert.rung, now)])


# --- the singer --------------------------------------------------------------------------------


class Canary:
    """Sings, listens, counts. A song that does not come back is a technical alert, once for each spell of silence."""

    def __init__(self, hub: Hub, observe: Observe, publish: Publish, every_s: float) -> None:
        self._hub, self._observe, self._publish = hub, observe, publish
        self._every = timedelta(seconds=every_s)
        self._sung_at: datetime | None = None

    async def look(self) -> None:
        """Count what came back and what did not; sing when it is time."""
        now = self._hub.clock()
        await self._listen(now)
        if self._sung_at is None or abs(now - self._sung_at) >= self._every:  # also when the clock was set back
            self._sung_at = now
            await self._sing(now)

    async def _sing(self, now: datetime) -> None:
        song = new_id()
        async with self._hub.database.write() as session:
            session.add(tables.CanarySong(id=song, sung_at=now))
        body = {"id": song, "kind": canary.KIND, "at": now.isoformat()}
        try:
            await self._publish(canary.topic(), msgspec.json.encode(body))
        except TransportError as error:
            log.warning("canary.not_sung", reason=str(error)[:200])  # it will be missed, and that is told

    async def _listen(self, now: datetime) -> None:
        health, month = self._hub.health.canary, now.astimezone(self._hub.zone).strftime("%Y-%m")
        async with self._hub.database.write() as session:
            for one in await rows.heard(session):
                await self._back(session, one, now, month)
            missed = await self._give_up(session, now, month)
            await session.flush()
            row = await session.get(tables.CanaryMonth, month) or tables.CanaryMonth(month=month)
        health.month, health.returned, health.missed = month, row.returned, row.missed
        if missed and not health.missing:
            log.error("canary.missing", songs=missed)
            self._observe(hub_fault(now, "Prøvealarmen kom ikke tilbake: varsler kan bli borte.", about="canary"))
        health.missing = health.missing or bool(missed)

    async def _back(self, session: Session, heard: rows.Heard, now: datetime, month: str) -> None:
        """The answer: its alert is closed, and what came back in time is counted."""
        await alerts.move(session, heard.alert, Status.CLOSED, due_at=None, closed_at=now)
        for song in await rows.by_events(session, heard.events, heard.at):
            took = max(heard.at - song.sung_at, timedelta())
            if song.missed_at is None and took <= BACK_WITHIN:
                await rows.count_returned(session, month, _ms(took))
            elif song.missed_at is None:
                song.missed_at = now
                await rows.count_missed(session, month)
            _note_return(self._hub.health.canary, took)

    async def _give_up(self, session: Session, now: datetime, month: str) -> int:
        late = [song for song in await rows.unanswered(session) if abs(now - song.sung_at) > BACK_WITHIN]
        for song in late:
            song.missed_at = now
            await rows.count_missed(session, month)
        return len(late)

    async def sweep(self) -> None:
        """Leave nothing lying about."""
        now = self._hub.clock()
        async with self._hub.database.write() as session:
            await rows.sweep(session, now - _SWEEP_AFTER, now - _SONGS_ARE_KEPT)


def _note_return(health: CanaryHealth, took: timedelta) -> None:
    health.missing, health.took_ms = False, _ms(took)


def _ms(took: timedelta) -> int:
    return round(took.total_seconds() * 1000)
