"""The wall tells those who walk past in which room somebody is needed, and nothing more unless it is decided."""

import pytest
from sqlmodel import select

from carehub.flow.hub import Hub
from carehub.store import tables, walls
from carehub.store.tables.places import WallShows
from tests.unit.web.conftest import Browse, logged_in

SECRET_WORDS = ("Astrid", "Nordby", "Fall", "Kåre", "Vanlig tid", "bad")


async def hung(hub: Hub, unit: str = "sol") -> str:
    async with hub.database.write() as session:
        return walls.hang(session, unit, "kari", hub.clock())


async def test_a_wall_opens_with_its_own_link_and_shows_only_rooms(hub: Hub, browser: Browse) -> None:
    client = browser()
    opened = await client.get(f"/tablet/wall/open/{await hung(hub)}")

    page = (await client.get("/tablet/wall")).text

    assert opened.headers["location"] == "/tablet/wall"
    assert "HttpOnly" in opened.headers["set-cookie"]
    assert "Rom 104" in page
    assert "Venter på noen" in page
    assert [word for word in SECRET_WORDS if word in page.replace("Bad</text>", "")] == []
    assert [tag for tag in ("<form", "<button", "<a ") if tag in page.partition("<main")[2]] == []


async def test_what_is_wrong_with_the_hub_itself_is_told_on_each_wall_for_it_tells_of_nobody(
    hub: Hub, browser: Browse
) -> None:
    """Two that said "Huben" and no more could not be told apart."""
    async with hub.database.write() as session:
        alert = await session.get_one(tables.Alert, "a4f2".ljust(32, "0"))
        alert.scope_id, alert.resident_id, alert.kind, alert.place = "hub", None, "hub-fault", None
    client = browser()
    await client.get(f"/tablet/wall/open/{await hung(hub)}")

    assert "Kritisk</strong> · Feil i systemet" in (await client.get("/tablet/wall")).text


async def test_without_a_unit_the_staff_see_the_first_of_their_own_walls(hub: Hub, browser: Browse) -> None:
    maria = await logged_in(browser(), hub, "maria")

    assert (await maria.get("/tablet/wall")).headers["location"] == "/tablet/wall?unit=sol"
    for who in ("anne", "tor"):
        assert (await (await logged_in(browser(), hub, who)).get("/tablet/wall")).status_code == 403


@pytest.mark.parametrize(
    ("shows", "told", "kept"),
    [(WallShows.WHAT, ("Fall",), ("Astrid", "Vanlig tid")), (WallShows.NAME, ("Fall", "Astrid N."), ("Nordby",))],
)
async def test_a_municipality_may_decide_to_tell_more(
    hub: Hub, browser: Browse, shows: WallShows, told: tuple[str, ...], kept: tuple[str, ...]
) -> None:
    kari = await logged_in(browser(), hub, "kari")
    assert (await kari.post("/tablet/screens/shows", data={"unit": "sol", "shows": shows})).status_code == 303
    client = browser()
    await client.get(f"/tablet/wall/open/{await hung(hub)}")

    page = (await client.get("/tablet/wall")).text

    assert [word for word in told if word not in page] == []
    assert [word for word in kept if word in page] == []


async def test_a_wall_that_was_taken_down_shows_nothing(hub: Hub, browser: Browse) -> None:
    secret, wall = await hung(hub), browser()
    await wall.get(f"/tablet/wall/open/{secret}")
    kari = await logged_in(browser(), hub, "kari")
    async with hub.database.read() as session:
        (one,) = await walls.hung(session)

    await kari.post(f"/tablet/screens/walls/{one.link.id}/end")

    assert (await wall.get("/tablet/wall")).headers["location"].startswith("/login")
    assert (await wall.get(f"/tablet/wall/open/{secret}")).status_code == 404
    assert "ended" in (await wall.get("/tablet/wall/live")).text


async def test_a_walls_secret_opens_nothing_else(hub: Hub, browser: Browse) -> None:
    client = browser()
    await client.get(f"/tablet/wall/open/{await hung(hub)}")

    for path in ("/tablet?unit=sol", "/tablet/handover?unit=sol", "/tablet/screens", "/residents/astrid/days"):
        assert (await client.get(path)).headers["location"].startswith("/login"), path
    other = (await client.get("/tablet/wall?unit=fjord")).text
    assert "Rom 203" not in other


async def test_staff_see_the_wall_of_their_own_unit_and_no_other_c37(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    assert (await client.get("/tablet/wall?unit=sol")).status_code == 200
    assert (await client.get("/tablet/wall?unit=fjord")).status_code == 403
    assert (await client.get("/tablet/wall?unit=nei")).status_code == 404
    relative = await logged_in(browser(), hub, "anne")
    assert (await relative.get("/tablet/wall?unit=sol")).status_code == 403


async def test_the_link_is_shown_once_and_only_its_hash_is_kept(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    made = (await kari.post("/tablet/screens/walls", data={"unit": "sol"})).text

    assert "/tablet/wall/open/" in made
    assert "/tablet/wall/open/" not in (await kari.get("/tablet/screens")).text
    secret = made.partition("/tablet/wall/open/")[2].partition("<")[0].strip()
    async with hub.database.read() as session:
        link = await walls.of_secret(session, secret)
    assert link is not None
    assert secret not in link.model_dump_json()


async def test_the_wall_is_alive_while_it_may_be(hub: Hub, browser: Browse) -> None:
    wall = browser()
    await wall.get(f"/tablet/wall/open/{await hung(hub)}")
    hub.live.close()

    assert (await wall.get("/tablet/wall/live")).status_code == 200
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Unit, "sol")).wall_shows is WallShows.ROOM


@pytest.mark.parametrize("shows", list(WallShows))
async def test_no_wall_tells_an_address_and_every_name_that_it_tells_is_logged(
    hub: Hub, browser: Browse, shows: WallShows
) -> None:
    """C80: a zone of home care has no rooms, and its homes are called by their addresses."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Unit, "sentrum")).wall_shows = shows
        secret = walls.hang(session, "sentrum", "kari", hub.clock())
    client = browser()
    await client.get(f"/tablet/wall/open/{secret}")

    page = (await client.get("/tablet/wall")).text

    async with hub.database.read() as session:
        homes = (await session.exec(select(tables.Scope).where(tables.Scope.unit_id == "sentrum"))).all()
        log = tables.AccessLog
        logged = (await session.exec(select(log.resident_id).where(log.action == "wall"))).all()
    assert "wall__one" in page
    assert [one.name for one in homes if one.name in page] == []
    assert bool(logged) == (shows is WallShows.NAME)
