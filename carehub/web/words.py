"""What the pages call things, in bokmål: kinds, places, causes, roles, and the lines of a trace."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from carehub.core.access import Role
from carehub.core.alerts import Aftermath, Cause, Status, Step
from carehub.core.escalation import Group, ladder_for
from carehub.core.findings import Condition, Outcome
from carehub.core.rules.rulebook import Rulebook
from carehub.core.wording import FLOOR_TITLES_NB
from carehub.store import tables
from carehub.store.tables.places import DeviceStatus

KINDS: dict[str, str] = {
    "button.pressed": "trykk på alarmknappen", "button.cancelled": "alarmen avlyst",
    "switch.pressed": "trykk på bryter", "cord.pulled": "drag i snoren",
    "fall.detected": "fall", "fall.suspected": "mulig fall", "fall.cleared": "fall over",
    "smoke.detected": "røyk", "smoke.cleared": "ikke røyk lenger", "carbon_monoxide.detected": "kullos",
    "carbon_monoxide.cleared": "ikke kullos lenger", "gas.detected": "gass", "gas.cleared": "ikke gass lenger",
    "water.detected": "vann på gulvet", "water.cleared": "tørt igjen", "motion.detected": "bevegelse",
    "motion.cleared": "ingen bevegelse", "presence.detected": "noen i rommet", "presence.cleared": "ingen i rommet",
    "vibration.detected": "risting", "vibration.cleared": "i ro", "door.opened": "døren åpnet",
    "door.closed": "døren lukket", "bed.entered": "gikk til sengs", "bed.left": "sto opp av sengen",
    "chair.entered": "satte seg", "chair.left": "reiste seg", "sound.loud": "høy lyd",
    "seizure.detected": "anfall", "medication.dispensed": "medisin tatt ut", "medication.missed": "medisin ikke tatt",
    "medication.empty": "medisindispenser tom", "stove.on": "komfyr på", "stove.off": "komfyr av",
    "stove.cut": "komfyrvakten slo av", "lock.locked": "låst", "lock.unlocked": "låst opp", "zone.entered": "kom inn",
    "zone.left": "gikk ut", "tamper.detected": "noen har rørt utstyret", "tamper.cleared": "utstyret er i orden",
    "battery.low": "lite batteri", "device.heartbeat": "livstegn fra utstyret", "device.online": "utstyret svarer",
    "device.offline": "utstyret svarer ikke", "temperature": "temperatur", "humidity": "luftfuktighet",
    "illuminance": "lysstyrke", "power": "strøm", "battery": "batteri", "pulse": "puls", "co2": "CO₂",
    "pressure": "lufttrykk", "body_temperature": "kroppstemperatur", "body_weight": "vekt",
    "blood_pressure.systolic": "blodtrykk (over)", "blood_pressure.diastolic": "blodtrykk (under)",
    "alarm.unreadable": "melding som ikke kunne leses", "behaviour.changed": "endret døgnrytme",
    "hub.fault": "feil i huben",
}  # fmt: skip

PLACES: dict[str, str] = {
    "bathroom": "bad", "bedroom": "soverom", "kitchen": "kjøkken", "living_room": "stue", "livingroom": "stue",
    "hall": "gang", "hallway": "gang", "entrance": "inngang", "corridor": "korridor", "outside": "ute",
    "balcony": "balkong", "toilet": "toalett", "bed": "seng", "dining_room": "spisestue", "basement": "kjeller",
    "laundry": "vaskerom", "inside": "inne", "room": "rommet", "stairs": "trapp", "office": "kontor",
}  # fmt: skip

CAUSES: dict[Cause, str] = {
    Cause.FALL: "Fall", Cause.ILLNESS: "Sykdom", Cause.TOILET: "Toalett", Cause.PAIN: "Smerter",
    Cause.PRACTICAL_HELP: "Praktisk hjelp", Cause.ANXIETY: "Uro", Cause.INFORMATION: "Spørsmål",
    Cause.UNINTENDED: "Ikke ment", Cause.TECHNICAL: "Teknisk", Cause.TEST: "Prøve",
    Cause.NOTHING_FOUND: "Fant ikke årsak", Cause.OTHER: "Annet",
}  # fmt: skip

AFTERMATHS: dict[Aftermath, str] = {
    Aftermath.HELPED_ON_SITE: "Hjalp på stedet", Aftermath.SPOKE_WITH: "Snakket sammen",
    Aftermath.CALLED_DOCTOR: "Ringte lege/legevakt", Aftermath.CALLED_113: "Ringte 113",
    Aftermath.HANDED_TO_RELATIVE: "Pårørende tok over", Aftermath.DEVICE_FIXED: "Ordnet utstyret",
    Aftermath.NO_ACTION_NEEDED: "Trengte ikke hjelp",
}  # fmt: skip

ROLES: dict[Role, str] = {
    Role.NURSE: "Hjemmetjenesten (telefon)", Role.CARE_CENTRE: "Omsorgssenter (nettbrett)",
    Role.COORDINATOR: "Koordinator", Role.TECHNICIAN: "Tekniker", Role.RELATIVE: "Pårørende",
    Role.ADMINISTRATOR: "Administrator",
}  # fmt: skip

OUTCOMES: dict[Outcome, str] = {
    Outcome.ALERT: "Ble til varsel", Outcome.PENDING: "Venter", Outcome.SUPPRESSED: "Holdt tilbake",
    Outcome.NO_RULE: "Ingen regel slo til", Outcome.UNCHANGED: "Ingen endring",
    Outcome.STATE_ONLY: "Bare tilstand", Outcome.TOO_LATE: "For sent for reglene",
}  # fmt: skip

DEVICE_STATUSES: dict[DeviceStatus, str] = {
    DeviceStatus.UNKNOWN: "Ukjent", DeviceStatus.IN_SERVICE: "I bruk", DeviceStatus.RETIRED: "Tatt ut",
}  # fmt: skip

STEPS: dict[Step, str] = {
    Step.REPORTED: "Varselet kom", Step.REPEATED: "Meldt igjen", Step.NOTIFIED: "Personale varslet",
    Step.ESCALATED: "Flere varslet", Step.TAKEN: "Tatt", Step.ARRIVED: "Fremme", Step.RELEASED: "Gitt tilbake",
    Step.CLOSED: "Avsluttet", Step.RAISED: "Hevet alvorlighet", Step.NOT_DELIVERED: "Melding kom ikke frem",
    Step.REACHED: "Melding kom frem",
}  # fmt: skip

_GROUPS: dict[Group, str] = {
    Group.ON_DUTY: "Varsler vakten igjen",
    Group.UNIT: "Varsler hele enheten",
    Group.EVERYBODY_ON_DUTY: "Varsler alle på vakt",
}
_CONDITIONS: dict[str, str] = {
    "watch": "Dette utløste regelen", "between": "Tid på døgnet", "for": "Varte lenge nok",
    "then_missing": "Dette uteble", "count": "Antall ganger", "sequence": "Rekkefølge", "absence": "Ikke sett",
    "unless.away": "Beboeren er ikke borte", "unless.staff_present": "Personale er ikke til stede",
    "rest": "Pause etter forrige varsel", "floor": "Varsles alltid, uansett regler",
}  # fmt: skip
_PHRASES = (
    (" within ", " innen "), (" without ", " uten "), ("none by ", "ikke sett innen kl. "), ("from ", "fra kl. "),
    (" to ", " til kl. "), ("last seen ", "sist sett "), (" until ", " til kl. "), ("not away", "ikke borte"),
    ("staff_present", "personale til stede"), ("rests until", "pause til kl."), ("not ", "ikke "),
    ("away", "borte"), ("life safety", "liv og helse"),
)  # fmt: skip
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z_]+)?")


def title_of(kind: str, rulebook: Rulebook) -> str:
    """What stands on the card: the rule's own title, else the floor's, else the kind itself."""
    for rule in rulebook.rules.values():
        if rule.alert_kind == kind and kind not in FLOOR_TITLES_NB:
            return rule.title.nb
    return FLOOR_TITLES_NB.get(kind) or kind.replace("-", " ").capitalize()


def place_name(place: str | None) -> str:
    """A place as staff say it: "bad"; an unknown one as it is written."""
    return PLACES.get(place or "", (place or "").replace("_", " "))


def kind_name(kind: str) -> str:
    """An event kind as staff say it; an unknown one as it is written."""
    return KINDS.get(kind, kind)


def plain(text: str) -> str:
    """A trace's own words in Norwegian, as far as the hub knows them."""
    for english, norwegian in _PHRASES:
        text = text.replace(english, norwegian)
    return _WORD.sub(lambda found: KINDS.get(found[0]) or PLACES.get(found[0]) or found[0], text)


def condition_line(condition: Condition) -> tuple[str, str]:
    """One line under "Hvorfor?": what was asked, and what was seen."""
    return _CONDITIONS.get(condition.name, condition.name), plain(condition.seen)


def next_step(alert: tables.Alert) -> str:
    """What the hub does at the alert's deadline, in words."""
    if alert.status is Status.TAKEN:
        return "Varsler andre hvis ingen er fremme"
    if alert.status is Status.ARRIVED:
        return "Spør igjen hvis det ikke er avsluttet"
    ladder = ladder_for(alert.severity)
    return _GROUPS[ladder[min(alert.rung, len(ladder) - 1)].group]


def age(moment: datetime, now: datetime) -> str:
    """How long ago, as short as a card needs: "1 min 12 s", "9 min", "2 t 5 min", "3 døgn"."""
    seconds = max(0, int((now - moment).total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 10:  # noqa: PLR2004 - the same limits as in live.js
        return f"{minutes} min {seconds % 60} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 2:  # noqa: PLR2004
        return f"{hours} t {minutes % 60} min"
    return f"{days} døgn"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The time on the wall: "02:14"."""
    return f"{moment.astimezone(zone):%H:%M}"
