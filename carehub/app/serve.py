"""Runs the hub with its pages: `carehub serve`."""

import asyncio
import gc
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from carehub.app.companion import LOOK_EVERY_S, auditor_beside
from carehub.app.compose import Running, opened
from carehub.app.settings import Settings
from carehub.contracts import ConfigurationError
from carehub.kit import failpoints
from carehub.kit.log import log
from carehub.web import create_web

_GRACE_S = 4


class _Server(uvicorn.Server):
    """Leaves signals to us: we must first let the live pages go, or an open stream holds the process for ever."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def serve(settings: Settings) -> None:
    """Run until SIGTERM or Ctrl-C; what is under way is finished, what is not acknowledged comes again."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with opened(settings) as running, auditor_beside(settings, running.hub, running.ingest.observe) as auditor:
        if auditor is not None:
            running.worker.add("auditor", auditor.look, LOOK_EVERY_S)
        server = _server(settings, running)
        stations = asyncio.create_task(running.run(), name="stations")
        pages = asyncio.create_task(server.serve(), name="pages")
        told = asyncio.create_task(stop.wait(), name="told")
        _keep_collections_short()
        log.info("hub.started", url=settings.public_url, rules=len(running.hub.rulebook.programs))
        try:
            done, _ = await asyncio.wait({stations, pages, told}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # a station that died ends the process with its reason
        finally:
            told.cancel()
            await _stop(running, server, pages, stations)


def _keep_collections_short() -> None:
    """Let the garbage collector pass over what lives as long as the process: looking at it all took up to 0.2 s."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)


async def _stop(running: Running, server: _Server, pages: "asyncio.Task[None]", stations: "asyncio.Task[None]") -> None:
    running.hub.live.close()
    server.should_exit = True
    await asyncio.wait({pages}, timeout=_GRACE_S)
    running.ingest.stop()
    stations.cancel()
    await asyncio.wait({stations}, timeout=_GRACE_S)
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
    try:
        failpoints.arm(os.environ)
    except failpoints.Refused as error:
        raise ConfigurationError(str(error)) from error
    with asyncio.Runner(loop_factory=_loop) as runner:
        runner.run(serve(settings))


def _loop() -> asyncio.AbstractEventLoop:
    import uvloop  # noqa: PLC0415 - comes with uvicorn where the platform has it

    return uvloop.new_event_loop()
