"""Silences: what people have asked the hub to hold back, for whom and why, and what no silence ever touches.

A silence holds back alerts, never events: what it held is recorded with its id, and in the second it
ends, what still holds alerts. It may be narrowed to a resident, a device or one kind of alert.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

LONGEST_ALONE = timedelta(hours=8)
"""So long may one person's word keep something silent; then a second person must have agreed."""
LONGEST_TEST = timedelta(minutes=10)
LONGEST_AWAY = timedelta(days=31)
LONGEST = timedelta(days=7)


class Why(StrEnum):
    """Why something is silent."""

    AWAY = "away"
    """The resident is not at home: what rules except by `unless: [away]` is held, and nothing else."""
    IN_SERVICE = "in_service"
    """Somebody works on a device, or in the home."""
    TEST = "test"
    """A device is being tried: its next alarm is the test, and the one after that is real."""
    QUIET = "quiet"
    """A quiet period that staff and resident agreed on."""


class Silence(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One silence as the fold of one scope knows it; without a narrowing it is about the whole scope.

    Attributes:
        kind: The one kind of alert that is held ("cold-home").
    """

    id: str
    why: Why
    until: datetime
    resident: str | None = None
    device: str | None = None
    kind: str | None = None

    def covers(self, kind: str, resident: str | None, device: str | None, unless: tuple[str, ...]) -> bool:
        """Whether an alert like this is held back. Life safety is asked before, and never comes here.

        Args:
            unless: What the rule excepts; away is the rules' own word, and holds no other rule back.
        """
        if self.why is Why.AWAY and Why.AWAY not in unless:
            return False
        wanted = ((self.kind, kind), (self.resident, resident), (self.device, device))
        return all(mine is None or mine == its for mine, its in wanted)


def longest(why: Why) -> timedelta:
    """The longest that two people together may decide."""
    return {Why.TEST: LONGEST_TEST, Why.AWAY: LONGEST_AWAY}.get(why, LONGEST)


def in_force_until(why: Why, unbroken_since: datetime, wanted: datetime, *, agreed: bool) -> datetime:
    """Until when a silence holds.

    Args:
        unbroken_since: When the first of the silences began that follow each other without a gap: to ask
            anew each morning is no way around the second person.
        wanted: Until when it was asked for.
        agreed: Whether a second person has agreed.
    """
    most = longest(why) if agreed else min(LONGEST_ALONE, longest(why))
    return min(wanted, unbroken_since + most)


def covering(
    silences: Iterable[Silence], kind: str, resident: str | None, device: str | None, unless: tuple[str, ...]
) -> Silence | None:
    """The silence that holds an alert back: of several the last to end; None where it may be heard."""
    found = [one for one in silences if one.covers(kind, resident, device, unless)]
    return max(found, key=lambda one: (one.until, one.id), default=None)
