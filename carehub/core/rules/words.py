"""The words in which a rule is told to people: bokmål, nynorsk, English.

Each kind of event is a clause that can follow "when", so that sentences can be built of them.
"""

from typing import Literal

from carehub.core.rules.equipment_words import EQUIPMENT

Language = Literal["nb", "nn", "en"]
LANGUAGES: tuple[Language, ...] = ("nb", "nn", "en")
Words = dict[Language, str]


def _words(nb: str, nn: str, en: str) -> Words:
    return {"nb": nb, "nn": nn, "en": en}


KINDS: dict[str, Words] = {
    **{kind: _words(*said) for kind, said in EQUIPMENT.items()},
    "button.pressed": _words(
        "noen trykker på alarmknappen", "nokon trykkjer på alarmknappen", "somebody presses the alarm button"
    ),
    "button.cancelled": _words("alarmen avstilles", "alarmen blir avstilt", "the alarm is cancelled"),
    "cord.pulled": _words("noen trekker i snoren", "nokon dreg i snora", "somebody pulls the cord"),
    "fall.detected": _words("et fall registreres", "eit fall blir registrert", "a fall is detected"),
    "fall.suspected": _words(
        "et mulig fall registreres", "eit mogleg fall blir registrert", "a possible fall is detected"
    ),
    "fall.cleared": _words("fallet trekkes tilbake", "fallet blir trekt tilbake", "the fall is taken back"),
    "smoke.detected": _words("røyk registreres", "røyk blir registrert", "smoke is detected"),
    "smoke.cleared": _words("røyken er borte", "røyken er borte", "the smoke is gone"),
    "carbon_monoxide.detected": _words("kullos registreres", "kolos blir registrert", "carbon monoxide is detected"),
    "carbon_monoxide.cleared": _words("kullosen er borte", "kolosen er borte", "the carbon monoxide is gone"),
    "gas.detected": _words("gass registreres", "gass blir registrert", "gas is detected"),
    "gas.cleared": _words("gassen er borte", "gassen er borte", "the gas is gone"),
    "water.detected": _words(
        "vann registreres på gulvet", "vatn blir registrert på golvet", "water is detected on the floor"
    ),
    "water.cleared": _words("gulvet er tørt igjen", "golvet er tørt att", "the floor is dry again"),
    "motion.detected": _words("det er bevegelse", "det er rørsle", "there is movement"),
    "motion.cleared": _words("bevegelsen tar slutt", "rørsla tek slutt", "the movement ends"),
    "presence.detected": _words("noen er til stede", "nokon er til stades", "somebody is present"),
    "presence.cleared": _words(
        "ingen er til stede lenger", "ingen er til stades lenger", "nobody is present any longer"
    ),
    "vibration.detected": _words("det er rystelser", "det er risting", "there is vibration"),
    "vibration.cleared": _words("rystelsene tar slutt", "ristinga tek slutt", "the vibration ends"),
    "door.opened": _words("døren åpnes", "døra blir opna", "the door is opened"),
    "door.closed": _words("døren lukkes", "døra blir lukka", "the door is closed"),
    "bed.entered": _words("noen legger seg", "nokon legg seg", "somebody goes to bed"),
    "bed.left": _words("noen står opp av sengen", "nokon står opp av senga", "somebody gets out of bed"),
    "chair.entered": _words("noen setter seg", "nokon set seg", "somebody sits down"),
    "chair.left": _words(
        "noen reiser seg fra stolen", "nokon reiser seg frå stolen", "somebody gets up from the chair"
    ),
    "sound.loud": _words("det er høy lyd", "det er høg lyd", "there is a loud sound"),
    "seizure.detected": _words("et anfall registreres", "eit anfall blir registrert", "a seizure is detected"),
    "medication.dispensed": _words("medisinen tas ut", "medisinen blir teken ut", "the medicine is taken out"),
    "medication.missed": _words(
        "medisinen ikke er tatt ut", "medisinen ikkje er teken ut", "the medicine has not been taken out"
    ),
    "medication.empty": _words(
        "medisindispenseren er tom", "medisindispensaren er tom", "the medicine dispenser is empty"
    ),
    "stove.on": _words("komfyren slås på", "komfyren blir slått på", "the stove is turned on"),
    "stove.off": _words("komfyren slås av", "komfyren blir slått av", "the stove is turned off"),
    "stove.cut": _words(
        "komfyrvakten kutter strømmen", "komfyrvakta kuttar straumen", "the stove guard cuts the power"
    ),
    "lock.locked": _words("døren låses", "døra blir låst", "the door is locked"),
    "lock.unlocked": _words("døren låses opp", "døra blir låst opp", "the door is unlocked"),
    "zone.entered": _words("noen kommer inn i området", "nokon kjem inn i området", "somebody enters the zone"),
    "zone.left": _words("noen forlater området", "nokon forlèt området", "somebody leaves the zone"),
    "tamper.detected": _words(
        "utstyr åpnes eller flyttes", "utstyr blir opna eller flytta", "a device is opened or moved"
    ),
    "tamper.cleared": _words("utstyret er på plass igjen", "utstyret er på plass att", "the device is in place again"),
    "switch.pressed": _words("noen bruker en bryter", "nokon bruker ein brytar", "a switch is used"),
    "battery.low": _words("et batteri er lavt", "eit batteri er lågt", "a battery is low"),
    "device.heartbeat": _words("utstyret melder seg", "utstyret melder seg", "the device reports in"),
    "device.online": _words("utstyret har kontakt igjen", "utstyret har kontakt att", "the device is in contact again"),
    "device.offline": _words("utstyr mister kontakten", "utstyr mistar kontakten", "a device is out of contact"),
    "temperature": _words("temperaturen", "temperaturen", "the temperature"),
    "humidity": _words("luftfuktigheten", "luftfukta", "the humidity"),
    "illuminance": _words("lysstyrken", "lysstyrken", "the light"),
    "power": _words("strømforbruket", "straumforbruket", "the power used"),
    "battery": _words("batterinivået", "batterinivået", "the battery level"),
    "pulse": _words("pulsen", "pulsen", "the pulse"),
    "co2": _words("CO₂-nivået", "CO₂-nivået", "the CO₂ level"),
    "pressure": _words("lufttrykket", "lufttrykket", "the air pressure"),
    "body_temperature": _words("kroppstemperaturen", "kroppstemperaturen", "the body temperature"),
    "body_weight": _words("vekten", "vekta", "the weight"),
    "blood_pressure.systolic": _words(
        "det systoliske blodtrykket", "det systoliske blodtrykket", "the systolic blood pressure"
    ),
    "blood_pressure.diastolic": _words(
        "det diastoliske blodtrykket", "det diastoliske blodtrykket", "the diastolic blood pressure"
    ),
    "alarm.unreadable": _words("en alarm ikke kan leses", "ein alarm ikkje kan lesast", "an alarm cannot be read"),
    "behaviour.changed": _words("døgnrytmen er endret", "døgnrytmen er endra", "the daily routine has changed"),
    "staffing.gap": _words(
        "vaktplanen har tid uten noen å nå", "vaktplanen har tid utan nokon å nå", "the plan leaves time to nobody"
    ),
    "hub.fault": _words("systemet melder om feil", "systemet melder om feil", "the system reports a fault"),
    "mains.lost": _words("strømmen blir borte", "straumen blir borte", "the mains power fails"),
    "mains.restored": _words("strømmen er tilbake", "straumen er tilbake", "the mains power is back"),
    "protection.blind": _words(
        "et vern ikke virker", "eit vern ikkje verkar", "a protection does not work"
    ),
    "protection.restored": _words("vernet virker igjen", "vernet verkar att", "the protection works again"),
    "silence.ended": _words("en stille periode er slutt", "ein stille periode er slutt", "a silence has ended"),
}  # fmt: skip

