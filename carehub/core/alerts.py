"""The life of an alert, and how it maps on the national journal codes."""

from enum import StrEnum


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


NEXT: dict[tuple[Status, Action], Status] = {
    (Status.OPEN, Action.TAKE): Status.TAKEN,
    (Status.OPEN, Action.ARRIVE): Status.ARRIVED,
    (Status.OPEN, Action.CLOSE): Status.CLOSED,
    (Status.TAKEN, Action.ARRIVE): Status.ARRIVED,
    (Status.TAKEN, Action.CLOSE): Status.CLOSED,
    (Status.TAKEN, Action.RELEASE): Status.OPEN,
    (Status.ARRIVED, Action.CLOSE): Status.CLOSED,
    (Status.ARRIVED, Action.RELEASE): Status.OPEN,
}
"""The whole life; what is not here cannot happen."""


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
}
"""`vkp-composition-event` code for each step; None says that the step is ours alone."""


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
    NO_ACTION_NEEDED = "no_action_needed"


def after(status: Status, action: Action) -> Status | None:
    """The status that `action` leads to, or None where it cannot be done now."""
    return NEXT.get((status, action))
