"""Which rules do not judge for which resident, and why; and the tasks that legal bases make."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from carehub.core.people.basis import Basis
from carehub.core.people.legal import NAMES, Function, Ground, Standing, function_of, functions_of, standing
from carehub.core.rules import overrides
from carehub.core.rules.language import Rule
from carehub.core.rules.overrides import Level, Override
from carehub.core.rules.program import compiled
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


async def unprotected(hub: Hub, session: Session, now: datetime, only: str | None = None) -> dict[str, list[Blindness]]:
    """By resident: what was decided away, what they said no to, what has run out, and what nothing feeds.

    Args:
        only: One resident; None for all of them.
    """
    living = await tuning.living(session, now)
    told = await decisions.wanted(session, hub.rulebook, now)
    grounds, feeds = _by_resident(await legal.grounds(session)), await heard.by_home(session, now)
    rules = [rule for rule in hub.rulebook.rules.values() if rule.enabled]
    found: dict[str, list[Blindness]] = defaultdict(list)
    for scope, residents in living.items():
        for who in (one for one in residents if only in {None, one}):
            found[who] += _off(rules, told.get(scope, ()), who, now)
            found[who] += _unfounded(rules, grounds.get(who, ()), feeds.get(scope, {}), who, now)
    return found


def _by_resident(grounds: Iterable[Ground]) -> dict[str, list[Ground]]:
    found: dict[str, list[Ground]] = defaultdict(list)
    for one in grounds:
        found[one.resident].append(one)
    return found


def _off(rules: Iterable[Rule], told: Iterable[Override], who: str, now: datetime) -> list[Blindness]:
    told = list(told)
    if not told:
        return []
    effects = {one.rule: one for one in overrides.at(told, now).effects}
    objected = {one.rule for one in told if one.level is Level.OBJECTION and one.holds(now)}
    return [
        Blindness(cause=Cause.OBJECTED if rule.id in objected else Cause.OFF_HERE, name=rule.title.nb)
        for rule in rules
        if (effect := effects.get(rule.id)) and (effect.off or who in effect.apart) and may_be_off(compiled(rule))
    ]


def _unfounded(
    rules: Iterable[Rule], grounds: Collection[Ground], feeds: Mapping[str | None, set[str]], who: str, now: datetime
) -> list[Blindness]:
    """Only where it was decided that the resident has it: what nobody ordered is missed by nobody."""
    ordered = {one.function for one in grounds if not one.objection and one.begun(now)}
    if not ordered:
        return []
    kinds, found = _kinds(feeds, who), []
    for rule in rules:
        mine = functions_of(rule) & ordered
        stands = {standing(grounds, function, rule.basis, now) for function in mine}
        if Standing.EXPIRED in stands and not stands & {Standing.VALID, Standing.EXPIRES}:
            found.append(Blindness(cause=Cause.EXPIRED, name=rule.title.nb))
        if mine and not any(kind in kinds for step in compiled(rule).steps[:1] for kind in step.tests):
            found.append(Blindness(cause=Cause.UNFED, name=rule.title.nb))
    return found


# --- tasks -----------------------------------------------------------------------------------


async def review(hub: Hub) -> None:
    """Ask for what the register wants looked at, and settle what has been; a resident without a row has no register."""
    now = hub.clock()
    async with hub.database.write() as session:
        living, accepted = await tuning.living(session, now), _accepted(hub.rulebook.rules.values())
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


def _accepted(rules: Iterable[Rule]) -> dict[Function, set[Basis]]:
    found: dict[Function, set[Basis]] = defaultdict(set)
    for rule in rules:
        for function in functions_of(rule):
            found[function].update(rule.basis)
    return found


def _kinds(feeds: Mapping[str | None, set[str]], who: str) -> set[str]:
    """What the devices of a resident can tell, and those of their home."""
    return feeds.get(None, set()) | feeds.get(who, set())


def _asked(
    who: str, grounds: list[Ground], accepted: Mapping[Function, Collection[Basis]], kinds: set[str], now: datetime
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
