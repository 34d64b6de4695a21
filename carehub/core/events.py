"""What enters the fold: readings made into events, ticks and commands.

These are msgspec structs, not dataclasses, because one is made for every message and
because the fold's state is stored as JSON; the fields are frozen all the same.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from carehub.core.days.usual import Usual
from carehub.core.folding.silence import Silence
from carehub.core.rules.overrides import Override

Value = float | int | str | bool | None


class Reading(Struct, frozen=True, kw_only=True):
    """What a decoder read out of one message, before the hub knows whose device it is.

    Attributes:
        device: The device's own name on its road (a friendly name, an id in a topic).
        kind: An `EventKind` value, or a word that the hub does not know.
        value: A measurement or detail; None where the kind says it all.
        unit: UCUM-like unit of a measurement ("°C", "%", "lx", "W").
        id: The sender's own id for this event, unique per device for ever; None if it has none.
        device_at: When the device says that it happened. A claim, never used for deadlines.
        alarm: True where the message came on an alarm path.
        detail: Words from the device worth keeping, such as zigbee2mqtt's action.
        number: The sender's running number, one more with each message; None if it counts none.
    """

    device: str
    kind: str
    value: Value = None
    unit: str | None = None
    id: str | None = None
    device_at: datetime | None = None
    alarm: bool = False
    detail: str | None = None
    number: int | None = None


class Event(Struct, frozen=True, kw_only=True):
    """One thing that happened, in one place, to (perhaps) one person.

    Attributes:
        seq: The place in the hub's one order; it rises with every event, tick and command.
        at: When the hub received it: the truth for every deadline.
        device_at: When the device says that it happened; a claim.
        scope: The key of the fold: a home, room, ward, device or the hub itself.
        device_class: What the device is to the hub (`DeviceKind`), by the registry at the event's time.
        place: Where inside the scope ("bathroom", "entrance"); None if not said.
        resident: Whom it concerns, as assigned at the event's time; None for a shared or unknown device.
        dedup_key: Made of the sender's own id, and unique for ever: a second row with the same key is a
            redelivery. None for a sender without ids, whose every message is an event of its own.
        body_hash: Short hash of the message, to tell a redelivery from an id used twice.
        delivery: MQTT session, packet id and hash, to recognise a redelivery without an id.
        late: True where the device's claim is well before the hub received it.
        number: The sender's running number; None if it counts none.
        causes: Of what a rule found and another rule is shown: the rules that led to it, the first one first.
    """

    seq: int
    at: datetime
    kind: str
    scope: str
    source: str
    device: str | None = None
    device_class: str | None = None
    resident: str | None = None
    place: str | None = None
    value: Value = None
    unit: str | None = None
    detail: str | None = None
    device_at: datetime | None = None
    alarm: bool = False
    late: bool = False
    dedup_key: str | None = None
    body_hash: str = ""
    delivery: str | None = None
    number: int | None = None
    causes: tuple[str, ...] = ()


class Tick(Struct, frozen=True, kw_only=True):
    """A deadline of the fold has come (or may have: deadlines may be early, never late)."""

    seq: int
    at: datetime
    scope: str


class CommandKind(StrEnum):
    """What people may tell the fold."""

    AWAY = "away"
    """The resident is away until `until`."""
    HOME = "home"
    """The resident is home again."""
    STAFF_PRESENT = "staff_present"
    """Staff are in the room until `until`."""
    STAFF_LEFT = "staff_left"
    CLOCK_SET = "clock_set"
    """Somebody set the clock on the wall: without that it would now be `until`."""
    REASSIGNED = "reassigned"
    """Residents of the scope changed: what was pending no longer holds, nor what was known of whoever lived there."""
    REFITTED = "refitted"
    """Devices of the scope, or one of several who live there, came or went: what was pending no longer holds, and
    what is known of whoever stayed does. Of one device that it names, only what was kept of that is forgotten."""
    ASLEEP = "asleep"
    """The resident has gone to sleep, until `until`."""
    AWAKE = "awake"
    UNHEARD = "unheard"
    """Nothing can be heard of this home until `until`: a silence that it shares with every other."""
    HEARD = "heard"
    REHABILITATION = "rehabilitation"
    """The resident is followed up after a stay in hospital, until `until`."""
    REHABILITATION_ENDED = "rehabilitation_ended"
    DIGITAL_SUPERVISION = "digital_supervision"
    """Rounds of digital supervision are agreed, until `until`."""
    DIGITAL_SUPERVISION_ENDED = "digital_supervision_ended"
    USUAL = "usual"
    """What is usual for one resident, which the command carries; it replaces what was told before."""
    SILENCED = "silenced"
    """Begin the silence that the command carries, or change its terms."""
    SILENCE_ENDED = "silence_ended"
    """End the silence that the command carries: what it held and still holds alerts now."""
    TUNED = "tuned"
    """From now on these decisions about rules hold here, those that the command carries and no others."""


class Command(Struct, frozen=True, kw_only=True):
    """Something a person decided that changes how the fold judges a scope; stored, then folded."""

    seq: int
    at: datetime
    scope: str
    kind: CommandKind
    until: datetime | None = None
    by: str | None = None
    silence: Silence | None = None
    usual: Usual | None = None
    overrides: tuple[Override, ...] = ()
    device: str | None = None


Input = Event | Tick | Command
