"""Errors as programs read them (RFC 9457), each with what to do about it; and how the API describes them."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import BaseModel

FOR_PROGRAMS = ("/api/", "/webhooks/", "/healthz", "/readyz", "/metrics", "/openapi.json")
"""Beginnings of the addresses that programs ask for, and want no page."""
HINTS: Mapping[int, str] = {
    401: "Log in, or send a device's token.",
    403: "This login may not do that. The README says which role may; of another unit nobody may by default.",
    404: "There is no such thing. The list it belongs to says which there are.",
    405: "Not by this method. /openapi.json says by which.",
    409: "It is not in a state in which this can be done. Read it again.",
    413: "Too large. Send it in parts.",
    422: "The request is not as it must be. `fields` names what to mend; /openapi.json says how it must be.",
    503: "Not now. Try again in a moment.",
}


class Problem(BaseModel):
    """Why something was not done, and what to do about it (RFC 9457, `application/problem+json`).

    Some carry more: `fields` (422, what to mend), `owner` and `alert_status` (409 of an alert), `number` (500).
    """

    type: str = "about:blank"
    title: str
    status: int
    detail: str


def problem(status: int, detail: str = "", **more: Any) -> JSONResponse:
    """An answer by RFC 9457: title, status, what to do, and what a program may need besides."""
    title = HTTPStatus(status).phrase
    body = {
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail or HINTS.get(status, title),
        **more,
    }
    return JSONResponse(body, status, media_type="application/problem+json")


def not_stored() -> JSONResponse:
    """For a program whose message has not been stored in time: no yes before the store has it."""
    answer = problem(503, "Not stored yet. Send it again.")
    answer.headers["Retry-After"] = "2"
    return answer


def told(*statuses: int, **others: str) -> dict[int | str, dict[str, Any]]:
    """How /openapi.json describes a route's refusals.

    Args:
        statuses: With the usual meaning of each.
        others: `_409="…"`: with a meaning of this route's own.
    """
    meant = {one: HINTS[one] for one in statuses} | {int(name[1:]): words for name, words in others.items()}
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": words, "content": {"application/problem+json": {"schema": schema}}}
        for status, words in sorted(meant.items())
    }
