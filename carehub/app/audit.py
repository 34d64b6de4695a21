"""`carehub audit`: a program of its own that looks at the tables from outside, and shouts past the hub.

It opens the database read-only, and has a channel of its own: whatever keeps the hub from telling
people must not keep the auditor from telling that.
"""

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import msgspec

from carehub.app.heartbeat import Heartbeat
from carehub.app.line import Line
from carehub.app.settings import Settings, names
from carehub.contracts import Channel, Fate, OutgoingNotice
from carehub.core.severity import Severity
from carehub.core.showing.wording import local_time
from carehub.core.watching.audit import (
    Concern,
    Concerns,
    Picture,
    Voice,
    clear_text,
    concerns_in,
    is_canary_missing,
    shout_text,
)
from carehub.flow.hub import AuditorState
from carehub.kit.clock import Clock, utc_now
from carehub.kit.ids import new_id
from carehub.kit.lock import Held, only_process
from carehub.kit.log import log
from carehub.plugins import load_channels
from carehub.store import audit
from carehub.store.database import Database

_READ_WITHIN_S = 10.0


class Auditor:
    """Looks, judges, shouts. What it has said it keeps in memory: a new auditor says it again."""

    def __init__(self, settings: Settings, channel: Channel | None, clock: Clock = utc_now) -> None:
        self._settings, self._channel, self._clock = settings, channel, clock
        self._database = Database(settings.database, read_only=True)
        self._heartbeat = Heartbeat(settings.heartbeat_url, settings.heartbeat_every_s)
        self._tolerance = timedelta(seconds=settings.auditor_tolerance_s)
        self._voice = Voice(tolerance=self._tolerance)

    async def attend(self) -> Concerns:
        """One round: look, write down what was seen, shout or call home. Gives what is wrong."""
        picture = await self._look()
        now = self._clock()
        concerns = concerns_in(picture, now, self._tolerance) if picture else {Concern.UNREADABLE: 1}
        self._voice = self._voice.hears(concerns, now)
        write_state(self._settings.data_dir, AuditorState(at=now, concerns=dict(concerns)))
        await self._speak(concerns, now)
        if picture and not concerns and self._canary_came_back(picture, now):
            await self._heartbeat.beat()
        return concerns

    async def _look(self) -> Picture | None:
        """What stands in the tables; None where they cannot be read, for whatever reason."""
        try:
            async with asyncio.timeout(_READ_WITHIN_S), self._database.read() as session:
                return await audit.look(session, self._clock(), self._tolerance)
        except Exception as error:  # noqa: BLE001 - that it cannot be read is itself what must be told
            log.error("auditor.cannot_read", error=type(error).__name__)
            return None

    def _canary_came_back(self, picture: Picture, now: datetime) -> bool:
        if not self._settings.canary_every_s:
            return True
        return picture.canary_back is not None and not is_canary_missing(picture, now, self._tolerance)

    async def _speak(self, concerns: Concerns, now: datetime) -> None:
        settings, clock = self._settings, local_time(now, self._settings.zone_info)
        if self._voice.wants_to_shout(now):
            log.error("auditor.shouts", **{concern.value: count for concern, count in concerns.items()})
            if await self._say(shout_text(settings.municipality, concerns, clock)):
                self._voice = self._voice.has_said(now)
        elif self._voice.wants_to_clear(now):
            log.info("auditor.all_clear")
            if await self._say(clear_text(settings.municipality, clock)):
                self._voice = self._voice.has_cleared()

    async def _say(self, text: str) -> bool:
        """Send it to every number at once; True when one took it, or when there is nobody to tell. Else tried again."""
        phones = names(self._settings.auditor_phones)
        if self._channel is None or not phones:
            return True
        return any(await asyncio.gather(*(self._send(self._channel, phone, text) for phone in phones)))

    async def _send(self, channel: Channel, phone: str, text: str) -> bool:
        notice = OutgoingNotice(id=new_id(), address=phone, text=text, severity=Severity.CRITICAL)
        try:
            receipt = await channel.send(notice)
        except Exception as error:  # noqa: BLE001 - one number's trouble must not silence the others
            log.error("auditor.not_sent", error=type(error).__name__)
            return False
        if receipt.fate in {Fate.ACCEPTED, Fate.DELIVERED}:
            return True
        log.error("auditor.not_sent", reason=receipt.reason)
        return False

    async def close(self) -> None:
        """Let go of connections."""
        if self._channel is not None:
            await self._channel.close()
        await self._heartbeat.close()
        await self._database.close()


# --- the state file: how the hub's own pages know ------------------------------------------------


def state_path(folder: Path) -> Path:
    """Where the auditor writes what it last saw."""
    return folder / "auditor.json"


def write_state(folder: Path, state: AuditorState) -> None:
    """Replace the state whole; a full or vanished disk keeps nobody from shouting."""
    path = state_path(folder)
    beside = path.with_suffix(".new")
    with suppress(OSError):
        beside.write_bytes(msgspec.json.encode(state))
        beside.replace(path)


def read_state(folder: Path) -> AuditorState | None:
    """What the auditor last wrote; None where there is nothing to read."""
    try:
        return msgspec.json.decode(state_path(folder).read_bytes(), type=AuditorState)
    except (OSError, msgspec.MsgspecError):
        return None


# --- the process ---------------------------------------------------------------------------------


async def run_audit(settings: Settings) -> None:
    """Attend until SIGTERM. One auditor for each data folder: a second one leaves at once."""
    stop, parent = asyncio.Event(), os.getppid()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    try:
        with only_process(settings.data_dir / "auditor.lock"):
            pid_path(settings.data_dir).write_text(str(os.getpid()))
            await _attend_until(stop, settings, lambda: _is_forgotten(settings, parent))
    except Held:
        log.info("auditor.already_here")


def pid_path(folder: Path) -> Path:
    """Who is the auditor: read only while its lock is held."""
    return folder / "auditor.pid"


async def _attend_until(stop: asyncio.Event, settings: Settings, is_forgotten: Callable[[], bool]) -> None:
    auditor = Auditor(settings, _channel(settings))
    log.info("auditor.started", phones=len(names(settings.auditor_phones)))
    try:
        while not stop.is_set() and not is_forgotten():
            await auditor.attend()
            with suppress(TimeoutError):
                async with asyncio.timeout(settings.auditor_every_s):
                    await stop.wait()
    finally:
        await auditor.close()
        log.info("auditor.stopped")


def _is_forgotten(settings: Settings, parent: int) -> bool:
    """Whoever started us is gone, and so is the installation, or we should not outlive it."""
    return os.getppid() != parent and not (settings.auditor_outlives and settings.data_dir.exists())


def _channel(settings: Settings) -> Channel | None:
    """A channel of our own, built apart from the hub's; None where it is not set up, or nobody may be told."""
    channels: Mapping[str, Channel] = load_channels([settings.auditor_channel], Line().tools(settings.public_url))
    if settings.silent or not channels:
        log.warning("auditor.has_no_channel")
        return None
    return next(iter(channels.values()))