MEASUREMENTS = frozenset(
    {
        "temperature", "humidity", "illuminance", "power", "battery", "pulse", "co2", "pressure", "body_temperature",
        "body_weight", "blood_pressure.systolic", "blood_pressure.diastolic", "oxygen_saturation",
    }
)  # fmt: skip

DEGREES = frozenset({"temperature", "body_temperature"})

PLACES: dict[str, Words] = {
    "entrance": _words("ved inngangen", "ved inngangen", "at the entrance"),
    "hall": _words("i gangen", "i gangen", "in the hall"),
    "bathroom": _words("på badet", "på badet", "in the bathroom"),
    "bedroom": _words("på soverommet", "på soverommet", "in the bedroom"),
    "living_room": _words("i stuen", "i stova", "in the living room"),
    "kitchen": _words("på kjøkkenet", "på kjøkenet", "in the kitchen"),
    "outside": _words("ute", "ute", "outside"),
    "inside": _words("inne i boligen", "inne i bustaden", "inside the home"),
}

SEVERITIES: dict[str, Words] = {
    "normal": _words("vanlig", "vanleg", "normal"),
    "moderate": _words("moderat", "moderat", "moderate"),
    "serious": _words("alvorlig", "alvorleg", "serious"),
    "critical": _words("kritisk", "kritisk", "critical"),
}

FLAGS: dict[str, Words] = {
    "away": _words("beboeren er borte", "bebuaren er borte", "the resident is away"),
    "staff_present": _words("personalet er til stede", "personalet er til stades", "staff are present"),
    "asleep": _words("beboeren sover", "bebuaren søv", "the resident is asleep"),
    "unheard": _words(
        "boligen ikke kan høres på grunn av et brudd",
        "bustaden ikkje kan høyrast på grunn av eit brot",
        "the home cannot be heard because of an outage",
    ),
    "rehabilitation": _words(
        "beboeren følges opp etter sykehusopphold",
        "bebuaren blir følgd opp etter sjukehusopphald",
        "the resident is followed up after hospital",
    ),
    "digital_supervision": _words(
        "digitalt tilsyn er avtalt", "digitalt tilsyn er avtalt", "digital supervision is agreed"
    ),
}

