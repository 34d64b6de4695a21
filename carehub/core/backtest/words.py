"""A summary in plain Norwegian lines, for the command line; the page shows the same as tables."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.backtest.report import Counted, Hole, Listed, MissedReal, Summary
from carehub.core.rules.rulebook import Rulebook
from carehub.core.severity import Severity
from carehub.core.showing.terms import span
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


def lines_of(summary: Summary, book: Rulebook) -> Iterator[str]:
    """Everything that a nurse would ask first, and some examples of each sort."""
    zone = ZoneInfo(summary.zone)
    days = f"{_day(summary.since, zone)} – {_day(summary.until, zone)}"
    yield f"{days}: {summary.events} hendelser, {summary.scopes} hjem."
    yield from _side("Reglene i dag", summary.today, book)
    if summary.draft is not None:
        yield from _side("Utkastet", summary.draft, book)
        yield (
            "Forskjell: {same} like, {gained} nye, {lost} faller bort, {moved} kommer tidligere eller senere, "
            "{changed} får annen alvorlighet."
        ).format_map(summary.counts)
    yield from _missed(summary, book, zone)
    for sort, found in summary.listed.items():
        if found:
            yield f"{SORTS_NB[sort]} ({summary.counts[sort]}):"
            yield from (_listed(one, book, zone) for one in found[:_MOST_LINES])
    yield from _holes(summary, zone)
    if summary.faults:
        yield f"OBS: en regel feilet {summary.faults} ganger."


def _side(name: str, side: Counted, book: Rulebook) -> Iterator[str]:
    yield f"{name}: {side.alerts} varsler hos {side.residents} beboere."
    if not side.alerts:
        return
    yield f"  Vakt: {_pairs(side.shifts, SHIFTS_NB)}"
    yield f"  Time: {' '.join(str(many) for many in side.hours)}"
    severities = {URGENCY_NB[Severity(int(one))].lower(): many for one, many in side.severities.items()}
    yield f"  Alvorlighet: {_pairs(severities)}"
    yield f"  Regel: {_pairs({title_of(one, book): many for one, many in side.rules.items()})}"
    yield f"  Ville blitt vekket kl. 23–07: {_pairs(side.woken, ROLES_NB) or 'ingen'}"
    if side.woken_off_duty:
        yield f"  Av dem uten vakt: {_pairs(side.woken_off_duty, ROLES_NB)}"


def _pairs(found: Mapping[str, int], names: Mapping[str, str] | None = None) -> str:
    return ", ".join(f"{(names or {}).get(name, name)} {many}" for name, many in found.items())


def title_of(kind_or_rule: str, book: Rulebook) -> str:
    """A rule or a kind of alert as staff know it."""
    rule = book.rules.get(kind_or_rule)
    if rule is not None:
        return rule.title.nb
    return FLOOR_TITLES_NB.get(kind_or_rule, "alarmgulvet" if kind_or_rule == "floor" else kind_or_rule)


def _missed(summary: Summary, book: Rulebook, zone: ZoneInfo) -> Iterator[str]:
    lost = [one for one in summary.missed if one.today]
    older = [one for one in summary.missed if not one.today]
    yield f"Varsler der noen trengte hjelp, i journalen: {summary.real}."
    if lost:
        yield f"{len(lost)} av dem ville ikke kommet med utkastet: {causes(lost)}."
        yield from (_missed_line(one, book, zone) for one in lost[:_MOST_LINES])
    elif summary.draft is not None and len(older) < summary.real:
        yield "Ingen av dem ville blitt borte med utkastet."
    if older:
        yield f"{len(older)} av dem kommer heller ikke med reglene i dag: {causes(older)}."


def causes(found: list[MissedReal]) -> str:
    """What was found by whoever came: "fall 3, toalett 1"."""
    many: dict[str, int] = {}
    for one in found:
        name = next((words for cause, words in CAUSE_NB.items() if cause.value == one.cause), "annet").lower()
        many[name] = many.get(name, 0) + 1
    return _pairs(dict(sorted(many.items(), key=lambda pair: -pair[1])))


def _missed_line(one: MissedReal, book: Rulebook, zone: ZoneInfo) -> str:
    instead = f"; i stedet: {', '.join(title_of(kind, book) for kind in one.instead)}" if one.instead else ""
    return f"  {_moment(one.at, zone)}  {one.resident or one.scope}  {title_of(one.kind, book)}{instead}"


def _listed(one: Listed, book: Rulebook, zone: ZoneInfo) -> str:
    parts = [_moment(one.at, zone), one.resident or one.scope, title_of(one.kind, book)]
    if one.moved_s:
        parts.append(f"{span(timedelta(seconds=abs(one.moved_s)))} {'senere' if one.moved_s > 0 else 'tidligere'}")
    if one.was is not None and one.was != one.severity:
        parts.append(f"{URGENCY_NB[Severity(one.was)].lower()} → {URGENCY_NB[Severity(one.severity)].lower()}")
    if one.asked:
        parts.append(f"spurte {len({who.person for who in one.asked})}")
    return "  " + "  ".join(parts)


def _holes(summary: Summary, zone: ZoneInfo) -> Iterator[str]:
    if not summary.holes:
        yield "Historikken er hel."
        return
    yield f"Historikken er ikke hel ({len(summary.holes)} hull):"
    yield from (f"  {_hole(one, zone)}" for one in summary.holes[:_MOST_LINES])


def _hole(one: Hole, zone: ZoneInfo) -> str:
    where = one.resident or one.scope or "alle"
    return f"{where}: {HOLES_NB[one.why]} {_moment(one.since, zone)} – {_moment(one.until, zone)}"


def _day(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m.%Y}"


def _moment(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d.%m. %H:%M}"
