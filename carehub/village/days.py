"""How each resident spends the day: a rhythm of their own, and stays in rooms that follow it.

Everything is drawn from (seed, resident, date), so that any day can be told without those before it.
Rhythms are invented; the spread is wide on purpose, as no two residents are alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random
from zoneinfo import ZoneInfo

from carehub.village.register import Dwelling, Resident

OSLO = ZoneInfo("Europe/Oslo")


class Doing(StrEnum):
    """What somebody is doing; it decides how much a sensor sees of them."""

    SLEEP = "sleep"
    NAP = "nap"
    TOILET = "toilet"
    MEAL = "meal"
    REST = "rest"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Stay:
    """One person in one place for a while; moments in UTC, place None where they are out."""

    start: datetime
    end: datetime
    place: str | None
    doing: Doing


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """One resident's own way of living. Clock times are minutes after local midnight.

    Attributes:
        key: What the days are drawn from.
        steadiness: Standard deviation of getting up and going to bed, in minutes.
        night_toilet: Mean number of visits in a night.
        nap: Chance of a nap after dinner.
        outing: Chance of going out, Monday first.
        calm: Factor on how long they stay in one room.
        changes_from: First day of a slow change: a third of a visit more each night.
    """

    key: str
    in_room: bool
    wake: float
    bed: float
    steadiness: float
    night_toilet: float
    dinner: float
    nap: float
    outing: tuple[float, ...]
    calm: float
    changes_from: date | None = None


def rhythm(seed: int, resident: Resident, dwelling: Dwelling, changes_from: date | None = None) -> Rhythm:
    """The resident's rhythm; those at the care centre rise and eat earlier, and go out less."""
    rng = Random(f"{seed}/{resident.id}")
    in_room = dwelling.kind == "room"
    likes_out = rng.uniform(0.02, 0.1) if in_room else rng.uniform(0.15, 0.7)
    church_or_club = rng.randrange(7)
    return Rhythm(
        key=f"{seed}/{resident.id}",
        in_room=in_room,
        wake=rng.gauss(435 if in_room else 455, 40),
        bed=rng.gauss(1290 if in_room else 1365, 35),
        steadiness=rng.uniform(8, 35),
        night_toilet=rng.uniform(0.3, 2.2),
        dinner=750 if in_room else rng.gauss(930, 45),
        nap=rng.uniform(0.1, 0.8),
        outing=tuple(min(1.0, likes_out + (0.5 if day == church_or_club else 0)) for day in range(7)),
        calm=rng.uniform(0.6, 1.6),
        changes_from=changes_from,
    )


def moment(day: date, minute: float) -> datetime:
    """A local clock time as UTC. Counted from noon, so that the night the clocks change in moves nothing by day."""
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=OSLO).astimezone(UTC)
    return noon + timedelta(minutes=minute - 720)


def wake(who: Rhythm, day: date) -> datetime:
    """When they get up that day; later at weekends at home."""
    weekend = 20 if day.weekday() >= 5 and not who.in_room else 0  # noqa: PLR2004 - Saturday
    drawn = Random(f"{who.key}/{day}/wake").gauss(who.wake + weekend, who.steadiness)
    return moment(day, min(max(drawn, 300), 660))


def bedtime(who: Rhythm, day: date) -> datetime:
    """When they go to bed that evening."""
    drawn = Random(f"{who.key}/{day}/bed").gauss(who.bed, who.steadiness)
    return moment(day, min(max(drawn, 1140), 1435))


def stays(who: Rhythm, day: date) -> Iterator[Stay]:
    """From getting up on `day` until getting up the next day, without a gap."""
    rng = Random(f"{who.key}/{day}")
    yield from _awake(rng, who, day)
    yield from _night(rng, who, day)


def _awake(rng: Random, who: Rhythm, day: date) -> Iterator[Stay]:
    cursor, bed = wake(who, day), bedtime(who, day)
    for start, doing, minutes in _agenda(rng, who, day):
        if start >= bed - timedelta(minutes=30):
            break
        yield from _about(rng, who, cursor, start)
        begins = max(cursor, start)
        cursor = min(begins + timedelta(minutes=max(minutes, 2)), bed)
        yield Stay(begins, cursor, _place(who, doing), doing)
    yield from _about(rng, who, cursor, bed)


