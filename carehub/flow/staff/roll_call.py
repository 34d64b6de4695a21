"""Roll-call: at the start of a shift each telephone answers, or somebody is told that it did not."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import groupby

from carehub.core.answers.codes import codes_in, with_check
from carehub.core.answers.escalation import Colleague
from carehub.core.severity import Severity
from carehub.core.showing.wording import roll_call_text, unanswered_text
from carehub.flow.hub import Hub, Word
from carehub.flow.reaching.lost_ways import coordinators_of
from carehub.flow.reaching.telling import SMS, notice_row
from carehub.kit.ids import new_code, new_id
from carehub.kit.log import log
from carehub.store import outbox, people, roll_calls, tables
from carehub.store.database import Session
from carehub.store.roll_calls import Start

ANSWER_WITHIN = timedelta(minutes=10)
THANKS = "Takk, telefonen din virker. God vakt!"
_YES = frozenset({"OK", "OKEI", "JA", "HER"})


async def call(hub: Hub) -> int:
    """Ask whose shift has begun, and tell of those who were silent; gives how many that was."""
    now = hub.clock()
    async with hub.database.write() as session:
        started = await roll_calls.started(session, now)
        for start in started:
            await _ask(hub, session, start, now)
        await session.flush()
        silent = await roll_calls.overdue(session, now)
        for unit, calls in groupby(silent, key=lambda one: one.unit_id):
            await _tell(hub, session, unit, list(calls), now)
    hub.health.beats["roll_call"] = now
    if started or silent:
        hub.wake.deliver.set()
        hub.live.change()
    return len(started) + len(silent)


async def _ask(hub: Hub, session: Session, start: Start, now: datetime) -> None:
    """By their first way; whoever has none that works is silent at once."""
    methods = await people.methods_of(session, start.person)
    asked = tables.RollCall(
        id=new_id(), person_id=start.person, unit_id=start.unit, since=start.since, code=with_check(new_code()),
        asked_at=now, due_at=now + ANSWER_WITHIN if methods else now,
    )  # fmt: skip
    session.add(asked)
    if methods:
        text = roll_call_text(code=asked.code, link=f"{hub.public_url}/nurse")
        cycle = f"roll:{asked.id[:12]}"
        row = notice_row(methods[0], text, cycle=cycle, severity=Severity.MODERATE, now=now, person_id=start.person)
        await outbox.write(session, [row])


async def _tell(hub: Hub, session: Session, unit: str, silent: Sequence[tables.RollCall], now: datetime) -> None:
    """The unit's coordinator and the others on duty hear how many answered; who did not stands on the page."""
    for one in silent:
        one.told_at = now
    await session.flush()
    asked = [one for one in await roll_calls.present(session, now, unit) if one.call is not None]
    answered = sum(one.call is not None and one.call.answered_at is not None for one in asked)
    text = unanswered_text(answered=answered, asked=len(asked), link=f"{hub.public_url}/tablet")
    log.warning("roll_call.silent", unit=unit, answered=answered, asked=len(asked))
    staff = await people.staff(session, now)
    whom = _told_of_silence(staff, unit, {one.person_id for one in silent})
    cycle = f"silent:{new_id()[:12]}"
    rows = [
        notice_row(one.methods[0], text, cycle=cycle, severity=Severity.MODERATE, now=now, person_id=one.id)
        for one in whom
        if one.methods
    ]
    if rows:
        await outbox.write(session, rows)
    else:
        hub.faults.append(Word("roll-call", text))


def _told_of_silence(staff: list[Colleague], unit: str, silent: set[str]) -> list[Colleague]:
    others = [one for one in staff if one.is_on_duty_in(unit) and one.id not in silent]
    known = {one.id for one in others}
    return [*others, *(one for one in coordinators_of(staff, unit) if one.id not in known | silent)]


async def answer_by_text(session: Session, sender: str, body: str, now: datetime) -> str | None:
    """The words to thank with; None where this is no answer to a roll-call from the number that was asked."""
    written = codes_in(body)
    asked = await roll_calls.with_code(session, written) if written else None
    if asked is not None and await people.has_address(session, asked.person_id, sender):
        return THANKS if await roll_calls.answered(session, asked.person_id, now) else None
    if written or not _YES & set(body.upper().replace(".", " ").replace("!", " ").split()):
        return None
    owners = await people.with_address(session, SMS, sender)
    heard = [await roll_calls.answered(session, one.id, now) for one in owners]
    return THANKS if any(heard) else None
