"""The hub as a value: what the doors and the stations share. Built by the composition root."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from msgspec import Struct

from carehub.contracts import Channel, Message, Source, Webhooks
from carehub.core.answers.breaker import Breaker
from carehub.core.days.judging import SHADOW
from carehub.core.people.access import Sight
from carehub.core.people.oidc import Provider
from carehub.core.people.retention import POLICIES, Policy
from carehub.core.rules.language import Rule
from carehub.core.rules.rulebook import Rulebook
from carehub.core.watching.audit import Concern
from carehub.core.watching.supervision import TEST_EVERY
from carehub.flow.live import Live
from carehub.kit.clock import Clock, Steady
from carehub.kit.together import Together
from carehub.store.database import Database
from carehub.store.logins import Login, find_all
from carehub.store.screens import Audible, sounds_of
from carehub.store.ties import Standing, sights_of

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)


class AuditorState(Struct, frozen=True, kw_only=True):
    """What the auditor last saw, as it writes it down for the hub's pages."""

    at: datetime
    concerns: dict[Concern, int] = {}


@dataclass(slots=True, kw_only=True)
class CanaryHealth:
    """How the hub's own alarm fares: whether the last one was missed, and how long the last return took."""

    missing: bool = False
    took_ms: int | None = None
    month: str = ""
    returned: int = 0
    missed: int = 0


@dataclass(slots=True, kw_only=True)
class UnsavedAlarm:
    """An alarm that only this process knows.

    Attributes:
        where: The home or room as staff know it; the device's own name where nobody knows whose it is.
        unit: Whose siren sounds for it.
        times: How many messages told of it.
    """

    at: datetime
    where: str
    kind: str
    unit: str
    times: int = 1


@dataclass(slots=True)
class Unsaved:
    """The spell in which nothing could be stored: since when, how many tries, and which alarms came."""

    since: datetime | None = None
    tries: int = 0
    alarms: dict[tuple[str, str], UnsavedAlarm] = field(default_factory=dict)
    heard: set[int] = field(default_factory=set)
    sirens: set[str] = field(default_factory=set)
    """Units whose siren has been asked to sound."""


@dataclass(slots=True, kw_only=True)
class Health:
    """What the hub knows of itself, for /readyz, the admin page and the doctor.

    Attributes:
        broker: Whether the transport is connected; None before the first try.
        broker_reason: Why not, in words.
        rulebook_faults: Files that were left out, in words; with none loaded the hub is in safe mode.
    """

    broker: bool | None = None
    broker_reason: str | None = None
    rulebook_faults: list[str] = field(default_factory=list)
    rule_faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    """How often each version of a rule has raised since the start."""
    beats: dict[str, datetime] = field(default_factory=dict)
    failures: dict[str, int] = field(default_factory=dict)
    unaccounted: int = 0
    dropped: int = 0
    """Measurements thrown away since the start."""
    loop_lag_s: float = 0.0
    """How long the event loop was busy with one thing, at most, in the last minute."""
    auditor: AuditorState | None = None
    canary: CanaryHealth = field(default_factory=CanaryHealth)
    rescued: str | None = None
    """What was put in the place of a damaged store, in words for staff."""
    damaged: bool = False
    """The store turned malformed: this process ends, and the next one takes another store."""
    failed_syncs: list[timedelta] = field(default_factory=list)
    """When the disk last did not write, within the last minute (`passed`)."""
    failing_disk: bool = False
    """It did so again and again; over when a minute has passed without."""
    no_room: bool = False
    """The disk is nearly full: only what may be an alarm is stored."""


@dataclass(slots=True, kw_only=True)
class Wakers:
    """Rings a station at once, instead of at its next look."""

    deliver: asyncio.Event = field(default_factory=asyncio.Event)
    escalate: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True, eq=False)
class Brought:
    """One message of a provider that is being stored (`answering/promptly`).

    Attributes:
        doors: How many requests wait for what comes of it: a repetition waits for the same work.
    """

    task: "asyncio.Task[str]" = field(init=False)
    doors: int = 0


class Word(NamedTuple):
    """What the hub has yet to tell of itself.

    Attributes:
        about: Which part is in trouble: each has an alert of its own, so that one does not hide behind another.
        words: For staff, in bokmål.
    """

    about: str
    words: str


