"""Rules are changed while the hub runs: drafted, tried on the past, agreed by a second person, and taken back."""

from carehub.core.rules import rule_drafts
from carehub.core.rules.drafting import draft_hash, with_draft
from carehub.core.rules.language import Rule
from carehub.core.rules.rule_drafts import DraftState, Read
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.hub import Hub
from carehub.flow.watching import bounds
from carehub.kit.ids import new_id
from carehub.kit.log import log
from carehub.store import backtests, drafts, rulebooks, tables
from carehub.store.database import Session


class DraftError(Exception):
    """It may not be done; the message says why, in bokmål."""


async def overlaid(session: Session, filed: Rulebook) -> Rulebook:
    """The rules of the files with what has been changed since; a change that cannot be read any more is left out."""
    rules: dict[str, Rule] = {}
    for row in await drafts.active(session):
        found = rule_drafts.read(row.body, row.rule_id, filed.zone.key)
        if found.rule is None or found.faults:
            log.error("draft.unreadable", rule=row.rule_id, draft=row.id, faults=list(found.faults)[:3])
        else:
            rules[row.rule_id] = found.rule
    return with_draft(filed, rules.values()) if rules else filed


async def save(hub: Hub, rule_id: str, body: str, why: str, by: str, draft_id: str | None = None) -> tables.RuleDraft:
    """Keep a text, sound or not: what was agreed or tried of the old one no longer counts.

    Raises:
        DraftError: It is in force, or over.
    """
    now = hub.clock()
    async with hub.database.write() as session:
        row = await session.get(tables.RuleDraft, draft_id, with_for_update=True) if draft_id else None
        if row is not None and row.state not in {DraftState.DRAFT, DraftState.WAITING}:
            raise DraftError("Utkastet er i kraft eller avsluttet. Lag et nytt.")
        if row is None:
            row = tables.RuleDraft(
                id=new_id(), rule_id=rule_id, body=body, why=why, state=DraftState.DRAFT, made_by_id=by, made_at=now,
                changed_at=now,
            )  # fmt: skip
        row.body, row.why, row.state, row.backtest_id = body, why.strip()[:400], DraftState.DRAFT, None
        row.base_version = rule_drafts.in_force(hub.rulebook, rule_id)
        row.changed_by_id, row.changed_at = by, now
        session.add(row)
    return row


def checked(hub: Hub, row: tables.RuleDraft) -> Read:
    """The draft's rule, and what is wrong with it."""
    return rule_drafts.read(row.body, row.rule_id, hub.zone.key)


async def backtest_of(hub: Hub, session: Session, rule: Rule) -> tables.BacktestRun | None:
    """The run of exactly this rule against the rules in force; None before there is one."""
    return await backtests.newest_done(session, draft_hash([rule]), hub.rulebook.version)


async def ask(hub: Hub, draft_id: str, by: str) -> tables.RuleDraft:
    """Ask for a second person.

    Raises:
        DraftError: Something is wrong with it, or nobody has tried it on the past.
    """
    async with hub.database.write() as session:
        row = await _held(session, draft_id, DraftState.DRAFT)
        row.backtest_id = (await _ready(hub, session, row)).id
        row.state, row.changed_at = DraftState.WAITING, hub.clock()
        session.add(row)
    log.info("draft.asked", rule=row.rule_id, draft=row.id, by=by)
    return row


async def _held(session: Session, draft_id: str, *states: DraftState) -> tables.RuleDraft:
    row = await session.get(tables.RuleDraft, draft_id, with_for_update=True)
    if row is None or row.state not in states:
        raise DraftError("Noen andre kan ha gjort noe med utkastet alt. Se på det en gang til.")
    return row


async def _ready(hub: Hub, session: Session, row: tables.RuleDraft) -> tables.BacktestRun:
    found = checked(hub, row)
    if found.rule is None or found.faults:
        raise DraftError("Det er feil i regelen. Rett den først.")
    if row.base_version != rule_drafts.in_force(hub.rulebook, row.rule_id):
        raise DraftError("Regelen er endret siden utkastet ble skrevet. Lagre det på nytt, og prøv det på nytt.")
    run = await backtest_of(hub, session, found.rule)
    if run is None:
        raise DraftError("Utkastet må prøves på fortiden først, mot reglene som gjelder nå.")
    return run


async def approve(hub: Hub, draft_id: str, by: str) -> tables.RuleDraft:
    """A second person agrees, and it is in force from now on.

    Raises:
        DraftError: Whoever wrote it cannot agree with themselves, or it is no longer what was tried.
    """
    async with hub.database.write() as session:
        row = await _held(session, draft_id, DraftState.WAITING)
        if by in {row.made_by_id, row.changed_by_id}:
            raise DraftError("En annen enn den som har skrevet utkastet, må si seg enig.")
        row.backtest_id = (await _ready(hub, session, row)).id
        row.state, row.approved_by_id, row.approved_at = DraftState.ACTIVE, by, hub.clock()
        session.add(row)
    try:
        await take_over(hub)
    except Exception:
        async with hub.database.write() as session:
            row = await session.get_one(tables.RuleDraft, draft_id)
            row.state, row.approved_by_id, row.approved_at = DraftState.WAITING, None, None
            session.add(row)
        raise
    await bounds.review(hub)  # the rule is in force, whatever comes of this; it is looked at again every ten minutes
    return row


async def end(hub: Hub, draft_id: str, by: str, why: str) -> tables.RuleDraft:
    """Take it back: what is in force is rolled back, with a reason; what is not is withdrawn.

    Raises:
        DraftError: There is no reason, or it is over.
    """
    async with hub.database.write() as session:
        row = await _held(session, draft_id, DraftState.DRAFT, DraftState.WAITING, DraftState.ACTIVE)
        was_active = row.state is DraftState.ACTIVE
        if was_active and not why.strip():
            raise DraftError("Skriv hvorfor regelen tas tilbake.")
        row.state = DraftState.ROLLED_BACK if was_active else DraftState.WITHDRAWN
        row.ended_by_id, row.ended_at, row.ended_why = by, hub.clock(), why.strip()[:400]
        session.add(row)
    if was_active:
        await take_over(hub)
        await bounds.review(hub)
    return row


async def resume(hub: Hub, draft_id: str) -> tables.RuleDraft:
    """Undo a withdrawal; what was rolled back is a draft again, and goes the whole way once more."""
    async with hub.database.write() as session:
        row = await _held(session, draft_id, DraftState.WITHDRAWN, DraftState.ROLLED_BACK)
        row.state, row.ended_by_id, row.ended_at, row.ended_why = DraftState.DRAFT, None, None, ""
        row.approved_by_id = row.approved_at = row.backtest_id = None
        row.base_version = rule_drafts.in_force(hub.rulebook, row.rule_id)
        session.add(row)
    return row


async def take_over(hub: Hub) -> None:
    """Let the rules as they are stored judge from now on; what has failed stays off."""
    hub.filed = hub.filed or hub.rulebook
    async with hub.database.read() as session:
        book = await overlaid(session, hub.filed)
        off = await rulebooks.switched_off(session)
    book = book.without([rule for rule, version in book.versions.items() if (rule, version) in off])
    if hub.adopt is not None:
        await hub.adopt(book)
    else:
        hub.rulebook = book
    hub.live.change()
