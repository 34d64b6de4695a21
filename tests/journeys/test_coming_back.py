"""The hub was gone: what fell due meanwhile is done once, says that it is late, and is told of in one summary."""

from datetime import timedelta

import pytest

from carehub.core.answers.alerts import Status
from carehub.core.people.access import Role
from carehub.flow.watching.catchup import come_back
from carehub.store import tables
from carehub.store.tables.alerts import NoticeState
from tests.journeys.building import INGRID, MARIA, NIGHT, Night, add, hangs

LEADER = "+4790000020"


async def _stop(night: Night, *, minutes: float) -> None:
    """A power cut, and the hub again after so long."""
    await night.worker._beat()
    await night.die()
    night.clock.advance(minutes=minutes)
    await night.start()
    await come_back(night.hub, night.ingest)
    await night.work()


@pytest.fixture
async def led(night: Night) -> Night:
    """A night with a coordinator on duty."""
    async with night.database.write() as session:
        await add(
            session,
            tables.Person(
                id="leder", name="kanari-leder", username="leder", role=Role.COORDINATOR, phone=LEADER, on_duty=True
            ),
        )
        await add(
            session,
            tables.ContactMethod(
                id="leder", person_id="leder", channel="sms", address=LEADER, created_at=NIGHT, verified_at=NIGHT
            ),
        )
    return night


def _texts(night: Night, number: str) -> list[str]:
    return [notice.text for _, notice in night.phones.sent if notice.address == number]


async def test_steps_that_fell_due_are_taken_once_each_and_say_that_they_are_late(led: Night) -> None:
    """F17: three hours of stop; each alert asks its next rung once, the most urgent first, and says how late."""
    await led.press()
    await led.press("knapp-bjarne")
    before = len(led.phones.sent)
    await _stop(led, minutes=180)

    late = [notice.text for _, notice in led.phones.sent[before:] if notice.address == INGRID]
    assert len(late) == 2
    assert all(text.startswith("Forsinket 2 t 58 min. HASTER: varsel ") for text in late)
    assert all(alert.rung == 2 for alert in await led.alerts() if alert.kind == "social-alarm")
    for alert in await led.alerts():
        assert alert.due_at is not None
        assert alert.due_at > led.clock()


async def test_the_coordinator_gets_one_summary(led: Night) -> None:
    """F17: one technical alert says from when, until when, and how many were late."""
    await led.press()
    await _stop(led, minutes=30)
    await led.pass_time(10)

    (summary,) = [alert for alert in await led.alerts() if alert.kind == "hub-fault"]
    assert summary.detail == "Huben var nede fra 02:14 til 02:44. 1 varsel gikk ut forsinket."
    told = [text for text in _texts(led, LEADER) if text.startswith("Teknisk varsel ")]
    assert len(told) == 1


async def test_a_summary_is_told_once_though_the_hub_dies_while_telling(led: Night) -> None:
    await led.worker._beat()
    led.clock.advance(minutes=5)
    for _ in range(3):
        await led.die()
        await led.start()
        await come_back(led.hub, led.ingest)
        await led.work()

    assert len([alert for alert in await led.alerts() if alert.kind == "hub-fault"]) == 1
    (summary,) = [alert for alert in await led.alerts() if alert.kind == "hub-fault"]
    assert summary.presses == 1


async def test_a_notice_that_was_left_lying_goes_out_and_says_so(led: Night) -> None:
    """F17: accepted by nobody when the power went; nobody knows whether it was sent, so it is sent again."""
    led.phones.network = {MARIA: hangs}
    await led.press()
    led.phones.network = {}
    await _stop(led, minutes=4)

    assert any("Forsinket 4 min. " in text for text in _texts(led, MARIA))


async def test_a_planned_restart_is_no_downtime(led: Night) -> None:
    await led.press()
    await _stop(led, minutes=0.25)

    assert [alert.kind for alert in await led.alerts()] == ["social-alarm"]
    assert not any("Forsinket" in notice.text for _, notice in led.phones.sent)


