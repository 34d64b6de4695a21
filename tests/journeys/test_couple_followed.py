"""What the family of one of a couple is told while something is followed up in the home that the two share."""

import pytest

from carehub.core.people.consent import Insight
from carehub.store import tables
from tests.journeys.building import Night, add
from tests.journeys.test_family_texts import DAUGHTER

_FOLLOWED, _NOTHING = "Personalet følger opp et varsel hos dine nå.", "Ingen varsler venter på svar nå."


@pytest.fixture
async def hers(night: Night) -> Night:
    """She is Kåre's daughter. Liv, with whom he lives, has agreed to nothing."""
    async with night.database.write() as session:
        row = tables.Relation(
            id="rel", person_id="datter", resident_id="kåre", kinship="datter", insight=Insight.HANDLED_ALERTS,
            by_sms=True, since=night.clock(),
        )  # fmt: skip
        await add(session, row)
    return night


async def he_moves_out(night: Night) -> None:
    async with night.database.write() as session:
        for life in await night.rows(tables.Residency):
            if life.resident_id == "kåre":
                life.until = night.clock()
                session.add(life)
        moved = tables.Residency(id="k2", resident_id="kåre", scope_id="home:tom", since=night.clock())
        await add(session, moved)


async def test_smoke_in_the_home_of_both_is_followed_up_at_his_too(hers: Night) -> None:
    """It smoked, and she read that no alert was waiting."""
    await hers.hear(hers.message("zigbee2mqtt/røyk-par", {"smoke": True}))
    assert [(one.kind, one.resident_id) for one in await hers.alerts()] == [("fire", None)]

    open_one = await hers.reply(DAUGHTER, "STATUS")
    await hers.take("kari")
    await hers.close("kari")

    assert open_one.startswith(_FOLLOWED)
    assert (await hers.reply(DAUGHTER, "STATUS")).startswith(_NOTHING)


async def test_what_is_about_the_other_alone_is_told_nobody_of_his(hers: Night) -> None:
    await hers.press("knapp-liv")

    assert (await hers.reply(DAUGHTER, "STATUS")).startswith(_NOTHING)


async def test_smoke_where_he_lived_before_is_not_at_his(hers: Night) -> None:
    await he_moves_out(hers)

    await hers.hear(hers.message("zigbee2mqtt/røyk-par", {"smoke": True}))

    assert not (await hers.reply(DAUGHTER, "STATUS")).startswith(_FOLLOWED)
