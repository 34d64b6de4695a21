"""Every route for every role. A route without a row here fails the build (deny by default, C37)."""

import re
from collections import defaultdict

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.web.rights.access_table import READS, roles_of
from tests.unit.web.conftest import Browse, logged_in

STAFF = frozenset({Role.NURSE, Role.CARE_CENTRE, Role.COORDINATOR, Role.ADMINISTRATOR})
ADMIN = frozenset({Role.COORDINATOR, Role.TECHNICIAN, Role.ADMINISTRATOR})
PLANNERS = frozenset({Role.COORDINATOR, Role.ADMINISTRATOR})
ACCOUNTING = ADMIN | {Role.AUDITOR}
EVERYBODY = frozenset(Role)
KIN = frozenset({Role.RELATIVE})
OWN = frozenset({Role.RELATIVE, Role.RESIDENT})
OPEN = None
"""No login at all: what is safe to tell anybody, or what proves itself otherwise."""

EXPECTED: dict[tuple[str, str], frozenset[Role] | None] = {
    ("GET", "/"): OPEN,
    ("GET", "/login"): OPEN,
    ("POST", "/login"): OPEN,
    ("GET", "/login/waiting"): OPEN,  # that something waits, for a browser whose login has ended: test_locked.py
    ("POST", "/logout"): OPEN,
    ("GET", "/accessibility"): OPEN,  # a statement to everybody
    ("POST", "/language"): OPEN,  # also before the login
    ("GET", "/login/second"): OPEN,  # half a login, which opens nothing else: test_second_factor.py
    ("POST", "/login/second"): OPEN,
    ("POST", "/login/passkey/options"): OPEN,
    ("POST", "/login/passkey"): OPEN,  # a key: test_passkeys.py
    ("GET", "/setup/{token}"): OPEN,  # a link that works once: test_setup.py
    ("POST", "/setup/{token}"): OPEN,
    ("GET", "/login/with/{provider}"): OPEN,  # what proves itself by a provider's word: test_providers.py
    ("GET", "/login/with/{provider}/back"): OPEN,
    ("GET", "/login/with/{provider}/leave"): OPEN,
    ("POST", "/login/with/{provider}/ended"): OPEN,  # a signature
    ("GET", "/login/with/{provider}/ended"): OPEN,  # the provider's own name for the session
    ("GET", "/setup/{token}/with/{provider}"): OPEN,
    ("GET", "/account/with/{provider}"): EVERYBODY,
    ("GET", "/account/providers"): EVERYBODY,
    ("POST", "/account/providers/remove"): EVERYBODY,
    ("GET", "/admin/people/{person_id}/identities"): ADMIN,
    ("POST", "/admin/people/{person_id}/identities"): ADMIN,
    ("POST", "/admin/people/{person_id}/identities/remove"): ADMIN,
    ("GET", "/account/pin"): STAFF,
    ("POST", "/account/pin"): STAFF,
    ("POST", "/account/pin/remove"): STAFF,
    ("GET", "/kiosk"): OPEN,  # a tablet's own secret, and then a PIN: test_kiosk.py
    ("GET", "/kiosk/in"): OPEN,
    ("GET", "/kiosk/in/{person_id}"): OPEN,
    ("POST", "/kiosk/in/{person_id}"): OPEN,
    ("POST", "/kiosk/switch"): OPEN,
    ("POST", "/tablet/sound/locked"): OPEN,  # the tablet's own secret
    ("GET", "/kiosk/enrol/{token}"): OPEN,  # a link that works once
    ("POST", "/kiosk/enrol/{token}"): OPEN,
    ("GET", "/admin/tablets"): ADMIN,
    ("POST", "/admin/tablets"): ADMIN,
    ("POST", "/admin/tablets/{tablet_id}/link"): ADMIN,
    ("POST", "/admin/tablets/{tablet_id}/change"): ADMIN,
    ("POST", "/admin/tablets/{tablet_id}/revoke"): ADMIN,
    ("GET", "/account"): EVERYBODY,
    ("POST", "/account/totp"): EVERYBODY,
    ("POST", "/account/totp/confirm"): EVERYBODY,
    ("POST", "/account/factors/{factor_id}/remove"): EVERYBODY,
    ("POST", "/account/password"): EVERYBODY,
    ("POST", "/account/elsewhere"): EVERYBODY,
    ("POST", "/account/passkeys/options"): EVERYBODY,
    ("POST", "/account/passkeys"): EVERYBODY,
    ("GET", "/healthz"): OPEN,
    ("GET", "/readyz"): OPEN,
    ("POST", "/webhooks/twilio/status"): OPEN,  # a signature: test_webhooks.py
    ("POST", "/webhooks/twilio/sms"): OPEN,
    ("POST", "/webhooks/twilio/call"): OPEN,
    ("GET", "/showcase"): OPEN,  # nobody real, or no such page: test_showcase.py
    ("GET", "/showcase/live"): OPEN,
    ("GET", "/showcase/suppliers"): OPEN,
    ("POST", "/showcase/suppliers"): OPEN,
    ("POST", "/showcase/sandbox"): OPEN,
    ("GET", "/showcase/sandbox/{identity}"): OPEN,  # a name that cannot be guessed
    ("POST", "/showcase/api/v1/events"): OPEN,  # a credential of the sandbox's own
    ("GET", "/showcase/numbers"): OPEN,
    ("GET", "/showcase/numbers.csv"): OPEN,
    ("POST", "/webhooks/report/{channel}/{token}"): OPEN,  # a secret, and a signature: test_reports.py
    ("POST", "/webhooks/twilio/voice/{notice_id}"): OPEN,
    ("GET", "/sw.js"): OPEN,  # a script, the same for everybody
    ("POST", "/push/seen/{notice_id}"): OPEN,  # a notice's id is the proof: the worker may outlive the login
    ("POST", "/push/subscribe"): STAFF,
    ("POST", "/push/unsubscribe"): STAFF,
    ("GET", "/tablet"): STAFF,
    ("GET", "/tablet/plan"): PLANNERS,
    ("POST", "/tablet/plan"): PLANNERS,
    ("POST", "/tablet/plan/undo"): PLANNERS,
    ("POST", "/tablet/sound"): STAFF,
    ("GET", "/tablet/rounds"): STAFF,
    ("POST", "/tablet/rounds"): PLANNERS,
    ("POST", "/tablet/rounds/{turn_id}/done"): STAFF,
    ("POST", "/tablet/rounds/plans/{round_id}/end"): PLANNERS,
    ("GET", "/tablet/handover"): STAFF,
    ("POST", "/tablet/handover/notes"): STAFF,
    ("POST", "/tablet/handover/notes/{note_id}"): STAFF,
    ("GET", "/tablet/screens"): PLANNERS,
    ("POST", "/tablet/screens/walls"): PLANNERS,
    ("POST", "/tablet/screens/walls/{link_id}/end"): PLANNERS,
    ("POST", "/tablet/screens/shows"): PLANNERS,
    ("GET", "/tablet/wall"): OPEN,  # a login of the unit, or a wall's own secret: test_wall.py
    ("GET", "/tablet/wall/open/{secret}"): OPEN,
    ("GET", "/tablet/wall/live"): OPEN,
    ("GET", "/nurse"): STAFF,
    ("GET", "/nurse/{alert_id}"): STAFF,
    ("POST", "/nurse/{alert_id}/access"): STAFF,
    ("GET", "/a/{number}"): STAFF,
    ("GET", "/alerts/{alert_id}/why"): STAFF,
    ("POST", "/alerts/{alert_id}/open"): STAFF,  # with a reason: test_sight.py
    ("POST", "/alerts/{alert_id}/take"): STAFF,
    ("POST", "/alerts/{alert_id}/arrive"): STAFF,
    ("POST", "/alerts/{alert_id}/release"): STAFF,
    ("POST", "/alerts/{alert_id}/close"): STAFF,
    ("GET", "/blind"): STAFF,
    ("GET", "/visits"): STAFF,
    ("POST", "/admin/devices/{device_id}/about"): ADMIN,
    ("GET", "/silences"): STAFF | ADMIN,
    ("POST", "/silences"): STAFF,  # and a technician for a device: test_silences.py
    ("GET", "/silences/{silence_id}"): STAFF | ADMIN,
    ("POST", "/silences/{silence_id}/{act}"): STAFF | ADMIN,
    ("POST", "/alerts/{alert_id}/confirm"): STAFF,
    ("POST", "/alerts/{alert_id}/undo"): STAFF,
    ("POST", "/alerts/{alert_id}/help"): STAFF,
    ("POST", "/alerts/{alert_id}/hand-over"): STAFF,
    ("GET", "/calendar/{token}.ics"): OPEN,  # a secret: test_calendars.py
    ("POST", "/my/calendar"): STAFF,
    ("POST", "/my/calendar/revoke"): STAFF,
    ("GET", "/my"): STAFF,
    ("POST", "/my/duty"): STAFF,
    ("POST", "/my/roll-call"): STAFF,
    ("POST", "/my/ways"): STAFF,
    ("POST", "/my/ways/{method_id}/code"): STAFF,
    ("POST", "/my/ways/{method_id}/send"): STAFF,
    ("POST", "/my/ways/email"): STAFF,
    ("POST", "/admin/people/{person_id}/ways/email"): ADMIN,
    ("POST", "/my/ways/{method_id}/also"): STAFF,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/also"): ADMIN,
    ("POST", "/my/ways/{method_id}/move"): STAFF,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/move"): ADMIN,
    ("POST", "/my/ways/{method_id}/remove"): STAFF,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/remove"): ADMIN,
    ("POST", "/my/ways/{method_id}/undo"): STAFF,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/undo"): ADMIN,
    ("GET", "/relatives"): KIN,
    ("POST", "/relatives/asked/{alert_id}"): KIN,
    ("GET", "/relatives/{resident_id}/messages"): OWN,
    ("POST", "/relatives/{resident_id}/messages"): OWN,
    ("GET", "/relatives/{resident_id}/visits"): KIN,
    ("POST", "/relatives/{resident_id}/visits"): KIN,
    ("POST", "/relatives/{resident_id}/visits/{visit_id}/cancel"): KIN,
    ("POST", "/relatives/{resident_id}/availability"): KIN,
    ("GET", "/relatives/{resident_id}/about"): KIN,
    ("POST", "/relatives/{resident_id}/leave"): KIN,
    ("GET", "/resident"): OWN,  # a relative who acts for nobody is led to /relatives
    ("POST", "/resident/{resident_id}/consent/{relation_id}"): OWN,
    ("POST", "/resident/{resident_id}/pause"): OWN,
    ("POST", "/resident/{resident_id}/wish"): OWN,
    ("POST", "/resident/{resident_id}/say-no"): OWN,
    ("GET", "/messages"): STAFF,
    ("GET", "/messages/{resident_id}/{person_id}"): STAFF,
    ("POST", "/messages/{resident_id}/{person_id}"): STAFF,
    ("GET", "/admin/residents/{resident_id}/relatives"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/relatives"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/relatives/{relation_id}/{act}"): PLANNERS,
    ("GET", "/admin"): ADMIN,
    ("GET", "/admin/devices"): ADMIN,
    ("GET", "/admin/devices/{device_id}"): ADMIN,
    ("POST", "/admin/devices/{device_id}/assign"): ADMIN,
    ("POST", "/admin/devices/{device_id}/{act}"): ADMIN,
    ("GET", "/admin/join"): ADMIN,
    ("POST", "/admin/join"): ADMIN,
    ("GET", "/admin/join/{device_id}"): ADMIN,
    ("POST", "/admin/join/{device_id}/test"): ADMIN,
    ("GET", "/admin/join/{device_id}/label"): ADMIN,
    ("GET", "/admin/places"): ADMIN,
    ("POST", "/admin/places"): ADMIN,
    ("GET", "/admin/places/{scope_id}"): ADMIN,
    ("POST", "/admin/places/{scope_id}"): ADMIN,
    ("POST", "/admin/places/{scope_id}/remove"): ADMIN,
    ("POST", "/admin/places/{scope_id}/name"): PLANNERS,  # its own name, once no protected address is there
    ("GET", "/admin/residents/{resident_id}/address"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/address"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/address/lower"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/address/lower/{act}"): PLANNERS,  # two persons: test_protected_pages.py
    ("POST", "/nurse/visits/{visit_id}/access"): STAFF,
    ("POST", "/admin/units"): PLANNERS,
    ("POST", "/admin/units/{unit_id}"): PLANNERS,
    ("GET", "/admin/reviews"): PLANNERS,
    ("GET", "/admin/answers"): ADMIN,
    ("GET", "/admin/promises"): ADMIN,
    ("POST", "/api/v1/local/rules/drafts"): OPEN,  # a secret on this machine: test_local.py
    ("POST", "/api/v1/local/rules/drafts/{draft_id}/{act}"): OPEN,
    ("GET", "/admin/transfer"): ADMIN,
    ("GET", "/admin/transfer/{name}.csv"): ADMIN,
    ("POST", "/admin/transfer/{name}/try"): ADMIN,
    ("POST", "/admin/transfer/{name}/do"): ADMIN,
    ("GET", "/admin/residents"): PLANNERS,
    ("GET", "/admin/residents/new"): PLANNERS,
    ("POST", "/admin/residents"): PLANNERS,
    ("GET", "/admin/residents/{resident_id}/about"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/about"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/move"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/care/{act}"): PLANNERS,
    ("GET", "/admin/dead-letters"): ADMIN,
    ("GET", "/admin/dead-letters/{letter_id}"): ADMIN,
    ("POST", "/admin/dead-letters/{letter_id}/read"): ADMIN,
    ("POST", "/admin/dead-letters/{letter_id}/aside"): ADMIN,
    ("GET", "/admin/events"): ACCOUNTING,
    ("GET", "/admin/events/{seq}"): ACCOUNTING,
    ("GET", "/admin/ledger"): ACCOUNTING,
    ("GET", "/residents/{resident_id}/days"): STAFF,
    ("GET", "/residents/{resident_id}/planned"): STAFF,
    ("POST", "/residents/{resident_id}/planned"): STAFF,
    ("POST", "/residents/{resident_id}/planned/{visit_id}/cancel"): STAFF,
    ("POST", "/residents/{resident_id}/planned/{visit_id}/restore"): STAFF,
    ("GET", "/admin/load"): ADMIN,  # a technician sees no residents there: test_load.py
    ("GET", "/admin/load.csv"): ADMIN,
    ("GET", "/admin/models"): ADMIN,  # a technician sees no residents there: test_models_page.py
    ("GET", "/admin/models/{name}/card"): ADMIN,
    ("POST", "/admin/models/{name}/{act}"): ADMIN,
    ("GET", "/admin/why-not"): ADMIN - {Role.TECHNICIAN},  # it asks about a resident
    ("GET", "/admin/rules/backtest"): ADMIN - {Role.TECHNICIAN},  # it tells of residents
    ("POST", "/admin/rules/backtest"): ADMIN - {Role.TECHNICIAN},
    ("GET", "/admin/rules/backtest/{run_id}"): ADMIN - {Role.TECHNICIAN},
    ("POST", "/admin/rules/backtest/{run_id}/cancel"): ADMIN - {Role.TECHNICIAN},
    ("GET", "/admin/rules/backtest/{run_id}/{sort}/{number}"): ADMIN - {Role.TECHNICIAN},
    ("GET", "/admin/people"): ADMIN,
    ("GET", "/admin/ladders"): ADMIN,
    ("GET", "/admin/ladders/{unit}/{severity}"): ADMIN,
    ("POST", "/admin/ladders/{unit}/{severity}/rung"): ADMIN,
    ("POST", "/admin/ladders/{unit}/{severity}/times"): ADMIN,
    ("POST", "/admin/ladders/{unit}/{severity}/{act}"): ADMIN,
    ("POST", "/admin/ladders/contacts"): ADMIN,
    ("POST", "/admin/ladders/contacts/{contact_id}/remove"): ADMIN,
    ("POST", "/admin/people"): ADMIN,
    ("POST", "/admin/people/{person_id}/duty"): ADMIN,
    ("POST", "/admin/people/{person_id}/active"): ADMIN,
    ("POST", "/admin/people/{person_id}/password"): ADMIN,
    ("GET", "/admin/people/{person_id}"): ADMIN,
    ("POST", "/admin/people/{person_id}/ways"): ADMIN,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/send"): ADMIN,
    ("POST", "/admin/people/{person_id}/ways/{method_id}/verify"): ADMIN,
    ("POST", "/admin/people/{person_id}/competences"): ADMIN,
    ("GET", "/admin/rules"): ADMIN,
    ("GET", "/admin/rules/{rule_id}"): ADMIN,
    ("POST", "/admin/rules/{rule_id}/decide"): PLANNERS,
    ("POST", "/admin/rules/decisions/{override_id}/{act}"): PLANNERS,
    ("POST", "/admin/rules/{rule_id}/draft"): PLANNERS,
    ("GET", "/admin/rules/drafts/{draft_id}"): PLANNERS,
    ("POST", "/admin/rules/drafts/{draft_id}/save"): PLANNERS,
    ("POST", "/admin/rules/drafts/{draft_id}/values"): PLANNERS,
    ("POST", "/admin/rules/drafts/{draft_id}/{act}"): PLANNERS,
    ("GET", "/admin/residents/{resident_id}"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/basis"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/basis/{basis_id}/{act}"): PLANNERS,
    ("GET", "/admin/tasks"): ADMIN,
    ("POST", "/admin/tasks/{task_id}/{act}"): ADMIN,
    ("GET", "/admin/shifts"): PLANNERS,
    ("POST", "/admin/shifts"): PLANNERS,
    ("POST", "/admin/shifts/{line_id}/give"): PLANNERS,
    ("POST", "/admin/shifts/{line_id}/end"): PLANNERS,
    ("POST", "/admin/shifts/absence"): PLANNERS,
    ("POST", "/admin/shifts/absence/{absence_id}/back"): PLANNERS,
    ("POST", "/admin/shifts/roll-call"): PLANNERS,
    ("POST", "/admin/shifts/calendar"): PLANNERS,
    ("GET", "/api/v1/live"): EVERYBODY,
    ("GET", "/here"): EVERYBODY,
    ("POST", "/api/v1/events"): frozenset({Role.ADMINISTRATOR}),
    ("GET", "/api/v1/alerts"): STAFF,
    ("GET", "/api/v1/alerts/{alert_id}"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/acknowledge"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/take"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/arrive"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/release"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/resolve"): STAFF,
    ("POST", "/api/v1/alerts/{alert_id}/close"): STAFF,
    ("GET", "/api/v1/residents"): PLANNERS,
    ("GET", "/api/v1/residents/{resident_id}"): PLANNERS,
    ("GET", "/api/v1/devices"): ADMIN,
    ("GET", "/api/v1/devices/{device_id}"): ADMIN,
    ("POST", "/api/v1/devices/{device_id}/assign"): ADMIN,
    ("POST", "/api/v1/devices/{device_id}/test"): ADMIN,
    ("GET", "/api/v1/schedules"): PLANNERS,
    ("GET", "/api/v1/schedules/now"): PLANNERS,
    ("GET", "/api/v1/rules"): ADMIN,
    ("GET", "/api/v1/rules/{rule_id}"): ADMIN,
    ("GET", "/api/v1/reports/answers"): ADMIN,
    ("GET", "/api/v1/reports/load"): ADMIN,  # a technician sees no residents there: test_api_lists.py
    ("GET", "/admin/residents/{resident_id}/readings"): PLANNERS | {Role.AUDITOR},
    ("GET", "/record/{resident_id}/readings"): frozenset({Role.RELATIVE, Role.RESIDENT}),
    ("GET", "/admin/retention"): PLANNERS,
    ("GET", "/admin/residents/{resident_id}/erasure"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/erasure"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/erasure/{act}"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/hold"): PLANNERS,
    ("POST", "/admin/residents/{resident_id}/hold/end"): PLANNERS,
    ("GET", "/admin/residents/{resident_id}/export.json"): PLANNERS,
    ("GET", "/admin/residents/{resident_id}/export.pdf"): PLANNERS,
    ("GET", "/record/{resident_id}/export.json"): frozenset({Role.RELATIVE, Role.RESIDENT}),
    ("GET", "/record/{resident_id}/export.pdf"): frozenset({Role.RELATIVE, Role.RESIDENT}),
    ("GET", "/audit"): frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    ("GET", "/audit/log.csv"): frozenset({Role.AUDITOR, Role.ADMINISTRATOR}),
    ("POST", "/admin/residents/{resident_id}/state"): PLANNERS,
    ("GET", "/manifest.webmanifest"): OPEN,  # the same for everybody
    ("GET", "/nurse/offline"): OPEN,  # kept by the telephone's worker; it holds nothing of anybody
    ("POST", "/api/v1/answers"): STAFF,
    ("GET", "/nurse/visits"): STAFF,
    ("POST", "/nurse/visits/{visit_id}/done"): STAFF,
    ("POST", "/nurse/visits/{visit_id}/undo"): STAFF,
    ("POST", "/nurse/visits/{visit_id}/move"): STAFF,
    ("GET", "/admin/homes/{scope_id}/way-in"): PLANNERS,
    ("POST", "/admin/homes/{scope_id}/way-in"): PLANNERS,
    ("GET", "/metrics"): ADMIN,
    ("GET", "/openapi.json"): ADMIN,
}
_USERS = {
    Role.NURSE: "ingrid", Role.CARE_CENTRE: "maria", Role.COORDINATOR: "kari", Role.TECHNICIAN: "tor",
    Role.RELATIVE: "anne", Role.RESIDENT: "ragnhild-selv", Role.AUDITOR: "rune", Role.ADMINISTRATOR: "admin",
}  # fmt: skip
_CLOSED = sorted((method, path) for (method, path), roles in EXPECTED.items() if roles is not None)


def routes_of(web: FastAPI) -> set[tuple[str, str]]:
    return {(method, one.path) for one in web.routes if isinstance(one, APIRoute) for method in one.methods or ()}


def test_every_route_has_a_row_and_every_row_a_route(web: FastAPI) -> None:
    assert routes_of(web) == set(EXPECTED)


_ANSWERED_WITHIN = {("POST", "/silences")}
"""A technician may, for a device: the door is wider than the form."""


def test_the_printed_table_says_what_is_expected_here(web: FastAPI) -> None:
    """C31: `carehub access table` reads the doors; where one asks within, its path belongs in `WITHIN`."""
    wrong = [
        f"{method} {one.path}: {roles_of(one)}"
        for one in web.routes if isinstance(one, APIRoute) and one.path in {path for _, path in EXPECTED}
        for method in one.methods or () if (method, one.path) not in _ANSWERED_WITHIN
        and roles_of(one) != EXPECTED[method, one.path]
    ]  # fmt: skip

    assert not wrong, "see WITHIN in carehub/web/rights/access_table.py"


def test_every_route_that_takes_an_id_says_what_it_reads_of_a_resident(web: FastAPI) -> None:
    """C31: a new one needs a line in READS (carehub/web/rights/access_table.py), or its parameter one in _NEUTRAL."""
    paths = {one.path for one in web.routes if isinstance(one, APIRoute)}

    assert {path for path in paths - set(READS) if set(re.findall(r"{(\w+)", path)) - _NEUTRAL} == set()
    assert set(READS) <= paths


_NEUTRAL = frozenset({
    "provider", "tablet_id",
    "absence_id", "act", "basis_id", "channel", "contact_id", "device_id", "draft_id", "factor_id", "letter_id",
    "line_id",
    "identity", "link_id", "method_id", "name", "notice_id", "rule_id", "scope_id", "secret", "severity", "sort",
    "token", "unit", "unit_id",
})  # fmt: skip
"""Parameters of paths that do not lead to a resident by themselves."""


_FILLED = {
    "alert_id": "a4f2", "device_id": "ukjent", "person_id": "maria", "number": "A4F2", "method_id": "none",
    "line_id": "none", "name": "none", "absence_id": "none", "silence_id": "none", "task_id": "none",
    "rule_id": "none", "override_id": "none", "basis_id": "none", "draft_id": "none", "act": "end", "unit": "ingen",
    "severity": "40", "contact_id": "none", "factor_id": "none", "run_id": "none", "sort": "gained", "seq": "1",
    "resident_id": "astrid", "provider": "none", "tablet_id": "none",
}  # fmt: skip
"""What stands in an address that somebody without a login asks for: things that there are."""
_MISSING = defaultdict(lambda: "none", {**_FILLED, **dict.fromkeys(
    ("alert_id", "device_id", "person_id", "resident_id"), "nobody"), "number": "ZZZZ", "seq": "x"})  # fmt: skip
"""And what is not there, so that the question of the role is the only one."""


def test_there_is_somebody_of_every_role() -> None:
    assert set(_USERS) == EVERYBODY


@pytest.mark.parametrize("role", _USERS)
async def test_a_route_opens_for_its_roles_and_for_nobody_else(hub: Hub, browser: Browse, role: Role) -> None:
    hub.live.close()  # so that the live stream ends at once
    client, wrong = await logged_in(browser(address="10.0.0.9"), hub, _USERS[role]), []
    for method, path in _CLOSED:
        answer = await client.request(method, path.format_map(_MISSING))
        expected = role in (EXPECTED[method, path] or ())
        if (answer.status_code != 403) != expected or "/login" in answer.headers.get("location", ""):
            wrong.append(f"{method} {path}: {answer.status_code}")

    assert not wrong


async def test_nobody_gets_in_without_a_login(browser: Browse) -> None:
    client, wrong = browser(address="10.0.0.9"), []
    for method, path in _CLOSED:
        answer = await client.request(method, path.format_map(defaultdict(lambda: "none", _FILLED)))
        led = answer.status_code == 303 and answer.headers["location"].startswith("/login")
        if not (answer.status_code in {401, 403} if _is_for_programs(path) else led):
            wrong.append(f"{method} {path}: {answer.status_code}")

    assert not wrong


def _is_for_programs(path: str) -> bool:
    return path.startswith("/api/") or path in {"/metrics", "/openapi.json"}


@pytest.mark.parametrize(
    ("role", "home"), [("ingrid", "/nurse"), ("tor", "/admin"), ("anne", "/relatives"), ("rune", "/audit")]
)
async def test_the_front_door_leads_each_role_home(hub: Hub, browser: Browse, role: str, home: str) -> None:
    client = await logged_in(browser(), hub, role)

    assert (await client.get("/")).headers["location"] == home


async def test_staff_of_a_ward_begin_with_their_own_ward(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    assert (await client.get("/")).headers["location"] == "/tablet?unit=sol"
