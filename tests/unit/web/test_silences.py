from datetime import timedelta

import pytest
from sqlmodel import select

from carehub.core.folding.silence import Why
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.store import tables
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

ARNE = {"resident_id": "arne", "why": "away", "hours": "48"}


async def silences(hub: Hub) -> list[tables.Silence]:
    async with hub.database.read() as session:
        return list((await session.exec(select(tables.Silence))).all())


@BOTH
async def test_staff_set_a_resident_silent_and_a_second_person_lengthens_it(hub: Hub, browser: Browse) -> None:
    """F61: eight hours on one person's word; the list shows what is silent, with an end and an undo."""
    ingrid, emir = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "emir")
    assert (await ingrid.post("/silences", data=ARNE)).headers["location"] == "/silences"
    (one,) = await silences(hub)
    assert one.until - one.since == timedelta(hours=8)

    listed = (await ingrid.get("/silences")).text
    assert "trenger en person til" in listed
    assert "Jeg er enig" not in listed
    assert (await ingrid.post(f"/silences/{one.id}/agree")).status_code == 409
    assert "Jeg er enig" in (await emir.get("/silences")).text
    assert (await emir.post(f"/silences/{one.id}/agree")).status_code == 303
    assert (await silences(hub))[0].until - one.since == timedelta(hours=48)

    assert "Satt på stille nå: 1" in (await emir.get("/tablet")).text
    assert "Satt på stille nå: 1" in (await ingrid.get("/nurse")).text
    await ingrid.post(f"/silences/{one.id}/end")
    assert "Satt på stille nå" not in (await emir.get("/tablet")).text
    assert "Angre" in (await emir.get("/silences")).text
    await emir.post(f"/silences/{one.id}/resume")
    assert "Satt på stille nå: 1" in (await emir.get("/tablet")).text


async def test_a_technician_silences_devices_and_sees_no_residents(hub: Hub, browser: Browse) -> None:
    ingrid, tor = await logged_in(browser(), hub, "ingrid"), await logged_in(browser(), hub, "tor")
    async with hub.database.read() as session:
        device = (await session.exec(select(tables.Device))).first()
        arne = await session.get_one(tables.Resident, "arne")
    assert device is not None
    for terms, why in (("test", Why.TEST), ("service", Why.IN_SERVICE)):
        assert (await tor.post("/silences", data={"device_id": device.id, "terms": terms})).status_code == 303
        assert why in {one.why for one in await silences(hub)}
    assert (await tor.post("/silences", data=ARNE)).status_code == 403

    await ingrid.post("/silences", data=ARNE)
    asked = next(one for one in await silences(hub) if one.resident_id == "arne")
    assert (await tor.post(f"/silences/{asked.id}/agree")).status_code == 403
    for page in ("/silences", f"/silences/{asked.id}"):
        assert arne.given_name not in (await tor.get(page)).text


@pytest.mark.parametrize("data", [{"resident_id": ""}, {"resident_id": "nobody"}, {"device_id": "x", "terms": "test"}])
async def test_a_silence_without_an_aim_is_refused_in_words(hub: Hub, browser: Browse, data: dict[str, str]) -> None:
    answer = await (await logged_in(browser(), hub, "ingrid")).post("/silences", data=data)
    assert answer.status_code == 422
    assert "Velg hvem det gjelder" in answer.text


async def test_what_was_held_is_listed_and_each_look_is_logged(hub: Hub, browser: Browse, clock: Clock) -> None:
    ingrid = await logged_in(browser(), hub, "ingrid")
    await ingrid.post("/silences", data=ARNE)
    (one,) = await silences(hub)
    async with hub.database.write() as session:
        session.add(
            tables.HeldAlert(
                silence_id=one.id, at=clock.now, scope_id=one.scope_id or "", resident_id="arne", kind="cold-home",
                rule_id="cold-home", severity=Severity.MODERATE, place="kitchen",
            )
        )  # fmt: skip
    held = (await ingrid.get(f"/silences/{one.id}")).text
    assert "Cold home" in held
    assert "kjøkken" in held
    assert (await ingrid.get("/silences/none")).status_code == 404
    assert (await ingrid.post(f"/silences/{one.id}/shout")).status_code == 404
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog.action).where(tables.AccessLog.resident_id == "arne"))).all()
    assert {"silence.begun", "silence"} <= set(log)