def _agenda(rng: Random, who: Rhythm, day: date) -> list[tuple[datetime, Doing, float]]:
    """What is fixed in the day: (start, doing, minutes)."""
    up, dinner = wake(who, day), moment(day, rng.gauss(who.dinner, 10))
    fixed = [(up, Doing.TOILET, rng.gauss(14, 4)), (up + timedelta(minutes=20), Doing.MEAL, rng.gauss(28, 6))]
    fixed += [(dinner, Doing.MEAL, rng.gauss(38, 8)), (moment(day, rng.gauss(1130, 20)), Doing.MEAL, rng.gauss(24, 6))]
    if rng.random() < who.nap:
        fixed.append((dinner + timedelta(minutes=50), Doing.NAP, rng.gauss(55, 20)))
    if rng.random() < who.outing[day.weekday()]:
        fixed.append((moment(day, rng.gauss(670, 40)), Doing.OUT, rng.gauss(85, 35)))
    return sorted(fixed)


def _place(who: Rhythm, doing: Doing) -> str | None:
    if who.in_room:
        # Meals are taken in the ward's common room.
        return {Doing.TOILET: "bathroom", Doing.MEAL: None, Doing.OUT: None}.get(doing, "bedroom")
    at_home = {Doing.TOILET: "bathroom", Doing.MEAL: "kitchen", Doing.OUT: None, Doing.SLEEP: "bedroom"}
    return at_home.get(doing, "living_room")


_HAUNTS_AT_HOME = (
    ("living_room", 0.52, 38), ("kitchen", 0.2, 9), ("bathroom", 0.13, 6), ("hall", 0.07, 1.5), ("bedroom", 0.08, 7),
)  # fmt: skip
_HAUNTS_IN_A_ROOM = (("bedroom", 0.76, 42), ("bathroom", 0.15, 6), (None, 0.09, 40))
"""Places that somebody drifts between: share of visits, and mean minutes there."""


def _about(rng: Random, who: Rhythm, start: datetime, end: datetime) -> Iterator[Stay]:
    """Between the fixed points: now here, now there."""
    haunts = _HAUNTS_IN_A_ROOM if who.in_room else _HAUNTS_AT_HOME
    while start < end:
        place, _, minutes = rng.choices(haunts, [share for _, share, _ in haunts])[0]
        until = min(end, start + timedelta(minutes=1 + rng.expovariate(1 / (minutes * who.calm))))
        yield Stay(start, until, place, _idle(place))
        start = until


def _idle(place: str | None) -> Doing:
    return {"bathroom": Doing.TOILET, "kitchen": Doing.MEAL, None: Doing.OUT}.get(place, Doing.REST)


def _night(rng: Random, who: Rhythm, day: date) -> Iterator[Stay]:
    """In bed until morning, but for the visits to the bathroom."""
    bed, up = bedtime(who, day), wake(who, day + timedelta(days=1))
    length = (up - bed).total_seconds()
    visits = sorted(rng.uniform(0.1, 0.93) * length for _ in range(_how_many(rng, _night_visits(who, day))))
    cursor = bed
    for after in visits:
        leaves = max(cursor + timedelta(minutes=5), bed + timedelta(seconds=after))
        returns = leaves + timedelta(minutes=max(2, rng.gauss(6, 2)))
        if returns >= up - timedelta(minutes=5):
            break
        yield Stay(cursor, leaves, "bedroom", Doing.SLEEP)
        yield Stay(leaves, returns, "bathroom", Doing.TOILET)
        cursor = returns
    yield Stay(cursor, up, "bedroom", Doing.SLEEP)


def _night_visits(who: Rhythm, day: date) -> float:
    gone = (day - who.changes_from).days if who.changes_from else 0
    return who.night_toilet + min(5.0, max(0, gone) / 3)


def _how_many(rng: Random, mean: float) -> int:
    """A Poisson number: visits in one night happen independently of each other."""
    count, left = -1, mean
    while left > 0:
        left -= rng.expovariate(1)
        count += 1
    return max(count, 0)
