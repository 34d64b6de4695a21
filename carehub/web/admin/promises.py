"""What the hub promises, how each promise is proven, and how the hub fares just now."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request
from fastapi.responses import Response

from carehub.core.answers.answer_times import divided
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.flow.watching import answer_days
from carehub.store import canary, letters, registers, ties, today
from carehub.store.database import Session
from carehub.web.admin.answers import time_words
from carehub.web.health import auditor_says
from carehub.web.render import page
from carehub.web.security import Administering, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin")
_HEADING = "## Promises and proofs"
_ROW = re.compile(r"^\| (?P<promise>.+?) \| (?P<figure>.+?) \| (?P<command>.+?) \|$")
_LOOK_BACK = timedelta(days=28)
_LATE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """A row of the README's table, in its own words."""

    promise: str
    figure: str
    command: str

    @property
    def missed(self) -> bool:
        """Whether the figure says that the goal was not reached."""
        return "missed" in self.figure


@dataclass(frozen=True, slots=True)
class Now:
    """One thing that can be said of the hub this minute."""

    name: str
    figure: str
    good: bool = True


@cache
def promised() -> tuple[Promise, ...]:
    """The table of the README that ships with this release; empty where none does."""
    package = Path(__file__).resolve().parents[2]
    shipped = package / "_data" / "README.md"
    file = shipped if shipped.exists() else package.parent / "README.md"
    return tuple(read(file.read_text(encoding="utf-8"))) if file.exists() else ()


def read(text: str) -> list[Promise]:
    """The rows of the table of promises, without the marks of Markdown."""
    section = text.partition(_HEADING)[2].partition("\n## ")[0]
    rows = [found for line in section.splitlines() if (found := _ROW.match(line))]
    return [Promise(*(_plain(cell) for cell in row.groups())) for row in rows[1:] if "---" not in row[0]]


def _plain(cell: str) -> str:
    return re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", cell).replace("`", "").replace("**", "").replace("\\|", "|")


@router.get("/promises")
async def promises(request: Request, hub: TheHub, visitor: Administering) -> Response:
    """How the hub fares now, and what this release was measured to do."""
    async with hub.database.read() as session:
        now = await _now(hub, session, visitor)
    return page(request, "admin_promises.html", visitor, figures=now, promises=promised())


async def _now(hub: Hub, session: Session, visitor: Visitor) -> Sequence[Now]:
    clock, health = hub.clock(), hub.health
    waiting, oldest = await registers.waiting_notices(session), await today.oldest_unsent(session)
    dead = await letters.how_many(session, clock - timedelta(days=1))
    lag = health.loop_lag_s
    late = oldest is not None and clock - oldest > _LATE
    return [
        *await _of_canary(hub, session),
        _of_auditor(hub, clock),
        Now(_("Meldinger som venter på å bli sendt"), str(waiting), good=not late),
        Now(_("Den eldste av dem har ventet"), time_words(clock - oldest if oldest else None), good=not late),
        Now(_("Hendelser det ikke er gjort rede for"), str(health.unaccounted), good=not health.unaccounted),
        Now(_("Uleselige meldinger siste døgn"), str(dead), good=not dead),
        Now(_("Målinger kastet siden start"), str(health.dropped), good=not health.dropped),
        Now(_("Lengste opphold i huben siste minutt"), f"{round(lag * 1000)} ms", good=lag < 1),
        await _of_answers(session, hub.zone, visitor, clock),
    ]


async def _of_canary(hub: Hub, session: Session) -> list[Now]:
    state, months = hub.health.canary, await canary.months(session, 1)
    found = [
        Now(_("Prøvealarmen"), _("ble borte") if state.missing else _("kommer tilbake"), good=not state.missing),
        Now(_("Den siste runden tok"), f"{state.took_ms} ms" if state.took_ms is not None else "–"),
    ]
    for one in months:
        share = _("%(some)s av %(all)s", some=one.returned, all=one.returned + one.missed)
        found.append(Now(_("Kommet tilbake i måneden"), share, good=not one.missed))
    return found


def _of_auditor(hub: Hub, clock: datetime) -> Now:
    said = auditor_says(hub)
    state = hub.health.auditor
    names = {
        "content": _("alt i orden"), "shouts": _("varsler om feil"), "silent": _("svarer ikke"),
        "unknown": _("ikke i bruk"),
    }  # fmt: skip
    ago = _(", sett for %(span)s siden", span=time_words(clock - state.at)) if state else ""
    good = said in {"content", "unknown"}
    return Now(_("Kontrolløren, som også sender hjerteslaget ut"), names[said] + ago, good=good)


async def _of_answers(session: Session, zone: ZoneInfo, visitor: Visitor, clock: datetime) -> Now:
    sight = await ties.sight_of(session, visitor.person, clock)
    every = await answer_days.days(session, zone, clock - _LOOK_BACK, clock)
    wanted = {Severity.SERIOUS, Severity.CRITICAL}
    found = (await asyncio.to_thread(divided, every, sight.covers, wanted)).all.taken
    share = f"{round(100 * found.prompt.value)} %" if found.prompt.tells else _("for få til å si noe")
    return Now(_("Kritiske og alvorlige varsler tatt innen 180 sekunder, siste 28 dager"), share)
