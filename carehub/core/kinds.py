"""The event kinds the hub knows: the same words inside, on carehub/v1 and in the rules."""

from enum import StrEnum


class EventKind(StrEnum):
    """What happened. A kind outside this list is stored and listed; on an alarm path it alerts as unreadable."""

    BUTTON_PRESSED = "button.pressed"
    BUTTON_CANCELLED = "button.cancelled"
    CORD_PULLED = "cord.pulled"
    FALL_DETECTED = "fall.detected"
    FALL_SUSPECTED = "fall.suspected"
    FALL_CLEARED = "fall.cleared"
    SMOKE_DETECTED = "smoke.detected"
    SMOKE_CLEARED = "smoke.cleared"
    CARBON_MONOXIDE_DETECTED = "carbon_monoxide.detected"
    CARBON_MONOXIDE_CLEARED = "carbon_monoxide.cleared"
    GAS_DETECTED = "gas.detected"
    GAS_CLEARED = "gas.cleared"
    WATER_DETECTED = "water.detected"
    WATER_CLEARED = "water.cleared"
    MOTION_DETECTED = "motion.detected"
    MOTION_CLEARED = "motion.cleared"
    PRESENCE_DETECTED = "presence.detected"
    PRESENCE_CLEARED = "presence.cleared"
    VIBRATION_DETECTED = "vibration.detected"
    VIBRATION_CLEARED = "vibration.cleared"
    DOOR_OPENED = "door.opened"
    DOOR_CLOSED = "door.closed"
    BED_ENTERED = "bed.entered"
    BED_LEFT = "bed.left"
    BED_SAT_UP = "bed.sat_up"
    """Sits up in bed: on the way out of it, perhaps."""
    CHAIR_ENTERED = "chair.entered"
    CHAIR_LEFT = "chair.left"
    SOUND_LOUD = "sound.loud"
    SEIZURE_DETECTED = "seizure.detected"
    INCONTINENCE_DETECTED = "incontinence.detected"
    INCONTINENCE_CLEARED = "incontinence.cleared"
    # what a medicine dispenser tells, in the order of the national codes 1.1-1.23. 1.15 (the plan was changed by the
    # pharmacy) is no sensor's to tell, so there is no kind for it.
    MEDICATION_DISPENSED = "medication.dispensed"
    MEDICATION_MISSED = "medication.missed"
    MEDICATION_LACKING = "medication.lacking"
    """A dose was due, and there was none in the dispenser."""
    MEDICATION_UNCONFIRMED = "medication.unconfirmed"
    MEDICATION_UNREAD = "medication.unread"
    """The person has not answered the message on the dispenser."""
    DISPENSER_FAULTY = "dispenser.faulty"
    DISPENSER_POUCH_UNREAD = "dispenser.pouch_unread"
    DISPENSER_ROLL_FAULTY = "dispenser.roll_faulty"
    DISPENSER_ROLL_STUCK = "dispenser.roll_stuck"
    DISPENSER_DRAWER_FULL = "dispenser.drawer_full"
    DISPENSER_WORKS = "dispenser.works"
    """It gives out medicine again."""
    MEDICATION_WAITING = "medication.waiting"
    MEDICATION_SHORT = "medication.short"
    """Not enough for the journey that is planned."""
    MEDICATION_LOW = "medication.low"
    MEDICATION_EMPTY = "medication.empty"
    DISPENSER_UNPLANNED = "dispenser.unplanned"
    """It has no plan of when to give out."""
    DISPENSER_RELOADED = "dispenser.reloaded"
    DISPENSER_BATTERY_LOW = "dispenser.battery_low"
    DISPENSER_BATTERY_EMPTY = "dispenser.battery_empty"
    DISPENSER_UNPLUGGED = "dispenser.unplugged"
    DISPENSER_PLUGGED = "dispenser.plugged"
    DISPENSER_OFFLINE = "dispenser.offline"
    DISPENSER_ONLINE = "dispenser.online"
    DISPENSER_OPENED = "dispenser.opened"
    DISPENSER_CLOSED = "dispenser.closed"
    DISPENSER_FORCED = "dispenser.forced"
    DISPENSER_TILTED = "dispenser.tilted"
    DISPENSER_UPRIGHT = "dispenser.upright"
    STOVE_ON = "stove.on"
    STOVE_OFF = "stove.off"
    STOVE_CUT = "stove.cut"
    LOCK_LOCKED = "lock.locked"
    LOCK_UNLOCKED = "lock.unlocked"
    LOCK_JAMMED = "lock.jammed"
    LOCK_REFUSED = "lock.refused"
    """Somebody was turned away: a wrong code, card or finger."""
    ZONE_ENTERED = "zone.entered"
    ZONE_LEFT = "zone.left"
    SUPERVISION_CONFIRMED = "supervision.confirmed"
    """A round of digital supervision was done: somebody has looked, and says so."""
    TAMPER_DETECTED = "tamper.detected"
    TAMPER_CLEARED = "tamper.cleared"
    FAULT_DETECTED = "fault.detected"
    """The device says that it does not work as it should: a self-test, a sensor, the end of its life."""
    FAULT_CLEARED = "fault.cleared"
    SWITCH_PRESSED = "switch.pressed"
    """A button that is no alarm: a light switch, by the registry's word. Life in the home, not a call for help."""
    MAINS_LOST = "mains.lost"
    """Runs on its own battery now; the value says for how many hours, where the device knows."""
    MAINS_RESTORED = "mains.restored"
    BATTERY_LOW = "battery.low"
    DEVICE_HEARTBEAT = "device.heartbeat"
    DEVICE_ONLINE = "device.online"
    DEVICE_OFFLINE = "device.offline"
    # measurements: a value and a unit
    TEMPERATURE = "temperature"
    HUMIDITY = "humidity"
    ILLUMINANCE = "illuminance"
    POWER = "power"
    BATTERY = "battery"
    PULSE = "pulse"
    CO2 = "co2"
    PRESSURE = "pressure"
    BODY_TEMPERATURE = "body_temperature"
    BODY_WEIGHT = "body_weight"
    OXYGEN_SATURATION = "oxygen_saturation"
    BLOOD_PRESSURE_SYSTOLIC = "blood_pressure.systolic"
    BLOOD_PRESSURE_DIASTOLIC = "blood_pressure.diastolic"
    # the hub's own words, never accepted from a device
    ALARM_UNREADABLE = "alarm.unreadable"
    BEHAVIOUR_CHANGED = "behaviour.changed"
    STAFFING_GAP = "staffing.gap"
    HUB_FAULT = "hub.fault"
    SILENCE_ENDED = "silence.ended"
    PROTECTION_BLIND = "protection.blind"
    """Something on which a life hangs does not look after the resident now; the value is the resident's risk."""
    PROTECTION_RESTORED = "protection.restored"


