"""Administration of ladders: who is asked, in which order, and who would be asked now. Every change can be undone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.escalation import Circle, Concern, on_rung
from carehub.core.answers.ladders import (
    ARRIVE_BOUNDS,
    BUILT_IN,
    FINISH_BOUNDS,
    PATIENCE,
    AnswerTimes,
    Audience,
    Group,
    Plan,
    Rung,
    audience,
    faults_of,
    time_faults,
)
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import ladder_changes, ladders, logins, pages, tables
from carehub.store.database import Session
from carehub.store.ladders import Choices
from carehub.web import words
from carehub.web.done import onwards
from carehub.web.render import page
from carehub.web.security import Administering, NotAllowed, TheHub, Visitor
from carehub.web.tongue import _

router = APIRouter(prefix="/admin/ladders")
_STAFF_ROLES = (Role.COORDINATOR, Role.NURSE, Role.CARE_CENTRE)
_ALL = "alle"
"""The address of the ladders that hold for all units without one of their own."""
_MINUTE = timedelta(minutes=1)
Number = Annotated[int, Form(ge=1, le=99)]
Minutes = Annotated[float, Form(gt=0, le=3000)]


@router.get("")
async def front(visitor: Administering) -> RedirectResponse:
    """The one that matters most."""
    return RedirectResponse(f"{router.prefix}/{_ALL}/{int(Severity.CRITICAL)}", status_code=303)


@router.get("/{unit}/{severity}")
async def ladder(request: Request, hub: TheHub, visitor: Administering, unit: str, severity: int) -> Response:
    """One ladder, rung by rung, with whom each would ask now."""
    return await _shown(request, hub, visitor, unit, severity)


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, unit: str, severity: int, wrong: Sequence[str] = ()
) -> Response:
    level, unit_id, now = _level(severity), _unit(unit), hub.clock()
    async with hub.database.read() as session:
        units = await pages.units(session)
        if unit_id is not None and all(one.id != unit_id for one in units):
            raise HTTPException(404)
        circle = await ladders.circle(session, now)
        known = await ladders.choices(session)
        kept = {(one.unit, one.severity): one for one in await ladders.stored(session)}
        change = await ladder_changes.last_change(session, unit_id, level)
        contacts = await ladders.contacts(session)
    own = kept.get((unit_id, level))
    plan = own.plan if own else circle.plan(unit_id, level)
    concern = Concern(unit=unit_id, severity=level)
    return page(
        request, "admin_ladders.html", visitor, status=422 if wrong else 200, wrong=wrong, unit=unit, units=units,
        level=level, levels=sorted(BUILT_IN, reverse=True), plan=plan, own=own, is_built_in=plan.built_in,
        rungs=[(rung, _sentence(rung, known), _now(rung, concern, circle, known)) for rung in plan.ladder],
        options=_options(units, known), change=change, contacts=contacts, channels=sorted({*hub.channels} - _NOBODY),
        patience=PATIENCE[level], arrive=ARRIVE_BOUNDS[level], finish=FINISH_BOUNDS[level],
    )  # fmt: skip


_NOBODY = {"tablet", "siren", "lamp", "canary", "console"}
"""Channels that reach no person in particular; the console is a line in a log."""


def _level(severity: int) -> Severity:
    if severity not in set(BUILT_IN):
        raise HTTPException(404)
    return Severity(severity)


def _unit(unit: str) -> str | None:
    return None if unit == _ALL else unit


# --- words ---------------------------------------------------------------------------------


def _sentence(rung: Rung, known: Choices) -> str:
    """A rung as people say it: "vakten og koordinator, etter tur"."""
    whom = words.joined(words.audience_name(one, _names(known)) for one in rung.asks) if rung.asks else _("ingen")
    how = _("etter tur") if rung.in_turn else _("alle samtidig")
    return f"{whom}, {how}"


def _names(known: Choices) -> Mapping[str, str]:
    return {**known.people, **known.contacts}


def _now(rung: Rung, concern: Concern, circle: Circle, known: Choices) -> list[str]:
    """Whom this rung would ask now, by name and first way."""
    names = _names(known)
    found = []
    for one in on_rung(rung, concern, circle):
        first = one.methods[0].channel if one.methods else "tablet"
        found.append(f"{names.get(one.id, one.id)} ({words.way_amid(first)})")
    return found


def _options(units: Sequence[tables.Unit], known: Choices) -> list[tuple[str, str, str]]:
    """What can be chosen on a rung: the value, its words, and the heading it stands under."""
    plain = [one for one in Group if one not in {Group.ROLE, Group.COMPETENCE, Group.SCHEDULE, Group.PERSON}]
    found = [(str(Audience(one)), words.GROUPS[one].capitalize(), _("Grupper")) for one in plain]
    found += [(f"role:{one.value}", words.ROLES[one], _("Roller")) for one in _STAFF_ROLES]
    found += [(f"competence:{one}", one, _("Kompetanse")) for one in known.competences if " " not in one]
    found += [(f"schedule:{one.id}", _("Vakten på %(unit)s", unit=one.name), _("Vaktplaner")) for one in units]
    found += [(f"alarm_centre:{one}", name, _("Utenfor huset")) for one, name in known.contacts.items()]
    return found + [(f"person:{one}", name, _("Personer")) for one, name in known.people.items()]


# --- contacts outside the house ------------------------------------------------------------


@router.post("/contacts")
async def add_contact(
    hub: TheHub,
    visitor: Administering,
    name: Annotated[str, Form(min_length=2, max_length=80)],
    channel: Annotated[str, Form(max_length=40)],
    address: Annotated[str, Form(min_length=3, max_length=120)],
) -> Response:
    """An alarm centre, or a telephone that is always on."""
    if channel not in {*hub.channels} - _NOBODY:
        raise NotAllowed
    async with hub.database.write() as session:
        contact = tables.FixedContact(id=new_id(), name=name.strip(), channel=channel, address=address.strip())
        session.add(contact)
        logins.log_reading(session, visitor.person.id, "contact.added", [(None, f"contact:{contact.id}")], hub.clock())
    return _back(hub, _ALL, int(Severity.CRITICAL))


@router.post("/contacts/{contact_id}/remove")
async def remove_contact(hub: TheHub, visitor: Administering, contact_id: str) -> Response:
    """It is called no more; a rung that asks it only is passed."""
    async with hub.database.write() as session:
        contact = await session.get(tables.FixedContact, contact_id)
        if contact is None:
            raise HTTPException(404)
        await session.delete(contact)
        logins.log_reading(
            session, visitor.person.id, "contact.removed", [(None, f"contact:{contact_id}")], hub.clock()
        )
    return _back(hub, _ALL, int(Severity.CRITICAL))


# --- changing ------------------------------------------------------------------------------


@router.post("/{unit}/{severity}/rung")
async def save_rung(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Administering,
    unit: str,
    severity: int,
    number: Number,
    minutes: Minutes,
    asks: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    order: Annotated[str, Form(pattern="^(together|turn)$")] = "together",
    methods: Annotated[list[str], Form()] = [],  # noqa: B006 - FastAPI copies it
    siren: Annotated[bool, Form()] = False,  # noqa: FBT002 - a checkbox
) -> Response:
    """Change a rung, or put a new one below the last."""
    try:
        groups = tuple(audience(one) for one in asks)
    except ValueError:
        raise HTTPException(422) from None
    rung = Rung(
        asks=groups, patience=minutes * _MINUTE, in_turn=order == "turn", siren=siren,
        methods=tuple(one for one in methods if one in hub.channels),
    )  # fmt: skip

    def changed(plan: Plan) -> Plan:
        rungs = list(plan.ladder)
        if number <= len(rungs):
            rungs[number - 1] = rung
        else:
            rungs.insert(max(len(rungs) - 1, 0), rung)
        return replace(plan, ladder=tuple(rungs))

    return await _change(request, hub, visitor, unit, severity, changed)


@router.post("/{unit}/{severity}/times")
async def save_times(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Administering, unit: str, severity: int, arrive: Minutes, finish: Minutes
) -> Response:
    """How long an answer may take."""
    times = AnswerTimes(arrive=arrive * _MINUTE, finish=finish * _MINUTE)
    return await _change(request, hub, visitor, unit, severity, lambda plan: replace(plan, times=times))


@router.post("/{unit}/{severity}/{act}")
async def rearrange(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Administering, unit: str, severity: int, act: str, number: Number = 1
) -> Response:
    """Move a rung up or down, take it away, undo the last change, or go back to the built-in ladder."""
    if act in _MOVES:
        return await _change(request, hub, visitor, unit, severity, lambda plan: _moved(plan, act, number))
    level, unit_id, now = _level(severity), _unit(unit), hub.clock()
    async with hub.database.write() as session:
        if act == "undo":
            await ladder_changes.undo(session, unit_id, level)
        elif act == "reset":
            await ladder_changes.save(session, unit_id, level, None, by=visitor.person.id, now=now)
        else:
            raise HTTPException(404)
        _note(session, visitor, f"ladder.{act}", unit, severity, hub)
    return _back(hub, unit, severity)


_MOVES = {"up": -1, "down": 1, "remove": 0}


def _moved(plan: Plan, act: str, number: int) -> Plan:
    rungs = list(plan.ladder)
    if number > len(rungs):
        return plan
    rung = rungs.pop(number - 1)
    if act != "remove":
        rungs.insert(min(max(number - 1 + _MOVES[act], 0), len(rungs)), rung)
    return replace(plan, ladder=tuple(rungs))


async def _change(request: Request, hub: Hub, visitor: Visitor, unit: str, severity: int, changed: Any) -> Response:
    """Keep what the change comes to, if it can be followed; else say why not, and leave everything as it was."""
    level, unit_id = _level(severity), _unit(unit)
    async with hub.database.write() as session:
        if unit_id is not None and await session.get(tables.Unit, unit_id) is None:
            raise HTTPException(404)
        wanted = changed(await _present(session, unit_id, level))
        wrong = [*faults_of(level, wanted.ladder), *time_faults(level, wanted.times)]
        if not wrong:
            await ladder_changes.save(session, unit_id, level, wanted, by=visitor.person.id, now=hub.clock())
            _note(session, visitor, "ladder.changed", unit, severity, hub)
    if wrong:
        return await _shown(request, hub, visitor, unit, severity, wrong)
    return _back(hub, unit, severity)


async def _present(session: Session, unit_id: str | None, level: Severity) -> Plan:
    """What stands on the page: the rows of this very ladder, faults and all, else what holds here."""
    own = [one for one in await ladders.stored(session, level) if one.unit == unit_id]
    return own[0].plan if own else await ladders.plan(session, unit_id, level)


def _back(hub: Hub, unit: str, severity: int) -> RedirectResponse:
    hub.live.change()
    return onwards(hub, f"{router.prefix}/{unit}/{severity}")


def _note(session: Session, visitor: Visitor, what: str, unit: str, severity: int, hub: Hub) -> None:
    logins.log_reading(session, visitor.person.id, what, [(None, f"ladder:{unit}/{severity}")], hub.clock())
