"""The village lives: in real time (or faster) over MQTT, or a fortnight of its past at once.

`simulate` knows the hub only as two callables: one that publishes, one that says what comes back.
"""

import asyncio
import heapq
from collections.abc import Awaitable, Callable, Iterator
from datetime import datetime, timedelta
from itertools import chain, takewhile
from typing import NamedTuple

import msgspec

from carehub.village import incidents, wire
from carehub.village.days import OSLO
from carehub.village.homes import directory
from carehub.village.register import ZIGBEE
from carehub.village.scenes import Quiet, Scene
from carehub.village.sensors import Household, Signal, check_ins, households, lived
from carehub.village.wire import Parcel, Wire

Publish = Callable[[str, bytes, int, bool], Awaitable[None]]
"""publish(topic, payload, qos, retain); raises ConnectionError while the broker is away."""
SubscribeAcks = Callable[[Callable[[str, bytes], None]], Awaitable[None]]
"""subscribe_acks(hear): from now on call hear(topic, payload) for each message on carehub/v1/+/ack."""

HABITS_CHANGE_OVER = timedelta(days=14)
_REPEAT_AFTER_S = 5.0
_REPEAT_AT_MOST_S = 60.0
_LOOK_S = 0.5


class PastEvent(NamedTuple):
    """One event of the past, as the hub would have stored it.

    Attributes:
        device: Its address; with `source` it names the device.
        resident: Whom it concerns; None where two live together and the sensor cannot tell.
    """

    device: str
    at: datetime
    kind: str
    place: str | None
    resident: str | None
    source: str
    dwelling: str


def history(seed: int, days: int, end: datetime, *, plain: bool = False) -> Iterator[PastEvent]:
    """The last `days` days before `end`, in order: ordinary life only, nothing that would have been an alarm.

    One resident's nights change slowly over the fortnight before `end`.
    """
    homes = _homes(seed, end, plain=plain)
    each = (_past(home, lived(home, end - timedelta(days=days))) for home in homes)
    return takewhile(lambda event: event.at < end, heapq.merge(*each, key=lambda event: event.at))


def _homes(seed: int, today: datetime, *, plain: bool) -> list[Household]:
    changes_from = (today - HABITS_CHANGE_OVER).astimezone(OSLO).date()
    return households(directory(seed, plain=plain), seed, changes_from)


def _past(home: Household, signals: Iterator[Signal]) -> Iterator[PastEvent]:
    for at, kind, device, _, _ in signals:
        concerned = home.concerned(device)
        yield PastEvent(device.address, at, kind, device.place, concerned, device.source, device.dwelling_id)


async def simulate(  # noqa: PLR0913 - the demonstration's whole table of knobs
    publish: Publish,
    subscribe_acks: SubscribeAcks,
    *,
    seed: int,
    speed: float,
    start: datetime,
    eventful: bool,
    plain: bool,
    stop: asyncio.Event,
) -> None:
    """Live until `stop` is set.

    Args:
        publish: See `Publish`.
        subscribe_acks: See `SubscribeAcks`.
        seed: The same seed and start give the same village.
        speed: Seconds in the village for each second of wall-clock time.
        start: The village's own time at the beginning, aware.
        eventful: Let something happen about every minute of wall-clock time.
        plain: Topics without spaces, for NATS.
        stop: Set it to end the simulation.
    """
    posts = Postman(publish)
    await subscribe_acks(posts.hear)
    homes = _homes(seed, start, plain=plain)
    for parcel in _greetings(homes):
        await posts.send(parcel)
    signals = story(homes, seed, start, speed, eventful=eventful)
    async with asyncio.TaskGroup() as together:
        repeating = together.create_task(posts.repeat_for_ever())
        await _live(posts, Wire(seed, start), signals, start, speed, stop)
        repeating.cancel()


def _greetings(homes: list[Household]) -> Iterator[Parcel]:
    yield wire.bridge_online()
    devices = (device for home in homes for device in home.devices)
    yield from (wire.availability(device, online=True) for device in devices if device.source == ZIGBEE)


