"""A night at the hub: real store, rules and sources, a clock set by hand, and telephones that record.

Every name, address and note in the register is a canary: the night ends with a look through all
notices, and fails if one of them sings (invariant 11).
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import func
from sqlmodel import SQLModel, col, select

from carehub.contracts import Channel, Fate, Message, OutgoingNotice, Receipt
from carehub.core.answers.alerts import Aftermath, Cause, Contact, Status, Step
from carehub.core.events import CommandKind
from carehub.core.people.access import Role
from carehub.core.rules.rulebook import Rulebook
from carehub.flow import deliver, respond
from carehub.flow.answering import replies, teamwork
from carehub.flow.hub import Hub
from carehub.flow.ingest import Ingest
from carehub.flow.receiving.intake import Intake
from carehub.flow.respond import Answer
from carehub.flow.worker import Worker
from carehub.kit.ids import new_id
from carehub.plugins import load_rulebook, load_sources
from carehub.store import alerts, ledger, people, registry, stream, tables
from carehub.store.database import Database, Session
from carehub.store.residencies import events_of_anybody
from carehub.store.tables.alerts import NoticeState
from carehub.store.tables.places import DeviceStatus, ScopeKind, UnitKind

ROOT = Path(__file__).parents[2]
OSLO = ZoneInfo("Europe/Oslo")
NIGHT = datetime(2026, 1, 15, 1, 14, tzinfo=UTC)  # 02:14 in Oslo
PUBLIC = "https://hub.example"
INGRID, MARIA, TOR, KARI = "+4790000001", "+4790000002", "+4790000003", "+4790000004"
_NAMES = {INGRID: "ingrid", MARIA: "maria", TOR: "tor", KARI: "kari"}
SOURCES = ("integrations.sources.zigbee2mqtt", "integrations.sources.carehub_v1")
CANARY = "kanari"
_T = TypeVar("_T")
_HEALTH_WORDS = ("fall", "demens", "røyk", "brann", "toalett", "seng", "syk", "diabetes")


# --- the edges -------------------------------------------------------------------------------


class Clock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, now: datetime = NIGHT) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **delta: float) -> datetime:
        """Let time pass; gives the new moment."""
        self.now += timedelta(**delta)
        return self.now


Behaviour = Callable[[OutgoingNotice], Receipt | None]
"""What a telephone network does with a notice; None lets it hang until it is let go."""


def accepts(_: OutgoingNotice) -> Receipt:
    return Receipt(fate=Fate.ACCEPTED)


def refuses_for_now(after_s: float | None = None) -> Behaviour:
    return lambda _: Receipt(fate=Fate.FAILED_FOR_NOW, reason="HTTP 429", retry_after_s=after_s)


def refuses_for_good(_: OutgoingNotice) -> Receipt:
    return Receipt(fate=Fate.FAILED_FOR_GOOD, reason="the number is not in use")


def breaks(_: OutgoingNotice) -> Receipt:
    raise ConnectionResetError("the line broke")


def hangs(_: OutgoingNotice) -> None:
    return None


@dataclass
class Recorder:
    """A channel that writes down what it was asked to send."""

    name: ClassVar[str] = "recorder"
    heard_within_s: ClassVar[float | None] = 60.0
    clock: Clock
    sent: list[tuple[datetime, OutgoingNotice]] = field(default_factory=list)
    tried: list[tuple[datetime, OutgoingNotice]] = field(default_factory=list)

    async def close(self) -> None:
        """Nothing is held."""


@dataclass
class Phones(Recorder):
    """SMS as a provider sends it: accepted first, reported delivered afterwards, or anything else on demand."""

    name: ClassVar[str] = "sms"
    network: dict[str, Behaviour] = field(default_factory=dict)
    """By number; others are accepted."""
    silent: set[str] = field(default_factory=set)
    """Numbers whose delivery is never reported."""
    unreported: list[str] = field(default_factory=list)
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    _numbers: Iterable[int] = field(default_factory=lambda: count(1))

    async def send(self, notice: OutgoingNotice) -> Receipt:
        self.tried.append((self.clock.now, notice))
        receipt = self.network.get(notice.address, accepts)(notice)
        if receipt is None:
            await self.let_go.wait()
            receipt = accepts(notice)
        if receipt.fate is not Fate.ACCEPTED:
            return receipt
        self.sent.append((self.clock.now, notice))
        reference = receipt.reference or f"SM{next(iter(self._numbers))}"
        if not receipt.reference and notice.address not in self.silent:
            self.unreported.append(reference)
        return Receipt(fate=Fate.ACCEPTED, reference=reference)


@dataclass
class Tablets(Recorder):
    """The screens in the wards: they have a notice at once."""

    name: ClassVar[str] = "tablet"

    async def send(self, notice: OutgoingNotice) -> Receipt:
        self.sent.append((self.clock.now, notice))
        return Receipt(fate=Fate.DELIVERED, reference=notice.id)


@dataclass
class Mail(Tablets):
    """A second way to reach a person, which never fails."""

    name: ClassVar[str] = "mail"


@dataclass
class Road:
    """A broker's side of the connection: what it was told is safe, and what was replied."""

    acknowledged: list[Message] = field(default_factory=list)
    replies: list[tuple[str, bytes]] = field(default_factory=list)

    async def run(self, deliver: Callable[[Message], None]) -> None:
        """Nothing comes by itself."""

    def acknowledge(self, messages: Sequence[Message]) -> None:
        self.acknowledged += messages

    def reply(self, topic: str, payload: bytes) -> None:
        self.replies.append((topic, payload))

    async def publish(self, topic: str, payload: bytes, *, qos: int = 0, retain: bool = False) -> None:
        """Nobody listens."""


