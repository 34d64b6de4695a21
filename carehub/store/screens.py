"""Whether each tablet can be heard: what it says of its own sound, and when a person last heard it (F80)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlmodel import col, func, select

from carehub.store import tables
from carehub.store.database import Session

SAYS_EVERY = timedelta(seconds=60)
"""A page says this often whether its sound is on."""
LIVE_FOR = timedelta(minutes=3)
"""Without a word for so long the page is shut: then it is no longer a tablet that is mute, but none."""
HEARD_FOR = timedelta(hours=12)
"""Where no shifts are planned: so long what somebody heard holds good."""
BEFORE_SHIFT = timedelta(minutes=45)
"""Who comes a little early and tries the sound has tried it for their shift."""
MUTE_FOR = timedelta(minutes=10)
"""So long a tablet may be mute before it is told to others than those before it."""


class Sound(StrEnum):
    """What may be relied on."""

    OFF = "off"
    """The browser makes no sound: locked until somebody taps, or stopped."""
    UNTRIED = "untried"
    """It says that it makes sound; nobody has heard it this shift, so the volume may be down."""
    HEARD = "heard"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A tablet's word of itself.

    Attributes:
        screen: Its own name, which the browser keeps and which means nothing.
        unit: What it shows; None for all.
        heard_by: Who has just heard its sound; None for a mere sign that it is on or off.
    """

    screen: str
    unit: str | None
    on: bool
    heard_by: str | None = None


async def note(session: Session, said: Said, now: datetime) -> tables.Screen:
    """Write down what a tablet says; one that is not mute any more may be told of anew."""
    row = await session.get(tables.Screen, said.screen)
    if row is None:
        row = tables.Screen(id=said.screen, unit_id=said.unit, on=said.on, said_at=now, mute_since=now)
    if now - row.said_at > LIVE_FOR:
        row.mute_since = row.told_at = None  # it was shut: whatever was, is over
    row.unit_id, row.on, row.said_at = said.unit, said.on, now
    if said.heard_by and said.on:
        row.heard_at, row.heard_by_id = now, said.heard_by
    if _sound(row, await _shift_began(session, row.unit_id, now), now) is Sound.HEARD:
        row.mute_since = row.told_at = None
    else:
        row.mute_since = row.mute_since or now
    session.add(row)
    await session.flush()
    return row


Audible = tuple[Sound, tables.Screen]
"""What may be relied on of a tablet, and its row."""


async def sounds_of(session: Session, screens: Collection[str], now: datetime) -> dict[str, Audible]:
    """Of each of these tablets; one that has never said anything has none."""
    rows = (await session.exec(select(tables.Screen).where(col(tables.Screen.id).in_(screens)))).all()
    began = await _began(session, rows, now)
    found = {}
    for row in rows:
        sound = _sound(row, began.get(row.unit_id), now)
        if now - row.said_at > LIVE_FOR:
            # A page that is opened anew has yet to say whether it may sound; what was heard this shift still holds.
            sound = Sound.HEARD if _is_heard(row, began.get(row.unit_id), now) else Sound.OFF
        found[row.id] = sound, row
    return found


def _sound(row: tables.Screen, began: datetime | None, now: datetime) -> Sound:
    if not row.on:
        return Sound.OFF
    return Sound.HEARD if _is_heard(row, began, now) else Sound.UNTRIED


def _is_heard(row: tables.Screen, began: datetime | None, now: datetime) -> bool:
    """Whether somebody heard it in this shift, which began then (None: no shift is planned)."""
    if row.heard_at is None or now - row.heard_at > HEARD_FOR:
        return False
    return began is None or row.heard_at >= began - BEFORE_SHIFT


async def _began(session: Session, rows: Sequence[tables.Screen], now: datetime) -> dict[str | None, datetime | None]:
    return {unit: await _shift_began(session, unit, now) for unit in {row.unit_id for row in rows if row.heard_at}}


async def _shift_began(session: Session, unit: str | None, now: datetime) -> datetime | None:
    """When the newest of the shifts that are on now began; None where none is planned."""
    duty = tables.Duty
    statement = select(func.max(duty.since)).where(duty.since <= now, duty.until > now)
    if unit is not None:
        statement = statement.where(duty.unit_id == unit)
    return (await session.exec(statement)).one()


async def mute(session: Session, now: datetime) -> list[tuple[tables.Screen, str | None]]:
    """Tablets that are shown to staff and have not been heard for too long, of whom nobody was told; with their unit.

    Each is told of once for a spell.
    """
    screen, unit = tables.Screen, tables.Unit
    statement = (
        select(screen, unit.name)
        .join(unit, col(unit.id) == col(screen.unit_id), isouter=True)
        .where(
            col(screen.mute_since) <= now - MUTE_FOR, screen.said_at > now - LIVE_FOR, col(screen.told_at).is_(None),
        )
        .with_for_update(skip_locked=True, of=screen)
    )  # fmt: skip
    found: list[tuple[tables.Screen, str | None]] = [*(await session.exec(statement)).all()]
    for row, _ in found:
        row.told_at = now
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A tablet as the coordinator sees it."""

    screen: tables.Screen
    unit: str | None
    heard_by: str | None
    sound: Sound
    live: bool


async def known(session: Session, now: datetime, since: datetime) -> Sequence[Line]:
    """Every tablet that has said something since then: those that are on and not heard first."""
    screen, unit, person = tables.Screen, tables.Unit, tables.Person
    statement = (
        select(screen, unit.name, person.name)
        .join(unit, col(unit.id) == col(screen.unit_id), isouter=True)
        .join(person, col(person.id) == col(screen.heard_by_id), isouter=True)
        .where(screen.said_at > since)
        .order_by(unit.name, col(screen.said_at).desc())
    )
    found = (await session.exec(statement)).all()
    began = await _began(session, [row for row, *_ in found], now)
    lines = [
        Line(
            screen=row, unit=name, heard_by=by, sound=_sound(row, began.get(row.unit_id), now),
            live=now - row.said_at <= LIVE_FOR,
        )
        for row, name, by in found
    ]  # fmt: skip
    return sorted(lines, key=lambda one: (not one.live, one.sound is Sound.HEARD))
