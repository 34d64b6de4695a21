"""Long lists in pages: which part is shown, and where the others are."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import urlencode

from fastapi import Query

_Row = TypeVar("_Row")
LENGTH = 50
PageNumber = Annotated[int, Query(alias="page", ge=1, le=100_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paged(Generic[_Row]):
    """One page of a list.

    Attributes:
        number: From 1.
        many: Of all rows, on all pages.
        asked: What else the address asks for, so that the next page asks for the same.
    """

    rows: Sequence[_Row]
    number: int
    many: int
    path: str
    asked: tuple[tuple[str, str], ...] = ()
    length: int = LENGTH

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.many // self.length))

    @property
    def first(self) -> int:
        """The first row's place among all, from 1; 0 of an empty page."""
        return (self.number - 1) * self.length + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The last row's place."""
        return self.first + len(self.rows) - 1 if self.rows else 0

    def address(self, number: int) -> str:
        """Where another page is."""
        return f"{self.path}?{urlencode([*self.asked, ('page', number)])}"


def paged(rows: Sequence[_Row], number: int, path: str, length: int = LENGTH, **asked: object) -> Paged[_Row]:
    """The wanted page of rows that are all at hand; one beyond the last shows the last."""
    number = min(number, max(1, -(-len(rows) // length)))
    part = rows[(number - 1) * length : number * length]
    return Paged(rows=part, number=number, many=len(rows), path=path, asked=_asked(asked), length=length)


def page_of(rows: Sequence[_Row], many: int, number: int, path: str, length: int, **asked: object) -> Paged[_Row]:
    """A page that the store has cut already.

    Raises:
        BeyondTheLast: There is no such page: an old link, or rows that went meanwhile.
    """
    found = Paged(rows=rows, number=number, many=many, path=path, length=length, asked=_asked(asked))
    if number > found.pages:
        raise BeyondTheLast(found.address(found.pages))
    return found


class BeyondTheLast(Exception):
    """A page of a list that is not there; its words are where the last one is."""


def _asked(asked: dict[str, object]) -> tuple[tuple[str, str], ...]:
    return tuple((name, str(value)) for name, value in asked.items() if value not in {None, ""})


def holds(text: str, query: str) -> bool:
    """Whether a text has every word of a query in it, whatever the case; Norwegian letters too."""
    return all(word in text for word in query.casefold().split())


def matching(rows: Iterable[Any], query: str) -> list[Any]:
    """The rows whose `words` hold the query."""
    return [row for row in rows if holds(row.words, query)]
