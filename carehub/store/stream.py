"""The stream's rows: events, dead letters, scope state and deadlines, written many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlmodel import SQLModel, col, select

from carehub.contracts import HubError
from carehub.core.events import Command, CommandKind, Tick
from carehub.core.findings import Deadline, Trace
from carehub.core.folding.fold import ScopeState
from carehub.store import ownership, server, sql, tables
from carehub.store.database import Session
from carehub.store.event_rows import EVENT_COLUMNS, EventRow, by_columns, event_values

_state_encoder = msgspec.json.Encoder()
_state_decoder = msgspec.json.Decoder(ScopeState)


def upsert(session: Session, table: type[SQLModel]) -> Any:
    """An INSERT that knows ON CONFLICT, in the dialect at hand."""
    return sqlite_insert(table) if sql.is_sqlite(session) else postgresql_insert(table)


HeldTrace = tuple[int, str, Trace]
"""Where it was decided, the scope, and why the rule did not fire."""

_WORTH_A_COPY = 50
"""From so many events on, what COPY spares is worth the word more to the server."""


async def add_events(session: Session, rows: Sequence[EventRow]) -> None:
    """Insert events."""
    for columns, values in by_columns(event_values(rows, sql.moments_of(session))).items():
        await sql.write_bound(session, sql.Insertion(tables.Event, columns, ()).statement, values)


async def add_inputs(session: Session, given: Iterable[Tick | Command]) -> None:
    """Journal ticks and commands beside the events, in the same sequence."""
    rows = [_input_row(one) for one in given]
    await sql.add(session, tables.FoldInput, rows)


def _input_row(given: Tick | Command) -> dict[str, Any]:
    row: dict[str, Any] = {"seq": given.seq, "at": given.at, "scope_id": given.scope}
    if isinstance(given, Tick):
        nothing = dict.fromkeys(("command", "until", "by", "silence", "usual", "overrides", "device_id"))
        return row | nothing | {"kind": "tick"}
    silence = None if given.silence is None else _state_encoder.encode(given.silence).decode()
    usual = None if given.usual is None else _state_encoder.encode(given.usual).decode()
    return row | {
        "kind": "command", "command": given.kind, "until": given.until, "by": given.by, "silence": silence,
        "usual": usual, "overrides": _overrides(given), "device_id": given.device,
    }  # fmt: skip


def _overrides(given: Command) -> str | None:
    told = given.kind is CommandKind.TUNED
    return _state_encoder.encode(given.overrides).decode() if told else None


async def add_held_back(session: Session, held: Sequence[HeldTrace]) -> None:
    """Keep why rules did not fire that would have; most batches have none."""
    await sql.add(session, tables.HeldBack, [_held_row(*one) for one in held])


def _held_row(seq: int, scope: str, trace: Trace) -> dict[str, Any]:
    return {
        "seq": seq, "event_seq": trace.events[-1] if trace.events else 0, "at": trace.at, "scope_id": scope,
        "rule_id": trace.rule, "body": _state_encoder.encode(trace).decode(),
    }  # fmt: skip


async def add_letters(session: Session, rows: Sequence[dict[str, object]]) -> None:
    """Keep what could not be read."""
    await sql.add(session, tables.DeadLetter, rows)


async def known_keys(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Which of these keys are stored already, with the hash of the message that was stored."""
    if not keys:
        return {}
    (found,) = await sql.ask_all(session, (_KNOWN_KEYS, keys))
    return {row[0]: row[1] for row in found}


class KnownAlready(HubError):
    """A batch named keys that the store has: fold it again, with these."""

    def __init__(self, keys: dict[str, str]) -> None:
        super().__init__(f"{len(keys)} events are stored already.")
        self.keys = keys


