"""The lists themselves; homes, residents and people here, the others in `transfer_devices`."""

from collections.abc import Sequence

from carehub.core.answers.escalation import Method
from carehub.core.people.access import PRIVATE, Permission, Role
from carehub.core.showing.spreadsheet import Cell, Row
from carehub.core.watching.blindness import Risk
from carehub.flow.grouping import rehomed
from carehub.flow.reaching.telling import SMS
from carehub.flow.staff import contacts
from carehub.kit.ids import new_id
from carehub.store import logins, registers, residents, tables
from carehub.store.database import Session
from carehub.store.tables.places import ScopeKind
from carehub.web import words
from carehub.web.admin.people import WRONG_NUMBER, e164, may_manage
from carehub.web.admin.register import Refused, fill_in
from carehub.web.admin.transfer import (
    CHANGED,
    NEW,
    SAME,
    Change,
    Known,
    Outcome,
    Seen,
    Sort,
    by_name,
    known_word,
    may,
    must,
)
from carehub.web.admin.transfer_devices import (
    assignment_in,
    assignments_out,
    device_in,
    devices_out,
    shift_in,
    shifts_out,
)
from carehub.web.admin.transfer_visits import VISITS
from carehub.web.tongue import _, later

_KINDS = {"rom": ScopeKind.ROOM, "hjem": ScopeKind.HOME}
_KIND_NAMES = {kind: name for name, kind in _KINDS.items()}
_RISK_NAMES = dict(words.RISKS.items())
_RISKS = {name.casefold(): one for one, name in _RISK_NAMES.items()} | {one.value: one for one in Risk}

_ROLE_NAMES = {role: name.partition(" (")[0] for role, name in words.ROLES.items()}
_ROLES = {name.casefold(): role for role, name in _ROLE_NAMES.items()} | {one.value: one for one in Role}


# --- homes and rooms --------------------------------------------------------------------------


