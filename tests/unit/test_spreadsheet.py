"""Lists as files: no cell is a formula, and what went out comes in the same."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.showing.spreadsheet import MOST_ROWS, SheetError, read, safe, written

EVIL = ["=cmd|'/c calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "\uff1d1"]


@pytest.mark.parametrize("text", EVIL)
def test_no_cell_begins_as_a_formula(text: str) -> None:
    """C66: what a spreadsheet would carry out is written as text."""
    (row,) = list(csv.reader(StringIO(written(["a"], [[text]]).decode("utf-8-sig"), newline=""), delimiter=";"))[1:]
    assert row[0].startswith("'")


def test_excel_opens_it_in_norwegian() -> None:
    raw = written(["navn", "tall", "antall", "tomt"], [["Øyvind; Ås", 2.5, 3, None]])
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.decode("utf-8-sig") == 'navn;tall;antall;tomt\r\n"Øyvind; Ås";2,5;3;\r\n'


_texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20).map(str.strip)


@given(st.lists(st.tuples(_texts, _texts), max_size=8))
def test_what_went_out_comes_in_the_same(rows: list[tuple[str, str]]) -> None:
    found = read(written(["en", "to"], rows), ["en", "to"])
    assert [tuple(row.cells.values()) for row in found] == [row for row in rows if any(row)]


@given(st.text(max_size=30))
def test_a_safe_cell_never_begins_as_a_formula(text: str) -> None:
    assert not safe(text).startswith(("=", "+", "-", "@", "\t", "\r"))


def test_files_as_others_write_them_are_read() -> None:
    assert read("Navn,Telefon\nÅse,1\n".encode("cp1252"), ["navn"])[0].cells == {"navn": "Åse", "telefon": "1"}
    assert [row.number for row in read(b"NAVN\tx\n\na\tb\n", ["navn"])] == [3]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "tom|mangler"),
        (b"PK\x03\x04\0", "ikke en CSV-fil"),
        (b"telefon\n1\n", "mangler kolonnen navn"),
        (b"navn\na;b\n", "Rad 2 har flere celler"),
        (b'navn;x\n"a;b\n', "anførselstegn"),
        (("navn\n" + "a\n" * (MOST_ROWS + 1)).encode(), "Del den opp"),
    ],
)
def test_files_that_are_none_say_what_to_do(raw: bytes, words: str) -> None:
    with pytest.raises(SheetError, match=words):
        read(raw, ["navn"])
