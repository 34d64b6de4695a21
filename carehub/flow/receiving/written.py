"""Part of station 1: what one batch writes, within its transaction."""

from carehub.core.events import Tick
from carehub.flow import assess
from carehub.flow.grouping import equipment
from carehub.flow.hub import Hub
from carehub.flow.receiving.batch import Work
from carehub.flow.receiving.intake import Intake, letter_row
from carehub.flow.watching import ruleguard
from carehub.kit.failpoints import fail_at
from carehub.store import registry, silences, stream, tuning
from carehub.store.database import Session
from carehub.store.ownership import Term


async def written(hub: Hub, intake: Intake, session: Session, work: Work, epoch: int) -> None:
    """Everything of this batch, or nothing: events, state, deadlines, alerts, notices, letters.

    Raises:
        OwnershipLost: Another process runs these scopes now.
    """
    if work.faults:
        await ruleguard.judge(hub, session, work)
    work.listed = list(intake.unknown.values())
    if work.listed:
        await registry.add_unknown(session, work.listed, work.now)
    await stream.drop_due(session, [given for given in work.inputs if isinstance(given, Tick)])
    batch = stream.Batch(
        inputs=work.inputs, events=work.rows, held_back=work.held_back,
        letters=[letter_row(*letter) for letter in work.letters],
        states=list(work.states.values()), deadlines=list(work.deadlines.values()),
    )  # fmt: skip
    await silences.note_told(session, work.inputs, work.now)
    await tuning.note_told(session, work.inputs)
    await silences.note_held(session, work.held)
    await equipment.tell_return(session, (event for event, _, _ in work.rows), hub.zone)
    unwritten = stream.Unwritten(batch, Term(epoch, work.now, work.seq + 1))
    if work.findings:
        await assess.raise_alerts(hub, session, work.findings, intake.registry.units, unwritten)
    await unwritten.write(session, last=True)
    fail_at("ingest.inserted")