BOUNDS: dict[str, Words] = {
    "below": _words("under {}", "under {}", "below {}"),
    "at_most": _words("høyst {}", "høgst {}", "at most {}"),
    "above": _words("over {}", "over {}", "above {}"),
    "at_least": _words("minst {}", "minst {}", "at least {}"),
    "equals": _words("lik {}", "lik {}", "equal to {}"),
}

WEEKDAYS: dict[str, Words] = {
    "monday": _words("mandag", "måndag", "Monday"),
    "tuesday": _words("tirsdag", "tysdag", "Tuesday"),
    "wednesday": _words("onsdag", "onsdag", "Wednesday"),
    "thursday": _words("torsdag", "torsdag", "Thursday"),
    "friday": _words("fredag", "fredag", "Friday"),
    "saturday": _words("lørdag", "laurdag", "Saturday"),
    "sunday": _words("søndag", "søndag", "Sunday"),
}

UNITS: dict[str, tuple[Words, Words]] = {
    "s": (_words("sekund", "sekund", "second"), _words("sekunder", "sekund", "seconds")),
    "min": (_words("minutt", "minutt", "minute"), _words("minutter", "minutt", "minutes")),
    "h": (_words("time", "time", "hour"), _words("timer", "timar", "hours")),
    "d": (_words("døgn", "døgn", "day"), _words("døgn", "døgn", "days")),
}

PHRASES: dict[str, Words] = {
    "or": _words("eller", "eller", "or"),
    "and": _words("og", "og", "and"),
    "is": _words("er", "er", "is"),
    "degrees": _words("{} grader", "{} grader", "{} degrees"),
    "alert": _words("Gir et {} varsel når {}.", "Gir eit {} varsel når {}.", "Raises a {} alert when {}."),
    "between": _words("mellom kl. {} og {}", "mellom kl. {} og {}", "between {} and {}"),
    "days": _words(", fra {}", ", frå {}", ", starting on {}"),
    "unless_within": _words(", med mindre {} innen {}", ", med mindre {} innan {}", ", unless {} within {}"),
    "holds": _words(", og det varer i {}", ", og det varer i {}", ", and stays so for {}"),
    "count": _words("minst {} ganger i løpet av {}", "minst {} gonger i løpet av {}", "at least {} times within {}"),
    "sequence": _words("først {} i løpet av {}", "først {} i løpet av {}", "first {} within {}"),
    "then": _words(", og så {}", ", og så {}", ", and then {}"),
    "absent": _words(
        "klokken er {}, og ingenting av dette har skjedd siden kl. {}: {}",
        "klokka er {}, og ingenting av dette har skjedd sidan kl. {}: {}",
        "it is {} and none of this has happened since {}: {}",
    ),
    "check": _words(
        "klokken er {}{}, og det siste som er meldt, er at {}",
        "klokka er {}{}, og det siste som er meldt, er at {}",
        "it is {}{} and the last that was told is that {}",
    ),
    "rises": _words(
        "{}har steget med minst {} i løpet av {}", "{}har stige med minst {} i løpet av {}",
        "{}has risen by at least {} within {}",
    ),
    "falls": _words(
        "{}har sunket med minst {} i løpet av {}", "{}har søkke med minst {} i løpet av {}",
        "{}has fallen by at least {} within {}",
    ),
    "always": _words(
        "Det gjelder også når det aldri er sett.", "Det gjeld òg når det aldri er sett.",
        "That holds also where it was never seen.",
    ),
    "found": _words("regelen «{}» slår til", "regelen «{}» slår til", "the rule “{}” alerts"),
    "only_when": _words("Gjelder bare når {}.", "Gjeld berre når {}.", "Only while {}."),
    "usual": _words(
        "Grensen følger personens egne vaner: {}, {} av 100 ganger{}, men {}. Er vanene ikke kjent, gjelder {}.",
        "Grensa følgjer vanane til personen: {}, {} av 100 gonger{}, men {}. Er vanane ikkje kjende, gjeld {}.",
        "The bound follows the person's own habits: {}, {} times out of 100{}, but {}. "
        "Where they are not known, {} holds.",
    ),
    "plus": _words(", pluss {}", ", pluss {}", ", plus {}"),
    "least_most": _words("minst {} og høyst {}", "minst {} og høgst {}", "at least {} and at most {}"),
    "earliest_latest": _words(
        "tidligst kl. {} og senest kl. {}", "tidlegast kl. {} og seinast kl. {}", "from {} at the earliest to {}"
    ),
    "times": _words("{} ganger", "{} gonger", "{} times"),
    "at": _words("kl. {}", "kl. {}", "{}"),
    "unless": _words("Holdes tilbake når {}.", "Blir halde tilbake når {}.", "Held back while {}."),
    "device": _words(
        "Hver enhet vurderes for seg.", "Kvar eining blir vurdert for seg.", "Each device is judged by itself."
    ),
    "rest": _words(
        "Etter et varsel hviler regelen i {}.",
        "Etter eit varsel kviler regelen i {}.",
        "After an alert the rule rests for {}.",
    ),
    "press": _words("Hvert trykk teller.", "Kvart trykk tel.", "Every press counts."),
    "off": _words("Regelen er slått av.", "Regelen er slått av.", "The rule is switched off."),
}  # fmt: skip
