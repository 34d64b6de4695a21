"""What has happened elsewhere, played through this hub: as far as it concerned people and whom they asked.

Each story keeps the times that were reported. Incidents of devices (buttons never linked, silent self-tests, a region
without a line) are played where devices are supervised.
"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from carehub.core.answers.alerts import FOLLOW_UP, Aftermath, Status
from carehub.core.people.access import Role
from carehub.core.severity import Severity
from carehub.store import tables
from carehub.web.teams import is_unanswered
from tests.journeys.building import INGRID, MARIA, NIGHT, Night, Tablets

_EVA = "+4790000009"


async def test_lulea_2019_eight_presses_that_nobody_forwarded(quick_night: Night) -> None:
    """F55, F58: eight presses from 19:56 to 21:25, home care called at 01:30, found dead at 02:00.

    Here each press is counted, the third asks everybody, and from 20:03 it repeats every five minutes, for ever.
    """
    night = quick_night
    night.channels["siren"] = Tablets(night.clock)
    night.clock.now = datetime(2026, 1, 14, 18, 56, tzinfo=UTC)
    for minutes in (9, 11, 14, 8, 17, 12, 18, 0):
        await night.press()
        await night.pass_time(minutes)
    await night.pass_time(245)  # until 01:30

    alert = await night.the_alert()
    assert (alert.presses, alert.status, is_unanswered(alert)) == (8, Status.OPEN, True)
    assert alert.severity is Severity.CRITICAL
    told = [line.split()[0] for line in night.told if "tor HASTER" in line]
    assert told[0] == "20:03"
    moments = sorted({notice.created_at for notice in await night.notices() if notice.channel == "siren"})
    assert all(after - before <= timedelta(minutes=5) for before, after in pairwise(moments))
    assert len(moments) >= 60
    assert {"20:05 ingrid trykk 2", "20:05 maria trykk 2"} <= set(night.told)


async def test_kristiansund_2016_four_alarms_that_one_person_judged_to_be_sleep(night: Night) -> None:
    """F58, F59: pressed 00:15, 01:41, 02:18 and 06:10, each time closed without contact; found dead at nine.

    Here one person alone ends nothing, and the third press asks everybody.
    """
    night.clock.now = datetime(2026, 1, 14, 23, 15, tzinfo=UTC)
    for minutes in (86, 37, 232, 0):
        await night.press()
        pressed = [alert for alert in await night.alerts() if alert.status is Status.OPEN]
        newest = max(pressed, key=lambda alert: (alert.kind != FOLLOW_UP, alert.raised_at))
        place = [alert.id for alert in await night.alerts()].index(newest.id)
        await night.close("ingrid", place, aftermath=Aftermath.NO_ACTION_NEEDED)
        await night.pass_time(minutes)

    waiting = [alert for alert in await night.alerts() if alert.status is Status.OPEN]
    assert [alert.kind for alert in waiting] == [FOLLOW_UP]
    assert {"00:30 ingrid HASTER 1", "00:30 maria HASTER 1"} <= set(night.told)
    assert {"00:37 tor HASTER 4", "02:18 kari HASTER 3"} <= set(night.told)
    assert is_unanswered(waiting[0])


async def test_sweden_2024_alarms_that_were_acknowledged_and_then_forgotten(night: Night) -> None:
    """F56: 43 cases in a year, five of twelve deaths with alarms forgotten. "I take it" is not "I am there"."""
    await night.press()
    await night.reply(INGRID, night.code_for(INGRID))

    await night.pass_time(11)
    await night.reply(MARIA, night.code_for(MARIA))
    await night.arrive("maria")
    await night.pass_time(61)

    assert "02:20 ingrid påminnelse" in night.told
    assert "02:24 maria HASTER 2" in night.told
    lines = await night.journal()
    assert "02:24 escalated: Fristen gikk ut: tok varselet, men er ikke fremme." in lines
    assert "03:25 escalated: Fristen gikk ut: er fremme, men har ikke avsluttet." in lines


async def test_stromsund_2020_night_staff_whose_telephones_never_rang(night: Night) -> None:
    """F54: seventeen hours without help after an upgrade; the night staff got no signal.

    Here what is not delivered within a minute is as good as not sent, and the ladder goes on without them.
    """
    night.phones.silent = {INGRID, MARIA}

    await night.press()
    await night.pass_time(3)

    first = next(line for line in night.told if "kari" in line)
    assert first <= "02:17 kari HASTER 3"
    assert "02:15 not_delivered: sms: kom ikke frem." in await night.journal()


async def test_gravdal_a_resident_who_rang_for_twenty_minutes(night: Night) -> None:
    """F55: after seven minutes it is UBESVART, on the whole screen, and the siren sounds."""
    night.channels["siren"] = Tablets(night.clock)
    await night.press()
    await night.pass_time(6)
    assert not is_unanswered(await night.the_alert())

    await night.pass_time(14)

    assert is_unanswered(await night.the_alert())
    sirens = [notice.created_at - NIGHT for notice in await night.notices() if notice.channel == "siren"]
    assert sirens == [timedelta(minutes=7), timedelta(minutes=12), timedelta(minutes=17)]


@pytest.mark.parametrize("neighbour", [True, False])
async def test_a_night_zone_that_no_plan_had_put_anybody_in(night: Night, *, neighbour: bool) -> None:
    """F53: Helsetilsynet 2025: the night chain was not set to the night watch, and nobody had tried it.

    Here an empty rung is passed at once, the neighbours are asked, and the coordinator hears of it at once.
    """
    async with night.database.write() as session:
        for who in ("ingrid", "maria"):
            (await session.get_one(tables.Person, who)).on_duty = False
        (await session.get_one(tables.Person, "kari")).on_duty = neighbour
        session.add(tables.UnitNeighbour(unit_id="sol", neighbour_id="nord"))
        session.add(tables.LadderRow(id="sol/40", unit_id="sol", severity=Severity.CRITICAL))
        session.add(
            tables.Person(id="eva", name="kanari-eva", username="eva", role=Role.COORDINATOR, phone=_EVA, on_duty=False)
        )
        await session.flush()
        session.add(
            tables.ContactMethod(
                id="e", person_id="eva", channel="sms", address=_EVA, created_at=NIGHT, verified_at=NIGHT
            )
        )
        for position, asks in enumerate(("on_duty", "nearest", "unit"), 1):
            session.add(tables.LadderRung(ladder_id="sol/40", position=position, asks=asks, patience_s=120))

    await night.press()

    asked = sorted(line for line in night.told if "HASTER" in line)  # asked at one moment: no order among them
    assert asked == (["02:14 kari HASTER 2"] if neighbour else [f"02:14 {who} HASTER 3" for who in _WARD])
    assert "02:14 +4790000009 ubemannet" in night.told


_WARD = ("ingrid", "maria", "tor")
