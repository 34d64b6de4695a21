"""What became of a message in a sandbox, in words for whoever builds the device, and as JSON for their program."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from carehub.core.answers.ladders import built_in
from carehub.core.findings import Finding, Outcome
from carehub.core.kinds import KNOWN_KINDS, LIFE_SAFETY
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.words import MEASUREMENTS
from carehub.core.severity import Severity
from carehub.core.showing.terms import OUTCOMES, kind_name
from carehub.core.showing.wording import summons_text
from carehub.flow.sandbox import Heard, Judged
from carehub.web import words
from carehub.web.tongue import _, later

_EXAMPLE_NUMBER, _EXAMPLE_CODE = "A4F2", "K7M2PT"
_ALWAYS = later("Livsviktig: varsles alltid, uten noen regel.")
_NO_NUMBER = later("Verdien er ikke et tall: ingen regel kan sammenligne den.")
_UNKNOWN = later("Ordet er ukjent: hendelsen lagres og listes, men ingen regel ser på den.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """What would be raised: when, what it is called, how urgent, who is asked first, and the text that they get."""

    at: datetime
    title: str
    urgency: str
    severity: Severity
    first: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One reading in words: what the hub understood, what came of it, and what it raised at once."""

    kind: str
    value: str
    meaning: str
    remark: str
    outcome: str
    until: datetime | None
    alarms: Sequence[Alarm]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One message in words; the fields are those of `Heard`."""

    at: datetime
    topic: str
    payload: str
    source: str | None
    error: str | None
    unreadable_alarm: bool
    told: Sequence[Told]
    waited: Sequence[Alarm]
    ahead: Sequence[Alarm]


def in_words(heard: Heard, rulebook: Rulebook, zone: ZoneInfo, link: str) -> Trial:
    """For the page."""

    def alarms(found: Sequence[Finding]) -> list[Alarm]:
        return [_alarm(one, rulebook, zone, link) for one in found]

    return Trial(
        at=heard.at, topic=heard.topic, payload=heard.payload.decode("utf-8", "replace"), source=heard.source,
        error=heard.error, unreadable_alarm=heard.alarms,
        told=[_told(one, alarms(one.raised)) for one in heard.judged],
        waited=alarms(heard.waited), ahead=alarms(heard.ahead),
    )  # fmt: skip


def _told(one: Judged, alarms: Sequence[Alarm]) -> Told:
    event = one.event
    remark = _(_ALWAYS) if event.kind in LIFE_SAFETY else "" if event.kind in KNOWN_KINDS else _(_UNKNOWN)
    if event.kind in MEASUREMENTS and (isinstance(event.value, bool) or not isinstance(event.value, int | float)):
        remark = _(_NO_NUMBER)
    value = "" if event.value is None else f"{event.value} {event.unit or ''}".strip()
    return Told(
        kind=event.kind, value=value, meaning=_(kind_name(event.kind)), remark=remark,
        outcome=_(OUTCOMES[one.outcome]) if one.outcome else "", until=one.until, alarms=alarms,
    )  # fmt: skip


def _alarm(found: Finding, rulebook: Rulebook, zone: ZoneInfo, link: str) -> Alarm:
    first = built_in(found.severity).ladder[0]
    return Alarm(
        at=found.at, title=words.title_of(found.kind, rulebook), urgency=_(words.URGENCIES[found.severity]),
        severity=found.severity, first=words.joined(words.audience_name(one) for one in first.asks),
        text=summons_text(
            severity=found.severity, raised_at=found.at, number=_EXAMPLE_NUMBER, code=_EXAMPLE_CODE,
            link=f"{link}/a/{_EXAMPLE_NUMBER}", attempt=1, zone=zone,
        ),
    )  # fmt: skip


def as_json(heard: Heard) -> dict[str, Any]:
    """For a program: the hub's own words, nothing translated."""
    return {
        "topic": heard.topic,
        "source": heard.source,
        "error": heard.error,
        "unreadable_alarm": heard.alarms,
        "events": [_event_json(one) for one in heard.judged],
        "fallen_due": [_finding_json(one) for one in heard.waited],
        "if_nothing_more_is_heard": [_finding_json(one) for one in heard.ahead],
    }


def _event_json(one: Judged) -> dict[str, Any]:
    return {
        "kind": one.event.kind,
        "known": one.event.kind in KNOWN_KINDS,
        "value": one.event.value,
        "unit": one.event.unit,
        "device": one.event.device,
        "outcome": one.outcome.value if one.outcome else None,
        "pending_until": one.until.isoformat() if one.outcome is Outcome.PENDING and one.until else None,
        "alerts": [_finding_json(found) for found in one.raised],
    }


def _finding_json(found: Finding) -> dict[str, Any]:
    return {"kind": found.kind, "rule": found.rule, "severity": int(found.severity), "at": found.at.isoformat()}
