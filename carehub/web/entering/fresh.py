"""Who may change how they log in: only somebody who has just done so."""

from datetime import timedelta
from typing import Annotated

from fastapi import Depends

from carehub.store import factors
from carehub.store.tables.logins import Proof
from carehub.web.security import LoginNeeded, NotAllowed, Somebody, TheHub, Visitor

FRESH = timedelta(minutes=10)


def is_fresh(visitor: Visitor, hub: TheHub) -> bool:
    """Whether this login is so new that nobody else sits at the screen."""
    return hub.clock() - visitor.login.created_at <= FRESH


async def at_account(visitor: Somebody, hub: TheHub) -> Visitor:
    """Opens for a whole login; for half of one only where the person has no factor yet, and must choose one."""
    if visitor is None:
        raise LoginNeeded
    if visitor.login.proof is Proof.WHOLE:
        return visitor
    async with hub.database.read() as session:
        if await factors.of_person(session, visitor.person.id):
            raise LoginNeeded
    return visitor


AtAccount = Annotated[Visitor, Depends(at_account)]


async def enrolling(visitor: AtAccount, hub: TheHub) -> Visitor:
    """The same, for a change: the login must be fresh (C50)."""
    if not is_fresh(visitor, hub):
        raise NotAllowed
    return visitor


Enrolling = Annotated[Visitor, Depends(enrolling)]