# --- the register ----------------------------------------------------------------------------


async def furnish(session: Session, now: datetime) -> None:
    """A ward with two on duty and one at home, a zone with one on duty, four homes."""
    since = now - timedelta(days=400)
    sol = tables.Unit(id="sol", name=f"{CANARY}-sol", kind=UnitKind.WARD)
    await add(session, sol, tables.Unit(id="nord", name=f"{CANARY}-nord", kind=UnitKind.ZONE))
    staff = _people()
    homes = (("anna", "sol"), ("bjarne", "sol"), ("par", "nord"), ("tom", "nord"))
    lives = (("anna", "anna"), ("bjarne", "bjarne"), ("kåre", "par"), ("liv", "par"))
    await add(session, *staff, *(_home(f"home:{home}", unit) for home, unit in homes))
    await add(session, *(people.telephone(one, since) for one in staff if one.role is Role.NURSE))
    await add(session, *(_resident(who) for who, _ in lives), *(_device(one[0], one[1], now) for one in _DEVICES))
    for who, home in lives:
        session.add(tables.Residency(id=new_id(), resident_id=who, scope_id=f"home:{home}", since=since))
    for _, address, home, owner, place in _DEVICES:
        session.add(
            tables.Assignment(
                id=new_id(), device_id=address, scope_id=f"home:{home}", resident_id=owner, place=place, since=since
            )
        )
    await session.flush()


_DEVICES = (
    ("carehub_v1", "knapp-anna", "anna", None, "bedroom"),
    ("carehub_v1", "knapp-bjarne", "bjarne", None, "bedroom"),
    ("carehub_v1", "knapp-kåre", "par", "kåre", None),
    ("carehub_v1", "knapp-liv", "par", "liv", None),
    ("zigbee2mqtt", "dør", "anna", None, "entrance"),
    ("zigbee2mqtt", "gang", "anna", None, "hall"),
    ("zigbee2mqtt", "røyk", "anna", None, "kitchen"),
    ("zigbee2mqtt", "ringeknapp", "anna", None, "bathroom"),
    ("zigbee2mqtt", "røyk-par", "par", None, "kitchen"),
)


