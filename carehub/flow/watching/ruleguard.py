"""A rule that raises again and again is switched off until it is changed.

Its events still meet the other rules, and the floor.
"""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

from carehub.core.events import Event
from carehub.flow.hub import Hub
from carehub.flow.receiving.batch import Work, hub_fault
from carehub.flow.watching.rule_drafts import overlaid
from carehub.kit.log import log
from carehub.store import journal, rulebooks, tasks
from carehub.store.database import Session
from carehub.store.tasks import Wanted

MOST_FAULTS = 3
_TASK = "rule-failed"
_MEND_WITHIN = timedelta(days=1)


async def stay_off(hub: Hub) -> None:
    """At start: what was changed on the pages stands above the files.

    What was switched off and has not been changed stays off; what has been is nobody's task more.
    """
    async with hub.database.write() as session:
        hub.filed = hub.filed or hub.rulebook
        hub.rulebook = await overlaid(session, hub.rulebook)
        off = await rulebooks.switched_off(session)
        for rule in {rule for rule, version in off if hub.rulebook.versions.get(rule) != version}:
            await tasks.settle(session, _TASK, rule, hub.clock())
    still = [rule for rule, version in hub.rulebook.versions.items() if (rule, version) in off]
    hub.rulebook = hub.rulebook.without(still)
    hub.health.rulebook_faults += [_words(rule) for rule in still]


async def judge(hub: Hub, session: Session, work: Work) -> None:
    """Within the batch's transaction: note the rules that have raised too often, and the book without them."""
    counted = hub.health.rule_faults + Counter((fault.rule, fault.version) for fault in work.faults)
    off = {
        (fault.rule, fault.version): fault.error
        for fault in work.faults
        if counted[fault.rule, fault.version] >= MOST_FAULTS and fault.rule in hub.rulebook.programs
    }
    if off:
        work.rulebook = hub.rulebook.without([rule for rule, _ in off])
        await rulebooks.switch_off(session, off, work.now)
        for rule, _ in off:
            wanted = Wanted(kind=_TASK, subject=rule, words=f"{_words(rule)} Rett den.", due_at=work.now + _MEND_WITHIN)
            await tasks.ask(session, wanted, work.now)
        await journal.add_activation(session, work.next_seq(), work.rulebook, work.now)


def follow(hub: Hub, work: Work, observe: Callable[[Event], None]) -> None:
    """The batch is stored: count, let the new book take over, and tell of it."""
    for fault in work.faults:
        log.error("rule.failed", rule=fault.rule, version=fault.version, error=fault.error[:200])
    hub.health.rule_faults.update((fault.rule, fault.version) for fault in work.faults)
    if work.rulebook is None:
        return
    for rule in sorted(hub.rulebook.programs.keys() - work.rulebook.programs.keys()):
        log.error("rule.switched_off", rule=rule)
        hub.health.rulebook_faults.append(_words(rule))
        observe(hub_fault(work.now, _words(rule), about=f"rule:{rule}"))
    hub.rulebook = work.rulebook


def _words(rule: str) -> str:
    return f"Regelen «{rule}» feilet {MOST_FAULTS} ganger og er slått av til den endres."
