"""What is wrong with the hub itself, in words for staff, and what to do meanwhile: the banner on every page."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from carehub.core.rules.rulebook import SAFE_MODE
from carehub.core.showing.wording import local_time
from carehub.flow.hub import Hub
from carehub.web.health import BEAT_WITHIN, WORKER
from carehub.web.tongue import _, later, ngettext
from carehub.web.wording.retold import retold
from carehub.web.words import CHANNELS

_MOST_UNSAVED = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """Something that staff must know about the hub itself, and what to do meanwhile."""

    title: str
    advice: str
    danger: bool = True
    key: str | None = None
    """Where it is an alarm: what the screen sounds for, as for a critical alert that nobody has."""


_DAMAGED = Trouble(
    title=later("Databasen er skadet"),
    advice=later("Huben starter på nytt med en reserve nå. Gå tilsyn etter reserverutinen, og ring teknisk vakt."),
)
_UNSTORED = Trouble(
    title=later("Huben får ikke lagret"),
    advice=later("Alarmer vises her, men varsles ikke videre. Følg med på skjermen, og ring teknisk vakt."),
)
_FAILING = Trouble(
    title=later("Disken svikter"),
    advice=later("Huben må lagre om igjen, og varsler kan bli forsinket. Følg med på skjermen, og ring teknisk vakt."),
)
_DEAF = Trouble(
    title=later("Huben hører ikke sensorene"),
    advice=later("Alarmer kan utebli på denne skjermen. Gå tilsyn etter reserverutinen, og ring teknisk vakt."),
)
_STILL = Trouble(
    title=later("Varslingen står stille"),
    advice=later("Varsler sendes kanskje ikke videre til andre. Følg med her, og ring teknisk vakt."),
)
_NO_CANARY = Trouble(
    title=later("Prøvealarmen kom ikke tilbake"),
    advice=later("Alarmer kan bli borte på veien. Gå tilsyn etter reserverutinen, og ring teknisk vakt."),
)
_NO_RULES = Trouble(
    title=later("Reglene er ute av drift"),
    advice=later("Bare alarmknapp, snor, fall, røyk og gass varsler nå. Gå tilsyn oftere, og ring teknisk vakt."),
)


def troubles(hub: Hub, now: datetime) -> list[Trouble]:
    """What is wrong with the hub now, the worst first."""
    found = (trouble for look in _IN_ORDER for trouble in look(hub, now))
    return [replace(one, title=_(one.title), advice=_(one.advice)) for one in found]


def _of_the_store(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    """Alarms that only the hub's memory has: nobody else is told of them, so this screen must be enough."""
    if hub.unsaved.since is None:
        if hub.health.failing_disk:
            yield _FAILING
        return
    alarms = sorted(hub.unsaved.alarms.values(), key=lambda alarm: alarm.at)
    if not alarms:
        yield _DAMAGED if hub.health.damaged else _UNSTORED
    for alarm in alarms[:_MOST_UNSAVED]:
        yield Trouble(
            title=_("Alarm som ikke er lagret: %(where)s", where=alarm.where),
            advice=_(
                "Meldt kl. %(time)s%(times)s. Gå dit nå. Huben får ikke lagret, og ingen andre er varslet. "
                "Ring teknisk vakt.",
                time=local_time(alarm.at, hub.zone),
                times=_times(alarm.times),
            ),
            key=f"unsaved-{alarm.at.isoformat()}",
        )


def _times(count: int) -> str:
    return _(", %(count)s ganger", count=count) if count > 1 else ""


def _of_the_road(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    if hub.health.broker is False:
        yield _DEAF


def _of_the_worker(hub: Hub, now: datetime) -> Iterator[Trouble]:
    """The worker has given no sign of life lately. A hub with no worker here says nothing of it."""
    beat = hub.health.beats.get(WORKER)
    if beat is not None and abs(now - beat) >= 3 * BEAT_WITHIN:
        yield _STILL


def _of_the_rescue(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    if hub.health.rescued:
        rest = _("Nyere varsler, vakter og beboere kan mangle. Gå en runde, og ring teknisk vakt.")
        advice = f"{retold(hub.health.rescued)} {rest}"
        yield Trouble(title=later("Huben startet med en reservebase"), advice=advice)


def _of_the_canary(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    if hub.health.canary.missing:
        yield _NO_CANARY


def _of_the_channels(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    resting = sorted(CHANNELS.get(name, name) for name, breaker in hub.breakers.items() if breaker.opened_at)
    if resting:
        advice = later("Varsler går andre veier så lenge. Følg med på skjermen, og gi teknisk vakt beskjed.")
        yield Trouble(title=_("Varsling er nede: %(resting)s", resting=", ".join(resting)), advice=advice, danger=False)


def _of_the_rules(hub: Hub, _now: datetime) -> Iterator[Trouble]:
    many = len(hub.health.rulebook_faults)
    if hub.rulebook.version == SAFE_MODE:
        yield _NO_RULES
    elif many:
        title = ngettext("%(num)d regel er satt ut av drift", "%(num)d regler er satt ut av drift", many)
        yield Trouble(title=title, advice=later("Resten varsler som vanlig. Gi teknisk vakt beskjed."), danger=False)


_IN_ORDER: tuple[Callable[[Hub, datetime], Iterator[Trouble]], ...] = (
    _of_the_store, _of_the_road, _of_the_worker, _of_the_rescue, _of_the_canary, _of_the_channels, _of_the_rules,
)  # fmt: skip
