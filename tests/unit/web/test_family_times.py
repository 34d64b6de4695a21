"""When a relative can be asked to go there: chosen in one tap, named in a line, given back where it cannot be read."""

from datetime import timedelta

from httpx2 import AsyncClient, Response
from sqlmodel import select

from carehub.core.people.kin import Window
from carehub.flow.hub import Hub
from carehub.store import kin, tables
from tests.unit.web.conftest import Browse, Clock, logged_in

_NIGHTS = {"days-0": ["4", "5"], "since-0": "22:00", "until-0": "07:00"}


async def _choose(client: AsyncClient, when: str, **typed: object) -> Response:
    return await client.post("/relatives/astrid/availability", data={"when": when, **typed})


async def _named(hub: Hub) -> tuple[bool, list[tuple[int, int, int, str]]]:
    """Whether Anne can be asked, and at which times."""
    async with hub.database.read() as session:
        rows = (await session.exec(select(tables.Availability))).all()
        settings = await kin.settings_of(session, "anne")
    return settings.can_be_asked, [(row.days, row.since_minute, row.until_minute, row.zone) for row in rows]


async def test_a_relative_says_when_they_can_be_asked(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    told = await _choose(anne, "times", texts="true", **_NIGHTS)

    shown = (await anne.get(told.headers["location"].partition("#")[0])).text
    assert 'value="22:00"' in shown
    assert 'value="times" checked' in shown
    assert "Lagret." in shown
    async with hub.database.read() as session:
        assert (await session.get_one(tables.Relation, "rel-anne")).by_sms
    assert await _named(hub) == (True, [(0b110000, 1320, 420, "Europe/Oslo")])


async def test_times_that_cannot_be_read_are_given_back_to_be_mended(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    wrong = await _choose(anne, "times", **{"since-0": "22:00"})
    nothing = await _choose(anne, "times")

    assert (wrong.status_code, nothing.status_code) == (422, 422)
    assert 'value="22:00"' in wrong.text
    assert "Velg minst én dag" in wrong.text
    assert '<details class="ds-card silent" open>' not in wrong.text  # the form for visits stays folded
    assert await _named(hub) == (True, [])


async def test_whoever_cannot_be_asked_now_keeps_their_times_and_any_hour_lets_them_go(
    hub: Hub, browser: Browse
) -> None:
    anne = await logged_in(browser(), hub, "anne")
    await _choose(anne, "times", **_NIGHTS)

    await _choose(anne, "never")
    kept = await _named(hub)
    await _choose(anne, "always", **_NIGHTS)  # as they stand folded in the form

    assert kept == (False, [(0b110000, 1320, 420, "Europe/Oslo")])
    assert await _named(hub) == (True, [])


async def test_by_day_is_suggested_and_is_not_taken_for_chosen(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    shown = (await anne.get("/relatives/astrid/visits")).text

    assert 'value="always" checked' in shown
    assert (shown.count('value="08:00"'), shown.count('value="22:00"')) == (1, 1)
    await _choose(anne, "never", **{"days-0": ["0"], "since-0": "08:00", "until-0": "22:00"})
    assert await _named(hub) == (False, [])


async def test_whom_nobody_agreed_with_is_shown_no_times_and_refuses_nothing_with_their_texts(
    hub: Hub, browser: Browse
) -> None:
    lise = await logged_in(browser(), hub, "lise")

    shown = (await lise.get("/relatives/ragnhild/visits")).text
    await lise.post("/relatives/ragnhild/availability", data={"texts": "true"})

    assert "Det er ikke avtalt at vi spør deg" in shown
    assert "Hele døgnet" not in shown
    async with hub.database.read() as session:
        assert (await kin.settings_of(session, "lise")).can_be_asked  # for when it is agreed
        assert (await session.get_one(tables.Relation, "rel-lise")).by_sms


async def test_a_visit_that_could_not_be_taken_is_given_back_beside_its_message(hub: Hub, browser: Browse) -> None:
    anne = await logged_in(browser(), hub, "anne")

    wrong = await anne.post(
        "/relatives/astrid/visits",
        data={"sort": "out", "day": "2020-01-01", "since": "10:00", "until": "12:00", "note": "Med rullestol"},
    )  # fmt: skip

    form = wrong.text[wrong.text.index('action="/relatives/astrid/visits"') :]
    assert (wrong.status_code, form.index("Den tiden er over")) < (423, form.index('name="sort"'))
    for value in ('value="out" checked', 'value="2020-01-01"', 'value="10:00"', 'value="Med rullestol"'):
        assert value in form


def test_a_time_past_midnight_belongs_to_the_day_on_which_it_began(clock: Clock) -> None:
    nights = Window(days=frozenset({2}), since=22 * 60, until=7 * 60, zone="Europe/Oslo")  # Wednesday night
    by_day = Window(days=frozenset({3}), since=8 * 60, until=16 * 60, zone="Europe/Oslo")

    assert nights.holds(clock.now)  # Thursday, 02:14
    assert not nights.holds(clock.now + timedelta(days=1))
    assert not by_day.holds(clock.now)
