"""What a form has done stands first in the title of the page that follows: the first that a screen reader says of it.

Said once. In the address it would be said again by the button back, and by a page that fetches itself.
"""

from enum import StrEnum

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from carehub.flow.hub import Hub
from carehub.web.security import AUTOMATIC, is_https
from carehub.web.tongue import Spoken

_COOKIE = "carehub-done"
_SOON_S = 60


class Done(StrEnum):
    """What became of it."""

    SAVED = "saved"
    SENT = "sent"
    ENDED = "ended"


_WORDS: Spoken[Done] = Spoken({Done.SAVED: "Lagret", Done.SENT: "Sendt", Done.ENDED: "Avsluttet"})


def onwards(hub: Hub, address: str, done: Done = Done.SAVED) -> RedirectResponse:
    """On to the page that shows it."""
    answer = RedirectResponse(address, status_code=303)
    answer.set_cookie(
        _COOKIE, done, max_age=_SOON_S, path="/", secure=is_https(hub), httponly=True, samesite="lax"
    )  # fmt: skip
    return answer


def told(request: Request) -> str:
    """What the form before this page has done; empty when none has, or a page fetches itself."""
    kept = request.cookies.get(_COOKIE, "")
    known = kept in list(Done) and AUTOMATIC not in request.headers
    return _WORDS[Done(kept)] if known else ""


def forget(request: Request, hub: Hub, answer: Response) -> None:
    """It is not said again."""
    if _COOKIE in request.cookies and AUTOMATIC not in request.headers:
        answer.delete_cookie(_COOKIE, path="/", secure=is_https(hub), httponly=True, samesite="lax")
