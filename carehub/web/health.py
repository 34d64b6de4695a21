"""Whether the hub works: for the machine that restarts it and the one that counts. For staff: `troubles`."""

import asyncio
from datetime import timedelta
from ipaddress import ip_address

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import CollectorRegistry, Counter, Gauge, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from carehub.core.people.access import Permission
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import registers
from carehub.store.errors import STORE_FAILED
from carehub.web.security import MaybeVisitor, NotAllowed, TheHub
from carehub.web.tongue import later

WORKER = "worker"
BEAT_WITHIN = timedelta(seconds=10)
_AUDITOR_WITHIN = timedelta(seconds=60)
_ANSWER_WITHIN_S = 2.0

REASONS = {
    "database": ("the database does not answer", later("Databasen svarer ikke.")),
    "broker": ("the broker is not connected", later("MQTT-tilkoblingen er nede: sensorene blir ikke hørt.")),
    "store": (
        "the database takes nothing: what comes is not acknowledged",
        later("Huben får ikke lagret det som kommer."),
    ),
    "disk": ("the disk fails: three syncs or more within a minute", later("Disken svikter: huben må lagre om igjen.")),
    "worker": ("no sign of life from the worker for 10 s", later("Varslingen har ikke gitt livstegn på 10 sekunder.")),
}
"""Why a hub is not ready, for machines and for people."""

router = APIRouter()


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
    if abs(hub.clock() - state.at) > _AUDITOR_WITHIN:
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
    if beat is None or abs(hub.clock() - beat) >= BEAT_WITHIN:  # the clock may have been set back
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
    if not is_local(request) and not (visitor and visitor.may(Permission.ADMINISTER)):
        raise NotAllowed
    meters: Meters = request.app.state.meters
    await meters.read(hub)
    return PlainTextResponse(generate_latest(meters.registry), media_type="text/plain; version=0.0.4; charset=utf-8")


def is_local(request: Request) -> bool:
    """Whether the asker is this very machine, and not somebody behind a proxy on it."""
    if any(header in request.headers for header in ("x-forwarded-for", "forwarded", "via", "x-real-ip")):
        return False
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
