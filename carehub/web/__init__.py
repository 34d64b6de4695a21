"""The doors: thin, one file each. They decode, call a station or a question, and answer."""

from typing import Any
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from carehub.flow.hub import Hub
from carehub.kit.paper import Press
from carehub.web import (
    accessibility,
    actions,
    calendars,
    days,
    errors,
    health,
    live,
    local,
    reports,
    silences,
    ways,
    webhooks,
    why,
)
from carehub.web.admin import answers as admin_answers
from carehub.web.admin import backtest as admin_backtest
from carehub.web.admin import contacts as admin_contacts
from carehub.web.admin import devices as admin_devices
from carehub.web.admin import drafts as admin_drafts
from carehub.web.admin import family as admin_family
from carehub.web.admin import joining as admin_joining
from carehub.web.admin import ladders as admin_ladders
from carehub.web.admin import ledger as admin_ledger
from carehub.web.admin import letters as admin_letters
from carehub.web.admin import load as admin_load
from carehub.web.admin import models as admin_models
from carehub.web.admin import people as admin_people
from carehub.web.admin import places as admin_places
from carehub.web.admin import promises as admin_promises
from carehub.web.admin import register as admin_register
from carehub.web.admin import residents as admin_residents
from carehub.web.admin import rules as admin_rules
from carehub.web.admin import shifts as admin_shifts
from carehub.web.admin import start as admin
from carehub.web.admin import states
from carehub.web.admin import tablets as admin_tablets
from carehub.web.admin import tasks as admin_tasks
from carehub.web.admin import transfer_page as admin_transfer
from carehub.web.api import alerts as api_alerts
from carehub.web.api import devices as api_devices
from carehub.web.api import events as api_events
from carehub.web.api import reports as api_reports
from carehub.web.api import residents as api_residents
from carehub.web.api import rules as api_rules
from carehub.web.api import schedules as api_schedules
from carehub.web.entering import account, kiosk, languages, locked, login, passkeys, pin, second, setup
from carehub.web.entering.passwords import Passwords
from carehub.web.entering.throttle import Throttle
from carehub.web.families import family_about, family_messages, family_visits, messages, relatives, resident
from carehub.web.health import Counting, Meters
from carehub.web.oidc import doors as oidc
from carehub.web.oidc import linked as oidc_linked
from carehub.web.oidc.client import Client
from carehub.web.problems import Problem
from carehub.web.render import STATIC
from carehub.web.rights import audit, erasing, opening, protecting, record
from carehub.web.rights import readers as rights
from carehub.web.rights.readings import Readings
from carehub.web.security import Administering, Locks
from carehub.web.showcase import suppliers as showcase_suppliers
from carehub.web.showcase import window as showcase
from carehub.web.streams import Streams
from carehub.web.telephone import my, nurse, planned, planning, push, way_in
from carehub.web.telephone import offline as telephone
from carehub.web.tongue import Speaking
from carehub.web.turns import Turns
from carehub.web.ward import blind, handover, plan_edit, rounds, screens, tablet, visits, wall
from carehub.web.wording import answers

__all__ = ["create_web"]

