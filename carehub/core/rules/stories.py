"""The lines of an example: "02:10 door.opened entrance", "08:00+1d temperature kitchen 15.5".

A line is a time, a word, and then in any order a place, a value, and @device. The word is a
kind of event, or what people tell of the resident: away, home, asleep, awake, staff_present,
staff_left and the like ("21:00 away until 23:00"), or what is usual: "00:00 usual bathroom_stay 12 min".
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from carehub.core.days.usual import FEATURES, Quantiles, Unit, Usual
from carehub.core.events import Command, CommandKind, Event, Input, Value
from carehub.core.kinds import KNOWN_KINDS
from carehub.core.rules.chains import FOUND
from carehub.core.rules.errors import RuleError, did_you_mean
from carehub.core.rules.fields import DEVICE_CLASSES, PLACES, read_duration

SCOPE = "home:example"
_MOMENT = re.compile(r"^([01]?[0-9]|2[0-3]):([0-5][0-9])(?::([0-5][0-9]))?(?:\+([1-9][0-9]?)d)?$")
_NOT_IN_STORIES = {
    CommandKind.REASSIGNED, CommandKind.REFITTED, CommandKind.SILENCED, CommandKind.SILENCE_ENDED,
    CommandKind.CLOCK_SET,
}  # fmt: skip
_RESIDENT = "example"
_USUAL_DAYS = 28
_COMMANDS = {kind.value for kind in CommandKind if kind not in _NOT_IN_STORIES}


def moment(text: str, day: date, zone: ZoneInfo) -> datetime:
    """Read "02:10", "02:10:30" or "07:00+1d" as local time on the example's day; in UTC.

    Raises:
        RuleError: It is no such time.
    """
    found = _MOMENT.match(text)
    if found is None:
        raise RuleError(f"'{text}' is not a time; write it like '02:10', '02:10:30' or '07:00+1d'.")
    hour, minute, second, days = (int(part or 0) for part in found.groups())
    local = datetime.combine(day + timedelta(days=days), time(hour, minute, second), zone)
    return local.astimezone(UTC)


def clock(at: datetime, day: date, zone: ZoneInfo) -> str:
    """A moment as `moment` reads it."""
    local = at.astimezone(zone)
    days = (local.date() - day).days
    return f"{local:%H:%M}{f':{local:%S}' if local.second else ''}{f'+{days}d' if days else ''}"


def told(line: str, seq: int, day: date, zone: ZoneInfo) -> Input:
    """Read one line as an event or a command of the example's home.

    Raises:
        RuleError: The line is not such a line.
    """
    words = line.split()
    if len(words) < 2:  # noqa: PLR2004 - a time and a word
        raise RuleError(f"'{line}' needs a time and a kind of event.")
    at, kind = moment(words[0], day, zone), words[1]
    if kind in _COMMANDS:
        return _command(line, seq, at, day, zone)
    if kind not in KNOWN_KINDS and not kind.startswith(FOUND):
        raise RuleError(f"'{line}': '{kind}' is not a kind of event{did_you_mean(kind, KNOWN_KINDS | _COMMANDS)}")
    return _event(line, seq, at)


def _command(line: str, seq: int, at: datetime, day: date, zone: ZoneInfo) -> Command:
    words = line.split()
    if words[1] == CommandKind.USUAL:
        usual = _usual(words[2:], line, at)
        return Command(seq=seq, at=at, scope=SCOPE, kind=CommandKind.USUAL, usual=usual)
    match words[2:]:
        case []:
            until = None
        case ["until", end]:
            until = moment(end, day, zone)
        case _:
            raise RuleError(f"'{line}': after '{words[1]}' only 'until' and a time may stand.")
    return Command(seq=seq, at=at, scope=SCOPE, kind=CommandKind(words[1]), until=until)


def _usual(words: list[str], line: str, at: datetime) -> Usual:
    """What the person has kept within, in all of the last 28 days."""
    of, told = (words[0], " ".join(words[1:])) if words else ("", "")
    if of not in FEATURES or not told:
        raise RuleError(f"'{line}': after 'usual' stand a name and what is usual{did_you_mean(of, FEATURES)}")
    try:
        value = _in_units(FEATURES[of], told)
    except ValueError as error:
        raise RuleError(f"'{line}': '{told}' is no {FEATURES[of].value}: {error}") from error
    quantiles = Quantiles(days=_USUAL_DAYS, p50=value, p75=value, p90=value, p95=value)
    return Usual(resident=_RESIDENT, until=at + timedelta(days=30), of={of: quantiles})


def _in_units(unit: Unit, told: str) -> float:
    if unit is Unit.MINUTES:
        return read_duration(told) / timedelta(minutes=1)
    if unit is Unit.CLOCK:
        found = time.fromisoformat(told)
        return found.hour * 60 + found.minute
    return float(told)


def _event(line: str, seq: int, at: datetime) -> Event:
    place: str | None = None
    device: str | None = None
    device_class: str | None = None
    value: Value = None
    kind, *rest = line.split()[1:]
    for word in rest:
        if word in PLACES:
            place = word
        elif word.startswith("@"):
            device = word[1:]
        elif word in DEVICE_CLASSES:
            device_class = word
        else:
            value = _value(word, line)
    device = device or f"{place or 'home'}-{kind.partition('.')[0]}"
    return Event(
        seq=seq, at=at, kind=kind, scope=SCOPE, source="example",
        device=device, device_class=device_class, resident=_RESIDENT, place=place, value=value,
    )  # fmt: skip


def _value(word: str, line: str) -> Value:
    try:
        return float(word)
    except ValueError as error:
        near = did_you_mean(word, PLACES)
        raise RuleError(f"'{line}': '{word}' is neither a place, a number nor @device{near}") from error
