"""How each device says what it noticed: the bytes on its topic, as the real thing would write them.

zigbee2mqtt repeats a device's whole state with every message (the fields are those that zigbee2mqtt
lists for the model); our own devices send each event once, with an id, until it is acknowledged.
"""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from carehub.village.days import OSLO
from carehub.village.register import OWN, ZIGBEE, Device
from carehub.village.sensors import Signal

_ALARMS = frozenset({"button.pressed", "button.cancelled", "cord.pulled", "fall.detected", "fall.suspected"})
"""What our own devices send on their alarm topic."""
_LATE = timedelta(minutes=20)


class Parcel(NamedTuple):
    """One MQTT message to publish.

    Attributes:
        awaits: (device, id) that the hub must acknowledge on the device's ack topic; None where no reply is due.
    """

    topic: str
    payload: bytes
    qos: int
    retain: bool
    awaits: tuple[str, str] | None = None


_FIELDS: dict[str, dict[str, Any]] = {
    "MCCGQ11LM": {"contact": True, "device_temperature": 22, "power_outage_count": 4, "trigger_count": 0, "voltage": 0},
    "SNZB-04": {"contact": True, "battery_low": False, "voltage": 0},
    "RTCGQ11LM": {
        "occupancy": False, "illuminance": 40, "device_temperature": 23, "power_outage_count": 11, "voltage": 0,
    },
    "9290012607": {
        "occupancy": False, "illuminance": 35, "temperature": 21.4, "motion_sensitivity": "high",
        "led_indication": False, "occupancy_timeout": 90,
    },
    "SNZB-03": {"occupancy": False, "battery_low": False, "voltage": 0},
    "WSDCGQ11LM": {"temperature": 21.5, "humidity": 38.2, "pressure": 1004.6, "voltage": 0},
    "HS1SA-E": {"smoke": False, "battery_low": False, "test": False},
    "SJCGQ11LM": {
        "water_leak": False, "battery_low": False, "device_temperature": 22, "power_outage_count": 2,
        "trigger_count": 0, "voltage": 0,
    },
}  # fmt: skip
"""The state of each Zigbee model when all is quiet; battery, linkquality and last_seen are common to all."""

_MEANS: dict[str, tuple[str, Any]] = {
    "door.opened": ("contact", False),  # zigbee2mqtt: true is closed
    "door.closed": ("contact", True),
    "motion.detected": ("occupancy", True),
    "motion.cleared": ("occupancy", False),
    "smoke.detected": ("smoke", True),
    "smoke.cleared": ("smoke", False),
    "water.detected": ("water_leak", True),
    "water.cleared": ("water_leak", False),
}


class Wire:
    """Every device's memory: the Zigbee states, and the sequence numbers of our own.

    Args:
        seed: For batteries and radio conditions.
        started: Part of every id, since ids must be unique for ever and the village is started often.
    """

    def __init__(self, seed: int, started: datetime) -> None:
        self._rng = Random(f"{seed}/wire")
        self._boot = f"{int(started.timestamp()):x}"
        self._states: dict[str, dict[str, Any]] = {}
        self._sequence: dict[str, int] = {}

    def parcels(self, signal: Signal) -> list[Parcel]:
        """What goes out for a signal: one message, or two where a device stutters."""
        parcel = self._own(signal) if signal.device.source == OWN else self._zigbee(signal)
        if signal.manner == "garbage":
            return [
                Parcel(parcel.topic, parcel.payload[: len(parcel.payload) // 2] + b"\xff\x00", parcel.qos, retain=False)
            ]
        return [parcel, parcel] if signal.manner == "twice" else [parcel]

    def _zigbee(self, signal: Signal) -> Parcel:
        device = signal.device
        state = self._states.get(device.address) or self._fresh(device)
        self._states[device.address] = state
        self._apply(state, signal)
        payload = json.dumps(state, ensure_ascii=False, separators=(",", ":")).encode()
        # Installers set QoS 1 where a message matters; zigbee2mqtt's own default is 0.
        matters = device.can_alarm or device.place == "entrance"
        return Parcel(f"zigbee2mqtt/{device.address}", payload, int(matters), device.retained)

    def _fresh(self, device: Device) -> dict[str, Any]:
        return {"battery": self._rng.choice((47, 61, 74, 88, 91, 97, 100, 100)), **_FIELDS[device.model]}

    def _apply(self, state: dict[str, Any], signal: Signal) -> None:
        if signal.kind in _MEANS:
            name, value = _MEANS[signal.kind]
            state[name] = value
        elif signal.kind == "temperature":
            state["temperature"] = signal.value
        elif signal.kind == "battery.low":
            state["battery"] = 3
        self._weather(state, signal)

    def _weather(self, state: dict[str, Any], signal: Signal) -> None:
        """What changes by itself: light, humidity, counters, radio."""
        local = signal.at.astimezone(OSLO)
        if "battery_low" in state:
            state["battery_low"] = state["battery"] < 10  # noqa: PLR2004 - percent
        if "voltage" in state:
            state["voltage"] = 2700 + 3 * state["battery"] + (5 if state["battery"] > 50 else 0)  # noqa: PLR2004
        if "illuminance" in state:
            state["illuminance"] = round(max(0.0, 180 - 22 * abs(local.hour - 13)) * self._rng.uniform(0.6, 1.2))
        if "humidity" in state:
            state["humidity"] = round(38 + self._rng.gauss(0, 2), 2)
        if "trigger_count" in state and signal.kind in _MEANS:
            state["trigger_count"] += 1
        state["linkquality"] = self._rng.randint(60, 220)
        state["last_seen"] = _claimed(signal).astimezone(OSLO).isoformat(timespec="seconds")

    def _own(self, signal: Signal) -> Parcel:
        name = signal.device.address
        self._sequence[name] = seq = self._sequence.get(name, 0) + 1
        identity = f"{self._boot}-{seq}"
        at = _claimed(signal).astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        body = {"id": identity, "seq": seq, "kind": signal.kind, "at": at, "value": signal.value}
        road = "alarm" if signal.kind in _ALARMS else "event"
        awaits = None if signal.manner == "garbage" else (name, identity)
        return Parcel(f"carehub/v1/{name}/{road}", json.dumps(body).encode(), 1, retain=False, awaits=awaits)


def _claimed(signal: Signal) -> datetime:
    """When the device says that it happened."""
    return signal.at - _LATE if signal.manner == "late" else signal.at


def availability(device: Device, *, online: bool) -> Parcel:
    """What zigbee2mqtt says of a device when it comes and goes; always retained."""
    payload = b'{"state":"online"}' if online else b'{"state":"offline"}'
    return Parcel(f"{ZIGBEE}/{device.address}/availability", payload, 1, retain=True)


def bridge_online() -> Parcel:
    """What zigbee2mqtt says when it starts."""
    return Parcel(f"{ZIGBEE}/bridge/state", b'{"state":"online"}', 1, retain=True)
