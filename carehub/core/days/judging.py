"""Whether a detector may speak: shadow first, checked each night, and off by itself when its alerts are of no use.

Pure. A model may only add (docs/adr/0007); this is what keeps it from adding what nobody needs.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from math import isfinite, sqrt
from typing import Protocol, TypeVar

from msgspec import Struct

from carehub.core.answers.shares import Share
from carehub.core.answers.usefulness import USEFUL_BELOW, Case

SHADOW = timedelta(days=14)
"""How long a new detector, or a new version, is listened to before anybody is asked whether it may speak."""
OUTCOMES = timedelta(days=60)
"""How far back the outcomes of its own alerts count."""
FEWEST_OUTCOMES = 10
STRANGE = 0.25
"""Population stability index from which on the days are no longer those that it learned from."""
WEEK, BEFORE = timedelta(days=7), timedelta(days=28)
FEWEST_ALERTS = 5.0
MOST_REFUSED = 0
"""Findings without a proper score; one is a fault of the model."""

_SIGMAS = 3.0
_PARTS = {
    "night": "om natten", "morning": "om morgenen", "afternoon": "om ettermiddagen", "evening": "om kvelden",
}  # fmt: skip
_FEATURES = {
    "bed_exits": "ganger ut av sengen", "bathroom_visits": "besøk på badet", "kitchen_visits": "besøk på kjøkkenet",
    "entrance_openings": "åpninger av ytterdøren", "first_activity": "første bevegelse",
    "longest_quiet": "stille perioder", "room_changes": "romskifter", "activity": "bevegelser",
}  # fmt: skip


class Scored(Protocol):
    """A finding with a score (`carehub.contracts.Change`)."""

    @property
    def score(self) -> float: ...  # noqa: D102
    @property
    def measures(self) -> Mapping[str, tuple[float, float, float]]: ...  # noqa: D102


_Finding = TypeVar("_Finding", bound=Scored)


class Checks(Struct, frozen=True, kw_only=True):
    """What the night's look at a detector found.

    Attributes:
        strange: Feature → stability index, where it is above `STRANGE`.
        this_week: Findings in the last seven days.
        usual_week: How many a week there were in the four weeks before; None where it is too young.
        useful, judged: Of its own alerts with an outcome.
        refused: Findings without a proper score, since the last look.
    """

    strange: dict[str, float] = {}
    this_week: int = 0
    usual_week: float | None = None
    useful: int = 0
    judged: int = 0
    refused: int = 0


def sound(found: Iterable[_Finding]) -> tuple[list[_Finding], int]:
    """The findings whose numbers are numbers, and how many were not (F76)."""
    given = list(found)
    proper = [one for one in given if _is_proper(one)]
    return proper, len(given) - len(proper)


def _is_proper(one: Scored) -> bool:
    return isfinite(one.score) and all(isfinite(number) for three in one.measures.values() for number in three)


def clipped(score: float) -> float:
    """From 0 to 1, whatever a detector thinks of itself."""
    return min(1.0, max(0.0, score))


def outcomes(cases: Sequence[Case]) -> tuple[int, int]:
    """How many of its alerts were of use, and how many somebody has judged."""
    return sum(case.useful for case in cases), sum(case.judged for case in cases)


def why_off(checks: Checks) -> str | None:
    """Why it must be silent from now on; None while it may go on.

    Precision: off when even the upper end of the interval is below the floor, so that a few bad days switch
    nothing off, and a bad month does.
    """
    if checks.refused > MOST_REFUSED:
        return f"{checks.refused} funn hadde ikke en gyldig skår."
    if checks.judged < FEWEST_OUTCOMES:
        return None
    share = Share(checks.useful, checks.judged)
    if share.interval[1] >= USEFUL_BELOW:
        return None
    return f"Bare {checks.useful} av {checks.judged} varsler var til nytte; kravet er {USEFUL_BELOW * 100:.0f} %."


def concerns(checks: Checks) -> list[str]:
    """What somebody should look into, in words."""
    found = []
    if checks.strange:
        worst = max(checks.strange, key=lambda name: checks.strange[name])
        index = _comma(checks.strange[worst], 2)
        found.append(f"Dagene ligner ikke lenger på dem modellen lærte av ({_named(worst)}: PSI {index}).")
    if checks.usual_week is not None and _has_shifted(checks.this_week, checks.usual_week):
        found.append(f"{checks.this_week} funn siste uke, mot vanlig {_comma(checks.usual_week, 1)}.")
    return found


def _named(cell: str) -> str:
    """A part of day and feature, as staff would say it."""
    part, _, feature = cell.partition(".")
    return f"{_FEATURES.get(feature, feature)} {_PARTS.get(part, part)}"


def _comma(number: float, places: int) -> str:
    return f"{number:.{places}f}".replace(".", ",")


def _has_shifted(seen: int, usual: float) -> bool:
    """More than chance does to a count, either way; a handful says nothing."""
    return max(seen, usual) >= FEWEST_ALERTS and abs(seen - usual) > _SIGMAS * sqrt(max(usual, 1.0))
