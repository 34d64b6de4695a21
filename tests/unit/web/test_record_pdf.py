"""The paper about a resident has tags for screen readers, Sámi letters, and no way out of somebody's words."""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import typst
from httpx2 import AsyncClient
from pypdf import PdfReader

from carehub.core.languages import Language
from carehub.flow.hub import Hub
from carehub.kit.paper import NotSet, Press, compiled
from carehub.store import tables
from carehub.web.rights import record_pdf
from carehub.web.rights.record_words import SECTIONS
from carehub.web.tongue import speak
from tests.unit.web import pdf_tags
from tests.unit.web.conftest import Browse, logged_in
from tests.unit.web.test_record import one_of_each

NOW, OSLO = datetime(2026, 11, 27, 9, 30, tzinfo=UTC), ZoneInfo("Europe/Oslo")
EVIL = (
    '#read("/etc/passwd") #eval("1+1") #import "@preview/cetz:0.3.0" #sys.inputs',
    "= Ikke en overskrift\n- ikke en liste\n/ Ikke: et uttrykk\n*ikke fet* _ikke kursiv_ $x^2$ <merke> @merke // her",
    '"} , ]) #pagebreak() \\u{1F600} `ikke kode` https://eksempel.no/ ~ --- #{',
)  # fmt: skip


def _held(*wishes: str, family_name: str = "Nordby") -> dict[str, Any]:
    found: dict[str, Any] = {name: [] for name in SECTIONS}
    found |= {
        "resident": {"given_name": "Astrid", "family_name": family_name}, "municipality": "Solberg kommune",
        "made_at": NOW.isoformat(), "schema": "carehub-record/1",
        "wishes": [{"text": text, "changed_at": NOW.isoformat()} for text in wishes],
    }  # fmt: skip
    return record_pdf.held(found, {}, {}, OSLO, str)


def _set(held: Mapping[str, Any]) -> bytes:
    return compiled(record_pdf.TEMPLATE, record_pdf.FONTS, int(NOW.timestamp()), json.dumps(held))


def _words(paper: bytes) -> str:
    said = "\n".join(page.extract_text() for page in PdfReader(BytesIO(paper)).pages)
    return said.replace("\u200b", "")


def _squeezed(text: str) -> str:
    """Without what the end of a line adds."""
    return re.sub(r"[\s-]", "", text)


def _read(answer: bytes) -> tuple[PdfReader, pdf_tags.Tag]:
    pdf = PdfReader(BytesIO(answer))
    return pdf, pdf_tags.read(pdf)


@pytest.fixture
async def kari(hub: Hub, browser: Browse) -> AsyncClient:
    """A coordinator, when there is something in each section about Astrid."""
    await one_of_each(hub)
    async with hub.database.write() as session:
        session.add(tables.Wish(resident_id="kaare", text=EVIL[0], changed_at=hub.clock()))
    return await logged_in(browser(), hub, "kari")


@pytest.mark.parametrize(("tongue", "said"), [("nb", "nb-NO"), ("nn", "nn-NO"), ("en", "en-GB")])
async def test_a_paper_says_its_language_its_title_and_that_it_is_pdf_ua(
    kari: AsyncClient, tongue: str, said: str
) -> None:
    kari.cookies.set("language", tongue)

    pdf, _tags = _read((await kari.get("/admin/residents/astrid/export.pdf")).content)

    root: Any = pdf.trailer["/Root"]
    assert root["/Lang"] == said
    assert bool(root["/MarkInfo"]["/Marked"])
    assert bool(root["/ViewerPreferences"]["/DisplayDocTitle"])
    assert pdf.metadata is not None
    assert (pdf.metadata.title or "").endswith("Astrid Nordby")
    assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_object().get_data()


async def test_headings_are_in_order_and_each_section_has_its_bookmark(kari: AsyncClient) -> None:
    pdf, tags = _read((await kari.get("/admin/residents/astrid/export.pdf")).content)

    found = [(int(one.name[2:]), one.of["/T"]) for one in tags.walk() if one.name.startswith("/H")]
    assert found[0][0] == 1
    assert all(after <= before + 1 for (before, _), (after, _) in pairwise(found))
    sections = [title.rpartition(" (")[0] for level, title in found if level == 1]
    assert [name for name in sections if name in SECTIONS.values()] == list(SECTIONS.values())
    assert [one.title for one in pdf.outline if not isinstance(one, list)] == [
        title for level, title in found[1:] if level == 1
    ]
    assert len(tags.all("/TOCI")) == len(sections) - 1
    assert [one.of for one in tags.all("/Figure") if not one.of.get("/Alt")] == []


async def test_every_table_has_header_cells_that_its_cells_name(kari: AsyncClient) -> None:
    _pdf, tags = _read((await kari.get("/admin/residents/astrid/export.pdf")).content)

    tables_ = tags.all("/Table")
    assert len(tables_) > len(SECTIONS) / 2
    for table in tables_:
        [head] = table.all("/THead")
        heads = head.all("/TH")
        assert {one.of["/Scope"] for one in heads} == {"/Column"}
        for row in [row for body in table.all("/TBody") for row in body.all("/TR")]:
            cells = row.all("/TD")
            assert [one.of["/Headers"] for one in cells] == [[one.of["/ID"]] for one in heads]


