"""Digital supervision: which rounds are due, done by a button, and agreed by whoever coordinates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Query, Request
from fastapi.responses import Response
from markupsafe import Markup, escape

from carehub.core.people.access import Permission, Sight
from carehub.core.rules.parts import Flag
from carehub.core.watching.rounds import HOW_NB, NOT_AT_HOME, SEEN_NB, How, Seen
from carehub.flow.hub import Hub
from carehub.flow.watching import rounds as station
from carehub.kit.ids import new_id
from carehub.store import floor_plans, logins, pages, rounds, silences, stream, tables, ties
from carehub.store.called import Home
from carehub.store.database import Session
from carehub.store.rounds import Done, Listed
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.rights.readings import Readings
from carehub.web.security import Answering, Caring, NotAllowed, Planning, TheHub, local_path
from carehub.web.tongue import Spoken

router = APIRouter(prefix="/tablet/rounds")
Unit = Annotated[str | None, Query(max_length=32)]
HOWS, SEENS = Spoken(HOW_NB), Spoken(SEEN_NB)
_NOTES = Spoken({NOT_AT_HOME: NOT_AT_HOME})
_LATELY = timedelta(hours=24)
_SOON = timedelta(minutes=30)
_ON_BOARD = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundView:
    """A round as a list shows it."""

    line: Listed
    late: bool
    soon: bool


async def due_in(session: Session, sight: Sight, unit: str | None, now: datetime) -> list[RoundView]:
    """Those that can be done now in a unit (None: in all of the reader's own), the first due at the top."""
    lines = [one for one in await rounds.due(session, now, _units(sight, unit)) if _is_near(one.scope, sight, unit)]
    return [
        RoundView(line=one, late=one.turn.due_at <= now, soon=one.turn.due_at - now <= _SOON) for one in lines
    ]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """Rounds that can be done now, and those that a board lists: two hundred with their forms are a megabyte."""

    every: Sequence[RoundView]
    listed: Sequence[RoundView]


async def for_board(session: Session, sight: Sight, unit: str | None, now: datetime) -> Due:
    """The same for a board, which lists whatever is late or soon to be, and the next few."""
    every = await due_in(session, sight, unit, now)
    pressing = sum(one.late or one.soon for one in every)  # they stand first
    return Due(every=every, listed=every[: max(pressing, _ON_BOARD)])


def _units(sight: Sight, unit: str | None) -> frozenset[str] | None:
    return sight.units if unit is None else frozenset({unit})


def _is_near(scope: Home, sight: Sight, unit: str | None) -> bool:
    return sight.covers(scope.unit_id) and unit in {None, scope.unit_id}


@router.get("")
async def listed(request: Request, hub: TheHub, visitor: Caring, unit: Unit = None) -> Response:
    """What is due, what was done or missed in the last day, and what is agreed."""
    now = hub.clock()
    async with hub.database.read() as session:
        units = await pages.units(session)
        chosen = unit if any(one.id == unit for one in units) else None
        sight = await ties.sight_of(session, visitor.person, now)
        due = await due_in(session, sight, chosen, now)
        found = await rounds.since(session, now - _LATELY, now, _units(sight, chosen))
        lately = [one for one in found if _is_near(one.scope, sight, chosen)]
        agreed = [row for row in await rounds.agreed_for(session, now) if _is_near(row[2], sight, chosen)]
        may_plan = visitor.may(Permission.PLAN_SHIFTS) and chosen is not None
        living = await floor_plans.living(session, chosen, now) if may_plan and chosen else []
        unplanned = await _unplanned(session, [one.scope for one in living], {row[2].id for row in agreed}, now)
    seen = [(one.resident.id, f"round:{one.turn.id}") for one in [*(view.line for view in due), *lately]]
    seen += [(resident.id, f"planned-round:{row.id}") for row, resident, _ in agreed]
    readings: Readings = request.app.state.readings
    await readings.see(hub, visitor, "rounds", seen)
    return page(
        request, "rounds.html", visitor, due=due, lately=lately, agreed=agreed, units=units, unit=chosen,
        living=living, may_plan=may_plan, unplanned=unplanned, HOWS=HOWS, SEENS=SEENS,
        seen_choices=seen_choices,
    )  # fmt: skip


def seen_choices(turn: str) -> Markup:
    """What may have been seen, to choose from: on a board of all units a template's own loop took a third of it."""
    chips = (
        f'<label class="ds-chip" data-color="{"danger" if seen is Seen.HELP else "accent"}"><input class="ds-input" '
        f'type="radio" name="seen" id="seen-{seen.value}-{escape(turn)}" value="{seen.value}" required>'
        f"{escape(name)}</label>"
        for seen, name in SEENS.items()
    )
    return Markup("".join(chips))  # noqa: S704 - escaped


async def _unplanned(session: Session, homes: list[Home], planned: set[str], now: datetime) -> list[str]:
    """Homes of which the rules were told that rounds are agreed, and which have no plan."""
    states = await stream.load_states(session, [one.id for one in homes])
    holds = {scope for scope, state in states.items() if _holds(state.flags.get(Flag.DIGITAL_SUPERVISION, now), now)}
    return [one.name for one in homes if one.id in holds - planned]


def _holds(until: datetime | None, now: datetime) -> bool:
    return until is None or until > now


@router.post("/{turn_id}/done")
async def done(
    hub: TheHub, visitor: Answering, turn_id: str, seen: Annotated[Seen, Form()],
    note: Annotated[str, Form(max_length=400)] = "", back: Annotated[str, Form(max_length=400)] = "/tablet",
) -> Response:  # fmt: skip
    """Somebody looked in, and says what they saw. Who needs help is helped by an alert."""
    now, by = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        line = await rounds.one(session, turn_id, now)
        if line is None:
            raise HTTPException(404)
        if not (await ties.sight_of(session, visitor.person, now)).covers(line.scope.unit_id):
            raise NotAllowed
        is_new = await station.seen(hub, session, line, Done(by=by, seen=seen, note=note.strip()), now)
        if is_new:
            logins.log_reading(session, by, "round.done", [(line.resident.id, f"round:{turn_id}")], now)
    hub.wake.escalate.set()
    hub.live.change()
    there = local_path(back, "/tablet")
    return onwards(hub, there) if is_new else onwards(hub, there, None)


@router.post("")
async def plan(  # noqa: PLR0913 - one form
    hub: TheHub, visitor: Planning, resident: Annotated[str, Form(max_length=32)], opens: Annotated[time, Form()],
    closes: Annotated[time, Form()], how: Annotated[How, Form()], note: Annotated[str, Form(max_length=200)] = "",
    last_day: Annotated[date | None, Form()] = None,
) -> Response:  # fmt: skip
    """From now on a round is due for this resident each day between these times."""
    now, by = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        unit = await _unit_of(hub, session, visitor.person, resident)
        row = tables.PlannedRound(
            id=new_id(), resident_id=resident, opens=opens, closes=closes, how=how, note=note.strip(),
            last_day=last_day, made_at=now, made_by_id=by,
        )  # fmt: skip
        session.add(row)
        logins.log_reading(session, by, "round.planned", [(resident, f"planned-round:{row.id}")], now)
    return onwards(hub, f"/tablet/rounds?unit={unit or ''}")


@router.post("/plans/{round_id}/end")
async def end(hub: TheHub, visitor: Planning, round_id: str) -> Response:
    """It is agreed no longer."""
    now, by = hub.clock(), visitor.person.id
    async with hub.database.write() as session:
        row = await session.get(tables.PlannedRound, round_id)
        if row is None:
            raise HTTPException(404)
        unit = await _unit_of(hub, session, visitor.person, row.resident_id)
        if await rounds.end(session, round_id, by, now):
            logins.log_reading(session, by, "round.ended", [(row.resident_id, f"planned-round:{round_id}")], now)
    hub.live.change()
    return onwards(hub, f"/tablet/rounds?unit={unit or ''}")


async def _unit_of(hub: Hub, session: Session, person: tables.Person, resident: str) -> str | None:
    """The unit of somebody's home, for whoever may plan there."""
    home, _ = await silences.home_of(session, resident, hub.clock())
    scope = await session.get(tables.Scope, home) if home else None
    if scope is None:
        raise HTTPException(404)
    if not (await ties.sight_of(session, person, hub.clock())).covers(scope.unit_id):
        raise NotAllowed
    return scope.unit_id