KNOWN_KINDS = frozenset(kind.value for kind in EventKind)

HUB_ONLY = frozenset(
    {
        EventKind.ALARM_UNREADABLE,
        EventKind.BEHAVIOUR_CHANGED,
        EventKind.STAFFING_GAP,
        EventKind.HUB_FAULT,
        EventKind.SILENCE_ENDED,
        EventKind.PROTECTION_BLIND,
        EventKind.PROTECTION_RESTORED,
    }
)
"""Kinds that only the hub itself may write; from a device they are unknown kinds."""

LIFE_SAFETY = frozenset(
    {
        EventKind.BUTTON_PRESSED,
        EventKind.CORD_PULLED,
        EventKind.FALL_DETECTED,
        EventKind.SMOKE_DETECTED,
        EventKind.CARBON_MONOXIDE_DETECTED,
        EventKind.GAS_DETECTED,
        EventKind.ALARM_UNREADABLE,
    }
)
"""The floor: these alert with no rule, no model and a broken rulebook (invariant 7)."""

PRESSES = frozenset({EventKind.BUTTON_PRESSED, EventKind.CORD_PULLED})
"""Somebody asked for help by hand; every repeat counts (invariant 9)."""

MOMENTARY = frozenset(
    {
        EventKind.BUTTON_PRESSED,
        EventKind.BUTTON_CANCELLED,
        EventKind.CORD_PULLED,
        EventKind.SWITCH_PRESSED,
        EventKind.SOUND_LOUD,
        EventKind.MEDICATION_DISPENSED,
        EventKind.MEDICATION_MISSED,
        EventKind.MEDICATION_LACKING,
        EventKind.MEDICATION_UNCONFIRMED,
        EventKind.MEDICATION_UNREAD,
        EventKind.MEDICATION_WAITING,
        EventKind.DISPENSER_RELOADED,
        EventKind.SUPERVISION_CONFIRMED,
        EventKind.DISPENSER_FORCED,
        EventKind.SEIZURE_DETECTED,
        EventKind.LOCK_REFUSED,
        EventKind.DEVICE_HEARTBEAT,
    }
)
"""Kinds that happen rather than hold: two in a row are two."""

_ON_OFF_ASPECTS = frozenset(
    {
        "fall", "smoke", "carbon_monoxide", "gas", "water", "motion", "presence", "vibration",
        "door", "bed", "chair", "stove", "lock", "tamper", "mains", "incontinence", "fault",
    }
)  # fmt: skip


_ASPECT_OF: dict[str, str | None] = {
    EventKind.LOCK_REFUSED: None,
    EventKind.DISPENSER_UNPLUGGED: "dispenser plug",
    EventKind.DISPENSER_PLUGGED: "dispenser plug",
    EventKind.DISPENSER_OFFLINE: "dispenser line",
    EventKind.DISPENSER_ONLINE: "dispenser line",
    EventKind.DISPENSER_OPENED: "dispenser lid",
    EventKind.DISPENSER_CLOSED: "dispenser lid",
    EventKind.DISPENSER_TILTED: "dispenser tray",
    EventKind.DISPENSER_UPRIGHT: "dispenser tray",
}
"""One machine with many states of its own."""


def aspect(kind: str) -> str | None:
    """The state that `kind` tells of ("door" for door.opened), or None for what merely happens.

    A device that repeats its whole state with every message (zigbee2mqtt does) tells
    of the same aspect again; the fold then sees that nothing changed.
    """
    if kind in _ASPECT_OF:
        return _ASPECT_OF[kind]
    head, dot, _ = kind.partition(".")
    if dot and head in _ON_OFF_ASPECTS:
        return head
    return None
