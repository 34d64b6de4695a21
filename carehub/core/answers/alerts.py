"""The life of an alert, and how it maps on the national journal codes."""

from enum import StrEnum

from carehub.core.severity import Severity


class Status(StrEnum):
    """Where an alert is in its life. Taken is not helped: both have their own deadline."""

    OPEN = "open"
    """Nobody has it yet."""
    TAKEN = "taken"
    """Somebody said "I take it"."""
    ARRIVED = "arrived"
    """Somebody is with the resident."""
    CLOSED = "closed"
    """Handled, with a cause and an outcome."""


class Action(StrEnum):
    """What a person may do with an alert."""

    TAKE = "take"
    ARRIVE = "arrive"
    CLOSE = "close"
    RELEASE = "release"
    """Give it back: it is open again and climbs at once."""
    HAND_OVER = "hand_over"
    """Ask a named colleague to take it over; until they have, it stays where it is."""
    ACCEPT = "accept"
    """Take over what one was asked to."""
    HELP = "help"
    """Call for a second person, and keep it."""
    CONFIRM = "confirm"
    """A second person agrees that a follow-up without contact may rest."""
    UNDO = "undo"
    """Closed by mistake: as it was before."""


NEXT: dict[tuple[Status, Action], Status] = {
    (Status.OPEN, Action.TAKE): Status.TAKEN,
    (Status.OPEN, Action.ARRIVE): Status.ARRIVED,
    (Status.OPEN, Action.CLOSE): Status.CLOSED,
    (Status.TAKEN, Action.ARRIVE): Status.ARRIVED,
    (Status.TAKEN, Action.CLOSE): Status.CLOSED,
    (Status.TAKEN, Action.RELEASE): Status.OPEN,
    (Status.ARRIVED, Action.CLOSE): Status.CLOSED,
    (Status.ARRIVED, Action.RELEASE): Status.OPEN,
    (Status.TAKEN, Action.ACCEPT): Status.TAKEN,
    (Status.ARRIVED, Action.ACCEPT): Status.TAKEN,
}
"""The whole life; what is not here cannot happen."""
HELD = frozenset({Status.TAKEN, Status.ARRIVED})
"""Somebody has it."""


class Step(StrEnum):
    """One line in an alert's journal."""

    REPORTED = "reported"
    REPEATED = "repeated"
    NOTIFIED = "notified"
    ESCALATED = "escalated"
    TAKEN = "taken"
    ARRIVED = "arrived"
    RELEASED = "released"
    CLOSED = "closed"
    RAISED = "raised"
    NOT_DELIVERED = "not_delivered"
    REACHED = "reached"
    RESOLVED = "resolved"
    """What the hub itself reported is over; a person still has to close it."""
    REMINDED = "reminded"
    HANDED_OVER = "handed_over"
    ACCEPTED = "accepted"
    HELP_CALLED = "help_called"
    HELPER = "helper"
    CAUSE = "cause"
    ACTION = "action"
    SPOKEN = "spoken"
    FOLLOWED_UP = "followed_up"
    CONFIRMED = "confirmed"
    UNDONE = "undone"
    FAMILY = "family"
    """A relative who was asked said whether they can go; it takes nothing."""


COMPOSITION_EVENT: dict[Step, str | None] = {
    Step.REPORTED: "0",
    Step.REPEATED: None,
    Step.NOTIFIED: "4",
    Step.ESCALATED: "9",
    Step.TAKEN: "5",
    Step.ARRIVED: "1",
    Step.RELEASED: None,
    Step.CLOSED: "3",
    Step.RAISED: None,
    Step.NOT_DELIVERED: None,
    Step.REACHED: None,
    Step.RESOLVED: None,
    Step.REMINDED: None,
    Step.HANDED_OVER: "9",
    Step.ACCEPTED: "5",
    Step.HELP_CALLED: None,
    Step.HELPER: "10",
    Step.CAUSE: "6",
    Step.ACTION: "7",
    Step.SPOKEN: "8",
    Step.FOLLOWED_UP: None,
    Step.CONFIRMED: "10",
    Step.UNDONE: None,
    Step.FAMILY: None,
}
"""`vkp-composition-event` code for each step; None says that the step is ours alone."""


FOLLOW_UP, HELP = "follow-up", "help"
"""Kinds of alerts that people make, each linked to the one it comes from."""
PERSONAL = frozenset({"social-alarm", "fall", "fire", "unreadable-alarm"})
"""Kinds behind which there may be a person, also where nobody knows whose device it was."""

_OF_THE_HOME = ("fire", "water", "stove-", "lock-", "cold-home", "frost-home", "hot-home", "bad-air", "door-open-")


def is_of_the_home(kind: str) -> bool:
    """Whether an alert tells of a place, whoever lives there: it stays when they move."""
    return kind.startswith(_OF_THE_HOME)


class Cause(StrEnum):
    """Why it happened, as the person who was there says (after SINTEF A27757 and VKP "årsak")."""

    FALL = "fall"
    ILLNESS = "illness"
    TOILET = "toilet"
    PAIN = "pain"
    PRACTICAL_HELP = "practical_help"
    ANXIETY = "anxiety"
    INFORMATION = "information"
    UNINTENDED = "unintended"
    TECHNICAL = "technical"
    TEST = "test"
    NOTHING_FOUND = "nothing_found"
    OTHER = "other"


class Aftermath(StrEnum):
    """What was done ("tiltak")."""

    HELPED_ON_SITE = "helped_on_site"
    SPOKE_WITH = "spoke_with"
    CALLED_DOCTOR = "called_doctor"
    CALLED_113 = "called_113"
    HANDED_TO_RELATIVE = "handed_to_relative"
    DEVICE_FIXED = "device_fixed"
    NO_CONTACT = "no_contact"
    NO_ACTION_NEEDED = "no_action_needed"


class Contact(StrEnum):
    """Whether whoever closes an alert has been with the resident, or spoken with them."""

    VISITED = "visited"
    SPOKEN = "spoken"
    NONE = "none"


CONTACT_IN: dict[Aftermath, Contact] = {
    Aftermath.HELPED_ON_SITE: Contact.VISITED,
    Aftermath.SPOKE_WITH: Contact.SPOKEN,
}
"""What some outcomes say by themselves; the others say nothing of it, and are taken for no contact."""


def needs_contact(kind: str, severity: Severity, resident: str | None) -> bool:
    """Whether an alert may rest only when somebody has seen the resident or spoken with them.

    "Asleep, no doubt" is no contact: that is how a man in Kristiansund died after four alarms.
    """
    return severity >= Severity.SERIOUS and kind != HELP and (resident is not None or kind in PERSONAL | {FOLLOW_UP})


def after(status: Status, action: Action) -> Status | None:
    """The status that `action` leads to, or None where it cannot be done now."""
    return NEXT.get((status, action))
