"""A calendar of another system becomes a plan: each event a single shift of whoever it names."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from hashlib import sha256

from carehub.flow.hub import Hub
from carehub.flow.staff import roster
from carehub.flow.staff.calendars import Event
from carehub.flow.staff.roster import Wish
from carehub.store import calendars, shifts, tables
from carehub.store.database import Session

_DAY = timedelta(days=1)


@dataclass(slots=True, kw_only=True)
class Account:
    """What became of the file.

    Attributes:
        unknown: Events whose person nobody here is: they are not in the plan.
    """

    added: int = 0
    kept: int = 0
    ended: int = 0
    unknown: list[Event] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Import:
    """Which calendar, for which unit, and whose events those are that name nobody.

    Attributes:
        source: The calendar's name here; to read it again replaces what it said from `first` on.
        first: Shifts that began before this day stay as they are.
    """

    unit: str
    source: str
    person: str | None
    first: date


async def take_in(hub: Hub, session: Session, wanted: Import, events: Sequence[Event], by: str | None) -> Account:
    """Put the events in the plan; what the calendar no longer says falls away, and to read it twice changes nothing."""
    staff, account = await calendars.staff_by_address(session), Account()
    there = {line.uid: line for line in await calendars.imported(session, wanted.unit, wanted.source)}
    wishes = []
    for event in events:
        person = _whose(event, staff) or wanted.person
        if person is None:
            account.unknown.append(event)
            continue
        wish = _wish(wanted, event, person)
        old = there.get(wish.uid)
        if old is not None and _says(old, wish):
            account.kept += 1
            del there[wish.uid]
        else:
            wishes.append(wish)
    gone = [line for line in there.values() if line.first_day >= wanted.first and line.last_day is None]
    for line in gone:
        line.last_day, line.uid = line.first_day - _DAY, None
    account.added, account.ended = len(wishes), len(gone)
    await session.flush()
    await roster.add(hub, session, wishes, by)
    return account


def _whose(event: Event, staff: Mapping[str, str]) -> str | None:
    """By e-mail address, or by a user name before the @."""
    found = (staff.get(who) or staff.get(who.partition("@")[0]) for who in event.who)
    return next((person for person in found if person), None)


def _wish(wanted: Import, event: Event, person: str) -> Wish:
    name = sha256(event.uid.encode()).hexdigest()[:32]
    return Wish(
        unit=wanted.unit, person=person, first_day=event.day, starts=event.starts, ends=event.ends, nights=event.nights,
        uid=f"{wanted.source}/{name}",
    )  # fmt: skip


def _says(line: tables.ShiftLine, wish: Wish) -> bool:
    planned = shifts.line_of(line)
    return line.last_day is None and (
        planned.person, planned.first_day, planned.starts, planned.ends, planned.nights
    ) == (wish.person, wish.first_day, wish.starts, wish.ends, wish.nights)  # fmt: skip
