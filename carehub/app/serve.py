"""Runs the hub with its pages: `carehub serve`."""

import asyncio
import gc
import os
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Never

from carehub.app.companion import LOOK_EVERY_S, Companion, auditor_beside
from carehub.app.compose import Running, opened
from carehub.app.crashes import note_end, note_start
from carehub.app.first_start import offer_login
from carehub.app.settings import Settings
from carehub.app.watchdog import watched
from carehub.contracts import ConfigurationError
from carehub.kit import failpoints
from carehub.kit.clock import utc_now
from carehub.kit.late import late, load_late
from carehub.kit.log import log
from carehub.kit.tasks import together

if TYPE_CHECKING:
    from carehub.app import doors
else:
    doors = late("carehub.app.doors")

_GRACE_S = 4
_PAGES_WAIT_S, _LOOK_S, _CALM = 2.0, 0.05, 4
"""How long pages and auditor wait for the first messages, and how often it is looked whether nothing more waits."""
_TURN_S = 0.0005
"""How long one thread may hold the interpreter while the store's own thread waits for it: by default ten times as
long, and an alarm at 5,000 events a second waited for several such turns."""


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C; what is under way is finished, what is not acknowledged comes again.

    Raises:
        ExceptionGroup: A part of the hub has ended, and the process with it.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    crashes = note_start(settings.data_dir, utc_now())
    try:
        async with opened(settings, crashes=crashes) as running:
            await _run(settings, running, stop)
    except ConfigurationError:
        note_end(settings.data_dir)  # it refused to start, and said why: that is no crash
        raise
    note_end(settings.data_dir)


async def _run(settings: Settings, running: Running, stop: asyncio.Event) -> None:
    hub, house = running.hub, _House(settings, running)
    async with auditor_beside(settings, hub, running.ingest.observe) as house.auditor:
        if house.auditor is not None:
            running.worker.add("auditor", house.auditor.look, LOOK_EVERY_S)
        with watched(hub.health) as dog:
            parts = {"stations": running.run(), "pages": house.open(), "watchdog": dog.beat()}
            whole = asyncio.create_task(together(parts), name="whole")
            told = asyncio.create_task(stop.wait(), name="told")
            keep_collections_short()
            log.info("hub.started", url=settings.public_url, rules=len(hub.rulebook.programs))
            await asyncio.wait({whole, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            await _stop(running, house, whole)
            if not stop.is_set():
                whole.result()  # raises: a part that ended ends the process with its reason


class _House:
    """What comes after hearing: the libraries that were put off, the pages, and the auditor beside us."""

    def __init__(self, settings: Settings, running: Running) -> None:
        self._settings, self._running = settings, running
        self._server: doors.Server | None = None
        self._closing = False
        self.auditor: Companion | None = None

    async def open(self) -> None:
        """Returns when the pages are closed; a library that cannot be loaded ends the hub, as it would have at once."""
        await first_heard(self._running)
        server = await asyncio.to_thread(self._build)
        gc.freeze()
        if self._closing:
            return
        self._server = server
        await offer_login(self._running.hub)
        if self.auditor is not None:
            await self.auditor.begin()
        await server.serve()

    def _build(self) -> "doors.Server":
        """In a thread: the loop goes on hearing meanwhile."""
        load_late()
        return doors.server(self._settings, self._running.hub)

    def close(self) -> None:
        """Let the pages go."""
        self._closing = True
        if self._server is not None:
            self._server.should_exit = True


async def first_heard(running: Running) -> None:
    """Until what waited at the broker has been taken, but no longer than people can wait for their pages."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_PAGES_WAIT_S):
            calm = 0
            while running.transport is not None and calm < _CALM:
                await asyncio.sleep(_LOOK_S)
                hears = running.hub.health.broker and not running.ingest.waiting
                calm = calm + 1 if hears else 0


def keep_collections_short() -> None:
    """Let the garbage collector pass over what lives as long as the process: looking at it all took up to 0.2 s."""
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    gc.enable()


async def _stop(running: Running, house: _House, whole: "asyncio.Task[Never]") -> None:
    """Finish what is being sent, let the pages go, and leave the rest to whoever comes next.

    In this order: with the pages all parts end, and a notice half sent would be sent again.
    """
    running.hub.live.close()
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await running.worker.finish()
    house.close()
    await asyncio.wait({whole}, timeout=_GRACE_S)  # when the pages have ended, the rest ends with them
    running.ingest.stop()
    whole.cancel()
    await asyncio.wait({whole}, timeout=_GRACE_S)
    if whole.done() and not whole.cancelled():
        whole.exception()  # seen
    log.info("hub.stopped")


def run(settings: Settings) -> None:
    """The process of `carehub serve`."""
    sys.setswitchinterval(_TURN_S)
    try:
        failpoints.arm(os.environ)
    except failpoints.Refused as error:
        raise ConfigurationError(str(error)) from error
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(serve(settings))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop  # noqa: PLC0415 - comes with uvicorn where the platform has it

    return uvloop.new_event_loop()
