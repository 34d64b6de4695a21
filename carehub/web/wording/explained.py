"""Why an alert rose, who was told and who came: read from what was stored, for the page and the command line."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from msgspec import DecodeError
from msgspec.json import decode

from carehub.core.answers.alerts import Step
from carehub.core.findings import Condition, Trace
from carehub.core.folding import floor
from carehub.core.kinds import HUB_ONLY
from carehub.flow.ledger import Answer, Silent
from carehub.flow.reaching.telling import rung_of
from carehub.store import ledger, pages, tables
from carehub.store.database import Session
from carehub.store.ledger import Told, Version
from carehub.store.tables.alerts import NoticeState
from carehub.web import words
from carehub.web.admin import decisions
from carehub.web.tongue import Spoken, _, later
from carehub.web.wording.retold import retold

MOST_REASONS = 20
"""A button that was pressed a hundred times is told by its first presses and its last."""

_FLOOR_WORDS = later("Dette varsles alltid, uten noen regel, også når reglene er ute av drift.")
_GONE = later("Hendelsen er ikke lagret lenger.")
_UNREADABLE = later("Denne utgaven av regelen kan ikke leses lenger.")
NOTICE_STATES: Spoken[NoticeState] = Spoken({
    NoticeState.WAITING: "Ikke sendt ennå", NoticeState.SENDING: "Sendes nå",
    NoticeState.ACCEPTED: "Sendt, ikke bekreftet levert", NoticeState.DELIVERED: "Kom frem",
    NoticeState.SEEN: "Sett", NoticeState.FAILED: "Kom ikke frem",
})  # fmt: skip
FORGOTTEN = later("Meldingene er slettet etter lagringstiden. Hvor mange som ble varslet, og når, står under.")
_TOLD = {Step.NOTIFIED, Step.ESCALATED, Step.REACHED}
_STEPS = Spoken({
    "repeat": "Meldt igjen", "off": "Slått av", "handled": "Fulgt opp", "hand": "Overlevert", "remind": "Påminnelse",
    "stale": "Ikke avsluttet", "passed": "Trinn uten noen", "technical": "Teknisk",
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One condition: what it is about, what the rule asks, what was seen, and whether it held."""

    name: str
    wanted: str
    seen: str
    held: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """One stored event in words; `at` is None where it is no longer stored."""

    seq: int
    at: datetime | None
    words: str
    device: str
    device_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleWords:
    """The rule that judged, in the version that judged.

    Attributes:
        words: The whole rule in plain sentences.
        since: When this version came into force; None for the floor, which always is.
        until: When it was replaced; None while it holds.
    """

    title: str
    name: str
    version: str
    words: str
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One report of an alert: the rule, its conditions, and the events.

    Attributes:
        decided: Who decided that the rule is not as the rulebook has it, a sentence each.
    """

    at: datetime
    rule: RuleWords
    lines: Sequence[Line]
    happenings: Sequence[Happening]
    decided: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Who was told, by which way, for which step, and what came of it."""

    at: datetime
    who: str
    way: str
    step: str
    state: str
    failed: bool
    delivered_at: datetime | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """All that is known of one alert.

    Attributes:
        left_out: How many reports between the first and the last are not shown.
        journal: Each step with the name of who took it.
        forgotten: Somebody was told, and the messages are no longer stored.
    """

    card: pages.Card
    reasons: Sequence[Reason]
    left_out: int
    notices: Sequence[Notice]
    journal: Sequence[tuple[tables.AlertStep, str | None]]
    forgotten: bool = False


async def account_of(session: Session, alert_id: str) -> Account | None:
    """Read all of it; None where there is no such alert."""
    card = await pages.card_of(session, alert_id)
    if card is None:
        return None
    reports = await ledger.reports(session, alert_id)
    half = MOST_REASONS // 2
    shown = reports if len(reports) <= MOST_REASONS else [*reports[:half], *reports[-half:]]
    traces = [(report.at, _read(report.trace)) for report in shown]
    told = await ledger.told(session, {seq for _, trace in traces if trace for seq in trace.events})
    versions = await ledger.versions(session, {(trace.rule, trace.version) for _, trace in traces if trace})
    notices, journal = await ledger.notices(session, alert_id), await pages.journal(session, alert_id)
    return Account(
        card=card,
        reasons=[await _decided(session, reason_of(trace, at, versions, told), trace) for at, trace in traces if trace],
        left_out=len(reports) - len(shown),
        notices=[_notice(*row) for row in notices],
        journal=journal,
        forgotten=not notices and any(step.step in _TOLD for step, _ in journal),
    )


def _read(body: str) -> Trace | None:
    try:
        return decode(body, type=Trace)
    except DecodeError:
        return None


