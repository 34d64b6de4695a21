"""What the paper about a resident says, section by section. `record.typ` gives it its look, `kit.paper` sets it.

Few fields are a table with a row for each; many are a card for each, with tables of what hangs on it.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import get_day_names

from carehub.core.days.usual import FEATURES, Unit
from carehub.web.render import STATIC
from carehub.web.rights import record_words
from carehub.web.rights.record_words import SECTIONS, UNDER
from carehub.web.tongue import _, decimal, language, locale
from carehub.web.words import place_name

TEMPLATE = Path(__file__).with_name("record.typ")
FONTS = STATIC / "inter"
_REGIONS = {"nb": "NO", "nn": "NO", "en": "GB"}
_MOST_COLUMNS = 6
_NARROW = 18
"""Signs that a column holds without breaking them."""
_MOST_ROWS, _MOST_CARDS, _MOST_UNDER = 3000, 500, 200
"""What a paper can hold: a life's log has tens of thousands of rows, and to set them takes gigabytes. JSON has all."""
Row = Mapping[str, Any]
Days = Mapping[date, int]
Title = Callable[[str], str]
"""What an alert of a kind is called: the rule says."""


def held(found: Row, events: Days, quiet: Days, zone: ZoneInfo, title: Title) -> dict[str, Any]:
    """All of it, ready for the template; what is many is counted by day, since each of them stands in the JSON."""
    who = found["resident"]
    parts = [_part(name, found[name], zone, title) for name in SECTIONS]
    parts += [
        _weeks(_("Hendelser fra sensorer, dag for dag"), events),
        _weeks(_("Når regler ikke varslet, dag for dag"), quiet),
    ]
    told = [part for part in parts if part["rows"] or part["cards"]]
    paper = {
        "title": _("Opplysninger om %(name)s", name=f"{who['given_name']} {who['family_name']}"),
        "municipality": found["municipality"], "made": _moment(found["made_at"], zone),
        "lang": language().value, "region": _REGIONS[language().value],
        "before": _before(found["schema"]), "who": _terms("resident", who, zone),
        "complaint": _("Mener du at noe er galt, si fra til kommunen. Du kan også klage til"),
        "authority": {"name": "Datatilsynet", "link": "https://www.datatilsynet.no/"},
        "contents": _("Innholdsfortegnelse"), "page": _("Side"), "of": _("av"), "parts": told,
        "nothing": _("Ingenting er lagret om dette"), "empty": [part["name"] for part in parts if part not in told],
    }  # fmt: skip
    return {name: _shown(said) for name, said in paper.items()}


def _before(schema: str) -> list[str]:
    return [
        _("Dette er det som er lagret om beboeren i velferdsteknologien. Det er gitt etter retten til innsyn."),
        _("Hver hendelse for seg står i JSON-filen (%(schema)s), som andre systemer kan lese.", schema=schema),
        _("Det folk har skrevet, står slik de skrev det. Bare de som har sett opplysningene, står med navn."),
    ]


def _part(section: str, rows: Sequence[Row], zone: ZoneInfo, title: Title) -> dict[str, Any]:
    said = {field for row in rows for field, kept in row.items() if kept is not None and kept != ""}
    if section == "usual":
        shown = _newest(rows, _MOST_UNDER)
        return _new(section, rows, shown, _usual(shown, zone))
    if section == "days" or (len(said) <= _MOST_COLUMNS and not said & {*UNDER}):
        shown = _newest(rows, _MOST_ROWS)
        return _new(section, rows, shown, _days(shown) if section == "days" else _table(section, shown, zone))
    shown = _newest(rows, _MOST_CARDS)
    cards = [_card(section, number, row, zone, title) for number, row in enumerate(shown, 1)]
    return _new(section, rows, shown, _laid([], []), cards)


def _newest(rows: Sequence[Row], most: int) -> Sequence[Row]:
    """As many as there is room for, in their order: some lists begin with the oldest, some with the newest."""
    if len(rows) <= most:
        return rows
    return rows[-most:] if _when(rows[0]) < _when(rows[-1]) else rows[:most]


