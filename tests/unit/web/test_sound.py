"""F80: a tablet that cannot be heard says so on itself, to the coordinator's page, and to a telephone."""

from datetime import timedelta

from carehub.core.people.shifts import Why
from carehub.flow.hub import Hub
from carehub.flow.watching import screens as station
from carehub.store import screens, tables
from carehub.store.screens import Said, Sound
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

_HEARD, _NOT_HEARD = 'data-heard="true"', 'data-heard="false"'


async def test_a_tablet_is_mute_until_a_person_has_heard_it_f80(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    first = await client.get("/tablet?unit=sol")
    assert "LYDEN ER AV" in first.text
    assert _NOT_HEARD in first.text
    assert "carehub-screen=" in first.headers["set-cookie"]

    await client.post("/tablet/sound", data={"on": "true", "unit": "sol"})
    assert _NOT_HEARD in (await client.get("/tablet?unit=sol")).text

    await client.post("/tablet/sound", data={"on": "true", "unit": "sol", "heard": "true"})
    page = (await client.get("/tablet?unit=sol")).text
    assert _HEARD in page
    assert "Lyden ble hørt kl. 02:14." in page
    await client.post("/tablet/sound", data={"on": "false", "unit": "sol"})
    assert _NOT_HEARD in (await client.get("/tablet?unit=sol")).text


async def test_who_looks_in_from_a_desk_has_a_button_and_is_no_tablet(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    assert "sound-bar" not in (await client.get("/tablet?unit=sol")).text

    answer = await client.post("/tablet/sound", data={"on": "true", "unit": "sol", "heard": "true"})

    assert answer.status_code == 204
    async with hub.database.read() as session:
        assert await screens.known(session, hub.clock(), hub.clock() - timedelta(days=1)) == []


@BOTH
async def test_each_shift_hears_it_anew_f80(hub: Hub, clock: Clock) -> None:
    async def sound() -> Sound:
        async with hub.database.write() as session:
            await screens.note(session, Said(screen="a", unit="sol", on=True), clock())
            return (await screens.sounds_of(session, ["a"], clock()))["a"][0]

    async with hub.database.write() as session:
        await screens.note(session, Said(screen="a", unit="sol", on=True, heard_by="maria"), clock())
    assert await sound() is Sound.HEARD
    begins = clock() + timedelta(hours=5)
    async with hub.database.write() as session:
        session.add(
            tables.Duty(
                person_id="maria", unit_id="sol", since=begins, until=begins + timedelta(hours=8),
                why=Why.ROTATION, line_id="x", day=clock().date(),
            )
        )  # fmt: skip

    clock.passes(timedelta(hours=4, minutes=59))
    assert await sound() is Sound.HEARD
    clock.passes(timedelta(minutes=1))
    assert await sound() is Sound.UNTRIED


async def test_a_mute_tablet_is_told_of_once_after_ten_minutes_and_again_in_the_next_spell_f80(
    hub: Hub, clock: Clock
) -> None:
    async def minute(*, on: bool, heard_by: str | None = None) -> int:
        clock.passes(timedelta(minutes=1))
        async with hub.database.write() as session:
            await screens.note(session, Said(screen="a", unit="sol", on=on, heard_by=heard_by), clock())
        return await station.look(hub)

    assert [await minute(on=False) for _ in range(13)] == [0] * 10 + [1, 0, 0]
    assert [one.words for one in hub.faults] == [
        "Nettbrettet i Solsiden kan ikke høres: lyden er av eller ikke prøvd. Slå den på og prøv den."
    ]
    await minute(on=True, heard_by="maria")
    assert [await minute(on=False) for _ in range(12)].count(1) == 1


async def test_a_tablet_that_is_shut_is_no_mute_one(hub: Hub, clock: Clock) -> None:
    async with hub.database.write() as session:
        await screens.note(session, Said(screen="a", unit="sol", on=False), clock())
    clock.passes(timedelta(minutes=30))

    assert await station.look(hub) == 0


async def test_the_coordinator_sees_which_tablet_cannot_be_heard_f80(hub: Hub, browser: Browse, clock: Clock) -> None:
    async with hub.database.write() as session:
        await screens.note(session, Said(screen="a", unit="sol", on=False), clock())
        await screens.note(session, Said(screen="b", unit=None, on=True, heard_by="maria"), clock())
    client = await logged_in(browser(), hub, "kari")

    page = (await client.get("/tablet/screens")).text

    assert page.index("LYDEN ER AV.") < page.index("Lyden virker.")
    assert "av Maria Hauge" in page
