"""Alerts by the thousand, counted as columns: what `usefulness` says of each, for a whole municipality. Pure.

Ninety days have fifteen thousand, and to make a value of each cost more than to count them all. For a thread of its
own: the first time loads numpy.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from carehub.core.answers.alerts import Aftermath, Cause
from carehub.core.answers.local_hours import SHIFT_OF_HOUR, LocalHour, Shift
from carehub.core.answers.moments import SomeTimes, Times, moments
from carehub.core.answers.shares import Share
from carehub.core.answers.usefulness import PROMPT, Answers, Hour, Load, answers_of, verdict_of
from carehub.core.severity import Severity
from carehub.kit.late import late

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Numbers = NDArray[np.int64]
    _Truths = NDArray[np.bool_]
else:
    np, _Numbers, _Truths = late("numpy", at_leisure=False), Any, Any

T = TypeVar("T", bound=str | None)
_SHIFTS, _CAUSES = list(Shift), list(Cause)
_MICROSECONDS = 10**6


class Cases(NamedTuple):
    """Alerts in order of time, as columns.

    Attributes:
        at: When each was raised (`moments`); so is `answered`.
        cause: As it is stored; so is `aftermath`.
    """

    rule: Sequence[str]
    device: Sequence[str | None]
    resident: Sequence[str | None]
    unit: Sequence[str | None]
    severity: Sequence[int]
    at: Times
    answered: SomeTimes
    cause: Sequence[str | None]
    aftermath: Sequence[str | None]


def placed(names: Iterable[T]) -> tuple[Mapping[T, int], _Numbers]:
    """Each name's place among those that differ, in order of their first; and of each in turn which it is."""
    places = defaultdict[T, int](count().__next__)  # one look at each: there are thousands
    return places, np.fromiter(map(places.__getitem__, names), np.int64)


