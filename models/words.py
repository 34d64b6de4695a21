"""A departure in bokmål: what was seen, and the person's own normal beside it.

No word says why: a model has counted, not understood.
"""

from collections.abc import Sequence
from datetime import date

from carehub.core.days.features import Feature, Part
from models.baseline import Departure, Usual
from models.slow import Shift

_WHEN = {
    Part.NIGHT: "etter midnatt",
    Part.MORNING: "om formiddagen",
    Part.AFTERNOON: "om ettermiddagen",
    Part.EVENING: "om kvelden",
}
_TIMES = {
    Feature.BED_EXITS: ("oppe av sengen", "ikke oppe av sengen"),
    Feature.BATHROOM_VISITS: ("på badet", "ikke på badet"),
    Feature.KITCHEN_VISITS: ("på kjøkkenet", "ikke på kjøkkenet"),
    Feature.ENTRANCE_OPENINGS: ("ytterdøren åpnet", "ytterdøren ikke åpnet"),
    Feature.ROOM_CHANGES: ("gikk mellom rommene", "gikk ikke mellom rommene"),
}

_LEVELS = {
    (Feature.BED_EXITS, Part.NIGHT): ("oftere oppe av sengen om natten", "sjeldnere oppe av sengen om natten"),
    (Feature.BATHROOM_VISITS, Part.NIGHT): ("oftere på badet om natten", "sjeldnere på badet om natten"),
    (Feature.BATHROOM_VISITS, None): ("oftere på badet om dagen", "sjeldnere på badet om dagen"),
    (Feature.KITCHEN_VISITS, None): ("oftere på kjøkkenet", "sjeldnere på kjøkkenet"),
    (Feature.ENTRANCE_OPENINGS, None): ("ytterdøren åpnes oftere", "ytterdøren åpnes sjeldnere"),
    (Feature.ACTIVITY, None): ("mer bevegelse om dagen", "mindre bevegelse om dagen"),
    (Feature.FIRST_ACTIVITY, Part.MORNING): ("kommer senere i gang om morgenen", "kommer tidligere i gang om morgenen"),
    (Feature.LONGEST_QUIET, None): ("lengre stille perioder om dagen", "kortere stille perioder om dagen"),
}
_RHYTHM = {
    "regularity": "regelmessig hvile", "broken_nights": "urolige halvtimer om natten",
    "meals": "måltider på kjøkkenet om dagen", "bathroom_share": "prosent av bevegelsene på badet",
    "kitchen_share": "prosent av bevegelsene på kjøkkenet", "bedroom_share": "prosent av bevegelsene på soverommet",
}  # fmt: skip
_MONTHS = (
    "januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november",
    "desember",
)  # fmt: skip
FEW = 14
"""Days of one's own; with fewer the normal is partly the others'."""


def sentence(found: Departure, part: Part) -> str:
    """Such as "oppe av sengen 5 ganger etter midnatt; vanlig 1–2"."""
    run = f", snitt av {found.run} {'netter' if part is Part.NIGHT else 'dager'}" if found.run > 1 else ""
    return f"{_seen(found, part)}{run}; vanlig {_normal(found)}"


def caution(days: int) -> str:
    """What must be said of a normal that rests on few days of one's own."""
    return "" if days >= FEW else f" (kjent i {days} dager; ellers slik andre beboere pleier)"


def slow_sentence(found: Shift, since: date) -> str:
    """Such as "oftere oppe av sengen om natten siden ca. 3. mars: 4 i døgnet, før 1 (vanlig 0–2)"."""
    more = found.after > found.before
    what = _LEVELS[found.series.feature, found.series.part][0 if more else 1]
    after, before = (_level(found.series.feature, value) for value in (found.after, found.before))
    low, high = (_level(found.series.feature, value) for value in (found.low, found.high))
    return f"{what} siden ca. {_date(since)}: {after}, før {before} (vanlig {_range(low, high).replace('–kl. ', '–')})"


def rhythm_sentence(found: Sequence[tuple[str, float, Usual]]) -> str:
    """A week's rhythm, the clearest first."""
    return "siste sju døgn: " + "; ".join(
        f"{_RHYTHM[name]} {_number(seen)} (vanlig {_range(_number(normal.low), _number(normal.high))})"
        for name, seen, normal in found
    )


def paragraph(sentences: list[str]) -> str:
    """Several sentences as one text; the first keeps its small letter, for it may follow a colon."""
    return ". ".join([*sentences[:1], *(one[0].upper() + one[1:] for one in sentences[1:])])


def _seen(found: Departure, part: Part) -> str:
    when = _WHEN[part]
    if found.feature is Feature.FIRST_ACTIVITY:
        return f"første bevegelse utenfor soverommet kl. {_clock(found.seen)}"
    if found.feature is Feature.LONGEST_QUIET:
        return f"ingen bevegelse på {_duration(found.seen)} {when}"
    if found.feature is Feature.ACTIVITY:
        return f"{_number(found.seen)} {'bevegelse' if _number(found.seen) == '1' else 'bevegelser'} {when}"
    some, none = _TIMES[found.feature]
    number = _number(found.seen)
    return f"{none} {when}" if number == "0" else f"{some} {number} {'gang' if number == '1' else 'ganger'} {when}"


def _normal(found: Departure) -> str:
    low, high = found.usual.low, found.usual.high
    if found.feature is Feature.LONGEST_QUIET:
        return f"høyst {_duration(high)}"
    if found.feature is Feature.FIRST_ACTIVITY:
        return _range(_clock(low), _clock(high))
    if high == 0:
        return "aldri"
    return _range(_number(low), _number(high))


def _range(low: str, high: str) -> str:
    return low if low == high else f"{low}–{high}"


def _level(feature: Feature, value: float) -> str:
    if feature is Feature.FIRST_ACTIVITY:
        return f"kl. {_clock(value)}"
    return _duration(value) if feature is Feature.LONGEST_QUIET else _number(value)


def _date(day: date) -> str:
    return f"{day.day}. {_MONTHS[day.month - 1]}"


def _number(value: float) -> str:
    """Small numbers with one decimal, where there is one; a decimal comma."""
    rounded = round(value, 1) if abs(value) < 10 else round(value)  # noqa: PLR2004 - beyond ten nobody counts tenths
    return f"{rounded:g}".replace(".", ",")


def _clock(minutes: float) -> str:
    hours, rest = divmod(round(minutes), 60)
    return f"{hours:02}.{rest:02}"


def _duration(minutes: float) -> str:
    """In steps of five minutes: more exact than a motion sensor would be a pretence."""
    hours, rest = divmod(5 * round(minutes / 5), 60)
    words = [f"{hours} {'time' if hours == 1 else 'timer'}"] if hours else []
    words += [f"{rest} minutter"] if rest or not hours else []
    return " og ".join(words)
