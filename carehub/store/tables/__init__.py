"""All tables, read as `tables.Alert`, `tables.Event`, ..."""

from carehub.store.tables.alerts import Alert, AlertEvent, AlertStep, Notice, ReplyCode, StatusReport
from carehub.store.tables.people import AccessLog, ContactMethod, LoginSession, Person, Relation
from carehub.store.tables.places import Assignment, Device, Residency, Resident, Scope, Unit
from carehub.store.tables.stream import (
    Beat,
    DeadLetter,
    Event,
    FoldDeadline,
    FoldInput,
    Model,
    Ownership,
    RuleVersion,
    ScopeStateRow,
)

__all__ = [
    "AccessLog",
    "Alert",
    "AlertEvent",
    "AlertStep",
    "Assignment",
    "Beat",
    "ContactMethod",
    "DeadLetter",
    "Device",
    "Event",
    "FoldDeadline",
    "FoldInput",
    "LoginSession",
    "Model",
    "Notice",
    "Ownership",
    "Person",
    "Relation",
    "ReplyCode",
    "Residency",
    "Resident",
    "RuleVersion",
    "Scope",
    "ScopeStateRow",
    "StatusReport",
    "Unit",
]
