"""What a family may be told of a day: how it goes beside other days, in broad strokes, and what nobody knows.

Pure. No room and no count leaves this file: a stretch of two hours is quieter than usual, as usual, livelier, or was
not heard.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from statistics import quantiles
from zoneinfo import ZoneInfo

from carehub.core.days.dayrow import SLOTS, Day
from carehub.core.days.features import DEAF_BY_DAY, Part, Seen, is_sign
from carehub.core.days.tally import Tally

HOURS = 2
"""How long a stretch is: shorter ones would tell when somebody was in the bathroom."""
STRETCHES = 24 // HOURS
FEWEST_DAYS = 7
"""Of fewer days nothing is usual yet."""
_PER = SLOTS // STRETCHES
_PER_PART = STRETCHES // len(Part)
_FEW = 3
"""Signs in two hours: of fewer a difference says nothing."""
_UNLIKE = 2
"""So many stretches of a day must differ, before the day does."""


class Beside(StrEnum):
    """How a stretch of today lies beside the same hours of other days."""

    LESS = "less"
    USUAL = "usual"
    MORE = "more"
    UNKNOWN = "unknown"
    """Not heard, or nobody at home, or too little is known of other days."""
    RUNNING = "running"
    AHEAD = "ahead"


class Heard(StrEnum):
    """Whether the home can be heard now."""

    ALL = "all"
    SOME = "some"
    """Something of the equipment does not answer: less is known than usual."""
    NOTHING = "nothing"
    HUB_DEAF = "hub_deaf"
    """The hub itself hears nobody."""


class Tone(StrEnum):
    """The one sentence, before it has words."""

    CLOSED = "closed"
    """Nothing was agreed."""
    HUB_DEAF = "hub_deaf"
    NOT_HEARD = "not_heard"
    FOLLOWED = "followed"
    """Somebody follows something up now."""
    USUAL = "usual"
    QUIETER = "quieter"
    LIVELIER = "livelier"
    NO_ALERTS = "no_alerts"
    """Nothing waits; whether the day is as others, nobody knows, or may not be told here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Two hours of today. Amounts are parts of the liveliest two hours, 0 to 1.

    Attributes:
        low, high: Between these it lies on eight of ten days.
        amount: Today; None where it was not heard, or is still to come.
    """

    hour: int
    beside: Beside
    low: float
    high: float
    amount: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """Today beside other days.

    Attributes:
        days: On how many other days it rests; with fewer than `FEWEST_DAYS` nothing is judged.
    """

    stretches: tuple[Stretch, ...]
    days: int

    @property
    def known(self) -> bool:
        """Whether anything is usual yet."""
        return self.days >= FEWEST_DAYS

    @property
    def verdict(self) -> Beside:
        """The day so far; UNKNOWN where too little of it was heard."""
        judged = [one.beside for one in self.stretches if one.beside in {Beside.LESS, Beside.USUAL, Beside.MORE}]
        for unlike in (Beside.LESS, Beside.MORE):
            if judged.count(unlike) >= _UNLIKE:
                return unlike
        return Beside.USUAL if judged else Beside.UNKNOWN


def tone(*, agreed: bool, rhythm_agreed: bool, heard: Heard, followed: bool, day: Beside) -> Tone:
    """The sentence that is true now, at the level that was agreed: what is not known comes before what calms.

    >>> tone(agreed=True, rhythm_agreed=False, heard=Heard.ALL, followed=False, day=Beside.LESS)
    <Tone.NO_ALERTS: 'no_alerts'>
    """
    unlike = rhythm_agreed and day in {Beside.LESS, Beside.MORE}
    true = (
        (not agreed, Tone.CLOSED),
        (heard is Heard.HUB_DEAF, Tone.HUB_DEAF),
        (followed, Tone.FOLLOWED),
        (heard is Heard.NOTHING, Tone.NOT_HEARD),
        (day is Beside.USUAL and heard is Heard.ALL, Tone.USUAL),
        (unlike, Tone.QUIETER if day is Beside.LESS else Tone.LIVELIER),
    )
    return next((said for holds, said in true if holds), Tone.NO_ALERTS)


def rhythm(past: Iterable[Day], seen: Sequence[Seen], now: datetime, zone: ZoneInfo) -> Rhythm:
    """Today so far beside other days.

    Args:
        past: Other days as they are written down.
        seen: What sensors told since at least a day before today began, oldest first.
    """
    local = now.astimezone(zone)
    running = local.hour // HOURS
    amounts, deaf = _today(seen, now, zone)
    other = list(past)
    by_stretch = [[_amount(day, place) for day in other if not _unusable(day, place)] for place in range(STRETCHES)]
    bands = [_band(one) for one in by_stretch]
    top = max([high for _, high in bands if high] + amounts + [1.0])
    return Rhythm(
        days=min(map(len, by_stretch), default=0),
        stretches=tuple(
            Stretch(
                hour=place * HOURS, low=low / top, high=high / top,
                beside=_so_far(place - running, heard=place not in deaf, judged=len(by_stretch[place]) >= FEWEST_DAYS)
                or _beside(amounts[place], (low, high)),
                amount=None if place in deaf or place > running else amounts[place] / top,
            )
            for place, (low, high) in enumerate(bands)
        ),
    )  # fmt: skip


def _today(seen: Sequence[Seen], now: datetime, zone: ZoneInfo) -> tuple[list[float], set[int]]:
    """Signs of life in each stretch, and which stretches were not heard."""
    today = now.astimezone(zone).date()
    amounts = [0.0] * STRETCHES
    tally, last = Tally(zone), None
    for one in seen:
        tally.add(one)
        last = one.at
        local = one.at.astimezone(zone)
        if local.date() == today and is_sign(one.kind):
            amounts[local.hour // HOURS] += 1
    deaf = {
        place
        for part in tally.parts(now)
        if part.day == today and part.unusable is not None
        for place in range(STRETCHES)
        if place // _PER_PART == list(Part).index(part.part)
    }
    if last is None or now - last >= DEAF_BY_DAY:
        since = last.astimezone(zone) if last else None
        first = since.hour // HOURS + 1 if since and since.date() == today else 0
        deaf |= {place for place in range(first, STRETCHES) if place >= _PER_PART or last is None}
    return amounts, deaf


def _amount(day: Day, place: int) -> float:
    return float(sum(day.slots[place * _PER : (place + 1) * _PER]))


def _unusable(day: Day, place: int) -> bool:
    unusable: Mapping[Part, str | None] = day.unusable
    return unusable[list(Part)[place // _PER_PART]] is not None


def _band(amounts: Sequence[float]) -> tuple[float, float]:
    """Where it lies on eight of ten days."""
    if len(amounts) < FEWEST_DAYS:
        return 0.0, 0.0
    tenths = quantiles(amounts, n=10, method="inclusive")
    return tenths[0], tenths[-1]


def _so_far(ahead: int, *, heard: bool, judged: bool) -> Beside | None:
    """What a stretch is before it is held beside others; None where it can be."""
    if ahead > 0:
        return Beside.AHEAD
    if not heard:
        return Beside.UNKNOWN
    if ahead == 0:
        return Beside.RUNNING
    return None if judged else Beside.UNKNOWN


def _beside(amount: float, band: tuple[float, float]) -> Beside:
    low, high = band
    if low >= _FEW and amount < low / 2:
        return Beside.LESS
    return Beside.MORE if amount > max(high * 1.5, high + _FEW) else Beside.USUAL
