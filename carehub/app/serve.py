"""Runs the hub with its pages: `carehub serve`."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Never

import uvicorn

from carehub.app.companion import LOOK_EVERY_S, auditor_beside
from carehub.app.compose import Running, opened
from carehub.app.crashes import note_end, note_start
from carehub.app.settings import Settings
from carehub.app.watchdog import watched
from carehub.contracts import ConfigurationError
from carehub.kit import failpoints
from carehub.kit.clock import utc_now
from carehub.kit.log import log
from carehub.kit.tasks import together
from carehub.web import create_web

_GRACE_S = 4
_TURN_S = 0.0005
"""How long one thread may hold the interpreter while the store's own thread waits for it: by default ten times as
long, and an alarm at 5,000 events a second waited for several such turns."""


class _Server(uvicorn.Server):
    """Leaves signals to us: we must first let the live pages go, or an open stream holds the process for ever."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


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
    hub, server = running.hub, _server(settings, running)
    async with auditor_beside(settings, hub, running.ingest.observe) as auditor:
        if auditor is not None:
            running.worker.add("auditor", auditor.look, LOOK_EVERY_S)
        with watched(hub.health) as dog:
            parts = {"stations": running.run(), "pages": server.serve(), "watchdog": dog.beat()}
            whole = asyncio.create_task(together(parts), name="whole")
            told = asyncio.create_task(stop.wait(), name="told")
            _keep_collections_short()
            log.info("hub.started", url=settings.public_url, rules=len(hub.rulebook.programs))
            await asyncio.wait({whole, told}, return_when=asyncio.FIRST_COMPLETED)
            told.cancel()
            await _stop(running, server, whole)
            if not stop.is_set():
                whole.result()  # raises: a part that ended ends the process with its reason


def _keep_collections_short() -> None:
    """Let the garbage collector pass over what lives as long as the process: looking at it all took up to 0.2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _stop(running: Running, server: _Server, whole: "asyncio.Task[Never]") -> None:
    """Let the pages go, finish what is being sent, and leave the rest to whoever comes next."""
    running.hub.live.close()
    server.should_exit = True
    with suppress(TimeoutError):
        async with asyncio.timeout(_GRACE_S):
            await running.worker.finish()
    await asyncio.wait({whole}, timeout=_GRACE_S)  # when the pages have ended, the rest ends with them
    running.ingest.stop()
    whole.cancel()
    await asyncio.wait({whole}, timeout=_GRACE_S)
    if whole.done() and not whole.cancelled():
        whole.exception()  # seen
    log.info("hub.stopped")


def _server(settings: Settings, running: Running) -> _Server:
    config = uvicorn.Config(
        create_web(running.hub),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        proxy_headers=bool(settings.trusted_proxies),
        forwarded_allow_ips=settings.trusted_proxies or None,
        server_header=False,
    )
    return _Server(config)


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
