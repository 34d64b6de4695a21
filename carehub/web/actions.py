"""What a person does with an alert, from any page: take, arrive, give back, finish. Plain forms; one winner."""

from typing import Annotated

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from carehub.core.answers.alerts import FOLLOW_UP, HELP, Action, Aftermath, Cause, Contact, Status
from carehub.core.showing.wording import alert_number
from carehub.flow import escalate, respond
from carehub.flow.answering import teamwork
from carehub.flow.hub import Hub
from carehub.flow.respond import Answer, NotUndone
from carehub.kit.failpoints import fail_at
from carehub.store import tables
from carehub.web.render import page
from carehub.web.security import Answering, TheHub, Visitor, local_path
from carehub.web.tongue import _, later

router = APIRouter(prefix="/alerts/{alert_id}")
Back = Annotated[str, Form(max_length=400)]


@router.post("/take")
async def take(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """Ta varselet."""
    return _told(request, hub, visitor, await act(hub, visitor, alert_id, Action.TAKE), back)


@router.post("/arrive")
async def arrive(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """Jeg er der."""
    return _told(request, hub, visitor, await act(hub, visitor, alert_id, Action.ARRIVE), back)


@router.post("/release")
async def release(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """Gi tilbake."""
    return _told(request, hub, visitor, await act(hub, visitor, alert_id, Action.RELEASE), back)


@router.post("/confirm")
async def confirm(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """En til er enig i at oppfølgingen kan avsluttes uten kontakt."""
    return _told(request, hub, visitor, await act(hub, visitor, alert_id, Action.CONFIRM), back)


@router.post("/undo")
async def undo(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """Angre avslutningen."""
    return _told(request, hub, visitor, await act(hub, visitor, alert_id, Action.UNDO), back)


@router.post("/help")
async def call_help(request: Request, hub: TheHub, visitor: Answering, alert_id: str, back: Back = "/") -> Response:
    """Trenger en til."""
    async with hub.database.write() as session:
        answer = await teamwork.call_help(hub, session, alert_id, visitor.person.id, hub.clock())
    ring(hub, answer)
    return _told(request, hub, visitor, answer, back)


@router.post("/hand-over")
async def hand_over(
    request: Request,
    hub: TheHub,
    visitor: Answering,
    alert_id: str,
    to: Annotated[str, Form(max_length=32)],
    back: Back = "/",
) -> Response:
    """Be en kollega overta."""
    async with hub.database.write() as session:
        answer = await teamwork.hand_over(hub, session, alert_id, visitor.person.id, to, hub.clock())
    ring(hub, answer)
    return _told(request, hub, visitor, answer, back)


@router.post("/close")
async def close(  # noqa: PLR0913 - one form
    request: Request,
    hub: TheHub,
    visitor: Answering,
    alert_id: str,
    cause: Annotated[Cause, Form()],
    aftermath: Annotated[Aftermath, Form()],
    contact: Annotated[Contact | None, Form()] = None,
    note: Annotated[str, Form(max_length=2000)] = "",
    back: Back = "/",
) -> Response:
    """Ferdig, with the cause and what was done."""
    answer = await finish(hub, visitor, alert_id, cause, aftermath, contact, note)
    return _told(request, hub, visitor, answer, back)


_ACTIONS = {
    Action.TAKE: respond.take, Action.ARRIVE: respond.arrive, Action.RELEASE: respond.release,
    Action.CONFIRM: respond.confirm, Action.UNDO: respond.undo,
}  # fmt: skip


_NOT_NOW = later("Det går ikke an akkurat nå. Se på varselet en gang til.")
_FOR_ANOTHER = {
    FOLLOW_UP: later("En annen enn den som avsluttet, må bekrefte. Du kan ta varselet og se til beboeren."),
    HELP: later("Du har selv bedt om en til. En annen må svare."),
}
_NOT_UNDONE = {
    NotUndone.REPORTED_ANEW: later(
        "Det ble ikke angret, for det er meldt på nytt. Varsel %(number)s er åpent, ta det i stedet."
    ),
    NotUndone.TOO_LATE: later("Det er for sent å angre. Det går bare de første fem minuttene."),
    NotUndone.ANOTHERS: later("Bare den som avsluttet varselet, kan angre."),
}


async def act(hub: Hub, visitor: Visitor, alert_id: str, action: Action) -> Answer:
    """Do it in one transaction, then tell every page; a released alert climbs at once."""
    async with hub.database.write() as session:
        answer = await _ACTIONS[action](session, alert_id, visitor.person.id, hub.clock())
    ring(hub, answer)
    return answer


async def finish(  # noqa: PLR0913 - one form
    hub: Hub, visitor: Visitor, alert_id: str, cause: Cause, aftermath: Aftermath, contact: Contact | None, note: str
) -> Answer:
    """Close it in one transaction, then tell every page."""
    words = note.strip() or None
    async with hub.database.write() as session:
        answer = await respond.close(
            session, alert_id, visitor.person.id, hub.clock(), cause=cause, aftermath=aftermath, contact=contact,
            note=words,
        )  # fmt: skip
        if answer.done and answer.alert:
            await escalate.tell_relatives(hub, session, answer.alert, hub.clock())
    ring(hub, answer)
    return answer


def ring(hub: Hub, answer: Answer) -> None:
    """Tell every page, and wake the stations that may have something to do now."""
    fail_at("ack.committed")
    if answer.done:
        hub.live.change()
        hub.wake.escalate.set()
        hub.wake.deliver.set()


def _told(request: Request, hub: Hub, visitor: Visitor, answer: Answer, back: str) -> Response:
    """Back to the page it came from; whoever came second is told who has it."""
    if answer.alert is None:
        raise HTTPException(404)
    onwards = local_path(back, "/")
    if answer.done:
        return RedirectResponse(f"{onwards.partition('#')[0]}#alert-{answer.alert.id}", status_code=303)
    words = why_not(hub, answer, visitor)
    newer = answer.newer.id if answer.newer else None
    back_to = _where_is(newer, onwards, answer.alert.id) if newer else onwards
    return page(
        request, "lost.html", visitor, status=409, message=words, advice=_advice(answer, answer.alert, visitor),
        back=back_to, newer=newer is not None,
    )  # fmt: skip


def _advice(answer: Answer, alert: tables.Alert, visitor: Visitor) -> str:
    """What is left to do for whoever came second; nothing where the words say it, or they have it themselves."""
    if answer.not_undone is not None:
        return "" if answer.newer else _("Varselet er fortsatt avsluttet. Trengs det noen likevel, ring en kollega.")
    is_seen_to = alert.status is Status.CLOSED or (answer.owner and answer.owner.id != visitor.person.id)
    return _("Du trenger ikke gjøre noe mer med det nå.") if is_seen_to else ""


def _where_is(newer: str, onwards: str, old: str) -> str:
    """The alert that was reported anew: on the board that they came from, or in the place of the old one's own page."""
    here = onwards.partition("#")[0]
    return here.replace(old, newer) if old in here else f"{here}#alert-{newer}"


def why_not(hub: Hub, answer: Answer, visitor: Visitor) -> str:
    """Why it had no effect, in words for the person who tried."""
    alert = answer.alert
    if alert is None:
        return _("Varselet finnes ikke.")
    owner = answer.owner
    if answer.not_undone is not None:
        return _(_NOT_UNDONE[answer.not_undone], number=alert_number(answer.newer.id) if answer.newer else "")
    if alert.status is Status.CLOSED:
        return _("Varselet er allerede avsluttet.")
    if owner is not None:
        return _held(owner, alert, visitor)
    return _(_FOR_ANOTHER.get(alert.kind, _NOT_NOW))


def _held(owner: tables.Person, alert: tables.Alert, visitor: Visitor) -> str:
    if owner.id == visitor.person.id:
        return _("Du har allerede dette varselet.")
    if alert.status is Status.ARRIVED:
        return _("%(name)s er allerede der.", name=owner.name)
    return _("%(name)s har allerede tatt dette varselet.", name=owner.name)
