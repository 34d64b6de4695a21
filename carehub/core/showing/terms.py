"""What the hub calls things before people, in bokmål: kinds, places, outcomes, and the lines of a trace."""

import re
from collections.abc import Callable
from datetime import timedelta

from carehub.core.findings import Condition, Outcome
from carehub.core.rules.equipment_words import EQUIPMENT_NB
from carehub.core.rules.vocabulary import USUAL
from carehub.core.watching.blindness import Cause

KINDS: dict[str, str] = {
    **EQUIPMENT_NB,
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
    "staffing.gap": "ingen å nå", "hub.fault": "feil i huben", "silence.ended": "stille er slutt",
    "mains.lost": "strømmen er borte", "mains.restored": "strømmen er tilbake",
    "protection.blind": "et vern virker ikke", "protection.restored": "vernet virker igjen",
}  # fmt: skip

PLACES: dict[str, str] = {
    "bathroom": "bad", "bedroom": "soverom", "kitchen": "kjøkken", "living_room": "stue", "livingroom": "stue",
    "hall": "gang", "hallway": "gang", "entrance": "inngang", "corridor": "korridor", "outside": "ute",
    "balcony": "balkong", "toilet": "toalett", "bed": "seng", "dining_room": "spisestue", "basement": "kjeller",
    "laundry": "vaskerom", "inside": "inne", "room": "rommet", "stairs": "trapp", "office": "kontor",
}  # fmt: skip

ROADS: dict[str, str] = {
    "carehub_v1": "alarmenhet på nett", "zigbee2mqtt": "trådløs sensor (Zigbee)",
    "chirpstack": "trådløs sensor (LoRaWAN)", "things_stack": "trådløs sensor (LoRaWAN)",
    "owntracks": "telefon eller GPS-sender", "hub": "huben selv",
}  # fmt: skip
"""By a source's name in the settings: what sends by it, for whoever looks on."""

OUTCOMES: dict[Outcome, str] = {
    Outcome.ALERT: "Ble til varsel", Outcome.PENDING: "Venter", Outcome.SUPPRESSED: "Holdt tilbake",
    Outcome.NO_RULE: "Ingen regel slo til", Outcome.UNCHANGED: "Ingen endring",
    Outcome.STATE_ONLY: "Bare tilstand", Outcome.TOO_LATE: "For sent for reglene",
}  # fmt: skip

BLIND_BECAUSE: dict[Cause, str] = {
    Cause.SILENT: "svarer ikke", Cause.NEVER_HEARD: "aldri hørt", Cause.BATTERY_EMPTY: "batteriet er tomt",
    Cause.NOT_IN_SERVICE: "ikke i drift: prøvealarm mangler", Cause.SILENCED: "satt på stille",
    Cause.RULE_OFF: "regelen er slått av", Cause.OFF_HERE: "slått av for beboeren eller enheten",
    Cause.OBJECTED: "slått av: beboeren har sagt nei", Cause.EXPIRED: "grunnlaget er gått ut; varsler fortsatt",
    Cause.UNFED: "ikke noe utstyr kan si fra om dette", Cause.NOBODY: "ingen å nå på vakt",
}  # fmt: skip

