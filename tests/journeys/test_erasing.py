"""A resident is erased while the night goes on: an alarm that comes late is answered all the same (C82)."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from carehub.core.answers.alerts import Status
from carehub.flow.watching import erasing
from carehub.store import erasure, tables
from tests.journeys.building import INGRID, Night, person


async def _moved_out(night: Night) -> None:
    """Anna moved out an hour ago, her button is still there, and somebody asked for her to be erased."""
    async with night.database.write() as session:
        for home in await night.rows(tables.Residency):
            if home.resident_id == "anna":
                home.until = night.clock() - timedelta(hours=1)
                session.add(home)
        session.add_all([person(one, None, None, on_duty=False) for one in ("sjef", "leder")])
    await night.reload()
    assert await erasing.ask(night.hub, "anna", "Flyttet", "sjef") == []


@pytest.mark.parametrize("breath", [1, 3, 5, 9])
async def test_what_a_late_event_opens_stops_the_erasing_and_keeps_its_notices_c82(
    night: Night, breath: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F11, C82: pressed while she lived there, heard while she is being erased."""
    await _moved_out(night)
    breaths = 0

    async def breathe(_seconds: float) -> None:
        nonlocal breaths
        breaths += 1
        if breaths == breath:
            await night.press("knapp-anna", at=(night.clock() - timedelta(hours=2)).isoformat())

    monkeypatch.setattr(erasing, "asyncio", SimpleNamespace(sleep=breathe))

    assert not await erasing.agree(night.hub, "anna", "leder")

    alert = await night.the_alert()
    assert (alert.status, alert.resident_id) == (Status.OPEN, "anna")
    assert len(await night.notices()) == len(night.phones.sent) + len(night.tablets.sent) == 3
    home = next(one for one in await night.rows(tables.Scope) if one.id == "home:anna")
    assert home.access_note is not None
    assert (await night.reply(INGRID, night.code_for(INGRID))).startswith("Du har varsel ")

    await night.close("ingrid")
    assert await erasing.agree(night.hub, "anna", "leder")
    async with night.database.read() as session:
        stone = await erasure.newest(session, "anna")
        assert stone is not None
        assert stone.done_at == night.clock()
        assert (await session.get_one(tables.Resident, "anna")).given_name == "Slettet"
    assert await night.notices() == []
