"""The list of planned visits, in the same form as `carehub visits import` reads."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from carehub.core.people import visit_plan
from carehub.core.people.access import PRIVATE, Permission
from carehub.core.people.visit_plan import ALSO, COLUMNS, Fault
from carehub.core.showing.spreadsheet import Cell, Row, written
from carehub.store import visits
from carehub.store.database import Session
from carehub.store.visits import Line
from carehub.web.admin.register import Refused
from carehub.web.admin.transfer import Change, Known, Outcome, Seen, Sort
from carehub.web.tongue import later

_BACK, _AHEAD = timedelta(days=1), timedelta(days=28)


async def _out(at_hand: Known, session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    now, names = at_hand.hub.clock(), {one.id: one.username for one in at_hand.people.values()}
    mine = [one.id for one in at_hand.residents.values() if at_hand.sight.covers(one.unit_id)]
    rows: list[Sequence[Cell]] = [
        (one.resident_id, at_hand.unit_names.get(one.unit_id), names.get(one.person_id or ""), _wall(at_hand, one.at),
         _wall(at_hand, one.until), one.title)
        for one in await visits.between(session, mine, now - _BACK, now + _AHEAD)
    ]  # fmt: skip
    return rows, [(who, "visits.csv") for who in dict.fromkeys(str(row[0]) for row in rows)]


def _wall(at_hand: Known, moment: datetime) -> str:
    return moment.astimezone(at_hand.hub.zone).strftime("%Y-%m-%dT%H:%M")


def _in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    cells = [row.cells.get(name, "") for name in COLUMNS]
    found = next(iter(visit_plan.read(written(COLUMNS, [cells]).decode("utf-8-sig"), at_hand.hub.zone)))
    if isinstance(found, Fault):
        raise Refused(found.why)
    who = at_hand.residents.get(found.resident)
    if who is None or not at_hand.sight.covers(who.unit_id):
        raise Refused(later("Ingen beboer hos deg har denne id-en i kolonnen «beboer»."))
    unit = at_hand.unit(at_hand.unit_names.get(found.unit, found.unit))
    by = at_hand.people.get((found.person or "").casefold())
    if found.person and (by is None or by.role in PRIVATE):
        raise Refused(later("Ingen ansatt har dette brukernavnet."))
    line = Line(
        resident_id=who.id, unit_id=unit or "", person_id=by.id if by else None, at=found.at, until=found.until,
        title=found.title,
    )  # fmt: skip

    async def change(session: Session, out: Outcome) -> None:
        await visits.write_plan(session, [line])
        out.seen.append((who.id, "visits.csv"))

    return later("legges til, hvis det ikke står der alt"), change


VISITS = Sort(
    name="visits", title=later("Planlagte besøk"), columns=COLUMNS, needed=COLUMNS, also=ALSO, export=_out, read=_in,
    may=Permission.PLAN_SHIFTS,
    help=later("«beboer» er en id. Tomt «brukernavn» er et besøk som ikke står på noens liste. «fra» og «til» skrives "
             "som 2026-01-31T08:00."),
)  # fmt: skip
