"""What /openapi.json says of the API: every route is there, with what it does, gives and refuses."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from carehub.flow.hub import Hub
from carehub.web import described
from tests.unit.web.conftest import Browse, logged_in

_OURS = {
    "/api/v1/answers": "what a telephone without coverage kept: our own page's",
    "/api/v1/local/rules/drafts": "the command line's, on this machine",
    "/api/v1/local/rules/drafts/{draft_id}/{act}": "the command line's, on this machine",
}
_STREAM = "/api/v1/live"


def _operations() -> list[tuple[str, dict[str, Any]]]:
    paths = described()["paths"]
    return [(f"{method.upper()} {path}", one) for path, ways in paths.items() for method, one in ways.items()]


def test_every_route_of_the_api_is_described(web: FastAPI) -> None:
    routes = {one.path for one in web.routes if isinstance(one, APIRoute) and one.path.startswith("/api/v1/")}

    assert routes - set(described()["paths"]) == set(_OURS)


@pytest.mark.parametrize(("name", "one"), _operations(), ids=lambda each: each if isinstance(each, str) else "")
def test_a_route_says_what_it_does_what_it_gives_and_what_it_refuses(name: str, one: dict[str, Any]) -> None:
    answers = one["responses"]
    refusals = {status: said for status, said in answers.items() if status != "200"}

    assert one["summary"]
    assert one["description"]
    assert _STREAM in name or "schema" in answers["200"]["content"]["application/json"]
    assert {"401", "422"} <= set(refusals)
    assert {"403"} <= set(refusals) or _STREAM in name
    assert "{" not in name or "404" in refusals
    for said in refusals.values():
        assert said["description"]
        assert said["content"] == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_every_answer_has_a_model_with_words() -> None:
    schemas = described()["components"]["schemas"]
    models = {name: one for name, one in schemas.items() if one.get("type") == "object"}

    assert len(models) > 20
    assert {name for name, one in models.items() if not one.get("description")} == set()
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)


async def test_the_description_is_served_to_those_who_administer(hub: Hub, browser: Browse) -> None:
    answer = await (await logged_in(browser(), hub, "tor")).get("/openapi.json")

    assert answer.status_code == 200
    assert answer.json()["paths"].keys() == described()["paths"].keys()


@pytest.mark.parametrize(
    ("who", "method", "path", "status"),
    [
        (None, "GET", "/api/v1/residents", 401),
        ("ingrid", "GET", "/api/v1/residents", 403),
        ("kari", "GET", "/api/v1/residents/nobody", 404),
        ("kari", "PUT", "/api/v1/residents", 405),
        ("kari", "GET", "/api/v1/residents?limit=201", 422),
        ("maria", "POST", "/api/v1/alerts/nothing/acknowledge", 404),
    ],
)
async def test_a_refusal_says_what_to_do(
    hub: Hub, browser: Browse, who: str | None, method: str, path: str, status: int
) -> None:
    client = browser() if who is None else await logged_in(browser(), hub, who)

    answer = await client.request(method, path)

    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status
    assert len(answer.json()["detail"]) > 10


async def test_a_program_that_does_not_say_who_asks_is_told_how(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(raw=True), hub, "maria")

    answer = await client.post("/api/v1/alerts/nothing/take")

    assert (answer.status_code, answer.headers["content-type"]) == (403, "application/problem+json")
    assert "Origin" in answer.json()["detail"]
