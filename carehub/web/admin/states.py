"""What a resident's rules must know of their life: follow-up after hospital, and supervision by sensors at night."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import Response

from carehub.core.events import CommandKind
from carehub.core.rules.parts import Flag
from carehub.store import logins, silences, stream
from carehub.store.database import Session
from carehub.web.admin.rules import Deciding
from carehub.web.done import onwards
from carehub.web.rights.near import must_see
from carehub.web.security import TheHub
from carehub.web.tongue import Spoken
from carehub.web.wording import tuning_words

router = APIRouter(prefix="/admin/residents/{resident_id}/state")
_COMMANDS = {
    Flag.REHABILITATION: (CommandKind.REHABILITATION, CommandKind.REHABILITATION_ENDED),
    Flag.DIGITAL_SUPERVISION: (CommandKind.DIGITAL_SUPERVISION, CommandKind.DIGITAL_SUPERVISION_ENDED),
}
NAMES = Spoken(
    {
        Flag.REHABILITATION: "Oppfølging etter sykehus",
        Flag.DIGITAL_SUPERVISION: "Digitalt tilsyn om natten",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """One state, and whether it is so now.

    Attributes:
        until: None where it holds until further notice, or does not hold.
    """

    flag: Flag
    name: str
    holds: bool
    until: datetime | None


async def known(session: Session, resident_id: str, now: datetime) -> list[Known]:
    """What the fold of the resident's home has been told."""
    home, _ = await silences.home_of(session, resident_id, now)
    state = (await stream.load_states(session, [home])).get(home) if home else None
    flags = state.flags if state else {}
    found = []
    for flag, name in NAMES.items():
        until = flags.get(flag)
        holds = flag in flags and (until is None or until > now)
        found.append(Known(flag=flag, name=name, holds=holds, until=until if holds else None))
    return found


@router.post("")
async def tell(
    hub: TheHub,
    visitor: Deciding,
    resident_id: str,
    state: Annotated[Flag, Form()],
    last: Annotated[date | None, Form()] = None,
    *,
    on: Annotated[bool, Form()],
) -> Response:
    """It is so from now on, to the end of that day; or no longer. The rules of the whole home hear it."""
    if state not in _COMMANDS or (on and last is None):
        raise HTTPException(422)
    now = hub.clock()
    async with hub.database.read() as session:
        await must_see(session, visitor, resident_id, now)
        home, _ = await silences.home_of(session, resident_id, now)
    if hub.command is None:
        raise HTTPException(503)
    if home is None:
        raise HTTPException(404)
    begin, end = _COMMANDS[state]
    _, until = tuning_words.span_of(None, last, now, hub.zone)
    await hub.command(home, begin if on else end, until=until if on else None, by=visitor.person.id)
    async with hub.database.write() as session:
        action = f"state.{'begun' if on else 'ended'}"
        logins.log_reading(session, visitor.person.id, action, [(resident_id, f"state:{state}")], now)
    return onwards(hub, f"/admin/residents/{resident_id}#states")
