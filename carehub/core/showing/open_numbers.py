"""Numbers that may be given to anybody: what only a few people stand behind is left out, and cannot be worked out.

A cell with a count is published when at least `FEWEST` different residents stand behind it; a cell without any is
published as zero. A row's sum is published too, so a lone cell that was left out could be had by subtraction: then
the smallest other cell of the row is left out as well. Sums of columns are not published, for the same reason.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

FEWEST = 5
"""As health figures are published in Norway: no cell of one to four people."""


@dataclass(frozen=True, slots=True)
class Cell:
    """What is counted of one row and column: how often, and of how many different residents."""

    many: int = 0
    people: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it may be shown by itself."""
        return not self.many or self.people >= FEWEST


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """What may be published.

    Attributes:
        rows: Name of a row → its cells, in the order of `columns`; None for what is left out.
        sums: Name of a row → its sum.
        left_out: How many rows are left out, since too few people stand behind the whole of them.
    """

    columns: Sequence[str]
    rows: Mapping[str, Sequence[int | None]]
    sums: Mapping[str, int]
    left_out: int


def published(found: Iterable[tuple[str, str, str]], columns: Sequence[str]) -> Table:
    """Count (row, column, resident), and give what of it may be shown to anybody."""
    many: dict[tuple[str, str], int] = {}
    people: dict[tuple[str, str], set[str]] = {}
    for row, column, who in found:
        many[row, column] = many.get((row, column), 0) + 1
        people.setdefault((row, column), set()).add(who)
    names = {row for row, _ in many}
    behind = {row: set().union(*(people.get((row, one), set()) for one in columns)) for row in names}
    kept = {
        row: [Cell(many.get((row, one), 0), len(people.get((row, one), ()))) for one in columns]
        for row in sorted(names) if len(behind[row]) >= FEWEST
    }  # fmt: skip
    return Table(
        columns=columns,
        rows={row: _shown(cells) for row, cells in kept.items()},
        sums={row: sum(one.many for one in cells) for row, cells in kept.items()},
        left_out=len(names) - len(kept),
    )


def _shown(cells: Sequence[Cell]) -> list[int | None]:
    shut = {at for at, one in enumerate(cells) if not one.is_open}
    if len(shut) == 1:
        others = [at for at in range(len(cells)) if at not in shut]
        # A zero hides nothing beside it: everybody would know that the sum is the other's.
        shut |= {min(others, key=lambda at: (not cells[at].many, cells[at].many))} if others else set()
    return [None if at in shut else one.many for at, one in enumerate(cells)]
