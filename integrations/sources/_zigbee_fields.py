"""The table of zigbee2mqtt: which field of a payload says what.

A new device is at most a row here and its recorded payloads. The rows were checked against the
4,516 models of zigbee-herdsman-converters 26.112.0; what is left out on purpose stands, with its
reason, in tests/payloads/zigbee_ignored.toml, and a test finds what is in neither.
"""

from carehub.core.kinds import EventKind as K
from integrations.sources._zigbee_readers import HAZARD, Action, Alarm, Field, Number, Pressure, Sos, TwoState, Words

_SMOKE = TwoState(K.SMOKE_DETECTED, K.SMOKE_CLEARED, HAZARD, vital=True)
_CARBON_MONOXIDE = TwoState(K.CARBON_MONOXIDE_DETECTED, K.CARBON_MONOXIDE_CLEARED, HAZARD, vital=True)
_GAS = TwoState(K.GAS_DETECTED, K.GAS_CLEARED, HAZARD, vital=True, measured=True)
_WATER = TwoState(K.WATER_DETECTED, K.WATER_CLEARED, HAZARD, vital=True)
_MOTION = TwoState(K.MOTION_DETECTED, K.MOTION_CLEARED)
_PRESENCE = TwoState(K.PRESENCE_DETECTED, K.PRESENCE_CLEARED)
_VIBRATION = TwoState(K.VIBRATION_DETECTED, K.VIBRATION_CLEARED)
_DOOR = TwoState(K.DOOR_OPENED, K.DOOR_CLOSED)
_TAMPER = TwoState(K.TAMPER_DETECTED, K.TAMPER_CLEARED, HAZARD)
_BATTERY_LOW = TwoState(K.BATTERY_LOW)
_BATTERY_STATE = Words({"low": (K.BATTERY_LOW,)})
_LOUD = TwoState(K.SOUND_LOUD)
_MOVEMENT = Words(
    {"none": (K.PRESENCE_CLEARED,), "NONE": (K.PRESENCE_CLEARED,)}
    | dict.fromkeys(
        (
            "presence", "PRESENCE", "peaceful", "motion", "stationary", "active", "static", "small", "medium", "large",
            "small_movement", "large_movement", "far", "near",
        ),
        (K.PRESENCE_DETECTED,),
    )
)  # fmt: skip
_OPEN_SOMEHOW = ("open", "tilted", "error_jammed", "error_forced_open")
_OPENING = Words({"closed": (K.DOOR_CLOSED,)} | dict.fromkeys(_OPEN_SOMEHOW, (K.DOOR_OPENED,)))

