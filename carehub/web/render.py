"""Makes pages: the Jinja environment, Norwegian dates, icons, and what every page is given."""

import io
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import segno
from babel.dates import format_date, format_timedelta
from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from carehub.core.languages import Language
from carehub.core.people.access import HOME_PAGE, Permission
from carehub.core.showing.wording import alert_number
from carehub.flow.hub import Hub
from carehub.store.registers import Named
from carehub.web import done, tongue, words
from carehub.web.admin import nav as admin_nav
from carehub.web.entering import begun
from carehub.web.security import AUTOMATIC, Visitor, hub_of
from carehub.web.turns import once
from carehub.web.wording.retold import retold
from carehub.web.wording.script_words import script_words
from carehub.web.wording.telephones import tel, written
from carehub.web.wording.titles import rule_called
from carehub.web.wording.troubles import troubles
from carehub.web.writing import Pages

T = TypeVar("T")
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
_DATES = {Language.NB: "d. MMMM", Language.NN: "d. MMMM", Language.EN: "d MMMM"}
_WHOLE, _ALONE = "base.html", "regions.html"
"""A page that fetches itself takes its regions from the answer, and nothing of what stands around them."""
_SAID = ("wrong", "message")
"""What a page is given in bokmål by whoever refused, wherever that was."""
_LOGIN_ENDS_SOON = timedelta(minutes=30)


@cache
def environment(zone: ZoneInfo) -> Environment:
    """The templates of one municipality; a name that is not given is an error, not a blank."""
    made = Pages(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )
    tongue.install(made)
    made.filters.update(
        clock=lambda moment: words.clock(moment, zone),
        day=lambda moment: day(moment, zone),
        age=words.age,
        ago=ago,
        iso=lambda moment: moment.isoformat(timespec="seconds"),
        number=alert_number,
        minutes=lambda time: tongue.decimal(time / timedelta(minutes=1)),
        place=words.place_name,
        kind=words.kind_name,
        road=words.road_name,
        decimal=tongue.decimal,
        short_date=lambda date: format_date(date, _DATES[tongue.language()], locale=tongue.locale()),
        told=words.own,
        phone=written,
        retold=retold,
        rule_called=rule_called,
        to_choose=to_choose,
        capital=lambda text: text[:1].upper() + text[1:],
    )
    made.globals.update(icon=icon, tel=tel, asset=asset, words=words, script_words=script_words)
    made.globals.update(
        admin_groups=admin_nav.groups, Permission=Permission, begun_key=begun.key_of, begun_at=begun.START
    )
    return made


