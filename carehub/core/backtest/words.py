"""A summary in plain lines, for the command line; the page shows the same as tables."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.backtest.report import Counted, Hole, Listed, MissedReal, Summary
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.telling import SOURCE, Telling
from carehub.core.severity import Severity
from carehub.core.showing.wording import CAUSE_NB, FLOOR_TITLES_NB, URGENCY_NB

HOLES_NB: dict[str, str] = {
    "outage": "huben sto", "nothing_heard": "ingenting ble hørt", "not_there_yet": "utstyret var ikke satt opp",
    "moved_in": "beboeren var ikke flyttet inn", "numbers_missing": "meldinger kom aldri frem",
    "cleared_away": "eldre hendelser er slettet", "nothing_at_all": "ingen hendelser i det hele",
}  # fmt: skip
ROLES_NB: dict[str, str] = {
    "nurse": "hjemmetjenesten", "care_centre": "omsorgssenteret", "coordinator": "koordinator",
    "technician": "tekniker", "administrator": "administrator", "relative": "pårørende",
    "staff": "personale", "outside": "utenfor huset",
}  # fmt: skip
SHIFTS_NB: dict[str, str] = {"day": "dag", "evening": "kveld", "night": "natt"}
SORTS_NB: dict[str, str] = {
    "alerts": "Varsler", "gained": "Nye varsler", "lost": "Varsler som faller bort", "moved": "Tidligere eller senere",
    "changed": "Annen alvorlighet",
}  # fmt: skip
_MOST_LINES = 10


def lines_of(summary: Summary, book: Rulebook, telling: Telling = SOURCE) -> Iterator[str]:
    """Everything that a nurse would ask first, and some examples of each sort."""
    say, zone = telling.say, ZoneInfo(summary.zone)
    days = f"{_day(summary.since, zone)} – {_day(summary.until, zone)}"
    yield say("%(days)s: %(events)s hendelser, %(homes)s hjem.", days=days, events=summary.events, homes=summary.scopes)
    yield from _side(say("Reglene i dag"), summary.today, book, telling)
    if summary.draft is not None:
        yield from _side(say("Utkastet"), summary.draft, book, telling)
        yield say(
            "Forskjell: %(same)s like, %(gained)s nye, %(lost)s faller bort, %(moved)s kommer tidligere eller senere, "
            "%(changed)s får annen alvorlighet.", **summary.counts,
        )  # fmt: skip
    yield from _missed(summary, book, zone, telling)
    for sort, found in summary.listed.items():
        if found:
            yield f"{say(SORTS_NB[sort])} ({summary.counts[sort]}):"
            yield from (_listed(one, book, zone, telling) for one in found[:_MOST_LINES])
    yield from _holes(summary, zone, telling)
    if summary.faults:
        yield say("OBS: en regel feilet %(many)s ganger.", many=summary.faults)


def _side(name: str, side: Counted, book: Rulebook, telling: Telling) -> Iterator[str]:
    say = telling.say
    yield say(
        "%(name)s: %(alerts)s varsler hos %(residents)s beboere.", name=name, alerts=side.alerts,
        residents=side.residents,
    )  # fmt: skip
    if not side.alerts:
        return
    severities = {say(URGENCY_NB[Severity(int(one))]).lower(): many for one, many in side.severities.items()}
    woken = _pairs(side.woken, ROLES_NB, say) or say("ingen")
    yield "  " + say("Vakt: %(shifts)s", shifts=_pairs(side.shifts, SHIFTS_NB, say))
    yield "  " + say("Time: %(hours)s", hours=" ".join(str(many) for many in side.hours))
    yield "  " + say("Alvorlighet: %(severities)s", severities=_pairs(severities))
    rules = _pairs({title_of(one, book, telling): many for one, many in side.rules.items()})
    yield "  " + say("Regel: %(rules)s", rules=rules)
    yield "  " + say("Ville blitt vekket kl. 22–07: %(whom)s", whom=woken)
    if side.woken_off_duty:
        yield "  " + say("Av dem uten vakt: %(whom)s", whom=_pairs(side.woken_off_duty, ROLES_NB, say))


def _pairs(found: Mapping[str, int], names: Mapping[str, str] | None = None, say: Callable[[str], str] = str) -> str:
    return ", ".join(f"{say(names[name]) if names and name in names else name} {many}" for name, many in found.items())


def title_of(kind_or_rule: str, book: Rulebook, telling: Telling = SOURCE) -> str:
    """A rule or a kind of alert as staff know it."""
    rule = book.rules.get(kind_or_rule)
    if rule is not None:
        return telling.own(rule.title)
    if kind_or_rule == "floor":
        return telling.say("alarmgulvet")
    return telling.say(FLOOR_TITLES_NB[kind_or_rule]) if kind_or_rule in FLOOR_TITLES_NB else kind_or_rule


def _missed(summary: Summary, book: Rulebook, zone: ZoneInfo, telling: Telling) -> Iterator[str]:
    say = telling.say
    lost = [one for one in summary.missed if one.today]
    older = [one for one in summary.missed if not one.today]
    yield say("Varsler der noen trengte hjelp, i journalen: %(many)s.", many=summary.real)
    if lost:
        why = causes(lost, telling)
        yield say("%(many)s av dem ville ikke kommet med utkastet: %(causes)s.", many=len(lost), causes=why)
        yield from (_missed_line(one, book, zone, telling) for one in lost[:_MOST_LINES])
    elif summary.draft is not None and len(older) < summary.real:
        yield say("Ingen av dem ville blitt borte med utkastet.")
    if older:
        why = causes(older, telling)
        yield say("%(many)s av dem kommer heller ikke med reglene i dag: %(causes)s.", many=len(older), causes=why)


def causes(found: list[MissedReal], telling: Telling = SOURCE) -> str:
    """What was found by whoever came: "fall 3, toalett 1"."""
    many: dict[str, int] = {}
    for one in found:
        name = next((words for cause, words in CAUSE_NB.items() if cause.value == one.cause), None)
        said = (telling.say(name) if name else telling.say("annet")).lower()
        many[said] = many.get(said, 0) + 1
    return _pairs(dict(sorted(many.items(), key=lambda pair: -pair[1])))


def _missed_line(one: MissedReal, book: Rulebook, zone: ZoneInfo, telling: Telling) -> str:
    titles = ", ".join(title_of(kind, book, telling) for kind in one.instead)
    instead = "; " + telling.say("i stedet: %(titles)s", titles=titles) if one.instead else ""
    return f"  {_moment(one.at, zone)}  {one.resident or one.scope}  {title_of(one.kind, book, telling)}{instead}"


def _listed(one: Listed, book: Rulebook, zone: ZoneInfo, telling: Telling) -> str:
    say = telling.say
    parts = [_moment(one.at, zone), one.resident or one.scope, title_of(one.kind, book, telling)]
    if one.moved_s:
        moved = telling.span(timedelta(seconds=abs(one.moved_s)))
        parts.append(f"{moved} {say('senere') if one.moved_s > 0 else say('tidligere')}")
    if one.was is not None and one.was != one.severity:
        was, now = (say(URGENCY_NB[Severity(urgency)]).lower() for urgency in (one.was, one.severity))
        parts.append(f"{was} → {now}")
    if one.asked:
        parts.append(say("spurte %(many)s", many=len({who.person for who in one.asked})))
    return "  " + "  ".join(parts)


def _holes(summary: Summary, zone: ZoneInfo, telling: Telling) -> Iterator[str]:
    if not summary.holes:
        yield telling.say("Historikken er hel.")
        return
    yield telling.say("Historikken er ikke hel (%(many)s hull):", many=len(summary.holes))
    yield from (f"  {_hole(one, zone, telling)}" for one in summary.holes[:_MOST_LINES])


def _hole(one: Hole, zone: ZoneInfo, telling: Telling) -> str:
    where = one.resident or one.scope or telling.say("alle")
    why = telling.say(HOLES_NB[one.why])
    return f"{where}: {why} {_moment(one.since, zone)} – {_moment(one.until, zone)}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m. %H:%M}"
