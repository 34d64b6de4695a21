"""Years later somebody asks why: rule, device and resident are gone, and most of what was kept is deleted."""

from datetime import timedelta

from carehub.app.why_cli import _alert_lines
from carehub.core.people.retention import POLICIES
from carehub.core.rules.rulebook import Rulebook
from carehub.flow.watching import retention
from carehub.store import fitting, residents
from tests.journeys.building import NIGHT, Night
from tests.journeys.desk import desk
from tests.journeys.test_why import told_of


async def said(night: Night) -> str:
    account = await told_of(night)
    return "\n".join(_alert_lines(account, lambda moment: f"{moment:%H:%M}"))


async def page(night: Night) -> str:
    alert = await night.the_alert()
    async with await desk(night) as browser:
        answer = await browser.get(f"/alerts/{alert.id}/why")
    assert answer.status_code == 200
    return answer.text


async def everything_goes(night: Night) -> None:
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": True}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    await night.pass_time(6)
    await night.take("ingrid")
    await night.arrive("ingrid")
    await night.close("ingrid")
    night.clock.advance(minutes=1)
    night.rulebook = Rulebook.safe_mode()
    await night.start()
    await night.fold()
    async with night.database.write() as session:
        await fitting.take_down(session, "dør", night.clock())
        await residents.end(session, "anna", "ingrid", night.clock())


async def test_a_rule_that_was_deleted_is_not_said_to_have_been_changed(night: Night) -> None:
    await everything_goes(night)

    told = await said(night)

    assert "Ute om natten" in told
    assert "Gir et kritisk varsel når døren åpnes ved inngangen" in told
    assert "Denne utgaven gjaldt til 01:21." in told
    assert "døren åpnet, inngang  kanari etikett" in told


async def test_when_the_messages_are_deleted_nobody_reads_that_nobody_was_told(night: Night) -> None:
    """The page said that no messages had been written, to whoever looked into it after three months."""
    await everything_goes(night)
    night.clock.now = NIGHT + timedelta(days=400)
    await retention.clean(night.database, night.clock, POLICIES)

    told, shown = await said(night), await page(night)

    assert await night.notices() == []
    assert "Varslet 2 på trinn 1." in told
    for words in (told, shown):
        assert "Meldingene er slettet etter lagringstiden." in words
        assert "Ingen meldinger er skrevet" not in words
        assert "Gir et kritisk varsel når døren åpnes ved inngangen" in words