FIELDS: dict[str, Field] = {
    # people asking for help
    "action": Action(),
    "click": Action(),  # the same, before zigbee2mqtt 1.17
    "sos": Sos(),  # Feibit SEB01ZB, OWON PB206
    "sos_alarm": Sos(),  # DAEWOO WKE502Z
    # falls: OWON FDS315, Heiman HS2FD-EF1-3.0, Tuya MIR-HE200-TY
    "fall_status": Words(
        {
            "normal": (K.FALL_CLEARED,),
            "fall_warning": (K.FALL_SUSPECTED,),
            "fall_alarm": (K.FALL_DETECTED,),
            "unknown": (),
        },
        vital=True,
    ),
    "fall_down_status": Words(
        {"none": (K.FALL_CLEARED,), "maybe_fall": (K.FALL_SUSPECTED,), "fall": (K.FALL_DETECTED,)}, vital=True
    ),
    "status": Words(
        {
            "falling": (K.FALL_DETECTED, K.PRESENCE_DETECTED),
            "low_posture": (K.FALL_SUSPECTED, K.PRESENCE_DETECTED),
            "on_the_bed": (K.FALL_CLEARED, K.PRESENCE_DETECTED, K.BED_ENTERED),
            "sitting": (K.FALL_CLEARED, K.PRESENCE_DETECTED, K.BED_LEFT),
            "occupied": (K.FALL_CLEARED, K.PRESENCE_DETECTED, K.BED_LEFT),
            "unoccupied": (K.FALL_CLEARED, K.PRESENCE_CLEARED, K.BED_LEFT),
        }
    ),
    # hazards
    "smoke": _SMOKE,
    "smoke_alarm_1": _SMOKE,
    "smoke_alarm_2": _SMOKE,
    "smoke_state": _SMOKE,
    "heat": _SMOKE,  # Schneider W599001: heat without smoke is still a fire
    "carbon_monoxide": _CARBON_MONOXIDE,
    "carbon_monoxide_alarm_1": _CARBON_MONOXIDE,
    "carbon_monoxide_alarm_2": _CARBON_MONOXIDE,
    "co_state": _CARBON_MONOXIDE,
    "gas": _GAS,
    "gas_alarm_1": _GAS,
    "gas_alarm_2": _GAS,
    "gas_sensor_state": _GAS,
    "water_leak": _WATER,
    "water_leak_alarm_1": _WATER,
    "water_leak_alarm_2": _WATER,
    "active_water_leak": _WATER,
    "water_leakage_state": _WATER,
    "water_sensor": _WATER,
    **{f"water_leak_{where}": _WATER for where in ("zone_1", "zone_2", "both_zones")},
    **{f"water_leak_wire_{wire}": _WATER for wire in range(1, 5)},
    **{f"channel_{channel}_leak_detect_{channel + 16}": _WATER for channel in range(1, 11)},
    **{f"input_{channel}_leak_detect_{channel + 6}": _WATER for channel in range(1, 11)},
    **{name: Alarm() for name in ("alarm", "alarm_1", "alarm_2", "alarm_state")},
    "alarm_status": Alarm(  # the names are those of CTM Lyng mKomfy_Sensor
        {
            "high_temperatur": K.STOVE_CUT,
            "timer": K.STOVE_CUT,
            "tamper": K.TAMPER_DETECTED,
            "battery_alarm": K.BATTERY_LOW,
        }
    ),
    "power_cut_off": TwoState(K.STOVE_CUT),  # CTM Lyng mKomfy
    "active": TwoState(K.STOVE_ON, K.STOVE_OFF),  # CTM Lyng mKomfy_Sensor, the only model with it
    # where people are
    "occupancy": _MOTION,
    "occupancy_or": _MOTION,
    "occupancy_alarm_1": _MOTION,
    "motion_status": _MOTION,
    "pir_detection": _MOTION,
    **{f"occupancy_{zone}": _MOTION for zone in range(1, 11)},
    **{f"mmwave_area{zone}_occupancy": _MOTION for zone in range(1, 5)},
    "presence": _PRESENCE,
    "occupancy_status": _PRESENCE,
    "presence_state": _MOVEMENT,
    "motion_state": _MOVEMENT,
    "human_motion_state": _MOVEMENT,
    "pressure_state": Words({"none": (K.BED_LEFT,), "sit": (K.BED_ENTERED,), "sedentary": (K.BED_ENTERED,)}),
    "work_state": Words(  # Tuya TS0601_bed_presence_sensor
        dict.fromkeys(("presence", "presence_5min", "presence_30min"), (K.BED_ENTERED,))
        | dict.fromkeys(("none", "none_5min", "none_30min"), (K.BED_LEFT,))
    ),
    # doors, locks, things
    "contact": TwoState(K.DOOR_CLOSED, K.DOOR_OPENED),  # true means closed
    "contact_alarm_1": _DOOR,
    "door_state": _OPENING,
    "opening_state": _OPENING,
    "handle_position": _OPENING,
    "lock_state": Words(
        {"locked": (K.LOCK_LOCKED,), "unlocked": (K.LOCK_UNLOCKED,), "not_fully_locked": (K.LOCK_UNLOCKED,)}
    ),
    "vibration": _VIBRATION,
    "moving": _VIBRATION,  # SmartThings; elsewhere the words of a blind
    "noise": _LOUD,
    "noise_detected": _LOUD,
    # the device itself
    "tamper": _TAMPER,
    "tamper_alarm": _TAMPER,
    "battery_low": _BATTERY_LOW,
    "battery_state": _BATTERY_STATE,
    "battery_level": _BATTERY_STATE,
    # measurements
    "battery": Number(K.BATTERY, "%", 0, 100),
    "temperature": Number(K.TEMPERATURE, "°C", -60, 150),
    "humidity": Number(K.HUMIDITY, "%", 0, 100),
    "illuminance": Number(K.ILLUMINANCE, "lx", 0, 200_000),
    "illuminance_lux": Number(K.ILLUMINANCE, "lx", 0, 200_000),  # before zigbee2mqtt 2.0
    "power": Number(K.POWER, "W", -100_000, 100_000),
    "co2": Number(K.CO2, "ppm", 0, 50_000),
    "pressure": Pressure(
        Number(K.PRESSURE, "hPa", 300, 1200),
        TwoState(K.CHAIR_ENTERED, K.CHAIR_LEFT),
    ),
}
