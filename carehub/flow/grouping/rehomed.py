"""Part of station 3: open alerts of a home that another unit looks after from now on, or whose resident moves.

They go along: staff go to where the person is. What tells of the home itself stays with it, whoever lives there.
"""

from collections.abc import Collection
from datetime import datetime

from carehub.core.answers.alerts import Status, Step, is_of_the_home
from carehub.core.answers.ladders import below_wide
from carehub.flow import escalate
from carehub.flow.grouping import equipment
from carehub.flow.hub import Hub
from carehub.flow.journal import journal_line
from carehub.flow.watching import fitting
from carehub.store import alerts, ladders, residents, tables
from carehub.store.database import Session

_OVER = "Omsorgen er avsluttet"


async def follow_unit(hub: Hub, session: Session, scope: tables.Scope, before: str | None, now: datetime) -> None:
    """Let what is open there stand on the lists of its new unit, and ask the people there at once.

    Whoever has taken one keeps it. What had been raised, or had climbed, past those on duty in the unit goes on there.
    What asks elsewhere already, everybody on duty while the rules are in safe mode, goes on as it is.

    Args:
        before: The unit that looked after it until now.
    """
    if before == scope.unit_id:
        return
    for alert in await alerts.open_in_scope(session, scope.id):
        if alert.unit_id == before:
            words = "En annen enhet har nå ansvar for stedet: varselet følger med dit."
            session.add(journal_line(alert.id, Step.ESCALATED, now, text=words))
            await _ask_in(hub, session, alert, scope.unit_id, now)


async def move_in(hub: Hub, session: Session, resident_id: str, home: tables.Scope, now: datetime) -> set[str]:
    """From now on somebody lives here, and what is open about them is here too; gives what the fold must forget."""
    touched = await residents.move_in(session, resident_id, home.id, now)
    for alert in await residents.open_alerts(session, resident_id, touched - {home.id}):
        if is_of_the_home(alert.kind) or await _is_about_what_stays(session, alert, touched - {home.id}):
            await _stay(session, alert, now)
        else:
            await _follow(hub, session, alert, home, now)
    return touched


async def leave(session: Session, resident_id: str, by: str, now: datetime) -> set[str]:
    """Nobody looks after them any more, and what is open about them says so; gives what the fold must forget.

    What was their own hangs nowhere: nobody needs to look why it is silent, or protects nobody.
    """
    kinds = (*fitting.OF_A_DEVICE, fitting.UNPROTECTED)
    own = await residents.own_devices(session, resident_id)
    touched = await residents.end(session, resident_id, by, now)
    for device in own:
        await fitting.end_alerts(session, device, now, "Utstyret er tatt ned.", kinds, by)
    for alert in await residents.open_alerts(session, resident_id, touched):
        session.add(journal_line(alert.id, Step.REPEATED, now, person_id=by, text=_OVER))
        alert.detail = equipment.with_too(alert.detail, [_OVER])
    return touched


async def come_back(session: Session, resident_id: str) -> str | None:
    """They were not to leave: gives their home; None where there is nothing to undo."""
    home = await residents.resume(session, resident_id)
    for alert in await residents.open_alerts(session, resident_id, {home} if home else ()):
        alert.detail = equipment.joined(one for one in equipment.parts(alert.detail) if one != _OVER)
    return home


async def _is_about_what_stays(session: Session, alert: tables.Alert, left: Collection[str]) -> bool:
    """Equipment of the home; what is the resident's own has come along."""
    return alert.kind in equipment.KINDS and await residents.stands_in(session, alert.device_id, left)


async def _stay(session: Session, alert: tables.Alert, now: datetime) -> None:
    """What is told of the new home is another alert, and never a number on this one."""
    session.add(journal_line(alert.id, Step.REPEATED, now, text="Beboeren er flyttet: varselet gjelder fortsatt her."))
    alert.detail = equipment.with_too(alert.detail, ["Beboeren er flyttet herfra"])
    key = f"{alert.scope_id}/{alert.kind}"
    if await alerts.open_alert(session, key) is None:
        alert.dedup_key = key
    session.add(alert)
    await session.flush()


async def _follow(hub: Hub, session: Session, alert: tables.Alert, home: tables.Scope, now: datetime) -> None:
    """It says where it was reported: who was called for may lie there still, a move is written down when it is."""
    left = await session.get_one(tables.Scope, alert.scope_id)
    session.add(journal_line(alert.id, Step.REPEATED, now, text="Beboeren er flyttet: varselet følger med."))
    alert.detail = equipment.with_too(alert.detail, [f"Meldt fra {left.name}, før beboeren flyttet"])
    alert.scope_id, alert.place = home.id, None
    session.add(alert)
    if alert.unit_id == left.unit_id != home.unit_id:
        await _ask_in(hub, session, alert, home.unit_id, now)
    if alert.status is Status.TAKEN:
        await escalate.tell_of_place(hub, session, alert, now)


async def _ask_in(hub: Hub, session: Session, alert: tables.Alert, unit: str | None, now: datetime) -> None:
    """What asks nobody yet, or is only listed, waits for its time there too."""
    alert.unit_id = unit
    session.add(alert)
    if alert.status is Status.OPEN and alert.rung and alert.stale_since is None:
        near = below_wide((await ladders.plan(session, alert.unit_id, alert.severity)).ladder)
        # Not down to a step that was asked before: whoever has its text is not told it twice.
        alert.rung, alert.turn = (alert.rung if alert.rung > near else 0), 0
        await escalate.summon(hub, session, alert, now)
