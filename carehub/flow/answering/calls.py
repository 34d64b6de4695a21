"""Part of station 5: a call. The voice says what waits and a few digits; who presses 1 and those digits takes it.

Silence, a hung-up call, voicemail and wrong digits are no answer (F49), and a call can do nothing else.
"""

from dataclasses import dataclass
from datetime import datetime

from carehub.contracts import Fate
from carehub.core.answers.alerts import Status
from carehub.core.languages import Language
from carehub.core.showing.spoken import in_language
from carehub.core.showing.wording import TAKE_KEY, alert_number, spoken_text
from carehub.flow import deliver, respond
from carehub.flow.hub import Hub
from carehub.store import codes, people, tables
from carehub.store.database import Session

MOST_TRIES = 2
_NOTHING = "Det er ingen varsler som venter på deg. Takk, og ha det."
_OVER = "Varselet er allerede tatt av en kollega. Takk, og ha det."
_TAKEN = "Takk. Du har varselet. Åpne det på telefonen når du kan."
_WRONG = "Det ble ikke riktig. Andre blir varslet nå."


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """What the voice says now.

    Attributes:
        keys: How many keys may be pressed after it; 0 where the call ends with these words.
        language: Of whom was called; the words are in it.
    """

    words: str
    keys: int = 0
    language: Language = Language.NB


def _said(words: str, person: tables.Person | None, keys: int = 0) -> Speech:
    spoken = (person and person.language) or Language.NB
    return Speech(words=in_language(words, spoken), keys=keys, language=spoken)


async def _of_call(session: Session, notice_id: str, number: str) -> tables.Notice | None:
    """The notice that is said in this call; None where another number lifts, or whoever was called has left since."""
    notice = await session.get(tables.Notice, notice_id)
    if notice is None or notice.channel != "voice" or notice.address != number:
        return None
    asks_somebody = notice.alert_id and notice.person_id
    if asks_somebody and not await people.has_address(session, notice.person_id or "", number):
        return None
    return notice


async def _called(session: Session, notice: tables.Notice) -> tables.Person | None:
    return await session.get(tables.Person, notice.person_id) if notice.person_id else None


async def answered(hub: Hub, notice_id: str, number: str) -> Speech:
    """Somebody lifted the telephone: what they are told, and how they can take it."""
    async with hub.database.read() as session:
        notice = await _of_call(session, notice_id, number)
        if notice is None:
            return Speech(words=_NOTHING)
        alert = await session.get(tables.Alert, notice.alert_id) if notice.alert_id else None
        code, who = await _code(session, notice), await _called(session, notice)
    if alert is None:
        return _said(notice.text, who)
    if alert.status is not Status.OPEN:
        return _said(_OVER, who)
    digits = code.digits if code else ""
    words = spoken_text(severity=alert.severity, number=alert_number(alert.id), digits=digits)
    return _said(words, who, len(TAKE_KEY + digits) if digits else 0)


async def pressed(hub: Hub, notice_id: str, number: str, keys: str, tries: int) -> Speech:
    """Keys were pressed: the right ones take the alert for whoever was called.

    Args:
        tries: How many times keys have been pressed in this call, this one included.
    """
    now = hub.clock()
    async with hub.database.write() as session:
        notice = await _of_call(session, notice_id, number)
        if notice is None:
            return Speech(words=_NOTHING)
        code, who = await _code(session, notice), await _called(session, notice)
        if code is None or not _fits(code, keys, now):
            return await answered(hub, notice_id, number) if tries < MOST_TRIES else _said(_WRONG, who)
        code.used_at = code.used_at or now
        session.add(code)
        answer = await respond.take(session, code.alert_id, code.person_id, now)
        mine = answer.owner is not None and answer.owner.id == code.person_id
    hub.live.change()
    await deliver.receive_status(hub, notice.reference or notice_id, "pressed", None, Fate.SEEN)
    return _said(_TAKEN if mine else _OVER, who)


def _fits(code: tables.ReplyCode, keys: str, now: datetime) -> bool:
    return bool(code.digits) and keys == TAKE_KEY + code.digits and now <= code.expires_at


async def _code(session: Session, notice: tables.Notice) -> tables.ReplyCode | None:
    if notice.alert_id is None or notice.person_id is None:
        return None
    return await codes.newest(session, notice.alert_id, notice.person_id)