async def test_all_that_is_drawn_is_read_or_is_an_artifact_and_links_are_tagged(kari: AsyncClient) -> None:
    pdf, tags = _read((await kari.get("/admin/residents/astrid/export.pdf")).content)

    marks, bare = pdf_tags.drawn(pdf)
    assert bare == []
    owned = [mark for one in tags.walk() for mark in one.marks]
    assert sorted(owned) == sorted(marks)
    pages: list[Any] = [page for page in pdf.pages if "/Annots" in page]
    links = [one.get_object() for page in pages for one in page["/Annots"]]
    assert len(links) == sum(one.objects for one in tags.all("/Link"))
    assert {one["/A"]["/URI"] for one in links if "/URI" in one.get("/A", {})} == {"https://www.datatilsynet.no/"}
    assert all(one["/Contents"] for one in links if "/URI" in one.get("/A", {}))
    assert all("/StructParents" in page and page["/Tabs"] == "/S" for page in pages)


@pytest.mark.parametrize("evil", EVIL)
def test_what_somebody_wrote_is_never_the_papers_own_code(evil: str) -> None:
    paper = _set(_held(evil))

    _pdf, tags = _read(paper)
    said = _squeezed(_words(paper))
    assert _squeezed(evil) in said
    assert "root:" not in said
    assert len([one for one in tags.walk() if one.name.startswith("/H")]) == 3
    _plain, tags_of_plain = _read(_set(_held("Snakk tydelig")))
    for name in ("/Table", "/L", "/Link", "/Em"):
        assert len(tags.all(name)) == len(tags_of_plain.all(name))


async def test_words_that_look_like_code_come_through_the_door_as_words(kari: AsyncClient) -> None:
    answer = await kari.get("/admin/residents/kaare/export.pdf")

    assert _squeezed(EVIL[0]) in _squeezed(_words(answer.content))


def test_the_template_reads_nothing_and_fetches_nothing() -> None:
    source = record_pdf.TEMPLATE.read_text(encoding="utf-8")

    assert [word for word in ("@preview", "@local", "import", "include", "read(", "eval(") if word in source] == []


def test_every_letter_that_is_let_through_is_in_the_fonts() -> None:
    """Typst refuses a sign that no font has: a hole in the ranges would be a resident without a paper."""
    ranges = re.findall(r"(.)-(.)|(.)", record_pdf.LETTERS)
    signs = [chr(sign) for first, last, alone in ranges for sign in range(ord(first or alone), ord(last or alone) + 1)]
    assert len(signs) > 1000
    every = [sign for sign in signs if sign.strip()]

    words = _words(_set({**_held(), "title": "".join(every[:200]), "before": [" ".join(every)], "municipality": "č"}))

    assert [sign for sign in "æøåčđŋšŧžłÐЖΩ€–" if sign not in words] == []


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Biŋŋá Čáhput", "Biŋŋá Čáhput"), ("A\u030a og e\u0301", "Å og é"), ("ﬁn", "fin"),
        ("Hun smilte 😀👍🏽.", "Hun smilte [tegn som skriften mangler]."),
        ("سلام", "[tegn som skriften mangler]"), ("a\x00b\x07c", "abc"),
        ("en\tto\r\ntre\u2028fire", "en to\ntre\nfire"),
        ("x\u030c", "x"), ("\u202eabc\u202c", "abc"), ("\ud800", ""), ("\ue000", "[tegn som skriften mangler]"),
    ],
)  # fmt: skip
def test_a_sign_that_the_font_lacks_is_told_in_words(written: str, said: str) -> None:
    held = _held(written, family_name=written)

    part = next(one for one in held["parts"] if one["name"] == SECTIONS["wishes"])
    assert part["rows"][0][0] == said
    assert _set(held).startswith(b"%PDF-")


def test_nothing_is_too_long_for_a_line_or_a_page() -> None:
    """A word without an end is broken, and a table that is longer than a page has its header on each."""
    paper = _set(_held("x" * 4000, *(f"Ønske {number}" for number in range(120))))

    pdf, tags = _read(paper)
    assert len(pdf.pages) > 3
    assert _words(paper).count("x") > 3990
    assert len(tags.all("/THead")) == 1


@pytest.mark.parametrize("backwards", [False, True])
def test_of_a_very_long_list_the_newest_are_shown_and_it_says_so(backwards: bool) -> None:
    every = [
        {"at": f"2026-01-01T{n // 3600:02}:{n // 60 % 60:02}:{n % 60:02}+00:00", "name": str(n)} for n in range(3005)
    ]
    found = {**{name: [] for name in SECTIONS}, "resident": {"given_name": "A", "family_name": "B"},
             "municipality": "C", "made_at": NOW.isoformat(), "schema": "s",
             "who_looked": every[::-1] if backwards else every}  # fmt: skip

    [part] = record_pdf.held(found, {}, {}, OSLO, str)["parts"]

    assert part["title"].endswith("(3005)")
    assert part["note"] == "Her står de 3000 nyeste. Resten står i JSON-filen."
    assert {int(row[1]) for row in part["rows"]} == set(range(5, 3005))


