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

        So two people who see the same of them have equal ones; a nurse and the care centre too, whose roles read alike.
        """
        return replace(self, role=_READS_AS[self.role], asked=self.asked & whom, opened=self.opened & whom)

    def covers(self, unit: str | None) -> bool:
        """Whether a unit is theirs."""
        return self.units is None or unit is None or unit in self.units


_READS_AS = {one: Role.NURSE if may(one, Permission.SEE_RESIDENTS) else Role.TECHNICIAN for one in Role}
"""By role: the one under which `Sight.sees` answers the same."""


class Mark(StrEnum):
    """How an address is graded in Folkeregisteret (`adressegradering`)."""

    NONE = "none"
    CONFIDENTIAL = "confidential"
    """Fortrolig adresse, known as kode 7."""
    STRICT = "strict"
    """Strengt fortrolig adresse, known as kode 6."""


STRICTEST = (Mark.STRICT, Mark.CONFIDENTIAL, Mark.NONE)
"""Where two share a home, the first of these that either of them has holds for it."""


class Where(StrEnum):
    """What tells where somebody lives, field by field."""

    NAME = "name"
    """The home's own name, which is an address: "Storgata 5"."""
    ADDRESS = "address"
    """As the road knows it."""
    ENTRY = "entry"
    """Key box, codes of doors, and how one gets in."""
    ROUTE = "route"
    """A map's link: whoever draws the map learns the address."""
    PRESENCE = "presence"
    """Their name where people walk past: it says in which house they live."""
    POSITION = "position"
    """Coordinates."""


class Errand(StrEnum):
    """For what somebody, or something, would be told."""

    GOING = "going"
    """Somebody who must go there (`must_go`), behind the tap that is logged."""
    STAFF = "staff"
    """Everybody else on the staff, on lists, cards, searches and on paper."""
    REGISTER = "register"
    """Whoever keeps the register, and the files that they take out."""
    SELF = "self"
    """The resident's own right to what is kept."""
    GUARDIAN = "guardian"
    """Whoever has that right in the resident's place."""
    WALL = "wall"
    """A screen that everybody sees who walks past."""
    OUTSIDE = "outside"
    """Texts, calls, mail, calendars, relatives' pages, the alarm centre, logs, numbers and the showcase."""


_OWN_WHERE = frozenset({Where.NAME, Where.ADDRESS, Where.ENTRY})
_NOBODY: dict[Errand, frozenset[Where]] = dict.fromkeys(Errand, frozenset())
TELLS: dict[Mark, dict[Errand, frozenset[Where]]] = {
    Mark.NONE: _NOBODY | {
        Errand.GOING: _OWN_WHERE | {Where.ROUTE},
        Errand.STAFF: frozenset({Where.NAME, Where.ENTRY, Where.PRESENCE}),
        Errand.REGISTER: _OWN_WHERE,
        Errand.SELF: _OWN_WHERE,
        Errand.GUARDIAN: _OWN_WHERE,
        Errand.WALL: frozenset({Where.PRESENCE}),
    },
    Mark.CONFIDENTIAL: _NOBODY | {
        Errand.GOING: _OWN_WHERE, Errand.SELF: _OWN_WHERE, Errand.GUARDIAN: _OWN_WHERE,
        Errand.STAFF: frozenset({Where.PRESENCE}),
    },
    Mark.STRICT: _NOBODY | {
        Errand.GOING: _OWN_WHERE, Errand.SELF: _OWN_WHERE, Errand.STAFF: frozenset({Where.PRESENCE}),
    },
}  # fmt: skip
"""What is told of where somebody lives. Coordinates are told nobody, whatever the mark: the hub keeps none."""


def tells(mark: Mark, errand: Errand, what: Where) -> bool:
    """Whether this is told."""
    return what in TELLS[mark][errand]


def tells_unit(mark: Mark, errand: Errand) -> bool:
    """Whether a family is told which unit looks after somebody, as its telephone tells: a ward is a house.

    Everybody who has a tie is, but of a graded address only those who are told the address itself.
    """
    return mark is Mark.NONE or tells(mark, errand, Where.ADDRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """What makes somebody on the staff one who must go there.

    Attributes:
        has: They have taken the alert, or the visit is on their own list.
        shared: The visit is on nobody's list, in a unit of theirs.
        of_unit: The resident's unit is theirs.
        on_duty: They are at work now.
        asked: They were asked: by the ladder, as everybody where nobody answered, or by the plan.
        reason: They have said why within the hour, and the coordinator reads it.
    """

    has: bool = False
    shared: bool = False
    of_unit: bool = False
    on_duty: bool = False
    asked: bool = False
    reason: bool = False


def must_go(mark: Mark, to: Errands) -> bool:
    """Whether this is somebody who must go there: has it, and was sent.

    A strict mark asks more: who works in the unit must be on duty, and the visit must be on their own list. Whoever has
    the alert and said why is never stopped: a press ends with a person.
    """
    strict = mark is Mark.STRICT
    sent = to.asked or to.reason or (to.of_unit and (to.on_duty or not strict))
    return (to.has and sent) or (to.shared and to.of_unit and not strict)
