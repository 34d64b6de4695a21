"""The models page: what it is, what it would have said, and the word of a person."""

from datetime import timedelta

from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import models, tables
from carehub.store.tables.learning import Voice
from tests.browser import seed_models
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

REASON = {"reason": "Gått gjennom med avdelingen"}


async def state(hub: Hub) -> tables.DetectorState:
    async with hub.database.read() as session:
        found = await models.state(session, seed_models.MODULE)
    assert found is not None
    return found


async def seeded(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        seed_models.add(session, clock.now)


@BOTH
async def test_a_person_lets_a_model_speak_and_takes_the_word_from_it_with_a_reason(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    await seeded(hub, clock)
    kari = await logged_in(browser(), hub, "kari")
    page = (await kari.get("/admin/models")).text
    assert "Lytter" in page
    assert "Det den ville sagt (3 av 3)" in page
    assert "Oppe av sengen 7 ganger etter midnatt" in page
    assert "PSI 0,31" in page

    assert (await kari.post("/admin/models/daily_rhythm/speak", data={"reason": ""})).status_code == 422
    assert (await kari.post("/admin/models/daily_rhythm/speak", data=REASON)).status_code == 303
    assert ((await state(hub)).voice, (await state(hub)).decided_by_id) == (Voice.SPEAKING, "kari")
    assert (await kari.post("/admin/models/daily_rhythm/speak", data=REASON)).status_code == 409
    assert (await kari.post("/admin/models/daily_rhythm/off", data=REASON)).status_code == 303
    assert REASON["reason"] in (await kari.get("/admin/models")).text
    assert (await kari.post("/admin/models/nothing/off", data=REASON)).status_code == 404
    async with hub.database.read() as session:
        log = (await session.exec(select(tables.AccessLog))).all()
    assert {"models", "model.speak", "model.off"} <= {row.action for row in log}
    assert {"astrid", "kaare"} <= {row.resident_id for row in log if row.action == "models"}


async def test_a_model_that_has_not_listened_long_enough_may_not_speak(hub: Hub, browser: Browse, clock: Clock) -> None:
    await seeded(hub, clock)
    async with hub.database.write() as session:
        row = await session.get_one(tables.DetectorState, seed_models.MODULE)
        row.ready_at = clock.now + timedelta(days=3)
    kari = await logged_in(browser(), hub, "kari")

    assert "Den lytter til" in (await kari.get("/admin/models")).text
    assert (await kari.post("/admin/models/daily_rhythm/speak", data=REASON)).status_code == 409
    assert (await state(hub)).voice is Voice.SHADOW


async def test_a_technician_sees_the_model_and_no_residents_and_lets_nothing_speak(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    await seeded(hub, clock)
    tor = await logged_in(browser(), hub, "tor")

    page = (await tor.get("/admin/models")).text

    assert "daily_rhythm" in page
    assert "oppe av sengen" not in page.lower()
    assert "Nordby" not in page
    assert (await tor.post("/admin/models/daily_rhythm/speak", data=REASON)).status_code == 403
    assert (await tor.post("/admin/models/daily_rhythm/off", data=REASON)).status_code == 303


async def test_the_card_is_there_to_read(hub: Hub, browser: Browse, clock: Clock) -> None:
    await seeded(hub, clock)
    kari = await logged_in(browser(), hub, "kari")

    assert "Model card: daily_rhythm" in (await kari.get("/admin/models/daily_rhythm/card")).text
    assert (await kari.get("/admin/models/nothing/card")).status_code == 404