@cache
def icon(name: str) -> Markup:
    """An icon to look at; the words beside it say the same, so it is hidden from screen readers."""
    drawn = (STATIC / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    return Markup(drawn.replace("<svg ", '<svg class="icon" aria-hidden="true" focusable="false" ', 1))  # noqa: S704


def to_choose(residents: Iterable[Named], chosen: str | None = None) -> Markup:
    """Residents as the options of a field: of two thousand, a template's own loop took a third of the page."""
    options = (
        f'<option value="{escape(one.id)}"{" selected" if one.id == chosen else ""}>'
        f"{escape(f'{one.family_name}, {one.given_name}')}</option>"
        for one in residents
    )
    return Markup("".join(options))  # noqa: S704 - what people wrote is escaped


@cache
def asset(path: str) -> str:
    """A static file's address, which changes with its content, so that it may be kept for ever."""
    return f"/static/{path}?v={sha256((STATIC / path).read_bytes()).hexdigest()[:10]}"


def qr(text: str, title: str) -> Markup:
    """A QR code to be read by a camera; beside it stands what it says."""
    drawn = io.BytesIO()
    segno.make(text, error="m").save(
        drawn, kind="svg", scale=5, border=4, dark="#000", light="#fff", xmldecl=False, svgns=True, title=title
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - squares, drawn by the library


def day(moment: datetime, zone: ZoneInfo) -> str:
    """The date as people write it: "torsdag 15. januar", "Thursday 15 January"."""
    return _day(moment.astimezone(zone).date(), tongue.language())


@lru_cache(maxsize=1024)
def _day(date: date, language: Language) -> str:
    """Kept: a list of a thousand rows has the same few days in it, and to write one costs as much as its whole row."""
    return format_date(date, f"EEEE {_DATES[language]}", locale=tongue.LOCALES[language])


def ago(moment: datetime, now: datetime) -> str:
    """How long ago, in words: "for 9 minutter siden"."""
    return format_timedelta(moment - now, add_direction=True, locale=tongue.locale())


def page(
    request: Request, template: str, visitor: Visitor | None = None, *, status: int = 200, **context: Any
) -> HTMLResponse:
    """Render one page with what every page needs: who sees it, the clock, and the hub's own troubles."""
    hub = hub_of(request)
    now = hub.clock()
    common = {
        "municipality": hub.municipality,
        "zone": hub.zone.key,
        "visitor": visitor,
        "home": HOME_PAGE[visitor.person.role] if visitor else "/",
        "now": now,
        "path": request.url.path,
        "here": _address_of(request),
        "troubles": troubles(hub, now) if visitor and visitor.may(Permission.SEE_ALERTS) else [],
        "login_ends": _ends_soon(visitor, now),
        "message": None,
        "just_done": done.told(request, hub),
    }
    common["layout"] = _ALONE if AUTOMATIC in request.headers else _WHOLE
    said = {name: _told(context[name]) for name in _SAID if name in context}
    text = environment(hub.zone).get_template(template).render({**common, **context, **said})
    answer = HTMLResponse(text, status_code=status)
    done.forget(request, hub, answer)
    return answer


def _told(value: Any) -> Any:
    """What could not be done, said in the reader's language: one sentence, or several; a count stays a count."""
    if isinstance(value, str):
        return retold(value)
    return [_told(one) for one in value] if isinstance(value, list | tuple) else value


async def board_page(request: Request, template: str, visitor: Visitor, **context: Any) -> HTMLResponse:
    """A page of which many are open: where it fetches itself, written once for all who are given the same.

    Args:
        context: As for `region`. Nothing of who looks may stand in it, nor be used by the template's regions.
    """
    if AUTOMATIC not in request.headers:
        return page(request, template, visitor, whole=True, **context)
    hub = hub_of(request)
    now = hub.clock()
    given = context | {
        "troubles": tuple(troubles(hub, now)) if visitor.may(Permission.SEE_ALERTS) else (),
        "login_ends": _ends_soon(visitor, now),
    }

    async def made() -> tuple[bytes, Mapping[str, Any]]:
        text = environment(hub.zone).get_template(template).render({**given, "layout": _ALONE, "whole": False})
        return text.encode(), given

    return HTMLResponse(await _once_given(hub, template, given, made))


async def region(request: Request, template: str, **context: Any) -> Markup:
    """A part of a page, made once for all pages that fetch themselves and are given the same.

    Args:
        context: Everything that the part is made of, and nothing of who looks. What is shared (`turns.once`) is the
            same where it is the same object; words, numbers and tuples where they are equal.
    """
    hub = hub_of(request)
    given = context | {"here": _address_of(request)}

    async def made() -> tuple[Markup, Mapping[str, Any]]:
        text = environment(hub.zone).get_template(template).render({**given, "now": hub.clock()})
        return Markup(text), given  # noqa: S704 - escaped by the template

    return await _once_given(hub, template, given, made)


async def _once_given(
    hub: Hub, template: str, given: Mapping[str, Any], made: Callable[[], Awaitable[tuple[T, Mapping[str, Any]]]]
) -> T:
    """Made once of what is given; it is kept with it, since another's `id` must not be the same meanwhile."""
    key = (template, tongue.language(), *((name, _same(value)) for name, value in given.items()))
    return (await once(hub, key, made))[0]


def _same(value: object) -> object:
    return value if value is None or isinstance(value, (str, int, tuple, datetime)) else (id(value),)


def _address_of(request: Request) -> str:
    path, query = request.scope["path"], request.scope["query_string"].decode("latin-1")
    return f"{path}?{query}" if query else path


def _ends_soon(visitor: Visitor | None, now: datetime) -> datetime | None:
    """When the login ends, if that is soon: a screen that goes dark must not come as a surprise."""
    if visitor is None or visitor.login.expires_at - now > _LOGIN_ENDS_SOON:
        return None
    return visitor.login.expires_at
