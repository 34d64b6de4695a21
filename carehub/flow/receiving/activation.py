"""Before station 1 begins: a changed rulebook takes over, with the memory that its rules would have had."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

from carehub.core.findings import Deadline, Finding
from carehub.core.folding.activation import TakenOver, changed, in_scope, look_back, take_over
from carehub.core.folding.scope_state import ScopeState
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import Rulebook
from carehub.flow import assess
from carehub.flow.hub import Hub
from carehub.kit.log import log
from carehub.store import journal, rulebooks, stream
from carehub.store.database import Session
from carehub.store.errors import StoreDamaged
from carehub.store.ownership import OwnershipLost
from carehub.store.stream import HeldTrace

_SCOPES_AT_ONCE = 100


@dataclass(slots=True)
class _Changes:
    """What all scopes together will write."""

    states: list[ScopeState] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    deadlines: list[Deadline] = field(default_factory=list)
    dropped: list[HeldTrace] = field(default_factory=list)

    def add(self, before: ScopeState, taken: TakenOver, seq: int) -> None:
        if taken.state is not before:
            self.states.append(taken.state)
        self.findings += taken.findings
        self.deadlines += taken.deadlines
        self.dropped += [(seq, before.scope, trace) for trace in taken.dropped]


async def activate(hub: Hub, session: Session, epoch: int, seq: int, units: Mapping[str, str | None]) -> int:
    """Let the hub's rulebook take over if it is not the one that judged last; gives the last place in the order.

    The new rules' memory is rebuilt from stored events in the caller's transaction, so that no event is judged by
    them without it. What is dropped is logged, and kept as a trace.
    """
    now, last = hub.clock(), await journal.newest_activation(session)
    before = last.rules if last else await rulebooks.active(session)
    await rulebooks.note_versions(session, hub.rulebook, now)
    hub.gone = await rulebooks.gone(session, hub.rulebook)
    if last is not None and (last.rules, last.zone) == (hub.rulebook.versions, hub.rulebook.zone.key):
        return seq
    seq += 1
    await journal.add_activation(session, seq, hub.rulebook, now)
    programs, changes = changed(before, hub.rulebook), _Changes()
    if programs:
        await _rebuild(hub, session, programs, changes, seq, now)
    await stream.save_states(session, changes.states, epoch)
    await stream.set_deadlines(session, changes.deadlines)
    await stream.add_held_back(session, changes.dropped)
    if changes.findings:
        await assess.raise_alerts(hub, session, [(finding, None) for finding in changes.findings], units)
    _tell(programs, sorted(before.keys() - hub.rulebook.programs.keys()), changes)
    return seq


@asynccontextmanager
async def adopting(hub: Hub, book: Rulebook, done: "asyncio.Future[None]") -> AsyncIterator[Session]:
    """A transaction in which this book is the hub's; whoever waits is told what came of it.

    An error ends here: it is for whoever asked, and the rules before judge on.
    """
    before, hub.rulebook = hub.rulebook, book
    try:
        async with hub.database.write() as session:
            yield session
    except (OwnershipLost, StoreDamaged):
        raise
    except Exception as error:  # noqa: BLE001 - told to whoever waits; station 1 goes on
        hub.rulebook = before
        log.error("rulebook.not_adopted", error=repr(error)[:300])
        if not done.done():
            done.set_exception(error)
    else:
        if not done.done():
            done.set_result(None)


async def _rebuild(
    hub: Hub, session: Session, programs: Sequence[Program], changes: _Changes, seq: int, now: datetime
) -> None:
    kinds, since = {kind for one in programs for kind in one.kinds}, now - look_back(programs)
    for scopes in _pieces(await stream.folded_scopes(session)):
        states = await stream.load_states(session, scopes)
        given = await journal.history(session, scopes, kinds, since)
        fired = await journal.fired(session, scopes, since)
        for scope in scopes:
            state = states.get(scope) or ScopeState(scope=scope)
            mine = in_scope(programs, hub.rulebook, state)
            taken = take_over(state, mine, given.get(scope, ()), fired.get(scope, set()), hub.rulebook, now)
            changes.add(state, taken, seq)


def _pieces(scopes: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(scopes), _SCOPES_AT_ONCE):
        yield scopes[start : start + _SCOPES_AT_ONCE]


def _tell(programs: Sequence[Program], gone: Sequence[str], changes: _Changes) -> None:
    log.info(
        "rulebook.activated", changed=[one.id for one in programs], gone=gone, rebuilt=len(changes.states),
        found=len(changes.findings), dropped=len(changes.dropped),
    )  # fmt: skip
    for _, scope, trace in changes.dropped:
        log.warning("rule.dropped", rule=trace.rule, version=trace.version, scope=scope, events=list(trace.events))
