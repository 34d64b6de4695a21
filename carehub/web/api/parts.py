"""What the lists of the API share: bounded pages by a cursor, in an order that does not change under the reader."""

from collections.abc import Callable, Iterable
from typing import Annotated, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field

_Row = TypeVar("_Row")
LIMIT = 50
MOST = 200
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]
After = Annotated[str, Query(max_length=200, description="`next` of the page before; left out for the first page")]


class Part(BaseModel, Generic[_Row]):
    """One page of a list."""

    # Of each list's own type, whose schema does not take the words above.
    model_config = ConfigDict(
        json_schema_extra={"description": "One page of a list. What is added meanwhile moves nothing between pages."}
    )
    items: list[_Row]
    next: str | None = Field(description="send it as `after` for the next page; null on the last")


def part_of(rows: Iterable[_Row], key: Callable[[_Row], str], after: str, limit: int) -> tuple[list[_Row], str | None]:
    """The page after a key, of rows that are all at hand, and the key of the next: the order is that of the keys."""
    return cut(sorted((row for row in rows if key(row) > after), key=key)[: limit + 1], key, limit)


def cut(rows: list[_Row], key: Callable[[_Row], str], limit: int) -> tuple[list[_Row], str | None]:
    """The same of rows in order, of which one more than the page was asked for."""
    return rows[:limit], key(rows[limit - 1]) if len(rows) > limit else None
