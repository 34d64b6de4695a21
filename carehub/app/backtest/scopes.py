"""What one process does: one home after the other, each read, folded, answered and asked for."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

import msgspec

from carehub.app.backtest.sources import Known, Reading, Spooled, Store
from carehub.core.backtest.alerting import Desk, Usual
from carehub.core.backtest.asking import Roster, asked
from carehub.core.backtest.holes import Silences
from carehub.core.backtest.playing import Found, Given, Past, Playing, Sides
from carehub.core.backtest.report import Hole
from carehub.core.backtest.values import Alerted, Raised
from carehub.core.findings import Finding
from carehub.core.folding.journal import Recorded
from carehub.core.rules.drafting import with_draft
from carehub.core.rules.language import Rule
from carehub.core.rules.rulebook import Rulebook
from carehub.kit.child import beside_its_parent

"""Alarms have the processor first."""


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked, in a form that goes to another process.

    Attributes:
        rules: Today's, as JSON.
        off: Ids of rules that are switched off.
        draft: The draft's, as JSON; None to tell about today's rules alone.
        began: From when on events are read: before `since`, so that rules know what they would have known.
    """

    source: Store | Spooled
    zone: str
    rules: tuple[str, ...]
    off: tuple[str, ...]
    draft: tuple[str, ...] | None
    began: datetime
    since: datetime
    until: datetime


class Gone(msgspec.Struct, frozen=True, kw_only=True):
    """What one scope came to."""

    scope: str
    today: list[Alerted]
    draft: list[Alerted] | None
    events: int
    faults: int
    holes: list[Hole]


@dataclass(slots=True, kw_only=True)
class House:
    """What a process keeps from one scope to the next."""

    question: Question
    known: Known
    roster: Roster
    usual: Usual
    sides: Sides
    zone: ZoneInfo
    raised: Mapping[str, Sequence[Raised]] = field(default_factory=dict)


_HOUSE: list[House] = []


def begin(question: Question, known: Known, roster: Roster) -> None:
    """Called once in each process."""
    beside_its_parent()
    _HOUSE[:] = [furnished(question, known, roster)]


def furnished(question: Question, known: Known, roster: Roster) -> House:
    """Compile both books, and put what was raised to the homes that it was raised in."""
    by_scope: dict[str, list[Raised]] = {}
    for one in known.raised:
        by_scope.setdefault(one.scope, []).append(one)
    return House(
        question=question, known=known, roster=roster, usual=Usual.of(known.raised), sides=_sides(question),
        zone=ZoneInfo(question.zone), raised=by_scope,
    )  # fmt: skip


def _sides(question: Question) -> Sides:
    today = Rulebook.of(_rules(question.rules), question.zone).without(question.off)
    return Sides.of(today, None if question.draft is None else with_draft(today, _rules(question.draft)))


def _rules(bodies: Sequence[str]) -> list[Rule]:
    return [Rule.model_validate_json(body) for body in bodies]


def gone_through(scope: str) -> Gone:
    """One scope, in this process."""
    return asyncio.run(play_scope(_HOUSE[0], scope))


async def play_scope(house: House, scope: str) -> Gone:
    """One scope, read, folded, answered and asked for."""
    question = house.question
    async with question.source.opened() as reading:
        past = Past(
            began=question.began, commands=await reading.commands_before(scope, question.began), stops=house.known.stops
        )
        return await _played(house, reading, scope, past)


async def _played(house: House, reading: Reading, scope: str, past: Past) -> Gone:
    question = house.question
    playing, silences = Playing(scope, house.sides, past), Silences(scope, question.since)
    raised = house.raised.get(scope, ())
    desks = [Desk(raised, house.usual) for _ in range(1 if question.draft is None else 2)]
    async for piece in reading.entries(scope, question.began, question.until):
        _hear(silences, piece)
        _serve(desks, playing.take(piece))
    _serve(desks, playing.finish(question.until))
    sides = [_told(house, desk.alerts) for desk in desks]
    return Gone(
        scope=scope, today=sides[0], draft=sides[1] if len(sides) > 1 else None, events=playing.events,
        faults=playing.faults, holes=silences.end(question.until) if scope in house.known.homes else [],
    )  # fmt: skip


def _hear(silences: Silences, piece: Sequence[Given]) -> None:
    for entry in piece:
        if isinstance(entry, Recorded):
            silences.hear(entry.at, entry.event.resident)


def _serve(desks: Sequence[Desk], found: Found) -> None:
    for desk, findings in zip(desks, found, strict=False):
        for finding in findings or list[Finding]():
            desk.take(finding)


def _told(house: House, alerts: Sequence[Alerted]) -> list[Alerted]:
    """Those of the time that is looked at, with whom they would have asked."""
    question = house.question
    mine = [one for one in alerts if question.since <= one.at < question.until]
    for one in mine:
        one.asked = asked(one, house.known.units.get(one.scope), house.roster, house.zone)
    return mine
