"""What a request may set: what its door names, no row of a table, and no number without an end (C35, C61)."""

from collections.abc import Iterator
from inspect import isclass
from typing import Any, get_args

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlmodel import SQLModel, select

from carehub.core.people.access import Role
from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web.telephone.push import Subscription
from tests.unit.web.conftest import Browse, logged_in

_OTHERS_WORDS = {Subscription}
"""A browser's own form, which grows with browsers; what is not named in it is ignored."""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """Every model in a type, with those in its fields."""
    if isclass(annotation) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from _models(field.annotation)
    for inner in get_args(annotation):
        yield from _models(inner)


def _routes(web: FastAPI) -> list[APIRoute]:
    return [one for one in web.routes if isinstance(one, APIRoute)]


def _flat(one: Dependant) -> Iterator[Dependant]:
    """What a route depends on, itself first."""
    yield one
    for inner in one.dependencies:
        yield from _flat(inner)


def _asked(route: APIRoute) -> set[type[BaseModel]]:
    fields = [field for one in _flat(route.dependant) for field in one.body_params]
    return {model for field in fields for model in _models(field.field_info.annotation)}


def test_every_input_model_refuses_what_it_does_not_name_c35(web: FastAPI) -> None:
    """A new one that takes anything fails here."""
    asked = {model for route in _routes(web) for model in _asked(route)}

    assert len(asked) >= 8
    assert {one for one in asked - _OTHERS_WORDS if one.model_config.get("extra") != "forbid"} == set()


def test_no_row_of_a_table_is_a_request_or_an_answer_c35(web: FastAPI) -> None:
    """SQLModel's trap: a table as a body takes every column from whoever asks, as an answer it gives every one away."""
    for route in _routes(web):
        told = {model for part in (route.response_model,) for model in _models(part)}
        rows = [one.__name__ for one in _asked(route) | told if issubclass(one, SQLModel)]
        assert rows == [], route.path


@pytest.mark.parametrize("extra", [{"role": "administrator"}, {"person_id": "admin"}, {"done": True}])
async def test_a_field_too_many_is_refused_and_changes_nothing_c35(
    hub: Hub, browser: Browse, extra: dict[str, object]
) -> None:
    ingrid = await logged_in(browser(), hub, "ingrid")
    late = {
        "id": "0f6a3c1e-7d0b-4a8e-9f53-2b8d6c1a0e11", "person": "0" * 16, "alert": "a4f2", "action": "take",
        "tapped_at": hub.clock().isoformat(),
    }  # fmt: skip

    assert (await ingrid.post("/api/v1/answers", json={**late, **extra})).status_code == 422
    form = {"current": "x", "new": "y", "again": "y", **extra}
    assert (await ingrid.post("/account/password", data=form)).status_code in {200, 303, 400, 403, 422}
    async with hub.database.read() as session:
        person = await session.get_one(tables.Person, "ingrid")
        assert (await session.exec(select(tables.LateAnswer))).all() == []
    assert person.role is Role.NURSE


def test_every_number_of_an_address_has_an_end_c61(web: FastAPI) -> None:
    """`limit=10**9` is refused at the door, wherever a page takes a number."""
    endless = []
    for route in _routes(web):
        for field in (field for one in _flat(route.dependant) for field in one.query_params):
            bounds = {type(one).__name__ for one in field.field_info.metadata}
            if field.field_info.annotation in {int, float} and not bounds & {"Le", "Lt", "Interval"}:
                endless.append(f"{route.path}?{field.name}")
    assert endless == []
