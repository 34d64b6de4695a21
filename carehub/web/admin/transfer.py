"""Lists as files: what each has, who may take it out and bring it in, and what each row of a file would change.

A file is first read into a plan, which changes nothing and says of each row what it would do, or why it cannot. Only a
plan without a fault is carried out, all of it in one transaction, so nothing is ever half done.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time

from carehub.core.people.access import Permission, Sight
from carehub.core.showing.spreadsheet import Cell, Row
from carehub.flow.hub import Hub
from carehub.flow.staff.roster import Wish
from carehub.kit.norwegian import nb_key
from carehub.store import devices, pages, registers, residents, tables, ties
from carehub.store.database import Session
from carehub.web.admin.register import Refused
from carehub.web.security import Visitor
from carehub.web.tongue import _, later

Seen = list[tuple[str | None, str]]
NEW, CHANGED, SAME = later("ny"), later("endret"), later("uendret")
"""What a row would do, in the words of its plan."""


@dataclass(slots=True)
class Known:
    """What a plan looks things up in, read once."""

    hub: Hub
    visitor: Visitor
    sight: Sight
    units: dict[str, str]
    """Name without case → id."""
    homes: dict[str, list[tables.Scope]]
    residents: dict[str, residents.Row]
    about: dict[str, tables.Resident]
    """All that is written of each resident, by id."""
    numbers: dict[str, str]
    """National id → id, of the visitor's own: nobody learns by a file who is looked after elsewhere."""
    living: set[tuple[str, str, str]]
    """Home, and names without case."""
    people: dict[str, tables.Person]
    """By user name."""
    devices: dict[tuple[str, str], tables.Device]
    stands: dict[str, tables.Assignment]
    """Where each device stands now, by its id."""
    unit_names: dict[str, str] = field(default_factory=dict)

    def unit(self, name: str) -> str | None:
        """The unit of this name; None for no name.

        Raises:
            Refused: There is none, or it is not the visitor's.
        """
        if not name:
            return None
        found = self.units.get(name.casefold())
        if found is None or not self.sight.covers(found):
            raise Refused(_("Det finnes ingen enhet «%(name)s» som er din.", name=name))
        return found

    def home(self, name: str, unit: str = "") -> tables.Scope:
        """The home or room of this name, in this unit where it is told.

        Raises:
            Refused: There is none that is the visitor's, or several.
        """
        wanted = self.unit(unit)
        every = self.homes.get(name.casefold(), [])
        found = [one for one in every if self.sight.covers(one.unit_id) and (wanted is None or one.unit_id == wanted)]
        if not found:
            raise Refused(
                _("Det finnes ikke noe hjem eller rom «%(name)s» som er ditt. Legg det til først.", name=name)
            )
        if len(found) > 1:
            raise Refused(_("Det er flere som heter «%(name)s». Skriv enheten i kolonnen «enhet».", name=name))
        return found[0]


async def known(hub: Hub, session: Session, visitor: Visitor) -> Known:
    """Read it once for a file."""
    homes: dict[str, list[tables.Scope]] = {}
    for one in await pages.homes(session):
        homes.setdefault(one.name.casefold(), []).append(one)
    units, sight = await pages.units(session), await ties.sight_of(session, visitor.person, hub.clock())
    everybody, about = await residents.everybody(session), await registers.resident_rows(session)
    mine = [one for one in everybody if sight.covers(one.unit_id)]
    return Known(
        hub=hub, visitor=visitor, sight=sight, homes=homes,
        units={one.name.casefold(): one.id for one in units}, unit_names={one.id: one.name for one in units},
        residents={one.id: one for one in everybody}, about=about,
        numbers={number: one.id for one in mine if (number := about[one.id].national_id)},
        living={(one.scope_id or "", one.given_name.casefold(), one.family_name.casefold()) for one in mine
                if one.until is None},
        people={person.username: person for person, _unit in await registers.people(session)},
        devices=await devices.every_device(session),
        stands={now.device_id: now for now, _device, _scope in await devices.every_assignment(session)
                if now.until is None},
    )  # fmt: skip


@dataclass(slots=True)
class Outcome:
    """What carrying out a plan has touched."""

    scopes: set[str] = field(default_factory=set)
    """Whose fold must forget what was pending, and who lived there."""
    refitted: set[str] = field(default_factory=set)
    """Whose fold must forget what was pending."""
    seen: Seen = field(default_factory=list)
    """For the log of readings."""
    wishes: list[Wish] = field(default_factory=list)
    """Shifts, which enter the plan together: duties are worked out once."""


