"""Whether the hub works: for the machine that restarts it, for the one that counts, and in words for staff."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.core.access import Permission
from carehub.core.rules.rulebook import SAFE_MODE
from carehub.core.severity import Severity
from carehub.core.wording import local_time
from carehub.flow.hub import Hub
from carehub.store import registers
from carehub.store.errors import STORE_FAILED
from carehub.web.security import MaybeVisitor, NotAllowed, TheHub
from carehub.web.words import CHANNELS

WORKER = "worker"
_BEAT_WITHIN = timedelta(seconds=10)
_AUDITOR_WITHIN = timedelta(seconds=60)
_ANSWER_WITHIN_S = 2.0
_MOST_UNSAVED = 8

REASONS = {
    "database": ("the database does not answer", "Databasen svarer ikke."),
    "broker": ("the broker is not connected", "MQTT-tilkoblingen er nede: sensorene blir ikke hørt."),
    "store": ("the database takes nothing: what comes is not acknowledged", "Huben får ikke lagret det som kommer."),
    "disk": ("the disk fails: three syncs or more within a minute", "Disken svikter: huben må lagre om igjen."),
    "worker": ("no sign of life from the worker for 10 s", "Varslingen har ikke gitt livstegn på 10 sekunder."),
}
"""Why a hub is not ready, for machines and for people."""

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that staff must know about the hub itself, and what to do meanwhile."""

    title: str
    advice: str
    danger: bool
    key: str | None = None
    """Where it is an alarm: what the screen sounds for, as for a critical alert that nobody has."""


_DAMAGED = Trouble(
    title="Databasen er skadet",
    advice="Huben starter på nytt med en reserve nå. Gå tilsyn etter reserverutinen, og ring teknisk vakt.",
    danger=True,
)
_FAILING = Trouble(
    title="Disken svikter",
    advice="Huben må lagre om igjen, og varsler kan bli forsinket. Følg med på skjermen, og ring teknisk vakt.",
    danger=True,
)


def troubles(hub: Hub, now: datetime) -> list[Trouble]:
    """What is wrong with the hub now, the worst first, in words for staff."""
    found = _unsaved(hub)
    if hub.health.broker is False:
        found.append(
            Trouble(
                title="Huben hører ikke sensorene",
                advice="Alarmer kan utebli på denne skjermen. Gå tilsyn etter reserverutinen, og ring teknisk vakt.",
                danger=True,
            )
        )
    if not _beats(hub, now):
        found.append(
            Trouble(
                title="Varslingen står stille",
                advice="Varsler sendes kanskje ikke videre til andre. Følg med her, og ring teknisk vakt.",
                danger=True,
            )
        )
    if hub.health.rescued:
        advice = f"{hub.health.rescued} Nyere varsler, vakter og beboere kan mangle. Gå en runde, og ring teknisk vakt."
        found.append(Trouble(title="Huben startet med en reservebase", advice=advice, danger=True))
    if hub.health.canary.missing:
        found.append(
            Trouble(
                title="Prøvealarmen kom ikke tilbake",
                advice="Alarmer kan bli borte på veien. Gå tilsyn etter reserverutinen, og ring teknisk vakt.",
                danger=True,
            )
        )
    resting = [CHANNELS.get(name, name) for name, breaker in hub.breakers.items() if breaker.opened_at]
    if resting:
        found.append(
            Trouble(
                title=f"Varsling er nede: {', '.join(sorted(resting))}",
                advice="Varsler går andre veier så lenge. Følg med på skjermen, og gi teknisk vakt beskjed.",
                danger=False,
            )
        )
    if hub.rulebook.version == SAFE_MODE:
        found.append(
            Trouble(
                title="Reglene er ute av drift",
                advice="Bare alarmknapp, snor, fall, røyk og gass varsler nå. Gå tilsyn oftere, og ring teknisk vakt.",
                danger=True,
            )
        )
    elif hub.health.rulebook_faults:
        many = len(hub.health.rulebook_faults)
        rules = "1 regel er" if many == 1 else f"{many} regler er"
        found.append(
            Trouble(
                title=f"{rules} satt ut av drift",
                advice="Resten varsler som vanlig. Gi teknisk vakt beskjed.",
                danger=False,
            )
        )
    return found


def _unsaved(hub: Hub) -> list[Trouble]:
    """Alarms that only the hub's memory has: nobody else is told of them, so this screen must be enough."""
    if hub.unsaved.since is None:
        return [_FAILING] if hub.health.failing_disk else []
    alarms = sorted(hub.unsaved.alarms.values(), key=lambda alarm: alarm.at)
    if hub.health.damaged and not alarms:
        return [_DAMAGED]
    if not alarms:
        advice = "Alarmer vises her, men varsles ikke videre. Følg med på skjermen, og ring teknisk vakt."
        return [Trouble(title="Huben får ikke lagret", advice=advice, danger=True)]
    return [
        Trouble(
            title=f"Alarm som ikke er lagret: {alarm.where}",
            advice=f"Meldt kl. {local_time(alarm.at, hub.zone)}{_times(alarm.times)}. Gå dit nå. "
            "Huben får ikke lagret, og ingen andre er varslet. Ring teknisk vakt.",
            danger=True,
            key=f"unsaved-{alarm.at.isoformat()}",
        )
        for alarm in alarms[:_MOST_UNSAVED]
    ]


