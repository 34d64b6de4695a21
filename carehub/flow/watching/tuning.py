"""Decisions about rules are made and ended here; the fold of each scope hears the whole list as a stored command."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from carehub.core.events import CommandKind
from carehub.core.people.legal import switched_off
from carehub.core.rules import overrides
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Number, Override
from carehub.core.rules.program import compiled
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.tuning import TuningError, as_written, faulty, may_be_off, tuned, value_in
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.batch import Note
from carehub.kit.ids import new_id
from carehub.store import legal, rulebooks, tables, tuning
from carehub.store.database import Session

Told = dict[str, tuple[Override, ...]]
"""By scope."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What somebody decides about a rule for a unit or a resident; from `since` on, until `until` or further notice."""

    rule: str
    why: str
    since: datetime
    until: datetime | None = None
    unit: str | None = None
    resident: str | None = None
    values: Mapping[str, Number] = field(default_factory=dict)
    off: bool | None = None


async def decide(hub: Hub, wish: Wish, by: str | None) -> tables.RuleOverride:
    """Write a decision down, and tell the folds; of earlier ones about the same it takes the place while it lasts.

    Raises:
        TuningError: It may not be decided; the message says why, in bokmål.
    """
    rule = hub.rulebook.rules.get(wish.rule)
    if rule is None:
        raise TuningError("Det er ingen slik regel.")
    now = hub.clock()
    _check(rule, wish, now)
    row = tables.RuleOverride(
        id=new_id(), rule_id=rule.id, unit_id=wish.unit, resident_id=wish.resident,
        body=tuning.stored({path: as_written(rule, path, value) for path, value in wish.values.items()}),
        was=tuning.stored({path: value_in(rule, path) for path in wish.values}), off=wish.off,
        since=max(wish.since, now), until=wish.until, why=wish.why.strip()[:400], made_at=now, made_by_id=by,
    )  # fmt: skip
    async with hub.database.write() as session:
        await _must_exist(session, wish)
        session.add(row)
    await tell(hub, by)
    return row


def _check(rule: Rule, wish: Wish, now: datetime) -> None:
    if not wish.values and wish.off is None:
        raise TuningError("Ingenting er endret.")
    if wish.off and not may_be_off(compiled(rule)):
        raise TuningError(f"«{rule.title.nb}» kan ikke slås av: dette varsles alltid.")
    if len(wish.why.strip()) < 3:  # noqa: PLR2004 - a word
        raise TuningError("Skriv hvorfor.")
    if wish.until is not None and wish.until <= max(wish.since, now):
        raise TuningError("Slutten må være etter begynnelsen, og ikke være passert.")
    if (wrong := faulty(rule, wish.values.items())) is not None:
        raise TuningError(wrong)


async def _must_exist(session: Session, wish: Wish) -> None:
    unit = await session.get(tables.Unit, wish.unit) if wish.unit else None
    resident = await session.get(tables.Resident, wish.resident) if wish.resident else None
    if (unit is None) == (resident is None) or bool(wish.unit) == bool(wish.resident):
        raise TuningError("Velg én enhet eller én beboer.")


async def end(hub: Hub, override_id: str, by: str) -> tables.RuleOverride | None:
    """End a decision now: what was decided before it holds again. None where it is over."""
    return await _mark(hub, override_id, by, over=True)


async def resume(hub: Hub, override_id: str, by: str) -> tables.RuleOverride | None:
    """Undo an end; None where nobody ended it, or its time is up."""
    return await _mark(hub, override_id, by, over=False)


async def _mark(hub: Hub, override_id: str, by: str, *, over: bool) -> tables.RuleOverride | None:
    now = hub.clock()
    async with hub.database.write() as session:
        row = await session.get(tables.RuleOverride, override_id, with_for_update=True)
        if row is None or (row.ended_at is None) != over or (row.until is not None and row.until <= now):
            return None
        row.ended_at, row.ended_by_id = (now, by) if over else (None, None)
        session.add(row)
    await tell(hub, by)
    return row


