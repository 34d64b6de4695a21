"""C57: forty scripts through the inputs themselves: each field of each form, as a person fills it in."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import Enum
from itertools import cycle
from typing import Any, Literal, get_args, get_origin

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy import LargeBinary, String
from sqlmodel import AutoString

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.store.tables.base import SQLModel
from carehub.web.rights.access_table import roles_of
from integrations.channels.console import ConsoleChannel
from tests.browser.test_pages_look import PAGES
from tests.injection import CALL, MACHINE, PAYLOADS, WORDS_OF, injected, shown
from tests.unit.web.conftest import Browse, logged_in

_TURNS = 5
"""Times that each form is sent, with other payloads in its fields each time."""
_WHO = {
    Role.COORDINATOR: "kari", Role.ADMINISTRATOR: "admin", Role.NURSE: "ingrid", Role.CARE_CENTRE: "maria",
    Role.RELATIVE: "anne", Role.RESIDENT: "ragnhild-selv",
}  # fmt: skip
_FILLED = defaultdict(lambda: "none", {
    "alert_id": "a4f2".ljust(32, "0"), "device_id": "ukjent", "person_id": "maria", "resident_id": "astrid",
    "scope_id": "rom-104", "unit_id": "sol", "unit": "sol", "severity": "40", "rule_id": "night-exit", "act": "end",
    "relation_id": "rel-anne", "name": "places", "override_id": "none", "letter_id": "d1",
})  # fmt: skip
"""What stands in a form's address."""
_GIVEN = {
    "unit": "sol", "unit_id": "sol", "scope_id": "rom-104", "scope": "rom-104", "resident": "astrid", "person": "maria",
    "resident_id": "astrid", "person_id": "", "visit": "", "day": "2026-01-20", "at": "10:00", "since": "10:00",
    "until": "11:00", "channel": "sms", "phone": "+4790012345", "place": "kitchen", "whom": "", "terms": "14",
    "device_id": "", "source": "zigbee2mqtt", "for_how_long": "day", "to": "jonas", "replaces": "", "national_id": "",
    "born_year": "1940", "last": "", "weekly": "", "first": "", "bearer_ends_on": "", "username": "ny.person",
    "instead": "",
}  # fmt: skip
"""Fields that name what there is, or are no words."""
_NOT_ASKED = frozenset({
    "/logout", "/kiosk/switch",  # would end the walk
    "/admin/transfer/{name}/do", "/admin/transfer/{name}/try",  # files: test_transfer.py
    "/admin/rules/drafts/{draft_id}/save", "/admin/rules/backtest",  # rules in YAML: test_admin_drafts.py
})  # fmt: skip


_SPECIAL: dict[str, tuple[str, dict[str, str], dict[str, str]]] = {
    "/messages/{resident_id}/{person_id}": ("maria", {"person_id": "anne"}, {}),
    "/resident/{resident_id}/wish": ("ragnhild-selv", {"resident_id": "ragnhild"}, {}),
    "/admin/residents/{resident_id}/relatives": (
        "kari", {"resident_id": "odd"}, {"person_id": "anne", "standing": "relative", "last": ""}),
    "/admin/residents/{resident_id}/relatives/{relation_id}/{act}": (
        "kari", {"relation_id": "rel-anne", "act": "change"}, {"last": "", "insight": "all_is_well"}),
    "/admin/residents/{resident_id}/address": ("kari", {"resident_id": "gerd"}, {"mark": "confidential"}),
    "/admin/residents/{resident_id}/address/lower": ("kari", {"resident_id": "gerd"}, {"mark": "none"}),
    "/admin/tablets": ("admin", {}, {"lock_after_s": "60"}),
    "/admin/tablets/{tablet_id}/change": ("admin", {}, {"lock_after_s": "60"}),
    "/admin/join": ("kari", {}, {"code": f"<svg/onload={CALL}>"}),  # an address has no blanks
    "/admin/ladders/contacts": ("admin", {}, {"channel": "sms", "address": "+4790012345"}),
}  # fmt: skip
"""Who sends it, what stands in its address, and in fields that are no words: where the usual would be refused."""
_NEVER_KEPT = frozenset({
    # passwords and codes, which are kept by their hash or not at all
    "/account/password", "/account/pin", "/account/totp/confirm", "/my/ways/{method_id}/code",
    # words that must be those of something that there is, or of a form of their own
    "/admin/people/{person_id}/identities", "/admin/people/{person_id}/identities/remove", "/my/ways/email",
    "/admin/people/{person_id}/ways/email", "/tablet/plan",
    # steps that nothing in this night is ready for: their words are poisoned in test_injection.py
    "/admin/models/{name}/{act}", "/admin/people/{person_id}/ways/{method_id}/verify", "/admin/places/{scope_id}/name",
    "/admin/residents/{resident_id}/erasure", "/admin/rules/decisions/{override_id}/{act}",
    "/admin/rules/drafts/{draft_id}/values", "/admin/rules/drafts/{draft_id}/{act}", "/admin/rules/{rule_id}/decide",
    "/alerts/{alert_id}/confirm", "/alerts/{alert_id}/hand-over", "/alerts/{alert_id}/help", "/alerts/{alert_id}/undo",
    "/showcase/suppliers", "/tablet/handover/notes/{note_id}", "/tablet/rounds/{turn_id}/done",
})  # fmt: skip
"""Refused with whatever is written; what the refusal says is looked through as well."""


