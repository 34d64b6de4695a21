"""`carehub replay`: recorded homes through the hub, over a real broker or into a report.

Both ways use the same ingest, fold, rules and store as a live hub, in a store of their own.
Over the broker the hub's clock is now, and what a device claimed long ago is kept as a claim.
Into a report the clock is the recording's: it stops at every deadline before the next message.
"""

import asyncio
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.app.account import Account, Raised
from carehub.app.broker import free_port
from carehub.app.compose import Running, opened
from carehub.app.recordings import Recorded, Skipped, read_recording, recognise
from carehub.app.recordings.labels import Labels, labels_of
from carehub.app.settings import Settings
from carehub.contracts import Message
from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.people.access import Role
from carehub.flow import escalate, respond
from carehub.kit.clock import utc_now
from carehub.kit.ids import new_id
from carehub.store import alerts, ledger, stream, tables
from carehub.store.database import Session
from carehub.store.tables.places import DeviceStatus, ScopeKind

_LONG_AGO = timedelta(days=365)
_AT_ONCE = 500
_ANSWERED_AFTER = timedelta(minutes=15)
_STAFF = "replay"
_QUIET_S = 5.0


@dataclass(slots=True, kw_only=True)
class Wanted:
    """What to replay, and how.

    Attributes:
        speed: Recorded seconds for each real one; 0 for as fast as it goes. Over the broker only.
        limit: At most so many messages; 0 for all.
        folder: Emptied, then holds the store.
    """

    path: Path
    format: str | None
    zone: str
    speed: float
    limit: int
    folder: Path


async def over_broker(wanted: Wanted) -> Account:
    """Publish the recording to a real broker, with a whole hub listening; returns when all of it is stored."""
    settings = _settings(wanted)
    account = Account()
    async with opened(settings) as running:
        await _furnish(running, wanted, utc_now())
        stations = asyncio.create_task(running.run())
        while not running.hub.health.broker:  # noqa: ASYNC110 - said by a station that has no event for it
            await asyncio.sleep(0.05)
        began = time.monotonic()
        address = settings.mqtt_url or f"mqtt://127.0.0.1:{settings.mqtt_port}"
        async with running.transport_module.publisher(address, client_id="replay", in_flight=1000) as publish:
            async for one in _paced(_recorded(wanted, account.skipped), wanted.speed):
                await publish(one.topic, one.payload)
                account.sent += 1
        await _until_all_stored(running, account, stations)
        account.seconds = time.monotonic() - began
        await _close_the_books(running, account, wanted, utc_now())
        stations.cancel()
        await asyncio.wait({stations})
    return account


async def into_report(wanted: Wanted) -> Account:
    """Feed the recording on its own clock; alerts are answered and closed a quarter of an hour after they rose."""
    account, began = Account(), time.monotonic()
    clock = _Recorded()
    async with opened(_settings(wanted), clock=clock, with_broker=False) as running:
        first = next(_recorded(wanted, Skipped()), None)
        clock.now = first.at if first else clock.now
        await _furnish(running, wanted, clock.now)
        journey = _Journey(running, clock)
        heard: set[tuple[str, date]] = set()
        for one in _recorded(wanted, account.skipped):
            await journey.add(one)
            account.sent += 1
            heard.add((one.home, one.at.date()))
        account.home_days = len(heard)
        await journey.finish()
        account.seconds = time.monotonic() - began
        await _close_the_books(running, account, wanted, clock.now)
    return account


class _Recorded:
    """A clock that is set by hand. Production never sees it."""

    def __init__(self) -> None:
        self.now = utc_now()

    def __call__(self) -> datetime:
        return self.now


class _Journey:
    """Feeds messages in pieces that end at each deadline, so that ticks and ladders come in their place."""

    def __init__(self, running: Running, clock: _Recorded) -> None:
        self._running, self._clock = running, clock
        self._due: datetime | None = None
        self._piece: list[Recorded] = []

    async def add(self, one: Recorded) -> None:
        """The next message, not earlier than the one before."""
        if len(self._piece) >= _AT_ONCE or (self._due is not None and self._due <= one.at):
            await self.flush()
        while self._due is not None and self._due <= one.at:
            self._clock.now = max(self._clock.now, self._due)
            await self._look()
        self._piece.append(one)

    async def flush(self) -> None:
        """Fold and store what has been added."""
        for one in self._piece:
            self._running.ingest.deliver(Message(topic=one.topic, payload=one.payload, received_at=one.at))
        if self._piece:
            self._clock.now = max(self._clock.now, self._piece[-1].at)
        self._piece = []
        await self._work()
        await self._next_due()

    async def finish(self) -> None:
        """Nothing more will come: whatever is due by now is decided."""
        await self.flush()
        while self._due is not None and self._due <= self._clock.now:
            await self._look()

    async def _look(self) -> None:
        hub, now = self._running.hub, self._clock.now
        async with hub.database.read() as session:
            due = await stream.scopes_due(session, now)
        self._running.ingest.tick(due)
        await self._work()
        async with hub.database.write() as session:
            await _answer(session, now)
            await escalate.escalate(hub, session, now)
        await self._next_due()

    async def _work(self) -> None:
        while self._running.ingest.waiting:
            await self._running.ingest.step()

    async def _next_due(self) -> None:
        async with self._running.hub.database.read() as session:
            waits = [await stream.next_deadline(session), await alerts.next_due(session)]
        known = [moment for moment in waits if moment is not None]
        self._due = min(known) if known else None


