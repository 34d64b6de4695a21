"""Each resident's own quantiles, by the names that rules ask for (`carehub.core.days.usual`).

Durations are the longest of each day: what is beyond nine days in ten is beyond it also among single visits.
"""

import numpy as np
from numpy.typing import NDArray

from carehub.contracts import DayTable
from carehub.core.days.dayrow import CELLS
from carehub.core.days.features import Feature, Part
from carehub.core.days.habits import HABITS
from carehub.core.days.usual import BEYOND, FEWEST_DAYS, Quantiles
from models import days as stored
from models.normal import ranked, share

LOOK_BACK = 60
"""Days: older ones are somebody that the resident was."""
_DAY = (Part.MORNING, Part.AFTERNOON, Part.EVENING)
_COUNTS: dict[str, tuple[Feature, tuple[Part, ...]]] = {
    "bathroom_visits_at_night": (Feature.BATHROOM_VISITS, (Part.NIGHT,)),
    "bathroom_visits_by_day": (Feature.BATHROOM_VISITS, _DAY),
    "bed_exits_at_night": (Feature.BED_EXITS, (Part.NIGHT,)),
    "kitchen_visits_by_day": (Feature.KITCHEN_VISITS, _DAY),
    "entrance_openings_at_night": (Feature.ENTRANCE_OPENINGS, (Part.NIGHT,)),
    "first_activity": (Feature.FIRST_ACTIVITY, (Part.MORNING,)),
}
_LONGEST: dict[str, tuple[Part, ...]] = {"quiet_by_day": _DAY, "quiet_at_night": (Part.NIGHT,)}
NAMES = (*_COUNTS, *_LONGEST, *HABITS)


def quantiles(table: DayTable, zone: str) -> dict[str, dict[str, Quantiles]]:
    """Resident → name → what is usual; without what has been seen on fewer than fourteen days."""
    found: dict[str, dict[str, Quantiles]] = {}
    for piece in stored.chunks(table):
        days = stored.of(table, zone, piece)
        ordered, many = ranked(_values(days)[:, -LOOK_BACK:])
        at = [np.round(share(ordered, many, per_cent / 100), 2) for per_cent in BEYOND]
        for row, resident in enumerate(days.residents):
            known = np.flatnonzero(many[row] >= FEWEST_DAYS).tolist()
            if known:
                found[resident] = {NAMES[one]: _of(at, row, one, int(many[row, one])) for one in known}
    return found


def _of(at: list[NDArray[np.float64]], row: int, column: int, days: int) -> Quantiles:
    p50, p75, p90, p95 = (float(one[row, column]) for one in at)
    return Quantiles(days=days, p50=p50, p75=p75, p90=p90, p95=p95)


def _values(days: stored.Days) -> stored.Floats:
    """(R, D, names)."""
    each = [_cells(days, feature, parts).sum(axis=2) for feature, parts in _COUNTS.values()]
    each += [_cells(days, Feature.LONGEST_QUIET, parts).max(axis=2) for parts in _LONGEST.values()]
    each += [days.habits[:, :, column] for column in range(len(HABITS))]
    return np.stack(each, axis=2)


def _cells(days: stored.Days, feature: Feature, parts: tuple[Part, ...]) -> stored.Floats:
    return days.cells[:, :, [CELLS.index((part, feature)) for part in parts]]