async def known_before(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """The same as `known_keys`, for a batch; a server is asked nothing, since `Unwritten` finds out as it writes."""
    return await known_keys(session, keys) if sql.is_sqlite(session) else {}


async def recent_deliveries(session: Session, limit: int = 5000) -> list[str]:
    """MQTT deliveries of the newest events, oldest first: only these can come again without an id."""
    newest = (
        select(tables.Event.delivery).where(col(tables.Event.delivery).is_not(None))
        .order_by(col(tables.Event.seq).desc()).limit(limit)
    )  # fmt: skip
    letters = (
        select(tables.DeadLetter.delivery).where(col(tables.DeadLetter.delivery).is_not(None))
        .order_by(col(tables.DeadLetter.at).desc()).limit(limit)
    )  # fmt: skip
    found = [*(await session.exec(newest)).all(), *(await session.exec(letters)).all()]
    return [delivery for delivery in reversed(found) if delivery]


async def last_seq(session: Session) -> int:
    """The highest place taken in the hub's order; 0 in an empty hub."""
    events = (await session.exec(select(func.max(tables.Event.seq)))).one()
    inputs = (await session.exec(select(func.max(tables.FoldInput.seq)))).one()
    activated = (await session.exec(select(func.max(tables.Activation.seq)))).one()
    return max(events or 0, inputs or 0, activated or 0)


async def folded_scopes(session: Session) -> list[str]:
    """Every scope that the fold may know something of."""
    known = set((await session.exec(select(tables.Scope.id))).all())
    return sorted(known | set((await session.exec(select(tables.ScopeStateRow.scope_id))).all()))


async def load_states(session: Session, scopes: Sequence[str]) -> dict[str, ScopeState]:
    """The stored state of these scopes; a scope that was never folded is left out."""
    if not scopes:
        return {}
    statement = select(tables.ScopeStateRow).where(col(tables.ScopeStateRow.scope_id).in_(scopes))
    return {row.scope_id: _state_decoder.decode(row.body) for row in (await session.exec(statement)).all()}


async def save_states(session: Session, states: Sequence[ScopeState], epoch: int) -> None:
    """Write these states over the stored ones."""
    if states:
        body = _state_encoder.encode
        rows = [(s.scope, s.version, epoch, body(s).decode()) for s in states]
        await sql.write_bound(session, _SAVE_STATE, rows)


async def set_deadlines(session: Session, deadlines: Sequence[Deadline]) -> None:
    """Arm these; an earlier moment for the same key wins."""
    if deadlines:
        await sql.write(session, _SET_DEADLINE, [(d.scope, d.key, d.due_at) for d in deadlines])


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one batch writes of the stream."""

    inputs: Sequence[Tick | Command]
    events: Sequence[EventRow]
    held_back: Sequence[HeldTrace]
    letters: Sequence[dict[str, object]]
    states: Sequence[ScopeState]
    deadlines: Sequence[Deadline]


class Unwritten:
    """A batch that is written when it must be, so that new alerts can go to a server in one word with it."""

    def __init__(self, batch: Batch, term: ownership.Term) -> None:
        self._batch: Batch | None = batch
        self._term = term

    async def write(self, session: Session, more: Sequence[sql.Insertion] = (), *, last: bool = False) -> None:
        """Write it, if it is not written yet, and these rows.

        Args:
            last: The transaction writes nothing after it.

        Raises:
            OwnershipLost: The lease is not ours.
            KnownAlready: On a server, some of its events are stored already; then nothing is written.
        """
        batch, self._batch = self._batch, None
        if batch is not None and not sql.is_sqlite(session):
            await _add_on_server(session, batch, self._term, more, last=last)
            return
        if batch is not None:
            await _add_on_sqlite(session, batch, self._term)
        await sql.add_all(session, more)


async def _add_on_server(
    session: Session, batch: Batch, term: ownership.Term, more: Sequence[sql.Insertion], *, last: bool
) -> None:
    """It is told once of all, and once more of many events.

    The press that comes is nearly always a new one: whether it is, is not asked before, but a condition of the writing.
    """
    keys = [event.dedup_key for event, _, _ in batch.events if event.dedup_key]
    events = [values + seldom for values, seldom in event_values(batch.events, sql.moments_of(session))]
    many = events if len(events) >= _WORTH_A_COPY and not (more and last) else []
    rows = [*_insertions(batch, term.epoch, [] if many else events), *more]
    if not await ownership.hold_and_add(session, term, keys, rows, last=last and not many):
        if known := await known_keys(session, keys):
            raise KnownAlready(known)
        raise ownership.OwnershipLost(f"Epoch {term.epoch} of partition {term.partition} has been overtaken.")
    if many:
        await server.copy(session, tables.Event, EVENT_COLUMNS, many)


async def _add_on_sqlite(session: Session, batch: Batch, term: ownership.Term) -> None:
    await ownership.hold(session, term.epoch, term.now, next_seq=term.next_seq)
    await add_inputs(session, batch.inputs)
    await add_events(session, batch.events)
    await add_held_back(session, batch.held_back)
    await add_letters(session, batch.letters)
    await save_states(session, batch.states, term.epoch)
    await set_deadlines(session, batch.deadlines)


def _insertions(batch: Batch, epoch: int, events: sql.Rows) -> list[sql.Insertion]:
    states = [(s.scope, s.version, epoch, _state_encoder.encode(s).decode()) for s in batch.states]
    deadlines = [(d.scope, d.key, d.due_at) for d in batch.deadlines]
    return [
        sql.insertion(tables.FoldInput, [_input_row(one) for one in batch.inputs]),
        sql.Insertion(tables.Event, EVENT_COLUMNS, events),
        sql.insertion(tables.HeldBack, [_held_row(*one) for one in batch.held_back]),
        sql.insertion(tables.DeadLetter, batch.letters),
        sql.Insertion(tables.ScopeStateRow, ("scope_id", "version", "epoch", "body"), states, _NEWER_STATE),
        sql.Insertion(tables.FoldDeadline, ("scope_id", "key", "due_at"), deadlines, _EARLIER_DEADLINE),
    ]


_KNOWN_KEYS = "SELECT dedup_key, body_hash FROM event WHERE dedup_key = ANY (?)"
_NEWER_STATE = (
    "ON CONFLICT (scope_id) DO UPDATE SET version = excluded.version, epoch = excluded.epoch, body = excluded.body"
)
_SAVE_STATE = f"INSERT INTO scope_state (scope_id, version, epoch, body) VALUES (?, ?, ?, ?) {_NEWER_STATE}"  # noqa: S608 - ours
_EARLIER_DEADLINE = (
    "ON CONFLICT (scope_id, key) DO UPDATE SET due_at = excluded.due_at WHERE fold_deadline.due_at > excluded.due_at"
)
_SET_DEADLINE = f"INSERT INTO fold_deadline (scope_id, key, due_at) VALUES (?, ?, ?) {_EARLIER_DEADLINE}"  # noqa: S608 - ours
_SCOPES_DUE = "SELECT scope_id FROM fold_deadline WHERE due_at <= ? GROUP BY scope_id ORDER BY min(due_at) LIMIT ?"
_DROP_DUE = "DELETE FROM fold_deadline WHERE scope_id = ? AND due_at <= ?"


async def scopes_due(session: Session, now: datetime, limit: int = 500) -> list[str]:
    """Scopes that want a tick, the longest overdue first."""
    return [scope for (scope,) in await sql.ask(session, _SCOPES_DUE, now, limit)]


async def scopes_waiting(session: Session) -> Sequence[str]:
    """Every scope with a deadline."""
    return (await session.exec(select(tables.FoldDeadline.scope_id).distinct())).all()


async def drop_due(session: Session, ticks: Sequence[Tick]) -> None:
    """Remove the deadlines that these ticks answer."""
    if ticks:
        await sql.write(session, _DROP_DUE, [(tick.scope, tick.at) for tick in ticks])


async def next_deadline(session: Session) -> datetime | None:
    """The earliest deadline of the fold; None when nothing waits."""
    return (
        await session.exec(select(tables.FoldDeadline.due_at).order_by(col(tables.FoldDeadline.due_at)).limit(1))
    ).first()
