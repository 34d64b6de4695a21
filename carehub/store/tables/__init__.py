"""All tables, read as `tables.Alert`, `tables.Event`, ..."""

from carehub.store.tables.alerts import Alert, AlertEvent, AlertStep, Notice, ReplyCode, StatusReport
from carehub.store.tables.backtests import BacktestRun
from carehub.store.tables.drafts import RuleDraft
from carehub.store.tables.homecare import LateAnswer, PlannedVisit, WayIn
from carehub.store.tables.kin import Availability, CareMessage, FamilyVisit, KinSettings, SharingPause, Wish
from carehub.store.tables.ladders import FixedContact, LadderChange, LadderRow, LadderRung
from carehub.store.tables.learning import DailyFeature, DetectorState, Model, ModelFinding
from carehub.store.tables.logins import Factor, LoginSession, LoginStep, SetupLink
from carehub.store.tables.people import (
    AccessLog,
    AccessSeal,
    Competence,
    ContactCheck,
    ContactMethod,
    OpenedFile,
    Person,
    Relation,
    RemovedWay,
)
from carehub.store.tables.places import Assignment, Device, Residency, Resident, Scope, Unit, UnitNeighbour
from carehub.store.tables.retention import AccessTrim, Erasure, LegalHold
from carehub.store.tables.selfwatch import CanaryMonth, CanarySong, RuleOff
from carehub.store.tables.shifts import Absence, CalendarFeed, Duty, RollCall, ShiftChange, ShiftLine, StaffingGap
from carehub.store.tables.silences import HeldAlert, Silence
from carehub.store.tables.stream import (
    Activation,
    Beat,
    DeadLetter,
    Event,
    FoldDeadline,
    FoldInput,
    HeldBack,
    Ownership,
    RuleVersion,
    ScopeStateRow,
)
from carehub.store.tables.supervision import BatteryReading, DeviceGap, Incident, IncidentDevice
from carehub.store.tables.tasks import Task
from carehub.store.tables.tuning import HeardKind, LegalBasis, RuleOverride, ScopeTuning
from carehub.store.tables.wards import FloorPlan, PlannedRound, RoundTurn, Screen, ShiftNote, WallLink

__all__ = [
    "Absence",
    "AccessLog",
    "AccessSeal",
    "AccessTrim",
    "Activation",
    "Alert",
    "AlertEvent",
    "AlertStep",
    "Assignment",
    "Availability",
    "BacktestRun",
    "BatteryReading",
    "Beat",
    "CalendarFeed",
    "CanaryMonth",
    "CanarySong",
    "CareMessage",
    "Competence",
    "ContactCheck",
    "ContactMethod",
    "DailyFeature",
    "DeadLetter",
    "DetectorState",
    "Device",
    "DeviceGap",
    "Duty",
    "Erasure",
    "Event",
    "Factor",
    "FamilyVisit",
    "FixedContact",
    "FloorPlan",
    "FoldDeadline",
    "FoldInput",
    "HeardKind",
    "HeldAlert",
    "HeldBack",
    "Incident",
    "IncidentDevice",
    "KinSettings",
    "LadderChange",
    "LadderRow",
    "LadderRung",
    "LateAnswer",
    "LegalBasis",
    "LegalHold",
    "LoginSession",
    "LoginStep",
    "Model",
    "ModelFinding",
    "Notice",
    "OpenedFile",
    "Ownership",
    "Person",
    "PlannedRound",
    "PlannedVisit",
    "Relation",
    "RemovedWay",
    "ReplyCode",
    "Residency",
    "Resident",
    "RollCall",
    "RoundTurn",
    "RuleDraft",
    "RuleOff",
    "RuleOverride",
    "RuleVersion",
    "Scope",
    "ScopeStateRow",
    "ScopeTuning",
    "Screen",
    "SetupLink",
    "SharingPause",
    "ShiftChange",
    "ShiftLine",
    "ShiftNote",
    "Silence",
    "StaffingGap",
    "StatusReport",
    "Task",
    "Unit",
    "UnitNeighbour",
    "WallLink",
    "WayIn",
    "Wish",
]
