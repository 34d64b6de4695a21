"""Silences from the first word to the digest: bounded, told, and never over an alarm."""

from datetime import timedelta
from typing import Any

import pytest

from carehub.core.events import CommandKind
from carehub.core.findings import Outcome
from carehub.core.folding.silence import Why
from carehub.core.severity import Severity
from carehub.flow.watching import silences
from carehub.flow.watching.silences import Wish
from carehub.store import registry, tables
from carehub.store import silences as stored
from tests.journeys.building import NIGHT, Night
from tests.journeys.replaying import check_replay


async def begun(night: Night, why: Why, hours: float, by: str = "ingrid", **of: Any) -> tables.Silence:
    wish = Wish(why=why, until=night.clock() + timedelta(hours=hours), **of)
    silence = await night.while_folding(silences.begin(night.hub, wish, by))
    assert silence is not None
    return silence


async def cold(night: Night, value: float = 12.0) -> None:
    """The home is cold for long enough."""
    await night.hear(night.message("zigbee2mqtt/gang", {"temperature": value}))


async def watch(night: Night) -> None:
    await night.worker._watch()
    await night.work()


async def test_a_quiet_home_is_silent_until_its_time_and_then_what_holds_alerts_with_one_digest(night: Night) -> None:
    """F61: held and recorded, alerted in the second it ends, one digest; the alarm button is never silent."""
    silence = await begun(night, Why.QUIET, 4, scope="home:anna")
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    await night.pass_time(minutes=20)
    assert await night.alerts() == []
    await night.press()
    assert await night.kinds() == ["social-alarm"]
    await night.close("ingrid")

    held = await night.rows(tables.HeldAlert, tables.HeldAlert.at)
    assert {(one.silence_id, one.scope_id) for one in held} == {(silence.id, "home:anna")}
    assert {"device-silent", "night-exit"} <= {one.rule_id for one in held}
    assert (await night.outcomes())[Outcome.SUPPRESSED] >= 1

    await night.pass_time(seconds=(silence.until - night.clock()).total_seconds() - 1)
    assert await night.kinds() == ["social-alarm"]
    await night.pass_time(seconds=1)
    raised = {alert.kind: alert.raised_at for alert in await night.alerts()}
    assert raised["night-exit"] == raised["device-silent"] == silence.until

    for _ in range(2):
        await watch(night)
    (digest,) = [alert for alert in await night.alerts() if alert.kind == "silence-ended"]
    assert (digest.severity, digest.presses) == (Severity.NORMAL, 1)
    assert "1 gang Ute om natten" in (digest.detail or "")
    await check_replay(night)


async def test_one_person_gets_eight_hours_and_two_get_what_they_want(night: Night) -> None:
    """F61: longer needs a second person; to ask again is no way around, nor to agree with oneself."""
    silence = await begun(night, Why.AWAY, 48, resident="anna")
    assert (silence.until, silence.wanted_until) == (NIGHT + timedelta(hours=8), NIGHT + timedelta(hours=48))
    assert not await night.while_folding(silences.agree(night.hub, silence.id, "ingrid"))
    await night.pass_time(minutes=7 * 60)
    again = await begun(night, Why.AWAY, 8, resident="anna")
    assert again.until == silence.until

    assert await night.while_folding(silences.agree(night.hub, silence.id, "maria"))
    assert not await night.while_folding(silences.agree(night.hub, silence.id, "tor"))

    await night.pass_time(minutes=10 * 60)
    await cold(night)
    await night.pass_time(minutes=60)
    assert [one.silence_id for one in await night.rows(tables.HeldAlert)] == [silence.id]
    assert await night.alerts() == []
    await check_replay(night)


