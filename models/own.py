"""What is known of one resident: a normal for each feature, part of day and sort of day."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import msgspec
import numpy as np
from numpy.typing import NDArray

from carehub.core.days.dayrow import CELLS
from carehub.core.days.features import Feature, Part
from models.baseline import Usual
from models.days import is_free
from models.normal import Normals
from models.rhythm import MEASURES

Group = str
"""A part of day ("night"), or that of one sort of day ("night/free")."""
WORKING, FREE = "working", "free"


class Own(msgspec.Struct, frozen=True, kw_only=True):
    """One resident's normals.

    Attributes:
        usual: group → feature → its normal.
        rhythm: measure of `models.rhythm` → its normal.
        company: Crowded ten minutes on nine days in ten.
    """

    usual: dict[Group, dict[Feature, Usual]]
    rhythm: dict[str, Usual]
    company: float

    def of(self, day: date, part: Part) -> dict[Feature, Usual]:
        """The normal for this part on this sort of day; empty where too little is known."""
        sort = FREE if is_free(day) else WORKING
        return self.usual.get(part.value, {}) | self.usual.get(f"{part.value}/{sort}", {})


def apart(working: Normals, free: Normals, fewest: int) -> NDArray[np.bool_]:
    """Where both sorts of day are known and differ by a spread: else all days together know it better."""
    known = (working.days >= fewest) & (free.days >= fewest)
    far = np.abs(working.median - free.median) >= np.fmax(working.spread, free.spread)
    return known & far


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Everybody's normals, as arrays.

    Attributes:
        two_sorts: Where working days and free days have a normal each.
        company: (R,): crowded ten minutes on nine days in ten.
    """

    whole: Normals
    sorts: dict[str, Normals]
    two_sorts: NDArray[np.bool_]
    rhythm: Normals
    company: NDArray[np.float64]


def all_of(known: Known, enough: NDArray[np.int64], fewest: int) -> Iterator[Own]:
    """Each resident's own.

    Args:
        enough: (32,): for how many days a feature must be known; of a rhythm, `fewest`.
    """
    for row in range(len(known.company)):
        usual: dict[Group, dict[Feature, Usual]] = {}
        cells = np.flatnonzero(known.whole.days[row] >= enough)
        for column in cells.tolist():
            part, feature = CELLS[column]
            usual.setdefault(part.value, {})[feature] = _usual(known.whole, row, column)
        for column in cells[known.two_sorts[row, cells]].tolist():
            part, feature = CELLS[column]
            for sort, normals in known.sorts.items():
                usual.setdefault(f"{part.value}/{sort}", {})[feature] = _usual(normals, row, column)
        rhythm = {
            name: _usual(known.rhythm, row, column)
            for column, name in enumerate(MEASURES)
            if known.rhythm.days[row, column] >= fewest
        }
        yield Own(usual=usual, rhythm=rhythm, company=float(known.company[row]))


def _usual(normals: Normals, row: int, column: int) -> Usual:
    return Usual(
        median=float(normals.median[row, column]), spread=float(normals.spread[row, column]),
        low=float(normals.low[row, column]), high=float(normals.high[row, column]), days=int(normals.days[row, column]),
    )  # fmt: skip
