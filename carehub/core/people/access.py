"""Who may see and do what, as values: what a role may do, and what ties a person to the one whom it is about."""

from dataclasses import dataclass, replace
from enum import StrEnum


class Role(StrEnum):
    """What a person is to the hub."""

    NURSE = "nurse"
    """Home care, on a telephone."""
    CARE_CENTRE = "care_centre"
    """Staff of the care centre, on a tablet."""
    COORDINATOR = "coordinator"
    TECHNICIAN = "technician"
    RELATIVE = "relative"
    RESIDENT = "resident"
    """The one whom it is about, or nobody else."""
    AUDITOR = "auditor"
    """Reads who looked at what, and what became of events; answers nothing, changes nothing."""
    ADMINISTRATOR = "administrator"


PRIVATE = frozenset({Role.RELATIVE, Role.RESIDENT})
"""Who is here for their own or their family's sake: no colleague, on no ladder, without a second factor."""


class Permission(StrEnum):
    """Something that a page or a route needs."""

    SEE_ALERTS = "see_alerts"
    ANSWER_ALERTS = "answer_alerts"
    SEE_RESIDENTS = "see_residents"
    SEE_OWN_RELATIVE = "see_own_relative"
    SEE_SELF = "see_self"
    """What is kept of oneself, and who has looked at it."""
    ADMINISTER = "administer"
    PLAN_SHIFTS = "plan_shifts"
    SEND_EVENTS = "send_events"
    READ_LOG = "read_log"
    """Who looked at what: for the resident to whom it is handed over."""
    AUDIT = "audit"
    """Who looked at whom, over all residents, and the ledger of events."""


_STAFF = frozenset({Permission.SEE_ALERTS, Permission.ANSWER_ALERTS, Permission.SEE_RESIDENTS})

MAY: dict[Role, frozenset[Permission]] = {
    Role.NURSE: _STAFF,
    Role.CARE_CENTRE: _STAFF,
    Role.COORDINATOR: _STAFF | {Permission.ADMINISTER, Permission.PLAN_SHIFTS, Permission.READ_LOG},
    Role.TECHNICIAN: frozenset({Permission.ADMINISTER}),
    Role.RELATIVE: frozenset({Permission.SEE_OWN_RELATIVE}),
    Role.RESIDENT: frozenset({Permission.SEE_SELF}),
    Role.AUDITOR: frozenset({Permission.AUDIT, Permission.READ_LOG}),
    Role.ADMINISTRATOR: _STAFF
    | {
        Permission.ADMINISTER,
        Permission.PLAN_SHIFTS,
        Permission.SEND_EVENTS,
        Permission.READ_LOG,
        Permission.AUDIT,
    },
}
"""What each role may do; whatever is not here is refused."""

HOME_PAGE: dict[Role, str] = {
    Role.NURSE: "/nurse",
    Role.CARE_CENTRE: "/tablet",
    Role.COORDINATOR: "/tablet",
    Role.TECHNICIAN: "/admin",
    Role.RELATIVE: "/relatives",
    Role.RESIDENT: "/resident",
    Role.AUDITOR: "/audit",
    Role.ADMINISTRATOR: "/admin",
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in MAY[role]


def roles_with(*permissions: Permission) -> frozenset[Role]:
    """The roles that have every one of these permissions."""
    return frozenset(role for role in Role if all(may(role, one) for one in permissions))


class Tie(StrEnum):
    """What ties somebody on the staff to a resident, the strongest first."""

    UNIT = "unit"
    """The resident belongs to a unit that is theirs: their own, or one in which they are on duty."""
    ASKED = "asked"
    """They have the resident's open alert, were asked about it, or are called to help."""
    UNANSWERED = "unanswered"
    """Everybody on the ladder was asked and nobody came: now it concerns everybody on the staff."""
    OPENED = "opened"
    """They have said why they need to see, within the last hour."""
    NONE = "none"


class About(StrEnum):
    """What there is to read about a resident."""

    WAITING = "waiting"
    """That something waits in a unit, how urgent it is and for how long: no name, no room."""
    IDENTITY = "identity"
    """Name and room or address."""
    ALERT = "alert"
    """What happened, why, and what was done."""
    DAYS = "days"
    """The last hours and days as sensors saw them."""
    WAY_IN = "way_in"
    """Telephone, key box, door code."""
    WELL = "well"
    """Whether something is being followed up just now: one calm sentence, no word of what."""
    RHYTHM = "rhythm"
    """When the days begin and end, in broad strokes."""
    HANDLED = "handled"
    """That something was followed up, and when."""
    RECORD = "record"
    """Everything that is kept, and who looked at it: the right of the one whom it is about."""


_NEAR = frozenset(About) - {About.RECORD}
SEES: dict[Tie, frozenset[About]] = {
    Tie.UNIT: _NEAR,
    Tie.ASKED: _NEAR,
    Tie.UNANSWERED: _NEAR,
    Tie.OPENED: _NEAR,
    Tie.NONE: frozenset({About.WAITING}),
}
"""What staff who may see residents read, by tie. Roles without `SEE_RESIDENTS` read nothing of it, whatever the tie."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Whom one person on the staff is tied to, now.

    Attributes:
        units: Theirs; None for all of them: who belongs to no unit looks after every one.
        asked: Residents and alerts (by id) that they have been asked about.
        opened: Residents whom they have opened with a reason.
    """

    role: Role
    units: frozenset[str] | None = frozenset()
    asked: frozenset[str] = frozenset()
    opened: frozenset[str] = frozenset()

    def tie(
        self, *, unit: str | None, resident: str | None = None, alert: str | None = None, unanswered: bool = False
    ) -> Tie:
        """The strongest tie to whom or what this is about; what belongs to no unit belongs to everybody."""
        if self.covers(unit):
            return Tie.UNIT
        if self.asked & {resident, alert}:
            return Tie.ASKED
        if unanswered:
            return Tie.UNANSWERED
        return Tie.OPENED if resident in self.opened else Tie.NONE

    def sees(self, about: About, tie: Tie) -> bool:
        """Whether they may read this of somebody to whom they have this tie."""
        return may(self.role, Permission.SEE_RESIDENTS) and about in SEES[tie]

    def among(self, whom: frozenset[str]) -> "Sight":
        """The same sight, of these residents and alerts (by id): it gives each of them the tie that the whole one does.

        So two people who see the same of them have equal ones.
        """
        return replace(self, asked=self.asked & whom, opened=self.opened & whom)

    def covers(self, unit: str | None) -> bool:
        """Whether a unit is theirs."""
        return self.units is None or unit is None or unit in self.units
