"""Tables as files for a spreadsheet: semicolons, a mark that says UTF-8, and no cell that is taken for a formula.

Pure. A text that begins with = + - @, a tabulator or a carriage return is written with an apostrophe before it, which
a spreadsheet shows as text (OWASP, "CSV Injection"); `read` takes the apostrophe away again, so that what went out
comes in the same.
"""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from types import MappingProxyType

MOST_ROWS = 5_000
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""The last four are the first four in full width, which some spreadsheets read alike."""
_SEPARATORS = ";,\t"

Cell = str | int | float | None


class SheetError(ValueError):
    """The file cannot be read as a table; the message says why, in bokmål."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a file.

    Attributes:
        number: As the spreadsheet counts: the header is 1.
        cells: Column in lower case to what stands there, without spaces around it.
    """

    number: int
    cells: Mapping[str, str]


def written(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """The file, as a Norwegian Excel opens it."""
    out = StringIO(newline="")
    table = csv.writer(out, delimiter=";", lineterminator="\r\n")
    table.writerow([_cell(name) for name in header])
    table.writerows([_cell(one) for one in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _cell(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}".replace(".", ",")
    return str(value) if isinstance(value, int) else safe(value)


def safe(text: str) -> str:
    """The text as a cell that is text.

    >>> safe("=1+1"), safe("+4791234567"), safe("Kari")
    ("'=1+1", "'+4791234567", 'Kari')
    """
    return f"'{text}" if text.lstrip(" \u00a0").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _bare(cell: str) -> str:
    text = cell.strip(" \u00a0")
    return text[1:] if text.startswith("'") and safe(text[1:]) == text else text.strip()


def read(raw: bytes, columns: Sequence[str], also: Mapping[str, str] = MappingProxyType({})) -> list[Row]:
    """The rows of a file that has these columns, in any order; others are left alone, empty lines are left out.

    Args:
        also: Other names of columns, in lower case, and which each of them is.

    Raises:
        SheetError: It is no text, has no such columns, too many rows, or a row with more cells than columns.
    """
    text = _text(raw)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    try:
        lines = list(csv.reader(StringIO(text, newline=""), delimiter=separator, strict=True))
    except csv.Error as error:
        raise SheetError("Filen er skadet: et anførselstegn mangler.") from error
    if not lines:
        raise SheetError("Filen er tom.")
    header = [also.get(name, name) for name in (_bare(one).casefold() for one in lines[0])]
    missing = [name for name in columns if name not in header]
    if missing:
        raise SheetError(f"Filen mangler kolonnen {', '.join(missing)}. Den første linjen må ha navnene på kolonnene.")
    rows = [(number, line) for number, line in enumerate(lines[1:], 2) if any(cell.strip() for cell in line)]
    if len(rows) > MOST_ROWS:
        raise SheetError(f"Filen har {len(rows)} rader. Del den opp: {MOST_ROWS} om gangen.")
    long = next((number for number, line in rows if len(line) > len(header)), None)
    if long is not None:
        raise SheetError(f"Rad {long} har flere celler enn det er kolonner. Se etter semikolon i teksten.")
    empty = dict.fromkeys(header, "")  # a spreadsheet leaves out the empty cells at the end of a line
    return [
        Row(number, empty | {name: _bare(cell) for name, cell in zip(header, line, strict=False)})
        for number, line in rows
    ]


def _text(raw: bytes) -> str:
    """UTF-8 with or without its mark, else as Windows writes it."""
    if b"\0" in raw:
        raise SheetError("Filen er ikke en CSV-fil. Velg «CSV UTF-8» når du lagrer fra regnearket.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
