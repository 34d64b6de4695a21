"""A tablet that nobody sees has delivered nothing (F79); a day's cap stops the bill and never an alarm (C25)."""

from typing import ClassVar

from carehub.contracts import Fate, Receipt
from carehub.core.answers.escalation import Method
from carehub.core.severity import Severity
from carehub.flow.reaching import lines
from carehub.flow.reaching.telling import notice_row
from carehub.store import outbox
from carehub.store.tables.alerts import NoticeState
from integrations.channels.tablet import TabletChannel
from tests.journeys.building import INGRID, MARIA, Night, Phones


async def tablet_states(night: Night) -> list[NoticeState]:
    return [one.state for one in await night.notices() if one.channel == "tablet"]


async def test_a_notice_has_arrived_where_a_live_tablet_shows_its_unit_f79(night: Night) -> None:
    """F79: with no tablet live it still stands on the page, and counts as accepted only."""
    night.channels["tablet"] = TabletChannel(night.hub.live.shows)

    with night.hub.live.watching("nord"):
        await night.press()
        assert await tablet_states(night) == [NoticeState.ACCEPTED]
    night.clock.advance(seconds=1)
    with night.hub.live.watching("sol"):
        await night.press("knapp-bjarne")
        assert (await tablet_states(night))[-1] is NoticeState.DELIVERED
    with night.hub.live.watching("all"):
        assert night.hub.live.shows("sol")
    assert not night.hub.live.shows("all")


async def test_the_last_tablet_that_goes_dark_is_a_technical_alert_and_its_return_is_told_f79(night: Night) -> None:
    """F79 in its first form: after half a minute, once, and only where there has been one."""
    await night.pass_time(2)
    assert await night.kinds() == []
    with night.hub.live.watching("sol"):
        await night.pass_time(1)
    await night.pass_time(seconds=20)
    assert await night.kinds() == []

    night.clock.advance(seconds=31)
    await night.work()
    await night.pass_time(2)

    assert await night.kinds() == ["hub-fault"]
    with night.hub.live.watching("all"):
        await night.pass_time(1)
    assert any("Et nettbrett viser varslene igjen." in line for line in await night.journal())


class Capped(Phones):
    """A provider with a bill."""

    daily_cap: ClassVar[int] = 1


async def tell(night: Night, severity: Severity, number: str, name: str) -> None:
    row = notice_row(
        Method(channel="sms", address=number), "Varsel", cycle=name, severity=severity, now=night.clock(),
        person_id="ingrid",
    )  # fmt: skip
    async with night.database.write() as session:
        await outbox.write(session, [row])
    await night.work()


async def test_over_the_days_cap_only_what_is_critical_goes_out_and_it_is_told_once_c25(night: Night) -> None:
    """C25: the cap never stops a critical alert."""
    night.phones = night.channels["sms"] = Capped(night.clock)
    await tell(night, Severity.SERIOUS, INGRID, "a")

    await tell(night, Severity.SERIOUS, INGRID, "b")
    await tell(night, Severity.SERIOUS, INGRID, "c")
    await tell(night, Severity.CRITICAL, MARIA, "d")
    await night.work()

    reasons = {one.cycle: (one.state, one.reason) for one in await night.notices() if len(one.cycle) == 1}
    assert reasons["a"][0] is NoticeState.DELIVERED
    assert reasons["b"] == reasons["c"] == (NoticeState.FAILED, "the day's cap is reached")
    assert reasons["d"][0] is NoticeState.DELIVERED
    faults = [alert for alert in await night.alerts() if alert.kind == "hub-fault"]
    assert [(alert.presses, alert.detail) for alert in faults] == [
        (1, "Dagens grense for «sms» er nådd (1). Bare kritiske varsler går den veien.")
    ]
    night.clock.advance(days=1)
    await tell(night, Severity.SERIOUS, INGRID, "e")
    assert [one.state for one in await night.notices() if one.cycle == "e"] == [NoticeState.DELIVERED]


async def test_what_was_not_accepted_is_not_counted_c25(quick_night: Night) -> None:
    channel = Capped(quick_night.clock)

    for fate in (Fate.FAILED_FOR_NOW, Fate.FAILED_FOR_GOOD):
        lines.count(quick_night.hub, channel, Receipt(fate=fate), quick_night.clock())

    assert quick_night.hub.sent_today == {}
