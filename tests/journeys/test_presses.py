"""Pressing again: never deduplicated away (invariant 9), and never mistaken for somebody else's press."""

from typing import Any

from sqlalchemy import event

from carehub.core.answers.alerts import Status
from carehub.core.severity import Severity
from tests.journeys.building import Night

_FIRST = ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]


async def test_two_presses_within_ten_minutes_are_told_to_whoever_has_it_f58(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.pass_time(4)

    await night.press()

    assert sorted(night.told) == [*_FIRST, "02:18 ingrid trykk 2"]
    assert (await night.the_alert()).presses == 2
    assert "02:18 repeated: Meldt 2 ganger." in await night.journal()


async def test_two_presses_that_nobody_has_answered_are_told_to_those_on_duty_f58(night: Night) -> None:
    await night.press()
    await night.pass_time(1)

    await night.press()

    assert sorted(night.told) == [*_FIRST, "02:15 ingrid trykk 2", "02:15 maria trykk 2"]


async def test_a_press_while_somebody_is_there_is_told_however_long_after_the_first_p7(night: Night) -> None:
    await night.press()
    await night.arrive("maria")
    await night.pass_time(30)

    await night.press()

    assert sorted(night.told) == [*_FIRST, "02:44 maria trykk 2"]


async def test_three_presses_in_eight_hours_ask_everybody_though_the_earlier_ones_were_closed_f58(night: Night) -> None:
    """Kristiansund: 00:15, 01:41, 02:18, 06:10; each was closed, and she died."""
    night.clock.advance(hours=-1, minutes=-59)
    moments = []
    for minutes_until_next in (86, 37, 232, 0):
        await night.press()
        moments.append(night.told[:])
        await night.close("ingrid", number=len(moments) - 1)
        await night.pass_time(minutes_until_next)

    assert sorted(night.told) == sorted([
        "00:15 ingrid HASTER 1", "00:15 maria HASTER 1",
        "01:41 ingrid HASTER 1", "01:41 maria HASTER 1",
        "02:18 ingrid HASTER 3", "02:18 maria HASTER 3", "02:18 kari HASTER 3",
        "06:10 ingrid HASTER 3", "06:10 maria HASTER 3", "06:10 kari HASTER 3",
    ])  # fmt: skip
    assert [line for line in await night.journal() if "raised" in line] == [
        "02:18 raised: Meldt flere ganger: hevet.",
        "06:10 raised: Meldt flere ganger: hevet.",
    ]


async def test_a_press_more_than_eight_hours_later_begins_from_the_beginning(night: Night) -> None:
    for number in range(2):
        await night.press()
        await night.close("ingrid", number=number)
    await night.pass_time(8 * 60)

    await night.press()

    assert sorted(night.told[-2:]) == ["10:14 ingrid HASTER 1", "10:14 maria HASTER 1"]


async def test_the_third_press_asks_everybody_also_when_two_rungs_have_been_asked_already_f58(night: Night) -> None:
    await night.press()
    await night.pass_time(3)
    await night.press()

    await night.press()

    assert (await night.the_alert()).rung == 3
    assert "02:17 kari HASTER 3" in night.told
    assert sum("raised" in line for line in await night.journal()) == 1


async def test_the_level_is_raised_once_however_often_she_presses_f58(night: Night) -> None:
    for _ in range(8):
        await night.press()

    alert = await night.the_alert()
    assert (alert.presses, alert.severity, alert.rung) == (8, Severity.CRITICAL, 3)
    assert sum("raised" in line for line in await night.journal()) == 1
    assert sum("kari" in line for line in night.told) == 1
    assert sorted(line for line in night.told if "trykk 8" in line) == ["02:14 ingrid trykk 8", "02:14 maria trykk 8"]


async def test_two_residents_with_the_same_rule_are_two_alerts_p8(night: Night) -> None:
    await night.hear(night.pressed("knapp-anna"), night.pressed("knapp-bjarne"))

    assert sorted((alert.resident_id, alert.presses) for alert in await night.alerts()) == [("anna", 1), ("bjarne", 1)]
    assert sorted(night.told) == sorted(_FIRST * 2)


async def test_a_couple_in_one_home_has_an_alert_each_for_pendants_and_one_for_smoke(night: Night) -> None:
    smoke = night.message("zigbee2mqtt/røyk-par", {"smoke": True})

    await night.hear(night.pressed("knapp-kåre"), night.pressed("knapp-liv"), smoke)

    found = sorted((alert.kind, alert.resident_id or "", alert.scope_id) for alert in await night.alerts())
    assert found == [
        ("fire", "", "home:par"), ("social-alarm", "kåre", "home:par"), ("social-alarm", "liv", "home:par")
    ]  # fmt: skip
    assert night.told == ["02:14 kari HASTER 1"] * 3


async def test_a_press_after_closing_is_an_alert_of_its_own(night: Night) -> None:
    await night.press()
    await night.close("ingrid")

    await night.press()

    assert sorted(alert.status for alert in await night.alerts()) == [Status.CLOSED, Status.OPEN]


async def test_a_press_in_an_unknown_home_asks_everybody_on_duty(night: Night) -> None:
    await night.press("aldri-sett")

    alert = await night.the_alert()
    assert (alert.kind, alert.resident_id, alert.unit_id) == ("social-alarm", None, None)
    assert alert.scope_id.startswith("device:")
    assert sorted(night.told) == ["02:14 ingrid HASTER 1", "02:14 kari HASTER 1", "02:14 maria HASTER 1"]
    assert night.shown == ["02:14 all"]


async def test_a_press_is_three_words_to_a_server_and_the_last_commits(night: Night) -> None:
    """Each is a round trip: whom to ask, are their codes free, and all that is stored, if it was not there before.

    On SQLite a statement costs nothing, and what SQLAlchemy does around it much: none goes by it.
    """
    await night.press("knapp-anna")
    told: list[str] = []

    def hear(said: Any) -> None:
        told.append(said.query)

    engine = night.database._writer.sync_engine
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: told.append(statement))
    if not night.database.is_sqlite:  # its driver tells of BEGIN, COMMIT and what goes past SQLAlchemy
        event.listen(engine, "checkout", lambda one, *_: one.driver_connection.add_query_logger(hear))
    night.ingest.deliver(night.pressed("knapp-bjarne"))
    await night.ingest.step()

    assert len(told) == (0 if night.database.is_sqlite else 3), told
    assert len(await night.alerts()) == 2
