"""What a form has done stands first in the title of the page that follows: the first that a screen reader says of it.

Said once. In the address it would be said again by the button back, and by a page that fetches itself.
"""

from enum import StrEnum
from typing import TypeVar

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.web.security import AUTOMATIC, cookie_name, is_https
from carehub.web.tongue import Spoken

_SOON_S = 60
_Answer = TypeVar("_Answer", bound=Response)


class Done(StrEnum):
    """What became of it."""

    SAVED = "saved"
    SENT = "sent"
    BEGUN = "begun"
    ENDED = "ended"


_WORDS: Spoken[Done] = Spoken({Done.SAVED: "Lagret", Done.SENT: "Sendt", Done.BEGUN: "I gang", Done.ENDED: "Avsluttet"})


def onwards(hub: Hub, address: str, done: Done | None = Done.SAVED) -> RedirectResponse:
    """On to the page that shows it; nothing is said where nothing was done, or only a door opened."""
    answer = RedirectResponse(address, status_code=303)
    return answer if done is None else said(hub, answer, done)


def said(hub: Hub, answer: _Answer, done: Done = Done.SAVED) -> _Answer:
    """The page that follows this answer says it."""
    answer.set_cookie(
        _cookie(hub), done, max_age=_SOON_S, path="/", secure=is_https(hub), httponly=True, samesite="lax"
    )
    return answer


def _cookie(hub: Hub) -> str:
    return f"{cookie_name(hub)}-done"


def told(request: Request, hub: Hub) -> str:
    """What the form before this page has done; empty when none has, or a page fetches itself."""
    kept = request.cookies.get(_cookie(hub), "")
    known = kept in list(Done) and AUTOMATIC not in request.headers
    return _WORDS[Done(kept)] if known else ""


def forget(request: Request, hub: Hub, answer: Response) -> None:
    """It is not said again."""
    if _cookie(hub) in request.cookies and AUTOMATIC not in request.headers:
        answer.delete_cookie(_cookie(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")
