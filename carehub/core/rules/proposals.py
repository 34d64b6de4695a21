"""What value of a rule would have spared people most, and lost nobody: candidates within `tune`, and the choice.

Pure. A proposal is words for a person who decides; nothing here changes a rule.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

from msgspec import Struct

from carehub.core.answers.usefulness import Case, Load
from carehub.core.backtest.report import Summary
from carehub.core.rules.checks import value_at
from carehub.core.rules.fields import write_duration
from carehub.core.rules.language import Rule
from carehub.core.rules.tuning import TuningError, tuned

STEPS = 3
"""So many values are tried between the rule's own and each of its bounds."""
MOST = 6


class Candidate(Struct, frozen=True, kw_only=True):
    """One value to try.

    Attributes:
        step: How far it is from the rule's own, as a share of the bounds.
    """

    rule: Rule
    path: str
    before: str
    value: str
    step: float


class Trial(Struct, frozen=True, kw_only=True):
    """What a candidate would have changed, by what was recorded of the alerts that it would not have raised."""

    candidate: Candidate
    run: str
    fewer_false: int
    lost_real: int
    gained: int


def candidates(rule: Rule) -> list[Candidate]:
    """Values within the rule's own bounds, the smallest change first."""
    found = {(one.path, one.value): one for path in rule.tune for one in _of_path(rule, path)}
    return sorted(found.values(), key=lambda one: one.step)[:MOST]


def _of_path(rule: Rule, path: str) -> Iterator[Candidate]:
    own, bounds = value_at(rule, path), rule.tune[path]
    least, now, most = (_number(value) for value in (bounds.least, own, bounds.most))
    if least is None or now is None or most is None or least >= most:
        return
    is_length, whole = isinstance(own, timedelta), all(isinstance(one, int) for one in (bounds.least, own, bounds.most))
    for end in (least, most):
        for part in range(1, STEPS + 1):
            exact = now + (end - now) * part / STEPS
            value = _length(exact) if is_length else round(exact) if whole else round(exact, 1)
            try:
                other = tuned(rule, [(path, value)])
            except TuningError:
                continue  # rounded out of its bounds, or it does not go with another word of the rule
            if value_at(other, path) != own:
                step = abs(exact - now) / (most - least)
                yield Candidate(rule=other, path=path, before=_told(own), value=_told(value_at(other, path)), step=step)


def _length(seconds: float) -> str:
    grain = 60 if seconds >= 120 else 10  # noqa: PLR2004 - minutes from two minutes on
    return write_duration(timedelta(seconds=max(grain, round(seconds / grain) * grain)))


def _number(value: object) -> float | None:
    if isinstance(value, timedelta):
        return value.total_seconds()
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _told(value: object) -> str:
    return write_duration(value) if isinstance(value, timedelta) else f"{value}".replace(".", ",")


def trial(candidate: Candidate, run: str, summary: Summary, cases: Mapping[str, Case]) -> Trial | None:
    """What a finished backtest says of a candidate; None where it lists too few of the lost to be judged."""
    lost = summary.listed.get("lost", ())
    if len(lost) < summary.counts.get("lost", 0):
        return None
    known = [cases[one.recorded] for one in lost if one.recorded is not None and one.recorded in cases]
    missed = {one.alert for one in summary.missed if one.today} | {one.alert for one in known if one.useful}
    return Trial(
        candidate=candidate, run=run, fewer_false=sum(one.false for one in known), lost_real=len(missed),
        gained=summary.counts.get("gained", 0),
    )  # fmt: skip


def chosen(trials: Iterable[Trial]) -> Trial | None:
    """The smallest change that spares most false alerts and loses no real one."""
    harmless = [one for one in trials if one.lost_real == 0 and one.fewer_false > 0]
    return min(harmless, key=lambda one: (-one.fewer_false, one.candidate.step), default=None)


def words(rule: Rule, load: Load, trials: Sequence[Trial]) -> str:
    """What the person who decides is told: how little use, the proposal with its backtest, and what would be lost."""
    told = f"Regelen «{rule.title.nb}» var til nytte i {load.useful} vurderte varsler de siste 14 døgnene."
    best, costly = chosen(trials), [one for one in trials if one.lost_real]
    if best is not None:
        change = f"«{best.candidate.path}» fra {best.candidate.before} til {best.candidate.value}"
        told += (
            f" Forslag: {change}. Prøvd på de samme døgnene: {best.fewer_false} falske færre, ingen reelle mistet,"
            f" {best.gained} nye varsler."
        )
    elif trials:
        told += " Ingen verdi innenfor regelens grenser ville ha spart falske varsler uten å miste reelle."
    else:
        told += " Regelen har ingen verdier som kan tilpasses: se på utstyr, plassering og opplæring."
    if costly:
        worst = max(costly, key=lambda one: one.lost_real)
        told += f" «{worst.candidate.path}» på {worst.candidate.value} ville mistet {worst.lost_real} reelle."
    return told