Change = Callable[[Session, Outcome], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Planned:
    """What one row would do.

    Attributes:
        words: `NEW`, `CHANGED`, `SAME`; or why it cannot be.
        change: None where there is nothing to do, or it cannot be.
    """

    row: Row
    words: str
    change: Change | None = None
    wrong: bool = False


Reader = Callable[[Known, Row], tuple[str, Change | None]]
Exporter = Callable[[Known, Session], Awaitable[tuple[Sequence[Sequence[Cell]], Seen]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sort:
    """One list.

    Attributes:
        columns: Of the file, in order; `needed` are those that must be there to bring it in, or are there as `also`.
        read: What a row would do; None for a list that is only taken out.
        keys: Columns that together name one thing: twice in one file is a fault.
        names: The same for a row in which all of those are empty.
        alone: A column of which no two rows may have the same.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    needed: tuple[str, ...] = ()
    also: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    alone: str = ""
    may: Permission = Permission.ADMINISTER
    export: Exporter
    read: Reader | None = None
    help: str = ""


def planned(sort: Sort, at_hand: Known, rows: Sequence[Row]) -> list[Planned]:
    """What every row would do, and the faults in words."""
    found, before = list[Planned](), set[tuple[str, ...]]()
    for row in rows:
        its = _names_of(sort, row)
        if its & before:
            found.append(Planned(row, _("Det samme står på en rad lenger opp."), wrong=True))
            continue
        before |= its
        try:
            words, change = sort.read(at_hand, row) if sort.read else ("", None)
            found.append(Planned(row, words, change))
        except Refused as why:
            found.append(Planned(row, str(why), wrong=True))
    return found


def _names_of(sort: Sort, row: Row) -> set[tuple[str, ...]]:
    """What no other row of the file may be called."""
    for columns in (sort.keys, sort.names):
        cells = tuple(row.cells.get(name, "").casefold() for name in columns)
        if any(cells):
            break
    else:
        return set()
    alone = row.cells.get(sort.alone, "").replace(" ", "")
    return {(*columns, *cells), *([(sort.alone, alone)] if alone else [])}


def by_name(rows: Sequence[Sequence[Cell]], column: int) -> list[Sequence[Cell]]:
    """Rows in Norwegian order of one column."""
    return sorted(rows, key=lambda row: nb_key(str(row[column] or "")))


# --- cells ------------------------------------------------------------------------------------


def must(row: Row, column: str, longest: int = 80) -> str:
    """What stands in a cell that must not be empty."""
    text = row.cells.get(column, "")
    if not text:
        raise Refused(_("Kolonnen «%(column)s» er tom.", column=column))
    if len(text) > longest:
        raise Refused(
            _("Teksten i «%(column)s» er for lang: %(longest)s tegn er det meste.", column=column, longest=longest)
        )
    return text


def may(row: Row, column: str, longest: int = 80) -> str:
    """What stands in a cell that may be empty, or may not be there."""
    return must(row, column, longest) if row.cells.get(column) else ""


def known_word(found: object, column: str, text: str) -> None:
    """Refuse a word that was not found."""
    if found is None:
        raise Refused(_("«%(text)s» i kolonnen «%(column)s» er ikke et ord huben kjenner.", text=text, column=column))


def day_in(row: Row, column: str) -> date | None:
    """2026-01-31, or 31.01.2026 as a Norwegian spreadsheet writes it."""
    text = row.cells.get(column, "")
    if not text:
        return None
    day, _dot, rest = text.partition(".")
    month, _dot, year = rest.partition(".")
    try:
        return date(int(year), int(month), int(day)) if rest else date.fromisoformat(text)
    except (ValueError, OverflowError):
        raise Refused(
            _("«%(text)s» i «%(column)s» er ikke en dato. Skriv 31.01.2026 eller 2026-01-31.", text=text, column=column)
        ) from None


def time_in(row: Row, column: str) -> time:
    """07:30, or 7.30."""
    text = must(row, column, 8)
    try:
        return time.fromisoformat(text.replace(".", ":").zfill(5))
    except ValueError:
        raise Refused(
            _("«%(text)s» i «%(column)s» er ikke et klokkeslett. Skriv 07:30.", text=text, column=column)
        ) from None
