"""When the hub comes back: after a stop, a crash, or a machine that slept.

What fell due meanwhile is in the tables, and the stations find it at their first look. Here it is
said: late notices say that they are, a summary tells the coordinator, and nobody is paged about last autumn.
"""

from datetime import datetime, timedelta

from carehub.core.answers.alerts import Step
from carehub.core.showing.wording import alert_number, downtime_words, forgotten_words, local_time
from carehub.flow.escalate import STALE_AFTER
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.journal import journal_line
from carehub.flow.reaching.telling import WORTH_SAYING
from carehub.flow.receiving.batch import hub_fault
from carehub.flow.watching import retention
from carehub.kit.log import log
from carehub.store import catchup
from carehub.store.database import Session

GAP = timedelta(seconds=20)
"""So long without a sign of life is a stop; a planned restart takes less."""
_AGAIN_AFTER = timedelta(days=1)
"""What the report lists and nobody looks over is told of again after a day, by the ladder."""


async def come_back(hub: Hub, ingest: Ingest) -> None:
    """At start: how long were we gone, and what was left lying?"""
    now = hub.clock()
    async with hub.database.write() as session:
        last = await catchup.last_beat(session)
        await catchup.release(session, now)
        healed = await catchup.heal(session, now)
        listed = await _put_off_forgotten(session, now)
    if healed:
        log.warning("catchup.healed", alerts=healed)
    if listed:
        log.warning("catchup.forgotten", alerts=len(listed))
        key = f"forgotten/{now.isoformat()}"
        ingest.observe(hub_fault(now, forgotten_words(listed)[:400], about="forgotten", key=key))
    if last is not None:
        retention.doubt(hub, now - last)
    if last is not None and now - last > GAP:
        await report_gap(hub, ingest, last, now)


async def report_gap(hub: Hub, ingest: Ingest, since: datetime, now: datetime) -> None:
    """The hub did not work from `since` until now: mark what is late, and say it once."""
    async with hub.database.write() as session:
        late = len(await catchup.overdue(session, now) | await catchup.mark_late(session, now, WORTH_SAYING))
    log.warning("catchup.gap", seconds=round((now - since).total_seconds()), late=late)
    words = downtime_words(_clock(hub, since, now), _clock(hub, now, now), late)
    ingest.observe(hub_fault(now, words, about="downtime", key=f"downtime/{since.isoformat()}"))
    hub.wake.escalate.set()
    hub.wake.deliver.set()


async def _put_off_forgotten(session: Session, now: datetime) -> list[str]:
    """Deadlines older than a day are listed and not paged blindly; they stay open, and come again in a day."""
    await catchup.drop_old_notices(session, now - STALE_AFTER)
    forgotten = await catchup.forgotten(session, now - STALE_AFTER)
    for alert in forgotten:
        alert.stale_since, alert.due_at = alert.stale_since or alert.due_at, now + _AGAIN_AFTER
        alert.remind_at = None
        words = "Fristen var over et døgn gammel da huben startet: satt på listen over glemte varsler."
        session.add(journal_line(alert.id, Step.ESCALATED, now, text=words))
    return [alert_number(alert.id) for alert in forgotten]


def _clock(hub: Hub, moment: datetime, now: datetime) -> str:
    """Clock time; with its date where it was another day."""
    local = moment.astimezone(hub.zone)
    if local.date() == now.astimezone(hub.zone).date():
        return local_time(moment, hub.zone)
    return f"{local.day}.{local.month}. kl. {local_time(moment, hub.zone)}"
