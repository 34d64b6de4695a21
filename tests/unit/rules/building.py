"""Short ways to say what rule tests need."""

from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from carehub.core.events import Command, CommandKind, Event, Tick, Value
from carehub.core.folding.fold import Folded, Rulebook, ScopeState, fold
from carehub.core.rules.language import Rule, parse_rule

OSLO = ZoneInfo("Europe/Oslo")
RULES = Path(__file__).parents[3] / "rules"
SCOPE = "home:1"
NIGHT = datetime(2026, 1, 15, 1, 10, tzinfo=UTC)  # 02:10 in Oslo
HEAD = "title: {nb: a, nn: b, en: c}\nseverity: serious\n"


def after(**delta: float) -> datetime:
    return NIGHT + timedelta(**delta)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=OSLO).astimezone(UTC)


def rule(words: str, name: str = "test-rule") -> Rule:
    return parse_rule(f"id: {name}\n{HEAD}{words}")


def book(*words: str) -> Rulebook:
    return Rulebook.of(rule(text, f"rule-{number}") for number, text in enumerate(words, 1))


@cache
def shipped() -> tuple[Rule, ...]:
    return tuple(parse_rule(path.read_text(encoding="utf-8")) for path in sorted(RULES.glob("*.yaml")))


def event(  # noqa: PLR0913 - each is one word of an event
    kind: str,
    place: str | None = None,
    at: datetime = NIGHT,
    *,
    device: str | None = None,
    value: Value = None,
    detail: str | None = None,
    device_class: str | None = None,
) -> Event:
    return Event(
        seq=int((at - NIGHT).total_seconds()),
        at=at,
        kind=kind,
        scope=SCOPE,
        source="test",
        device=device or f"{place}-{kind.partition('.')[0]}",
        device_class=device_class,
        resident="resident",
        place=place,
        value=value,
        detail=detail,
    )


def tick(at: datetime) -> Tick:
    return Tick(seq=0, at=at, scope=SCOPE)


def command(kind: CommandKind, at: datetime = NIGHT, until: datetime | None = None) -> Command:
    return Command(seq=0, at=at, scope=SCOPE, kind=kind, until=until)


def run(rulebook: Rulebook, *given: Event | Tick | Command, state: ScopeState | None = None) -> list[Folded]:
    """Fold in order, without any tick that is not given."""
    now = state or ScopeState(scope=SCOPE)
    folded = []
    for one in given:
        folded.append(fold(now, one, rulebook, one.at))
        now = folded[-1].state
    return folded


def alerts(folded: list[Folded]) -> list[str]:
    return [finding.kind for one in folded for finding in one.findings]
