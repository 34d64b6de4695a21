"""What somebody outside the staff may know of a resident: who they are to them, what was agreed, and until when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from carehub.core.people.access import About


class Standing(StrEnum):
    """What somebody is to the resident."""

    RELATIVE = "relative"
    """Family or a friend: knows what the resident lets them know, for as long as that lasts."""
    GUARDIAN = "guardian"
    """Acts for the resident by a decision (vergemålsloven): has the resident's own rights while it lasts."""
    SELF = "self"
    """The resident."""


class Insight(StrEnum):
    """How much a relative may know: the resident decides."""

    NOTHING = "nothing"
    ALL_IS_WELL = "all_is_well"
    DAILY_RHYTHM = "daily_rhythm"
    HANDLED_ALERTS = "handled_alerts"


KNOWS: dict[Insight, frozenset[About]] = {
    Insight.NOTHING: frozenset(),
    Insight.ALL_IS_WELL: frozenset({About.WELL}),
    Insight.DAILY_RHYTHM: frozenset({About.WELL, About.RHYTHM}),
    Insight.HANDLED_ALERTS: frozenset({About.WELL, About.RHYTHM, About.HANDLED}),
}
"""Each level holds the one before it; none holds a name of what happened, a note, a telephone or a way in."""

OWN = frozenset({About.WELL, About.RHYTHM, About.HANDLED, About.RECORD})
"""What the resident has a right to, and whoever acts for them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What ties one person outside the staff to one resident.

    Attributes:
        since: From this moment; nothing older is shown under it.
        until: The end, itself not included; None while nobody has said one.
    """

    standing: Standing
    insight: Insight
    since: datetime
    until: datetime | None = None

    def holds(self, now: datetime) -> bool:
        """Whether it is in force."""
        return self.since <= now and (self.until is None or now < self.until)

    def sees(self, about: About, now: datetime) -> bool:
        """Whether this may be read under it, now."""
        return self.holds(now) and about in (KNOWS[self.insight] if self.standing is Standing.RELATIVE else OWN)
