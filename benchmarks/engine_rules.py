"""Forty rules that all three engines can express, ours with waits and windows too, and an evening of fifty homes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal

from carehub.core.events import Event
from carehub.core.rules.language import Rule, parse_rule

HEAD = "title: {nb: a, nn: b, en: c}\nseverity: moderate\n"
HOMES = 50
_START = datetime(2026, 1, 15, 20, tzinfo=UTC)
ROOMS = ("hall", "bathroom", "bedroom", "living_room", "kitchen")


@dataclass(frozen=True, slots=True)
class Match:
    """What an event must be."""

    kind: str
    place: str | None = None
    bound: tuple[Literal["below", "above"], float] | None = None

    @property
    def words(self) -> str:
        """The same in our language."""
        place = f", place: {self.place}" if self.place else ""
        bound = f", {self.bound[0]}: {self.bound[1]}" if self.bound else ""
        return f"{{kind: {self.kind}{place}{bound}}}"


@dataclass(frozen=True, slots=True)
class Common:
    """One rule: a match, so many of them, or one and then another."""

    steps: tuple[Match, ...]
    times: int = 1

    def ours(self, name: str) -> Rule:
        """The rule in our language; a count or a sequence has an hour."""
        if len(self.steps) > 1:
            words = f"sequence: {{steps: [{', '.join(one.words for one in self.steps)}], within: 1 h}}"
        elif self.times > 1:
            words = f"watch: {self.steps[0].words}\ncount: {{at_least: {self.times}, within: 1 h}}"
        else:
            words = f"watch: {self.steps[0].words}"
        return parse_rule(f"id: {name}\n{HEAD}{words}")


def common() -> list[Common]:
    """The forty: 20 bounds on values, 4 plain events, 8 counts, 8 sequences."""
    values = [Match("temperature", room, ("below", 8 + step)) for room in ROOMS for step in (0, 1)]
    values += [Match("humidity", room, ("above", 95)) for room in ROOMS]
    values += [Match("power", "kitchen", ("above", 3900 + step)) for step in range(5)]
    plain = [Match("water.detected", room) for room in ("bathroom", "kitchen")]
    plain += [Match("stove.cut", "kitchen"), Match("seizure.detected", "bedroom")]
    counts = [Common((Match("motion.detected", room),), 30) for room in ROOMS]
    counts += [Common((Match("door.opened", "entrance"),), 8), Common((Match("bed.left", "bedroom"),), 6)]
    counts += [Common((Match("sound.loud"),), 3)]
    bed, up, out = ("bed.entered", "bedroom"), ("bed.left", "bedroom"), ("door.opened", "entrance")
    shut, stove, noise = ("door.closed", "entrance"), ("stove.on", "kitchen"), ("sound.loud", None)
    turns = [(up, out), (up, stove), (out, noise), (stove, out), (bed, stove), (bed, noise), (stove, noise)]
    turns += [(shut, stove)]
    sequences = [Common((Match(*first), Match(*then))) for first, then in turns]
    return [*(Common((one,)) for one in (*values, *plain)), *counts, *sequences]


def with_waits() -> list[Rule]:
    """Ours alone: twenty of the forty, and twenty that wait, are missed, follow the person or are held back."""
    kept = [rule.ours(f"rule-{number}") for number, rule in enumerate(common()) if number % 2]
    words = [
        f"watch: {{kind: motion.detected, place: {room}}}\nfor: {wait} min\n"
        f"until: {{kinds: [motion.detected, door.opened], places: [{', '.join(set(ROOMS) - {room})}]}}\n"
        "unless: [away, staff_present]"
        for room in ROOMS
        for wait in (45, 90)
    ]
    words += [
        f"watch: {{kind: door.opened, place: entrance}}\nbetween: {{from: '{hour}:00', to: '06:00'}}\n"
        f"then_missing: {{kind: motion.detected, place: inside, within: {wait} min}}\nunless: [away]"
        for hour in (20, 22)
        for wait in (5, 10)
    ]
    words += [f"watch: {{kind: temperature, place: {room}, below: 8}}\nfor: 1 h\nper: device" for room in ROOMS[:3]]
    words += ["absent: {of: {kind: motion.detected, place: inside}, from: '06:00', to: '10:00'}"]
    words += ["check: {at: '23:00', is: {kind: stove.on}}"]
    words += ["watch: {kind: temperature, place: hall}\nchange: {falls_by: 12, within: 3 h}"]
    return [*kept, *(parse_rule(f"id: more-{number}\n{HEAD}{one}") for number, one in enumerate(words))]


def evening(many: int, seed: int = 7) -> Iterator[Event]:
    """So many events; a door, a bed and a stove end before they begin again, as real devices report."""
    chance, at = Random(seed), _START
    state: dict[tuple[int, str], str] = {}
    for seq in range(1, many + 1):
        at += timedelta(milliseconds=chance.randrange(2000))
        home = chance.randrange(HOMES)
        kind, place, value = _said(chance, home, state)
        yield Event(
            seq=seq, at=at, kind=kind, scope=f"home:{home}", source="bench", resident=f"r{home}", place=place,
            device=f"{home}-{place}-{kind.partition('.')[0]}", value=value,
        )  # fmt: skip


_NEVER_CLEAR = frozenset({"hall", "living_room", "kitchen"})
"""Their sensors say that somebody moves and never that nobody does, as many cheap ones."""
_OTHER = {"motion.detected": "motion.cleared", "door.opened": "door.closed", "bed.entered": "bed.left",
          "stove.on": "stove.off"}  # fmt: skip


def _said(chance: Random, home: int, state: dict[tuple[int, str], str]) -> tuple[str, str | None, float | None]:
    dice, room = chance.random(), chance.choice(ROOMS)
    if dice < 0.10:
        return "temperature", room, round(chance.gauss(21, 4.5), 1)
    if dice < 0.15:
        return "humidity", room, round(min(100.0, chance.gauss(60, 14)))
    if dice < 0.20:
        return "power", "kitchen", round(abs(chance.gauss(800, 1400)))
    if dice < 0.205:
        return "sound.loud", None, None
    begins, place = "motion.detected", room
    if dice > 0.80:
        begins, place = "door.opened", "entrance"
    elif dice > 0.70:
        begins, place = "bed.entered", "bedroom"
    elif dice > 0.65:
        begins, place = "stove.on", "kitchen"
    if begins == "motion.detected" and room in _NEVER_CLEAR:
        return begins, place, None
    key = (home, f"{place}{begins}")
    kind = _OTHER[begins] if state.get(key) == begins else begins
    state[key] = kind
    return kind, place, None
