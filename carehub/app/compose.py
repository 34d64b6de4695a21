"""The composition root: builds the hub from the settings, and runs it until told to stop."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import Executor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from carehub.app import housekeeping, rescue
from carehub.app.broker import embedded_broker
from carehub.app.crashes import be_careful, take_care
from carehub.app.line import Line
from carehub.app.providers import providers
from carehub.app.settings import Settings, names, secret
from carehub.app.upgrade import upgrade
from carehub.app.window import refuse_real_people
from carehub.contracts import Channel, ConfigurationError, TransportError
from carehub.core.rules.rulebook import SAFE_MODE
from carehub.flow.hub import Health, Hub, Word
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.receiving.intake import Intake
from carehub.flow.receiving.second_road import submit
from carehub.flow.watching.canary import Recipient
from carehub.flow.watching.catchup import come_back
from carehub.flow.watching.hearing import Hearing
from carehub.flow.watching.ruleguard import stay_off
from carehub.flow.worker import Worker
from carehub.kit.clock import Clock, steady, utc_now
from carehub.kit.ids import new_id
from carehub.kit.late import load_late
from carehub.kit.lock import Held, only_process
from carehub.kit.log import log
from carehub.kit.tasks import together
from carehub.plugins import load_channels, load_module, load_rulebook, load_sources
from carehub.store import ownership, registry
from carehub.store.copies import file_of
from carehub.store.database import Database
from carehub.store.errors import STORE_FAILED, StoreDamaged

_HEARING_EVERY_S = 5.0


@dataclass(slots=True, kw_only=True)
class Running:
    """A hub with its stations, built and ready; nothing runs until `run`."""

    hub: Hub
    ingest: Ingest
    worker: Worker
    settings: Settings
    transport_module: Any
    transport: Any
    executor: Executor
    hearing: Hearing

    async def run(self) -> None:
        """Hear, fold, escalate, deliver and watch until cancelled; whoever ends takes the rest with it."""
        parts: dict[str, Coroutine[Any, Any, object]] = {"ingest": self.ingest.run(), "worker": self.worker.run()}
        if self.transport is not None:
            parts["transport"] = self.transport_module.reconnecting(
                self.transport, self.ingest.deliver, self._broker_changed
            )
        try:
            await together(parts)
        except ExceptionGroup as ended:
            if store := ended.subgroup(StoreDamaged) and file_of(self.settings.database):
                rescue.mark_doubted(store)
            raise

    def _broker_changed(self, connected: bool, reason: str) -> None:  # noqa: FBT001 - the transport's own signature
        self.hearing.changed(connected=connected, reason=reason)

    async def reload_registry(self) -> None:
        """Devices or residents changed: every road is looked up again."""
        async with self.hub.database.read() as session:
            self.ingest.intake.reload(await registry.load(session))


@asynccontextmanager
async def opened(
    settings: Settings, *, clock: Clock = utc_now, with_broker: bool = True, crashes: int = 0
) -> AsyncIterator[Running]:
    """Open the store, claim the scopes, start the embedded broker if none is named, and build everything.

    Args:
        crashes: How often the hub has died lately.

    Raises:
        ConfigurationError: The store may forget, another hub has it, or a setting is wrong.
    """
    async with AsyncExitStack() as stack:
        line = Line()
        hub = await _opened_hub(stack, settings, clock, line, crashes)
        intake = await _registered(hub)
        module = load_module(settings.transport)
        url = await _broker_url(stack, settings) if with_broker else None
        ingest = Ingest(hub, intake)
        hearing = Hearing(hub, ingest.observe)
        transport = line.transport = _transport(settings, module, hub, hearing, url) if url else None
        ingest.hear_by(transport)
        await _take_over(hub, ingest, settings, crashes)
        running = Running(
            hub=hub,
            ingest=ingest,
            worker=Worker(hub, ingest),
            settings=settings,
            transport_module=module,
            transport=transport,
            executor=stack.enter_context(housekeeping.beside()),
            hearing=hearing,
        )
        _add_posts(running, line)
        hub.submit, hub.command, hub.reload = partial(submit, hub, ingest), ingest.command, running.reload_registry
        yield running


async def _opened_hub(stack: AsyncExitStack, settings: Settings, clock: Clock, line: Line, crashes: int) -> Hub:
    """The hub over its store, with what is switched off and what was lost known before anything is heard."""
    database, rescued = await _open_store(stack, settings, clock)
    hub = build_hub(settings, database, clock, line)
    await stay_off(hub)
    be_careful(hub, crashes)
    if rescued:
        hub.health.rescued = rescued
        hub.faults.append(Word("rescued", rescued))
    for channel in hub.channels.values():
        stack.push_async_callback(channel.close)
    return hub


async def _take_over(hub: Hub, ingest: Ingest, settings: Settings, crashes: int) -> None:
    """Own the scopes, and catch up with what happened while nobody did."""
    await _own(ingest, alone=hub.database.is_sqlite)
    await refuse_real_people(hub)
    async with hub.database.read() as session:  # a hot spare may have waited for days
        ingest.intake.reload(await registry.load(session))
    ingest.tick(ingest.intake.registry.units)
    await come_back(hub, ingest)
    await take_care(hub, ingest, settings.data_dir, crashes)
    _tell_of_rules(hub, ingest)


def _add_posts(running: Running, line: Line) -> None:
    """What the worker does besides keeping the stations at work."""
    settings, hub, ingest, worker = running.settings, running.hub, running.ingest, running.worker
    housekeeping.add_roster(hub, ingest, worker)
    housekeeping.add_sweeping(hub, worker)
    if running.transport is not None:
        worker.add("hearing", running.hearing.look, _HEARING_EVERY_S)
        housekeeping.add_canary(settings, hub, ingest, worker, line)
    housekeeping.add_backups(settings, hub, ingest, worker)
    housekeeping.add_room(settings, hub, worker)
    housekeeping.add_backtests(settings, hub, worker)
    housekeeping.add_little_use(hub, worker)
    housekeeping.add_models(settings, hub, ingest, worker, running.executor)


def _tell_of_rules(hub: Hub, ingest: Ingest) -> None:
    """A rulebook that cannot be read keeps no hub from starting, and somebody must mend it."""
    faults = hub.health.rulebook_faults
    if faults:
        what = "Ingen regler kan leses" if hub.rulebook.version == SAFE_MODE else "Noen regler kan ikke leses"
        ingest.observe(hub_fault(hub.clock(), f"{what}: {' '.join(faults)}"[:400], about="rules"))


async def _open_store(stack: AsyncExitStack, settings: Settings, clock: Clock) -> tuple[Database, str | None]:
    """The store, and what staff must know of it where another one had to be put in its place."""
    store, rescued = file_of(settings.database), None
    _hold(stack, settings)
    if store is not None:
        rescued = rescue.rescue(store, settings.backups, clock())
    database = Database(settings.database)
    stack.push_async_callback(database.close)
    try:
        await upgrade(database, settings.data_dir)
    except STORE_FAILED as error:
        raise ConfigurationError(f"The database cannot be opened: {error}") from error
    await database.check_durable()
    if store is not None:
        rescue.mark_made(store)
    return database, rescued


def _hold(stack: AsyncExitStack, settings: Settings) -> None:
    """The data folder, and on SQLite that nobody else has it."""
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
        if file_of(settings.database) is not None:
            stack.enter_context(only_process(settings.data_dir / "hub.lock"))
    except Held as error:
        raise ConfigurationError(
            f"A hub already runs on {settings.data_dir}. Stop it, or give this one a CAREHUB_DATA_DIR of its own."
        ) from error
    except OSError as error:
        raise ConfigurationError(
            f"{settings.data_dir} cannot be written ({error.strerror}). Mount it for writing, or give it to this user."
        ) from error


def build_hub(settings: Settings, database: Database, clock: Clock, line: Line) -> Hub:
    """The hub as a value; a broken rulebook makes it safe mode, said in its health."""
    rulebook, faults = load_rulebook(settings.rulebook_dir, settings.zone)
    for fault in faults:
        log.error("rulebook.fault", fault=fault)
    return Hub(
        database=database,
        clock=clock,
        steady=steady if clock is utc_now else None,
        name=settings.hub_name,
        zone=settings.zone_info,
        public_url=settings.public_url.rstrip("/"),
        municipality=settings.municipality,
        route_link=settings.route_link,
        test_every=timedelta(days=settings.test_every_days),
        retention=settings.policies,
        shadow=timedelta(days=settings.shadow_days),
        second_factor=settings.second_factor == "staff",
        providers=providers(names(settings.oidc)),
        showcase=settings.showcase == "village",
        rulebook=rulebook,
        sources=load_sources(names(settings.sources)),
        live=line.live,
        channels={**_channels(settings, line), Recipient.name: Recipient()},
        read_body=load_module(settings.http_road).messages,
        webhooks=load_module(settings.sms_webhooks),
        health=Health(rulebook_faults=faults),
        twilio_tokens=_twilio_tokens(),
    )


def _channels(settings: Settings, line: Line) -> dict[str, Channel]:
    channels = load_channels(names(settings.channels), line.tools(settings.public_url))
    if not settings.silent:
        return channels
    log.warning("channels.silent")
    return dict.fromkeys(channels, channels["console"]) if "console" in channels else {}


def _twilio_tokens() -> tuple[str, ...]:
    """The present token first; a second one while it is being changed."""
    found = (secret("CAREHUB_TWILIO_AUTH_TOKEN"), secret("CAREHUB_TWILIO_AUTH_TOKEN_SECONDARY"))
    return tuple(token for token in found if token)


async def _registered(hub: Hub) -> Intake:
    async with hub.database.read() as session:
        return Intake(hub.sources, await registry.load(session))


async def _broker_url(stack: AsyncExitStack, settings: Settings) -> str:
    if settings.mqtt_url:
        return settings.mqtt_url
    broker = await stack.enter_async_context(embedded_broker(settings.data_dir / "broker", settings.mqtt_port))
    log.info("broker.embedded", kind=broker.kind, port=settings.mqtt_port)
    return broker.url


def _transport(settings: Settings, module: Any, hub: Hub, hearing: Hearing, url: str) -> Any:
    async def on_session(present: bool) -> str:  # noqa: FBT001 - the transport's own signature
        try:
            async with hub.database.write() as session:
                await hearing.session(session, present=present)
                return f"mqtt{await ownership.broker_session(session, fresh=not present)}"
        except STORE_FAILED as error:  # the road is given up and tried again; without its number we must not hear
            raise TransportError(f"the store does not answer ({type(error).__name__})") from error

    password = settings.mqtt_password.get_secret_value() if settings.mqtt_password else None
    return module.MqttTransport(
        url,
        settings.mqtt_client_id,
        [pattern for source in hub.sources for pattern in source.filters],
        on_session=on_session,
        clock=hub.clock,
        username=settings.mqtt_username,
        password=password,
        ca_file=settings.mqtt_ca_file,
        on_too_large=hearing.refused,
    )


async def _own(ingest: Ingest, *, alone: bool) -> None:
    """Wait for as long as another hub on this database holds the scopes: a hot spare, with all it needs loaded."""
    owner = f"{socket.gethostname()}:{os.getpid()}:{new_id()[:6]}"
    told = False
    while not await ingest.own(owner, alone=alone):
        if not told:
            log.warning("ownership.waiting")
            told = True
            await asyncio.to_thread(load_late)
        await asyncio.sleep(0.5)
