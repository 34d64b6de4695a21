"""A draft against today's rules, alert by alert; and what was really needed, against both."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from carehub.core.backtest.alerting import NEAR
from carehub.core.backtest.values import BY_PEOPLE, Alerted, Raised

TOLERANCE = timedelta(hours=1)
"""The same resident's alert of the same kind this near is the same alert, sooner or later."""
_Pair = tuple[Alerted, Alerted]


class Compared(Struct, frozen=True):
    """What becomes of today's alerts under the draft.

    Attributes:
        same: Neither moved nor otherwise serious.
        moved: Of today and of the draft: so much sooner or later.
        changed: At the same time, but otherwise serious.
    """

    same: int
    gained: list[Alerted]
    lost: list[Alerted]
    moved: list[_Pair]
    changed: list[_Pair]


def compared(today: Sequence[Alerted], draft: Sequence[Alerted], tolerance: timedelta = TOLERANCE) -> Compared:
    """Pair the alerts of both sides: the very same first, then the nearest of one resident and kind."""
    theirs: dict[str, list[Alerted]] = defaultdict(list)
    for one in draft:
        theirs[one.key].append(one)
    ours: dict[str, list[Alerted]] = defaultdict(list)
    for one in today:
        ours[one.key].append(one)
    pairs: list[_Pair] = []
    gained: list[Alerted] = []
    lost: list[Alerted] = []
    for key in {**ours, **theirs}:
        found = _paired(ours.get(key, []), theirs.get(key, []), tolerance)
        pairs += found
        known = {id(one) for pair in found for one in pair}
        lost += [one for one in ours.get(key, []) if id(one) not in known]
        gained += [one for one in theirs.get(key, []) if id(one) not in known]
    moved = [pair for pair in pairs if abs(pair[0].at - pair[1].at) > NEAR]
    stayed = [pair for pair in pairs if abs(pair[0].at - pair[1].at) <= NEAR]
    changed = [pair for pair in stayed if pair[0].severity != pair[1].severity]
    return Compared(
        len(stayed) - len(changed), _in_order(gained), _in_order(lost),
        sorted(moved, key=lambda pair: pair[0].at), sorted(changed, key=lambda pair: pair[0].at),
    )  # fmt: skip


def _in_order(alerts: Iterable[Alerted]) -> list[Alerted]:
    return sorted(alerts, key=lambda one: (one.at, one.key))


def _paired(ours: Sequence[Alerted], theirs: Sequence[Alerted], tolerance: timedelta) -> list[_Pair]:
    """Both are in order of time: each pass pairs what is near enough, and leaves the rest to a wider one."""
    pairs: list[_Pair] = []
    left, right = list(ours), list(theirs)
    for within in (NEAR, tolerance):
        fresh = _pass(left, right, within)
        known = {id(one) for pair in fresh for one in pair}
        left = [one for one in left if id(one) not in known]
        right = [one for one in right if id(one) not in known]
        pairs += fresh
    return pairs


def _pass(ours: Sequence[Alerted], theirs: Sequence[Alerted], within: timedelta) -> list[_Pair]:
    pairs: list[_Pair] = []
    here = there = 0
    while here < len(ours) and there < len(theirs):
        apart = theirs[there].at - ours[here].at
        if abs(apart) <= within:
            pairs.append((ours[here], theirs[there]))
            here, there = here + 1, there + 1
        elif apart < timedelta(0):
            there += 1
        else:
            here += 1
    return pairs


class Missed(Struct, frozen=True, kw_only=True):
    """A real alert that the draft would not have raised.

    Attributes:
        today: Whether today's rules raise it. If not, it came of rules that are no longer in force.
        instead: What else the draft would have raised of the same resident about then.
    """

    raised: Raised
    today: bool
    instead: tuple[str, ...] = ()


def missed(
    raised: Iterable[Raised],
    today: Sequence[Alerted],
    draft: Sequence[Alerted] | None,
    tolerance: timedelta = TOLERANCE,
) -> list[Missed]:
    """The real alerts that a side misses; without a draft, those that today's rules would miss."""
    judged = _by_key(today if draft is None else draft)
    now = _by_key(today)
    homes: dict[str, list[Alerted]] = defaultdict(list)
    for alert in today if draft is None else draft:
        homes[alert.resident or alert.scope].append(alert)
    found = []
    for one in raised:
        if not one.real or one.kind in BY_PEOPLE or _told(judged, one, tolerance):
            continue
        others = homes.get(one.resident or one.scope, ())
        instead = {other.kind for other in others if _is_about(other, one.raised_at, tolerance)}
        found.append(Missed(raised=one, today=_told(now, one, tolerance), instead=tuple(sorted(instead))))
    return sorted(found, key=lambda one: one.raised.raised_at)


def _by_key(alerts: Iterable[Alerted]) -> dict[str, list[Alerted]]:
    found: dict[str, list[Alerted]] = defaultdict(list)
    for one in alerts:
        found[one.key].append(one)
    return found


def _told(alerts: dict[str, list[Alerted]], one: Raised, tolerance: timedelta) -> bool:
    return any(_is_about(alert, one.raised_at, tolerance) for alert in alerts.get(one.key, ()))


def _is_about(alert: Alerted, moment: datetime, tolerance: timedelta) -> bool:
    """Raised about then, or open then."""
    if abs(alert.at - moment) <= tolerance:
        return True
    return alert.at <= moment and (alert.until is None or moment < alert.until)
