"""The rulebook in force: an immutable value that the fold is given."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Self
from zoneinfo import ZoneInfo

from carehub.core.rules.chains import FOUND
from carehub.core.rules.language import Rule, body_of, content_hash
from carehub.core.rules.overrides import Tuning
from carehub.core.rules.program import Program, compiled
from carehub.core.rules.state import Shape
from carehub.core.rules.tuning import program_for

OSLO = "Europe/Oslo"
SAFE_MODE = "safe-mode"
_MOST_SHOWN = 4096
"""Kinds and places come from outside, so what is remembered of them is bounded."""
_MOST_SCOPED = 2000


Shown = tuple[Program, bool]
"""A program, and whether the event can be something to it where it remembers nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """Rules, compiled and indexed by the kind of event that they must be shown.

    Attributes:
        zone: The residents' zone: local time exists only in here.
        version: Changes with any rule; "safe-mode" for the book with no rules.
        rules: Every rule by its id, the disabled ones too, for lists and wording.
        programs: The enabled rules by id.
        asking: Which programs ask for a kind of event.
        watching: Which programs watch what a rule finds.
        absences: The programs with a daily window, which a tick arms.
        asks_asleep: Whether any rule cares; otherwise no bed is looked at.
    """

    zone: ZoneInfo
    version: str
    rules: dict[str, Rule] = field(default_factory=dict)
    programs: dict[str, Program] = field(default_factory=dict)
    asking: dict[str, tuple[Program, ...]] = field(default_factory=dict)
    watching: dict[str, tuple[Program, ...]] = field(default_factory=dict)
    absences: tuple[Program, ...] = ()
    asks_asleep: bool = False
    scoped: dict[str, "Rulebook"] = field(default_factory=dict, repr=False, compare=False)
    """Books that were made of this one for scopes with decisions of their own, by what these do."""
    _shown: dict[tuple[str, str | None], tuple[Shown, ...]] = field(
        init=False, default_factory=dict, repr=False, compare=False
    )
    _raising: dict[str, Rule] = field(init=False, default_factory=dict, repr=False, compare=False)
    _kept: dict[tuple[str, str], str] = field(init=False, default_factory=dict, repr=False, compare=False)
    _tireless: dict[tuple[str, ...], "Rulebook"] = field(init=False, default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, rules: Iterable[Rule], zone: str = OSLO) -> Self:
        """Compile the rules; the last of two with one id wins, and with no rule at all this is safe mode.

        Args:
            rules: Checked rules, as `parse_rule` gives them.
            zone: Name of the residents' time zone.
        """
        by_id = {rule.id: rule for rule in sorted(rules, key=lambda rule: rule.id)}
        return cls.made(ZoneInfo(zone), [compiled(rule) for rule in by_id.values() if rule.enabled], by_id)

    @classmethod
    def made(cls, zone: ZoneInfo, programs: Iterable[Program], rules: dict[str, Rule]) -> Self:
        """A book of programs that are compiled already."""
        by_id = {program.id: program for program in programs}
        return cls(
            zone=zone,
            version=_version(by_id.values()),
            rules=rules,
            programs=by_id,
            asking=_index(by_id.values()),
            watching=_watching(by_id.values()),
            absences=tuple(program for program in by_id.values() if program.shape is Shape.ABSENT),
            asks_asleep=any("asleep" in (*one.unless, *one.only_when) for one in by_id.values()),
        )

    def shown(self, kind: str, place: str | None) -> tuple[Shown, ...]:
        """The programs to which an event of this kind from this place can be something; found once for each."""
        found = self._shown.get((kind, place))
        if found is None:
            asked = [one for one in self.asking.get(kind, ()) if one.may_fit(kind, place)]
            found = tuple((one, one.may_begin(kind, place)) for one in asked)
            if len(self._shown) < _MOST_SHOWN:
                self._shown[kind, place] = found
        return found

    def raising(self, kind: str) -> Rule | None:
        """The first of its rules that raises alerts of this kind; looked through once for each book."""
        if not self._raising:
            self._raising.update({rule.alert_kind: rule for rule in reversed(self.rules.values())})
        return self._raising.get(kind)

    def program(self, rule: Rule) -> Program:
        """One of its rules ready to be stepped, also one that is switched off; only the latter is compiled for it."""
        return self.programs.get(rule.id) or compiled(rule)

    @property
    def versions(self) -> dict[str, str]:
        """Each rule in force with its content hash: what the journal keeps of the book."""
        return {program.id: program.version for program in self.programs.values()}

    @property
    def kept(self) -> dict[tuple[str, str], str]:
        """Every rule that is switched on, by id and content hash, in its own words; written once for each book."""
        if not self._kept:
            on = [rule for rule in self.rules.values() if rule.enabled]
            self._kept.update({(rule.id, content_hash(rule)): body_of(rule) for rule in on})
        return self._kept

    def without(self, off: Collection[str]) -> "Rulebook":
        """The same book with these rules switched off; the very same where there are none."""
        if not off:
            return self
        return Rulebook.made(self.zone, [one for one in self.programs.values() if one.id not in off], self.rules)

    def tireless(self, ids: Iterable[str]) -> "Rulebook":
        """These programs alone, and without their rests; the last is kept: thousands of scopes ask for it."""
        wanted = tuple(ids)
        if wanted not in self._tireless:
            self._tireless.clear()
            alone = [replace(self.programs[one], rest=timedelta(0)) for one in wanted]
            self._tireless[wanted] = Rulebook.made(self.zone, alone, {})
        return self._tireless[wanted]

    def for_scope(self, tuning: Tuning) -> "Rulebook":
        """The book as it is tuned in one scope; the very same where nothing is decided there."""
        if not tuning.key:
            return self
        if tuning.key not in self.scoped:
            if len(self.scoped) >= _MOST_SCOPED:
                self.scoped.clear()
            effects = {one.rule: one for one in tuning.effects}
            made = (
                program_for(one, self.rules.get(one.id), effects[one.id]) if one.id in effects else one
                for one in self.programs.values()
            )
            self.scoped[tuning.key] = Rulebook.made(self.zone, [one for one in made if one is not None], self.rules)
        return self.scoped[tuning.key]

    @classmethod
    def safe_mode(cls, zone: str = OSLO) -> Self:
        """No rules: only the life-safety floor alerts."""
        return cls(zone=ZoneInfo(zone), version=SAFE_MODE)


def _version(programs: Iterable[Program]) -> str:
    told = ",".join(f"{program.id}:{program.version}" for program in programs)
    return hashlib.sha256(told.encode()).hexdigest()[:16] if told else SAFE_MODE


def _watching(programs: Iterable[Program]) -> dict[str, tuple[Program, ...]]:
    found = _index(programs)
    return {kind.removeprefix(FOUND): asked for kind, asked in found.items() if kind.startswith(FOUND)}


def _index(programs: Iterable[Program]) -> dict[str, tuple[Program, ...]]:
    asking: dict[str, tuple[Program, ...]] = {}
    for program in programs:
        for kind in program.kinds:
            asking[kind] = (*asking.get(kind, ()), program)
    return asking