async def add(session: Session, *rows: SQLModel) -> None:
    session.add_all(rows)
    await session.flush()


def person(name: str, unit: str | None, phone: str | None, *, on_duty: bool) -> tables.Person:
    return tables.Person(
        id=name, name=f"{CANARY}-{name}", username=name, role=Role.NURSE, unit_id=unit, phone=phone, on_duty=on_duty
    )


def _people() -> list[tables.Person]:
    return [
        person("ingrid", "sol", INGRID, on_duty=True),
        person("maria", "sol", MARIA, on_duty=True),
        person("tor", "sol", TOR, on_duty=False),
        person("kari", "nord", KARI, on_duty=True),
        tables.Person(id="datter", name=f"{CANARY}-datter", username="datter", role=Role.RELATIVE, phone="+4799999999"),
    ]


def _home(scope: str, unit: str) -> tables.Scope:
    return tables.Scope(
        id=scope, kind=ScopeKind.HOME, name=f"{CANARY}gata 5", unit_id=unit, access_note=f"{CANARY} nøkkelboks 1234"
    )


def _resident(who: str) -> tables.Resident:
    return tables.Resident(
        id=who, given_name=f"{CANARY}-{who}", family_name=f"{CANARY}sen", national_id="15012512345",
        phone="+4740000000", born_year=1931, note=f"{CANARY} demens",
    )  # fmt: skip


def _device(source: str, address: str, now: datetime) -> tables.Device:
    return tables.Device(
        id=address, source=source, address=address, label=f"{CANARY} etikett", model=f"{CANARY}-modell",
        status=DeviceStatus.IN_SERVICE, first_seen_at=now, last_seen_at=now,
    )  # fmt: skip


@cache
def shipped() -> Rulebook:
    """The rulebook that ships."""
    rulebook, faults = load_rulebook(ROOT / "rules", "Europe/Oslo")
    if faults:
        raise AssertionError(faults)
    return rulebook


# --- the night -------------------------------------------------------------------------------


