"""Part of station 5: an SMS that answers. It may take one alert, and nothing else (C23)."""

from datetime import datetime
from enum import Enum

from carehub.contracts import Lost
from carehub.core.answers.alerts import Status
from carehub.core.answers.codes import codes_in, looks_mistyped, must_wait, with_wrong
from carehub.core.answers.escalation import Method
from carehub.core.people.access import PRIVATE
from carehub.core.showing.spoken import in_language
from carehub.core.showing.wording import alert_number, local_time
from carehub.flow import respond
from carehub.flow.family import texts
from carehub.flow.hub import Hub
from carehub.flow.reaching.lost_ways import close_way
from carehub.flow.reaching.telling import GATEWAY, SMS
from carehub.flow.staff import contacts, roll_call
from carehub.kit.failpoints import fail_at
from carehub.store import codes, kin, people, tables
from carehub.store.database import Session

_MOST_LISTED, _MOST_SENDERS = 4, 10_000
_UNKNOWN = "Koden er ikke kjent. Svar med koden som står i meldingen du fikk, eller åpne lenken."


class _Ring(Enum):
    """Answers that end with whom to ring: the telephone of one's own unit, where it has one."""

    NOT_YOURS = "Koden hører til et annet nummer. Trenger du hjelp, ring vaktrommet{number}"
    NOTHING = "Ingen varsler venter på svar fra dette nummeret. Trenger du hjelp, ring vaktrommet{number}"
    STOPPED = "Ingen varsler kommer hit: du har stoppet SMS. Svar START. Trenger du hjelp, ring vaktrommet{number}"
    WAIT = (
        "Det kom for mange feil koder fra dette nummeret. Vent ti minutter, åpne lenken, eller ring vaktrommet{number}"
    )
    OLD = "Koden er for gammel. Åpne lenken i meldingen, eller ring vaktrommet{number}"


_Reply = str | _Ring


async def receive_reply(hub: Hub, sender: str, body: str) -> str:
    """Take the alert whose code was sent from the number that got it; give the words to answer with.

    The sender's number alone proves nothing (it can be forged), and the code alone
    proves nothing either: both must fit, and all they can do is to take one alert.
    """
    async with hub.database.write() as session:
        words = await _in_words(session, sender, await _answer(hub, session, sender, body, hub.clock()))
        words = in_language(words, await people.language_at(session, SMS, sender))
    fail_at("reply.committed")
    hub.live.change()
    return words


async def receive_wish(hub: Hub, sender: str, *, wants_texts: bool) -> None:
    """STOP closes this telephone for whoever is reached by it, and START opens it; the provider answers by itself.

    Whoever wants no texts wants none by another gateway either; calls go on.
    """
    method, reserve = Method(channel=SMS, address=sender), Method(channel=GATEWAY, address=sender)
    async with hub.database.write() as session:
        await texts.wish(session, sender, hub.clock(), wants_texts=wants_texts)
        for person in await people.with_address(session, SMS, sender):
            if person.role in PRIVATE:  # no ladder misses them: nobody has to be told
                continue
            if wants_texts:
                await people.enable(session, person.id, method, Lost.STOPPED)
                await people.enable(session, person.id, reserve, Lost.STOPPED)
            else:
                await people.disable(session, person.id, reserve, Lost.STOPPED)
                await close_way(hub, session, person.id, method, Lost.STOPPED, hub.clock())
    hub.live.change()


async def _in_words(session: Session, sender: str, reply: _Reply) -> str:
    if isinstance(reply, str):
        return reply
    phone = await people.unit_phone_at(session, SMS, sender)
    return reply.value.format(number=f" på {phone}" if phone else ".")


async def _answer(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> _Reply:
    """A stranger gets the words of somebody on the staff for whom nothing waits, without a number, and not for ever."""
    to_family = await texts.answer(hub, session, sender, body, now)
    if to_family is not None:
        return to_family
    known = await kin.is_known(session, sender)
    return await _from_staff(hub, session, sender, body, now) if known or texts.room_to_answer(hub, sender) else ""


async def _from_staff(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> _Reply:
    written = codes_in(body)
    if len(written) != 1:
        return await _which(hub, session, sender, body, now)
    if must_wait(hub.wrong_codes.get(sender, ()), hub.passed()):
        return _Ring.WAIT
    code = await session.get(tables.ReplyCode, written[0])
    person = await session.get_one(tables.Person, code.person_id) if code else None
    if code is None:
        return await _beside_alerts(hub, session, sender, body, now)
    if person is None or not await people.has_address(session, person.id, sender):
        _note_wrong(hub, sender)
        return _Ring.NOT_YOURS
    return await _take(hub, session, code, person, now)


async def _take(hub: Hub, session: Session, code: tables.ReplyCode, person: tables.Person, now: datetime) -> _Reply:
    """The code is theirs: it takes its alert, once, and while it lasts."""
    alert = await session.get_one(tables.Alert, code.alert_id)
    if alert.status is Status.CLOSED:
        return f"Varsel {alert_number(alert.id)} er allerede avsluttet. Takk."
    if code.expires_at < now:
        return _Ring.OLD
    code.used_at = code.used_at or now
    session.add(code)
    return _told(hub, await respond.take(session, alert.id, person.id, now), alert, person)


async def _beside_alerts(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> str:
    """No alert's code: it may confirm a number, or answer a roll-call; else it is a wrong one."""
    confirmed = await contacts.confirm_by_text(session, sender, body, now)
    if thanks := confirmed or await roll_call.answer_by_text(session, sender, body, now):
        return thanks
    _note_wrong(hub, sender)
    return _UNKNOWN


def _note_wrong(hub: Hub, sender: str) -> None:
    """A guess, as far as we know. A slip that the check sign shows is none, and is not counted."""
    hub.wrong_codes[sender] = with_wrong(hub.wrong_codes.pop(sender, ()), hub.passed())
    while len(hub.wrong_codes) > _MOST_SENDERS:
        del hub.wrong_codes[next(iter(hub.wrong_codes))]


async def _which(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> _Reply:
    """No code, a mistyped one or several: nothing is taken, and whoever asks from their own number gets the list."""
    waiting = await codes.open_for(session, sender, now)
    thanks = await roll_call.answer_by_text(session, sender, body, now)
    if thanks and not waiting:  # an "OK" while an alert waits must not sound as if it were taken
        return thanks
    slip = "Koden ble ikke riktig. " if looks_mistyped(body) else ""
    if not waiting:
        if await codes.is_closed(session, sender, Lost.STOPPED):
            return _Ring.STOPPED
        return f"{slip}{_UNKNOWN}" if slip else _Ring.NOTHING
    lines = [
        f"{alert_number(alert.id)} kl. {local_time(alert.raised_at, hub.zone)}: {code.code}"
        for code, alert in waiting[:_MOST_LISTED]
    ]
    more = f" Se også {hub.public_url}/nurse" if len(waiting) > _MOST_LISTED else ""
    return f"{slip}Svar med koden til varselet du tar. {'. '.join(lines)}.{more}"


def _told(hub: Hub, answer: respond.Answer, alert: tables.Alert, person: tables.Person) -> str:
    number = alert_number(alert.id)
    if answer.done:
        return f'Du har varsel {number}. Trykk "Jeg er der" når du er fremme: {hub.public_url}/a/{number}'
    if answer.owner and answer.owner.id == person.id and alert.taken_at:
        return f"Du har allerede varsel {number}, fra kl. {local_time(alert.taken_at, hub.zone)}."
    return f"En kollega har allerede varsel {number}. Takk for at du svarte."