async def test_the_first_start_of_all_has_nothing_to_report(night: Night) -> None:
    await come_back(night.hub, night.ingest)
    await night.work()

    assert await night.alerts() == []


async def test_deadlines_of_last_autumn_are_listed_and_page_nobody(led: Night) -> None:
    """F60: a database with rows three months old: one report, nobody paged, and they are still open."""
    await led.press()
    await led.press("knapp-bjarne")
    await led.take("ingrid")
    before = len(led.phones.sent)
    await _stop(led, minutes=90 * 24 * 60)

    assert [text for text in _texts(led, INGRID) if "Forsinket" in text] == []
    old = [alert for alert in await led.alerts() if alert.kind == "social-alarm"]
    assert {alert.status for alert in old} == {Status.OPEN, Status.TAKEN}
    assert {alert.due_at for alert in old} == {led.clock() + timedelta(days=1)}
    (report,) = [alert for alert in await led.alerts() if alert.scope_id == "hub:forgotten"]
    for alert in old:
        assert alert.id[:4].upper() in (report.detail or "")
    assert "2 åpne varsler har frist som er over et døgn gammel" in (report.detail or "")
    paged = [notice.address for _, notice in led.phones.sent[before:]]
    assert set(paged) == {LEADER}

    await led.pass_time(24 * 60 + 1)  # nobody looked them over: the coordinator hears of each
    assert [text for text in _texts(led, LEADER) if "har ligget uten oppfølging i over et døgn" in text]


@pytest.mark.parametrize("taken", [False, True])
@pytest.mark.parametrize("kind", ["button.pressed", "fall.detected"])
async def test_what_comes_anew_on_an_alert_that_is_only_listed_is_asked_about_at_once_f60(
    led: Night, kind: str, *, taken: bool
) -> None:
    """F60, F58: it was to rest until the next day, and nobody heard of a press or a fall of now for so long."""
    await led.press(kind=kind)
    if taken:
        await led.take("maria")
    await _stop(led, minutes=3 * 24 * 60)
    before = len(led.phones.sent)

    await led.press(kind=kind)
    await led.pass_time(seconds=5)

    assert INGRID in {notice.address for _, notice in led.phones.sent[before:]}
    assert (await led.reply(INGRID, led.code_for(INGRID))).startswith("Du har varsel ")


async def test_notices_of_last_autumn_are_not_sent(led: Night) -> None:
    """F60: what still waits in the outbox after a day is not news."""
    led.phones.network = {MARIA: hangs}
    await led.press()
    led.phones.network = {}
    await _stop(led, minutes=3 * 24 * 60)

    assert _texts(led, MARIA) == []
    (given_up,) = [one for one in await led.notices() if one.reason == "too old when the hub came back"]
    assert given_up.state is NoticeState.FAILED


@pytest.mark.parametrize(("hours", "comes_now"), [(48, False), (50, True)])
async def test_only_a_deadline_that_no_unit_may_give_comes_at_once(led: Night, hours: int, comes_now: bool) -> None:
    """A unit may give two days to finish what is not urgent: a restart must not take that from whoever is there."""
    await led.press()
    await led.take("ingrid")
    async with led.database.write() as session:
        alert = await session.get_one(tables.Alert, (await led.the_alert()).id)
        alert.due_at, alert.remind_at = led.clock() + timedelta(hours=hours), None

    await led.die()
    await led.start()
    await come_back(led.hub, led.ingest)
    await led.work()

    assert ((await led.the_alert()).status is Status.OPEN) is comes_now


async def test_closed_alerts_have_no_timers(led: Night) -> None:
    """F60: what is closed stays closed, however long the hub was away."""
    await led.press()
    await led.close("ingrid")
    before = len(led.phones.sent)
    await _stop(led, minutes=90 * 24 * 60)

    assert {notice.address for _, notice in led.phones.sent[before:]} <= {LEADER}
    assert all(alert.due_at is None for alert in await led.alerts() if alert.kind == "social-alarm")