def _times(count: int) -> str:
    return f", {count} ganger" if count > 1 else ""


def _beats(hub: Hub, now: datetime) -> bool:
    """Whether the worker has given a sign of life lately. A hub with no worker here says nothing of it."""
    beat = hub.health.beats.get(WORKER)
    return beat is None or now - beat < 3 * _BEAT_WITHIN


@router.get("/healthz")
async def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/readyz")
async def readyz(hub: TheHub) -> JSONResponse:
    """The hub can do its work: 503 with the reasons when it cannot."""
    reasons = await not_ready(hub)
    status = "not ready" if reasons else "ready"
    told = [REASONS[reason][0] for reason in reasons]
    body = {"status": status, "reasons": told, "auditor": auditor_says(hub)}
    return JSONResponse(body, 503 if reasons else 200)


def auditor_says(hub: Hub) -> str:
    """What the auditor last saw. It keeps no hub from being ready: a restart mends nothing that it shouts about."""
    state = hub.health.auditor
    if state is None:
        return "unknown"
    if hub.clock() - state.at > _AUDITOR_WITHIN:
        return "silent"
    return "shouts" if state.concerns else "content"


async def not_ready(hub: Hub) -> list[str]:
    """Which parts keep the hub from being ready: keys of `REASONS`; nothing when it is."""
    reasons = []
    if not await _database_answers(hub):
        reasons.append("database")
    if hub.unsaved.since is not None:
        reasons.append("store")
    if hub.health.failing_disk:
        reasons.append("disk")
    if hub.health.broker is False:
        reasons.append("broker")
    beat = hub.health.beats.get(WORKER)
    if beat is None or hub.clock() - beat >= _BEAT_WITHIN:
        reasons.append("worker")
    return reasons


async def _database_answers(hub: Hub) -> bool:
    try:
        async with asyncio.timeout(_ANSWER_WITHIN_S):
            await hub.database.ask()
    except STORE_FAILED:
        return False
    return True


class Meters:
    """Counters and gauges of one web application. They carry numbers only, never a name."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "carehub_http_requests",
            "Answers, by route and status.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.alerts = Gauge("carehub_open_alerts", "Open alerts, by severity.", ["severity"], registry=self.registry)
        self.outbox = Gauge("carehub_outbox_waiting", "Notices not yet handed over.", registry=self.registry)
        self.channels = Gauge(
            "carehub_channel_resting", "1 while a channel is passed over.", ["channel"], registry=self.registry
        )
        self.broker = Gauge("carehub_broker_connected", "1 when the broker is connected.", registry=self.registry)
        self.concerns = Gauge(
            "carehub_auditor_concerns", "What the auditor found, by concern.", ["concern"], registry=self.registry
        )
        self.canary_returned = Gauge(
            "carehub_canary_returned", "Canary alarms of this month that came back.", registry=self.registry
        )
        self.canary_missed = Gauge(
            "carehub_canary_missed", "Canary alarms of this month that did not.", registry=self.registry
        )
        self.lag = Gauge(
            "carehub_loop_lag_seconds", "How long the hub was busy with one thing, lately.", registry=self.registry
        )
        self.dropped = Gauge(
            "carehub_telemetry_dropped", "Measurements thrown away since the start.", registry=self.registry
        )
        self.beat_age = Gauge("carehub_beat_age_seconds", "Since a part last worked.", ["part"], registry=self.registry)

    async def read(self, hub: Hub) -> None:
        """Take the gauges' values now."""
        async with hub.database.read() as session:
            counts = await registers.open_by_severity(session)
            self.outbox.set(await registers.waiting_notices(session))
        for severity in Severity:
            self.alerts.labels(severity.name.lower()).set(counts.get(severity, 0))
        for channel, breaker in hub.breakers.items():
            self.channels.labels(channel).set(1 if breaker.opened_at else 0)
        self.broker.set(1 if hub.health.broker else 0)
        self.canary_returned.set(hub.health.canary.returned)
        self.canary_missed.set(hub.health.canary.missed)
        self.lag.set(hub.health.loop_lag_s)
        self.dropped.set(hub.health.dropped)
        self.concerns.clear()
        for concern, count in (hub.health.auditor.concerns if hub.health.auditor else {}).items():
            self.concerns.labels(concern.value).set(count)
        for part, at in hub.health.beats.items():
            self.beat_age.labels(part).set((hub.clock() - at).total_seconds())


class Counting:
    """Counts answers by the route's pattern, so that no id or name becomes a label."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self.app = app
        self.meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let it through, and count the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def counted(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "other")
                self.meters.requests.labels(scope["method"], route, message["status"]).inc()
            await send(message)

        await self.app(scope, receive, counted)


@router.get("/metrics")
async def metrics(request: Request, hub: TheHub, visitor: MaybeVisitor) -> PlainTextResponse:
    """Prometheus' format, for this machine's own collector or an administrator."""
    if not _is_local(request) and not (visitor and visitor.may(Permission.ADMINISTER)):
        raise NotAllowed
    meters: Meters = request.app.state.meters
    await meters.read(hub)
    return PlainTextResponse(generate_latest(meters.registry), media_type="text/plain; version=0.0.4; charset=utf-8")


def _is_local(request: Request) -> bool:
    """Whether the asker is this very machine, and not somebody behind a proxy on it."""
    if any(header in request.headers for header in ("x-forwarded-for", "forwarded", "via", "x-real-ip")):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