async def _decided(session: Session, reason: Reason, trace: Trace) -> Reason:
    return replace(reason, decided=await decisions.in_words(session, trace.tuned)) if trace.tuned else reason


def reason_of(
    trace: Trace, at: datetime, versions: Mapping[tuple[str, str], Version], told: Mapping[int, Told]
) -> Reason:
    """A trace in words, with the rule as it was then and the events that it names."""
    return Reason(
        at=at,
        rule=rule_words(trace.rule, trace.version, versions.get((trace.rule, trace.version))),
        lines=lines_of(trace.conditions),
        happenings=[happening(seq, told.get(seq)) for seq in trace.events],
    )


def rule_words(rule: str, version: str, found: Version | None) -> RuleWords:
    """A rule in one version, for people."""
    if rule == floor.FLOOR:
        return RuleWords(title=_("Livsviktig hendelse"), name=rule, version=version, words=_(_FLOOR_WORDS))
    if found is None or found.rule is None:
        return RuleWords(title=rule, name=rule, version=version, words=_(_UNREADABLE))
    return RuleWords(
        title=words.own(found.rule.title), name=rule, version=version, words=words.told(found.rule),
        since=found.row.activated_at, until=found.row.deactivated_at,
    )  # fmt: skip


def lines_of(conditions: Iterable[Condition]) -> list[Line]:
    """Each condition with what was asked and what was seen."""
    return [
        Line(name=words.condition_name(one), wanted=words.plain(one.wanted), seen=words.plain(one.seen), held=one.held)
        for one in conditions
    ]


def happening(seq: int, told: Told | None) -> Happening:
    """One event in words: "døren åpnet, inngang"."""
    if told is None:
        return Happening(seq=seq, at=None, words=_(_GONE), device="")
    event, device = told.event, told.device
    value = f" {event.value} {event.unit or ''}".rstrip() if event.value not in {None, "null"} else ""
    kind = words.kind_name(event.kind)
    said = ", ".join(part for part in (f"{kind}{value}", words.place_name(event.place)) if part)
    if event.kind in HUB_ONLY and event.detail:
        said = f"{kind}: {retold(event.detail)}"  # what a model or the hub itself said
    return Happening(
        seq=seq, at=event.at, words=said, device=(device.label or device.address) if device else "",
        device_at=event.device_at if event.late else None,
    )  # fmt: skip


def _notice(row: tables.Notice, name: str | None) -> Notice:
    return Notice(
        at=row.created_at, who=_who(row, name), way=words.CHANNELS.get(row.channel, row.channel), step=_step(row.cycle),
        state=_said(row), failed=row.state is NoticeState.FAILED,
        delivered_at=row.delivered_at, attempts=row.attempts,
    )  # fmt: skip


def _said(row: tables.Notice) -> str:
    """The receipt in words; what failed for now is tried again."""
    tried = row.state is NoticeState.WAITING and row.attempts > 0
    return _("Kom ikke frem ennå, prøves igjen") if tried else NOTICE_STATES.get(row.state, row.state.value)


def _who(row: tables.Notice, name: str | None) -> str:
    """A relative is not named here: whom the resident lets know is between the two."""
    if row.cycle.startswith("handled"):
        return _("Pårørende")
    return name or _("Vaktrommet")


def _step(cycle: str) -> str:
    place = rung_of(cycle)
    if place is not None:
        return _("Trinn %(rung)s", rung=place.rung)
    return _STEPS.get(cycle.partition(":")[0], cycle)


async def silent_lines(session: Session, silent: Silent, rule: str) -> list[str]:
    """Why a rule did not alert in a time, a line each; first who decided that it is not as the rulebook has it."""
    decided = await decisions.in_words(session, [one.id for one in silent.tuned])
    if not silent.in_force:
        return [*decided, _("Regelen %(rule)s var ikke i kraft i dette tidsrommet.", rule=rule), *silent.notes]
    lines = decided + [
        (_("Hendelse %(seq)s", seq=seq) if seq else _("Ved en frist")) + f": {verdict.words}"
        for seq, verdict in silent.events
    ]
    lines += [verdict.words for verdict in silent.ends]
    if not silent.events and not silent.ends:
        lines.append(_("Ingen hendelser av den sorten regelen spør etter, kom i dette tidsrommet."))
    return [*lines, *silent.notes]


async def held_reasons(session: Session, answer: Answer) -> list[Reason]:
    """What was kept when rules that this event had started were held back, in words."""
    traces = [(row.at, trace) for row in answer.held if (trace := _read(row.body))]
    versions = await ledger.versions(session, {(trace.rule, trace.version) for _, trace in traces})
    told = {answer.told.event.seq: answer.told}
    return [await _decided(session, reason_of(trace, at, versions, told), trace) for at, trace in traces]