CONDITIONS: dict[str, str] = {
    "watch": "Dette utløste regelen", "between": "Tid på døgnet", "for": "Varte lenge nok",
    "then_missing": "Dette uteble", "count": "Antall ganger", "sequence": "Rekkefølge", "absence": "Ikke sett",
    "unless.unheard": "Boligen kan høres", "only_when.unheard": "Boligen kan ikke høres",
    "unless.asleep": "Beboeren sover ikke", "unless.rehabilitation": "Ikke under oppfølging etter sykehus",
    "unless.digital_supervision": "Ikke digitalt tilsyn", "only_when.away": "Beboeren er borte",
    "only_when.asleep": "Beboeren sover", "only_when.staff_present": "Personale er til stede",
    "only_when.rehabilitation": "Under oppfølging etter sykehus", "only_when.digital_supervision": "Digitalt tilsyn",
    "check": "Slik var det", "change": "Endring", "longer_than_usual": "Lenger enn vanlig for personen",
    "later_than_usual": "Senere enn vanlig for personen", "more_than_usual": "Flere enn vanlig for personen",
    "unless.away": "Beboeren er ikke borte", "unless.staff_present": "Personale er ikke til stede",
    "rest": "Pause etter forrige varsel", "floor": "Varsles alltid, uansett regler",
    "version": "Samme utgave av regelen",
    "silence": "Ingenting satt på stille", "test": "Første alarm mens utstyret prøves",
    "tuned": "Gjelder for denne beboeren",
}  # fmt: skip
PHRASES = (
    *((f"{name} ", f"{told['nb']} ") for name, told in USUAL.items()),
    ("nothing usual known", "det vanlige er ikke kjent"), (" beyond ", ", over "), (" of 100", " av 100"),
    (" plus ", ", pluss "), (", within ", ", innenfor "), ("never seen", "aldri sett"), (" times", " ganger"),
    ("asleep", "sover"), ("unheard", "uhørt"),
    ("rehabilitation", "oppfølging etter sykehus"), ("digital_supervision", "digitalt tilsyn"),
    (" within ", " innen "), (" without ", " uten "), ("no silence", "ingenting satt på stille"),
    ("none by ", "ikke sett innen kl. "),
    ("no alert from ", "ingen varsel nylig fra "), (" lately", ""), ("from ", "fra kl. "),
    (" to ", " til kl. "), ("last seen ", "sist sett "), (" until ", " til kl. "), ("not away", "ikke borte"),
    ("not staff_present", "personale ikke til stede"), ("staff_present", "personale til stede"),
    ("rests until", "pause til kl."), ("not ", "ikke "), ("away", "borte"), ("life safety", "liv og helse"),
    ("a value outside the bounds", "en verdi utenfor grensene"), (" or ", " eller "), (" below ", " under "),
    (" at most ", " høyst "), (" above ", " over "), (" at least ", " minst "), (" equals ", " lik "),
    ("a rule that finds this serious", "en regel som finner dette alvorlig"), ("none", "ingen"),
    ("the rule was changed or removed", "regelen er endret eller fjernet"),
    ("the rule was changed", "regelen er endret"), ("a rule that judges here", "en regel som gjelder her"),
    ("switched off for the resident", "slått av for beboeren"), ("/", ", "),
)  # fmt: skip
_WORD = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z_]+)?")


def place_name(place: str | None) -> str:
    """A place as staff say it: "bad"; an unknown one as it is written."""
    return PLACES.get(place or "", (place or "").replace("_", " "))


def road_name(source: str) -> str:
    """What sends by a source; one that we do not know is called as it is written."""
    return ROADS.get(source, source)


def kind_name(kind: str) -> str:
    """An event kind as staff say it; an unknown one as it is written."""
    return KINDS.get(kind, kind)


def span(length: timedelta, language: str = "nb") -> str:
    """A length of time as short as a card needs: "1 min 12 s", "9 min", "2 t 5 min", "3 døgn" ("2 h", "3 days")."""
    hour, many_days = ("h", "days") if language == "en" else ("t", "døgn")
    seconds = max(0, int(length.total_seconds()))
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 1:
        return f"{seconds} s"
    if minutes < 10:  # noqa: PLR2004 - the same limits as in live.js
        return f"{minutes} min {seconds % 60} s"
    if hours < 1:
        return f"{minutes} min"
    if days < 2:  # noqa: PLR2004
        return f"{hours} {hour} {minutes % 60} min"
    return f"{days} {many_days}"


def plain(text: str, say: Callable[[str], str] = str) -> str:
    """A trace's own words in Norwegian, as far as the hub knows them; `say` may put them into another language."""
    for english, norwegian in PHRASES:
        text = text.replace(english, say(norwegian))
    return _WORD.sub(lambda found: say(KINDS.get(found[0]) or PLACES.get(found[0]) or found[0]), text)


def condition_name(condition: Condition) -> str:
    """What a condition is about: "Tid på døgnet"."""
    return CONDITIONS.get(condition.name, condition.name)


def condition_line(condition: Condition) -> tuple[str, str]:
    """One line under "Hvorfor?": what was asked, and what was seen."""
    return condition_name(condition), plain(condition.seen)
