"""Part of station 5: an SMS that answers. It may take one alert, and nothing else (C23)."""

import re
from datetime import datetime

from carehub.contracts import Lost
from carehub.core.alerts import Status
from carehub.core.escalation import Method
from carehub.core.wording import alert_number, local_time
from carehub.flow import respond
from carehub.flow.hub import Hub
from carehub.flow.lost_ways import close_way
from carehub.flow.telling import SMS
from carehub.kit.failpoints import fail_at
from carehub.store import people, tables
from carehub.store.database import Session

_MAY_BE_CODE, _MOST_WORDS = re.compile("[A-Z0-9]{5,12}"), 10
_UNKNOWN = "Koden er ikke kjent. Svar med koden som står i meldingen du fikk, eller åpne lenken."
_NOT_YOURS = "Koden hører til et annet nummer. Be om hjelp på vaktrommet."
_OLD = "Koden er for gammel. Åpne lenken i meldingen, eller ring vaktrommet."


async def receive_reply(hub: Hub, sender: str, body: str) -> str:
    """Take the alert whose code was sent from the number that got it; give the words to answer with.

    The sender's number alone proves nothing (it can be forged), and the code alone
    proves nothing either: both must fit, and all they can do is to take one alert.
    """
    async with hub.database.write() as session:
        words = await _answer(hub, session, sender, body, hub.clock())
    fail_at("reply.committed")
    hub.live.change()
    return words


async def receive_wish(hub: Hub, sender: str, *, wants_texts: bool) -> None:
    """STOP closes this telephone for whoever is reached by it, and START opens it; the provider answers by itself."""
    method = Method(channel=SMS, address=sender)
    async with hub.database.write() as session:
        for person in await people.with_address(session, SMS, sender):
            if wants_texts:
                await people.enable(session, person.id, method, Lost.STOPPED)
            else:
                await close_way(hub, session, person.id, method, Lost.STOPPED, hub.clock())
    hub.live.change()


async def _answer(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> str:
    code = await _code_in(session, body)
    if code is None:
        return _UNKNOWN
    person = await session.get(tables.Person, code.person_id)
    if person is None or not person.active or not await people.has_address(session, person.id, sender):
        return _NOT_YOURS
    alert = await session.get_one(tables.Alert, code.alert_id)
    if alert.status is Status.CLOSED:
        return f"Varsel {alert_number(alert.id)} er allerede avsluttet. Takk."
    if code.expires_at < now:
        return _OLD
    code.used_at = code.used_at or now
    session.add(code)
    return _told(hub, await respond.take(session, alert.id, person.id, now), alert, person)


def _told(hub: Hub, answer: respond.Answer, alert: tables.Alert, person: tables.Person) -> str:
    number = alert_number(alert.id)
    if answer.done:
        return f'Du har varsel {number}. Trykk "Jeg er der" når du er fremme: {hub.public_url}/a/{number}'
    if answer.owner and answer.owner.id == person.id and alert.taken_at:
        return f"Du har allerede varsel {number}, fra kl. {local_time(alert.taken_at, hub.zone)}."
    return f"En kollega har allerede varsel {number}. Takk for at du svarte."


async def _code_in(session: Session, body: str) -> tables.ReplyCode | None:
    """The first word that is a code; case, and whatever stands around it, does not matter."""
    for word in _MAY_BE_CODE.findall(body.upper())[:_MOST_WORDS]:
        found = await session.get(tables.ReplyCode, word)
        if found is not None:
            return found
    return None
