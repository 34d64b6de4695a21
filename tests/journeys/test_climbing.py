"""An alarm that nobody answers, one that somebody answers and does not come to, and a rung with nobody on it."""

import asyncio
from datetime import timedelta

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Mark
from carehub.core.severity import Severity
from carehub.store import protected, tables
from tests.journeys.building import INGRID, MARIA, Night, Tablets, refuses_for_good

_BOTH_AT_0214 = ["02:14 ingrid HASTER 1", "02:14 maria HASTER 1"]
_REMINDED = "02:20 ingrid påminnelse"


async def test_an_unanswered_alarm_asks_both_on_duty_again_then_everybody_then_the_whole_ward_f55(night: Night) -> None:
    await night.press()

    await night.pass_time(8)

    assert sorted(night.told) == sorted([
        *_BOTH_AT_0214,
        "02:16 ingrid HASTER 2", "02:16 maria HASTER 2",
        "02:18 ingrid HASTER 3", "02:18 maria HASTER 3", "02:18 kari HASTER 3",
        "02:21 ingrid HASTER 4", "02:21 maria HASTER 4", "02:21 tor HASTER 4",
    ])  # fmt: skip
    assert night.shown == ["02:14 sol", "02:16 sol", "02:18 sol", "02:21 sol"]


async def test_an_unanswered_alarm_is_repeated_for_a_whole_day_and_never_given_up_f55(quick_night: Night) -> None:
    """F55: 24 hours, at least 288 attempts, still open, and the siren sounds with each from the last rung on."""
    night = quick_night
    night.channels["siren"] = Tablets(night.clock)
    night.ingest.deliver(night.pressed())
    await night.fold()

    end = night.clock() + timedelta(hours=24)
    while (due := (await night.the_alert()).due_at) is not None and due <= end:
        night.clock.now = due
        await night.worker._escalate()

    alert = await night.the_alert()
    assert (alert.status, alert.rung) == (Status.OPEN, 4 + (24 * 60 - 7) // 5)
    assert alert.rung >= 288
    assert alert.due_at is not None
    assert end < alert.due_at <= end + timedelta(minutes=5)
    sirens = [notice for notice in await night.notices() if notice.channel == "siren"]
    assert (len(sirens), {notice.address for notice in sirens}) == (alert.rung - 3, {"sol"})
    texts = [notice for notice in await night.notices() if notice.channel == "sms"]
    assert len(texts) == 2 + 2 + 3 + 3 * (alert.rung - 3)
    assert len({(notice.address, notice.created_at) for notice in texts}) == len(texts)


async def test_a_taken_alarm_asks_nobody_until_the_time_to_arrive_has_run_out_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")

    await night.pass_time(9)

    assert sorted(night.told) == [*_BOTH_AT_0214, _REMINDED]


async def test_a_taken_alarm_climbs_again_when_nobody_arrives_and_another_can_take_it_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")

    await night.pass_time(11)

    assert sorted(night.told) == [*_BOTH_AT_0214, _REMINDED, "02:24 ingrid HASTER 2", "02:24 maria HASTER 2"]
    assert "02:24 escalated: Fristen gikk ut: tok varselet, men er ikke fremme." in await night.journal()
    assert (await night.take("maria")).done
    assert (await night.the_alert()).owner_id == "maria"


async def test_a_visit_that_is_never_closed_is_asked_about_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.arrive("ingrid")

    await night.pass_time(61)

    assert sorted(night.told) == [*_BOTH_AT_0214, "03:14 ingrid HASTER 2", "03:14 maria HASTER 2"]
    assert "03:14 escalated: Fristen gikk ut: er fremme, men har ikke avsluttet." in await night.journal()
    assert (await night.close("maria")).done


async def test_an_alarm_given_back_climbs_at_once_f56(night: Night) -> None:
    await night.press()
    await night.take("ingrid")
    await night.release("ingrid")

    await night.pass_time(seconds=1)

    assert sorted(night.told[2:]) == ["02:14 ingrid HASTER 2", "02:14 maria HASTER 2"]
    assert sorted(night.told[:2]) == _BOTH_AT_0214
    assert (await night.take("maria")).done


async def test_a_closed_alarm_has_no_deadline_and_asks_nobody_f60(night: Night) -> None:
    await night.press()
    await night.close("ingrid")

    await night.pass_time(120)

    assert sorted(night.told) == _BOTH_AT_0214
    alert = await night.the_alert()
    assert (alert.status, alert.due_at, alert.closed_by_id) == (Status.CLOSED, None, "ingrid")


async def test_an_empty_rung_is_passed_at_once_and_the_journal_says_so_f53(night: Night) -> None:
    await _off_duty(night, "ingrid", "maria")

    await night.press()

    assert night.told == ["02:14 kari HASTER 3"]
    assert [line for line in await night.journal() if "gikk videre" in line] == [
        "02:14 escalated: Ingen å varsle på trinn 1: gikk videre.",
        "02:14 escalated: Ingen å varsle på trinn 2: gikk videre.",
    ]


async def test_with_nobody_on_duty_anywhere_everybody_of_the_ward_is_asked_f53(night: Night) -> None:
    await _off_duty(night, "ingrid", "maria", "kari")

    await night.press()

    assert sorted(night.told) == ["02:14 ingrid HASTER 4", "02:14 maria HASTER 4", "02:14 tor HASTER 4"]


async def test_with_nobody_on_duty_and_an_empty_ward_everybody_there_is_is_asked_each_minute_f53(night: Night) -> None:
    await _off_duty(night, "ingrid", "maria", "kari")
    async with night.database.write() as session:
        (await session.get_one(tables.Scope, "home:anna")).unit_id = None
    await night.reload()

    await night.press()
    await night.pass_time(1)

    everybody = ["ingrid", "kari", "maria", "tor"]
    assert sorted(line.split()[1] for line in night.told) == sorted(everybody * 2)
    assert (await night.the_alert()).due_at is not None


async def test_a_moderate_alert_waits_on_the_tablet_and_wakes_nobody(night: Night) -> None:
    await night.hear(night.message("carehub/v1/knapp-anna/event", {"id": "1", "kind": "water.detected"}))
    alert = await night.the_alert()

    await night.pass_time(60)

    assert (alert.kind, alert.unit_id) == ("water", "sol")
    if alert.severity < 30:
        assert night.told == []
    assert night.shown


async def test_a_number_that_does_not_work_makes_the_ladder_climb_at_once_f54(night: Night) -> None:
    night.phones.network = {INGRID: refuses_for_good, MARIA: refuses_for_good}

    await night.press()
    await night.pass_time(seconds=5)

    assert night.told == ["02:14 kari HASTER 3"]
    lines = await night.journal()
    assert lines.count("02:14 not_delivered: sms: kom ikke frem.") == 6


async def test_one_number_that_does_not_work_leaves_the_other_her_time(night: Night) -> None:
    night.phones.network = {INGRID: refuses_for_good}

    await night.press()
    await night.pass_time(1)

    assert night.told == ["02:14 maria HASTER 1"]


async def _off_duty(night: Night, *who: str) -> None:
    async with night.database.write() as session:
        for one in who:
            (await session.get_one(tables.Person, one)).on_duty = False


@pytest.mark.parametrize("asks", [("alarm_centre unit", "unit"), ("on_duty", "alarm_centre", "unit")])
@pytest.mark.parametrize(
    ("mark", "ring"), [(None, "tjenesten: +4799900701"), (Mark.CONFIDENTIAL, "tjenesten."), (Mark.STRICT, "tjenesten.")]
)
async def test_an_alarm_centre_is_told_which_number_to_ring_where_it_may_know_it_c39(
    night: Night, asks: tuple[str, ...], mark: Mark | None, ring: str
) -> None:
    """C39: of a graded address the unit is not told either, for a ward is a house."""
    async with night.database.write() as session:
        (await session.get_one(tables.Unit, "sol")).phone = "+4799900701"
        session.add(tables.FixedContact(id="sentral", name="Alarmsentralen", channel="sms", address="+4790000113"))
        session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL))
        await session.flush()
        for position, one in enumerate(asks, 1):
            session.add(tables.LadderRung(ladder_id="sol/40", position=position, asks=one, patience_s=120))
        if mark:
            assert await protected.grade(session, "anna", mark, "Politiet har bedt om det", "kari", night.clock())
    await night.press()

    await night.pass_time(3)

    told = {one.text for one in await night.notices() if one.address == "+4790000113"}
    assert [text.partition("Ring vakttelefonen til ")[2] for text in told] == [ring]


async def test_a_look_that_finds_nothing_waits_for_no_writer_and_holds_up_no_alarm(night: Night) -> None:
    """Once a second it held the one writer for some milliseconds, for nothing."""
    await night.press()

    async with night.database.write():
        async with asyncio.timeout(5):
            await night.worker._escalate()

    night.clock.advance(minutes=3)
    await night.worker._escalate()
    assert (await night.the_alert()).rung > 0
