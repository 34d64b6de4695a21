"""What is said when something cannot be done: a page with a way on for people, problem+json for programs."""

from contextlib import suppress
from urllib.parse import quote, urlsplit

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException

from carehub.kit.ids import new_code
from carehub.kit.log import log
from carehub.store.errors import REFUSED_BY_STORE, is_unkeepable
from carehub.web import at_the_doors, tongue
from carehub.web.paging import BeyondTheLast
from carehub.web.problems import FOR_PROGRAMS, problem
from carehub.web.render import page
from carehub.web.security import LoginNeeded, NotAllowed, Visitor, add_headers, hub_of, visitor_of
from carehub.web.tongue import _, later

_TEXTS: dict[int, tuple[str, str]] = {
    403: (
        later("Du har ikke tilgang til denne siden"),
        later("Den hører til en annen rolle enn din. Trenger du den i arbeidet ditt, kontakt koordinator."),
    ),
    404: (
        later("Vi finner ikke siden"),
        later("Lenken kan være gammel, eller varselet kan være ryddet bort. Åpne oversikten og se der."),
    ),
    405: (later("Det går ikke an her"), later("Gå til oversikten og prøv derfra.")),
    413: (later("Det var for mye på en gang"), later("Kort ned teksten, og prøv igjen.")),
    422: (later("Skjemaet mangler noe"), later("Gå tilbake, se at alt er fylt ut, og prøv igjen.")),
}
_OTHERWISE = (
    later("Noe gikk galt hos oss"),
    later("Det du gjorde, er kanskje ikke lagret. Åpne oversikten og se etter."),
)


def is_for_programs(request: Request) -> bool:
    """Whether a program asks, and wants no page."""
    return request.url.path.startswith(FOR_PROGRAMS)


async def login_needed(request: Request, _error: Exception) -> Response:
    """Lead a person to the login and back, to the form whose sending did nothing; tell a program 401."""
    if is_for_programs(request):
        return problem(401)
    if request.method == "POST" and not request.url.path.startswith("/login"):
        form = urlsplit(request.headers.get("referer", ""))
        back = f"{form.path}?{form.query}" if form.query else form.path
        return RedirectResponse(f"/login?unsent=true&next={quote(back)}", status_code=303)
    asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    onwards = f"?next={quote(asked)}" if request.method == "GET" and asked != "/" else ""
    return RedirectResponse(f"/login{onwards}", status_code=303)


async def beyond_the_last(_request: Request, error: Exception) -> Response:
    """A page of a list that is not there leads to the last one: nobody is told that nothing was found."""
    return RedirectResponse(str(error), status_code=303)


async def not_allowed(request: Request, _error: Exception) -> Response:
    """403: the role may not do this."""
    visitor = None
    with suppress(NotAllowed):  # on a shared tablet, away from what it is for
        visitor = await visitor_of(request, hub_of(request))
    at_the_doors.was_not_allowed(request, visitor.person.id if visitor else None)
    return await error_page(request, 403)


async def http_error(request: Request, error: Exception) -> Response:
    """Every foreseen refusal; its headers (such as Retry-After) go along."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    answer = await error_page(request, status)
    answer.headers.update((isinstance(error, HTTPException) and error.headers) or {})
    return answer


async def not_valid(request: Request, error: Exception) -> Response:
    """422: says which field, never what was in it."""
    if is_for_programs(request) and isinstance(error, RequestValidationError):
        fields = [".".join(str(part) for part in one["loc"]) for one in error.errors()]
        return problem(422, fields=fields)
    return await error_page(request, 422)


async def refused_by_store(request: Request, error: Exception) -> Response:
    """A sign that no person types (NUL): asked for, it is nowhere; written, it is refused. Else the fault is ours."""
    if not is_unkeepable(error):
        raise error
    return await error_page(request, 404 if request.method in {"GET", "HEAD"} else 422)


async def unforeseen(request: Request, error: Exception) -> Response:
    """500: a number to quote, and nothing of what went wrong inside."""
    number = new_code(8)
    tongue.speak(tongue.choose(request.headers))  # this answer is made outside the request's own language too
    log.error("web.failed", number=number, route=getattr(request.scope.get("route"), "path", ""), exc_info=error)
    if is_for_programs(request):
        answer: Response = problem(500, "Not stored. Try again.", number=number)
    else:
        answer = _said(request, None, 500, number)
    add_headers(answer.headers, hub_of(request))  # this answer is made outside the locks
    return answer


async def error_page(request: Request, status: int) -> Response:
    """A page that says what to do, in the visitor's own frame."""
    if is_for_programs(request):
        return problem(status)
    try:
        visitor = await visitor_of(request, hub_of(request))
    except NotAllowed:  # on a shared tablet, away from what it is for
        visitor = None
    return _said(request, visitor, status)


def _said(request: Request, visitor: Visitor | None, status: int, number: str | None = None) -> Response:
    """Where the fault is ours it may hurry: with the duty room's number, if the request came to know whose it is."""
    title, advice = _TEXTS.get(status, _OTHERWISE)
    return page(
        request, "error.html", visitor, status=status, title=_(title), advice=_(advice), number=number,
        hurries=status not in _TEXTS, ring=getattr(request.state, "ring", None),
    )  # fmt: skip


def install(app: FastAPI) -> None:
    """Hang the handlers up."""
    app.add_exception_handler(LoginNeeded, login_needed)
    app.add_exception_handler(NotAllowed, not_allowed)
    app.add_exception_handler(BeyondTheLast, beyond_the_last)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(RequestValidationError, not_valid)
    for refused in REFUSED_BY_STORE:
        app.add_exception_handler(refused, refused_by_store)
    app.add_exception_handler(Exception, unforeseen)
