"""Visits: when home care comes, when the family comes, and when a relative can be asked to go there."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi.responses import Response
from starlette.datastructures import FormData

from carehub.core.people.access import About
from carehub.core.people.consent import KNOWS
from carehub.core.people.kin import Sort, Window, minute_of
from carehub.flow.hub import Hub
from carehub.kit.ids import new_id
from carehub.store import family, kin, tables
from carehub.store import visits as visits_store
from carehub.store.kin import Bond
from carehub.web.done import Done, onwards
from carehub.web.families import calling, family_words
from carehub.web.families.family_messages import bond_of
from carehub.web.render import page
from carehub.web.rights.readings import opened
from carehub.web.security import Relative, TheHub, Visitor
from carehub.web.tongue import later

router = APIRouter(prefix="/relatives/{resident_id}")
_SHOWN = timedelta(days=3)
_AHEAD, _LONGEST = timedelta(days=60), timedelta(days=14)
_WEEK, _REPEATS = timedelta(days=7), timedelta(days=182)
_MOST_WINDOWS, _MOST_VISITS = 3, 20
_UNREADABLE = later("Velg en dag, og skriv tidene som 16:00.")
_BACKWARDS = later("Slutten må være etter begynnelsen, og høyst 14 dager etter.")
_OVER = later("Den tiden er over. Velg en som kommer.")
_TOO_EARLY = later("Det er lenge til. Meld fra når det er mindre enn 60 dager igjen.")
_TOO_MANY = later("Du har meldt mange besøk. Avlys et av dem først.")
_WRONG_END = later("Velg en siste dag som ikke er før den første, og høyst et halvt år etter.")
_OVERLAPS = later("Det som gjentas hver uke, må være over innen en uke.")
_WRONG_TIMES = later("Velg minst én dag, og skriv tidene som 16:00.")
Clock = Annotated[str, Form(max_length=5)]
Day = Annotated[str, Form(max_length=10)]
_Span = tuple[datetime, datetime]


class When(StrEnum):
    """When somebody can be asked, as they choose it first; their times come after it."""

    ALWAYS = "always"
    TIMES = "times"
    NEVER = "never"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the calendar, as it stands in the form."""

    days: frozenset[int] = frozenset()
    since: str = ""
    until: str = ""

    @property
    def filled(self) -> bool:
        """Whether anything stands in it."""
        return bool(self.days or self.since or self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A visit as it stands in the form; `wrong` says why it was not taken."""

    wrong: str | None = None
    sort: Sort = Sort.VISIT
    day: str = ""
    since: str = ""
    until: str = ""
    last: str = ""
    weekly: str = ""
    note: str = ""


_BY_DAY = Row(days=frozenset(range(7)), since="08:00", until="22:00")
"""What most people mean who name times: not at night. Suggested where none have been named."""


@router.get("/visits")
async def visits(request: Request, hub: TheHub, visitor: Relative, resident_id: str) -> Response:
    """What is planned and announced, and when I can be asked."""
    return await _shown(request, hub, visitor, await bond_of(hub, visitor, resident_id))


async def _shown(
    request: Request, hub: Hub, visitor: Visitor, bond: Bond, *, typed: Sequence[Row] = (), given: Given | None = None
) -> Response:  # fmt: skip
    """The page; `typed` are times and `given` is a visit that could not be taken, given back to be mended."""
    now, me, who = hub.clock(), visitor.person.id, bond.resident.id
    rhythm = About.RHYTHM in KNOWS[bond.insight]
    async with hub.database.read() as session:
        announced = await family.visits(session, [who], now, now + _AHEAD + _REPEATS)
        planned = await visits_store.planned_for(session, who, now, now + _SHOWN) if rhythm else []
        windows = (await family.windows(session, [me])).get(me, [])
        settings = await kin.settings_of(session, me)
        asked = any(one.relation.may_be_asked for one in await kin.bonds(session, me, now))
        phone = await calling.phone_for(session, bond, now)
    await opened(request, hub, visitor, "relatives.visits", [(who, "visits")])
    named = When.TIMES if windows or typed else When.ALWAYS
    return page(
        request, "family_visits.html", visitor, status=422 if given or typed else 200, bond=bond,
        wrong=given.wrong if given else None, announced=given or Given(), asked=asked,
        mine=_together(visit for visit, _ in announced if visit.person_id == me), settings=settings,
        saved="saved" in request.query_params,
        family=family_words, sorts=Sort, rhythm=rhythm, planned=planned, wrong_times=typed and _WRONG_TIMES,
        today=now.astimezone(hub.zone).date().isoformat(), rows=typed or _rows(windows),
        chosen=named if settings.can_be_asked or typed else When.NEVER, phones=calling.listed([(bond, phone)]),
    )  # fmt: skip


def _together(visits: Iterable[tables.FamilyVisit]) -> list[list[tables.FamilyVisit]]:
    """What was announced by one press: alone, or week after week."""
    found: dict[datetime, list[tables.FamilyVisit]] = {}
    for one in visits:
        found.setdefault(one.made_at, []).append(one)
    return list(found.values())


def _rows(windows: Sequence[Window]) -> list[Row]:
    """As many lines as the form has: those that are named, else the suggestion, and empty ones."""
    named = [Row(days=one.days, since=_clock_of(one.since), until=_clock_of(one.until)) for one in windows]
    return ((named or [_BY_DAY]) + [Row()] * _MOST_WINDOWS)[:_MOST_WINDOWS]


def _clock_of(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


@router.post("/visits")
async def announce(  # noqa: PLR0913 - one form
    request: Request, hub: TheHub, visitor: Relative, resident_id: str, sort: Annotated[Sort, Form()] = Sort.VISIT,
    day: Day = "", since: Clock = "", until: Clock = "", last: Day = "", weekly: Day = "",
    note: Annotated[str, Form(max_length=200)] = "",
) -> Response:  # fmt: skip
    """Tell the care team that we come, or take the resident out. It silences nothing: staff decide about that."""
    bond, now = await bond_of(hub, visitor, resident_id), hub.clock()
    given = Given(sort=sort, day=day, since=since, until=until, last=last, weekly=weekly, note=note)
    spans = _spans(given, hub.zone)
    wrong = _wrong(spans, given, now) if spans else _UNREADABLE
    if wrong:
        return await _shown(request, hub, visitor, bond, given=replace(given, wrong=wrong))
    async with hub.database.write() as session:
        standing = await family.visits(session, [resident_id], now, now + _AHEAD + _REPEATS)
        room = len(_together(visit for visit, _ in standing if visit.person_id == visitor.person.id)) < _MOST_VISITS
        if room:
            session.add_all(
                tables.FamilyVisit(
                    id=new_id(), resident_id=resident_id, person_id=visitor.person.id, sort=sort, since=start,
                    until=end, note=note.strip(), made_at=now,
                )
                for start, end in spans
            )  # fmt: skip
    if not room:
        return await _shown(request, hub, visitor, bond, given=replace(given, wrong=_TOO_MANY))
    hub.live.change()
    return onwards(hub, f"/relatives/{resident_id}/visits", Done.SENT)


def _wrong(spans: Sequence[_Span], given: Given, now: datetime) -> str | None:
    """What to do about a time that cannot be taken."""
    since, until = spans[0]
    faults = (
        (not since < until <= since + _LONGEST, _BACKWARDS), (until < now, _OVER), (until > now + _AHEAD, _TOO_EARLY),
        (given.weekly and not timedelta() <= _day(given.weekly) - _day(given.day) <= _REPEATS, _WRONG_END),
        (given.weekly and until > since + _WEEK, _OVERLAPS),
    )  # fmt: skip
    return next((words for holds, words in faults if holds), None)


def _spans(given: Given, zone: ZoneInfo) -> list[_Span]:
    """Two local times of one day, or of two; with one day, an end that is not later is on the next one.

    Where it repeats, the same in each week after it, at the same time of day; nothing where it cannot be read.
    """
    try:
        start = datetime.combine(_day(given.day), time.fromisoformat(given.since), zone)
        end = datetime.combine(_day(given.last or given.day), time.fromisoformat(given.until), zone)
        end += timedelta(days=end <= start and not given.last)
        repeats = min(_day(given.weekly) - _day(given.day), _REPEATS) if given.weekly else timedelta()
        weeks = [_WEEK * number for number in range(max(repeats, timedelta()) // _WEEK + 1)]
        return [((start + later_by).astimezone(UTC), (end + later_by).astimezone(UTC)) for later_by in weeks]
    except (ValueError, OverflowError):
        return []


def _day(text: str) -> date:
    return datetime.fromisoformat(text).date()


@router.post("/visits/{visit_id}/cancel")
async def cancel(
    hub: TheHub, visitor: Relative, resident_id: str, visit_id: str, *, rest: Annotated[bool, Form()] = False
) -> Response:
    """We do not come after all: this time, or (`rest`) never from then on."""
    await bond_of(hub, visitor, resident_id)
    async with hub.database.write() as session:
        row = await session.get(tables.FamilyVisit, visit_id)
        if row is None or (row.person_id, row.resident_id) != (visitor.person.id, resident_id):
            raise HTTPException(404)
        for one in await family.from_then_on(session, row) if rest else [row]:
            one.cancelled_at = one.cancelled_at or hub.clock()
            session.add(one)
    hub.live.change()
    return onwards(hub, f"/relatives/{resident_id}/visits", Done.ENDED)


@router.post("/availability")
async def availability(
    request: Request, hub: TheHub, visitor: Relative, resident_id: str, *,
    when: Annotated[When | None, Form()] = None, texts: Annotated[bool, Form()] = False,
) -> Response:  # fmt: skip
    """When I can be asked to go there, and whether I want texts. It holds for everybody whom I follow.

    Whoever cannot be asked now keeps the times that they named, for when they can be again. Whom nobody has agreed with
    about asking is shown no times, and says only whether they want texts.
    """
    bond, me, now = await bond_of(hub, visitor, resident_id), visitor.person.id, hub.clock()
    rows = _typed(await request.form(max_files=0, max_fields=60))
    try:
        windows = [_window(row, hub.zone) for row in rows if row.filled] if when is When.TIMES else []
    except ValueError:
        return await _shown(request, hub, visitor, bond, typed=rows)
    if when is When.TIMES and not windows:
        return await _shown(request, hub, visitor, bond, typed=rows)
    async with hub.database.write() as session:
        settings = await kin.settings_of(session, me)
        if when:
            settings.can_be_asked = when is not When.NEVER
        if texts:
            settings.texts_stopped_at = None
        session.add(settings)
        for tie in await kin.bonds(session, me, now):
            tie.relation.by_sms = texts
            session.add(tie.relation)
            await session.flush()
            if not texts:
                await kin.withdraw(session, me, tie.resident.id)
        if when in {When.ALWAYS, When.TIMES}:
            await family.set_windows(session, me, windows)
    return onwards(hub, f"/relatives/{resident_id}/visits?saved=true#when")


def _typed(form: FormData) -> list[Row]:
    """The lines of the calendar as they were written; a day that there is not is none."""
    return [
        Row(
            days=frozenset(int(one) for one in map(str, form.getlist(f"days-{number}")) if one in set("0123456")),
            since=str(form.get(f"since-{number}", "")).strip()[:5],
            until=str(form.get(f"until-{number}", "")).strip()[:5],
        )
        for number in range(_MOST_WINDOWS)
    ]  # fmt: skip


def _window(row: Row, zone: ZoneInfo) -> Window:
    """A line that can be read, or ValueError."""
    if not row.days:
        raise ValueError("a line without days")
    return Window(days=row.days, since=minute_of(row.since), until=minute_of(row.until), zone=zone.key)