_ABOUT = (
    "The same questions and the same rights as the pages: a program sees what the person sees whose login it has. "
    "A device sends events with a token of its own. Moments are in UTC, ISO 8601. Lists come in parts: `next` of one "
    "is `after` of the following. Whatever is refused says what to do, as application/problem+json."
)
LONGEST_BODY = 64 * 1024
LONGEST_LIST = 4 * 1024 * 1024
"""A megabyte as a form writes it: each letter beyond ASCII takes six."""
API = (
    api_events, api_alerts, api_residents, api_devices, api_schedules, api_rules, api_reports, live,
)  # fmt: skip
"""What /openapi.json describes; the other doors under /api/v1 are our own pages' and this machine's."""
DOORS = (
    tablet,
    telephone,
    planned,
    planning,
    way_in,
    nurse,
    *API,
    login,
    locked,
    second,
    languages,
    accessibility,
    passkeys,
    oidc,
    oidc_linked,
    setup,
    account,
    pin,
    kiosk,
    admin_tablets,
    plan_edit,
    rounds,
    handover,
    screens,
    wall,
    answers,
    push,
    why,
    days,
    actions,
    opening,
    silences,
    blind,
    visits,
    relatives,
    family_messages,
    family_visits,
    family_about,
    resident,
    messages,
    admin_family,
    admin,
    admin_letters,
    admin_answers,
    admin_promises,
    local,
    admin_transfer,
    admin_devices,
    admin_joining,
    admin_places,
    admin_register,
    protecting,
    admin_backtest,
    admin_models,
    admin_ledger,
    admin_load,
    admin_people,
    admin_contacts,
    admin_shifts,
    admin_tasks,
    admin_drafts,
    admin_rules,
    states,
    admin_residents,
    my,
    ways,
    admin_ladders,
    calendars,
    webhooks,
    reports,
    rights,
    audit,
    erasing,
    record,
    health,
    showcase,
    showcase_suppliers,
)
"""In this order a request's address is looked for: first what two hundred open pages ask for all day."""


class _Files(StaticFiles):
    """Our own files; their address changes with their content, so a browser may keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        answer = await super().get_response(path, scope)
        kept = scope["query_string"].startswith(b"v=") and answer.status_code < 400  # noqa: PLR2004
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable" if kept else "no-cache"
        return answer


class _Limited:
    """How long a body may be: a page of form fields; a list from a spreadsheet where one is brought in."""

    def __init__(self, app: ASGIApp) -> None:
        self._usual = RequestBodyLimitMiddleware(app, max_body_size=LONGEST_BODY)
        self._list = RequestBodyLimitMiddleware(app, max_body_size=LONGEST_LIST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass it on to the limit that its address has."""
        lists = scope["type"] == "http" and scope["path"].startswith(admin_transfer.router.prefix)
        await (self._list if lists else self._usual)(scope, receive, send)


def create_web(hub: Hub) -> FastAPI:
    """Build the web application over a hub."""
    # The routes as they stand: `include_router` would build each of them a second time, at the first request.
    routes = [route for door in DOORS for route in door.router.routes]
    app = FastAPI(title="CareHub", version="1", docs_url=None, redoc_url=None, openapi_url=None, routes=routes)
    app.state.hub = hub
    app.state.throttle, app.state.passwords = Throttle(), Passwords()
    app.state.showcase = showcase.Showcase(is_open=hub.showcase)
    app.state.readings, app.state.meters, app.state.press = Readings(), Meters(), Press()
    app.state.providers = {
        name: Client(one, hub.clock, f"{hub.public_url}/login/with/{name}/back") for name, one in hub.providers.items()
    }
    app.get("/openapi.json", include_in_schema=False)(_openapi)
    app.mount("/static", _Files(directory=STATIC), name="static")
    errors.install(app)
    # The last one added is the first to be asked.
    app.add_middleware(Streams, hub=hub)
    app.add_middleware(_Limited)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=_hosts(hub), www_redirect=False)
    app.add_middleware(Locks, hub=hub)
    app.add_middleware(Speaking)
    app.add_middleware(Turns, live=hub.live)
    app.add_middleware(Counting, meters=app.state.meters)
    return app


def _hosts(hub: Hub) -> list[str]:
    """Names by which the hub may be called: its public one, and this machine's own."""
    return [urlsplit(hub.public_url).hostname or "localhost", "localhost", "127.0.0.1", "[::1]"]


async def _openapi(_visitor: Administering) -> JSONResponse:
    """The API's description, for those who administer."""
    return JSONResponse(described())


def described() -> dict[str, Any]:
    """The API's description (OpenAPI 3.1)."""
    routes = [route for door in API for route in door.router.routes]
    found = get_openapi(title="CareHub", version="1", routes=routes, description=_ABOUT)
    found["components"]["schemas"]["Problem"] = Problem.model_json_schema()
    return found