def _when(row: Row) -> str:
    return next((kept for kept in row.values() if isinstance(kept, str) and _MOMENT.fullmatch(kept)), "")


def _new(
    section: str, rows: Sequence[Row], shown: Sequence[Row], table: Mapping[str, Any], cards: Sequence[Row] = ()
) -> dict[str, Any]:  # fmt: skip
    name, fewer = SECTIONS[section], len(shown) < len(rows)
    note = _("Her står de %(shown)s nyeste. Resten står i JSON-filen.", shown=len(shown)) if fewer else ""
    return {"name": name, "title": f"{name} ({len(rows)})", "note": note, **table, "cards": cards}


def _card(section: str, number: int, row: Row, zone: ZoneInfo, title: Title) -> dict[str, Any]:
    """One row by itself, under what it is and when it was."""
    at = next((_moment(row[name], zone) for name in ("raised_at", "at", "since", "made_at") if row.get(name)), "")
    name = title(row["kind"]) if section == "alerts" else f"{SECTIONS[section]} {number}"
    said = {field: kept for field, kept in row.items() if section != "alerts" or field != "kind"}
    under = [
        {"title": f"{UNDER[part]} ({len(row[part])})", **_table(part, _newest(row[part], _MOST_UNDER), zone)}
        for part in UNDER
        if row.get(part)
    ]
    return {"title": f"{name}, {at}", "terms": _terms(section, said, zone), "under": under}


def _terms(section: str, row: Row, zone: ZoneInfo) -> list[list[str]]:
    said = [(name, _value(section, name, kept, zone)) for name, kept in row.items() if name not in {*UNDER, "because"}]
    return [[record_words.field(name), one] for name, one in said if one]


def _table(section: str, rows: Sequence[Row], zone: ZoneInfo) -> dict[str, Any]:
    """A column for each field that says something in at least one row."""
    said = [{name: _value(section, name, kept, zone) for name, kept in row.items()} for row in rows]
    names = [name for name in dict.fromkeys(name for row in said for name in row) if any(row.get(name) for row in said)]
    return _laid([record_words.field(name) for name in names], [[row.get(name, "") for name in names] for row in said])


def _laid(head: list[str], rows: list[list[str]]) -> dict[str, Any]:
    """A width for each column: as much as it needs (0), or its share of what is left; of many, all have a share."""
    longest = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    crowded = len(head) >= _MOST_COLUMNS or not any(most > _NARROW for most in longest)
    widths = [min(max(most, 11), 26) if crowded or most > _NARROW else 0 for most in longest]
    return {"head": head, "rows": rows, "widths": widths}


def _days(rows: Sequence[Row]) -> dict[str, Any]:
    """Signs of life by room; the half hours and the rest stand in the JSON."""
    said = []
    for row in rows:
        rooms = [f"{place_name(room)}: {decimal(many)}" for room, many in row.get("rooms", {}).items() if many]
        habits = [f"{record_words.usual(one)}: {_amount(one, kept)}" for one, kept in row.get("habits", {}).items()]
        said.append([_day(row["day"]), str(sum(row.get("half_hours", ()))), ", ".join(rooms), ", ".join(habits)])
    return _laid([_("Døgn"), _("Livstegn"), _("Rom"), _("Vaner")], said)


def _usual(rows: Sequence[Row], zone: ZoneInfo) -> dict[str, Any]:
    said = [
        [_moment(row["at"], zone), record_words.usual(name), _amount(name, of["p50"]), _amount(name, of["p95"])]
        for row in rows
        for name, of in row["of"].items()
    ]
    return _laid([_("Regnet ut"), _("Hva"), _("Halvparten av gangene høyst"), _("19 av 20 ganger høyst")], said)


