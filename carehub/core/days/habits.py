"""What a resident usually does and how long it takes, one number a day: bathroom, bed, first meal, outings.

Pure, event by event. Rules ask for these as "longer than usual for this person" (`carehub.core.days.usual`).
Durations are minutes, and the longest of the day; times are minutes after the midnight on which the day began.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from carehub.core.days.features import Seen, is_sign
from carehub.core.kinds import EventKind

HABITS = ("bathroom_stay", "out_of_bed_at_night", "away_from_home", "first_meal", "out_of_bed", "bedtime")

_MINUTE, _DAY = timedelta(minutes=1), 1440.0
_STANDS = timedelta(minutes=60)
"""Out of bed, or in it, for so long: up for the day, or gone to bed."""
_LONGEST = {"bathroom_stay": timedelta(hours=4), "out_of_bed_at_night": timedelta(hours=8),
            "away_from_home": timedelta(hours=24)}  # fmt: skip
"""Beyond it nobody was in there so long: the next sign was missed."""
_SHORTEST_AWAY = timedelta(minutes=20)
_FIVE, _NOON, _SEVEN_PM, _FOUR = 300.0, 720.0, 1140.0, 240.0
_TEN_PM, _SIX = 1320.0, 360.0


@dataclass(slots=True)
class Habits:
    """One resident's habits, by local day."""

    zone: ZoneInfo
    days: dict[date, dict[str, float]] = field(default_factory=dict)
    _since: dict[str, datetime] = field(default_factory=dict)
    """What is going on, and since when."""

    def of(self, day: date) -> Mapping[str, float]:
        """What is known of a day."""
        return self.days.get(day, {})

    def add(self, one: Seen) -> None:
        """Count one event; it is not before the one added last."""
        if one.kind in {EventKind.BED_LEFT, EventKind.BED_ENTERED}:
            self._bed(one)
        if not is_sign(one.kind):
            return
        if one.place == "bathroom":
            self._since.setdefault("bathroom_stay", one.at)
        elif one.place is not None:
            self._ends("bathroom_stay", one.at)
        if one.kind == EventKind.DOOR_OPENED and one.place == "entrance":
            self._ends("away_from_home", one.at, least=_SHORTEST_AWAY)
            self._since["away_from_home"] = one.at
        elif one.place != "entrance":
            self._since.pop("away_from_home", None)
        if one.place == "kitchen" and self._clock(one.at) >= _FIVE:
            self._of(one.at).setdefault("first_meal", self._clock(one.at))

    def forget(self, before: date) -> None:
        """Let go of days that are written down."""
        self.days = {day: known for day, known in self.days.items() if day >= before}

    def _bed(self, one: Seen) -> None:
        left = one.kind == EventKind.BED_LEFT
        self._settle("in bed" if left else "out of bed", one.at)
        if left and not _SIX <= self._clock(one.at) < _TEN_PM:
            self._since["out_of_bed_at_night"] = one.at
        elif not left:
            self._ends("out_of_bed_at_night", one.at)
        self._since["out of bed" if left else "in bed"] = one.at

    def _settle(self, was: str, at: datetime) -> None:
        """Up for the day, or gone to bed, where the state that ends now had lasted long enough."""
        since = self._since.pop(was, None)
        if since is None or at - since < _STANDS:
            return
        clock = self._clock(since)
        if was == "out of bed" and _FIVE <= clock < _NOON:
            self._of(since).setdefault("out_of_bed", clock)
        elif was == "in bed" and clock >= _SEVEN_PM:
            self._of(since).setdefault("bedtime", clock)
        elif was == "in bed" and clock < _FOUR:  # after midnight is the evening before
            self._of(since - timedelta(hours=6)).setdefault("bedtime", clock + _DAY)

    def _ends(self, what: str, at: datetime, least: timedelta = timedelta(0)) -> None:
        since = self._since.pop(what, None)
        if since is not None and least <= at - since <= _LONGEST[what]:
            day = self._of(since)
            day[what] = max(day.get(what, 0.0), (at - since) / _MINUTE)

    def _of(self, at: datetime) -> dict[str, float]:
        return self.days.setdefault(at.astimezone(self.zone).date(), {})

    def _clock(self, at: datetime) -> float:
        local = at.astimezone(self.zone)
        return local.hour * 60 + local.minute + local.second / 60
