"""The record as a PDF: headings, plain rows, Norwegian letters, with its language, its title and an outline.

It is not tagged (PDF/UA): fpdf2 2.8 tags pictures alone, and has no way to more. A screen reader has the page.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.prefs import ViewerPreferences

from carehub.core.showing.terms import KINDS, kind_name
from carehub.web.tongue import Spoken, _, language
from carehub.web.wording import reading_words

_FONT = Path(__file__).parents[1] / "static" / "inter" / "inter-latin-400.ttf"
_BODY, _HEAD, _TITLE = 9, 13, 18
SECTIONS = Spoken({
    "homes": "Hjem", "devices": "Utstyr", "legal_bases": "Rettslig grunnlag", "alerts": "Varsler",
    "decisions_about_rules": "Avgjørelser om regler", "consents": "Pårørende og samtykke",
    "pauses_of_sharing": "Pause i det pårørende får vite", "messages": "Meldinger mellom pårørende og ansatte",
    "visits_of_family": "Besøk av pårørende", "planned_visits": "Planlagte og utførte besøk",
    "rounds": "Tilsynsrunder", "notes_of_shifts": "Notater ved vaktskifte", "silences": "Satt på stille",
    "held_by_silences": "Holdt tilbake mens noe var satt på stille", "tasks": "Oppgaver",
    "days": "Døgn for døgn i tall", "usual": "Det huben har regnet som vanlig",
    "findings_of_models": "Funn fra modeller", "wishes": "Det som er viktig for beboeren",
    "protected_addresses": "Adressesperre", "legal_holds": "Sperret mot sletting", "erasures": "Bedt om sletting",
    "opened_across_units": "Åpnet fra en annen enhet", "who_looked": "Hvem har sett opplysningene",
})  # fmt: skip
_UNDER = ("steps", "told", "turns")
"""Rows of a row, each on a line under it. Why an alert rose stands in the JSON alone: it is made for programs."""


class _Paper(FPDF):
    def footer(self) -> None:
        self.set_y(-12)
        self.set_font("Inter", size=8)
        self.cell(0, 6, f"{self.page_no()} / {{nb}}", align="C")


def written(found: Mapping[str, Any], events: Mapping[str, int], quiet: Mapping[str, int], zone: ZoneInfo) -> bytes:
    """The whole record; what is many is counted by day, since each of them stands in the JSON."""
    who = found["resident"]
    paper = _Paper()
    paper.add_font("Inter", fname=_FONT)
    paper.set_lang({"nb": "nb-NO", "nn": "nn-NO", "en": "en-GB"}[language().value])
    paper.set_title(_("Opplysninger om %(name)s", name=f"{who['given_name']} {who['family_name']}"))
    paper.viewer_preferences = ViewerPreferences(display_doc_title=True)
    paper.add_page()
    _line(paper, paper.title or "", _TITLE)
    _line(paper, f"{found['municipality']}, {_moment(found['made_at'], zone)}. {found['schema']}")
    _line(paper, "  ".join(f"{name}: {value}" for name, value in who.items() if value is not None))
    for name in SECTIONS:
        _head(paper, SECTIONS[name], len(found[name]))
        for row in found[name]:
            _line(paper, _row(name, row, zone))
            for under in (one for part in _UNDER for one in row.get(part, ())):
                _line(paper, "    " + _row("under", under, zone))
    for title, days in (
        (_("Hendelser fra sensorer, dag for dag"), events),
        (_("Når regler ikke varslet, dag for dag"), quiet),
    ):
        _head(paper, title, sum(days.values()))
        _line(paper, ", ".join(f"{day}: {many}" for day, many in sorted(days.items())) or "–")
    return bytes(paper.output())


def _head(paper: FPDF, title: str, many: int) -> None:
    paper.ln(3)
    paper.start_section(_shown(f"{title} ({many})"))
    _line(paper, f"{title} ({many})", _HEAD)


def _line(paper: FPDF, text: str, size: int = _BODY) -> None:
    paper.set_font("Inter", size=size)
    paper.multi_cell(0, size * 0.5, _shown(text), new_x=XPos.LMARGIN, new_y=YPos.NEXT)


def _row(section: str, row: Mapping[str, Any], zone: ZoneInfo) -> str:
    """One row as a sentence of its values: moments as a clock shows them, nothing that is empty."""
    if section == "who_looked":
        said: Sequence[str | None] = (
            _moment(row["at"], zone), row["name"], row["role"], row["unit"], reading_words.did(row["action"]),
            reading_words.why(row["because"]),
        )  # fmt: skip
        return " · ".join(one for one in said if one)
    if section == "days":
        return _day(row)
    if section == "usual":
        likes = ", ".join(f"{name}: {of['p50']:g}, {of['p95']:g}" for name, of in row["of"].items())
        return f"{_moment(row['at'], zone)} · {likes}"
    return " · ".join(
        _value(name, value, zone)
        for name, value in row.items()
        if value not in (None, "", False) and name not in {*_UNDER, "because"}
    )


def _day(row: Mapping[str, Any]) -> str:
    """Signs of life by room; the half hours and the rest stand in the JSON."""
    rooms = [f"{room}: {many:g}" for room, many in row.get("rooms", {}).items() if many]
    habits = [f"{habit}: {value:g}" for habit, value in row.get("habits", {}).items()]
    return " · ".join([row["day"], str(sum(row.get("half_hours", ()))), *rooms, *habits])


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)")
"""As the record writes moments; anything else is somebody's own words."""


def _value(name: str, value: Any, zone: ZoneInfo) -> str:
    if name == "kind" and value in KINDS:
        return kind_name(value)
    return _moment(value, zone) if isinstance(value, str) and _MOMENT.fullmatch(value) else str(value)


def _moment(text: str, zone: ZoneInfo) -> str:
    return datetime.fromisoformat(text).astimezone(zone).strftime("%d.%m.%Y %H:%M")


def _shown(text: str) -> str:
    """What the letters of the font can show: another language's letter without its mark, anything else as a dot."""
    return "".join(sign if sign.isascii() or sign in _EXTRA else _bare(sign) for sign in text)


_EXTRA = frozenset("æøåÆØÅéèêóòôäöüÄÖÜÉ«»–·°§")


def _bare(sign: str) -> str:
    plain = unicodedata.normalize("NFKD", sign)[:1]
    return plain if plain.isascii() else "·"
