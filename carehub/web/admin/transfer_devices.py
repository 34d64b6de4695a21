"""Lists of devices, of where each stands, and of shifts."""

from collections.abc import Sequence
from datetime import datetime

from carehub.core.people.access import PRIVATE, Permission
from carehub.core.showing.spreadsheet import Cell, Row
from carehub.core.showing.terms import PLACES
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.staff.roster import Wish
from carehub.kit.ids import new_id
from carehub.store import devices, registry, shifts, tables
from carehub.store.database import Session
from carehub.web import words
from carehub.web.admin.register import Refused
from carehub.web.admin.transfer import (
    CHANGED,
    NEW,
    SAME,
    Change,
    Known,
    Outcome,
    Seen,
    by_name,
    day_in,
    known_word,
    may,
    must,
    time_in,
)
from carehub.web.tongue import later

_KIND_NAMES, _STATUSES = dict(words.DEVICE_KINDS.items()), dict(words.DEVICE_STATUSES.items())
"""In bokmål, whoever takes them out: a file is read again by others."""
_DEVICES = {name.casefold(): kind for kind, name in _KIND_NAMES.items()} | {one.value: one for one in DeviceKind}
_PLACES = {name.casefold(): english for english, name in reversed([*PLACES.items()])}


# --- devices, and where they stand ------------------------------------------------------------


