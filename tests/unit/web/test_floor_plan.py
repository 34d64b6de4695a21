"""The ward as a drawing: every room is on it, says its state in words, and is drawn by whoever coordinates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carehub.core.showing.floor_plan import (
    EMPTY,
    NO_ROOM,
    OUTSIDE,
    OVERLAP,
    TWICE,
    Part,
    PartKind,
    automatic,
    completed,
    faults,
)
from carehub.flow.hub import Hub
from carehub.store import floor_plans, tables
from carehub.web.ward.board import Mark
from carehub.web.ward.floor_plan import FloorPlan, Spot
from tests.unit.web.conftest import BOTH, Browse, Clock, logged_in

ROOMS = [(f"rom-{number}", f"Rom {number}") for number in range(1, 8)]
FALL = "a4f2".ljust(32, "0")


def room(scope: str, x: int = 0, y: int = 0, w: int = 4, h: int = 4) -> Part:
    return Part(kind=PartKind.ROOM, scope=scope, x=x, y=y, w=w, h=h)


def test_a_ward_that_nobody_drew_draws_itself_with_every_room_and_without_faults() -> None:
    parts = automatic(ROOMS)

    assert {one.scope for one in parts if one.kind is PartKind.ROOM} == {scope for scope, _ in ROOMS}
    assert faults(parts, ROOMS) == []
    assert automatic([]) == []


def test_a_room_that_was_never_drawn_stands_below_and_one_that_is_gone_falls_out() -> None:
    whole = completed([room("rom-1"), room("revet", x=8)], ROOMS[:3])

    assert [one.scope for one in whole] == ["rom-1", "rom-2", "rom-3"]
    assert faults(whole, ROOMS) == []


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ([], EMPTY),
        ([room("rom-1"), room("rom-2", x=3)], OVERLAP),
        ([room("rom-1"), room("rom-1", x=4)], TWICE),
        ([room("noe annet")], NO_ROOM),
        ([room("rom-1", x=46)], OUTSIDE),
        ([room("rom-1", w=0)], OUTSIDE),
        ([room("rom-1", y=-1)], OUTSIDE),
    ],
)
def test_what_cannot_be_kept_is_said(parts: list[Part], wrong: str) -> None:
    assert [text for text, _ in faults(parts, ROOMS)] == [wrong]


def test_a_door_may_lie_in_a_wall() -> None:
    assert faults([room("rom-1"), Part(kind=PartKind.DOOR, x=0, y=3, w=1, h=1)], ROOMS) == []


async def test_the_drawing_says_of_each_room_who_what_and_whether_somebody_is_on_it(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")

    page = (await client.get("/tablet?unit=sol")).text

    assert f'href="#alert-{FALL}"' in page
    assert 'aria-label="Rom 104, Astrid N., Kritisk, Venter: Fall"' in page
    assert 'href="/residents/ragnhild/days"' in page


@given(st.integers(2, 9), st.integers(1, 6), st.sampled_from(["Rom 104", "Stuen i sør", "12", "Aud Marie sitt rom"]),
       st.sampled_from(["", "Astrid N.", "Astrid N., Bernhard-Kristoffer Ø."]))  # fmt: skip
def test_what_is_seen_of_a_room_is_said_first_and_as_it_is_seen_wcag_2_5_3(w: int, h: int, name: str, who: str) -> None:
    short = name.rsplit(maxsplit=1)[-1] if name[-1].isdigit() else name
    spot = Spot(part=room("rom-1", w=w, h=h), name=name, short=short, who=who, marks=frozenset({Mark.SILENT}))

    assert ", ".join(one for one in spot.seen if one) in spot.words
    assert spot.words.endswith(spot.whole)
    assert spot.whole == f"{name}{', ' if who else ''}{who}: Sensor er stille"


@pytest.mark.parametrize(
    ("w", "who", "seen"),
    [
        (5, "Ragnhild D.", "Ragnhild D."), (4, "Ragnhild D.", "Ragnhild"), (4, "Odd S., Kari N.", "Odd, Kari"),
        (4, "Aud Marie B., Kari N.", "Aud Marie…"), (5, "Aud Marie B., Kari N.", "Aud Marie +1"), (4, "", ""),
    ],
)  # fmt: skip
def test_a_name_is_shortened_as_people_do_it_and_not_cut_where_the_room_ends(w: int, who: str, seen: str) -> None:
    spot = Spot(part=room("rom-1", w=w), name="Rom 1", short="1", who=who)

    assert spot.seen[1] == seen


async def test_where_whose_it_is_does_not_fit_the_room_says_how_far_they_are(hub: Hub, browser: Browse) -> None:
    """It said "Maria H. …", of one who was on the way as of one who was there."""
    client = await logged_in(browser(), hub, "maria")
    said = []
    for act in ("take", "arrive"):
        await client.post(f"/alerts/{FALL}/{act}", data={"back": "/tablet"})
        said.append((await client.get("/tablet/wall?unit=sol")).text)

    assert [one in text for text in said for one in (">På vei</text>", ">Er der</text>")] == [True, False, False, True]
    assert not any("Maria H. …" in text for text in said)


async def test_a_name_makes_way_for_the_mark_that_stands_beside_it_where_something_waits(
    hub: Hub, browser: Browse, clock: Clock
) -> None:
    client = await logged_in(browser(), hub, "maria")
    assert ">Astrid N.</text>" in (await client.get("/tablet?unit=sol")).text
    async with hub.database.write() as session:
        (await session.get_one(tables.Device, "astrid-bathroom")).silent_since = clock.now
    hub.live.change()

    page = (await client.get("/tablet?unit=sol")).text

    assert "plan__mark--silent" in page
    assert ">Astrid</text>" in page


@pytest.mark.parametrize(("width", "height", "wide"), [(24, 10, True), (24, 16, False), (40, 24, False)])
def test_a_broad_ward_is_drawn_above_its_list(width: int, height: int, wide: bool) -> None:
    assert FloorPlan(spots=[], width=width, height=height).is_wide is wide


async def test_alerts_of_no_room_are_named_beside_the_drawing(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Alert, FALL)).scope_id = "hub"
    client = await logged_in(browser(), hub, "maria")

    assert "Utenfor tegningen:" in (await client.get("/tablet?unit=sol")).text


async def test_the_view_is_remembered_by_the_tablet_and_holds_nothing_about_anybody(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    chosen = await client.get("/tablet?unit=sol&view=list")

    assert "carehub-view=list; HttpOnly" in chosen.headers["set-cookie"]
    assert "plan__svg" not in (await client.get("/tablet?unit=sol")).text
    assert "plan__svg" in (await client.get("/tablet?unit=sol&view=plan")).text
    assert "plan__svg" not in (await client.get("/tablet?unit=sentrum")).text


def form(*parts: Part, version: int = 0, act: str = "save") -> dict[str, list[str]]:
    fields: dict[str, list[str]] = {"version": [str(version)], "act": [act]}
    for one in parts:
        values = (one.kind, one.scope or "", one.name, one.x + 1, one.y + 1, one.w, one.h)
        for key, value in zip(("kind", "scope", "name", "x", "y", "w", "h"), values, strict=True):
            fields.setdefault(key, []).append(str(value))
    return fields


FJORD = [room("rom-203"), room("rom-207", x=4)]


@BOTH
async def test_a_drawing_is_kept_and_taken_back_step_by_step(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    first = await client.post("/tablet/plan?unit=fjord", data=form(*FJORD))
    moved = [room("rom-203", y=6), *FJORD[1:]]
    second = await client.post("/tablet/plan?unit=fjord", data=form(*moved, version=1))
    assert (first.status_code, second.status_code) == (303, 303)
    async with hub.database.read() as session:
        assert (await floor_plans.newest(session, "fjord")).parts[0].y == 6
        log = await session.get(tables.AccessLog, 1)
    assert log is not None
    assert (log.person_id, log.action, log.subject) == ("kari", "plan.saved", "plan:fjord/1")

    for version, left in ((2, 2), (1, 0), (1, 0)):
        await client.post("/tablet/plan/undo?unit=fjord", data={"version": str(version)})
        async with hub.database.read() as session:
            assert len((await floor_plans.newest(session, "fjord")).parts) == left


async def test_two_who_draw_at_once_do_not_undo_each_other_unseen(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    await client.post("/tablet/plan?unit=fjord", data=form(*FJORD))

    late = await client.post("/tablet/plan?unit=fjord", data=form(room("rom-203"), version=0))

    assert late.status_code == 409
    assert "Noen andre har lagret tegningen imens" in late.text


async def test_what_is_wrong_is_shown_with_what_was_drawn(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    wrong = await client.post("/tablet/plan?unit=fjord", data=form(room("rom-203"), room("rom-207", x=2)))

    assert wrong.status_code == 422
    assert "Rom 203 og Rom 207 ligger oppå hverandre." in wrong.text
    assert 'value="3" min="1" max="48"' in wrong.text


async def test_without_a_script_a_part_is_added_removed_and_renamed_by_the_form(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")
    added = await client.post("/tablet/plan?unit=fjord", data=form(*FJORD, act="add"))
    assert (added.status_code, added.text.count("<tr data-part>")) == (200, 3 + 1)  # and the script's own row

    fields = form(*FJORD, Part(kind=PartKind.SHARED, name="Stue", x=0, y=4, w=4, h=2)) | {"gone": ["1"]}
    await client.post("/tablet/plan?unit=fjord", data=fields)

    async with hub.database.read() as session:
        parts = (await floor_plans.newest(session, "fjord")).parts
    assert [one.scope or one.name for one in parts] == ["rom-203", "Stue"]


async def test_a_field_that_is_missing_is_refused(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    assert (await client.post("/tablet/plan?unit=fjord", data=form(*FJORD) | {"x": ["1"]})).status_code == 422
    assert (await client.get("/tablet/plan?unit=finnes-ikke")).status_code == 404


async def test_a_coordinator_of_another_unit_does_not_draw_this_one_c37(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, "kari")).unit_id = "sol"
    client = await logged_in(browser(), hub, "kari")

    assert (await client.get("/tablet/plan?unit=fjord")).status_code == 403
    assert (await client.get("/tablet/plan?unit=sol")).status_code == 200


def test_a_ward_of_any_size_draws_itself_within_its_own_grid() -> None:
    for many in range(1, 73):
        rooms = [(f"rom-{number}", f"Rom {number}") for number in range(many)]
        assert faults(automatic(rooms), rooms) == [], many


async def test_without_a_unit_one_draws_the_first_of_ones_own(hub: Hub, browser: Browse) -> None:
    kari = await logged_in(browser(), hub, "kari")

    address = (await kari.get("/tablet/plan")).headers["location"]

    assert address.startswith("/tablet/plan?unit=")
    assert (await kari.get(address)).status_code == 200
