"""Figures against scikit-learn and by hand; on TIHM, where it is at hand, the targets."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score
from typer.testing import CliRunner

from carehub.app.cli import commands
from carehub.app.recordings.study import read_study
from carehub.contracts import ConfigurationError
from models.evaluation.metrics import DAYS_A_MONTH, Table
from models.evaluation.outage import injected
from models.evaluation.physiology import lines, slope, trending
from models.evaluation.protocol import BUDGETS, Fold, folds
from models.evaluation.report import recorded
from models.restlessness import DETECTOR
from tests.shared import shared

UTC_ZONE = ZoneInfo("UTC")
DAY = date(2019, 5, 26)
START = datetime(2019, 5, 1, 8, tzinfo=UTC)


def test_each_week_tells_its_highest_and_counts_the_label_days_among_them_by_hand() -> None:
    first = tuple((who, DAY) for who in "abcd")
    second = tuple((who, DAY + timedelta(days=7)) for who in "abcd")
    scores = dict(zip([*first, *second], [4.0, 3.0, 2.0, 1.0, 9.0, 1.0, 8.0], strict=False))  # d has none in week two
    labels = frozenset({first[0], first[3], second[2], second[3]})

    table = Table.of([Fold(first, 2), Fold(second, 1)], scores, labels)
    figures = table.figures()

    assert [key for key, told in zip(table.keys, table.chosen(), strict=True) if told] == [*first[:2], second[0]]
    assert (figures.label_days_caught, figures.alerts) == (1, 3)
    assert figures.per_month == pytest.approx(3 / 8 * DAYS_A_MONTH)
    assert figures.busiest == 1.0


@given(st.lists(st.tuples(st.floats(-5, 5), st.booleans()), min_size=4, max_size=40))
def test_auroc_and_average_precision_are_those_of_scikit_learn(days: list[tuple[float, bool]]) -> None:
    days += [(0.0, True), (1.0, False)]
    keys = tuple((f"r{number}", DAY) for number in range(len(days)))
    truth = [label for _, label in days]
    table = Table.of(
        [Fold(keys, 2)],
        {key: score for key, (score, _) in zip(keys, days, strict=True)},
        frozenset(key for key, label in zip(keys, truth, strict=True) if label),
    )

    figures = table.figures()

    assert figures.auroc == pytest.approx(roc_auc_score(truth, [score for score, _ in days]))
    assert figures.average_precision == pytest.approx(average_precision_score(truth, [score for score, _ in days]))


def test_households_are_drawn_whole_and_the_same_seed_draws_the_same() -> None:
    keys = tuple((f"r{who}", DAY + timedelta(days=day)) for who in range(10) for day in range(7))
    chance = np.random.default_rng(3)
    scores = {key: float(chance.normal()) for key in keys}
    table = Table.of([Fold(keys, 20)], scores, frozenset(key for key in keys if scores[key] > 1 or key[0] == "r1"))

    sure = table.sure(5, 50)

    assert sure == table.sure(5, 50)
    assert sure.auroc[0] < table.figures().auroc < sure.auroc[1]
    assert 0 <= sure.label_days_caught[0] <= sure.label_days_caught[1] <= table.truth.sum()


def test_a_threshold_is_held_against_the_confirmed_days_of_its_kind() -> None:
    readings = [
        ("a", START, "pulse", 120.0),
        ("a", START + timedelta(days=1), "pulse", 70.0),
        ("b", START, "pulse", 130.0),
        ("b", START, "body_weight", 200.0),
    ]
    labels = [("a", START.date(), "Pulse"), ("a", date(2019, 5, 2), "Pulse"), ("b", START.date(), "Weight")]
    rules = {"pulse-high": (frozenset({"pulse"}), lambda kind, value: kind == "pulse" and value > 100)}

    told = {line.name: line for line in lines(readings, labels, rules, UTC_ZONE)}

    assert (told["pulse-high"].days, told["pulse-high"].right, told["pulse-high"].labels) == (2, 1, 2)
    assert told["pulse-high"].told().split()[-2:] == ["0.50", "0.50"]


def test_a_slow_loss_of_weight_is_a_trend_and_one_wild_reading_is_none() -> None:
    falling = [("a", START + timedelta(days=3 * day), "body_weight", 70 - 0.4 * day) for day in range(10)]
    wild = [("b", START + timedelta(days=3 * day), "body_weight", 90.0 if day == 7 else 70.0) for day in range(10)]

    assert {who for who, _ in trending(falling + wild, "body_weight", 2.0, UTC_ZONE)} == {"a"}
    assert slope([(at, value) for _, at, _, value in falling]) == pytest.approx(-0.4 / 3)


def test_a_folder_without_labels_is_no_study(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="TIHM"):
        read_study(tmp_path, UTC_ZONE)


@pytest.mark.proof
def test_on_tihm_the_protocol_is_the_published_one_and_the_targets_are_reached(tmp_path: Path) -> None:
    folder, written = shared("data/tihm"), tmp_path / "figures.json"

    done = CliRunner().invoke(commands("evaluate"), ["evaluate", "tihm", "--data", str(folder), "--json", str(written)])
    figures = json.loads(written.read_text())
    recording = recorded(read_study(folder, UTC_ZONE), UTC_ZONE)
    weeks = folds(recording)

    assert done.exit_code == 0
    assert sum(len(week.keys) for week in weeks) == 1592
    assert sum(key in recording.labels for week in weeks for key in week.keys) == 71
    assert figures["unsupervised"]["alerts"] == figures["with_outcomes"]["alerts"] == sum(BUDGETS) == 341
    assert figures["unsupervised"]["label_days_caught"] >= 58
    assert figures["unsupervised"]["auroc"] >= 0.90
    assert figures["unsupervised"]["average_precision"] >= 0.35
    assert figures["with_outcomes"]["label_days_caught"] >= 61
    assert figures["with_outcomes"]["auroc"] >= 0.91
    assert figures["with_outcomes"]["average_precision"] >= 0.41
    assert figures["outage"]["system_alarms"] <= 1
    assert figures["outage"]["behaviour_alarms"] == 0


@pytest.mark.proof
def test_an_injected_outage_is_at_most_one_system_alarm_and_no_behaviour_alarm() -> None:
    study = read_study(shared("data/tihm"), UTC_ZONE)
    recording = recorded(study, UTC_ZONE)

    for one in injected(study.homes, recording.days, UTC_ZONE, DETECTOR, seed=7):
        assert one.system_alarms == 1
        assert one.behaviour_alarms == 0
