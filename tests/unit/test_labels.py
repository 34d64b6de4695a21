"""What the recording says that somebody did, beside each alert of a replay, and the file that it is written to."""

import csv
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from carehub.app.account import Account, Raised
from carehub.app.recordings.labels import Labels, Stretch, labels_of

NOON = datetime(2011, 6, 15, 12, 0, tzinfo=UTC)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def day() -> Labels:
    cook = Stretch(NOON, NOON + minutes(30), "Cook")
    return Labels(iter([Stretch(NOON + minutes(60), NOON + minutes(90), "Sleep"), cook]))


@pytest.mark.parametrize(
    ("after", "said"),
    [(-1, ""), (0, "Cook"), (30, "Cook"), (42, "12 min after Cook"), (60, "Sleep"), (95.9, "5 min after Sleep")],
)
def test_a_moment_has_what_was_done_then_or_what_ended_last(after: float, said: str) -> None:
    assert day().at(NOON + minutes(after)) == said


def test_of_two_stretches_at_once_the_one_that_began_last_is_said_and_then_the_one_that_goes_on() -> None:
    labels = Labels(
        iter([Stretch(NOON, NOON + minutes(60), "Relax"), Stretch(NOON + minutes(5), NOON + minutes(9), "Eat")])
    )
    assert [labels.at(NOON + minutes(one)) for one in (6, 10, 61)] == ["Eat", "Relax", "1 min after Relax"]


def test_lines_of_casas_within_half_an_hour_are_one_stretch_of_an_activity(tmp_path: Path) -> None:
    path = tmp_path / "casas"
    heard = [("12:00:00.5", "Cook"), ("12:20:00", "Cook"), ("13:00:00", "Cook"), ("13:05:00", "Eat")]
    lines = [f"2011-06-15 {at} Kitchen Kitchen ON {activity}" for at, activity in heard]
    path.write_text("\n".join([*lines, "2011-06-15 13:06:00 Kitchen Kitchen OFF", "not a line"]), encoding="utf-8")

    labels = labels_of(path, "casas", "UTC")

    said = [labels.at(NOON + minutes(one)) for one in (10, 35, 61, 65, 75)]
    assert said == ["Cook", "15 min after Cook", "1 min after Cook", "Eat", "10 min after Eat"]


def test_the_labels_of_uci_lie_beside_the_sensors_and_are_read_on_the_wall_of_the_zone(tmp_path: Path) -> None:
    path = tmp_path / "OrdonezA_Sensors.txt"
    path.write_text("", encoding="utf-8")
    assert labels_of(path, "uci-adl", "Europe/Oslo").at(NOON) == ""

    beside = "Start time\tEnd time\tActivity\n---\t---\t---\n2011-06-15 13:50:00\t2011-06-15 14:10:00\tLunch\r\n"
    (tmp_path / "OrdonezA_ADLs.txt").write_text(beside, encoding="utf-8")

    assert labels_of(path, "uci-adl", "Europe/Oslo").at(NOON) == "Lunch"
    assert labels_of(path, "uci-adl", "UTC").at(NOON) == ""


def test_the_labels_of_kasteren_have_their_names_in_a_file_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "house.sensors"
    start = int(NOON.timestamp())
    body = f"{start}\t60\t5\n{start + 120}\t60\t9\nnot\ta\tlabel\n"
    path.with_suffix(".activities").write_text(body, encoding="utf-8")
    path.with_suffix(".activity_names").write_text("5\ttake shower\n", encoding="utf-8")

    labels = labels_of(path, "kasteren", "UTC")

    assert [labels.at(NOON + minutes(one)) for one in (0.5, 2.5)] == ["take shower", "9"]


def test_a_recording_of_another_sort_has_no_labels(tmp_path: Path) -> None:
    assert labels_of(tmp_path / "none", "carehub-jsonl", "Europe/Oslo").at(NOON) == ""


def raised(rule: str, activity: str) -> Raised:
    return Raised("2011-06-15 12:00:00", "h1", rule, "fall", "serious", "4.1", "bad, nede", activity)


def test_every_alert_is_a_line_of_the_file_under_the_names_of_the_columns(tmp_path: Path) -> None:
    account = Account(raised=[raised("fall", "5 min after Dusjing på badet"), raised("night-exit", "")])
    path = tmp_path / "alerts.csv"
    path.write_text("of an earlier replay\n" * 9, encoding="utf-8")

    account.write_alerts(path)

    with path.open(encoding="utf-8", newline="") as stream:
        assert [Raised(**line) for line in csv.DictReader(stream)] == account.raised


def test_the_account_counts_alerts_of_a_rule_by_activity_and_day() -> None:
    doing = ["5 min after Sleep", "Sleep", "Cook", ""]
    account = Account(raised=[raised("fall", one) for one in doing], home_days=2)
    (line,) = [one for one in account.lines() if one.startswith("  alerts")]
    assert line.split() == ["alerts", "fall", "4", "2.00", "a", "day", "Sleep", "2,", "Cook", "1"]
