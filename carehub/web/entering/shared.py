"""The tablet that a ward shares, as a request shows it by its cookie."""

from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.responses import Response

from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import tables, tablets
from carehub.store.errors import STORE_FAILED
from carehub.web.security import TheHub, cookie_name, is_https


def tablet_cookie(hub: Hub) -> str:
    """Its cookie is not a login's: it says which tablet this is, and opens nothing but the locked board."""
    return f"{cookie_name(hub)}-tablet"


def _unsent_cookie(hub: Hub) -> str:
    return f"{cookie_name(hub)}-unsent"


def tell_unsent(hub: Hub, tablet: tables.Tablet, answer: Response) -> None:
    """Somebody pressed as the tablet had locked itself, and is told; only for as long as it would have waited for them.

    Not in the address: whoever comes next would read it there for ever, and so would the button back.
    """
    answer.set_cookie(
        _unsent_cookie(hub), "1", max_age=tablet.lock_after_s, path="/", secure=is_https(hub), httponly=True,
        samesite="lax",
    )  # fmt: skip


def is_told_unsent(request: Request, hub: Hub) -> bool:
    """Whether that is still to be said."""
    return _unsent_cookie(hub) in request.cookies


def unsent_is_over(hub: Hub, answer: Response) -> None:
    """Somebody says who they are: it was told, or is another's."""
    answer.delete_cookie(_unsent_cookie(hub), path="/", secure=is_https(hub), httponly=True, samesite="lax")


async def tablet_of(request: Request, hub: TheHub) -> tables.Tablet | None:
    """The tablet that asks; None for every other browser, and for one that was revoked."""
    secret = request.cookies.get(tablet_cookie(hub))
    if not secret:
        return None
    now = hub.clock()
    async with hub.database.read() as session:
        found = await tablets.of_secret(session, secret)
    if found is not None and tablets.is_worth_noting(found, now):
        await _note_seen(hub, found.id)
    return found


async def _note_seen(hub: Hub, tablet_id: str) -> None:
    """As with a login (`security`): a store that takes nothing must not take the board away too."""
    try:
        async with hub.database.write() as session:
            (await session.get_one(tables.Tablet, tablet_id)).seen_at = hub.clock()
    except STORE_FAILED as error:
        log.error("tablet.not_noted", error=type(error).__name__)


async def is_in_use(hub: Hub, tablet: tables.Tablet) -> bool:
    """Whether it has not been revoked, nor another device put in its place, since it asked."""
    async with hub.database.read() as session:
        now = await session.get(tables.Tablet, tablet.id)
    return now is not None and now.token_hash is not None and now.token_hash == tablet.token_hash


MaybeTablet = Annotated[tables.Tablet | None, Depends(tablet_of)]


async def _needed(tablet: MaybeTablet) -> tables.Tablet:
    if tablet is None:  # to the front door, which knows whether anybody is logged in; the login would lead back here
        raise HTTPException(303, headers={"Location": "/"})
    return tablet


TheTablet = Annotated[tables.Tablet, Depends(_needed)]