def _is_text(kind: object) -> bool:
    return isinstance(kind, String | AutoString | LargeBinary)


def test_every_column_of_text_is_poisoned_or_known_to_be_a_programs_own() -> None:
    """A new one is named in WORDS_OF, or in MACHINE (tests/injection.py): else no payload would ever stand in it."""
    found = {
        column.name
        for table in SQLModel.metadata.sorted_tables
        for column in table.columns
        if _is_text(column.type) and not column.primary_key and not column.foreign_keys
    }

    assert found - WORDS_OF - MACHINE == set()
    assert {column.name for table in SQLModel.metadata.sorted_tables for column in table.columns} >= WORDS_OF | MACHINE
    assert set() == WORDS_OF & MACHINE


Fields = Iterator[tuple[str, Any, list[Any]]]


def _fields(route: APIRoute) -> Fields:
    for field in route.dependant.body_params:
        kind = field.field_info.annotation
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            yield from ((name, one.annotation, one.metadata) for name, one in kind.model_fields.items())
        else:
            yield field.name, kind, field.field_info.metadata


def _is_free(name: str, kind: Any, metadata: list[Any]) -> bool:
    """Whether whoever fills it in may write what they like."""
    return (
        name not in _GIVEN
        and (kind is str or kind == str | None)
        and not any("pattern" in str(one) for one in metadata)
    )


def _value(name: str, kind: Any, metadata: list[Any], payload: str) -> Any:
    if name in _GIVEN:
        return _GIVEN[name]
    if _is_free(name, kind, metadata):
        most = next((one.max_length for one in metadata if hasattr(one, "max_length")), 400)
        return payload[:most]
    if pattern := re.search(r"\^\((\w+)\|", str(metadata)):
        return pattern[1]
    first: Any = next((one for one in (kind, *get_args(kind)) if isinstance(one, type)), kind)
    if kind is not None and get_origin(kind) is Literal:
        return next(value for value in get_args(kind) if value)
    if isinstance(first, type) and issubclass(first, Enum):
        return next(iter(first)).value
    plain: Mapping[Any, Any] = {
        bool: "true",
        int: "7",
        float: "5",
        date: "2026-01-20",
        time: "10:00",
        datetime: "2026-01-20T10:00",
    }
    return plain.get(first, "nurse")


def _forms(web: FastAPI) -> list[tuple[APIRoute, str]]:
    """Each form with words in it, and who may send it."""
    found = []
    for route in web.routes:
        if not isinstance(route, APIRoute) or "POST" not in (route.methods or ()) or route.path in _NOT_ASKED:
            continue
        if route.path.startswith(("/api/", "/webhooks/", "/showcase/api", "/push/", "/kiosk", "/login", "/setup")):
            continue  # not filled in by a person who is logged in: test_injection.py, test_heard_payloads.py
        roles = roles_of(route) or frozenset(Role)
        if any(_is_free(*one) for one in _fields(route)):
            usual = next(who for role, who in _WHO.items() if role in roles)
            found.append((route, _SPECIAL.get(route.path, (usual, {}, {}))[0]))
    return found


@pytest.mark.timeout(300)
async def test_what_is_written_into_each_form_is_text_on_every_page_c57(
    hub: Hub, web: FastAPI, browser: Browse
) -> None:
    clients = {who: await logged_in(browser(), hub, who) for who in {*_WHO.values(), *(one for one, _ in PAGES if one)}}
    hub.channels = {"sms": ConsoleChannel()}
    async with hub.database.write() as session:
        session.add(tables.Tablet(id="none", name="Vaktrommet", unit_id="sol", made_by="admin", created_at=hub.clock()))
    turn, kept, failed, found = cycle(PAYLOADS), set[str](), set[str](), dict[str, list[str]]()
    forms = _forms(web)
    for route, who in forms:
        for _ in range(_TURNS):
            _who, address, given = _SPECIAL.get(route.path, (who, {}, {}))
            form = {name: _value(name, kind, meta, next(turn)) for name, kind, meta in _fields(route)} | given
            path = route.path.format_map(defaultdict(lambda: "none", {**_FILLED, **address}))
            answer = await clients[who].post(path, data=form)
            if answer.status_code >= 500:
                failed.add(route.path)
            if answer.status_code in {200, 303}:
                kept.add(route.path)
            if bad := injected(answer.text):
                found[route.path] = bad
    seen = set[str]()
    for whose, path in PAGES:
        if whose is None:
            continue
        answer = await clients[whose].get(path, follow_redirects=True)
        if answer.status_code >= 500:
            failed.add(path)
        if bad := injected(answer.text):
            found[path] = bad
        seen |= shown(answer.text)

    assert (found, failed) == ({}, set())
    assert len(forms) >= 35
    assert {route.path for route, _ in forms} - kept == _NEVER_KEPT
    assert len(seen) >= 20, sorted(set(PAYLOADS) - seen)
