"""What the pages call things, in bokmål: kinds, places, causes, roles, and the lines of a trace."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from carehub.core.answers import ladders
from carehub.core.answers.alerts import Status, Step
from carehub.core.answers.escalation import Circle, Place, upcoming
from carehub.core.answers.ladders import Audience, Group
from carehub.core.answers.shares import Share
from carehub.core.backtest.words import HOLES_NB, ROLES_NB, SHIFTS_NB, SORTS_NB
from carehub.core.findings import Condition
from carehub.core.folding.silence import Why
from carehub.core.languages import Language
from carehub.core.people.access import Role
from carehub.core.rules import words as rule_words
from carehub.core.rules.describe import described
from carehub.core.rules.fields import Text
from carehub.core.rules.language import Rule
from carehub.core.rules.rulebook import Rulebook
from carehub.core.rules.telling import Telling
from carehub.core.showing import terms
from carehub.core.showing.terms import span
from carehub.core.showing.wording import AFTERMATH_NB, CAUSE_NB, FLOOR_TITLES_NB, URGENCY_NB
from carehub.core.watching.blindness import Risk
from carehub.core.watching.supervision import DeviceKind
from carehub.store import tables
from carehub.store.tables.backtests import BacktestState
from carehub.store.tables.places import DeviceStatus
from carehub.web.tongue import Spoken, _, language
from carehub.web.wording.retold import retold

CAUSES, AFTERMATHS, URGENCIES = Spoken(CAUSE_NB), Spoken(AFTERMATH_NB), Spoken(URGENCY_NB)
KINDS, PLACES, OUTCOMES = Spoken(terms.KINDS), Spoken(terms.PLACES), Spoken(terms.OUTCOMES)
ROADS = Spoken(terms.ROADS)
BLIND_BECAUSE, CONDITIONS = Spoken(terms.BLIND_BECAUSE), Spoken(terms.CONDITIONS)
PHRASES, FLOOR_TITLES = Spoken(dict(terms.PHRASES)), Spoken(FLOOR_TITLES_NB)
HOLES, STAFF, SHIFTS, SORTS = Spoken(HOLES_NB), Spoken(ROLES_NB), Spoken(SHIFTS_NB), Spoken(SORTS_NB)
"""Of a backtest."""

ROLES: Spoken[Role] = Spoken({
    Role.NURSE: "Hjemmetjenesten (telefon)", Role.CARE_CENTRE: "Omsorgssenter (nettbrett)",
    Role.COORDINATOR: "Koordinator", Role.TECHNICIAN: "Tekniker", Role.RELATIVE: "Pårørende",
    Role.RESIDENT: "Beboer", Role.AUDITOR: "Revisor", Role.ADMINISTRATOR: "Administrator",
})  # fmt: skip

DEVICE_STATUSES: Spoken[DeviceStatus] = Spoken({
    DeviceStatus.UNKNOWN: "Ukjent", DeviceStatus.IN_SERVICE: "I drift",
    DeviceStatus.NOT_IN_SERVICE: "Ikke i drift", DeviceStatus.RETIRED: "Tatt ut",
})  # fmt: skip

DEVICE_KINDS: Spoken[DeviceKind] = Spoken({
    DeviceKind.UNKNOWN: "Ikke oppgitt", DeviceKind.BUTTON: "Trygghetsalarm", DeviceKind.CORD: "Snor",
    DeviceKind.FALL: "Fallsensor", DeviceKind.SMOKE: "Røykvarsler", DeviceKind.GAS: "Gassvarsler",
    DeviceKind.GATEWAY: "Sentral", DeviceKind.SENSOR: "Sensor uten alarm", DeviceKind.SWITCH: "Bryter",
})  # fmt: skip

RISKS: Spoken[Risk] = Spoken({Risk.HIGH: "Høy risiko", Risk.NORMAL: "Vanlig risiko", Risk.LOW: "Lav risiko"})

WHYS: Spoken[Why] = Spoken({
    Why.AWAY: "Ikke hjemme", Why.IN_SERVICE: "Service på utstyr", Why.TEST: "Prøve av utstyr", Why.QUIET: "Avtalt ro",
})  # fmt: skip

STEPS: Spoken[Step] = Spoken({
    Step.REPORTED: "Varselet kom", Step.REPEATED: "Meldt igjen", Step.NOTIFIED: "Personale varslet",
    Step.ESCALATED: "Flere varslet", Step.TAKEN: "Tatt", Step.ARRIVED: "Fremme", Step.RELEASED: "Gitt tilbake",
    Step.CLOSED: "Avsluttet", Step.RAISED: "Hevet alvorlighet", Step.NOT_DELIVERED: "Melding kom ikke frem",
    Step.REACHED: "Melding kom frem", Step.RESOLVED: "Feilen er over",
    Step.REMINDED: "Påminnelse om å komme frem",
    Step.HANDED_OVER: "Ber en kollega overta", Step.ACCEPTED: "Overtatt", Step.HELP_CALLED: "Ba om en til",
    Step.HELPER: "Hjelper på vei", Step.CAUSE: "Årsak", Step.ACTION: "Tiltak", Step.SPOKEN: "Samtale",
    Step.FOLLOWED_UP: "Følges opp", Step.CONFIRMED: "Bekreftet av en til", Step.UNDONE: "Avslutning angret",
    Step.FAMILY: "Pårørende svarte",
})  # fmt: skip

GROUPS: Spoken[Group] = Spoken({
    Group.ON_DUTY: "vakten", Group.UNIT: "hele enheten", Group.EVERYBODY_ON_DUTY: "alle på vakt",
    Group.EVERYBODY: "alle ansatte", Group.NEAREST: "naboenhetene", Group.ROLE: "rolle", Group.COMPETENCE: "kompetanse",
    Group.SCHEDULE: "vaktplan", Group.PERSON: "person", Group.RELATIVE: "pårørende",
    Group.ALARM_CENTRE: "alarmsentralen",
})  # fmt: skip


DRAFT_STATES: Spoken[str] = Spoken({
    "draft": "Utkast", "waiting": "Venter på en kollega", "active": "I kraft", "rolled_back": "Tatt tilbake",
    "withdrawn": "Forkastet",
})  # fmt: skip


CHANNELS: Spoken[str] = Spoken({
    "sms": "SMS", "voice": "Telefon", "push": "Varsel på telefonen", "email": "E-post", "tablet": "Nettbrett",
    "sms_gateway": "SMS (reserve)", "siren": "Sirene", "lamp": "Lampe",
})  # fmt: skip


def places() -> list[tuple[str, str]]:
    """Places to choose from, one word for each name."""
    return sorted({name: english for english, name in reversed([*PLACES.items()])}.items())


def way_amid(channel: str) -> str:
    """A channel in the middle of a sentence: "SMS", and "varsel på telefonen"."""
    name = CHANNELS.get(channel, channel)
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


BACKTESTS: Spoken[BacktestState] = Spoken({
    BacktestState.WAITING: "venter på tur", BacktestState.RUNNING: "går gjennom historikken",
    BacktestState.DONE: "ferdig", BacktestState.CANCELLED: "avbrutt", BacktestState.FAILED: "gikk ikke",
})  # fmt: skip

PARTS: Spoken[str] = Spoken({
    "broker": "MQTT-tjeneren", "deliver": "Sender varsler", "escalate": "Spør flere", "ingest": "Tar imot",
    "roll_call": "Vaktstart", "staffing": "Bemanning", "tick": "Frister", "watch": "Tilsyn med utstyr",
    "worker": "Arbeidet i det hele",
})  # fmt: skip
"""The parts of the hub, by the names of their beats."""


def title_of(kind: str, rulebook: Rulebook, gone: Mapping[str, Rule] = MappingProxyType({})) -> str:
    """What stands on the card: the rule's own title, else the floor's, else the kind itself.

    Args:
        gone: Rules that are in the book no more, by the kind that they raised.
    """
    if kind in FLOOR_TITLES:
        return FLOOR_TITLES[kind]
    rule = rulebook.raising(kind) or gone.get(kind)
    return own(rule.title) if rule else kind.replace("-", " ").capitalize()


def own(text: Text) -> str:
    """A text of a rule, which brings its own translations."""
    said: str = getattr(text, language())
    return said


def told(rule: Rule) -> str:
    """A rule in plain sentences."""
    return described(rule, spoken())


def spoken() -> rule_words.Language:
    """The language of the request, as the rules name it."""
    return {Language.NB: "nb", Language.NN: "nn", Language.EN: "en"}[language()]  # type: ignore[return-value]


def telling() -> Telling:
    """How the core tells reasons in the language of the request."""
    return Telling(spoken(), _)


def place_name(place: str | None) -> str:
    """A place as staff say it: "bad"; an unknown one as it is written."""
    return _(terms.place_name(place))


def road_name(source: str) -> str:
    """What sends by a source: "trådløs sensor (Zigbee)"; an unknown one as it is written."""
    return _(terms.road_name(source))


def kind_name(kind: str) -> str:
    """An event kind as staff say it; an unknown one as it is written."""
    return _(terms.kind_name(kind))


def plain(text: str) -> str:
    """A trace's own words, as far as the hub knows them."""
    return terms.plain(text, _)


