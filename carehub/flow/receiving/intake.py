"""Part of station 1: from a message to drafts of events, before anything is stored."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

from msgspec import Struct, structs

from carehub.contracts import DecodeError, Message, Source
from carehub.core.events import Event, Reading
from carehub.core.kinds import KNOWN_KINDS, LIFE_SAFETY, PRESSES, EventKind
from carehub.core.rules.chains import FOUND
from carehub.kit.ids import new_id
from carehub.store.registry import KnownDevice, Registry, unknown_scope

MAX_PAYLOAD = 8192
LATE_AFTER = timedelta(minutes=5)
OLDEST_CLAIM = timedelta(days=30)
_LONGEST_NAME, _LONGEST_KIND, _LONGEST_UNIT, _LONGEST_DETAIL = 200, 60, 20, 400
_LONGEST_IN_KEY = 140
_KNOWN = {kind: kind for kind in KNOWN_KINDS}
"""One plain text for each kind: a member of the enum is slow for the store, and a copy is hashed anew by each rule."""


@dataclass(slots=True)
class Road:
    """Where messages on one topic come from: looked up once, then remembered."""

    source: Source
    address: str | None
    device: KnownDevice | None
    alarm_path: bool

    @property
    def urgent(self) -> bool:
        """Whether a message here may be an alarm, and so goes to the head of the queue."""
        return self.alarm_path and (self.device is None or self.device.can_alarm)


@dataclass(slots=True)
class Letter:
    """A message that cannot be read, kept as it came."""

    message: Message
    source: str
    error: str
    alarm_path: bool
    address: str | None


class Draft(Struct):
    """What one message became; a struct, since one is made for every message.

    Attributes:
        events: Without their final `seq`.
        ids: The sender's own ids, for the reply after the commit.
    """

    message: Message
    source: Source
    events: list[Event] = []
    ids: list[str] = []
    letter: Letter | None = None

    @property
    def may_be_an_alarm(self) -> bool:
        """Whether a life may hang on this one."""
        if self.letter is not None and self.letter.alarm_path:
            return True
        for event in self.events:  # noqa: SIM110 - any() costs a generator for each message
            if not is_telemetry(event):
                return True
        return False


@dataclass(slots=True)
class Intake:
    """Reads messages against the registry. Knows the roads, not the store."""

    sources: Sequence[Source]
    registry: Registry
    roads: dict[str, Road] = field(default_factory=dict)
    unknown: dict[str, KnownDevice] = field(default_factory=dict)
    """Devices heard for the first time since the last commit."""

    def road(self, topic: str) -> Road | None:
        """The road of a topic; None when no source speaks it."""
        found = self.roads.get(topic)
        if found is None:
            found = self._find_road(topic)
            if found is not None and len(self.roads) < 50_000:  # noqa: PLR2004 - bounded: topics come from outside
                self.roads[topic] = found
        return found

    def _find_road(self, topic: str) -> Road | None:
        for source in self.sources:
            if any(matches(pattern, topic) for pattern in source.filters):
                address = source.device_of(topic)
                device = self.registry.devices.get((source.name, listed_name(address))) if address else None
                return Road(source, address, device, source.is_alarm_path(topic))
        return None

    def read(self, message: Message) -> Draft | None:
        """Decode one message and say whose it is; None when no source speaks its topic."""
        road = self.road(message.topic)
        if road is None:
            return None
        draft = Draft(message, road.source)
        too_large = len(message.payload) > MAX_PAYLOAD
        if too_large and road.address is None:
            return draft  # a gateway's own long list (zigbee2mqtt/bridge/devices) tells of no resident
        try:
            if too_large:
                raise DecodeError(f"{len(message.payload)} bytes; at most {MAX_PAYLOAD} are read.")  # noqa: TRY301
            readings = road.source.decode(message)
        except DecodeError as error:
            draft.letter = Letter(message, road.source.name, str(error)[:400], road.urgent, road.address)
            return draft
        if message.again is not None:
            readings = message.again.dated(readings)
        body = blake2b(message.payload, digest_size=8).hexdigest()
        for reading in readings:
            draft.events.append(self._event(message, road, reading, body))
            if reading.id is not None and not message.retain:
                draft.ids.append(reading.id)
        return draft

    def _event(self, message: Message, road: Road, reading: Reading, body: str) -> Event:
        device = road.device
        if device is None or device.address != reading.device:
            device = self._device(road.source.name, reading.device)
            if reading.device == road.address:
                road.device = device
        at = message.received_at
        claim = _claim(reading.device_at, at)
        place = device.at(claim or at)
        scope = place.scope if place else unknown_scope(device.id)
        resident = place.resident if place and place.resident else self.registry.resident_of(scope, claim or at)
        event = Event(  # with more than 15 arguments Python first makes a dictionary of them: five times as slow
            seq=0,
            at=at,
            kind=_kind(reading.kind, device),
            scope=scope,
            source=road.source.name,
            device=device.id,
            device_class=device.device_class,
            resident=resident,
            place=place.place if place else None,
            value=reading.value,
            alarm=reading.alarm,
            late=claim is not None,
            body_hash=body if reading.id is None else _said(reading),
            delivery=delivery_of(message, body) if reading.id is None and message.mid else None,
        )
        is_plain = reading.unit is None and reading.detail is None and reading.device_at is None
        if is_plain and reading.id is None and reading.number is None:
            return event
        return structs.replace(
            event,
            unit=reading.unit and reading.unit[:_LONGEST_UNIT],
            detail=reading.detail and reading.detail[:_LONGEST_DETAIL],
            device_at=reading.device_at,
            # a retained copy is no alarm, so it must not use up the id of the alarm that is still to come
            dedup_key=None if reading.id is None or message.retain else _dedup_key(road.source.name, reading, device),
            number=reading.number,
        )

    def _device(self, source: str, name: str) -> KnownDevice:
        address = listed_name(name)
        known = self.registry.devices.get((source, address))
        if known is None:
            known = KnownDevice(new_id(), address, source, can_alarm=True)
            self.registry.devices[source, address] = known
            self.unknown[known.id] = known
        return known

    def set_aside(self, message: Message, error: str) -> Letter:
        """A message that could be read and not stored, as a letter."""
        road = self.road(message.topic)
        if road is None:
            return Letter(message, "unknown", error, alarm_path=False, address=None)
        return Letter(message, road.source.name, error, road.urgent, road.address)

    def unreadable(self, letter: Letter) -> Event:
        """An unreadable message on an alarm path is itself an alarm (invariant 2)."""
        device = self._device(letter.source, letter.address or letter.message.topic)
        at = letter.message.received_at
        place = device.at(at)
        scope = place.scope if place else unknown_scope(device.id)
        resident = place.resident if place and place.resident else self.registry.resident_of(scope, at)
        return Event(
            seq=0, at=at, kind=EventKind.ALARM_UNREADABLE, scope=scope, source=letter.source,
            device=device.id, resident=resident, place=place.place if place else None, alarm=True,
        )  # fmt: skip

    def listed_address(self, device: str | None) -> str | None:
        """The device's own name, by its id."""
        return next((address for (_, address), one in self.registry.devices.items() if one.id == device), None)

    def reload(self, registry: Registry) -> None:
        """Take a new registry: every road is looked up again.

        A device that was heard while the registry was being read is not in it; listed twice it would stop the hub.
        """
        for key, device in self.registry.devices.items():
            registry.devices.setdefault(key, device)
        self.registry = registry
        self.roads.clear()