# --- what the folds should have heard, and what they have ------------------------------------


async def wanted(session: Session, rulebook: Rulebook, now: datetime) -> Told:
    """By scope: every decision that bears on it, those of its unit first."""
    rows, no = await tuning.standing(session, now), await legal.no_longer(session, now)
    if not rows and not no:  # each few seconds, and nearly always so: nobody need look up who lives where
        return {}
    living, found = await tuning.living(session, now), defaultdict[str, list[Override]](list)
    by_unit = await tuning.scopes_by_unit(session) if any(row.unit_id for row in rows) else {}
    for row in rows:
        for scope in by_unit.get(row.unit_id or "", ()):
            found[scope].append(tuning.override_of(row))
    homes = _homes(living)
    for row in rows:
        for scope in homes.get(row.resident_id or "", ()):
            found[scope].append(tuning.override_of(row, shared=len(living[scope]) > 1))
    for scope, off in await _objected(session, rulebook, living, {row.resident_id for row in no}, now):
        found[scope].append(off)
    return {scope: tuple(one) for scope, one in found.items()}


def _homes(living: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    homes = defaultdict[str, list[str]](list)
    for scope, residents in living.items():
        for who in residents:
            homes[who].append(scope)
    return homes


async def _objected(
    session: Session, rulebook: Rulebook, living: Mapping[str, list[str]], no: Collection[str], now: datetime
) -> list[tuple[str, Override]]:
    """What residents have said no to: off for themselves; in a home of their own, off."""
    if not no:
        return []
    grounds = [one for one in await legal.grounds(session) if one.resident in no]
    homes = _homes(living)
    return [
        (scope, off if len(living[scope]) > 1 else _whole(off))
        for off in switched_off(grounds, rulebook, now)
        for scope in homes.get(off.resident or "", ())
    ]


def _whole(off: Override) -> Override:
    return Override(
        id=off.id, rule=off.rule, level=off.level, whom=off.whom, since=off.since, until=off.until, off=off.off
    )


async def _news(hub: Hub) -> Told:
    """What the folds have not heard; a rule as a scope will have it is kept, so that its alerts can be explained."""
    now = hub.clock()
    async with hub.database.read() as session:
        wish, heard = await wanted(session, hub.rulebook, now), await tuning.told(session)
    news = {scope: wish.get(scope, ()) for scope in {**heard, **wish} if wish.get(scope, ()) != heard.get(scope, ())}
    said = f"{hub.rulebook.version}/{hash(tuple(sorted((k, repr(v)) for k, v in wish.items())))}"
    if said != hub.tuning_noted:
        async with hub.database.write() as session:
            await rulebooks.note_tuned(session, _as_tuned(hub.rulebook, set(wish.values())), now)
        hub.tuning_noted = said
    return news


def _as_tuned(book: Rulebook, lists: Iterable[tuple[Override, ...]]) -> Iterator[Rule]:
    for told in lists:
        for moment in {one.since for one in told} | {one.until for one in told if one.until}:
            for effect in overrides.at(told, moment).effects:
                rule = book.rules.get(effect.rule)
                if rule is not None and effect.values and not faulty(rule, effect.values):
                    yield tuned(rule, effect.values)


async def tell(hub: Hub, by: str | None) -> None:
    """Let the folds know what has changed, and wait until they do."""
    if hub.command is not None:
        news = await _news(hub)
        command = hub.command
        await asyncio.gather(
            *(command(scope, CommandKind.TUNED, by=by, overrides=told) for scope, told in news.items())
        )
    hub.live.change()


async def tell_anew(hub: Hub, ingest: Ingest) -> None:
    """Let the folds know of what they have not heard: a resident moved, or a power cut came between."""
    for scope, told in (await _news(hub)).items():
        ingest.note(Note(scope, command=CommandKind.TUNED, overrides=told))