async def test_an_end_by_hand_alerts_at_once_and_can_be_undone(night: Night) -> None:
    silence = await begun(night, Why.IN_SERVICE, 2, device="dør")
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    assert await night.alerts() == []

    assert await night.while_folding(silences.end(night.hub, silence.id, "tor"))
    await night.work()
    assert await night.kinds() == ["device-silent"]
    assert not await night.while_folding(silences.end(night.hub, silence.id, "tor"))

    assert await night.while_folding(silences.resume(night.hub, silence.id, "tor"))
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "online"}))
    await night.hear(night.message("zigbee2mqtt/dør/availability", {"state": "offline"}))
    assert (await night.the_alert()).presses == 1
    await night.pass_time(minutes=121)
    assert (await night.the_alert()).presses == 2
    assert not await night.while_folding(silences.resume(night.hub, silence.id, "tor"))


async def test_in_a_home_that_two_share_only_what_is_ones_own_is_held(night: Night) -> None:
    silence = await begun(night, Why.AWAY, 5, resident="kåre")

    (given,) = [one for one in await night.rows(tables.FoldInput) if one.command]
    assert (given.command, given.scope_id) == (CommandKind.SILENCED, "home:par")
    assert silence.id in (given.silence or "")


async def test_one_kind_of_alert_is_silenced_everywhere(night: Night) -> None:
    await begun(night, Why.QUIET, 1, kind="device-silent")
    for device in ("dør", "røyk-par"):
        await night.hear(night.message(f"zigbee2mqtt/{device}/availability", {"state": "offline"}))
    assert await night.alerts() == []

    await night.pass_time(minutes=60)
    assert sorted(await night.kinds()) == ["device-silent", "device-silent"]
    await watch(night)
    assert [alert.scope_id for alert in await night.alerts() if alert.kind == "silence-ended"] == ["hub"]


@pytest.mark.parametrize(
    "wish",
    [
        Wish(why=Why.TEST, until=NIGHT + timedelta(minutes=5), scope="home:anna"),
        Wish(why=Why.QUIET, until=NIGHT, scope="home:anna"),
        Wish(why=Why.QUIET, until=NIGHT + timedelta(hours=1), scope="nowhere"),
        Wish(why=Why.QUIET, until=NIGHT + timedelta(hours=1), device="nothing"),
        Wish(why=Why.QUIET, until=NIGHT + timedelta(hours=1), resident="nobody", kind="cold-home"),
        Wish(why=Why.QUIET, until=NIGHT + timedelta(hours=1)),
    ],
)
async def test_a_wish_that_says_nothing_is_refused(night: Night, wish: Wish) -> None:
    assert await silences.begin(night.hub, wish, "ingrid") is None
    assert await night.rows(tables.Silence) == []
    for act in (silences.agree, silences.end, silences.resume):
        assert not await act(night.hub, "nothing", "ingrid")


async def test_a_device_on_test_alarms_once_as_a_test_and_then_in_earnest(night: Night) -> None:
    """F84: per device, ten minutes at most, ends by itself; the second press is real."""
    silence = await begun(night, Why.TEST, 3, by="tor", device="knapp-anna")
    assert silence.wanted_until == silence.until == NIGHT + timedelta(minutes=10)

    await night.press()
    assert (await night.kinds(), night.told) == (["test-alarm"], [])
    await night.press("knapp-bjarne")
    assert len(night.told) == 2
    await night.press()
    assert sorted(await night.kinds()) == ["social-alarm", "social-alarm", "test-alarm"]

    await begun(night, Why.TEST, 3, by="tor", device="knapp-kåre")
    await night.pass_time(minutes=11)
    await night.press("knapp-kåre")
    assert (await night.alerts())[-1].kind == "social-alarm"


async def test_a_device_that_moves_takes_no_silence_along(night: Night) -> None:
    silence = await begun(night, Why.IN_SERVICE, 2, device="dør")
    async with night.database.write() as session:
        await registry.assign_device(session, "dør", "home:bjarne", None, "entrance", night.clock())
    async with night.database.read() as session:
        assert await stored.how_many(session, night.clock()) == 0
        (line,) = await stored.shown(session, night.clock(), NIGHT - timedelta(hours=1))
    assert (line.silence.id, line.asked_by, line.held) == (silence.id, "kanari-ingrid", 0)