class Night:
    """One hub on one database, with time that passes only when a test says so."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database, self.clock = database, clock
        self.phones, self.tablets = Phones(clock), Tablets(clock)
        self.road = Road()
        self.rulebook = shipped()
        self.mail = Mail(clock)
        self.channels: dict[str, Channel] = {"sms": self.phones, "tablet": self.tablets, "mail": self.mail}
        self.lines_are_real = False
        """Whether a provider is a program of its own, slower on a busy machine than the hub waits before it goes on."""
        self._ids = count(1)
        self.hub: Hub
        self.ingest: Ingest
        self.worker: Worker

    async def start(self, *, intake: Intake | None = None) -> None:
        """Build the hub as the composition root does; after a `die` this is the restart."""
        self.hub = Hub(
            database=self.database, clock=self.clock, zone=OSLO, public_url=PUBLIC, municipality="Marker",
            rulebook=self.rulebook, sources=load_sources(SOURCES), channels=self.channels,
        )  # fmt: skip
        intake = intake or Intake(self.hub.sources, await self.registry())
        self.ingest = Ingest(self.hub, intake, self.road)
        if not await self.ingest.own(f"hub-{new_id()[:6]}", alone=True):
            raise AssertionError("the scopes are not ours")
        self.hub.command = self.ingest.command
        self.ingest.tick(intake.registry.units)
        self.worker = Worker(self.hub, self.ingest, breath_s=0)

    async def die(self) -> None:
        """A power cut: whatever was under way is forgotten."""
        under_way = [*getattr(self.hub, "sending", ())]
        for task in under_way:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    async def registry(self) -> registry.Registry:
        async with self.database.read() as session:
            return await registry.load(session)

    async def reload(self) -> None:
        self.ingest.intake.reload(await self.registry())

    # --- what comes in ---

    def message(self, topic: str, payload: object, **more: Any) -> Message:
        raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        given = {"received_at": self.clock(), "session": "mqtt1", "mid": next(self._ids), "token": object(), **more}
        return Message(topic=topic, payload=raw, **given)

    def pressed(self, device: str = "knapp-anna", **body: Any) -> Message:
        """An alarm button of our own."""
        fields = {"id": f"trykk-{next(self._ids)}", "kind": "button.pressed", "at": self.clock().isoformat(), **body}
        return self.message(f"carehub/v1/{device}/alarm", fields)

    async def hear(self, *messages: Message) -> None:
        """Messages arrive together; the stations do all that can be done now."""
        for one in messages:
            self.ingest.deliver(one)
        await self.work()

    async def press(self, device: str = "knapp-anna", **body: Any) -> None:
        await self.hear(self.pressed(device, **body))

    async def fold(self) -> None:
        """Station 1 until nothing waits."""
        while self.ingest.waiting:
            await self.ingest.step()

    async def command(self, scope: str, kind: CommandKind, **more: Any) -> None:
        """A person decides something; returns when the fold has it."""
        await self.while_folding(self.ingest.command(scope, kind, **more))

    async def while_folding(self, doing: Coroutine[Any, Any, _T]) -> _T:
        """What waits for the fold is done beside it; gives what came of it."""
        task = asyncio.ensure_future(doing)
        while not task.done():
            await asyncio.sleep(0)
            await self.fold()
            await asyncio.wait([task], timeout=0.001)
        return await task

    async def reach_by_mail(
        self, who: str, address: str, *, verified: bool = True, disabled_reason: str | None = None
    ) -> None:
        """A second way to reach somebody, after their telephone."""
        async with self.database.write() as session:
            await add(
                session,
                tables.ContactMethod(
                    id=new_id(), person_id=who, channel="mail", address=address, position=1, created_at=self.clock(),
                    verified_at=self.clock() if verified else None, disabled_reason=disabled_reason,
                ),
            )  # fmt: skip

    # --- the stations, as the worker wakes them ---

    async def work(self) -> None:
        """Fold, escalate, deliver; then the provider reports what arrived."""
        await self.fold()
        await self.worker._escalate()
        await self.worker._deliver()
        while self.lines_are_real and self.hub.sending:
            await asyncio.gather(*self.hub.sending)
            await self.worker._deliver()
        while self.phones.unreported:
            reference = self.phones.unreported.pop(0)
            await deliver.receive_status(self.hub, reference, "delivered", None, Fate.DELIVERED)

    async def pass_time(self, minutes: float = 0, *, seconds: float = 0) -> None:
        """Let time pass; the stations are woken whenever something is due."""
        end = self.clock() + timedelta(minutes=minutes, seconds=seconds)
        await self._wake()
        while (moment := await self._next_moment()) is not None and moment <= end:
            self.clock.now = max(moment, self.clock.now + timedelta(milliseconds=1))
            await self._wake()
        self.clock.now = max(end, self.clock.now)
        await self._wake()

    async def _wake(self) -> None:
        await self.worker._tick()
        await self.work()

    async def _next_moment(self) -> datetime | None:
        notice = tables.Notice
        asked = select(
            func.min(notice.not_before).filter(col(notice.state) == NoticeState.WAITING),
            func.min(notice.lease_until).filter(col(notice.state) == NoticeState.SENDING),
            func.min(notice.pass_on_at),
        )
        async with self.database.read() as session:
            of_notices = (await session.exec(asked)).one()
            moments = [*of_notices, await stream.next_deadline(session), await alerts.next_due(session)]
        return min((moment for moment in moments if moment is not None), default=None)

    # --- what people do ---

    async def take(self, who: str, number: int = 0) -> Answer:
        return await self._do(respond.take, who, number)

    async def arrive(self, who: str, number: int = 0) -> Answer:
        return await self._do(respond.arrive, who, number)

    async def release(self, who: str, number: int = 0) -> Answer:
        return await self._do(respond.release, who, number)

    async def close(
        self, who: str, number: int = 0, *, aftermath: Aftermath = Aftermath.HELPED_ON_SITE,
        contact: Contact | None = None,
    ) -> Answer:  # fmt: skip
        alert = (await self.alerts())[number]
        async with self.database.write() as session:
            return await respond.close(
                session, alert.id, who, self.clock(), cause=Cause.TOILET, aftermath=aftermath, contact=contact
            )

    async def confirm(self, who: str, number: int = 0) -> Answer:
        return await self._do(respond.confirm, who, number)

    async def undo(self, who: str, number: int = 0) -> Answer:
        return await self._do(respond.undo, who, number)

    async def hand_over(self, who: str, to: str, number: int = 0) -> Answer:
        alert = (await self.alerts())[number]
        async with self.database.write() as session:
            return await teamwork.hand_over(self.hub, session, alert.id, who, to, self.clock())

    async def call_help(self, who: str, number: int = 0) -> Answer:
        alert = (await self.alerts())[number]
        async with self.database.write() as session:
            return await teamwork.call_help(self.hub, session, alert.id, who, self.clock())

    async def _do(self, action: Any, who: str, number: int) -> Answer:
        alert = (await self.alerts())[number]
        async with self.database.write() as session:
            answer: Answer = await action(session, alert.id, who, self.clock())
        return answer

    async def reply(self, sender: str, body: str) -> str:
        """An SMS comes in; gives the words that are answered."""
        return await replies.receive_reply(self.hub, sender, body)

    def code_for(self, number: str, place: int = -1) -> str:
        """The code in one of the texts that this number was sent."""
        texts = [notice.text for _, notice in self.phones.sent if notice.address == number and "koden" in notice.text]
        return texts[place].rsplit(" ", 1)[-1]

    # --- what became of it ---

    @property
    def told(self) -> list[str]:
        """Every SMS that went out: local time, who, and which step."""
        return [f"{_hour(at)} {_NAMES.get(n.address, n.address)} {_sort(n.text)}" for at, n in self.phones.sent]

    @property
    def shown(self) -> list[str]:
        """Every notice on a tablet: local time, and which unit's."""
        return [f"{_hour(at)} {notice.address}" for at, notice in self.tablets.sent]

    async def rows(self, table: type[SQLModel], *order: Any) -> list[Any]:
        async with self.database.read() as session:
            return list((await session.exec(select(table).order_by(*order))).all())

    async def alerts(self) -> list[tables.Alert]:
        """The oldest first; of those of one moment the closed ones first."""
        alert = tables.Alert
        return await self.rows(alert, alert.raised_at, col(alert.due_at).is_not(None), alert.dedup_key)

    async def the_alert(self) -> tables.Alert:
        """The one alert there is."""
        (alert,) = await self.alerts()
        return alert

    async def kinds(self) -> list[str]:
        """Of every alert, the oldest first."""
        return [alert.kind for alert in await self.alerts()]

    async def events(self) -> list[tables.Event]:
        return await self.rows(tables.Event, tables.Event.seq)

    async def letters(self) -> list[tables.DeadLetter]:
        return await self.rows(tables.DeadLetter, tables.DeadLetter.at)

    async def notices(self) -> list[tables.Notice]:
        return await self.rows(tables.Notice, tables.Notice.created_at, tables.Notice.id)

    async def journal(self) -> list[str]:
        """Every step of every alert, with its words."""
        steps = await self.rows(tables.AlertStep, tables.AlertStep.id)
        return [f"{_hour(step.at)} {step.step.value}{': ' + step.text if step.text else ''}" for step in steps]

    async def outcomes(self) -> dict[str, int]:
        async with self.database.read() as session:
            return await ledger.outcomes(session)

    async def check_the_promises(self) -> None:
        """What must hold after every night, whatever happened in it."""
        notice, alert, event = tables.Notice, tables.Alert, tables.Event
        lost = select(alert.id).where(alert.status != Status.CLOSED, col(alert.due_at).is_(None))
        async with self.database.read() as session:
            notices = (await session.exec(select(notice))).all()
            assert (await session.exec(lost)).all() == []
            events = (await session.exec(select(event.seq, event.resident_id))).all()
            assert sum((await ledger.outcomes(session)).values()) == len(events)
            found = set((await session.exec(select(event.seq).where(events_of_anybody()))).all())
            answered = (await session.exec(select(alert.id, alert.answered_at))).all()
            steps_say = dict((await session.exec(_FIRST_ANSWERS)).all())
        assert {one: at for one, at in answered if at} == steps_say  # what stands beside an alert is what befell it
        assert found == {seq for seq, resident in events if resident is not None}
        for one in notices:
            said = re.sub(": [0-9A-Z]{6}$", "", one.text).casefold()  # a random code may spell anything
            assert not [word for word in (CANARY, *_HEALTH_WORDS) if word in said], one.text
        steps = [(one.alert_id, one.cycle, one.channel, one.address) for one in notices]
        assert len(steps) == len(set(steps))


