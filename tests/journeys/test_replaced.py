"""A device that broke is replaced in the home: nobody is without an alarm meanwhile, and it can be undone."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import AsyncClient, Response
from sqlmodel import select

from carehub.core.answers.alerts import Status
from carehub.core.folding.silence import Why
from carehub.core.watching.supervision import DeviceKind
from carehub.flow.watching import silences
from carehub.flow.watching.silences import Wish
from carehub.store import devices, fitting, registry, residents, stream, tables
from carehub.store.tables.places import DeviceStatus
from tests.journeys.building import NIGHT, Night
from tests.journeys.desk import desk
from tests.journeys.replaying import check_replay
from tests.journeys.test_supervised import describe, press_on_test, the_device, watch

ANNA = "home:anna"


@pytest.fixture
async def boss(night: Night) -> AsyncIterator[AsyncClient]:
    night.hub.reload = night.reload
    async with await desk(night) as client:
        yield client


async def post(night: Night, boss: AsyncClient, path: str, **form: str) -> Response:
    return await night.while_folding(boss.post(path, data=form))


async def replaced(night: Night, boss: AsyncClient, old: str, code: str = "knapp-ny") -> Response:
    return await post(night, boss, "/admin/join", code=code, source="carehub_v1", instead=old)


async def stands(night: Night, device: str) -> list[tuple[str, str | None, str | None]]:
    here = select(tables.Assignment).where(tables.Assignment.device_id == device)
    async with night.database.read() as session:
        rows = (await session.exec(here)).all()
    return [(row.scope_id, row.resident_id, row.place) for row in rows if row.until is None]


async def the_new(night: Night, address: str = "knapp-ny") -> tables.Device:
    async with night.database.read() as session:
        (found,) = await devices.by_address(session, address)
    return found


async def tried(night: Night, device: str, address: str) -> None:
    """On test, pressed, and answered by somebody on duty."""
    wish = Wish(why=Why.TEST, until=night.clock() + timedelta(minutes=10), device=device)
    await night.while_folding(silences.begin(night.hub, wish, "tor"))
    await night.press(address)
    (test,) = [number for number, one in enumerate(await night.alerts()) if one.kind == "test-alarm"]
    await night.close("ingrid", test)
    await watch(night, seconds=5)


async def test_the_new_button_has_the_place_and_the_old_one_goes_when_the_test_was_answered(
    night: Night, boss: AsyncClient
) -> None:
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON, tested_at=NIGHT, silent_since=NIGHT)
    await watch(night, seconds=1)
    assert await night.kinds() == ["protection-blind"]
    quiet = Wish(why=Why.QUIET, until=night.clock() + timedelta(hours=4), scope=ANNA, kind="cold-home")
    held = await night.while_folding(silences.begin(night.hub, quiet, "ingrid"))
    assert held is not None

    went = await replaced(night, boss, "knapp-anna")

    new = await the_new(night)
    assert went.headers["location"] == f"/admin/join/{new.id}"
    assert (new.kind, new.label, new.status) == (DeviceKind.BUTTON, "kanari etikett", DeviceStatus.NOT_IN_SERVICE)
    assert await stands(night, new.id) == await stands(night, "knapp-anna") == [(ANNA, None, "bedroom")]
    assert "Overtar etter" in (await boss.get(f"/admin/join/{new.id}")).text
    assert "Prøv det nye" in (await boss.get("/admin/devices/knapp-anna")).text
    await watch(night, seconds=5)
    assert (await night.the_alert()).status is Status.OPEN  # nothing is seen to work yet

    await tried(night, new.id, "knapp-ny")

    old = await the_device(night, "knapp-anna")
    assert (old.status, old.replaced_by_id, await stands(night, "knapp-anna")) == (DeviceStatus.RETIRED, new.id, [])
    assert (await the_device(night, new.id)).status is DeviceStatus.IN_SERVICE
    assert {one.status for one in await night.alerts()} == {Status.CLOSED}
    assert "Utstyret er byttet ut, og det nye virker." in " ".join(await night.journal())
    assert "Byttet ut med" in (await boss.get("/admin/devices/knapp-anna")).text
    async with night.database.read() as session:
        assert (await session.get_one(tables.Silence, held.id)).ended_at is None
        assert held.id in (await stream.load_states(session, [ANNA]))[ANNA].silences
    await post(night, boss, "/admin/join", code="knapp-anna", source="carehub_v1")  # mended, and put up beside it
    await post(night, boss, "/admin/devices/knapp-anna/assign", scope_id=ANNA)
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.NOT_IN_SERVICE
    await check_replay(night)


async def test_a_replacement_is_undone_before_and_after_the_old_one_went(night: Night, boss: AsyncClient) -> None:
    await describe(night, "knapp-liv", kind=DeviceKind.BUTTON, tested_at=NIGHT)
    had = [("home:par", "liv", None)]
    for is_tried in (False, True):
        night.clock.advance(minutes=1)
        await replaced(night, boss, "knapp-liv")
        new = await the_new(night)
        assert await stands(night, new.id) == had
        if is_tried:
            await tried(night, new.id, "knapp-ny")
            assert await stands(night, "knapp-liv") == []

        assert (await post(night, boss, "/admin/devices/knapp-liv/restore")).status_code == 303

        old = await the_device(night, "knapp-liv")
        assert (old.status, old.tested_at, old.replaced_by_id) == (DeviceStatus.IN_SERVICE, NIGHT, None)
        assert (await stands(night, "knapp-liv"), await stands(night, new.id)) == (had, [])
        await watch(night, seconds=5)
        assert (await the_device(night, "knapp-liv")).status is DeviceStatus.IN_SERVICE


async def test_a_new_one_that_cannot_take_the_place_says_why_and_changes_nothing(
    quick_night: Night
) -> None:  # fmt: skip
    night = quick_night
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON)
    await describe(night, "knapp-liv", kind=DeviceKind.BUTTON)
    async with night.database.write() as session:
        await registry.add_unknown(
            session, [registry.KnownDevice("dings", "dings", "carehub_v1", can_alarm=True)], NIGHT
        )
    await describe(night, "dings", kind=DeviceKind.SENSOR)
    async with await desk(night) as boss:
        for old, code, words in (
            ("knapp-anna", "knapp-anna", "Les koden på det nye"),
            ("knapp-anna", "knapp-liv", "står et annet sted fra før"),
            ("knapp-anna", "dings", "det kan ikke det nye"),
            ("dings", "knapp-ny", "har ingen plass å gi fra seg"),
            ("knapp-anna", "tull tull", "Adressen"),
        ):
            answer = await replaced(night, boss, old, code)
            assert (answer.status_code, words in answer.text) == (422, True), words
            assert f'name="instead" value="{old}"' in answer.text
    assert {one.replaced_by_id for one in await night.rows(tables.Device)} == {None}


async def test_what_is_put_out_of_use_is_told_of_no_more_and_the_home_goes_on_as_it_was(
    night: Night, boss: AsyncClient
) -> None:
    """All that was pending in the home was forgotten, and it was said to be quiet there where it was not."""
    await describe(night, "gang", kind=DeviceKind.SENSOR)
    away = Wish(why=Why.QUIET, until=night.clock() + timedelta(hours=30), scope=ANNA, kind="cold-home")
    held = await night.while_folding(silences.begin(night.hub, away, "ingrid"))
    await night.hear(night.message("zigbee2mqtt/gang", {"battery": 9}))
    await night.hear(night.message("zigbee2mqtt/dør", {"contact": False}))
    assert await night.kinds() == ["battery-low"]

    await post(night, boss, "/admin/devices/gang/retire")

    assert (await night.the_alert()).status is Status.CLOSED
    async with night.database.read() as session:
        state = (await stream.load_states(session, [ANNA]))[ANNA]
    assert held is not None
    assert held.id in state.silences
    assert [key for key in (*state.rules, *state.seen) if "gang" in key] == []
    await night.pass_time(minutes=10)
    night.clock.advance(hours=25)
    await night.pass_time(seconds=1)
    kinds = await night.kinds()
    assert ("night-exit" in kinds, kinds.count("battery-low")) == (True, 1)
    await check_replay(night)


async def test_a_retirement_is_undone_with_its_place_and_after_a_day_with_a_new_test(night: Night) -> None:
    await describe(night, "knapp-liv", kind=DeviceKind.BUTTON, tested_at=NIGHT)
    had: list[Any] = [("home:par", "liv", None)]
    for days, status in ((0, DeviceStatus.IN_SERVICE), (2, DeviceStatus.NOT_IN_SERVICE)):
        night.clock.advance(minutes=1)
        async with night.database.write() as session:
            await fitting.retire(session, "knapp-liv", night.clock())
            night.clock.advance(days=days, minutes=1)
            await fitting.restore(session, "knapp-liv", night.clock())
        assert (await stands(night, "knapp-liv"), (await the_device(night, "knapp-liv")).status) == (had, status)

    async with night.database.write() as session:
        await fitting.retire(session, "knapp-liv", night.clock())
        await residents.end(session, "liv", "ingrid", night.clock())
        await fitting.restore(session, "knapp-liv", night.clock())
    assert await stands(night, "knapp-liv") == []


async def test_a_test_of_yesterday_brings_nothing_back_and_proves_no_new_place(night: Night, boss: AsyncClient) -> None:
    """A device put out of use was in service again at the next look, and one that was moved needed no test (F68)."""
    await describe(night, "knapp-anna", kind=DeviceKind.BUTTON)
    await press_on_test(night, "knapp-anna")
    await night.close("ingrid")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.IN_SERVICE
    await post(night, boss, "/admin/devices/knapp-anna/assign", scope_id="home:bjarne")
    await watch(night, seconds=5)
    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.NOT_IN_SERVICE

    await post(night, boss, "/admin/devices/knapp-anna/retire")
    await watch(night, seconds=5)

    assert (await the_device(night, "knapp-anna")).status is DeviceStatus.RETIRED
