"""What a resident's family writes by SMS: STOPP, START, STATUS, JA, NEI, ER DER, HJELP; a polite word for the rest.

A sender's number can be forged (C22), so nothing here takes, closes or shows an alert: what is answered goes to the
number that is registered and to no other, and JA is a line in the alert's journal that stops nobody from being asked.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from carehub.contracts import Lost
from carehub.core.answers.alerts import Status, Step
from carehub.core.answers.codes import codes_in
from carehub.core.answers.escalation import Method
from carehub.core.people.kin import NEAREST, Going, may_answer, with_answer
from carehub.core.showing.family_wording import (
    NOT_NOW,
    RELIEVED,
    STARTED,
    coming_text,
    help_text,
    status_text,
    stopped_text,
    unclear_text,
    unmet_text,
    which_text,
)
from carehub.core.showing.wording import relative_text
from carehub.flow.family.today import today
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.flow.reaching.telling import SMS
from carehub.store import asked, kin, logins, people, tables
from carehub.store.database import Session

_MOST_SENDERS = 10_000
_FIRST = re.compile(r"[^\W\d_]+|\?")
_NOW = re.compile(r"\W*no[ \t]+[^\W\d_]", re.IGNORECASE)
"""No, and another word after it: in nynorsk it begins "Now I go", and is no answer that we know."""
_THERE = re.compile(
    r"\W*(?:(?:ja|jau|yes)\W+)?(?:(?:jeg|eg|vi|me)\s+er|er|i\W?m|i\s+am|we\s+are)\s+"
    r"(?:der|her|fremme|framme|there|here)(?:\s+(?:nå|no|now))?\W*",
    re.IGNORECASE,
)
"""They are there, and nothing more: "Jeg er der om ti minutter" says that they are not."""


class Command(StrEnum):
    """What an SMS from the family may ask for."""

    STOP = "stop"
    START = "start"
    STATUS = "status"
    YES = "yes"
    NO = "no"
    THERE = "there"
    HELP = "help"


_WORDS = {
    "STOPP": Command.STOP, "STOP": Command.STOP, "AVSLUTT": Command.STOP, "START": Command.START,
    "STATUS": Command.STATUS, "JA": Command.YES, "JAU": Command.YES, "JO": Command.YES, "YES": Command.YES,
    "NEI": Command.NO, "NO": Command.NO,
    "HJELP": Command.HELP, "HELP": Command.HELP, "INFO": Command.HELP, "?": Command.HELP,
}  # fmt: skip


_GOING = {Command.YES: Going.YES, Command.NO: Going.NO, Command.THERE: Going.THERE}


def command_in(body: str) -> Command | None:
    """What the first word asks for; None where it asks for nothing that we know.

    >>> command_in(" Ja, jeg drar nå")
    <Command.YES: 'yes'>
    """
    if _THERE.fullmatch(body[:80]):
        return Command.THERE
    first = None if _NOW.match(body) else _FIRST.search(body[:80])
    return _WORDS.get(first.group().upper()) if first else None


async def answer(hub: Hub, session: Session, sender: str, body: str, now: datetime) -> str | None:
    """The words to answer with, empty for none; None where this is not the family's business."""
    family = await kin.with_number(session, sender, now)
    wanted = command_in(body)
    if not family or (wanted is None and codes_in(body)):
        return None
    asked = wanted in _GOING
    if await kin.has_staff(session, sender) and (wanted is None or (asked and not await _told(session, family, now))):
        return None
    if not room_to_answer(hub, sender):
        return ""
    return await _done(hub, session, family, sender, wanted, now)


async def _done(
    hub: Hub, session: Session, family: Sequence[tables.Person], sender: str, wanted: Command | None, now: datetime
) -> str:
    link = f"{hub.public_url}/relatives"
    match wanted:
        case Command.STOP:
            return await _stop(session, family, sender, now)
        case Command.START:
            return await _start(session, family, sender)
        case Command.STATUS:
            return await _status(hub, session, family, now, link)
        case Command.YES | Command.NO | Command.THERE:
            return await _coming(session, family, now, link, _GOING[wanted])
        case None if any(alert.matters for _, alert in await _told(session, family, now)):
            return unclear_text()
        case _:
            return help_text(link=link)


def room_to_answer(hub: Hub, sender: str) -> bool:
    """Whether this number may have one more answer now: each costs, and a machine would ask for ever (C25)."""
    before, now = hub.texts_answered.pop(sender, ()), hub.passed()
    room = may_answer(before, now)
    hub.texts_answered[sender] = with_answer(before, now) if room else before
    while len(hub.texts_answered) > _MOST_SENDERS:
        del hub.texts_answered[next(iter(hub.texts_answered))]
    return room


async def wish(session: Session, sender: str, now: datetime, *, wants_texts: bool) -> None:
    """STOP and START as the provider understood them itself; it has answered already."""
    family = await kin.with_number(session, sender, now)
    await (_start(session, family, sender) if wants_texts else _stop(session, family, sender, now))