def _claim(device_at: datetime | None, at: datetime) -> datetime | None:
    """The device's own time where it tells of a past that matters; None where the hub's time serves."""
    if device_at is None or not at - OLDEST_CLAIM < device_at < at - LATE_AFTER:
        return None
    return device_at


def _kind(kind: str, device: KnownDevice) -> str:
    """A press on what the registry knows as no alarm is the use of a switch, and must not wake anybody.

    What a rule has found only the hub can say.
    """
    if not device.can_alarm and kind in PRESSES:
        return EventKind.SWITCH_PRESSED.value
    known = _KNOWN.get(kind)
    if known is not None:
        return known
    return (f"device.{kind}" if kind.startswith(FOUND) else kind)[:_LONGEST_KIND]


def listed_name(name: str) -> str:
    """The name under which a device is listed: its own, or cut and with a hash where no column could hold it."""
    if len(name) <= _LONGEST_NAME and name.isprintable():
        return name
    hashed = blake2b(name.encode(errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{plain(name, _LONGEST_NAME - 20)}#{hashed}"


def plain(text: str, most: int) -> str:
    """At most so many signs of a text from outside, without what a database refuses (NUL, half a pair)."""
    cut = text[:most]
    return cut if cut.isprintable() else "".join(sign if sign.isprintable() else "?" for sign in cut)


def _dedup_key(source: str, reading: Reading, device: KnownDevice) -> str:
    """Unique for ever per device and its own id; without an id each message is an event of its own."""
    name = reading.device if len(reading.device) <= _LONGEST_IN_KEY else device.id
    return f"{source}/{name}/{reading.id}"[:250]


def _said(reading: Reading) -> str:
    """Short hash of what a sender with ids said, so that the same by another road (MQTT, HTTP) is the same."""
    words = f"{reading.kind}|{reading.value!r}|{reading.unit}|{reading.device_at}|{reading.detail}"
    return blake2b(words.encode(errors="surrogatepass"), digest_size=8).hexdigest()


def delivery_of(message: Message, body: str) -> str:
    """What an MQTT redelivery shares with the first delivery: session, packet id and content."""
    return f"{message.session}:{message.mid}:{body}"[:120]


def letter_delivery(message: Message) -> str:
    """What an unreadable message shares with its redelivery."""
    return delivery_of(message, f"letter-{blake2b(message.payload, digest_size=8).hexdigest()}")


def letter_row(letter: Letter, seq: int | None) -> dict[str, object]:
    """An unreadable message as its row; `seq` is the event that it became, if it became one."""
    message = letter.message
    return {
        "id": new_id(), "at": message.received_at, "source": letter.source, "topic": plain(message.topic, 400),
        "payload": message.payload, "error": plain(letter.error, 400), "alarm_path": letter.alarm_path,
        "delivery": letter_delivery(message) if message.mid else None, "event_seq": seq,
        "retained": message.retain,
    }  # fmt: skip


def used_twice(event: Event, index: int) -> Event:
    """The same event under a key of its own: its id was used before for something else."""
    return structs.replace(event, dedup_key=f"{(event.dedup_key or '')[:200]}#{event.body_hash}#{index}")


def is_telemetry(event: Event) -> bool:
    """Whether nobody's life hangs on this one."""
    return not event.alarm and event.kind not in LIFE_SAFETY


def matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT subscription filter takes a topic."""
    wanted, given = pattern.split("/"), topic.split("/")
    for position, level in enumerate(wanted):
        if level == "#":
            return True
        if position >= len(given) or level not in {"+", given[position]}:
            return False
    return len(wanted) == len(given)
