"""In which language: chosen at the foot of every page, also before the login."""

from typing import Annotated

from fastapi import APIRouter, Form
from fastapi.responses import RedirectResponse

from carehub.core.languages import Language
from carehub.store import tables
from carehub.web.security import MaybeVisitor, TheHub, is_https, local_path
from carehub.web.tongue import COOKIE

router = APIRouter()
_YEAR_S = 366 * 24 * 3600


@router.post("/language")
async def choose(
    hub: TheHub,
    visitor: MaybeVisitor,
    language: Annotated[Language, Form()],
    back: Annotated[str, Form(max_length=400)] = "",
) -> RedirectResponse:
    """Speak that from now on: on this browser, and to whoever is logged in wherever they are."""
    if visitor is not None:
        async with hub.database.write() as session:
            (await session.get_one(tables.Person, visitor.person.id)).language = language
    answer = RedirectResponse(local_path(back, "/"), status_code=303)
    answer.set_cookie(
        COOKIE, language, max_age=_YEAR_S, path="/", secure=is_https(hub), httponly=True, samesite="lax"
    )  # fmt: skip
    return answer