@dataclass(slots=True, kw_only=True)
class Hub:
    """Everything a door may need."""

    database: Database
    clock: Clock
    zone: ZoneInfo
    public_url: str
    municipality: str
    rulebook: Rulebook
    gone: Mapping[str, Rule] = field(default_factory=dict)
    """By the kind of alert: rules that were in force once. Their alerts may be open, and are shown by their titles."""
    route_link: str = ""
    """Where a telephone finds the way, with `{address}` in it; empty where no address may leave the hub."""
    name: str = ""
    """This hub's name, where several may tell of one alarm: it stands in front of each text."""
    steady: Steady | None = None
    """Where the clock is the machine's own: seconds that pass by themselves, to see the clock being set."""
    clock_doubted: timedelta | None = None
    """Since when (`passed`) the clock says something so new that nothing should be deleted by it yet."""
    sources: Sequence[Source] = ()
    channels: Mapping[str, Channel] = field(default_factory=dict)
    test_every: timedelta = TEST_EVERY
    """How old the last test of a life-critical device may be before it is on the red list."""
    retention: Sequence[Policy] = POLICIES
    """How long what is kept (`CAREHUB_RETENTION`)."""
    showcase: bool = False
    """Everybody may look in (`CAREHUB_SHOWCASE`): only where all residents are invented."""
    second_factor: bool = False
    """Staff must have something beside their password (`CAREHUB_SECOND_FACTOR`)."""
    providers: Mapping[str, Provider] = field(default_factory=dict)
    """By name: who else may vouch for people (`CAREHUB_OIDC`)."""
    live: Live = field(default_factory=Live)
    health: Health = field(default_factory=Health)
    shadow: timedelta = SHADOW
    """How long a new detector listens before anybody is asked whether it may speak."""
    training: dict[str, str] = field(default_factory=dict)
    """By detector: how far its training is, in words."""
    wake: Wakers = field(default_factory=Wakers)
    sending: set["asyncio.Task[None]"] = field(default_factory=set)
    """Notices whose channel is slow: recorded when it answers."""
    brought: dict[str, Brought] = field(default_factory=dict)
    """What providers have posted and is not stored yet."""
    screens_seen: bool = False
    """Whether a tablet has been live since the start: only then can the last one go dark."""
    dark_since: timedelta | None = None
    dark_told: bool = False
    sent_today: dict[tuple[str, date], int] = field(default_factory=dict)
    """Accepted by each channel that has a daily cap, by local day. In memory: a restart begins anew."""
    breakers: dict[str, Breaker] = field(default_factory=dict)
    """By channel: which providers answer. In memory: a restart tries them all anew."""
    unsaved: Unsaved = field(default_factory=Unsaved)
    """What came while the store took nothing."""
    tuning_noted: str = ""
    """For which rulebook and which decisions the tuned rules were kept last."""
    howling: set[str] = field(default_factory=set)
    """Units whose siren sounds for an alarm that was not stored."""
    make_room: Callable[[], None] | None = None
    """Throws the ballast off a full disk."""
    faults: list[Word] = field(default_factory=list)
    """Troubles of its own that the hub has yet to tell."""
    good_news: list[Word] = field(default_factory=list)
    """Troubles that are over, likewise."""
    wrong_codes: dict[str, tuple[timedelta, ...]] = field(default_factory=dict)
    """By telephone: when it sent its last wrong codes (`passed`). In memory: a restart forgives them."""
    texts_answered: dict[str, tuple[timedelta, ...]] = field(default_factory=dict)
    """By telephone: when the family, or a stranger, was last answered. In memory likewise."""
    read_body: Callable[[bytes, datetime], list[Message]] | None = None
    """Reads the body of `POST /api/v1/events`; raises DecodeError."""
    submit: Callable[[Sequence[Message]], Awaitable[None]] | None = None
    """The second road in: returns when the messages are stored for good."""
    command: Callable[..., Awaitable[None]] | None = None
    """Tells the fold what a person decided: `(scope, CommandKind, until=, by=, silence=, usual=, overrides=)`."""
    filed: Rulebook | None = None
    """The rules as their files have them, without what has been changed since; None where there are no files."""
    adopt: Callable[[Rulebook], Awaitable[None]] | None = None
    """Lets these rules judge from now on: returns when the change has its place in the journal."""
    reload: Callable[[], Awaitable[None]] | None = None
    """Devices or residents changed: look them up anew."""
    local_token: str = ""
    """The secret of the local door, for programs on this machine; without it that door is shut."""
    webhooks: Webhooks | None = None
    """The SMS provider's language at our door; without it nothing there is believed."""
    twilio_tokens: tuple[str, ...] = ()
    """Auth tokens that may have signed a webhook: the present one first."""
    logins: Together[str, Login] = field(init=False)
    """By hash: those that hold now, for whoever asks at the same moment."""
    sights: Together[Standing, Sight] = field(init=False)
    """Whom they may see now, likewise."""
    sounds: Together[str, Audible] = field(init=False)
    """Whether each tablet can be heard, likewise."""

    def __post_init__(self) -> None:
        self.logins, self.sights = Together(self._find_logins), Together(self._find_sights)
        self.sounds = Together(self._find_sounds)

    def passed(self) -> timedelta:
        """Time as it passes, whatever anybody does to the clock: for what is counted in memory, and asks how long ago.

        Only differences mean anything. Where the clock is not the machine's own, it is the only one there is.
        """
        return timedelta(seconds=self.steady()) if self.steady else self.clock() - _FIRST

    async def _find_logins(self, hashes: Collection[str]) -> Mapping[str, Login]:
        async with self.database.read() as session:
            return await find_all(session, hashes, self.clock())

    async def _find_sights(self, people: Collection[Standing]) -> Mapping[Standing, Sight]:
        async with self.database.read() as session:
            return await sights_of(session, people, self.clock())

    async def _find_sounds(self, screens: Collection[str]) -> Mapping[str, Audible]:
        async with self.database.read() as session:
            return await sounds_of(session, screens, self.clock())