async def _live(
    posts: "Postman", wires: Wire, signals: Iterator[Signal], start: datetime, speed: float, stop: asyncio.Event
) -> None:
    began = asyncio.get_running_loop().time()
    for signal in signals:
        due = began + (signal.at - start).total_seconds() / speed
        if await _stopped_before(due, stop):
            return
        for parcel in wires.parcels(signal):
            await posts.send(parcel)


async def _stopped_before(due: float, stop: asyncio.Event) -> bool:
    """Wait until the loop's clock says `due`; True when we were asked to stop meanwhile."""
    left = due - asyncio.get_running_loop().time()
    if left <= 0:
        await asyncio.sleep(0)
        return stop.is_set()
    try:
        async with asyncio.timeout(left):
            return await stop.wait()
    except TimeoutError:
        return False


def story(homes: list[Household], seed: int, start: datetime, speed: float, *, eventful: bool) -> Iterator[Signal]:
    """Everything that is noticed from `start` on, in order: ordinary life with the incidents in it."""
    life = [lived(home, start) for home in homes]
    signs = [check_ins(device, start, seed) for home in homes for device in home.devices]
    ordinary = heapq.merge(*life, *signs, key=_when)
    played = incidents.eventful(seed, start, homes, speed) if eventful else incidents.as_in_life(seed, start, homes)
    return _woven(ordinary, chain(incidents.first_presses(seed, start, homes, speed), played))


def _when(signal: Signal) -> datetime:
    return signal.at


def _woven(ordinary: Iterator[Signal], played: Iterator[Scene]) -> Iterator[Signal]:
    """Ordinary signals and scenes as one stream. A scene begins at its start, and silences what it displaces."""
    waiting: list[tuple[datetime, int, Signal]] = []
    quiet: list[Quiet] = []
    following, place = next(played), 0
    for signal in ordinary:
        while following.start <= signal.at:
            quiet = [each for each in (*quiet, following.quiet) if each and each.end > signal.at]
            for each in following.signals:
                place += 1
                heapq.heappush(waiting, (each.at, place, each))
            following = next(played)
        while waiting and waiting[0][0] <= signal.at:
            yield heapq.heappop(waiting)[2]
        if not any(each.covers(signal) for each in quiet):
            yield signal


class _Ack(msgspec.Struct):
    id: str
    status: str


class _Unanswered(NamedTuple):
    parcel: Parcel
    due: float
    pause: float


class Postman:
    """Publishes; and repeats what our own devices sent until the hub says that it is stored."""

    def __init__(self, publish: Publish) -> None:
        self._publish = publish
        self._unanswered: dict[tuple[str, str], _Unanswered] = {}

    @property
    def unanswered(self) -> int:
        """How many messages the hub has not acknowledged yet."""
        return len(self._unanswered)

    async def send(self, parcel: Parcel) -> None:
        """Publish once; what awaits an answer is remembered first, since the answer may be quick."""
        if parcel.awaits and parcel.awaits not in self._unanswered:
            self._remember(parcel, _REPEAT_AFTER_S)
        try:
            await self._publish(parcel.topic, parcel.payload, parcel.qos, parcel.retain)
        except ConnectionError:
            # A Zigbee message is lost then, as it would be; our own devices try again.
            return

    def _remember(self, parcel: Parcel, pause: float) -> None:
        if parcel.awaits:
            due = asyncio.get_running_loop().time() + pause
            self._unanswered[parcel.awaits] = _Unanswered(parcel, due, pause)

    def hear(self, topic: str, payload: bytes) -> None:
        """An acknowledgement; anything that is none is ignored, as a small device would."""
        try:
            ack = msgspec.json.decode(payload, type=_Ack)
        except msgspec.DecodeError:
            return
        if ack.status == "stored":
            self._unanswered.pop((topic.split("/")[2], ack.id), None)

    async def repeat_for_ever(self) -> None:
        """Send again what is due: after 5 seconds, then after twice as long each time, at most every minute."""
        while True:
            await asyncio.sleep(_LOOK_S)
            await self.repeat_due(asyncio.get_running_loop().time())

    async def repeat_due(self, now: float) -> None:
        """Send each message again whose answer is overdue, the same bytes with the same id."""
        for parcel, due, pause in tuple(self._unanswered.values()):
            if due <= now:
                self._remember(parcel, min(2 * pause, _REPEAT_AT_MOST_S))
                await self.send(parcel)