async def _stop(session: Session, family: Sequence[tables.Person], sender: str, now: datetime) -> str:
    for one in family:
        settings = await kin.settings_of(session, one.id)
        settings.texts_stopped_at = settings.texts_stopped_at or now
        session.add(settings)
        await people.disable(session, one.id, Method(channel=SMS, address=sender), Lost.STOPPED)
        await kin.withdraw_texts(session, one.id)
    return stopped_text(on_staff=await kin.has_staff(session, sender))


async def _start(session: Session, family: Sequence[tables.Person], sender: str) -> str:
    for one in family:
        settings = await kin.settings_of(session, one.id)
        settings.texts_stopped_at = None
        session.add(settings)
        await people.enable(session, one.id, Method(channel=SMS, address=sender), Lost.STOPPED)
    return STARTED


async def _status(hub: Hub, session: Session, family: Sequence[tables.Person], now: datetime, link: str) -> str:
    tones, hidden = [], False
    for one in family:
        for bond in await kin.bonds(session, one.id, now):
            hidden = hidden or bond.hides_itself
            tones.append((await today(hub, session, bond, now)).tone)
            seen: list[tuple[str | None, str]] = [(bond.resident.id, bond.insight.value)]
            logins.log_reading(session, one.id, "relatives.sms", seen, now)
    return await _asked_for(session, family, now, link) or status_text(tones, link=link, hidden=hidden)


async def _asked_for(session: Session, family: Sequence[tables.Person], now: datetime, link: str) -> str | None:
    """To whoever was asked, what became of the question: "staff follow it up" would take it back."""
    every = await _told(session, family, now)
    said = await asked.answers(session, {alert.alert for _, alert in every})
    told = [(one, alert) for one, alert in every if alert.waits]
    if not told and (unmet := [(one, alert) for one, alert in every if alert.unmet]):
        mine = [understood(said[alert.alert, one.id]) for one, alert in unmet if (alert.alert, one.id) in said]
        return unmet_text(min(mine, key=NEAREST.index, default=Going.YES), goes_on=_goes_on(unmet), link=link)
    if any(alert.status is Status.OPEN and (alert.alert, one.id) not in said for one, alert in told):
        return relative_text(link=link)
    mine = [understood(said[alert.alert, one.id]) for one, alert in told if (alert.alert, one.id) in said]
    if not mine:
        return None
    stopped = await _has_stopped(session, family)
    return coming_text(min(mine, key=NEAREST.index), taken=_is_taken(told), link=link, stopped=stopped)


async def _coming(
    session: Session, family: Sequence[tables.Person], now: datetime, link: str, going: Going
) -> str:  # fmt: skip
    """It is about whom they were asked. The question has no name: of several, nobody knows about whom a JA would be."""
    asked_of = await _told(session, family, now)
    told = [(one, alert) for one, alert in asked_of if alert.waits]
    over = not told
    told = told or [(one, alert) for one, alert in asked_of if alert.unmet]
    if not told:
        return RELIEVED if asked_of else NOT_NOW
    if going is not Going.NO and not frozenset.intersection(*(alert.residents for _, alert in told)):
        return which_text(link=link)
    for one, alert in told:
        note_coming(session, alert, one.id, now, going)
    if over:
        return unmet_text(going, goes_on=_goes_on(told), link=link)
    stopped = await _has_stopped(session, family)
    return coming_text(going, taken=_is_taken(told), link=link, stopped=stopped)


async def _has_stopped(session: Session, family: Sequence[tables.Person]) -> bool:
    return any([(await kin.settings_of(session, one.id)).texts_stopped_at for one in family])


_Told = list[tuple[tables.Person, asked.Asked]]


async def _told(session: Session, family: Sequence[tables.Person], now: datetime) -> _Told:
    return [(one, alert) for one in family for alert in await asked.lately(session, one.id, now)]


def _is_taken(told: _Told) -> bool:
    return all(alert.status is not Status.OPEN for _, alert in told)


def _goes_on(told: _Told) -> bool:
    return all(alert.again for _, alert in told)


CAN_GO, CANNOT_GO, IS_THERE = "Kan dra dit.", "Kan ikke dra dit.", "Er der nå."
"""What the journal of the alert says that a relative answered."""
_SAID = {Going.YES: CAN_GO, Going.NO: CANNOT_GO, Going.THERE: IS_THERE}
_UNDERSTOOD = {words: going for going, words in _SAID.items()} | {"Kan gå bort.": Going.YES}
"""Also as older releases wrote it: "gå bort" is to die, too."""


def understood(said: str) -> Going:
    """What a relative meant by what the journal says; what we do not know sends nobody out."""
    return _UNDERSTOOD.get(said, Going.NO)


def note_coming(session: Session, about: asked.Asked, person_id: str, now: datetime, going: Going) -> None:
    """What a relative said about going there, for whoever reads the alert, or looks again since nobody was met."""
    for alert in filter(None, (about.alert, about.again)):
        session.add(journal_line(alert, Step.FAMILY, now, person_id=person_id, text=_SAID[going]))
