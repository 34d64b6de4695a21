"""Reply codes in the store: given once, kept for a while after they ran out, then forgotten."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlmodel import col, delete, select

from carehub.core.answers.alerts import Status
from carehub.core.answers.codes import KEPT_FOR, with_check
from carehub.core.people.access import PRIVATE
from carehub.kit.ids import new_code
from carehub.store import sql, tables
from carehub.store.database import Session

_USED = "SELECT code FROM reply_code WHERE code = ANY (?)"


async def add(session: Session, codes: Sequence[dict[str, Any]], notices: Sequence[dict[str, Any]]) -> None:
    """Write the codes of a step."""
    await draw_free(session, codes, notices)
    await sql.add(session, tables.ReplyCode, codes)


async def draw_free(session: Session, codes: Sequence[dict[str, Any]], notices: Sequence[dict[str, Any]]) -> None:
    """A code that anybody was given in the last weeks is drawn anew, in its text too."""
    fresh = {row["code"]: row for row in codes}
    if len(fresh) < len(codes) or (fresh and (await sql.ask_all(session, (_USED, list(fresh))))[0]):
        await _draw_anew(session, codes, notices)


async def _draw_anew(session: Session, codes: Sequence[dict[str, Any]], notices: Sequence[dict[str, Any]]) -> None:
    given: set[str] = set()
    for row in codes:
        old = row["code"]
        while row["code"] in given or await sql.ask(session, _USED, [row["code"]]):
            row["code"] = with_check(new_code())
        given.add(row["code"])
        for notice in notices:
            if (notice["alert_id"], notice["person_id"]) == (row["alert_id"], row["person_id"]):
                notice["text"] = notice["text"].replace(old, row["code"])


async def open_for(session: Session, address: str, now: datetime) -> list[tuple[tables.ReplyCode, tables.Alert]]:
    """What this telephone may take: the newest code of each alert that nobody has, the most urgent first."""
    code, alert, method, person = tables.ReplyCode, tables.Alert, tables.ContactMethod, tables.Person
    statement = (
        select(code, alert)
        .join(alert, col(alert.id) == col(code.alert_id))
        .join(person, col(person.id) == col(code.person_id))
        .join(method, col(method.person_id) == col(code.person_id))
        .where(method.address == address, col(method.verified_at).is_not(None), col(method.disabled_reason).is_(None))
        .where(person.active, alert.status == Status.OPEN, code.expires_at > now)
        .order_by(col(alert.severity).desc(), col(alert.raised_at), col(code.created_at))
    )
    newest = {one.alert_id: (one, about) for one, about in (await session.exec(statement)).all()}
    return list(newest.values())


async def is_closed(session: Session, address: str, why: str) -> bool:
    """Whether this telephone is one of the staff's that is used no more, for this reason, whoever has it."""
    method, person = tables.ContactMethod, tables.Person
    statement = (
        select(method.disabled_reason)
        .join(person, col(person.id) == col(method.person_id))
        .where(method.address == address, col(person.role).not_in(PRIVATE))
    )
    return set((await session.exec(statement)).all()) == {why}


async def newest(session: Session, alert_id: str, person_id: str) -> tables.ReplyCode | None:
    """The code that this person was given last for this alert."""
    code = tables.ReplyCode
    statement = select(code).where(code.alert_id == alert_id, code.person_id == person_id)
    return (await session.exec(statement.order_by(col(code.created_at).desc()).limit(1))).first()


async def sweep(session: Session, now: datetime) -> None:
    """Forget the codes that ran out long ago: until then nobody else is given them."""
    await session.exec(delete(tables.ReplyCode).where(col(tables.ReplyCode.expires_at) < now - KEPT_FOR))