async def _places_out(at_hand: Known, _session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    rows: list[Sequence[Cell]] = [
        (one.name, _KIND_NAMES.get(one.kind, ""), at_hand.unit_names.get(one.unit_id or ""))
        for same in at_hand.homes.values()
        for one in same
        if at_hand.sight.covers(one.unit_id)
    ]
    return by_name(rows, 0), []


def _place_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    name, unit = must(row, "navn"), at_hand.unit(must(row, "enhet"))
    kind = _KINDS.get(must(row, "slag").casefold())
    known_word(kind, "slag", row.cells["slag"])
    if any(one.unit_id == unit for one in at_hand.homes.get(name.casefold(), [])):
        return SAME, None

    async def change(session: Session, _out: Outcome) -> None:
        session.add(tables.Scope(id=new_id(), kind=kind or ScopeKind.ROOM, name=name, unit_id=unit))

    return NEW, change


# --- residents --------------------------------------------------------------------------------


async def _residents_out(at_hand: Known, session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    every = await registers.resident_rows(session)
    rows, seen = list[Sequence[Cell]](), Seen()
    for one in at_hand.residents.values():
        if at_hand.sight.covers(one.unit_id):
            who = every[one.id]
            left = one.until.astimezone(at_hand.hub.zone).date().isoformat() if one.until else ""
            home, unit = ("", "") if left else (one.scope or "", one.unit or "")
            risk = _RISK_NAMES[who.risk]
            rows.append(
                (one.id, one.given_name, one.family_name, home, unit, who.phone, who.born_year, risk, who.note, left)
            )
            seen.append((one.id, "residents.csv"))
    return rows, seen


def _resident_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    key, now = row.cells.get("id", ""), at_hand.hub.clock()
    before = at_hand.residents.get(key)
    if key and (before is None or not at_hand.sight.covers(before.unit_id)):
        raise Refused(later("Ingen beboer hos deg har denne id-en. La «id» stå tom for en ny."))
    given, family = must(row, "fornavn"), must(row, "etternavn")
    home = at_hand.home(row.cells["hjem"], row.cells.get("enhet", "")) if row.cells.get("hjem") else None
    if before is None and home is None:
        raise Refused(later("En ny beboer må ha et hjem eller rom."))
    said = _said_of(row)
    about = at_hand.about[key].model_dump() if before else {"id": ""}
    after = tables.Resident(**about | {"given_name": given, "family_name": family})
    fill_in(after, said, now.year)
    _must_be_one(at_hand, after, home)
    moves = home is not None and (before is None or before.until is not None or before.scope_id != home.id)
    if not moves and after.model_dump() == about:
        return SAME, None

    async def change(session: Session, out: Outcome) -> None:
        who = await session.get(tables.Resident, key) if key else None
        who = who or tables.Resident(id=new_id(), given_name=given, family_name=family)
        who.given_name, who.family_name = given, family
        fill_in(who, said, now.year)
        session.add(who)
        await session.flush()
        if home is not None and moves:
            touched = await rehomed.move_in(at_hand.hub, session, who.id, home, now)
            shared = await residents.shared(session, who.id, touched)
            out.scopes |= touched - shared
            out.refitted |= shared
        out.seen.append((who.id, "residents.csv"))

    if before is not None and home is not None and moves:
        return _("flytter nå til %(home)s", home=home.name), change
    return (NEW if before is None else CHANGED), change


def _said_of(row: Row) -> dict[str, object]:
    """What the row says of them; a column that is not there leaves what is."""
    risk = _RISKS.get(row.cells.get("risiko", "").casefold() or Risk.NORMAL.value)
    known_word(risk, "risiko", row.cells.get("risiko", ""))
    columns = {
        "phone": ("telefon", row.cells.get("telefon")), "born_year": ("fødselsår", row.cells.get("fødselsår")),
        "risk": ("risiko", risk), "national_id": ("fødselsnummer", row.cells.get("fødselsnummer")),
        "note": ("merknad", may(row, "merknad", 400)),
    }  # fmt: skip
    return {name: value for name, (column, value) in columns.items() if column in row.cells}


def _must_be_one(at_hand: Known, who: tables.Resident, home: tables.Scope | None) -> None:
    """Refuse somebody who stands in the register already: a file that is brought in twice doubles nobody."""
    if at_hand.numbers.get(who.national_id or "", who.id) != who.id:
        raise Refused(later("Fødselsnummeret står på en annen beboer. Skriv id-en deres i kolonnen «id»."))
    if not who.id and home and (home.id, who.given_name.casefold(), who.family_name.casefold()) in at_hand.living:
        raise Refused(later("En med dette navnet bor der alt. Skriv id-en i kolonnen «id», så blir raden en endring."))


# --- people -----------------------------------------------------------------------------------


async def _people_out(at_hand: Known, _session: Session) -> tuple[list[Sequence[Cell]], Seen]:
    rows: list[Sequence[Cell]] = [
        (one.username, one.name, _ROLE_NAMES[one.role], at_hand.unit_names.get(one.unit_id or ""), one.phone,
         "ja" if one.active else "nei")
        for one in at_hand.people.values() if one.role not in PRIVATE and may_manage(at_hand.visitor, one.role)
    ]  # fmt: skip
    return by_name(rows, 1), []


def _person_in(at_hand: Known, row: Row) -> tuple[str, Change | None]:
    username, name = must(row, "brukernavn").casefold(), must(row, "navn")
    role = _ROLES.get(row.cells.get("rolle", "").casefold())
    known_word(role, "rolle", row.cells.get("rolle", ""))
    if role is None or role in PRIVATE or not may_manage(at_hand.visitor, role):
        raise Refused(later("Denne rollen kan du ikke gi noen her. Pårørende legges inn på beboerens side."))
    before = at_hand.people.get(username)
    if before is not None and not _mine(at_hand, before):
        raise Refused(later("Brukernavnet er i bruk av noen du ikke kan endre."))
    unit, number = _unit_in(at_hand, row, before), _number_in(row, before)
    if before is not None and (before.name, before.role, before.unit_id, before.phone) == (name, role, unit, number):
        return SAME, None

    async def change(session: Session, out: Outcome) -> None:
        who = await session.get(tables.Person, before.id) if before else None
        who = who or tables.Person(id=new_id(), username=username, name=name, role=role)
        who.name, who.role, who.unit_id, who.phone = name, role, unit, number
        session.add(who)
        await session.flush()
        if number and (before is None or before.phone != number):
            now = at_hand.hub.clock()
            await contacts.add(at_hand.hub, session, who.id, Method(channel=SMS, address=number), now)
        if before is not None and (before.role, before.unit_id) != (role, unit):
            await logins.end_all_of(session, who.id)
        out.seen.append((None, f"person:{who.id}"))

    return (NEW if before is None else CHANGED), change


def _mine(at_hand: Known, person: tables.Person) -> bool:
    """Somebody on the staff whom the visitor may manage, of a unit that is theirs."""
    known_as = person.role not in PRIVATE and may_manage(at_hand.visitor, person.role)
    return known_as and (at_hand.sight.units is None or (person.unit_id or "") in at_hand.sight.units)


def _unit_in(at_hand: Known, row: Row, before: tables.Person | None) -> str | None:
    """The unit that the row gives; without the column it stays. None is every unit, and not for everybody to give."""
    if "enhet" not in row.cells and before is not None:
        return before.unit_id
    unit = at_hand.unit(row.cells.get("enhet", ""))
    if unit is None and at_hand.sight.units is not None:
        raise Refused(later("Skriv en enhet som er din i kolonnen «enhet»."))
    return unit


def _number_in(row: Row, before: tables.Person | None) -> str | None:
    """The telephone that the row gives; without the column it stays."""
    if "telefon" not in row.cells and before is not None:
        return before.phone
    phone = row.cells.get("telefon", "")
    number = e164(phone) if phone else None
    if phone and number is None:
        raise Refused(WRONG_NUMBER)
    return number


_EVERY = (
    Sort(
        name="places", title=later("Hjem og rom"), columns=("navn", "slag", "enhet"), needed=("navn", "slag", "enhet"),
        keys=("navn", "enhet"), export=_places_out, read=_place_in, help=later("Slag er «rom» eller «hjem»."),
    ),
    Sort(
        name="residents", title=later("Beboere"), may=Permission.SEE_RESIDENTS,
        columns=("id", "fornavn", "etternavn", "hjem", "enhet", "telefon", "fødselsår", "risiko", "merknad",
                 "flyttet ut"),
        needed=("fornavn", "etternavn", "hjem"), keys=("id",), names=("fornavn", "etternavn", "hjem", "enhet"),
        alone="fødselsnummer", export=_residents_out, read=_resident_in,
        help=later("Tom «id» er en ny beboer. Et annet «hjem» flytter beboeren fra nå. «fødselsnummer» kan hentes inn, "
             "men tas aldri ut."),
    ),
    Sort(
        name="people", title=later("Ansatte"),
        columns=("brukernavn", "navn", "rolle", "enhet", "telefon", "kan logge inn"),
        needed=("brukernavn", "navn", "rolle"), keys=("brukernavn",), export=_people_out, read=_person_in,
        help=later("Rolle er Hjemmetjenesten, Omsorgssenter, Koordinator, Tekniker, Revisor eller Administrator. "
             "Nye får lenke til å velge passord fra siden Personer."),
    ),
    Sort(
        name="devices", title=later("Utstyr"), keys=("kilde", "adresse"),
        needed=("kilde", "adresse"), export=devices_out,
        columns=("kilde", "adresse", "navn", "type", "modell", "sentral", "bærer", "operatør", "bæreren slås av",
                 "batteri", "tilstand"),
        read=device_in,
        help=later("Kilde: carehub_v1, zigbee2mqtt, chirpstack, things_stack. Batteri og tilstand leses ikke inn."),
    ),
    Sort(
        name="assignments", title=later("Hvor utstyret står"), keys=("kilde", "adresse", "til"),
        needed=("kilde", "adresse", "sted"), export=assignments_out, read=assignment_in,
        columns=("kilde", "adresse", "sted", "enhet", "plass", "beboer", "fra", "til"),
        help=later("En rad uten «til» plasserer utstyret fra nå. Alt som flyttes, må prøves på nytt."),
    ),
    Sort(
        name="shifts", title=later("Vaktplan"), may=Permission.PLAN_SHIFTS, export=shifts_out, read=shift_in,
        columns=("enhet", "brukernavn", "første dag", "siste dag", "hver n. uke", "fra", "til"),
        needed=("enhet", "brukernavn", "første dag", "fra", "til"),
        help=later("«hver n. uke» er 0 for én vakt, 1 for hver uke, 3 for hver tredje."),
    ),
)  # fmt: skip
SORTS = {one.name: one for one in (*_EVERY, VISITS)}
