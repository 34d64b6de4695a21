"""The handover: one page with everything, and notes that are kept as they were written."""

from datetime import timedelta

from sqlmodel import col, select

from carehub.core.people.shifts import Why
from carehub.flow.hub import Hub
from carehub.store import tables
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

NOTES = "/tablet/handover/notes"


async def plan(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        for who, begins, ends in (("maria", -4, 4), ("jonas", 4, 12)):
            since, until = clock() + timedelta(hours=begins), clock() + timedelta(hours=ends)
            duty = tables.Duty(
                person_id=who, unit_id="sol", since=since, until=until, why=Why.ROTATION, line_id=who, day=since.date()
            )
            session.add(duty)


async def test_one_page_says_what_the_next_shift_must_know(hub: Hub, browser: Browse, clock: Clock) -> None:
    await plan(hub, clock)
    async with hub.database.write() as session:
        session.add(
            tables.ModelFinding(
                key="m", module="m", version="1", at=clock(), resident_id="kaare", sort="night", score=3.1,
                words="Oppe oftere om natten enn vanlig", spoken=True,
            )
        )  # fmt: skip
        (await session.get_one(tables.Device, "astrid-kitchen")).battery_empty_at = clock() + timedelta(days=3)
    client = await logged_in(browser(), hub, "maria")

    page = (await client.get("/tablet/handover?unit=sol")).text

    for words in (
        "Maria Hauge", "Jonas Lie kl. 06:14", "Rom 104", "Kritisk: Fall", "ingen har tatt det",
        "Oppe oftere om natten enn vanlig", "batteriet er tomt rundt søndag 18. januar", "Ingen beskjeder.",
    ):  # fmt: skip
        assert words in page, words
    assert "Rom 203" not in page


async def test_what_is_open_says_what_the_alert_says_beside_its_kind(hub: Hub, browser: Browse) -> None:
    """Two faults of the hub, one after the other, are two errands."""
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, "a4f2".ljust(32, "0"))
        alert.scope_id, alert.resident_id, alert.kind = "hub", None, "hub-fault"
        alert.detail = "Ingen prøvd sikkerhetskopi på 27 timer."
    client = await logged_in(browser(), hub, "maria")

    page = (await client.get("/tablet/handover?unit=sol")).text

    assert "Feil i systemet (Ingen prøvd sikkerhetskopi på 27 timer), siden kl." in page


@BOTH
async def test_a_note_says_who_wrote_it_and_a_correction_keeps_the_first_wording(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    client = await logged_in(browser(), hub, "maria")
    await client.post(NOTES, data={"unit": "sol", "resident": "astrid", "text": "Vil ha <b>te</b> kl. 7"})
    clock.passes(timedelta(minutes=10))
    async with hub.database.read() as session:
        (note,) = (await session.exec(select(tables.ShiftNote))).all()

    await client.post(f"{NOTES}/{note.id}", data={"text": "Vil ha kaffe kl. 7"})

    page = (await client.get("/tablet/handover?unit=sol")).text
    assert "Vil ha kaffe kl. 7" in page
    assert "te</b>" not in page
    assert "Maria Hauge, kl. 02:14, rettet kl. 02:24" in page
    async with hub.database.read() as session:
        kept = (await session.exec(select(tables.ShiftNote.text).order_by(col(tables.ShiftNote.written_at)))).all()
        log = (
            await session.exec(
                select(tables.AccessLog.action)
                .where(tables.AccessLog.resident_id == "astrid")
                .order_by(col(tables.AccessLog.id))
            )
        ).all()
    assert kept == ["Vil ha <b>te</b> kl. 7", "Vil ha kaffe kl. 7"]
    assert log[:2] == ["note.written", "note.changed"]


async def test_only_the_author_corrects_and_only_for_half_an_hour(hub: Hub, browser: Browse, clock: Clock) -> None:
    maria, kari = await logged_in(browser(), hub, "maria"), await logged_in(browser(), hub, "kari")
    await maria.post(NOTES, data={"unit": "sol", "text": "Legen kommer kl. 10"})
    async with hub.database.read() as session:
        (note,) = (await session.exec(select(tables.ShiftNote))).all()

    assert (await kari.post(f"{NOTES}/{note.id}", data={"text": "Nei"})).status_code == 403
    clock.passes(timedelta(minutes=31))
    assert (await maria.post(f"{NOTES}/{note.id}", data={"text": "Nei"})).status_code == 403
    assert (await maria.post(f"{NOTES}/finnes-ikke", data={"text": "Nei"})).status_code == 404
    assert "Legen kommer kl. 10" in (await kari.get("/tablet/handover?unit=sol")).text


async def test_a_note_is_taken_back_by_its_author(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    await client.post(NOTES, data={"unit": "sol", "text": "Feil enhet"})
    async with hub.database.read() as session:
        (note,) = (await session.exec(select(tables.ShiftNote))).all()

    await client.post(f"{NOTES}/{note.id}", data={"text": ""})

    assert "Feil enhet" not in (await client.get("/tablet/handover?unit=sol")).text


async def test_a_note_is_about_somebody_who_lives_there_and_by_somebody_who_works_there_c37(
    hub: Hub, browser: Browse
) -> None:
    client = await logged_in(browser(), hub, "maria")

    assert (await client.post(NOTES, data={"unit": "fjord", "text": "x"})).status_code == 403
    assert (await client.post(NOTES, data={"unit": "sol", "resident": "odd", "text": "x"})).status_code == 422
    assert (await client.post(NOTES, data={"unit": "sol", "text": "  "})).status_code == 422
    assert (await client.post(NOTES, data={"unit": "nei", "text": "x"})).status_code == 404
    assert (await client.get("/tablet/handover?unit=fjord")).status_code == 403
