"""The village's devices as an installer leaves them: what each is, what carries it, and whether its alarm was tried."""

from datetime import date, datetime, timedelta

from carehub.core.watching.supervision import LIFE_CRITICAL, DeviceKind
from carehub.store import tables
from carehub.store.tables.places import DeviceStatus
from carehub.village.fittings import CORD, PENDANT, RADAR, SMOKE
from carehub.village.register import OWN, Device

_KINDS = {
    PENDANT: DeviceKind.BUTTON, CORD: DeviceKind.CORD, RADAR: DeviceKind.FALL, SMOKE: DeviceKind.SMOKE,
}  # fmt: skip
_BEARERS: tuple[tuple[str, date | None], ...] = (("4G", None), ("2G", date(2027, 12, 31)), ("4G", None))
_OPERATORS = ("Telenor", "Telia")
_ONE_IN, _WHICH = 60, 7
_NEW = timedelta(hours=2)


def kind_of(one: Device) -> DeviceKind:
    """What a device of the village is."""
    return _KINDS.get(one.model, DeviceKind.SENSOR)


def is_new(one: Device) -> bool:
    """One in sixty alarms was put up today, and nobody has tried it yet."""
    return kind_of(one) in LIFE_CRITICAL and _number(one) % _ONE_IN == _WHICH


def stands_since(one: Device, moved_in: datetime, now: datetime) -> datetime:
    """Since when a device stands where it is."""
    return now - _NEW if is_new(one) else moved_in


def fitted(one: Device, now: datetime) -> tables.Device:
    """A device as it stands in the hub's register."""
    bearer, ends = _BEARERS[_number(one) % len(_BEARERS)] if one.source == OWN else ("Zigbee", None)
    return tables.Device(
        id=one.id, source=one.source, address=one.address, label=one.label, model=one.model, can_alarm=one.can_alarm,
        kind=kind_of(one), status=DeviceStatus.NOT_IN_SERVICE if is_new(one) else DeviceStatus.IN_SERVICE,
        tested_at=None if is_new(one) else now - timedelta(days=_number(one) % 29), bearer=bearer,
        operator=_OPERATORS[_number(one) % 2] if one.source == OWN else None, bearer_ends_on=ends,
        expected_interval_s=one.expected_interval_s, first_seen_at=now, last_seen_at=now,
    )  # fmt: skip


def _number(one: Device) -> int:
    return int(one.id.rpartition("-")[2])
