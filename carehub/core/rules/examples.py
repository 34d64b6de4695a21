"""Runs a rule's own examples through the real fold, on a clock that stops at every due tick."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.core.events import Input
from carehub.core.folding import floor
from carehub.core.folding.fold import Folded, Rulebook
from carehub.core.rules import stories
from carehub.core.rules.errors import RuleError
from carehub.core.rules.language import Example, Expected, Rule
from carehub.core.rules.miniature import Miniature
from carehub.core.rules.personal import ending
from carehub.core.rules.program import Program
from carehub.core.rules.rulebook import OSLO
from carehub.core.rules.state import DAILY, Shape
from carehub.core.rules.windows import next_ending

Alert = tuple[datetime, str]


class Failure(Struct, frozen=True):
    """An example that the rule does not pass, said as a sentence."""

    rule: str
    example: str
    reason: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.example}: {self.reason}" if self.example else f"{self.rule}: {self.reason}"


def failures(rule: Rule, zone: str = OSLO) -> list[Failure]:
    """Run every example of the rule; an empty list means that it may be switched on.

    A rule must show at least once that it alerts and once that it keeps quiet.
    """
    book = Rulebook.of([rule.model_copy(update={"enabled": True})], zone)
    found = [failure for example in rule.examples if (failure := _judge(rule, example, book))]
    quiet = [example.expect == "nothing" for example in rule.examples]
    if all(quiet):
        found.append(Failure(rule.id, "", "no example shows that it alerts"))
    if not any(quiet):
        found.append(Failure(rule.id, "", "no example shows that it keeps quiet (expect: nothing)"))
    return found


def _judge(rule: Rule, example: Example, book: Rulebook) -> Failure | None:
    try:
        given = [stories.told(line, seq, example.day, book.zone) for seq, line in enumerate(example.given, 1)]
        wanted = _wanted(example, book.zone)
        alerts = play(given, book, _horizon(book.programs[rule.id], given, wanted, book.zone))
    except RuleError as error:
        return Failure(rule.id, example.name, str(error))
    if alerts == wanted:
        return None
    return Failure(
        rule.id, example.name, f"expected {_in_words(wanted, book.zone)}, got {_in_words(alerts, book.zone)}"
    )


def moved(rule: Rule, zone: str = OSLO) -> Rule:
    """The rule with its examples at the times at which it alerts now.

    An example that alerts of something else, or is told and was not, or no longer is, stays: that is for a person.
    """
    book = Rulebook.of([rule.model_copy(update={"enabled": True})], zone)
    return rule.model_copy(update={"examples": tuple(_moved(rule, one, book) for one in rule.examples)})


def _moved(rule: Rule, example: Example, book: Rulebook) -> Example:
    try:
        given = [stories.told(line, seq, example.day, book.zone) for seq, line in enumerate(example.given, 1)]
        wanted = _wanted(example, book.zone)
        alerts = play(given, book, _horizon(book.programs[rule.id], given, wanted, book.zone))
    except RuleError:
        return example
    if [kind for _at, kind in alerts] != [kind for _at, kind in wanted] or alerts == wanted:
        return example
    expect = tuple(Expected(at=stories.clock(at, example.day, book.zone), alert=kind) for at, kind in alerts)
    return example.model_copy(update={"expect": expect})


def _wanted(example: Example, zone: ZoneInfo) -> list[Alert]:
    if isinstance(example.expect, str):
        return []
    return sorted((stories.moment(one.at, example.day, zone), one.alert) for one in example.expect)


def play(given: Iterable[Input], rulebook: Rulebook, until: datetime) -> list[Alert]:
    """Fold the inputs in order and tick whenever a deadline row is due; the floor's findings are left out.

    Raises:
        RuleError: The inputs are not in order of time, or a rule raised.
    """
    player = _Player(rulebook)
    last = None
    for one in given:
        if last is not None and one.at < last:
            raise RuleError("The lines are not in order of time.")
        last = one.at
        player.tick_until(one.at)
        player.take(one)
    player.tick_until(until)
    return sorted(player.alerts)


class _Player:
    """Plays an example; a rule that raises has failed it."""

    def __init__(self, rulebook: Rulebook) -> None:
        self._hub = Miniature(rulebook, stories.SCOPE)
        self.alerts: list[Alert] = []

    def take(self, given: Input) -> None:
        self._note(self._hub.take(given))

    def tick_until(self, end: datetime) -> None:
        for folded in self._hub.wait(end):
            self._note(folded)

    def _note(self, folded: Folded) -> None:
        for fault in folded.faults:
            raise RuleError(f"the rule raised {fault.error}")
        self.alerts += [(found.at, found.kind) for found in folded.findings if found.rule != floor.FLOOR]


def _horizon(program: Program, given: list[Input], wanted: list[Alert], zone: ZoneInfo) -> datetime:
    """How long to let time pass: long enough for the rule to decide about the last line."""
    longest = program.personal.most if program.personal and program.shape is Shape.WAIT else 1
    end: datetime = given[-1].at + max(program.wait, timedelta(minutes=longest))
    if program.shape in DAILY and program.window:
        end = next_ending(program.window, given[-1].at, zone).end
    if program.shape is Shape.ABSENT and program.personal and program.window:
        end = max(end, next_ending(ending(program.window, program.personal.most), given[-1].at, zone).end)
    return max([end, *(at for at, _ in wanted)])


def _in_words(alerts: list[Alert], zone: ZoneInfo) -> str:
    told = [f"{kind} at {at.astimezone(zone):%d.%m. %H:%M:%S}" for at, kind in alerts]
    return ", ".join(told) or "nothing"
