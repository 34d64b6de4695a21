"""The table of LoRaWAN: which field of a decoded frame says what, by the names that public codecs use.

Names are read without regard to case, and inside nested objects by their last part. The rows were checked against the
182 frames of chirpstack-device-profiles; those that say something to us are in tests/payloads/lorawan_chirpstack.jsonl.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from carehub.core.kinds import EventKind as K
from integrations.sources._zigbee_readers import Field, Found, Number, TwoState, Words

_DEEPEST = 3
_NOT_NOW = frozenset({"history", "configuration", "config"})

_ALARM = {"Alarm": True, "ALARM": True, "Normal": False, "NORMAL": False, "leak": True, "normal": False}
_SMOKE = TwoState(K.SMOKE_DETECTED, K.SMOKE_CLEARED, _ALARM, vital=True)
_WATER = TwoState(K.WATER_DETECTED, K.WATER_CLEARED, _ALARM, vital=True)
_DOOR = TwoState(K.DOOR_OPENED, K.DOOR_CLOSED)
_FAULT = TwoState(K.FAULT_DETECTED, K.FAULT_CLEARED, _ALARM)
_BATTERY_LOW = TwoState(K.BATTERY_LOW, None, _ALARM)
_TEMPERATURE = Number(K.TEMPERATURE, "°C", -60, 150)
_HUMIDITY = Number(K.HUMIDITY, "%", 0, 100)
_CO2 = Number(K.CO2, "ppm", 250, 50_000)  # some codecs write 0 where there is no such sensor
_BATTERY = Number(K.BATTERY, "%", 0, 100)

FIELDS: dict[str, Field] = {
    "smokealarm": _SMOKE,  # Yobiiq SD1001, Sept-S TG563A
    "interconnectalarm": _SMOKE,  # another detector of the same home
    "water_leak_status": _WATER,  # Dragino LWL02
    "leakage_status": _WATER,  # Milesight EM300-SLD
    "mandown": TwoState(K.FALL_SUSPECTED, K.FALL_CLEARED),  # Digital Matter Oyster3, Yabby3
    "door_open_status": _DOOR,  # Dragino LDS02
    "open": _DOOR,  # Browan MerryIoT DW10
    "mot_motionst": TwoState(K.MOTION_DETECTED, K.MOTION_CLEARED),  # Browan TBMS100
    "button": TwoState(K.BUTTON_PRESSED),  # Browan MerryIoT: 0 is the button at rest
    "tamper": TwoState(K.TAMPER_DETECTED, K.TAMPER_CLEARED),
    "faultalarm": _FAULT,
    **dict.fromkeys(
        ("smokechamberfailure", "buzzerfailure", "ultrasonicsensorfailure", "infraredsensorfailure"), _FAULT
    ),
    "lowbatteryalarm": _BATTERY_LOW,
    "batterylow": _BATTERY_LOW,
    "powerevent": Words({"AC Power On": (K.MAINS_RESTORED,), "AC Power Off": (K.MAINS_LOST,)}),
    "batterylevelinpercentage": _BATTERY,
    "battery": _BATTERY,
    **dict.fromkeys(("temperature", "air_temperature", "sensortemperature", "tempc_sht"), _TEMPERATURE),
    **dict.fromkeys(("humidity", "humi", "air_humidity", "relativehumidity", "hum_sht"), _HUMIDITY),
    **dict.fromkeys(("co2", "co2_ppm", "co2_concentration"), _CO2),
    "illuminance": Number(K.ILLUMINANCE, "lx", 0, 200_000),
    "activepowerl1": Number(K.POWER, "W", 0, 100_000),
}
KINDS = frozenset(kind for field in FIELDS.values() for kind in field.kinds()) | {K.DEVICE_ONLINE, K.DEVICE_HEARTBEAT}
"""All that a network for LoRaWAN can tell: what its devices say, that one joined, and that one is there."""


def facts(decoded: Mapping[str, Any]) -> Found:
    """What a frame says, of what a codec made of it; what a device kept from earlier is not now, and not read.

    Raises:
        DecodeError: Something that may be an alarm says what nobody knows.
    """
    found: Found = {}
    for name, value in _flat(decoded, _DEEPEST):
        field = FIELDS.get(name.lower())
        if field is not None and value is not None:
            field.read(bool(value) if isinstance(field, TwoState) and value in (0, 1) else value, found)
    return found


def _flat(said: Mapping[str, Any], depth: int) -> Iterator[tuple[str, Any]]:
    """Each field by its last name; `{"value": 21.5, "unit": "°C"}` is one field."""
    for name, value in said.items():
        if not isinstance(value, dict):
            yield name, value
        elif "value" in value or "data" in value:
            yield name, value.get("value", value.get("data"))
        elif depth and name.lower() not in _NOT_NOW:
            yield from _flat(value, depth - 1)
