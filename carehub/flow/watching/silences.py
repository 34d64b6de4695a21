"""Silences begin, are agreed to and end here; the fold hears of each as a stored command."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from carehub.core.events import CommandKind, Event
from carehub.core.folding.silence import Silence, Why, in_force_until
from carehub.core.kinds import EventKind
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import Note
from carehub.kit.ids import new_id
from carehub.store import silences, stream, tables
from carehub.store.database import Session
from carehub.store.registry import unknown_scope

_DIGEST_WITHIN = timedelta(days=2)
"""How far back ends are looked at: a hub that was down for two days tells of them late, and then no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody wants silent. One of resident, device, scope and kind is given; a kind may narrow the others."""

    why: Why
    until: datetime
    resident: str | None = None
    device: str | None = None
    scope: str | None = None
    kind: str | None = None


async def begin(hub: Hub, wish: Wish, by: str | None) -> tables.Silence | None:
    """Begin a silence; None where nobody can say what it is about, or a test has no device."""
    async with hub.database.write() as session:
        silence = await write(session, wish, by, hub.clock())
    if silence is not None:
        await _tell(hub, silence, by, begins=True)
    return silence


async def write(session: Session, wish: Wish, by: str | None, now: datetime) -> tables.Silence | None:
    """Write a silence down; the hub that runs lets its folds know within seconds.

    Longer than one person may decide, it holds for as long as they may, and then for as long as it was
    wanted once a second person has agreed.
    """
    scope = await _scope_of(session, wish, now)
    aimless = scope is None and (wish.kind is None or bool(wish.resident))
    if aimless or (wish.why is Why.TEST and wish.device is None) or wish.until <= now:
        return None
    silence = tables.Silence(
        id=new_id(), why=wish.why, scope_id=scope, resident_id=wish.resident, device_id=wish.device,
        kind=wish.kind, since=now, until=now, wanted_until=wish.until, asked_by_id=by,
    )  # fmt: skip
    silence.until = max(now, await _holds_until(session, silence))
    if wish.why is Why.TEST:
        silence.wanted_until = silence.until
    session.add(silence)
    return silence


async def agree(hub: Hub, silence_id: str, by: str) -> bool:
    """A second person agrees: from now on it holds for as long as it was wanted."""
    now = hub.clock()
    async with hub.database.write() as session:
        silence = await session.get(tables.Silence, silence_id, with_for_update=True)
        if silence is None or silence.ended_at or silence.agreed_by_id or silence.asked_by_id == by:
            return False
        if silence.wanted_until <= now:
            return False
        silence.agreed_by_id, silence.told_at = by, None
        silence.until = await _holds_until(session, silence)
        session.add(silence)
    await _tell(hub, silence, by, begins=True)
    return True


async def end(hub: Hub, silence_id: str, by: str) -> bool:
    """End it now: what it held and still holds alerts at once."""
    now = hub.clock()
    async with hub.database.write() as session:
        silence = await session.get(tables.Silence, silence_id, with_for_update=True)
        if silence is None or silence.ended_at:
            return False
        silence.ended_at, silence.ended_by_id, silence.told_at = now, by, None
        session.add(silence)
    await _tell(hub, silence, by, begins=False)
    return True


async def resume(hub: Hub, silence_id: str, by: str) -> bool:
    """Undo an end: the silence holds again, for no longer than it would have."""
    async with hub.database.write() as session:
        silence = await session.get(tables.Silence, silence_id, with_for_update=True)
        if silence is None or silence.ended_at is None or silence.ended_by_id is None or silence.why is Why.TEST:
            return False
        if silence.until <= hub.clock():
            return False
        silence.ended_at = silence.ended_by_id = silence.told_at = None
        session.add(silence)
    await _tell(hub, silence, by, begins=True)
    return True


async def _holds_until(session: Session, silence: tables.Silence) -> datetime:
    first = await silences.unbroken_since(session, silence)
    return in_force_until(silence.why, first, silence.wanted_until, agreed=silence.agreed_by_id is not None)


async def _scope_of(session: Session, wish: Wish, now: datetime) -> str | None:
    if wish.resident:
        return (await silences.home_of(session, wish.resident, now))[0]
    if wish.device:
        known = await session.get(tables.Device, wish.device)
        return (await silences.place_of(session, wish.device) or unknown_scope(wish.device)) if known else None
    if wish.scope:
        known_scope = await session.get(tables.Scope, wish.scope)
        return known_scope.id if known_scope else None
    return None


async def _tell(hub: Hub, silence: tables.Silence, by: str | None, *, begins: bool) -> None:
    """Let the folds know. Before they do, they alert: the row comes first, and the safe side is to be heard."""
    if (begins and silence.until <= hub.clock()) or hub.command is None:
        return
    await asyncio.gather(
        *(hub.command(scope, kind, until=until, by=by, silence=told)
          for scope, kind, until, told in await _commands(hub, silence, begins=begins))
    )  # fmt: skip
    hub.live.change()


async def tell_anew(hub: Hub, ingest: Ingest) -> None:
    """Let the folds know of what they have not heard: a power cut came between, or a command line wrote it."""
    async with hub.database.read() as session:
        untold = await silences.untold(session, hub.clock())
    for silence in untold:
        for scope, kind, until, told in await _commands(hub, silence, begins=silence.ended_at is None):
            ingest.note(Note(scope, command=kind, until=until, silence=told))


_Commands = list[tuple[str, CommandKind, datetime | None, Silence]]


async def _commands(hub: Hub, silence: tables.Silence, *, begins: bool) -> _Commands:
    async with hub.database.read() as session:
        alone = True
        if silence.resident_id:
            _, alone = await silences.home_of(session, silence.resident_id, hub.clock())
        scopes = [silence.scope_id] if silence.scope_id else await silences.every_scope(session)
    kind, until, told = _command(silence, alone=alone)
    if not begins:
        kind, until = CommandKind.SILENCE_ENDED, None
    return [(scope, kind, until, told) for scope in scopes]


def _command(silence: tables.Silence, *, alone: bool) -> tuple[CommandKind, datetime | None, Silence]:
    """The command that the fold is given.

    Whoever lives alone is away with the whole home, and the rules' own `away` says so. In a home that is
    shared only what is this one resident's own is held: the other is still there.
    """
    told = Silence(
        id=silence.id, why=silence.why, until=silence.until, resident=silence.resident_id, device=silence.device_id,
        kind=silence.kind,
    )  # fmt: skip
    whole = alone and silence.kind is None and silence.device_id is None and silence.scope_id is not None
    if silence.why is Why.AWAY and whole:
        return CommandKind.AWAY, silence.until, told
    return CommandKind.SILENCED, silence.until, told


async def digests(hub: Hub, session: Session, now: datetime) -> list[Event]:
    """For each silence that has ended and held something back: one event that says what, once."""
    ended = {_key(one): one for one in await silences.over(session, now - _DIGEST_WITHIN, now)}
    told = await stream.known_keys(session, list(ended))
    fresh = {key: one for key, one in ended.items() if key not in told}
    counts = await silences.held_counts(session, [one.id for one in fresh.values()])
    return [_digest(hub, key, one, counts[one.id], now) for key, one in fresh.items() if counts[one.id]]


def _key(silence: tables.Silence) -> str:
    return f"silence/{silence.id}/{(silence.ended_at or silence.until).isoformat()}"


def _digest(hub: Hub, key: str, silence: tables.Silence, held: Counter[str], now: datetime) -> Event:
    return Event(
        seq=0, at=now, kind=EventKind.SILENCE_ENDED, scope=silence.scope_id or "hub", source="hub",
        resident=silence.resident_id, device=silence.device_id, detail=_told(hub, held), dedup_key=key,
    )  # fmt: skip


def _told(hub: Hub, held: Counter[str]) -> str:
    rules = hub.rulebook.rules
    parts: Sequence[str] = [
        f"{many} {'gang' if many == 1 else 'ganger'} {rules[rule].title.nb if rule in rules else rule}"
        for rule, many in held.most_common()
    ]
    return f"Holdt tilbake mens det var stille: {', '.join(parts)}."[:400]