class Caseload:
    """These alerts, each with its local hour and its verdict.

    Args:
        hours: When each local hour begins (`local_hours`), the first with the time that is asked for.
    """

    def __init__(self, cases: Cases, hours: Sequence[tuple[datetime, LocalHour]]) -> None:
        self._cases = cases
        starts, self._at = moments([start for start, _ in hours]), moments(cases.at)
        local = np.array([when.hour for _, when in hours], np.int64)
        self._hour = local[np.searchsorted(starts, self._at, "right") - 1]
        self._shift = np.array([_SHIFTS.index(one) for one in SHIFT_OF_HOUR], np.int64)[self._hour]
        self._units, self._unit = placed(cases.unit)
        causes, cause = placed(cases.cause)
        aftermaths, aftermath = placed(cases.aftermath)
        because = [Cause(one) if one else None for one in causes]
        done = [Aftermath(one) if one else None for one in aftermaths]
        verdicts = [[verdict_of(one, other) for other in done] for one in because]
        of_each = np.array(verdicts, np.bool_).reshape(len(because), len(done), 4)[cause, aftermath]
        self._judged, self._acted_on, self._false, self._useful = np.ascontiguousarray(of_each.T)
        self._cause = np.array([0 if one is None else _CAUSES.index(one) for one in because], np.int64)[cause]

    def by_rule(self) -> list[Load]:
        """The load of every rule, the heaviest first."""
        return self._loads(*placed(self._cases.rule))

    def by_device(self, most: int | None = None) -> list[Load]:
        """The load of every device, the heaviest first; no more than `most` of them."""
        return self._loads(*placed(self._cases.device), most)

    def by_resident(self, covers: Callable[[str | None], bool] = lambda _: True, most: int | None = None) -> list[Load]:
        """The load of every resident by alerts of units that are covered, the heaviest first; no more than `most`."""
        theirs = np.array(list(map(covers, self._units)), np.bool_)[self._unit]
        return self._loads(*placed(self._cases.resident), most, theirs)

    def _loads(
        self, places: Mapping[T, int], place: _Numbers, most: int | None = None, which: "_Truths | None" = None
    ) -> list[Load]:
        """Of the others than the heaviest nothing is counted but how many they are.

        Args:
            which: Only these alerts.
        """
        named = np.array([name is not None for name in places], np.bool_)[place]
        named = named if which is None else named & which
        many = np.bincount(place[named], minlength=len(places))
        heaviest = _heaviest(list(places), many, most)
        rank = np.full(len(places), -1)
        rank[[at for at, _ in heaviest]] = np.arange(len(heaviest))
        rows = np.flatnonzero(named & (rank[place] >= 0))
        group = rank[place[rows]]

        def count(which: _Truths) -> list[int]:
            told: list[int] = np.bincount(group[which[rows]], minlength=len(heaviest)).tolist()
            return told

        judged, acted_on, useful, false = map(count, (self._judged, self._acted_on, self._useful, self._false))
        shifts = [(shift, count(self._shift == number)) for number, shift in enumerate(_SHIFTS)]
        causes = self._false_by_cause(rows, group)
        return [
            Load(
                key=name, alerts=int(many[at]), acted_on=Share(acted_on[n], judged[n]),
                useful=Share(useful[n], judged[n]), false=Share(false[n], judged[n]), false_by_cause=causes[n],
                by_shift={shift: of[n] for shift, of in shifts if of[n]},
            )
            for n, (at, name) in enumerate(heaviest)
        ]  # fmt: skip

    def _false_by_cause(self, rows: _Numbers, group: _Numbers) -> Mapping[int, dict[Cause, int]]:
        """Of these alerts, by group: how many of each cause, the most first; of as many, that which came first."""
        false = self._false[rows]
        asked = group[false] * len(_CAUSES) + self._cause[rows[false]]
        keys, first, many = np.unique(asked, return_index=True, return_counts=True)
        order = np.lexsort((first, -many))
        found: dict[int, dict[Cause, int]] = defaultdict(dict)
        for key, how_many in zip(keys[order].tolist(), many[order].tolist(), strict=True):
            at, cause = divmod(key, len(_CAUSES))
            found[at][_CAUSES[cause]] = how_many
        return found

    def hours(self, summons: Sequence[tuple[int, int]]) -> list[Hour]:
        """Each of the 24 hours of the local day.

        Args:
            summons: Of each hour, how many messages asked somebody, and how many of them whoever was off duty.
        """
        useful, false, other = (
            np.bincount(self._hour[which], minlength=24).tolist()
            for which in (self._useful, self._false & ~self._useful, ~self._useful & ~self._false)
        )
        return [
            Hour(hour=hour, useful=useful[hour], false=false[hour], other=other[hour], summons=asked, off_duty=off_duty)
            for hour, (asked, off_duty) in enumerate(summons)
        ]

    def answers(self, now: datetime) -> list[Answers]:
        """How soon what was serious was answered, per unit and shift. What nobody has answered counts as never."""
        until = np.datetime64(now.astimezone(UTC).replace(tzinfo=None), "us")
        answered = moments(self._cases.answered)
        never = np.isnat(answered)
        took = np.maximum((answered - self._at).astype(np.int64), 0) / _MICROSECONDS
        took[never] = np.inf
        # The moderate are not asked for at once, and of the newest nobody can tell yet.
        told = np.array(self._cases.severity, np.int64) >= Severity.SERIOUS
        told &= ~(never & (until - self._at < np.timedelta64(PROMPT)))
        group = (self._unit * len(_SHIFTS) + self._shift)[told]
        order = np.lexsort((took[told], group))
        keys, starts = np.unique(group[order], return_index=True)
        parts = np.split(took[told][order], starts[1:])
        names = list(self._units)
        found = [(names[key // len(_SHIFTS)], key % len(_SHIFTS), part) for key, part in zip(keys, parts, strict=False)]
        found.sort(key=lambda one: (one[0] or "", one[1]))
        return [answers_of(whose, _SHIFTS[shift], part.tolist()) for whose, shift, part in found]


def _heaviest(names: Sequence[str | None], many: _Numbers, most: int | None) -> list[tuple[int, str]]:
    """The place and name of those with the most, by name where they have as many; of all that have any."""
    least = 1
    if most is not None and most < len(many):
        least = max(least, int(np.partition(many, -most)[-most]))
    found = [(at, names[at] or "") for at in np.flatnonzero(many >= least).tolist()]
    return sorted(found, key=lambda one: (-many[one[0]], one[1]))[:most]
