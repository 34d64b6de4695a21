"""The journal as it was stored: events, ticks, commands and changes of the rulebook, in the hub's one order."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec
from sqlmodel import col, func, select

from carehub.core.days.usual import Usual
from carehub.core.events import Command, Event, Tick
from carehub.core.findings import Trace
from carehub.core.folding.activation import Activation
from carehub.core.folding.journal import TELLS_NOTHING, Entry, Recorded
from carehub.core.folding.silence import Silence
from carehub.core.rules.overrides import Override
from carehub.core.rules.rulebook import Rulebook
from carehub.store import tables
from carehub.store.database import Session
from carehub.store.rulebooks import read_book
from carehub.store.tables.stream import FoldInputKind

_decode_trace = msgspec.json.Decoder(Trace).decode


def event_of(row: tables.Event) -> Event:
    """The event that was stored, as the fold saw it."""
    return Event(
        seq=row.seq, at=row.at, kind=row.kind, scope=row.scope_id, source=row.source, device=row.device_id,
        resident=row.resident_id, place=row.place, value=None if row.value is None else msgspec.json.decode(row.value),
        unit=row.unit, detail=row.detail, device_at=row.device_at, alarm=row.alarm, late=row.late,
        dedup_key=row.dedup_key, body_hash=row.body_hash, delivery=row.delivery, device_class=row.device_class,
    )  # fmt: skip


def input_of(row: tables.FoldInput) -> Tick | Command:
    """The tick or command that was journalled."""
    if row.command is None:
        return Tick(seq=row.seq, at=row.at, scope=row.scope_id)
    return Command(
        seq=row.seq, at=row.at, scope=row.scope_id, kind=row.command, until=row.until, by=row.by,
        silence=msgspec.json.decode(row.silence, type=Silence) if row.silence else None,
        usual=msgspec.json.decode(row.usual, type=Usual) if row.usual else None,
        overrides=msgspec.json.decode(row.overrides, type=tuple[Override, ...]) if row.overrides else (),
        device=row.device_id,
    )  # fmt: skip


def activation_of(row: tables.Activation) -> Activation:
    """The change of the rulebook that was journalled."""
    return Activation(seq=row.seq, at=row.at, zone=row.zone, rules=msgspec.json.decode(row.rules, type=dict[str, str]))


async def activations(session: Session) -> list[Activation]:
    """Every change of the rulebook, in order."""
    rows = (await session.exec(select(tables.Activation).order_by(col(tables.Activation.seq)))).all()
    return [activation_of(row) for row in rows]


async def newest_activation(session: Session) -> Activation | None:
    """The rules that the fold judged by last; None before the first."""
    statement = select(tables.Activation).order_by(col(tables.Activation.seq).desc()).limit(1)
    row = (await session.exec(statement)).first()
    return activation_of(row) if row else None


async def add_activation(session: Session, seq: int, book: Rulebook, now: datetime) -> None:
    """Journal that these rules judge from here on."""
    rules = msgspec.json.encode(book.versions).decode()
    session.add(tables.Activation(seq=seq, at=now, zone=book.zone.key, rules=rules))
    await session.flush()


async def rules_of(session: Session, activation: Activation) -> Rulebook:
    """The rulebook of an activation, read from the stored versions; what cannot be read is left out."""
    wanted = set(activation.rules.items())
    statement = select(tables.RuleVersion).where(col(tables.RuleVersion.rule_id).in_(activation.rules))
    rows = (await session.exec(statement)).all()
    return read_book([row.body for row in rows if (row.rule_id, row.version) in wanted], activation.zone)


async def history(
    session: Session, scopes: Sequence[str], kinds: Collection[str], since: datetime
) -> dict[str, list[Event | Command]]:
    """What rules that ask for these kinds were shown in these scopes since then, and every command there, in order."""
    events = select(tables.Event).where(
        col(tables.Event.scope_id).in_(scopes),
        tables.Event.at >= since,
        col(tables.Event.kind).in_(kinds),
        col(tables.Event.outcome).not_in(TELLS_NOTHING),
    )
    commands = select(tables.FoldInput).where(
        col(tables.FoldInput.scope_id).in_(scopes), tables.FoldInput.kind == FoldInputKind.COMMAND
    )
    found: dict[str, list[Event | Command]] = defaultdict(list)
    for event in (await session.exec(events)).all():
        found[event.scope_id].append(event_of(event))
    for row in (await session.exec(commands)).all():
        given = input_of(row)
        if isinstance(given, Command):
            found[row.scope_id].append(given)
    return {scope: sorted(given, key=attrgetter("seq")) for scope, given in found.items()}


async def fired(session: Session, scopes: Sequence[str], since: datetime) -> dict[str, set[tuple[str, int]]]:
    """Which rule has alerted for which event in these scopes, in alerts that were reported since then."""
    statement = (
        select(tables.Alert.scope_id, tables.AlertEvent.trace)
        .join(tables.Alert, col(tables.Alert.id) == col(tables.AlertEvent.alert_id))
        .where(col(tables.Alert.scope_id).in_(scopes), tables.AlertEvent.at >= since)
    )
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for scope, body in (await session.exec(statement)).all():
        trace = _decode_trace(body)
        found[scope].update((trace.rule, seq) for seq in trace.events)
    return dict(found)


async def start_for(session: Session, scope: str, moment: datetime, most: int, memory: timedelta) -> int:
    """From which place a scope's journal must be read to judge what happened at `moment`; 0 is its beginning.

    Args:
        most: So many events are read whatever their age; of a longer journal only those within `memory`.
    """
    event = tables.Event
    older = (event.scope_id == scope, event.at < moment)
    if (await session.exec(select(func.count()).select_from(event).where(*older))).one() <= most:
        return 0
    first = select(func.max(event.seq)).where(event.scope_id == scope, event.at < moment - memory)
    return (await session.exec(first)).one() or 0


async def first_seq(session: Session) -> int:
    """The first place in the order that is still stored; above 1, history has been cleared away."""
    firsts = [
        (await session.exec(select(func.min(column)))).first()
        for column in (tables.Event.seq, tables.FoldInput.seq, tables.Activation.seq)
    ]
    return min((first for first in firsts if first), default=1)


async def entries(session: Session, scope: str, since_seq: int = 0, until: datetime | None = None) -> list[Entry]:
    """A scope's journal from a place on, in order, with the changes of the rulebook in their places."""
    events = select(tables.Event).where(tables.Event.scope_id == scope, tables.Event.seq > since_seq)
    inputs = select(tables.FoldInput).where(tables.FoldInput.scope_id == scope, tables.FoldInput.seq > since_seq)
    if until is not None:
        events, inputs = events.where(tables.Event.at <= until), inputs.where(tables.FoldInput.at <= until)
    found: list[Entry] = [
        Recorded(event=event_of(row), outcome=row.outcome, pending_until=row.pending_until)
        for row in (await session.exec(events)).all()
    ]
    found += [input_of(row) for row in (await session.exec(inputs)).all()]
    changes = await activations(session)
    found += [one for one in changes if one.seq > since_seq and (until is None or one.at <= until)]
    return sorted(found, key=attrgetter("seq"))
