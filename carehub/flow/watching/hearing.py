"""Part of station 6: whether the hub hears. A road that is gone, fought over, or that forgot us, is told."""

from collections import deque
from collections.abc import Callable
from datetime import datetime, timedelta

from carehub.core.events import Event
from carehub.core.showing.wording import local_time
from carehub.flow.hub import Hub, Word
from carehub.flow.receiving.batch import hub_fault
from carehub.kit.log import log
from carehub.store import tables
from carehub.store.database import Session

GONE_AFTER = timedelta(seconds=30)
"""A broker that is restarted is back before this."""
PULLED_AWAY, WITHIN = 4, timedelta(seconds=60)
"""So many connections lost in so short a time: somebody else connects under our name."""
DEAF_FROM = timedelta(seconds=10)
BEAT = "broker"
_ABOUT = "broker"
AGAIN_AFTER, MOST_REFUSED = timedelta(hours=1), 100
"""A sender whose messages are too large repeats them: it is told once in an hour, and no more than so many senders."""


class Hearing:
    """Watches the road to the broker. Each spell of trouble is told once, and when it is over.

    Args:
        observe: Takes an event of the hub's own.
    """

    def __init__(self, hub: Hub, observe: Callable[[Event], None]) -> None:
        self._hub, self._observe = hub, observe
        self._gone_since: datetime | None = hub.clock()
        self._told = self._forgotten = self._fought = False
        self._lost: deque[datetime] = deque(maxlen=PULLED_AWAY)
        self._heard_until: datetime | None = None
        self._refused: dict[str, timedelta] = {}

    async def session(self, session: Session, *, present: bool) -> None:
        """The broker has taken us in: whether it still had our session, and since when we may have missed things."""
        beat = await session.get(tables.Beat, BEAT)
        known = (self._heard_until, beat.at if beat else None)
        self._heard_until = max((at for at in known if at is not None), default=None)
        self._forgotten = not present

    def changed(self, *, connected: bool, reason: str) -> None:
        """The transport says that the road is open, or gone."""
        now, health = self._hub.clock(), self._hub.health
        was, health.broker, health.broker_reason = health.broker, connected, reason or None
        if connected:
            self._opened(now)
        else:
            log.warning("broker.gone", reason=reason)
            self._gone_since = self._gone_since or now
            if was:
                self._closed(now)
        self._hub.live.change()

    def _opened(self, now: datetime) -> None:
        log.info("broker.connected")
        if self._told:
            self._hub.good_news.append(Word(_ABOUT, "Huben hører sensorene igjen."))
        since, self._gone_since, self._told = self._heard_until, None, False
        if self._forgotten and since is not None and now - since > DEAF_FROM:
            self._tell_deaf(since, now)
        self._forgotten, self._heard_until = False, now

    def _tell_deaf(self, since: datetime, now: datetime) -> None:
        zone = self._hub.zone
        words = (
            f"Huben var døv fra kl. {local_time(since, zone)} til {local_time(now, zone)}, og MQTT-tjeneren hadde "
            "glemt den. Det som bare ble sendt da, kan mangle. Se til dem som har enheter uten kvittering."
        )
        log.error("broker.was_deaf", since=since.isoformat())
        self._observe(hub_fault(now, words, about="deaf", key=f"deaf/{since.isoformat()}"))

    def _closed(self, now: datetime) -> None:
        self._heard_until = now
        self._lost.append(now)
        fought = len(self._lost) == PULLED_AWAY and now - self._lost[0] < WITHIN
        if fought and not self._fought:
            log.error("broker.fought_over", losses=PULLED_AWAY)
            words = "En annen hub bruker trolig samme navn hos MQTT-tjeneren: de kaster hverandre ut. Stans den ene."
            self._observe(hub_fault(now, words, about="fought-over"))
        self._fought = fought

    def refused(self, sender: str) -> None:
        """The broker threw a message away for its size, and its sender off: nobody else will ever tell of it (F7)."""
        now = self._hub.passed()
        self._refused = {name: at for name, at in self._refused.items() if now - at < AGAIN_AFTER}
        if sender in self._refused or len(self._refused) >= MOST_REFUSED:
            return
        self._refused[sender] = now
        log.error("broker.refused_for_size")
        words = (
            f"MQTT-tjeneren avviste en melding fra {sender}: den var for stor, og er borte. Den kan ha vært en alarm. "
            "Se til dem som har utstyr der, og meld fra til leverandøren."
        )
        self._observe(hub_fault(self._hub.clock(), words, about=f"size-{sender}"))

    async def look(self) -> None:
        """Note how long we have heard; tell of a road that has been gone for too long."""
        now, health = self._hub.clock(), self._hub.health
        if health.broker:
            self._heard_until = health.beats[BEAT] = now
            return
        if self._gone_since is None or self._told:
            return
        self._gone_since = min(self._gone_since, now)  # the clock was set back: wait from now on, not for an hour more
        if now - self._gone_since < GONE_AFTER:
            return
        self._told = True
        log.error("broker.still_gone", reason=health.broker_reason)
        words = f"Huben hører ikke sensorene: {health.broker_reason or 'ingen forbindelse med MQTT-tjeneren'}."
        self._observe(hub_fault(now, words[:400], about=_ABOUT))
