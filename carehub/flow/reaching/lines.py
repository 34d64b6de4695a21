"""Part of station 4: which providers answer. One that does not is passed over, and the operator hears of it."""

from datetime import datetime, timedelta

from carehub.contracts import Channel, Fate, Receipt
from carehub.core.answers.alerts import Step
from carehub.core.answers.breaker import Breaker, after, rests, tried
from carehub.core.severity import Severity
from carehub.flow.hub import Hub, Word
from carehub.flow.ingest import Ingest
from carehub.flow.live import EVERY_SCREEN
from carehub.flow.receiving import disk, sirens
from carehub.flow.receiving.batch import hub_fault, hub_scope
from carehub.flow.respond import journal_line
from carehub.kit.log import log
from carehub.store import alerts

_NEVER_TRIED = Breaker()
_HEARD_WITHIN_S = 60.0
DARK_AFTER = timedelta(seconds=30)
"""A page that is loaded anew is dark for a moment."""


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
        hub.faults.append(
            Word(f"channel-{channel}", f"Kanalen «{channel}» svarer ikke. Varsler går andre veier til den er tilbake.")
        )
    elif before.opened_at and not here.opened_at:
        log.info("channel.closed", channel=channel)
        hub.good_news.append(Word(f"channel-{channel}", f"Kanalen «{channel}» virker igjen."))


def over_the_cap(hub: Hub, channel: Channel, severity: Severity, now: datetime) -> Receipt | None:
    """The answer without asking, where the day's cap is reached; what is critical goes out all the same (C25)."""
    cap = getattr(channel, "daily_cap", None)
    day = now.astimezone(hub.zone).date()
    if cap is None or hub.sent_today.get((channel.name, day), 0) < cap:
        return None
    if not hub.sent_today.get((f"{channel.name} told", day)):  # once a day
        hub.sent_today[f"{channel.name} told", day] = 1
        hub.faults.append(
            Word(
                f"cap-{channel.name}",
                f"Dagens grense for «{channel.name}» er nådd ({cap}). Bare kritiske varsler går den veien.",
            )
        )
    if severity >= Severity.CRITICAL:
        return None
    return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the day's cap is reached")


def count(hub: Hub, channel: Channel, receipt: Receipt, now: datetime) -> None:
    """One more that went out, where the channel has a cap; yesterday is forgotten."""
    if getattr(channel, "daily_cap", None) is None or receipt.fate is not Fate.ACCEPTED:
        return
    today = now.astimezone(hub.zone).date()
    hub.sent_today = {key: sent for key, sent in hub.sent_today.items() if key[1] == today}
    hub.sent_today[channel.name, today] = hub.sent_today.get((channel.name, today), 0) + 1


def look_at_screens(hub: Hub) -> None:
    """The last tablet went dark: after half a minute it is a technical alert (F79)."""
    if hub.live.shows(EVERY_SCREEN):
        if hub.dark_told:
            hub.good_news.append(Word("screens", "Et nettbrett viser varslene igjen."))
        hub.screens_seen, hub.dark_since, hub.dark_told = True, None, False
    elif hub.screens_seen and hub.dark_since is None:
        hub.dark_since = hub.passed()
    elif hub.dark_since is not None and not hub.dark_told and hub.passed() - hub.dark_since >= DARK_AFTER:
        hub.dark_told = True
        hub.faults.append(Word("screens", "Ingen nettbrett viser varslene nå. Sjekk skjermen på vaktrommet."))


async def tell(hub: Hub, ingest: Ingest) -> None:
    """New troubles become technical alerts; what is over is written in the journal of the one that told of it."""
    look_at_screens(hub)
    disk.look_again(hub)
    await sirens.hush(hub)
    faults, good_news = list(hub.faults), list(hub.good_news)
    for one in faults:
        ingest.observe(hub_fault(hub.clock(), one.words, about=one.about))
    if good_news:
        async with hub.database.write() as session:
            for one in good_news:
                for alert in await alerts.open_in_scope(session, hub_scope(one.about)):
                    session.add(journal_line(alert.id, Step.RESOLVED, hub.clock(), text=one.words))
        hub.live.change()
    del hub.faults[: len(faults)], hub.good_news[: len(good_news)]


def silent_at(hub: Hub, channel: str, now: datetime) -> datetime | None:
    """When silence counts as a failure; None where nobody will ever report."""
    known = hub.channels.get(channel)
    within = known.heard_within_s if known else _HEARD_WITHIN_S
    return None if within is None else now + timedelta(seconds=within)