def test_days_are_told_by_week_from_monday() -> None:
    found = {"resident": {"given_name": "A", "family_name": "B"}, "municipality": "C", "made_at": NOW.isoformat(),
             "schema": "s", **{name: [] for name in SECTIONS}}  # fmt: skip

    held = record_pdf.held(found, {date(2026, 11, 23): 7, date(2026, 11, 29): 9}, {}, OSLO, str)

    [part] = held["parts"]
    assert part["head"][1:] == ["man.", "tir.", "ons.", "tor.", "fre.", "lør.", "søn."]
    assert part["rows"] == [["23.11.2026", "7", "–", "–", "–", "–", "–", "9"]]


def test_what_is_kept_as_a_number_or_a_code_is_said_in_words() -> None:
    speak(Language.EN)
    try:
        said = record_pdf.held({
            **{name: [] for name in SECTIONS}, "resident": {"given_name": "A", "family_name": "B", "risk": "high"},
            "municipality": "C", "made_at": NOW.isoformat(), "schema": "s",
            "alerts": [{"kind": "fall", "severity": 40, "status": "closed", "place": "bathroom", "note": None,
                        "raised_at": NOW.isoformat(), "steps": [], "told": []}],
            "usual": [{"at": NOW.isoformat(), "of": {
                "bedtime": {"p50": 1320, "p95": 1465}, "bathroom_stay": {"p50": 6.5, "p95": 14},
                "bed_exits_at_night": {"p50": 1, "p95": 3}}}],
        }, {}, {}, OSLO, str.upper)  # fmt: skip
    finally:
        speak(Language.NB)

    alerts, usual = said["parts"]
    assert alerts["cards"][0]["title"] == "FALL, 27.11.2026 10:30"
    assert ["Severity", "Critical"] in alerts["cards"][0]["terms"]
    assert ["Place", "bathroom"] in alerts["cards"][0]["terms"]
    assert ["Risk", "High risk"] in said["who"]
    assert [row[2:] for row in usual["rows"]] == [["22:00", "00:25"], ["6.5 min", "14 min"], ["1", "3"]]


async def test_the_press_gives_the_same_paper_to_the_byte_one_after_another() -> None:
    press, held = Press(), _held("Snakk tydelig")

    papers = await asyncio.gather(
        *(press.pressed(record_pdf.TEMPLATE, record_pdf.FONTS, NOW, held) for _ in range(3))
    )  # fmt: skip

    assert set(papers) == {_set(held)}
    made = PdfReader(BytesIO(papers[0])).metadata
    assert made is not None
    assert made.creation_date == NOW


async def test_tags_are_packed_and_what_says_that_they_are_there_is_not() -> None:
    """Each cell has its tag: one by one they were four fifths of the file. What sorts files reads only the last."""
    paper = _set(_held(*(f"Ønske {number}" for number in range(1000))))

    assert len(pdf_tags.read(PdfReader(BytesIO(paper))).all("/TD")) >= 2000
    assert b"/StructElem" not in paper
    assert re.search(rb"<\?xpacket begin[^\n]*<pdfuaid:part>1</pdfuaid:part>", paper)  # in one line, as Typst wrote it
    assert len(paper) < 500_000


async def test_what_is_not_conform_is_refused_and_says_nobodys_words(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    template = tmp_path / "wrong.typ"
    template.write_text('#set text(font: "Inter")\n#json(bytes(sys.inputs.held)).said', encoding="utf-8")

    with pytest.raises(NotSet, match="ended with 1"):
        await Press().pressed(template, record_pdf.FONTS, NOW, {"said": "Hun heter Astrid"})

    assert "Astrid" not in "".join(capfd.readouterr())
    with pytest.raises(typst.TypstError, match="title"):
        compiled(template, record_pdf.FONTS, 0, '{"said": "Hun heter Astrid"}')


async def test_whoever_asked_and_left_leaves_no_process(tmp_path: Path) -> None:
    template = tmp_path / "slow.typ"
    template.write_text("#let n = 0\n#while n < 2000000000 { n += 1 }", encoding="utf-8")
    press, before = Press(), _children()
    asked = asyncio.create_task(press.pressed(template, record_pdf.FONTS, NOW, {}))
    await _until(lambda: _children() > before)

    asked.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asked
    assert _children() == before
    assert (await press.pressed(record_pdf.TEMPLATE, record_pdf.FONTS, NOW, _held())).startswith(b"%PDF-")


def _children() -> set[str]:
    return {pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text().split()}


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - another process, which tells nobody
            await asyncio.sleep(0.02)


def test_the_hub_itself_never_loads_the_compiler() -> None:
    code = "import sys, carehub.web, carehub.kit.late as late; late.load_late()"
    code += "; sys.exit(bool({'typst', 'pikepdf'} & {*sys.modules}))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