def condition_name(condition: Condition) -> str:
    """What a condition is about: "Tid på døgnet"."""
    return _(terms.condition_name(condition))


def condition_line(condition: Condition) -> tuple[str, str]:
    """One line under "Hvorfor?": what was asked, and what was seen."""
    return condition_name(condition), plain(condition.seen)


def next_step(alert: tables.Alert, circle: Circle) -> str:
    """What the hub does at the alert's deadline, in words."""
    if alert.status is Status.TAKEN:
        return _("Varsler andre hvis ingen er fremme")
    if alert.status is Status.ARRIVED:
        return _("Spør igjen hvis det ikke er avsluttet")
    ladder = circle.plan(alert.unit_id, alert.severity).ladder
    onwards = upcoming(ladder, Place(alert.rung, alert.turn))
    again = bool(alert.rung) and onwards.asks == ladder[min(alert.rung, len(ladder)) - 1].asks
    whom = joined(audience_name(one) for one in onwards.asks)
    if onwards.in_turn:
        return _("Varsler %(whom)s etter tur", whom=whom)
    return _("Varsler %(whom)s igjen", whom=whom) if again else _("Varsler %(whom)s", whom=whom)


def audience_name(one: Audience, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """Whom a rung asks, as staff say it: "vakten", "koordinator"; people and contacts by name where it is known."""
    if one.which is None:
        return GROUPS[one.group]
    if one.group is Group.ROLE and one.which in set(Role):
        return ROLES[Role(one.which)].lower()
    return names.get(one.which) or f"{GROUPS[one.group]} {one.which}"


def joined(names: Iterable[str]) -> str:
    """Names in a sentence: "vakten, naboenhetene og koordinator"."""
    *first, last = list(names)
    return _("%(first)s og %(last)s", first=", ".join(first), last=last) if first else last


def age(moment: datetime, now: datetime) -> str:
    """How long ago, as short as a card needs."""
    return length(now - moment)


def length(time: timedelta) -> str:
    """A length of time as short as a card needs, in the language of the request."""
    return span(time, spoken())


def share(one: Share) -> str:
    """So many of so many, with the interval where there are enough: "3 av 20, 15 % (5–36 %)"."""
    return ", ".join(filter(None, share_parts(one)))


def share_parts(one: Share) -> tuple[str, str]:
    """The same as two lines: "3 av 20" and "15 % (5–36 %)", which is empty where there are too few."""
    return _("%(part)s av %(whole)s", part=one.part, whole=one.whole), one.per_cent if one.tells else ""


def in_words(time: timedelta) -> str:
    """How long a rung waits: "30 sekunder", "5 minutter", "4 timer"."""
    return retold(ladders.in_words(time))


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time on the wall: "02:14"."""
    return f"{moment.astimezone(zone):%H:%M}"