async def devices_out(at_hand: Known, _session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    """Every device, with what is known of it."""
    rows: list[Sequence[Cell]] = [
        (one.source, one.address, one.label, _KIND_NAMES[one.kind], one.model, one.gateway, one.bearer,
         one.operator, one.bearer_ends_on.isoformat() if one.bearer_ends_on else None, one.battery,
         _STATUSES[one.status])
        for one in at_hand.devices.values()
    ]  # fmt: skip
    return by_name(rows, 1), []


def device_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    """A device is described, or added."""
    source, address = must(row, "kilde", 40), must(row, "adresse", 200)
    kind = _DEVICES.get(row.cells.get("type", "").casefold() or DeviceKind.UNKNOWN.value)
    known_word(kind, "type", row.cells.get("type", ""))
    ends = day_in(row, "bæreren slås av")
    columns = {
        "label": ("navn", may(row, "navn")), "model": ("modell", may(row, "modell")),
        "gateway": ("sentral", may(row, "sentral")), "bearer": ("bærer", may(row, "bærer", 40)),
        "operator": ("operatør", may(row, "operatør", 40)), "bearer_ends_on": ("bæreren slås av", ends),
    }  # fmt: skip
    said = {name: value or None for name, (column, value) in columns.items() if column in row.cells}
    if row.cells.get("type"):  # an alarm device that is of no kind is tested and missed by nobody
        said["kind"] = kind
    before = at_hand.devices.get((source, address))
    if before is not None and all(getattr(before, name) == value for name, value in said.items()):
        return SAME, None

    async def change(session: Session, out: Outcome) -> None:
        key = before.id if before else new_id()
        if before is None:
            new = registry.KnownDevice(key, address, source, can_alarm=True)
            await registry.add_unknown(session, [new], at_hand.hub.clock())
        device = await session.get_one(tables.Device, key)
        device.last_seen_at = device.last_seen_at if before else None  # a new one has said nothing yet
        for name, value in said.items():
            setattr(device, name, value)
        out.seen.append((None, f"device:{device.id}"))

    return (NEW if before is None else CHANGED), change


async def assignments_out(at_hand: Known, session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    """Where every device stands and has stood."""
    rows, seen = list[Sequence[Cell]](), Seen()
    sees = at_hand.visitor.may(Permission.SEE_RESIDENTS)
    for stands, device, scope in await devices.every_assignment(session):
        if at_hand.sight.covers(scope.unit_id):
            unit, whose = at_hand.unit_names.get(scope.unit_id or ""), stands.resident_id if sees else None
            since, until = (_local(at_hand, moment) for moment in (stands.since, stands.until))
            place = PLACES.get(stands.place or "")
            rows.append((device.source, device.address, scope.name, unit, place, whose, since, until))
            if whose:
                seen.append((whose, "assignments.csv"))
    return rows, seen


def _local(at_hand: Known, moment: datetime | None) -> str:
    return moment.astimezone(at_hand.hub.zone).strftime("%Y-%m-%d %H:%M") if moment else ""


def assignment_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    """A device is placed from now on."""
    device = at_hand.devices.get((must(row, "kilde", 40), must(row, "adresse", 200)))
    if device is None:
        raise Refused(later("Utstyret finnes ikke. Hent inn listen over utstyr først."))
    if row.cells.get("til"):
        return later("tidligere plass: ingenting gjøres"), None
    home = at_hand.home(must(row, "sted"), row.cells.get("enhet", ""))
    spot = row.cells.get("plass", "")
    place = _PLACES.get(spot.casefold()) if spot else None
    if spot:
        known_word(place, "plass", spot)
    whose = row.cells.get("beboer", "")
    known_as = at_hand.residents.get(whose)
    if whose and (known_as is None or not at_hand.sight.covers(known_as.unit_id)
                  or not at_hand.visitor.may(Permission.SEE_RESIDENTS)):  # fmt: skip
        raise Refused(later("Ingen beboer hos deg har denne id-en i kolonnen «beboer»."))

    now = at_hand.stands.get(device.id)
    # Who may not read whose it is leaves it as it is: their own list has that column empty.
    blind = not at_hand.visitor.may(Permission.SEE_RESIDENTS) or "beboer" not in row.cells
    owner = now.resident_id or "" if blind and now and now.scope_id == home.id else whose
    spot_now = place if "plass" in row.cells or now is None or now.scope_id != home.id else now.place
    if now is not None and (now.scope_id, now.place, now.resident_id or "") == (home.id, spot_now, owner):
        return SAME, None

    async def change(session: Session, out: Outcome) -> None:
        clock = at_hand.hub.clock()
        out.refitted |= await registry.assign_device(session, device.id, home.id, owner or None, spot_now, clock)
        out.seen.append((owner or None, f"device:{device.id}"))

    return later("plasseres fra nå, og må prøves"), change


# --- shifts -----------------------------------------------------------------------------------


async def shifts_out(at_hand: Known, session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    """Every line of the plan."""
    names = {one.id: one.username for one in at_hand.people.values()}
    rows: list[Sequence[Cell]] = [
        (at_hand.unit_names.get(line.unit_id), names.get(line.person_id), line.first_day.isoformat(),
         line.last_day.isoformat() if line.last_day else "", line.every_weeks, f"{line.starts:%H:%M}",
         f"{line.ends:%H:%M}")
        for line in await shifts.every_line(session) if at_hand.sight.covers(line.unit_id)
    ]  # fmt: skip
    return by_name(rows, 0), []


def shift_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    """A line is added to the plan."""
    unit, who = at_hand.unit(must(row, "enhet")), at_hand.people.get(must(row, "brukernavn").casefold())
    if who is None or who.role in PRIVATE or unit is None:
        raise Refused(later("Ingen ansatt har dette brukernavnet."))
    every = row.cells.get("hver n. uke", "") or "0"
    if not every.isascii() or not every.isdigit() or int(every) > 52:  # noqa: PLR2004 - weeks of a year
        raise Refused(later("«hver n. uke» er et tall fra 0 (bare én gang) til 52."))
    first = day_in(row, "første dag")
    if first is None:
        raise Refused(later("Kolonnen «første dag» er tom."))
    wish = Wish(
        unit=unit, person=who.id, first_day=first, last_day=day_in(row, "siste dag"), every_weeks=int(every),
        starts=time_in(row, "fra"), ends=time_in(row, "til"),
    )  # fmt: skip

    async def change(session: Session, out: Outcome) -> None:
        same = await shifts.every_line(session, wish.unit, wish.person)
        key = (wish.first_day, wish.starts, wish.ends, wish.every_weeks)
        if wish in out.wishes or any((one.first_day, one.starts, one.ends, one.every_weeks) == key for one in same):
            return
        out.wishes.append(wish)

    return later("legges til, hvis den ikke står der alt"), change
