"""Residents, devices, schedules, rules and reports by the API: what the pages tell, to whom they tell it."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from httpx2 import AsyncClient
from sqlmodel import col, select

from carehub.core.folding.silence import Why
from carehub.core.people.access import Mark, Role
from carehub.core.rules.language import content_hash
from carehub.core.severity import Severity
from carehub.flow.hub import Hub
from carehub.flow.staff import roster
from carehub.flow.staff.roster import Wish
from carehub.plugins import load_rulebook
from carehub.store import protected, tables
from carehub.store.tables.places import DeviceStatus
from tests.unit.web.conftest import BOTH, Browse, logged_in

FALL, FJORD = "a4f2".ljust(32, "0"), "c310".ljust(32, "0")
_DEVICE = "astrid-bathroom"


async def _all(client: AsyncClient, path: str, limit: int) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    path, _, begun = path.partition("?after=")
    found: list[dict[str, Any]] = []
    after: str | None = begun
    while after is not None:
        params: dict[str, Any] = {"limit": limit, "after": after}
        part = (await client.get(path, params=params)).json()
        assert len(part["items"]) <= limit
        found, after = found + part["items"], part["next"]
    return found


async def _log(hub: Hub, who: str) -> list[tuple[str, str | None]]:
    log = tables.AccessLog
    async with hub.database.read() as session:
        rows = (await session.exec(select(log).where(log.person_id == who).order_by(col(log.id)))).all()
    return [(row.action, row.resident_id) for row in rows]


async def _in_unit(hub: Hub, who: str) -> None:
    """A coordinator of one ward, who sees that ward alone."""
    async with hub.database.write() as session:
        (await session.get_one(tables.Person, who)).role = Role.COORDINATOR


@BOTH
@pytest.mark.parametrize("path", ["/api/v1/residents", "/api/v1/devices"])
async def test_a_list_read_in_small_parts_is_the_whole_list_once(hub: Hub, browser: Browse, path: str) -> None:
    client = await logged_in(browser(), hub, "admin")

    small, whole = [await _all(client, path, limit) for limit in (3, 200)]

    assert small == whole
    assert len({one["id"] for one in whole}) == len(whole) > 5


@BOTH
async def test_an_alert_that_is_taken_or_raised_between_two_pages_is_on_neither_twice_nor_on_none(
    hub: Hub, browser: Browse
) -> None:
    """The pages go by age, which does not change; on each the most urgent is first, as a board shows it."""
    client = await logged_in(browser(), hub, "maria")
    whole = (await client.get("/api/v1/alerts")).json()
    severities = [one["severity"] for one in whole["items"]]

    first = (await client.get("/api/v1/alerts?limit=3")).json()
    async with hub.database.write() as session:
        for alert in (await session.exec(select(tables.Alert))).all():
            alert.severity = (
                Severity.CRITICAL if alert.id not in {one["id"] for one in first["items"]} else alert.severity
            )
    await client.post(f"/api/v1/alerts/{FALL}/take")
    rest = await _all(client, f"/api/v1/alerts?after={first['next']}", 2)

    assert (len(whole["items"]), whole["next"]) == (6, None)
    assert severities == sorted(severities, reverse=True)
    assert sorted(one["id"] for one in first["items"] + rest) == sorted(one["id"] for one in whole["items"])
    assert max(one["raised_at"] for one in first["items"]) <= min(one["raised_at"] for one in rest)


async def test_residents_are_those_of_ones_own_units_and_each_is_logged(hub: Hub, browser: Browse) -> None:
    await _in_unit(hub, "maria")
    client = await logged_in(browser(), hub, "maria")

    found = await _all(client, "/api/v1/residents", 50)
    others = (await client.get("/api/v1/residents", params={"unit": "fjord"})).json()

    assert {one["id"] for one in found} == {"astrid", "kaare", "ragnhild"}
    assert others == {"items": [], "next": None}
    assert found[0] == {
        "id": "astrid", "given_name": "Astrid", "family_name": "Nordby", "unit": "sol", "home": "rom-104",
        "home_name": "Rom 104", "until": None,
    }  # fmt: skip
    assert await _log(hub, "maria") == [("residents", who) for who in ("astrid", "kaare", "ragnhild")]


async def test_who_has_left_is_on_the_list_of_those(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        (await session.get_one(tables.Residency, "r-gerd")).until = hub.clock()
    client = await logged_in(browser(), hub, "kari")

    here, left = [
        {one["id"] for one in (await client.get(f"/api/v1/residents?former={former}")).json()["items"]}
        for former in ("false", "true")
    ]

    assert left == {"gerd"}
    assert "gerd" not in here


async def test_one_resident_is_told_as_on_the_page_and_the_look_is_logged(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "kari")

    told = (await client.get("/api/v1/residents/astrid")).json()

    assert (told["family_name"], told["phone"], told["risk"]) == ("Nordby", "+4791234567", "normal")
    assert [home["name"] for home in told["homes"]] == ["Rom 104"]
    assert _DEVICE in {one["id"] for one in told["devices"]}
    assert "national_id" not in told
    assert await _log(hub, "kari") == [("resident", "astrid")]


async def test_a_resident_of_another_unit_is_refused_as_one_who_is_not_there_c36(hub: Hub, browser: Browse) -> None:
    await _in_unit(hub, "maria")
    client = await logged_in(browser(), hub, "maria")

    answers = [await client.get(f"/api/v1/residents/{who}") for who in ("odd", "nobody")]

    assert [one.status_code for one in answers] == [403, 403]
    assert answers[0].json() == answers[1].json()
    assert await _log(hub, "maria") == []


async def test_a_protected_home_has_its_cover_name_c39(hub: Hub, browser: Browse) -> None:
    async with hub.database.write() as session:
        assert await protected.grade(session, "solveig", Mark.STRICT, "Melding", "kari", hub.clock())
    client = await logged_in(browser(), hub, "kari")

    told = [
        (await client.get(path)).text
        for path in ("/api/v1/residents", "/api/v1/residents/solveig", "/api/v1/devices", "/api/v1/reports/load")
    ]

    assert "Myhre" in told[0]
    assert not any("Bakkeveien" in text for text in told)


async def test_a_technicians_program_reads_devices_and_no_resident(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "tor")

    devices = await _all(client, "/api/v1/devices", 200)
    one = (await client.get(f"/api/v1/devices/{_DEVICE}")).json()
    silent = (await client.get("/api/v1/devices?show=silent")).json()["items"]

    assert one in devices
    assert (one["home"], one["unit"], one["place"]) == ("rom-104", "sol", "bathroom")
    assert {each["id"] for each in silent} == {"odd-bathroom", "arne-entrance"}
    assert not any("resident" in each for each in devices)
    assert (await client.get("/api/v1/devices/none")).status_code == 404


@BOTH
async def test_a_device_is_placed_and_tried(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "tor")

    placed = (await client.post("/api/v1/devices/ukjent/assign", json={"home": "rom-112", "place": "kitchen"})).json()
    tried = (await client.post("/api/v1/devices/ukjent/test")).json()

    assert (placed["home"], placed["place"], placed["status"]) == ("rom-112", "kitchen", DeviceStatus.NOT_IN_SERVICE)
    async with hub.database.read() as session:
        silence = (await session.exec(select(tables.Silence).where(tables.Silence.device_id == "ukjent"))).one()
    assert silence.why is Why.TEST
    assert tried == {"device": "ukjent", "until": silence.until.isoformat().replace("+00:00", "Z")}
    assert await _log(hub, "tor") == [("device.assigned", None), ("device.on_test", None)]


@pytest.mark.parametrize(
    ("who", "device", "body", "status"),
    [
        ("tor", "none", {"home": "rom-112"}, 404),
        ("tor", "ukjent", {"home": "none"}, 404),
        ("tor", "ukjent", {}, 422),
        ("tor", "ukjent", {"home": "rom-112", "unit": "sol"}, 422),
        ("tor", "ukjent", {"home": "rom-112", "resident": "kaare"}, 403),  # a technician sees no residents
        ("maria", "ukjent", {"home": "rom-203"}, 403),  # another unit's room
        ("maria", "odd-bathroom", {"home": "rom-112"}, 403),  # it stands in another unit
    ],
)
async def test_a_device_is_placed_by_nobody_else_and_nowhere_else(
    hub: Hub, browser: Browse, who: str, device: str, body: dict[str, str], status: int
) -> None:
    await _in_unit(hub, "maria")
    client = await logged_in(browser(), hub, who)

    assert (await client.post(f"/api/v1/devices/{device}/assign", json=body)).status_code == status
    assert await _log(hub, who) == []


async def _shift(hub: Hub, person: str, hours: int = 0) -> None:
    local = (hub.clock() + timedelta(hours=hours)).astimezone(hub.zone)
    wish = Wish(
        unit="sol", person=person, first_day=local.date(), starts=local.time().replace(minute=0),
        ends=time((local.hour + 4) % 24), every_weeks=0, last_day=None,
    )  # fmt: skip
    async with hub.database.write() as session:
        await roster.add(hub, session, [wish], "kari")


async def test_who_is_on_duty_now_is_whom_a_ladder_would_ask(hub: Hub, browser: Browse) -> None:
    await _shift(hub, "emir")
    client = await logged_in(browser(), hub, "kari")

    every = {one["person"]: one for one in await _all(client, "/api/v1/schedules/now", 1)}
    here = [one["person"] for one in (await client.get("/api/v1/schedules/now?unit=sol")).json()["items"]]

    assert set(every) == {"maria", "jonas", "ingrid", "kari", "emir"}
    assert here == ["emir", "maria"]
    assert (every["emir"]["planned"], every["emir"]["units"]) == (True, ["sol"])
    assert (every["maria"]["planned"], every["maria"]["units"]) == (False, ["sol"])
    assert every["maria"]["reachable"] is False, "only a tablet reaches her"


async def test_planned_shifts_of_a_time_by_unit_in_parts(hub: Hub, browser: Browse) -> None:
    for hours, person in ((0, "emir"), (4, "maria"), (26, "jonas")):
        await _shift(hub, person, hours)
    client = await logged_in(browser(), hub, "kari")
    since, until = hub.clock(), hub.clock() + timedelta(days=1)
    span = {"since": since.isoformat(), "until": until.isoformat()}

    whole = (await client.get("/api/v1/schedules", params=span)).json()
    first = (await client.get("/api/v1/schedules", params={**span, "limit": 1})).json()
    second = (await client.get("/api/v1/schedules", params={**span, "limit": 1, "after": first["next"]})).json()
    other = (await client.get("/api/v1/schedules", params={**span, "unit": "fjord"})).json()

    assert [one["person"] for one in whole["items"]] == ["emir", "maria"]
    assert [*first["items"], *second["items"]] == whole["items"]
    assert (second["next"], other["items"]) == (None, [])


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-01-15T00:00:00Z", "2026-01-15T00:00:00Z"),
        ("2026-01-15T00:00:00Z", "2026-02-16T00:00:00Z"),
        ("2026-01-15T00:00:00", "2026-01-16T00:00:00"),  # no zone
        ("0001-01-01T00:00:00Z", "0001-01-02T00:00:00Z"),
    ],
)
async def test_a_time_is_bounded_and_has_a_zone(hub: Hub, browser: Browse, since: str, until: str) -> None:
    client = await logged_in(browser(), hub, "kari")

    assert (await client.get("/api/v1/schedules", params={"since": since, "until": until})).status_code == 422


async def test_rules_are_told_in_words_with_version_and_examples(hub: Hub, browser: Browse) -> None:
    hub.rulebook, _ = load_rulebook(Path("rules"), "Europe/Oslo")
    client = await logged_in(browser(), hub, "tor")

    listed = await _all(client, "/api/v1/rules", 7)
    rule = (await client.get("/api/v1/rules/night-exit", headers={"accept-language": "en"})).json()

    assert [one["id"] for one in listed] == sorted(hub.rulebook.rules)
    assert rule["version"] == content_hash(hub.rulebook.rules["night-exit"])
    assert rule["told"].startswith("Raises")
    assert {bool(one["expect"]) for one in rule["examples"]} == {True, False}
    assert (await client.get("/api/v1/rules/none")).status_code == 404


async def test_a_ward_that_has_answered_few_is_told_as_few(hub: Hub, browser: Browse) -> None:
    """Of fewer than five, a share would tell how soon one person answered."""
    client = await logged_in(browser(), hub, "kari")

    told = (await client.get("/api/v1/reports/answers?days=28")).json()

    assert {"all", "units", "severities", "hours", "weeks"} <= told.keys()
    figures = [times[part] for times in told["units"].values() for part in ("taken", "there")]
    few = [one for one in figures if one["many"] < 5]
    assert few
    for one in few:
        assert {one[name] for name in one.keys() - {"many"}} == {None}


async def test_the_load_names_residents_to_whoever_may_see_them_and_logs_it(hub: Hub, browser: Browse) -> None:
    tor, kari = [await logged_in(browser(), hub, who) for who in ("tor", "kari")]

    without, told = [(await client.get("/api/v1/reports/load?days=28")).json() for client in (tor, kari)]

    assert without["alerts"] == told["alerts"] > 0
    assert without["residents"] == []
    assert told["residents"]
    assert await _log(hub, "tor") == []
    assert sorted(await _log(hub, "kari")) == sorted(("load", one["id"]) for one in told["residents"])


async def test_the_promised_names_of_an_alerts_actions_do_what_the_fields_names_do(hub: Hub, browser: Browse) -> None:
    client = await logged_in(browser(), hub, "maria")
    body = {"cause": "fall", "aftermath": "helped_on_site", "contact": "visited"}

    taken = (await client.post(f"/api/v1/alerts/{FALL}/acknowledge")).json()
    there = (await client.post(f"/api/v1/alerts/{FALL}/arrive")).json()
    done = (await client.post(f"/api/v1/alerts/{FALL}/resolve", json=body)).json()
    read = (await client.get(f"/api/v1/alerts/{FALL}")).json()

    assert [one["status"] for one in (taken, there, done)] == ["taken", "arrived", "closed"]
    assert read == done


async def test_one_alert_of_another_unit_says_that_it_waits_and_no_more(hub: Hub, browser: Browse) -> None:
    maria, jonas = [await logged_in(browser(), hub, who) for who in ("maria", "jonas")]

    shut, told = [(await client.get(f"/api/v1/alerts/{FJORD}")).json() for client in (maria, jonas)]

    assert (shut["scope"], shut["place"], shut["kind"]) == ("", None, "")
    assert told["scope"] == "rom-203"
    assert (shut["severity"], shut["raised_at"]) == (told["severity"], told["raised_at"])
    assert await _log(hub, "maria") == []
    assert await _log(hub, "jonas") == [("alert", "odd")]
    assert (await maria.get("/api/v1/alerts/none")).status_code == 404
