"""Which rules do not judge for which resident, and why; and the tasks that legal bases make."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from carehub.core.people.basis import Basis
from carehub.core.people.legal import NAMES, Function, Ground, Standing, function_of, functions_of, standing
from carehub.core.rules import overrides
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Level, Override
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.tuning import may_be_off
from carehub.core.watching.blindness import Blindness, Cause
from carehub.flow.hub import Hub
from carehub.flow.watching import tuning as decisions
from carehub.store import heard, legal, tasks, tuning
from carehub.store.database import Session
from carehub.store.tasks import Wanted

_SOON, _MONTH = timedelta(days=1), timedelta(days=30)
_KINDS = {
    Standing.EXPIRED: "basis-expired", Standing.EXPIRES: "basis-review", Standing.OBJECTED: "basis-objection",
    Standing.MISSING: "basis-missing",
}  # fmt: skip
_WORDS = {
    Standing.EXPIRED: "Grunnlaget for {} er gått ut. Reglene varsler fortsatt. Forny det, eller avslutt funksjonen.",
    Standing.EXPIRES: "Grunnlaget for {} går snart ut. Vurder det på nytt.",
    Standing.OBJECTED: "Beboeren har sagt nei til {}. Reglene er slått av, ikke det livsviktige. Ta bort utstyret, "
    "eller vurder kapittel 4 A.",
    Standing.MISSING: "Grunnlag for {} mangler i registeret. Reglene varsler.",
}


async def unprotected(
    hub: Hub, session: Session, now: datetime, only: Collection[str] | None = None
) -> dict[str, Sequence[Blindness]]:
    """By resident: what was decided away, what they said no to, what has run out, and what nothing feeds.

    Those who lack alike share one list.

    Args:
        only: These residents; None for all of them.
    """
    living = await tuning.living(session, now, only)
    told = await decisions.wanted(session, hub.rulebook, now)
    grounds = await legal.sorts(session, now, only)
    feeds = await heard.by_home(session, now, None if only is None else living)
    rules, alike = _judging(hub.rulebook), dict[_Shape, list[Blindness]]()
    found: dict[str, Sequence[Blindness]] = {}
    for scope, residents in living.items():
        at_home, decided = feeds.get(scope, {}), told.get(scope)
        for who in residents:
            mine, kinds = grounds.get(who, _NOTHING), _kinds(at_home, who)
            lacks = alike.get((mine, kinds))
            if lacks is None:
                lacks = alike[mine, kinds] = _unfounded(rules, [one.ground(now) for one in mine], kinds, now)
            off, before = _off(rules, decided, who, now) if decided else (), found.get(who)
            found[who] = [*(before or ()), *off, *lacks] if off or before else lacks
    return found


_NOTHING: frozenset[Any] = frozenset()
_Shape = tuple[frozenset[legal.Sort], frozenset[str]]
"""The grounds as far as `_unfounded` asks, and what is heard: of two thousand residents most are alike in both."""


class _Judging(NamedTuple):
    """A rule that is switched on, the functions that it is part of, and the kinds of event that it begins with."""

    rule: Rule
    functions: frozenset[Function]
    begins: frozenset[str]
    may_be_off: bool


def _judging(book: Rulebook) -> list[_Judging]:
    by_weight = sorted(book.rules.values(), key=lambda rule: -rule.severity)
    programs = [(rule, book.program(rule)) for rule in by_weight if rule.enabled]
    return [
        _Judging(rule, functions_of(rule, one), frozenset(kind for step in one.steps[:1] for kind in step.tests),
                 may_be_off(one))
        for rule, one in programs
    ]  # fmt: skip


def _by_resident(grounds: Iterable[Ground]) -> dict[str, list[Ground]]:
    found: dict[str, list[Ground]] = defaultdict(list)
    for one in grounds:
        found[one.resident].append(one)
    return found


def _off(rules: Iterable[_Judging], told: Collection[Override], who: str, now: datetime) -> list[Blindness]:
    effects = {one.rule: one for one in overrides.at(told, now).effects}
    objected = {one.rule for one in told if one.level is Level.OBJECTION and one.holds(now)}
    return [
        Blindness(cause=Cause.OBJECTED if one.rule.id in objected else Cause.OFF_HERE, name=one.rule.title.nb)
        for one in rules
        if one.may_be_off and (effect := effects.get(one.rule.id)) and (effect.off or who in effect.apart)
    ]


def _unfounded(
    rules: Iterable[_Judging], grounds: Collection[Ground], kinds: Collection[str], now: datetime
) -> list[Blindness]:
    """Only where it was decided that the resident has it: what nobody ordered is missed by nobody."""
    ordered = {one.function for one in grounds if not one.objection and one.begun(now)}
    if not ordered:
        return []
    found = []
    for rule, functions, begins, _may_be_off in rules:
        mine = functions & ordered
        stands = {standing(grounds, function, rule.basis, now) for function in mine}
        if Standing.EXPIRED in stands and not stands & {Standing.VALID, Standing.EXPIRES}:
            found.append(Blindness(cause=Cause.EXPIRED, name=rule.title.nb))
        if mine and begins.isdisjoint(kinds):
            found.append(Blindness(cause=Cause.UNFED, name=rule.title.nb))
    return found


# --- tasks -----------------------------------------------------------------------------------


async def review(hub: Hub) -> None:
    """Ask for what the register wants looked at, and settle what has been; a resident without a row has no register."""
    now = hub.clock()
    async with hub.database.write() as session:
        living, accepted = await tuning.living(session, now), _accepted(hub.rulebook)
        feeds, grounds = await heard.by_home(session, now), _by_resident(await legal.grounds(session))
        wanted: dict[tuple[str, str], Wanted] = {}
        for scope, residents in living.items():
            for who in (one for one in residents if grounds.get(one)):
                kinds = _kinds(feeds.get(scope, {}), who)
                wanted |= {(one.kind, one.subject): one for one in _asked(who, grounds[who], accepted, kinds, now)}
        for one in wanted.values():
            await tasks.ask(session, one, now)
        for kind, subject in await tasks.waiting(session, list(_KINDS.values())) - wanted.keys():
            await tasks.settle(session, kind, subject, now)


def _accepted(book: Rulebook) -> dict[Function, set[Basis]]:
    found: dict[Function, set[Basis]] = defaultdict(set)
    for rule in book.rules.values():
        for function in functions_of(rule, book.program(rule)):
            found[function].update(rule.basis)
    return found


def _kinds(feeds: Mapping[str | None, frozenset[str]], who: str) -> frozenset[str]:
    """What the devices of a resident can tell, and those of their home."""
    of_home, own = feeds.get(None, _NOTHING), feeds.get(who)
    return of_home if own is None else of_home | own


def _asked(
    who: str,
    grounds: list[Ground],
    accepted: Mapping[Function, Collection[Basis]],
    kinds: Collection[str],
    now: datetime,
) -> Iterator[Wanted]:
    rows = {one.function for one in grounds}
    for function in rows | {found for kind in kinds if (found := function_of(kind)) in accepted and found is not None}:
        mine = standing(grounds, function, accepted.get(function, ()), now)
        if mine is not Standing.VALID:
            yield Wanted(
                kind=_KINDS[mine], subject=f"{who}/{function}", words=_WORDS[mine].format(NAMES[function]),
                resident=who, link=f"/admin/residents/{who}", again_after=_MONTH,
                due_at=now + (_MONTH if mine in {Standing.EXPIRES, Standing.MISSING} else _SOON),
            )  # fmt: skip
