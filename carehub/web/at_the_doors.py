"""What the log says of the doors: who came in, who did not, and from where (C85). Never what was typed.

Ids and addresses only: a name that is typed wrong may be a password. Reads are elsewhere, in the log that is sealed.
"""

from fastapi import Request
from starlette.requests import HTTPConnection

from carehub.kit.log import log


def came_in(request: Request, person_id: str, proof: str) -> None:
    """A session was opened; by half a proof where a second factor is still owed."""
    log.info("login.opened", person=person_id, proof=proof, address=address_of(request))


def was_wrong(request: Request, step: str, person_id: str | None = None) -> None:
    """A password, a code, a PIN, a key, a link or a token was not right.

    Args:
        person_id: Whose it would have been; None where nobody here is called that.
    """
    log.warning("login.refused", step=step, person=person_id, address=address_of(request))


def was_held_back(request: Request, step: str) -> None:
    """Too many tries: this one was not looked at."""
    log.warning("login.held_back", step=step, address=address_of(request))


def was_not_allowed(request: Request, person_id: str | None) -> None:
    """Somebody who is logged in asked for what their role, or their tie to a resident, does not open."""
    route = getattr(request.scope.get("route"), "path", "")
    log.warning("access.refused", person=person_id, route=route, method=request.method, address=address_of(request))


def was_forged(request: HTTPConnection, what: str) -> None:
    """What another site asked for on the back of a login here, or a provider's word without its signature."""
    log.warning("forgery.refused", what=what, address=address_of(request))


def address_of(request: HTTPConnection) -> str:
    """The address of whoever asks, as the front tells it."""
    return request.client.host if request.client else "unknown"