async def _answer(session: Session, now: datetime) -> None:
    for alert in await alerts.raised_before(session, now - _ANSWERED_AFTER):
        await respond.close(session, alert.id, _STAFF, now, cause=Cause.OTHER, aftermath=Aftermath.HELPED_ON_SITE)


def _settings(wanted: Wanted) -> Settings:
    """A hub of its own: no channel, no model, no setting of the shell."""
    shutil.rmtree(wanted.folder, ignore_errors=True)
    return Settings(
        data_dir=wanted.folder, database_url=None, mqtt_url=None, mqtt_port=free_port(), zone=wanted.zone,
        channels="", detectors="", silent=True,
    )  # fmt: skip


def _recorded(wanted: Wanted, skipped: Skipped) -> Iterator[Recorded]:
    for place, one in enumerate(read_recording(wanted.path, wanted.format, zone=wanted.zone, skipped=skipped)):
        if wanted.limit and place >= wanted.limit:
            return
        yield one


class _paced:  # noqa: N801 - used as a function
    """The recording at its own pace times `speed`; every message at once for 0."""

    def __init__(self, recorded: Iterator[Recorded], speed: float) -> None:
        self._recorded, self._speed = recorded, speed
        self._first: datetime | None = None
        self._began = time.monotonic()

    def __aiter__(self) -> "_paced":
        return self

    async def __anext__(self) -> Recorded:
        one = next(self._recorded, None)
        if one is None:
            raise StopAsyncIteration
        self._first = self._first or one.at
        if self._speed:
            due = self._began + (one.at - self._first).total_seconds() / self._speed
            await asyncio.sleep(max(0.0, due - time.monotonic()))
        return one


async def _furnish(running: Running, wanted: Wanted, now: datetime) -> None:
    """A home, a resident and a place for each device of the recording, as if they had always been there."""
    since = now - _LONG_AGO
    devices = {(one.device, one.home, one.place, _source(one)) for one in _recorded(wanted, Skipped())}
    async with running.hub.database.write() as session:
        session.add(tables.Person(id=_STAFF, name="Avspilling", username=_STAFF, role=Role.NURSE, on_duty=True))
        for home in sorted({home for _, home, _, _ in devices}):
            session.add(tables.Resident(id=f"resident-{home}"[:32], given_name="Opptak", family_name=home))
            session.add(tables.Scope(id=f"home:{home}", kind=ScopeKind.HOME, name=f"Opptak {home}"))
        await session.flush()
        for home in sorted({home for _, home, _, _ in devices}):
            residency = tables.Residency(
                id=new_id(), resident_id=f"resident-{home}"[:32], scope_id=f"home:{home}", since=since
            )
            session.add(residency)
        for address, home, place, source in sorted(devices, key=str):
            device = tables.Device(
                id=new_id(), source=source, address=address, can_alarm=True, status=DeviceStatus.IN_SERVICE,
                first_seen_at=now,
            )  # fmt: skip
            session.add(device)
            await session.flush()
            session.add(
                tables.Assignment(id=new_id(), device_id=device.id, scope_id=f"home:{home}", place=place, since=since)
            )
    await running.reload_registry()


def _source(one: Recorded) -> str:
    return "carehub_v1" if one.topic.startswith("carehub/v1/") else "zigbee2mqtt"


async def _until_all_stored(running: Running, account: Account, stations: "asyncio.Task[None]") -> None:
    """Wait until the hub has taken as many messages as were sent, or has been silent for a while."""
    taken, since = -1, time.monotonic()
    while running.ingest.counts.messages < account.sent and time.monotonic() - since < _QUIET_S:
        if stations.done():
            stations.result()
        if running.ingest.counts.messages != taken:
            taken, since = running.ingest.counts.messages, time.monotonic()
        await asyncio.sleep(0.1)


async def _close_the_books(running: Running, account: Account, wanted: Wanted, now: datetime) -> None:
    counts = running.ingest.counts
    labels = labels_of(wanted.path, wanted.format or recognise(wanted.path), wanted.zone)
    async with running.hub.database.read() as session:
        account.outcomes = await ledger.outcomes(session)
        account.events = await ledger.from_senders(session)
        account.overdue = await ledger.unaccounted(session, now - timedelta(seconds=60))
        account.raised = [_raised(alert, wanted, labels) for alert in await alerts.every(session)]
    account.taken, account.readings = counts.messages, counts.readings
    account.duplicates, account.letters = counts.duplicates, counts.letters


def _raised(alert: tables.Alert, wanted: Wanted, labels: Labels) -> Raised:
    return Raised(
        at=alert.raised_at.astimezone(ZoneInfo(wanted.zone)).strftime("%Y-%m-%d %H:%M:%S"),
        home=alert.scope_id.removeprefix("home:"), rule=alert.rule_id, kind=alert.kind,
        severity=alert.severity.name.lower(), code=alert.alert_code or "", place=alert.place or "",
        activity=labels.at(alert.raised_at),
    )  # fmt: skip
