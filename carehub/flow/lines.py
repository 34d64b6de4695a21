"""Part of station 4: which providers answer. One that does not is passed over, and the operator hears of it."""

from datetime import datetime

from carehub.contracts import Fate, Receipt
from carehub.core.alerts import Step
from carehub.core.breaker import Breaker, after, rests, tried
from carehub.flow.batch import hub_fault
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.respond import journal_line
from carehub.kit.log import log
from carehub.store import alerts

_NEVER_TRIED = Breaker()
_HUB = "hub"


def passed_over(hub: Hub, channel: str, now: datetime) -> Receipt | None:
    """The answer without asking, while the provider rests; None where it may be tried, and is from now on."""
    breaker = hub.breakers.get(channel, _NEVER_TRIED)
    if rests(breaker, now):
        left = (breaker.probe_at - now).total_seconds() if breaker.probe_at else None
        return Receipt(fate=Fate.FAILED_FOR_NOW, reason="the provider rests after failures", retry_after_s=left)
    hub.breakers[channel] = tried(breaker, now)
    return None


def note(hub: Hub, channel: str, receipt: Receipt, now: datetime) -> None:
    """Remember how the provider answered; to refuse one number is an answer too."""
    before = hub.breakers.get(channel, _NEVER_TRIED)
    here = hub.breakers[channel] = after(before, now, answered=receipt.fate is not Fate.FAILED_FOR_NOW)
    if here.opened_at and not before.opened_at:
        log.error("channel.opened", channel=channel, reason=receipt.reason)
        hub.faults.append(f"Kanalen «{channel}» svarer ikke. Varsler går andre veier til den er tilbake.")
    elif before.opened_at and not here.opened_at:
        log.info("channel.closed", channel=channel)
        hub.good_news.append(f"Kanalen «{channel}» virker igjen.")


async def tell(hub: Hub, ingest: Ingest) -> None:
    """New troubles become a technical alert; what is over is written in the journal of those that are open."""
    faults, good_news = list(hub.faults), list(hub.good_news)
    for words in faults:
        ingest.observe(hub_fault(hub.clock(), words))
    if good_news:
        async with hub.database.write() as session:
            for alert in await alerts.open_in_scope(session, _HUB):
                for words in good_news:
                    session.add(journal_line(alert.id, Step.RESOLVED, hub.clock(), text=words))
        hub.live.change()
    del hub.faults[: len(faults)], hub.good_news[: len(good_news)]
