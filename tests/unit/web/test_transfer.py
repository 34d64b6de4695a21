"""Lists out to files and in from them: tried row by row, carried out whole or not at all, within one's own units."""

import re
from html import unescape

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import tables
from carehub.web import LONGEST_BODY
from tests.unit.web.conftest import BOTH, Browse, logged_in

RESIDENTS = "fornavn;etternavn;hjem;telefon;fødselsår;risiko;merknad\r\n"


async def tried(client: AsyncClient, sort: str, text: str) -> Response:
    return await client.post(f"/admin/transfer/{sort}/try", files={"file": ("liste.csv", text.encode(), "text/csv")})


async def brought_in(client: AsyncClient, sort: str, text: str) -> Response:
    shown = (await tried(client, sort, text)).text
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", shown, re.DOTALL)
    assert found, shown
    return await client.post(f"/admin/transfer/{sort}/do", data={"text": unescape(found[1])})


async def families(hub: Hub) -> list[str]:
    async with hub.database.read() as session:
        return sorted((await session.exec(select(tables.Resident.family_name))).all())


@BOTH
async def test_residents_come_in_whole_or_not_at_all_and_faults_are_told_by_row(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    before = await families(hub)
    good, bad = (
        "Bjørg;Ås;Rom 112;91234567;1938;Høy risiko;=SUM(A1)\r\n",
        "Knut;Li;Rom 999;;;;\r\nAnna;By;Rom 112;12;;;\r\n",
    )
    shown = await tried(kari, "residents", RESIDENTS + good + bad)
    assert "2 rader har feil" in shown.text
    assert "«Rom 999»" in shown.text
    assert "<textarea" not in shown.text
    forced = await kari.post("/admin/transfer/residents/do", data={"text": RESIDENTS + good + bad})
    assert (forced.status_code, await families(hub)) == (409, before)

    preview = await tried(kari, "residents", RESIDENTS + good)
    assert "Ingenting er endret ennå" in preview.text
    assert await families(hub) == before
    assert "er hentet inn" in (await brought_in(kari, "residents", RESIDENTS + good)).text
    assert sorted([*before, "Ås"]) == await families(hub)

    out = (await kari.get("/admin/transfer/residents.csv")).content
    assert out.startswith(b"\xef\xbb\xbf")
    assert ";'=SUM(A1);" in out.decode("utf-8-sig")
    again = await tried(kari, "residents", out.decode("utf-8-sig"))
    assert (again.status_code, "Alt står der allerede" in again.text) == (
        200,
        True,
    )  # what went out is what stands there
    async with hub.database.read() as session:
        log = tables.AccessLog
        seen = (await session.exec(select(log.resident_id).where(log.action == "exported"))).all()
    assert len(seen) == len(before) + 1  # C80


async def test_nobody_brings_in_or_takes_out_what_is_another_units(hub: Hub, browser: Browse) -> None:
    """C31, C36: the other unit's residents are not in the file, and its homes and ids are not known."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
    kari = await logged_in(browser(), hub, "kari")
    out = (await kari.get("/admin/transfer/residents.csv")).text
    assert "Nordby" in out
    assert "Fossum" not in out
    assert "Storgata" not in (await kari.get("/admin/transfer/assignments.csv")).text
    shown = await tried(kari, "residents", "id;fornavn;etternavn;hjem\narne;A;F;Rom 104\n;B;G;Storgata 5 B\n")
    assert "2 rader har feil" in shown.text
    tor = await logged_in(browser(), hub, "tor")
    assert (await tor.get("/admin/transfer/residents.csv")).status_code == 403
    assert (await tried(tor, "residents", "x")).status_code == 403
    assert "astrid" not in (await tor.get("/admin/transfer/assignments.csv")).text
    assert (await tor.get("/admin/transfer/nonsense.csv")).status_code == 404


async def test_homes_people_devices_places_and_shifts_make_the_round(hub: Hub, browser: Browse) -> None:
    admin = await logged_in(browser(), hub, "admin")
    await brought_in(admin, "places", "navn;slag;enhet\nRom 115;rom;Solsiden\n")
    people = "brukernavn;navn;rolle;enhet;telefon\nsiv;Siv Moe;nurse;Hjemme sentrum;+47 91 23 45 67\n"
    await brought_in(admin, "people", people)
    devices = "kilde;adresse;navn;type;bæreren slås av\ncarehub_v1;snor-9;Snor 115;Snor;31.12.2027\n"
    await brought_in(admin, "devices", devices)
    await brought_in(admin, "assignments", "kilde;adresse;sted;plass\ncarehub_v1;snor-9;Rom 115;bad\n")
    await brought_in(
        admin,
        "shifts",
        "enhet;brukernavn;første dag;siste dag;hver n. uke;fra;til\nSolsiden;siv;01.02.2026;;3;22:00;07.30\n",
    )
    for sort, text in (
        ("places", "Rom 115;rom;Solsiden"), ("people", "siv;Siv Moe;Hjemmetjenesten;Hjemme sentrum;'+4791234567"),
        ("devices", "carehub_v1;snor-9;Snor 115;Snor;"), ("assignments", "carehub_v1;snor-9;Rom 115;Solsiden;"),
        ("shifts", "Solsiden;siv;2026-02-01;;3;22:00;07:30"),
    ):  # fmt: skip
        out = (await admin.get(f"/admin/transfer/{sort}.csv")).content.decode("utf-8-sig")
        assert text in out
        again = await tried(admin, sort, out)
        assert (again.status_code, "har feil" in again.text) == (200, False)
        assert sort == "shifts" or "Alt står der allerede" in again.text, sort
    async with hub.database.read() as session:
        stands = (await session.exec(select(tables.Assignment).where(tables.Assignment.place == "bathroom"))).all()
    assert stands


async def test_a_file_that_is_brought_in_twice_doubles_nobody(hub: Hub, browser: Browse) -> None:
    """Without an id each of its rows was somebody new, each time."""
    kari = await logged_in(browser(), hub, "kari")
    new = "fornavn;etternavn;hjem;fødselsnummer\nÅse;Li;Rom 112;13873110214\nOla;By;Rom 104;\n"
    await brought_in(kari, "residents", new)
    before = await families(hub)

    again = unescape((await tried(kari, "residents", new)).text)

    assert "2 rader har feil" in again
    assert "Fødselsnummeret står på en annen beboer" in again
    assert "En med dette navnet bor der alt" in again
    assert await families(hub) == before
    twice = "fornavn;etternavn;hjem;fødselsnummer\nA;B;Rom 112;\nA;B;Rom 112;\nC;D;Rom 104;12903142454\n"
    assert "på en rad lenger opp" in (await tried(kari, "residents", twice)).text
    double = "fornavn;etternavn;hjem;fødselsnummer\nA;B;Rom 112;12903142454\nC;D;Rom 104;129031 42454\n"
    assert "på en rad lenger opp" in (await tried(kari, "residents", double)).text


async def test_a_plan_says_who_moves_before_they_do(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    shown = await tried(kari, "residents", "id;fornavn;etternavn;hjem\nastrid;Astrid;Nordby;Rom 112\n")
    assert "flytter nå til Rom 112" in shown.text


@pytest.mark.parametrize(
    ("sort", "text", "words"),
    [
        ("places", "navn;slag;enhet\nRom 1;hytte;Solsiden\n", "ikke et ord huben kjenner"),
        ("places", "navn;slag;enhet\nRom 1;rom;Månen\n", "ingen enhet «Månen»"),
        ("residents", "fornavn;etternavn;hjem;fødselsnummer\nA;B;Rom 104;13873110241\n", "kontrollsifrene"),
        ("people", "brukernavn;navn;rolle\nx;X;Pårørende\n", "kan du ikke gi noen her"),
        ("people", "brukernavn;navn;rolle\nx;X;relative\n", "kan du ikke gi noen her"),
        ("people", "brukernavn;navn;rolle\nx;;nurse\n", "Kolonnen «navn» er tom"),
        ("devices", "kilde;adresse;bæreren slås av\ncarehub_v1;x;i morgen\n", "er ikke en dato"),
        ("devices", "kilde;adresse\ncarehub_v1;x\ncarehub_v1;x\n", "på en rad lenger opp"),
        ("assignments", "kilde;adresse;sted\ncarehub_v1;ukjent-9;Rom 104\n", "Utstyret finnes ikke"),
        ("shifts", "enhet;brukernavn;første dag;fra;til\nSolsiden;maria;01.02.2026;x;07:30\n", "ikke et klokkeslett"),
        ("shifts", "enhet;brukernavn;første dag;fra;til\nSolsiden;ingen;01.02.2026;22:00;07:30\n", "Ingen ansatt"),
    ],
)  # fmt: skip
async def test_faults_are_told_in_words(hub: Hub, browser: Browse, sort: str, text: str, words: str) -> None:
    admin = await logged_in(browser(), hub, "admin")
    assert words in unescape((await tried(admin, sort, text)).text)


async def test_a_list_may_be_long_and_other_forms_may_not(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    many = RESIDENTS + "".join(f"Navn{n};Etternavn{n};Rom 112;;;;\r\n" for n in range(2_000))
    assert len(many) > LONGEST_BODY
    shown = (await tried(kari, "residents", many)).text
    assert "2000 rader blir til endringer" in shown
    assert (await kari.post("/admin/residents", data={"note": "x" * LONGEST_BODY})).status_code == 413


async def test_planned_visits_make_the_round_within_ones_own_units(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")
    head = "beboer;enhet;brukernavn;fra;til;tittel\n"
    before = "resident;unit;person;at;until;title\n"  # as other systems write it
    plan = f"{before}arne;sentrum;ingrid;2026-01-15T08:00;2026-01-15T08:20;Morgenbesøk\n"
    await brought_in(kari, "visits", plan)
    out = (await kari.get("/admin/transfer/visits.csv")).content.decode("utf-8-sig")
    await brought_in(kari, "visits", out)
    out = (await kari.get("/admin/transfer/visits.csv")).content.decode("utf-8-sig")
    assert out.splitlines()[0] == head.strip()
    assert out.count("arne;Hjemme sentrum;ingrid;2026-01-15T08:00;2026-01-15T08:20;Morgenbesøk") == 1
    at = "2026-01-15T08:00;;x\n"
    wrong = f"{head}ingen;sentrum;;{at}arne;månen;;{at}arne;sentrum;anne;{at}"
    assert "3 rader har feil" in (await tried(kari, "visits", wrong)).text