_FIRST_ANSWERS = (
    select(tables.AlertStep.alert_id, func.min(tables.AlertStep.at))
    .join(tables.Alert, col(tables.Alert.id) == col(tables.AlertStep.alert_id))
    .where(
        col(tables.AlertStep.step).in_([Step.TAKEN, Step.ARRIVED, Step.CLOSED]),
        col(tables.AlertStep.person_id).is_not(None),
    )
    .group_by(col(tables.AlertStep.alert_id))
)


def _hour(at: datetime) -> str:
    return at.astimezone(OSLO).strftime("%H:%M")


_SORTS = {
    "Påminnelse": "påminnelse", "overta": "overta", "hos dine": "pårørende", "ikke besvart": "sentral",
    "kunne nås": "ubemannet", "i over et døgn": "gammelt",
}  # fmt: skip


def _sort(text: str) -> str:
    if found := re.match(r"Nytt trykk .* \((\d+) ganger", text):
        return f"trykk {found[1]}"
    for opening, sort in _SORTS.items():
        if opening in text:
            return sort
    once = text.removeprefix("Gjentatt melding. ")
    bare = re.sub(r"^Forsinket [^.]* min\. ", "", once)
    urgency = re.split("[: ]", bare, maxsplit=1)[0]
    again = re.search(r"\((\d+)\. gang\)", text)
    marks = (" sent" if bare != once else "") + (" gjentatt" if once != text else "")
    return f"{urgency} {again[1] if again else 1}{marks}"


async def prepare(database: Database) -> None:
    """What each night begins with, to be copied: the register, and the rules that ship taken into force."""
    async with database.write() as session:
        await furnish(session, NIGHT)
    await Night(database, Clock()).start()


_registries: dict[bool, registry.Registry] = {}


async def _intake_of_the_prepared(night: Night) -> Intake:
    """Every prepared night begins with the same register, which is read once for each kind of database."""
    kind = night.database.is_sqlite
    if kind not in _registries:
        _registries[kind] = await night.registry()
    return Intake(load_sources(SOURCES), deepcopy(_registries[kind]))


@asynccontextmanager
async def night_at(database: Database, now: datetime = NIGHT, *, prepared: bool = False) -> AsyncIterator[Night]:
    """A furnished night; its promises are checked when it is over.

    Args:
        prepared: The store holds what `prepare` does already, for the moment `NIGHT`.
    """
    night = Night(database, Clock(now))
    if not prepared:
        async with database.write() as session:
            await furnish(session, now)
    await night.start(intake=await _intake_of_the_prepared(night) if prepared else None)
    await night.fold()
    try:
        yield night
        await night.check_the_promises()
    finally:
        await night.die()
