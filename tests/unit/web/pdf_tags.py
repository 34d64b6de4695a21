"""A PDF as a screen reader has it: its tags in order, and whether everything drawn is under one of them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from pypdf import PdfReader
from pypdf.generic import ContentStream

_DRAWS = {b"Tj", b"TJ", b"'", b'"', b"Do", b"S", b"f", b"B"}


@dataclass
class Tag:
    """One element: what it is, its attributes, what is under it, and the marks that it owns as (page, number)."""

    name: str
    of: dict[str, Any]
    under: list["Tag"] = field(default_factory=list)
    marks: list[tuple[int, int]] = field(default_factory=list)
    objects: int = 0

    def all(self, name: str) -> list["Tag"]:
        """Every element of that name, in the order in which it is read."""
        return [one for one in self.walk() if one.name == name]

    def walk(self) -> Iterator["Tag"]:
        """Itself and all that is under it, in order."""
        yield self
        for one in self.under:
            yield from one.walk()


def read(pdf: PdfReader) -> Tag:
    """The tree from its root."""
    pages = {page.indirect_reference.idnum: number for number, page in enumerate(pdf.pages) if page.indirect_reference}
    root: Any = pdf.trailer["/Root"]
    top = Tag("", {})
    _fill(top, root["/StructTreeRoot"]["/K"], pages, None)
    return top


def _fill(tag: Tag, kids: Any, pages: dict[int, int], page: int | None) -> None:
    kids = kids.get_object()
    for kid in kids if isinstance(kids, list) else [kids]:
        one = kid.get_object()
        if isinstance(one, int):
            assert page is not None
            tag.marks.append((page, int(one)))
            continue
        here = pages[one.raw_get("/Pg").idnum] if "/Pg" in one else page
        if one.get("/Type") == "/MCR":
            assert here is not None
            tag.marks.append((here, int(one["/MCID"])))
        elif one.get("/Type") == "/OBJR":
            tag.objects += 1
        else:
            attributes = one.get("/A", [])
            found = Tag(one["/S"], {})
            for part in attributes if isinstance(attributes, list) else [attributes]:
                found.of |= dict(part.get_object())
            found.of |= {name: one[name] for name in ("/Alt", "/Lang", "/T", "/ID") if name in one}
            tag.under.append(found)
            _fill(found, one.get("/K", []), pages, here)


def drawn(pdf: PdfReader) -> tuple[set[tuple[int, int]], list[str]]:
    """Every mark that the pages draw under, and what they draw under none and in no artifact either."""
    marks: set[tuple[int, int]] = set()
    bare: list[str] = []
    for number, page in enumerate(pdf.pages):
        inside: list[Any] = []
        for operands, operator in ContentStream(page.get_contents(), pdf).operations:
            if operator in {b"BDC", b"BMC"}:
                inside.append(operands)
                mark = operands[1].get("/MCID") if operator == b"BDC" else None
                marks |= {(number, int(mark))} if mark is not None else set()
            elif operator == b"EMC":
                inside.pop()
            elif operator in _DRAWS and not any(
                one[0] == "/Artifact" or (len(one) > 1 and "/MCID" in one[1]) for one in inside
            ):
                bare.append(f"page {number + 1}: {operator.decode()}")
    return marks, bare
