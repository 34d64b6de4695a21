"""What is usual for one person, by the names that rules ask for."""

import numpy as np

from benchmarks.days import lives, named, table
from carehub.core.days.dayrow import CELLS
from carehub.core.days.features import Feature, Part
from carehub.core.days.usual import FEATURES, Quantiles
from models.usual import NAMES, quantiles
from tests.unit.models.synthetic_homes import FIRST_DAY

_ZONE = "Europe/Oslo"


def test_every_name_that_a_rule_may_ask_for_is_told() -> None:
    assert set(NAMES) == set(FEATURES)


def test_the_quantiles_are_days_that_were_lived_and_too_few_days_tell_nothing() -> None:
    rows = lives(2, 40, seed=3)
    night = CELLS.index((Part.NIGHT, Feature.BATHROOM_VISITS))
    rows[0, :, night] = np.arange(40) % 10
    rows[1, 13:, :36] = np.nan
    rows[1, 13:, -7:] = np.nan

    found = quantiles(table(rows, FIRST_DAY), _ZONE)

    assert found[named(0)]["bathroom_visits_at_night"] == Quantiles(days=40, p50=5, p75=7, p90=8, p95=9)
    by_day = rows[0, :, [CELLS.index((part, Feature.BATHROOM_VISITS)) for part in list(Part)[1:]]].sum(axis=0)
    known = by_day[np.isfinite(by_day)]
    assert found[named(0)]["bathroom_visits_by_day"].p50 in known
    assert named(1) not in found