def _amount(name: str, kept: float) -> str:
    """In what the feature is counted: a time of day, minutes, or how many."""
    unit = FEATURES.get(name)
    if unit is Unit.CLOCK:
        return "{:02d}:{:02d}".format(*divmod(round(kept) % (24 * 60), 60))
    return _("%(many)s min", many=decimal(kept)) if unit is Unit.MINUTES else decimal(kept)


def _weeks(name: str, days: Days) -> dict[str, Any]:
    """How many on each day, a row for each week."""
    mondays = sorted({day - timedelta(days=day.weekday()) for day in days})
    names = get_day_names("abbreviated", locale=locale())
    head = [_("Uke fra"), *(names[after] for after in range(7))]
    rows = [
        [_day(monday.isoformat()), *(str(days.get(monday + timedelta(days=after), "–")) for after in range(7))]
        for monday in mondays
    ]
    return {"name": name, "title": f"{name} ({sum(days.values())})", "note": "", **_laid(head, rows), "cards": []}


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
"""As the record writes moments; anything else is somebody's own words."""
_DAY, _CLOCK = re.compile(r"\d{4}-\d\d-\d\d"), re.compile(r"\d\d:\d\d:\d\d")


def _value(section: str, name: str, kept: Any, zone: ZoneInfo) -> str:
    if kept is None:
        return ""
    if isinstance(kept, str) and _MOMENT.fullmatch(kept):
        return _moment(kept, zone)
    if name == "last_day" and _DAY.fullmatch(str(kept)):
        return _day(kept)
    if name in {"opens", "closes"} and _CLOCK.fullmatch(str(kept)):
        return str(kept)[:5]
    said = record_words.value(section, name, kept)
    return str(kept) if said is None else said


def _moment(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%d.%m.%Y %H:%M")


def _day(text: str) -> str:
    return date.fromisoformat(text).strftime("%d.%m.%Y")


LETTERS = (
    " -~\u00a0-\u00ac\u00ae-\u0148\u014a-\u01c3\u01c5-\u024f\u0300-\u0304\u0386\u0388-\u038a\u038c\u038e-\u03a1"
    "\u03a3-\u03d7\u0400-\u0479\u0480-\u049d\u04a0-\u04ff\u1e00-\u1e9b\u1e9e-\u1eff\u2010-\u2015\u2018-\u2027"
    "\u2030-\u2044\u2080-\u2089\u20a0-\u20af\u2116\u2122\u2190-\u2193\u2212\u2248\u2260\u2264\u2265"
)
"""What the letters of the font can show, as ranges: Latin with Sámi, Greek, Cyrillic. PDF/UA allows no other."""
_STRANGE = re.compile(f"[^{LETTERS}\n]+")
_PLAIN = re.compile("(?:[!-~æøåÆØÅ]{1,24}(?: |$))*")
"""Most of it needs no second look."""
_LONG = re.compile(r"\S{24}(?=\S)")


def _shown(said: Any) -> Any:
    """All of it as the font can show it: one sign for another that means the same, words for a sign that it lacks."""
    if isinstance(said, str):
        return _drawn(said)
    if isinstance(said, Mapping):
        return {name: one if name == "link" else _shown(one) for name, one in said.items()}
    return [_shown(one) for one in said] if isinstance(said, list | tuple) else said


def _drawn(text: str) -> str:
    if _PLAIN.fullmatch(text):
        return text
    lines = "\n".join(" ".join(line.split()) for line in unicodedata.normalize("NFC", text).splitlines())
    plain = "".join(one for one in lines if unicodedata.category(one) != "Cf")
    known = _STRANGE.sub(lambda found: unicodedata.normalize("NFKD", found[0]), plain)
    known = _STRANGE.sub(lambda found: "" if _marks(found[0]) else _("[tegn som skriften mangler]"), known)
    return _LONG.sub(lambda found: found[0] + "\u200b", known)  # a place to break what has none


def _marks(signs: str) -> bool:
    """Whether nothing would be seen of them by themselves: accents, and what steers a screen."""
    return all(unicodedata.category(one) in {"Mn", "Me", "Cc", "Cs"} for one in signs)
