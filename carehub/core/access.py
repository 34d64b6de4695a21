"""Who may see and do what, as values. First form: roles, and a relative's consented insight."""

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
    ADMINISTRATOR = "administrator"


class Permission(StrEnum):
    """Something that a page or a route needs."""

    SEE_ALERTS = "see_alerts"
    ANSWER_ALERTS = "answer_alerts"
    SEE_RESIDENTS = "see_residents"
    SEE_OWN_RELATIVE = "see_own_relative"
    ADMINISTER = "administer"
    PLAN_SHIFTS = "plan_shifts"
    SEND_EVENTS = "send_events"


_STAFF = frozenset({Permission.SEE_ALERTS, Permission.ANSWER_ALERTS, Permission.SEE_RESIDENTS})

MAY: dict[Role, frozenset[Permission]] = {
    Role.NURSE: _STAFF,
    Role.CARE_CENTRE: _STAFF,
    Role.COORDINATOR: _STAFF | {Permission.ADMINISTER, Permission.PLAN_SHIFTS},
    Role.TECHNICIAN: frozenset({Permission.ADMINISTER}),
    Role.RELATIVE: frozenset({Permission.SEE_OWN_RELATIVE}),
    Role.ADMINISTRATOR: _STAFF | {Permission.ADMINISTER, Permission.PLAN_SHIFTS, Permission.SEND_EVENTS},
}
"""What each role may do; whatever is not here is refused."""

HOME_PAGE: dict[Role, str] = {
    Role.NURSE: "/nurse",
    Role.CARE_CENTRE: "/tablet",
    Role.COORDINATOR: "/tablet",
    Role.TECHNICIAN: "/admin",
    Role.RELATIVE: "/relatives",
    Role.ADMINISTRATOR: "/admin",
}


def may(role: Role, permission: Permission) -> bool:
    """Whether a role has a permission."""
    return permission in MAY[role]
