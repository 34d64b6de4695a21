"""What an auditor makes of the tables: what is wrong with the hub, when to shout it, and in which words.

Pure. The auditor is a program of its own, since a hub that stands still cannot tell that it does.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum


class Concern(StrEnum):
    """One thing that must not be; in the order in which they are told."""

    UNREADABLE = "unreadable"
    STILL = "still"
    NO_DEADLINE = "no_deadline"
    OVERDUE = "overdue"
    UNTOLD = "untold"
    LOST = "lost"
    STUCK = "stuck"
    UNACCOUNTED = "unaccounted"
    CANARY = "canary"


PARTS = ("worker", "escalate", "deliver", "tick", "watch")
"""Parts of the hub that write down that they work."""

_WORDS = {
    Concern.UNREADABLE: "Databasen kan ikke leses.",
    Concern.STILL: "Huben gir ikke livstegn.",
    Concern.NO_DEADLINE: "Åpne varsler uten frist: {}.",
    Concern.OVERDUE: "Varsler over fristen uten at noen ny er spurt: {}.",
    Concern.UNTOLD: "Varsler som ikke har nådd noen: {}.",
    Concern.LOST: "Alarmer som det ikke ble varsel av: {}.",
    Concern.STUCK: "Meldinger som ikke blir sendt: {}.",
    Concern.UNACCOUNTED: "Hendelser uten avgjørelse: {}.",
    Concern.CANARY: "Prøvealarmen kom ikke tilbake.",
}
_NOT_HEARD, _CANARY_BACK, _SURE, _CLEAR = 2, 5, 2 / 3, 2
"""In tolerances. Of 30 s: a minute without a beat, two songs of the canary and time for the second to come back,
20 s until a concern is believed, a minute until it is believed to be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What stands in the tables now.

    Attributes:
        no_deadline: Open alerts without a next deadline.
        overdue: Open alerts whose deadline is long past.
        untold: Alerts that nobody has, of which no notice has gone or is on its way.
        lost: Life-safety events that are no part of any alert.
        stuck: Notices that should have been sent, or whose sender died, long ago.
        unaccounted: Events that wait for a deadline which is long past.
        beats: When each part last worked.
        canary_back: When a canary last came back; None while there never was one.
        canary_first: When the oldest canary that is kept was sent; None where none is sent here.
    """

    no_deadline: int = 0
    overdue: int = 0
    untold: int = 0
    lost: int = 0
    stuck: int = 0
    unaccounted: int = 0
    beats: Mapping[str, datetime] = field(default_factory=dict)
    canary_back: datetime | None = None
    canary_first: datetime | None = None


Concerns = Mapping[Concern, int]
"""What is wrong, and of how many."""


def concerns_in(picture: Picture, now: datetime, tolerance: timedelta) -> Concerns:
    """What is wrong with a hub that looks like this."""
    found = {
        Concern.STILL: sum(_is_still(picture.beats.get(part), now, _NOT_HEARD * tolerance) for part in PARTS),
        Concern.NO_DEADLINE: picture.no_deadline,
        Concern.OVERDUE: picture.overdue,
        Concern.UNTOLD: picture.untold,
        Concern.LOST: picture.lost,
        Concern.STUCK: picture.stuck,
        Concern.UNACCOUNTED: picture.unaccounted,
        Concern.CANARY: int(is_canary_missing(picture, now, tolerance)),
    }
    return {concern: count for concern, count in found.items() if count}


def _is_still(beat: datetime | None, now: datetime, within: timedelta) -> bool:
    """Long ago, never, or at a moment that has not come: a clock that was set back must not hide a hub that stands."""
    return beat is None or not now - within < beat < now + within


def is_canary_missing(picture: Picture, now: datetime, tolerance: timedelta) -> bool:
    """Whether a canary should have come back by now. Before the first one it is too early to say."""
    if picture.canary_first is None:
        return False
    return now - (picture.canary_back or picture.canary_first) > _CANARY_BACK * tolerance


# --- when to shout ---------------------------------------------------------------------------

_AGAIN_AFTER = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What the auditor has seen and said so far.

    Attributes:
        tolerance: How late something may be; how sure it must be follows from it.
        since: Since when each present concern holds.
        said: The concerns of the last shout; empty after an all-clear.
        well_since: Since when nothing has been wrong.
    """

    tolerance: timedelta
    since: Mapping[Concern, datetime] = field(default_factory=dict)
    said: frozenset[Concern] = frozenset()
    said_at: datetime | None = None
    well_since: datetime | None = None

    def hears(self, concerns: Concerns, now: datetime) -> "Voice":
        """Take in one look."""
        since = {concern: self.since.get(concern, now) for concern in concerns}
        return replace(self, since=since, well_since=None if concerns else (self.well_since or now))

    def wants_to_shout(self, now: datetime) -> bool:
        """Something holds for a while and was not said, or it is time to say it again, wherever the clock was set."""
        sure = {concern for concern, begun in self.since.items() if abs(now - begun) >= _SURE * self.tolerance}
        return bool(sure - self.said) or bool(sure and self.said_at and abs(now - self.said_at) >= _AGAIN_AFTER)

    def wants_to_clear(self, now: datetime) -> bool:
        """Something was said, and has been well again for a while."""
        return bool(self.said and self.well_since and abs(now - self.well_since) >= _CLEAR * self.tolerance)

    def has_said(self, now: datetime) -> "Voice":
        """What holds now has been told."""
        return replace(self, said=frozenset(self.since), said_at=now)

    def has_cleared(self) -> "Voice":
        """The all-clear has been told."""
        return replace(self, said=frozenset(), said_at=None)


# --- what is said (invariant 11: counts and parts, never a person or a place) ------------------

_MOST_WORDS = 3


def shout_text(municipality: str, concerns: Concerns, clock: str) -> str:
    """The SMS that says what is wrong, the worst first.

    >>> shout_text("Marker", {Concern.STILL: 5, Concern.STUCK: 2}, "02:14")
    'CareHub Marker kl. 02:14: varslingen svikter. Huben gir ikke livstegn. Meldinger som ikke blir sendt: 2. \
Bruk reserverutinen, og ring teknisk vakt.'
    """
    told = [words_of(concern, concerns[concern]) for concern in Concern if concern in concerns][:_MOST_WORDS]
    middle = " ".join(told)
    return (
        f"CareHub {municipality} kl. {clock}: varslingen svikter. {middle} Bruk reserverutinen, og ring teknisk vakt."
    )


def words_of(concern: Concern, count: int) -> str:
    """One concern as a sentence."""
    return _WORDS[concern].format(count)


def clear_text(municipality: str, clock: str) -> str:
    """The SMS that says that all is well again.

    >>> clear_text("Marker", "02:31")
    'CareHub Marker kl. 02:31: varslingen går igjen. Se over åpne varsler.'
    """
    return f"CareHub {municipality} kl. {clock}: varslingen går igjen. Se over åpne varsler."
