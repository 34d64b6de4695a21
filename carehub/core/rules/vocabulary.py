"""What is usual for a person and what a device is, in the three languages."""

from carehub.core.rules.words import Words


def in_each(nb: str, nn: str, en: str) -> Words:
    """The same in bokmål, nynorsk and English."""
    return {"nb": nb, "nn": nn, "en": en}


USUAL: dict[str, Words] = {
    "bathroom_stay": in_each("opphold på badet", "opphald på badet", "stays in the bathroom"),
    "out_of_bed_at_night": in_each(
        "tid ute av sengen om natten", "tid ute av senga om natta", "time out of bed at night"
    ),
    "away_from_home": in_each("tid utenfor boligen", "tid utanfor bustaden", "time away from home"),
    "quiet_by_day": in_each("stille stunder om dagen", "stille stunder om dagen", "quiet times by day"),
    "quiet_at_night": in_each("stille stunder om natten", "stille stunder om natta", "quiet times at night"),
    "first_activity": in_each(
        "første bevegelse om morgenen", "første rørsla om morgonen", "the first movement in the morning"
    ),
    "out_of_bed": in_each("tidspunktet for å stå opp", "tidspunktet for å stå opp", "the time of getting up"),
    "first_meal": in_each("dagens første måltid", "det første måltidet for dagen", "the first meal of the day"),
    "bedtime": in_each("leggetid", "leggetid", "bedtime"),
    "bathroom_visits_at_night": in_each(
        "besøk på badet om natten", "besøk på badet om natta", "visits to the bathroom at night"
    ),
    "bathroom_visits_by_day": in_each(
        "besøk på badet om dagen", "besøk på badet om dagen", "visits to the bathroom by day"
    ),
    "bed_exits_at_night": in_each(
        "turer ut av sengen om natten", "turar ut av senga om natta", "times out of bed at night"
    ),
    "kitchen_visits_by_day": in_each(
        "besøk på kjøkkenet om dagen", "besøk på kjøkenet om dagen", "visits to the kitchen by day"
    ),
    "entrance_openings_at_night": in_each(
        "åpninger av ytterdøren om natten", "opningar av ytterdøra om natta", "openings of the front door at night"
    ),
}

DEVICE_CLASSES: dict[str, Words] = {
    "gateway": in_each("på en gateway", "på ein gateway", "on a gateway"),
    "button": in_each("på en alarmknapp", "på ein alarmknapp", "on an alarm button"),
    "cord": in_each("på en snor", "på ei snor", "on a cord"),
    "fall": in_each("på en fallsensor", "på ein fallsensor", "on a fall detector"),
    "smoke": in_each("på en røykvarsler", "på ein røykvarslar", "on a smoke detector"),
    "gas": in_each("på en gassvarsler", "på ein gassvarslar", "on a gas detector"),
    "sensor": in_each("på en sensor", "på ein sensor", "on a sensor"),
    "switch": in_each("på en bryter", "på ein brytar", "on a switch"),
}
